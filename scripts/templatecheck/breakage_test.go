package templatecheck_test

func accessBreakages() []breakage {
	return []breakage{
		{"own_role", "a role is shared", func(r map[string]any) {
			properties(r, "Quote")["Role"] = map[string]any{"Fn::GetAtt": "PlaceOrderRole.Arn"}
		}},
		{"own_role", "a function has no role", func(r map[string]any) { delete(properties(r, "Quote"), "Role") }},
		{"own_role", "a role takes a policy that AWS keeps", func(r map[string]any) {
			properties(r, "QuoteRole")["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"}
		}},
		{"own_role", "a role takes one of AWS's policies beside ours", func(r map[string]any) {
			properties(r, "QuoteRole")["ManagedPolicyArns"] = []any{ref("TracePolicy"), "arn:aws:iam::aws:policy/ReadOnlyAccess"}
		}},
		{"named_actions", "a role may do anything with a table", func(r map[string]any) {
			granting(r, "QuoteRole", "dynamodb:BatchGetItem")["Action"] = "dynamodb:*"
		}},
		{"named_actions", "a role may read by wildcard", func(r map[string]any) {
			granting(r, "QuoteRole", "dynamodb:BatchGetItem")["Action"] = []any{"dynamodb:Get*"}
		}},
		{"named_resources", "a role reaches every table", func(r map[string]any) { granting(r, "QuoteRole", "dynamodb:BatchGetItem")["Resource"] = "*" }},
		{"named_resources", "the traces' policy allows more than traces", func(r map[string]any) {
			part(r, "TracePolicy", "PolicyDocument", "Statement", 0)["Action"] = []any{"xray:PutTraceSegments", "xray:GetTraceSummaries"}
		}},
		{"named_resources", "a function may change the logs' delivery", func(r map[string]any) {
			s := granting(r, "QuoteRole", "dynamodb:BatchGetItem")
			s["Action"], s["Resource"] = []any{"logs:PutResourcePolicy"}, "*"
		}},
		{"forbidden_actions", "a role scans", func(r map[string]any) {
			granting(r, "ListOrdersRole", "dynamodb:Query")["Action"] = []any{"dynamodb:Scan"}
		}},
		{"forbidden_actions", "a role deletes a table", func(r map[string]any) {
			granting(r, "SweepRole", "dynamodb:Query")["Action"] = []any{"dynamodb:DeleteTable"}
		}},
		{"forbidden_actions", "a role passes on roles", func(r map[string]any) { granting(r, "SweepRole", "dynamodb:Query")["Action"] = []any{"iam:PassRole"} }},
		{"forbidden_actions", "a role ends a key", func(r map[string]any) {
			granting(r, "SweepRole", "dynamodb:Query")["Action"] = []any{"kms:ScheduleKeyDeletion"}
		}},
		{"narrow_webhook", "the webhook reads events", func(r map[string]any) {
			granting(r, "ReceiveStripeRole", "dynamodb:PutItem")["Action"] = []any{"dynamodb:PutItem", "dynamodb:GetItem"}
		}},
		{"narrow_webhook", "the webhook writes orders", func(r map[string]any) {
			granting(r, "ReceiveStripeRole", "dynamodb:PutItem")["Resource"] = map[string]any{"Fn::GetAtt": "OrdersTable.Arn"}
		}},
		{"narrow_webhook", "the webhook reads another secret", func(r map[string]any) {
			granting(r, "ReceiveStripeRole", "secretsmanager:GetSecretValue")["Resource"] = []any{ref("GatewaySecrets"), ref("LinkSecret")}
		}},
		{"key_purpose", "a key opens for any purpose", func(r map[string]any) {
			for _, each := range part(r, "NotifyRole", "Policies", 0, "PolicyDocument")["Statement"].([]any) {
				delete(each.(map[string]any), "Condition")
			}
		}},
		{"granted_as_told", "a function is told of a table that it may not use", func(r map[string]any) {
			part(r, "Quote", "Environment", "Variables")["ORDERS_TABLE"] = ref("OrdersTable")
		}},
		{"granted_as_told", "a function may use a table that it is not told of", func(r map[string]any) {
			delete(part(r, "Notify", "Environment", "Variables"), "CUSTOMERS_TABLE")
		}},
		{"granted_as_told", "a name tells of another table", func(r map[string]any) {
			part(r, "Quote", "Environment", "Variables")["CATALOG_TABLE"] = ref("OrdersTable")
		}},
		{"no_secret_told", "a key stands in the environment", func(r map[string]any) {
			part(r, "Refund", "Environment", "Variables")["STRIPE"] = "sk_test_123"
		}},
		{"no_secret_told", "a secret is resolved into the environment", func(r map[string]any) {
			part(r, "Refund", "Environment", "Variables")["STRIPE"] = map[string]any{"Fn::Sub": "{{resolve:secretsmanager:${GatewaySecrets}}}"}
		}},
		{"no_secret_told", "a key stands in a description", func(r map[string]any) {
			properties(r, "GatewaySecrets")["Description"] = "Stripe's keys, whsec_abc for now."
		}},
		{"no_secret_told", "a name promises a secret", func(r map[string]any) {
			part(r, "Refund", "Environment", "Variables")["STRIPE_API_KEY"] = ref("GatewaySecrets")
		}},
	}
}

