package templatecheck_test

import "till/scripts/templatecheck"

func formBreakages() []breakage {
	return []breakage{
		{"types_reviewed", "a bucket is added that nobody looked at", func(r map[string]any) {
			r["Resources"].(map[string]any)["Files"] = map[string]any{"Type": "AWS::S3::Bucket", "Properties": map[string]any{"BucketName": "till"}}
		}},
		{"types_reviewed", "a function has a URL of its own", func(r map[string]any) {
			properties(r, "Quote")["FunctionUrlConfig"] = map[string]any{"AuthType": "NONE"}
		}},
		{"types_reviewed", "a table opens itself to another account", func(r map[string]any) {
			properties(r, "OrdersTable")["ResourcePolicy"] = map[string]any{"PolicyDocument": "x"}
		}},
		{"types_reviewed", "every function runs a stranger's layer", func(r map[string]any) {
			templatecheck.At(r, "Globals", "Function").(map[string]any)["Layers"] = []any{"arn:aws:lambda:eu-central-1:123456789012:layer:x:1"}
		}},
		{"references_exist", "an output shows what is not there", func(r map[string]any) {
			templatecheck.At(r, "Outputs", "GatewaySecretsArn").(map[string]any)["Value"] = ref("PayPalSecret")
		}},
		{"references_exist", "a Sub names what is not there", func(r map[string]any) {
			templatecheck.At(r, "Outputs", "GatewaySecretsArn").(map[string]any)["Value"] = map[string]any{"Fn::Sub": "${PayPalSecret.Arn}"}
		}},
		{"references_exist", "a resource hangs on no condition", func(r map[string]any) { resource(r, "VaultKeyAlias")["Condition"] = "Cluod" }},
		{"nothing_empty", "a line was lost", func(r map[string]any) { properties(r, "Quote")["Description"] = nil }},
		{"linters_heard", "linters are told to be silent", func(r map[string]any) {
			resource(r, "QuoteRole")["Metadata"] = map[string]any{"cfn-lint": map[string]any{"config": map[string]any{"ignore_checks": []any{"W3037"}}}}
		}},
		{"linters_heard", "every warning is put aside", func(r map[string]any) {
			templatecheck.At(r, "Metadata", "cfn-lint", "config").(map[string]any)["ignore_checks"] = []any{"I3011", "W"}
		}},
		{"what_lasts", "a table goes with the stack", func(r map[string]any) { delete(resource(r, "OrdersTable"), "DeletionPolicy") }},
		{"what_lasts", "a table goes when it is replaced", func(r map[string]any) { resource(r, "OrdersTable")["UpdateReplacePolicy"] = "Delete" }},
		{"what_lasts", "the key of all personal data goes with the stack", func(r map[string]any) { delete(resource(r, "VaultKey"), "DeletionPolicy") }},
		{"what_lasts", "staff go with the stack", func(r map[string]any) { delete(resource(r, "StaffPool"), "DeletionPolicy") }},
	}
}

// parameter gives one parameter, for breaking.
func parameter(root map[string]any, name string) map[string]any {
	return templatecheck.At(root, "Parameters", name).(map[string]any)
}

