package templatecheck_test

import "till/scripts/templatecheck"

// keyStatement gives statement i of a key's policy.
func keyStatement(root map[string]any, key string, i int) map[string]any {
	return part(root, key, "KeyPolicy", "Statement", i)
}

// resource gives a whole resource, its policies of deletion and its conditions too.
func resource(root map[string]any, id string) map[string]any {
	return templatecheck.At(root, "Resources", id).(map[string]any)
}

func trustBreakages() []breakage {
	return []breakage{
		{"policy_language", "a policy is in the language of 2008", func(r map[string]any) {
			part(r, "QuoteRole", "Policies", 0, "PolicyDocument")["Version"] = "2008-10-17"
		}},
		{"policy_language", "a statement grants all that it does not name", func(r map[string]any) {
			granting(r, "QuoteRole", "dynamodb:BatchGetItem")["NotAction"] = []any{"dynamodb:Scan"}
		}},
		{"policy_language", "a statement denies what the rules count as allowed", func(r map[string]any) {
			granting(r, "QuoteRole", "dynamodb:BatchGetItem")["Effect"] = "Deny"
		}},
		{"trusted_services", "anybody may take a role", func(r map[string]any) {
			part(r, "QuoteRole", "AssumeRolePolicyDocument", "Statement", 0)["Principal"] = map[string]any{"AWS": "*"}
		}},
		{"trusted_services", "another account's machine may take the machine's role", func(r map[string]any) {
			delete(part(r, "FulfillmentRole", "AssumeRolePolicyDocument", "Statement", 0), "Condition")
		}},
		{"callers_named", "every pool of every account calls the trigger", func(r map[string]any) {
			p := properties(r, "TokenClaimsByPool")
			delete(p, "SourceArn")
			delete(p, "SourceAccount")
		}},
		{"callers_named", "anybody calls the trigger", func(r map[string]any) { properties(r, "TokenClaimsByPool")["Principal"] = "*" }},
		{"mail_sender", "mail goes out under any name", func(r map[string]any) { delete(granting(r, "NotifyRole", "ses:SendEmail"), "Condition") }},
		{"mail_sender", "mail goes out by any identity", func(r map[string]any) {
			granting(r, "NotifyRole", "ses:SendEmail")["Resource"] = map[string]any{"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${StaffPool}"}
		}},
		{"never_granted", "a function empties a queue", func(r map[string]any) {
			granting(r, "SweepRole", "sqs:SendMessage")["Action"] = []any{"sqs:PurgeQueue"}
		}},
		{"never_granted", "a function deletes its log", func(r map[string]any) {
			granting(r, "SweepRole", "logs:PutLogEvents")["Action"] = []any{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DeleteLogStream"}
		}},
		{"never_granted", "a function takes another role", func(r map[string]any) {
			granting(r, "SweepRole", "sqs:SendMessage")["Action"] = []any{"sqs:SendMessage", "sts:AssumeRole"}
		}},
		{"never_granted", "a function changes code", func(r map[string]any) {
			granting(r, "FulfillmentRole", "lambda:InvokeFunction")["Action"] = []any{"lambda:InvokeFunction", "lambda:UpdateFunctionCode"}
		}},
		{"traced", "a role may not send traces", func(r map[string]any) { delete(properties(r, "QuoteRole"), "ManagedPolicyArns") }},
		{"traced", "nothing is traced", func(r map[string]any) {
			delete(templatecheck.At(r, "Globals", "Function").(map[string]any), "Tracing")
		}},
		{"named_resources", "a star is hidden in a Sub", func(r map[string]any) {
			granting(r, "PlaceOrderRole", "logs:PutLogEvents")["Resource"] = map[string]any{"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*"}
		}},
		{"named_resources", "every execution of the account is read", func(r map[string]any) {
			granting(r, "BeginFulfillmentRole", "states:DescribeExecution")["Resource"] = map[string]any{"Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:*"}
		}},
		{"key_purpose", "a key opens what was sealed for another purpose", func(r map[string]any) {
			c := granting(r, "NotifyRole", "kms:Decrypt")["Condition"].(map[string]any)["StringEquals"].(map[string]any)
			c["kms:EncryptionContext:purpose"] = "tax"
		}},
		{"key_purpose", "another stage's data is opened", func(r map[string]any) {
			c := granting(r, "NotifyRole", "kms:Decrypt")["Condition"].(map[string]any)["StringEquals"].(map[string]any)
			c["kms:EncryptionContext:stage"] = "prod"
		}},
	}
}

func keyBreakages() []breakage {
	return []breakage{
		{"keys_rotate", "a key is never rotated", func(r map[string]any) { properties(r, "VaultKey")["EnableKeyRotation"] = false }},
		{"keys_rotate", "a key is gone in a week", func(r map[string]any) { properties(r, "VaultKey")["PendingWindowInDays"] = 7 }},
		{"keys_bound", "another account uses the store's key", func(r map[string]any) {
			delete(keyStatement(r, "StoreKey", 1)["Condition"].(map[string]any)["StringEquals"].(map[string]any), "kms:CallerAccount")
		}},
		{"keys_bound", "a service of any account uses the store's key", func(r map[string]any) { delete(keyStatement(r, "StoreKey", 2), "Condition") }},
		{"keys_bound", "any log of any account uses the logs' key", func(r map[string]any) { delete(keyStatement(r, "LogKey", 1), "Condition") }},
		{"keys_bound", "another account is an administrator of a key", func(r map[string]any) {
			s := part(r, "VaultKey", "KeyPolicy")
			s["Statement"] = append(s["Statement"].([]any), map[string]any{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
				"Principal": map[string]any{"AWS": "arn:aws:iam::123456789012:root"}})
		}},
		{"keys_bound", "a service ends a key", func(r map[string]any) {
			s := keyStatement(r, "StoreKey", 2)
			s["Action"] = append(s["Action"].([]any), "kms:ScheduleKeyDeletion")
		}},
		{"keys_bound", "nobody can mend a key's policy", func(r map[string]any) {
			s := part(r, "LogKey", "KeyPolicy")
			s["Statement"] = s["Statement"].([]any)[1:]
		}},
		{"keys_usable", "tables cannot open their key", func(r map[string]any) { keyStatement(r, "StoreKey", 1)["Action"] = []any{"kms:DescribeKey"} }},
		{"keys_usable", "a log has a name that its key does not know", func(r map[string]any) { properties(r, "ApiLog")["LogGroupName"] = "/other/api" }},
		{"keys_usable", "alarms cannot speak to their topic", func(r map[string]any) { keyStatement(r, "StoreKey", 2)["Action"] = []any{"kms:Decrypt"} }},
		{"keys_named", "two keys have changed names", func(r map[string]any) {
			properties(r, "VaultKeyAlias")["TargetKeyId"], properties(r, "LogKeyAlias")["TargetKeyId"] = ref("LogKey"), ref("VaultKey")
		}},
	}
}

func customerBreakages() []breakage {
	return []breakage{
		{"customers_apart", "an account's orders are open", func(r map[string]any) { delete(event(r, "MyOrders", "List"), "Auth") }},
		{"customers_apart", "staff's tokens open accounts", func(r map[string]any) {
			event(r, "MyOrders", "One")["Auth"] = map[string]any{"Authorizer": "Staff"}
		}},
		{"customers_apart", "customers' tokens open staff's routes", func(r map[string]any) {
			event(r, "Refund", "Http")["Auth"] = map[string]any{"Authorizer": "Customers"}
		}},
		{"customers_apart", "without accounts the console's tokens are believed", func(r map[string]any) {
			part(r, "HttpApi", "Auth", "Authorizers", "Customers", "JwtConfiguration")["audience"] = []any{ref("StaffClient")}
		}},
		{"address_confirmed", "an address counts before it is confirmed", func(r map[string]any) { delete(properties(r, "CustomerPool"), "AutoVerifiedAttributes") }},
		{"address_confirmed", "another address counts before it is confirmed", func(r map[string]any) {
			delete(properties(r, "CustomerPool"), "UserAttributeUpdateSettings")
		}},
		{"address_confirmed", "eight characters are enough", func(r map[string]any) {
			part(r, "CustomerPool", "Policies", "PasswordPolicy")["MinimumLength"] = 8
		}},
		{"customers_client", "a browser is given tokens in its address", func(r map[string]any) {
			properties(r, "CustomerClient")["AllowedOAuthFlows"] = []any{"implicit"}
		}},
		{"customers_client", "any page gets the code", func(r map[string]any) {
			properties(r, "CustomerClient")["CallbackURLs"] = []any{"https://example.com"}
		}},
		{"accounts_chosen", "every shop has a pool of customers", func(r map[string]any) {
			delete(resource(r, "CustomerPool"), "Condition")
			delete(templatecheck.At(r, "Outputs", "CustomerPoolId").(map[string]any), "Condition")
		}},
	}
}

func staffBreakages() []breakage {
	return []breakage{
		{"second_factor", "a second factor is optional", func(r map[string]any) { properties(r, "StaffPool")["MfaConfiguration"] = "OPTIONAL" }},
		{"second_factor", "no token says that a second factor was used", func(r map[string]any) { delete(properties(r, "StaffPool"), "LambdaConfig") }},
		{"second_factor", "a text message is enough", func(r map[string]any) { properties(r, "StaffPool")["EnabledMfas"] = []any{"SMS_MFA"} }},
		{"second_factor", "anybody signs up", func(r map[string]any) { delete(properties(r, "StaffPool"), "AdminCreateUserConfig") }},
		{"second_factor", "the password is sent", func(r map[string]any) {
			properties(r, "StaffClient")["ExplicitAuthFlows"] = []any{"ALLOW_USER_PASSWORD_AUTH"}
		}},
		{"second_factor", "a token lives for a day", func(r map[string]any) { properties(r, "StaffClient")["AccessTokenValidity"] = 24 }},
		{"second_factor", "a role is missing", func(r map[string]any) { delete(r["Resources"].(map[string]any), "PackerGroup") }},
		{"pool_hard", "eight characters are enough", func(r map[string]any) {
			part(r, "StaffPool", "Policies", "PasswordPolicy")["MinimumLength"] = 8
		}},
		{"pool_hard", "a lost password comes back by mail, past the second factor", func(r map[string]any) {
			delete(properties(r, "StaffPool"), "AccountRecoverySetting")
		}},
		{"pool_hard", "strangers learn who works here", func(r map[string]any) {
			properties(r, "StaffClient")["PreventUserExistenceErrors"] = "LEGACY"
		}},
		{"pool_hard", "who leaves stays signed in", func(r map[string]any) { properties(r, "StaffClient")["EnableTokenRevocation"] = false }},
		{"pool_hard", "a session lasts a month", func(r map[string]any) { properties(r, "StaffClient")["RefreshTokenValidity"] = 720 }},
	}
}