func storeBreakages() []breakage {
	return []breakage{
		{"table_protected", "a table cannot be restored", func(r map[string]any) {
			delete(properties(r, "CustomersTable"), "PointInTimeRecoverySpecification")
		}},
		{"table_protected", "a table has a key of AWS's", func(r map[string]any) { delete(properties(r, "InboxTable"), "SSESpecification") }},
		{"table_protected", "a table is not protected", func(r map[string]any) {
			properties(r, "CatalogTable")["DeletionProtectionEnabled"] = false
		}},
		{"table_protected", "protection is the wrong way round", func(r map[string]any) {
			properties(r, "CatalogTable")["DeletionProtectionEnabled"] = map[string]any{"Fn::If": []any{"Protected", false, true}}
		}},
		{"table_protected", "a table is paid for while nobody buys", func(r map[string]any) {
			properties(r, "CatalogTable")["BillingMode"] = "PROVISIONED"
		}},
		{"table_protected", "a table can be restored for a week", func(r map[string]any) {
			part(r, "OrdersTable", "PointInTimeRecoverySpecification")["RecoveryPeriodInDays"] = 7
		}},
		{"table_keys", "overdue orders are not found", func(r map[string]any) {
			p := properties(r, "OrdersTable")
			p["GlobalSecondaryIndexes"] = p["GlobalSecondaryIndexes"].([]any)[1:]
		}},
		{"table_keys", "a key is a number", func(r map[string]any) { part(r, "CatalogTable", "AttributeDefinitions", 1)["AttributeType"] = "N" }},
		{"codes_forgotten", "codes are kept for ever", func(r map[string]any) { delete(properties(r, "CustomersTable"), "TimeToLiveSpecification") }},
		{"inbox_forgets", "events are kept for ever", func(r map[string]any) { delete(properties(r, "InboxTable"), "TimeToLiveSpecification") }},
		{"orders_stream", "the stream has keys only", func(r map[string]any) {
			part(r, "OrdersTable", "StreamSpecification")["StreamViewType"] = "KEYS_ONLY"
		}},
		{"secrets_generated", "a secret stands in the template", func(r map[string]any) {
			properties(r, "GatewaySecrets")["SecretString"] = `{"api_key":"sk_test_abc"}`
		}},
		{"secrets_readable", "a secret's member has another name", func(r map[string]any) {
			part(r, "VaultSecret", "GenerateSecretString")["GenerateStringKey"] = "key"
		}},
		{"secrets_readable", "a form lacks a line", func(r map[string]any) { properties(r, "GatewaySecrets")["SecretString"] = `{"api_key":""}` }},
		{"secrets_generated", "a secret is short", func(r map[string]any) {
			part(r, "LinkSecret", "GenerateSecretString")["PasswordLength"] = 16
		}},
		{"secrets_generated", "a secret has a key of AWS's", func(r map[string]any) { delete(properties(r, "VaultSecret"), "KmsKeyId") }},
	}
}

