package templatecheck

import (
	"maps"
	"slices"
	"strings"
)

func formRules() []Rule {
	return []Rule{
		{"types_reviewed", "a resource, or a property, that nobody looked at may undo what the rules hold", typesReviewed},
		{"references_exist", "a name that leads nowhere fails the deploy half way", referencesExist},
		{"nothing_empty", "an empty value is a line that was lost", nothingEmpty},
		{"linters_heard", "a linter that is told to be silent is silent about the next mistake too", lintersHeard},
		{"what_lasts", "what a stack takes with it when it goes is chosen, not left to AWS", whatLasts},
	}
}

// reviewed are the kinds of resources that rules are written for, with the properties that those rules know. What is not here
// may undo what the others say: a function's URL, a table's resource policy, a layer with others' code.
func reviewed() map[string]string {
	return map[string]string{
		"AWS::ApiGatewayV2::ApiMapping": "ApiId DomainName Stage",
		"AWS::ApiGatewayV2::DomainName": "DomainName DomainNameConfigurations",
		"AWS::CloudWatch::Alarm": "AlarmActions AlarmDescription ComparisonOperator Dimensions EvaluationPeriods MetricName Metrics " +
			"Namespace Period Statistic Threshold TreatMissingData",
		"AWS::Cognito::UserPool": "AccountRecoverySetting AdminCreateUserConfig AutoVerifiedAttributes DeletionProtection EnabledMfas " +
			"LambdaConfig MfaConfiguration Policies UserAttributeUpdateSettings UserPoolName UserPoolTier UsernameAttributes UsernameConfiguration",
		"AWS::Cognito::UserPoolClient": "AccessTokenValidity AllowedOAuthFlows AllowedOAuthFlowsUserPoolClient AllowedOAuthScopes CallbackURLs " +
			"ClientName EnableTokenRevocation ExplicitAuthFlows GenerateSecret IdTokenValidity LogoutURLs PreventUserExistenceErrors ReadAttributes " +
			"RefreshTokenValidity SupportedIdentityProviders TokenValidityUnits UserPoolId WriteAttributes",
		"AWS::Cognito::UserPoolDomain": "Domain UserPoolId",
		"AWS::Cognito::UserPoolGroup":  "Description GroupName Precedence UserPoolId",
		"AWS::DynamoDB::Table": "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema " +
			"PointInTimeRecoverySpecification SSESpecification StreamSpecification TimeToLiveSpecification",
		"AWS::IAM::ManagedPolicy":     "Description PolicyDocument",
		"AWS::IAM::Role":              "AssumeRolePolicyDocument ManagedPolicyArns Policies",
		"AWS::KMS::Alias":             "AliasName TargetKeyId",
		"AWS::KMS::Key":               "Description EnableKeyRotation KeyPolicy PendingWindowInDays",
		"AWS::Lambda::Permission":     "Action FunctionName Principal SourceAccount SourceArn",
		"AWS::Logs::LogGroup":         "KmsKeyId LogGroupName RetentionInDays",
		"AWS::SNS::Subscription":      "Endpoint Protocol TopicArn",
		"AWS::SNS::Topic":             "DisplayName KmsMasterKeyId",
		"AWS::SNS::TopicPolicy":       "PolicyDocument Topics",
		"AWS::SQS::Queue":             "MessageRetentionPeriod ReceiveMessageWaitTimeSeconds RedrivePolicy SqsManagedSseEnabled VisibilityTimeout",
		"AWS::SQS::QueuePolicy":       "PolicyDocument Queues",
		"AWS::SecretsManager::Secret": "Description GenerateSecretString KmsKeyId SecretString",
		"AWS::Serverless::Function": "Architectures CodeUri Description Environment EventInvokeConfig Events LoggingConfig MemorySize " +
			"ReservedConcurrentExecutions Role Timeout",
		"AWS::Serverless::HttpApi": "AccessLogSettings Auth CorsConfiguration DefaultRouteSettings Description " +
			"DisableExecuteApiEndpoint FailOnWarnings RouteSettings",
		"AWS::Serverless::StateMachine": "DefinitionSubstitutions DefinitionUri Logging Role Type",
	}
}

func typesReviewed(t *Template, f *findings) {
	for _, id := range slices.Sorted(maps.Keys(t.resources())) {
		kind := text(At(t.resources()[id], "Type"))
		known, there := reviewed()[kind]
		if !there {
			f.add(id, "is of the type %q, for which there are no rules", kind)
			continue
		}
		if len(t.Resource(id)) == 0 {
			f.add(id, "has no properties")
		}
		for _, name := range slices.Sorted(maps.Keys(t.Resource(id))) {
			if !slices.Contains(strings.Fields(known), name) {
				f.add(id, "has %s, which no rule knows", name)
			}
		}
	}
	globals, _ := t.Root["Globals"].(map[string]any)
	for _, kind := range slices.Sorted(maps.Keys(globals)) {
		of, _ := globals[kind].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if kind != "Function" || !slices.Contains([]string{"Runtime", "Handler", "Architectures", "MemorySize", "Timeout", "Tracing",
				"ReservedConcurrentExecutions", "Environment"}, name) {
				f.add("Globals", "has %s.%s, which no rule knows", kind, name)
			}
		}
	}
}