func parameterBreakages() []breakage {
	return []breakage{
		{"parameters_bounded", "any word is a stage", func(r map[string]any) { delete(parameter(r, "Stage"), "AllowedValues") }},
		{"parameters_bounded", "the shop may be anywhere", func(r map[string]any) { delete(parameter(r, "ShopUrl"), "AllowedPattern") }},
		{"parameters_bounded", "protection is off unless somebody thinks of it", func(r map[string]any) { parameter(r, "DeletionProtection")["Default"] = "false" }},
		{"parameters_open", "a key is a parameter that is not shown", func(r map[string]any) { parameter(r, "GatewaysUrl")["NoEcho"] = true }},
		{"prod_is_real", "prod sells at a simulated gateway", func(r map[string]any) {
			p := templatecheck.At(r, "Rules", "ProdIsReal").(map[string]any)
			p["Assertions"] = append(p["Assertions"].([]any)[:1:1], p["Assertions"].([]any)[2:]...)
		}},
		{"prod_is_real", "nobody hears the alarms of prod", func(r map[string]any) {
			p := templatecheck.At(r, "Rules", "ProdIsReal").(map[string]any)
			p["Assertions"] = p["Assertions"].([]any)[:3]
		}},
		{"prod_is_real", "prod sends browsers to the shopper's own machine", func(r map[string]any) {
			p := templatecheck.At(r, "Rules", "ProdIsReal").(map[string]any)
			p["Assertions"] = append(p["Assertions"].([]any)[:5:5], p["Assertions"].([]any)[6:]...)
		}},
		{"prod_is_real", "the rule holds staging", func(r map[string]any) {
			p := templatecheck.At(r, "Rules", "ProdIsReal").(map[string]any)
			p["RuleCondition"] = map[string]any{"Fn::Equals": []any{ref("Stage"), "staging"}}
		}},
		{"conditions_right", "protection is the wrong way round", func(r map[string]any) {
			r["Conditions"].(map[string]any)["Protected"] = map[string]any{"Fn::Equals": []any{ref("DeletionProtection"), "false"}}
		}},
		{"outputs_open", "a secret is shown", func(r map[string]any) {
			templatecheck.At(r, "Outputs", "GatewaySecretsArn").(map[string]any)["Value"] = map[string]any{"Fn::Sub": "{{resolve:secretsmanager:${GatewaySecrets}}}"}
		}},
		{"outputs_open", "a domain is shown where there is none", func(r map[string]any) {
			delete(templatecheck.At(r, "Outputs", "ApiDomainTarget").(map[string]any), "Condition")
		}},
	}
}

func wiringBreakages() []breakage {
	return []breakage{
		{"triggered", "nobody reads the mail queue", func(r map[string]any) { delete(properties(r, "Notify"), "Events") }},
		{"triggered", "two functions read the same queue", func(r map[string]any) {
			properties(r, "Prepare")["Events"] = map[string]any{"Topic": map[string]any{"Type": "SNS", "Properties": map[string]any{"Topic": ref("Alarms")}}}
		}},
		{"triggered", "messages come one by one", func(r map[string]any) { event(r, "Notify", "Queue")["BatchSize"] = 1 }},
		{"reads_what_is_told", "a function is not told what it reads", func(r map[string]any) {
			delete(part(r, "Sweep", "Environment", "Variables"), "MAIL_QUEUE_URL")
		}},
		{"reads_what_is_told", "a function is told what it does not read", func(r map[string]any) {
			part(r, "Quote", "Environment", "Variables")["SHOP_URL"] = ref("ShopUrl")
		}},
		{"told_right", "shoppers are sent to the API", func(r map[string]any) {
			part(r, "Notify", "Environment", "Variables")["SHOP_URL"] = ref("ApiUrl")
		}},
		{"told_right", "every origin may be returned to", func(r map[string]any) {
			part(r, "StartPayment", "Environment", "Variables")["RETURN_ORIGINS"] = "*"
		}},
	}
}

func domainBreakages() []breakage {
	return []breakage{
		{"one_door", "the address that AWS gives stays open", func(r map[string]any) { delete(properties(r, "HttpApi"), "DisableExecuteApiEndpoint") }},
		{"one_door", "old TLS is taken", func(r map[string]any) {
			part(r, "ApiDomainName", "DomainNameConfigurations", 0)["SecurityPolicy"] = "TLS_1_0"
		}},
		{"one_door", "the domain leads to another API", func(r map[string]any) { properties(r, "ApiMapping")["ApiId"] = ref("ApiDomain") }},
		{"warnings_fail", "an API with warnings is taken", func(r map[string]any) { properties(r, "HttpApi")["FailOnWarnings"] = false }},
	}
}