func queueBreakages() []breakage {
	return []breakage{
		{"visibility", "messages come back while they are worked on", func(r map[string]any) { properties(r, "EventsQueue")["VisibilityTimeout"] = 60 }},
		{"visibility", "a function takes longer than its queue allows", func(r map[string]any) { properties(r, "Notify")["Timeout"] = 31 }},
		{"redrive", "a queue has no dead letters", func(r map[string]any) { delete(properties(r, "MailQueue"), "RedrivePolicy") }},
		{"redrive", "a message is given up at once", func(r map[string]any) { part(r, "MailQueue", "RedrivePolicy")["maxReceiveCount"] = 1 }},
		{"redrive", "dead letters go after four days", func(r map[string]any) { delete(properties(r, "MailDeadLetters"), "MessageRetentionPeriod") }},
		{"redrive", "a message is tried for ever", func(r map[string]any) { part(r, "MailQueue", "RedrivePolicy")["maxReceiveCount"] = 1000 }},
		{"redrive", "messages are kept as long as dead letters", func(r map[string]any) { properties(r, "MailQueue")["MessageRetentionPeriod"] = 1209600 }},
		{"redrive", "two queues share their dead letters", func(r map[string]any) {
			part(r, "MailQueue", "RedrivePolicy")["deadLetterTargetArn"] = map[string]any{"Fn::GetAtt": "EventsDeadLetters.Arn"}
		}},
		{"queue_closed", "a queue has no policy", func(r map[string]any) { delete(r["Resources"].(map[string]any), "EventsQueuePolicy") }},
		{"queue_closed", "a policy denies the wrong way round", func(r map[string]any) {
			part(r, "EventsQueuePolicy", "PolicyDocument", "Statement", 0, "Condition", "Bool")["aws:SecureTransport"] = "true"
		}},
		{"queue_closed", "a queue takes messages from anybody", func(r map[string]any) {
			s := part(r, "EventsQueuePolicy", "PolicyDocument")
			s["Statement"] = append(s["Statement"].([]any), map[string]any{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage",
				"Resource": map[string]any{"Fn::GetAtt": "EventsQueue.Arn"}})
		}},
		{"queue_closed", "a queue is in the clear", func(r map[string]any) { delete(properties(r, "EventsQueue"), "SqsManagedSseEnabled") }},
		{"partial_batch", "a queue's batch fails as one", func(r map[string]any) { delete(event(r, "ApplyEvent", "Queue"), "FunctionResponseTypes") }},
		{"partial_batch", "the stream's batch fails as one", func(r map[string]any) { delete(event(r, "Relay", "Changes"), "FunctionResponseTypes") }},
		{"consumer_rights", "a function may not delete what it has done", func(r map[string]any) {
			granting(r, "NotifyRole", "sqs:ReceiveMessage")["Action"] = []any{"sqs:ReceiveMessage", "sqs:GetQueueAttributes"}
		}},
		{"consumer_rights", "the relay may not read its stream", func(r map[string]any) {
			granting(r, "RelayRole", "dynamodb:GetRecords")["Action"] = []any{"dynamodb:DescribeStream"}
		}},
		{"stream_settings", "a record is tried for ever", func(r map[string]any) { delete(event(r, "Relay", "Changes"), "MaximumRetryAttempts") }},
		{"stream_settings", "a batch is not split", func(r map[string]any) { event(r, "Relay", "Changes")["BisectBatchOnFunctionError"] = false }},
		{"stream_settings", "a record blocks for a day", func(r map[string]any) { event(r, "Relay", "Changes")["MaximumRecordAgeInSeconds"] = 86400 }},
		{"stream_settings", "what is given up is dropped", func(r map[string]any) { delete(event(r, "Relay", "Changes"), "DestinationConfig") }},
		{"stream_settings", "changes made before the deploy are passed over", func(r map[string]any) { event(r, "Relay", "Changes")["StartingPosition"] = "LATEST" }},
		{"stream_settings", "every write wakes the relay", func(r map[string]any) { delete(event(r, "Relay", "Changes"), "FilterCriteria") }},
	}
}