// walk calls visit with every value under v, v itself included, and the way to it, which is the walk's own: copy it to keep it.
func walk(v any, path []string, visit func(path []string, v any)) {
	visit(path, v)
	switch x := v.(type) {
	case map[string]any:
		for key, each := range x {
			walk(each, append(path, key), visit)
		}
	case []any:
		for _, each := range x {
			walk(each, append(path, "[]"), visit)
		}
	}
}

// subNames finds the names in a text for Fn::Sub: ${Name} and ${Name.Attribute}, not ${!Literal}.
func subNames(s string) []string {
	var out []string
	for _, piece := range strings.Split(s, "${")[1:] {
		name, _, closed := strings.Cut(piece, "}")
		name, _, _ = strings.Cut(name, ".")
		if closed && !strings.HasPrefix(name, "!") {
			out = append(out, name)
		}
	}
	return out
}

// names lists what v names directly: by Ref, by GetAtt, in the text of a Sub but for the names that it brings itself.
func names(v any) []string {
	m, isMap := v.(map[string]any)
	if !isMap || len(m) != 1 {
		return nil
	}
	var out []string
	if id := refersTo(v); id != "" {
		out = append(out, id)
	}
	out = append(out, subNames(text(m["Fn::Sub"]))...)
	if parts := list(m["Fn::Sub"]); len(parts) == 2 {
		own, _ := parts[1].(map[string]any)
		for _, name := range subNames(text(parts[0])) {
			if own[name] == nil {
				out = append(out, name)
			}
		}
	}
	return out
}

func referencesExist(t *Template, f *findings) {
	conditions, _ := t.Root["Conditions"].(map[string]any)
	isThere := func(name string) bool {
		// SAM lets a stage be named through its API: HttpApi.Stage.
		id, _, _ := strings.Cut(name, ".")
		return t.resources()[id] != nil || At(t.Root, "Parameters", name) != nil ||
			slices.Contains([]string{"AWS::AccountId", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"}, name)
	}
	for _, part := range []string{"Resources", "Outputs", "Conditions", "Rules", "Globals"} {
		walk(t.Root[part], []string{part}, func(path []string, v any) {
			for _, name := range names(v) {
				if !isThere(name) {
					f.add(strings.Join(path, "."), "names %s, which is not there", name)
				}
			}
			if branches := list(At(v, "Fn::If")); branches != nil && (len(branches) != 3 || conditions[text(branches[0])] == nil) {
				f.add(strings.Join(path, "."), "asks a condition that is not there, or has not two answers")
			}
			if name := text(At(v, "Condition")); name != "" && conditions[name] == nil {
				f.add(strings.Join(path, "."), "hangs on the condition %s, which is not there", name)
			}
		})
	}
}

func nothingEmpty(t *Template, f *findings) {
	walk(t.Root, nil, func(path []string, v any) {
		m, isMap := v.(map[string]any)
		l, isList := v.([]any)
		if v == nil || isMap && len(m) == 0 || isList && len(l) == 0 {
			f.add(strings.Join(path, "."), "is empty")
		}
	})
}

// ignored are the findings of cfn-lint that the template puts aside, where it does; the reason stands beside each.
func ignored() map[string]string {
	return map[string]string{
		"Metadata":      "[I3011]",
		"ApiDomainName": "[W1030]",
	}
}

func lintersHeard(t *Template, f *findings) {
	said := map[string]any{"Metadata": At(t.Root, "Metadata", "cfn-lint")}
	for id, resource := range t.resources() {
		said[id] = At(resource, "Metadata", "cfn-lint")
	}
	for _, id := range slices.Sorted(maps.Keys(said)) {
		if said[id] != nil && short(said[id]) != "{config: {ignore_checks: "+ignored()[id]+"}}" {
			f.add(id, "puts aside what linters find, for no known reason: %s", short(said[id]))
		}
	}
}

// whatLasts holds what cannot be made again. Queues and logs go with the stack: messages say what the tables hold, and a log
// that stays would keep its name, so that the stage could not be deployed again.
func whatLasts(t *Template, f *findings) {
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool"} {
		for _, id := range t.OfType(kind) {
			for _, key := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
				if text(At(t.resources()[id], key)) != "Retain" {
					f.add(id, "%s is not Retain", key)
				}
			}
		}
	}
}