func functionBreakages() []breakage {
	return []breakage{
		{"built_alike", "a function is built otherwise", func(r map[string]any) {
			delete(r["Resources"].(map[string]any)["Quote"].(map[string]any), "Metadata")
		}},
		{"built_alike", "a function has a processor of its own", func(r map[string]any) { properties(r, "Quote")["Architectures"] = []any{"x86_64"} }},
		{"built_alike", "a function's code is elsewhere", func(r map[string]any) { properties(r, "Quote")["CodeUri"] = "functions/shopper/quote/" }},
		{"limits", "a shopper waits a minute", func(r map[string]any) { properties(r, "Quote")["Timeout"] = 60 }},
		{"limits", "evidence takes longer than the API waits", func(r map[string]any) { properties(r, "Dispute")["Timeout"] = 30 }},
		{"limits", "the pool's trigger takes longer than Cognito waits", func(r map[string]any) { properties(r, "TokenClaims")["Timeout"] = 10 }},
		{"limits", "a function takes a lot of memory", func(r map[string]any) { properties(r, "Quote")["MemorySize"] = 3008 }},
		{"limits", "a queue's function runs without bound", func(r map[string]any) { delete(event(r, "Notify", "Queue"), "ScalingConfig") }},
		{"limits", "concurrency follows no parameter", func(r map[string]any) { properties(r, "Quote")["ReservedConcurrentExecutions"] = 5 }},
		{"own_log", "a function writes to another's log", func(r map[string]any) { part(r, "Quote", "LoggingConfig")["LogGroup"] = ref("RefundLog") }},
		{"own_log", "a function has Lambda's own log", func(r map[string]any) { delete(properties(r, "Quote"), "LoggingConfig") }},
		{"own_log", "a function may not write its log", func(r map[string]any) {
			granting(r, "FallbackRole", "logs:PutLogEvents")["Action"] = []any{"logs:CreateLogStream"}
		}},
		{"log_kept", "a log is kept for ever", func(r map[string]any) { delete(properties(r, "QuoteLog"), "RetentionInDays") }},
		{"log_kept", "a log is in the clear", func(r map[string]any) { delete(properties(r, "ApiLog"), "KmsKeyId") }},
		{"machine_quiet", "an execution's data is logged", func(r map[string]any) { part(r, "Fulfillment", "Logging")["IncludeExecutionData"] = true }},
		{"machine_quiet", "the machine cannot wait", func(r map[string]any) { properties(r, "Fulfillment")["Type"] = "EXPRESS" }},
		{"machine_quiet", "the machine may not call a step", func(r map[string]any) {
			granting(r, "FulfillmentRole", "lambda:InvokeFunction")["Resource"] = []any{map[string]any{"Fn::GetAtt": "Prepare.Arn"}}
		}},
		{"sweep_each_minute", "the sweep runs each hour", func(r map[string]any) { event(r, "Sweep", "EachMinute")["Schedule"] = "rate(1 hour)" }},
		{"sweep_each_minute", "the sweep is switched off", func(r map[string]any) { event(r, "Sweep", "EachMinute")["Enabled"] = false }},
		{"sweep_each_minute", "the sweep is tried again beside its next tick", func(r map[string]any) { delete(properties(r, "Sweep"), "EventInvokeConfig") }},
	}
}

func apiBreakages() []breakage {
	return []breakage{
		{"routes_listed", "a route is missing", func(r map[string]any) { delete(properties(r, "Quote"), "Events") }},
		{"routes_listed", "a route is nobody's promise", func(r map[string]any) { event(r, "Quote", "Http")["Path"] = "/quotes/all" }},
		{"routes_listed", "two functions answer one route", func(r map[string]any) { event(r, "Refund", "Http")["Path"] = "/staff/orders/{id}/shipments" }},
		{"routes_listed", "refunds and shipments have changed places", func(r map[string]any) {
			refund, ship := event(r, "Refund", "Http"), event(r, "Ship", "Http")
			refund["Path"], ship["Path"] = ship["Path"], refund["Path"]
		}},
		{"routes_listed", "a step is called by browsers", func(r map[string]any) { properties(r, "Prepare")["Events"] = properties(r, "Quote")["Events"] }},
		{"routes_told", "the fallback does not know a route", func(r map[string]any) {
			part(r, "Fallback", "Environment", "Variables")["ROUTES"] = "GET /products"
		}},
		{"staff_signed_in", "a staff route is open", func(r map[string]any) { delete(event(r, "Refund", "Http"), "Auth") }},
		{"staff_signed_in", "a staff function answers an open path", func(r map[string]any) {
			event(r, "Refund", "Http")["Path"] = "/refunds"
			delete(event(r, "Refund", "Http"), "Auth")
		}},
		{"staff_signed_in", "another issuer is believed", func(r map[string]any) {
			part(r, "HttpApi", "Auth", "Authorizers", "Staff", "JwtConfiguration")["issuer"] = "https://example.com"
		}},
		{"staff_signed_in", "a token is read from the query", func(r map[string]any) {
			part(r, "HttpApi", "Auth", "Authorizers", "Staff")["IdentitySource"] = "$request.querystring.token"
		}},
		{"staff_signed_in", "tokens made for others are believed", func(r map[string]any) {
			delete(part(r, "HttpApi", "Auth", "Authorizers", "Staff", "JwtConfiguration"), "audience")
		}},
		{"origins_exact", "any page may call", func(r map[string]any) { part(r, "HttpApi", "CorsConfiguration")["AllowOrigins"] = []any{"*"} }},
		{"origins_exact", "pages may send what no route takes", func(r map[string]any) {
			part(r, "HttpApi", "CorsConfiguration")["AllowMethods"] = []any{"*"}
		}},
		{"origins_exact", "pages may not read when to come again", func(r map[string]any) {
			part(r, "HttpApi", "CorsConfiguration")["ExposeHeaders"] = []any{"location", "x-request-id"}
		}},
		{"origins_exact", "cookies are taken", func(r map[string]any) { part(r, "HttpApi", "CorsConfiguration")["AllowCredentials"] = true }},
		{"access_log_blind", "addresses are logged", func(r map[string]any) {
			logs := part(r, "HttpApi", "AccessLogSettings")
			logs["Format"] = logs["Format"].(string) + `{"ip":"$context.identity.sourceIp"}`
		}},
		{"access_log_blind", "nothing is logged", func(r map[string]any) { delete(properties(r, "HttpApi"), "AccessLogSettings") }},
		{"throttled", "links are asked for without bound", func(r map[string]any) { delete(properties(r, "HttpApi"), "RouteSettings") }},
		{"throttled", "codes are tried without bound", func(r map[string]any) { delete(part(r, "HttpApi", "RouteSettings"), "DELETE /customers") }},
		{"throttled", "requests come without bound", func(r map[string]any) { delete(properties(r, "HttpApi"), "DefaultRouteSettings") }},
	}
}

func watchBreakages() []breakage {
	return []breakage{
		{"alarms_heard", "an alarm has no action", func(r map[string]any) { delete(properties(r, "ExecutionsFailed"), "AlarmActions") }},
		{"alarms_heard", "an alarm tells a topic that is not there", func(r map[string]any) {
			properties(r, "ExecutionsFailed")["AlarmActions"] = []any{ref("Nobody")}
		}},
		{"alarms_heard", "an alarm is switched off", func(r map[string]any) { properties(r, "ExecutionsFailed")["ActionsEnabled"] = false }},
		{"alarms_measure", "an alarm fires at no number", func(r map[string]any) { properties(r, "ExecutionsFailed")["Threshold"] = 1000 }},
		{"alarms_measure", "an alarm looks at the mean", func(r map[string]any) { properties(r, "ExecutionsFailed")["Statistic"] = "Average" }},
		{"alarms_measure", "silence is no news", func(r map[string]any) { properties(r, "SweepSilent")["TreatMissingData"] = "notBreaching" }},
		{"alarms_measure", "an alarm counts under another name", func(r map[string]any) {
			part(r, "ExecutionsFailed", "Dimensions", 0)["Name"] = "StateMachine"
		}},
		{"alarms_measure", "the sum is not taken", func(r map[string]any) {
			part(r, "StepErrors", "Metrics", 0)["Expression"] = "AVG(METRICS())"
		}},
		{"topic_closed", "anybody rings the alarm", func(r map[string]any) {
			part(r, "AlarmsPolicy", "PolicyDocument", "Statement", 0)["Principal"] = "*"
		}},
		{"topic_closed", "another account rings the alarm", func(r map[string]any) {
			delete(part(r, "AlarmsPolicy", "PolicyDocument", "Statement", 0), "Condition")
		}},
		{"topic_closed", "alarms lie in the clear", func(r map[string]any) { delete(properties(r, "Alarms"), "KmsMasterKeyId") }},
		{"topic_closed", "alarms go elsewhere", func(r map[string]any) { properties(r, "AlarmsByMail")["Protocol"] = "http" }},
		{"dead_letters_watched", "dead letters lie unseen", func(r map[string]any) { delete(r["Resources"].(map[string]any), "RelayDeadLettersAlarm") }},
		{"errors_watched", "a group of functions fails unseen", func(r map[string]any) { delete(r["Resources"].(map[string]any), "StaffErrors") }},
		{"errors_watched", "one function fails unseen", func(r map[string]any) {
			p := properties(r, "StepErrors")
			p["Metrics"] = p["Metrics"].([]any)[:2]
		}},
		{"order_watched", "executions fail unseen", func(r map[string]any) { delete(r["Resources"].(map[string]any), "ExecutionsFailed") }},
		{"order_watched", "the stream stands still unseen", func(r map[string]any) { properties(r, "StreamDelayed")["MetricName"] = "Duration" }},
	}
}
