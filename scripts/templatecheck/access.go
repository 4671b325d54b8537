package templatecheck

import (
	"slices"
	"strings"
)

func accessRules() []Rule {
	return []Rule{
		{"own_role", "a broken function reaches only what it needs", ownRole},
		{"named_actions", "a wildcard grants what AWS adds tomorrow", namedActions},
		{"named_resources", "a star reaches every table and queue of the account", namedResources},
		{"forbidden_actions", "nothing that runs may read whole tables, delete them, or pass on rights", forbiddenActions},
		{"narrow_webhook", "what strangers call may record an event and nothing else", narrowWebhook},
		{"key_purpose", "a data key must not open what was sealed for another purpose", keyPurpose},
		{"granted_as_told", "a table or queue that a function is told of is one that it may use, and the reverse", grantedAsTold},
		{"no_secret_told", "environments are shown by the console and kept by CloudFormation", noSecretTold},
	}
}

// Statement is one statement of a role's policies.
type Statement struct {
	Role      string // Logical id.
	Actions   []string
	Resources []any
	Condition any
}

// Grants lists the statements of a role: its own, and those of the template's managed policies that it takes.
func (t *Template) Grants(role string) []Statement {
	props := t.Resource(role)
	var documents []any
	for _, each := range list(props["Policies"]) {
		documents = append(documents, At(each, "PolicyDocument"))
	}
	for _, each := range list(props["ManagedPolicyArns"]) {
		documents = append(documents, t.Resource(refersTo(each))["PolicyDocument"])
	}
	var out []Statement
	for _, doc := range documents {
		for _, each := range list(At(doc, "Statement")) {
			resources, many := At(each, "Resource").([]any)
			if !many {
				resources = []any{At(each, "Resource")}
			}
			out = append(out, Statement{role, texts(At(each, "Action")), resources, At(each, "Condition")})
		}
	}
	return out
}

func (t *Template) everyGrant() []Statement {
	var out []Statement
	for _, role := range t.OfType("AWS::IAM::Role") {
		out = append(out, t.Grants(role)...)
	}
	return out
}

// roleOf is the logical id of a function's role.
func (t *Template) roleOf(function string) string { return refersTo(t.Resource(function)["Role"]) }

func ownRole(t *Template, f *findings) {
	taken := map[string]string{}
	for _, id := range t.Functions() {
		role := t.roleOf(id)
		switch {
		case t.Resource(role) == nil:
			f.add(id, "has no role of its own in this template")
		case taken[role] != "":
			f.add(id, "shares its role with %s", taken[role])
		case len(list(t.Resource(role)["Policies"])) == 0:
			f.add(id, "has a role without policies")
		}
		taken[role] = id
		if t.Resource(id)["Policies"] != nil {
			f.add(id, "has policies beside its role, which SAM ignores")
		}
	}
	// Policies that AWS keeps change without us, and most of them name a star.
	for _, role := range t.OfType("AWS::IAM::Role") {
		for _, each := range list(t.Resource(role)["ManagedPolicyArns"]) {
			if t.Resource(refersTo(each)) == nil {
				f.add(role, "takes a policy that is not of this template")
			}
		}
	}
}

func namedActions(t *Template, f *findings) {
	for _, s := range t.everyGrant() {
		if len(s.Actions) == 0 {
			f.add(s.Role, "a statement names no action")
		}
		for _, action := range s.Actions {
			if service, verb, _ := strings.Cut(action, ":"); strings.Contains(action, "*") || service == "" || verb == "" {
				f.add(s.Role, "allows %s", action)
			}
		}
	}
}

// starActions are those for which AWS lets no resource be named.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
func starActions() []string {
	return []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords", "logs:CreateLogDelivery", "logs:GetLogDelivery",
		"logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy",
		"logs:DescribeResourcePolicies", "logs:DescribeLogGroups"}
}

// isNamed is true for a resource that says which thing of the template it is, or a part of it. Two cannot: an execution has no
// name before it is started, and SES's identities are not of the template; mail_sender holds those.
func (t *Template) isNamed(resource any) bool {
	if id := refersTo(resource); id != "" {
		return t.Resource(id) != nil
	}
	of := names(resource)
	whole := len(of) > 0 && !strings.Contains(short(resource), "*")
	return whole && t.Resource(of[0]) != nil || strings.Contains(short(resource), ":identity/${") ||
		short(resource) == "!Sub arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${Fulfillment.Name}:*"
}

func namedResources(t *Template, f *findings) {
	for _, s := range t.everyGrant() {
		for _, resource := range s.Resources {
			if resource != "*" {
				if !t.isNamed(resource) {
					f.add(s.Role, "reaches further than one thing of this template: %s", short(resource))
				}
				continue
			}
			for _, action := range s.Actions {
				if !slices.Contains(starActions(), action) || strings.HasPrefix(action, "logs:") && s.Role != "FulfillmentRole" {
					f.add(s.Role, "allows %s on every resource", action)
				}
			}
		}
	}
}

func forbiddenActions(t *Template, f *findings) {
	forbidden := []string{"dynamodb:scan", "dynamodb:deletetable", "dynamodb:deletebackup", "dynamodb:updatetable", "iam:passrole",
		"kms:schedulekeydeletion", "kms:disablekey", "kms:putkeypolicy", "secretsmanager:putsecretvalue", "secretsmanager:deletesecret"}
	for _, s := range t.everyGrant() {
		for _, action := range s.Actions {
			if slices.Contains(forbidden, strings.ToLower(action)) {
				f.add(s.Role, "allows %s", action)
			}
		}
	}
}

func narrowWebhook(t *Template, f *findings) {
	allowed := []string{"dynamodb:PutItem InboxTable", "sqs:SendMessage EventsQueue"}
	for _, id := range t.Functions() {
		if !strings.HasPrefix(t.Folder(id), "webhook/") {
			continue
		}
		secrets := 0
		for _, s := range t.Grants(t.roleOf(id)) {
			for _, action := range s.Actions {
				switch {
				case strings.HasPrefix(action, "logs:"), strings.HasPrefix(action, "xray:"):
				case action == "secretsmanager:GetSecretValue":
					secrets += len(s.Resources)
				case len(s.Resources) != 1 || !slices.Contains(allowed, action+" "+refersTo(s.Resources[0])):
					f.add(id, "may do more than record an event: %s", action)
				}
			}
		}
		if secrets != 1 {
			f.add(id, "reads %d secrets, not its own alone", secrets)
		}
	}
}

func keyPurpose(t *Template, f *findings) {
	for _, s := range t.everyGrant() {
		uses := slices.ContainsFunc(s.Actions, func(a string) bool { return strings.HasPrefix(a, "kms:") })
		// Contacts are all that is sealed; another purpose is added here with its vault.
		for name, want := range map[string]string{"app": "till", "stage": "!Ref Stage", "purpose": "contact"} {
			if got := short(At(s.Condition, "StringEquals", "kms:EncryptionContext:"+name)); uses && got != want {
				f.add(s.Role, "uses a key where the %s of the encryption context is %s, not %s", name, got, want)
			}
		}
	}
}

// told maps the environment's names to the resource that they tell of, and the service whose rights it takes. The queues and
// the state machine stand on one side only: a queue may also be read by an event, a waiting task be answered without its name.
func told() map[string][2]string {
	return map[string][2]string{
		"ORDERS_TABLE": {"OrdersTable", "dynamodb"}, "CATALOG_TABLE": {"CatalogTable", "dynamodb"},
		"INBOX_TABLE": {"InboxTable", "dynamodb"}, "CUSTOMERS_TABLE": {"CustomersTable", "dynamodb"},
		"VAULT_KEY_ARN": {"VaultKey", "kms"}, "LINK_SECRET_ARN": {"LinkSecret", "secretsmanager"},
		"VAULT_SECRET_ARN": {"VaultSecret", "secretsmanager"}, "GATEWAY_SECRETS_ARN": {"GatewaySecrets", "secretsmanager"},
		"EVENTS_QUEUE_URL": {"EventsQueue", "sqs"}, "FULFILLMENT_QUEUE_URL": {"FulfillmentQueue", "sqs"},
		"MAIL_QUEUE_URL": {"MailQueue", "sqs"}, "STATE_MACHINE_ARN": {"Fulfillment", "states"},
	}
}

func grantedAsTold(t *Template, f *findings) {
	for _, id := range t.Functions() {
		env, granted := t.Environment(id), t.granted(t.roleOf(id))
		for name, want := range told() {
			has, may := env[name] != nil, granted[want[1]+" "+want[0]]
			if has && refersTo(env[name]) != want[0] {
				f.add(id, "%s is not %s", name, want[0])
			}
			if has && !may {
				f.add(id, "is told %s and may not use it", name)
			}
			oneSided := want[1] == "sqs" || want[1] == "states" || id == "Relay"
			if may && !has && !oneSided {
				f.add(id, "may use %s and is not told of it", want[0])
			}
		}
	}
}

// granted lists "service LogicalID" for all that a role may use, indexes counted as their table.
func (t *Template) granted(role string) map[string]bool {
	out := map[string]bool{}
	for _, s := range t.Grants(role) {
		for _, resource := range s.Resources {
			id := refersTo(resource)
			if sub := text(At(resource, "Fn::Sub")); strings.HasPrefix(sub, "${") {
				id, _, _ = strings.Cut(sub[2:], ".")
			}
			for _, action := range s.Actions {
				service, _, _ := strings.Cut(action, ":")
				out[service+" "+id] = true
			}
		}
	}
	return out
}

func noSecretTold(t *Template, f *findings) {
	for _, id := range t.Functions() {
		for name := range t.Environment(id) {
			for _, end := range []string{"_SECRET", "_KEY", "_TOKEN", "_PASSWORD", "_SECRETS", "_KEYS"} {
				if strings.HasSuffix(name, end) {
					f.add(id, "%s sounds like a secret; give the ARN of one", name)
				}
			}
		}
	}
	walk(t.Root, nil, func(path []string, v any) {
		for _, start := range []string{"sk_", "rk_", "pk_live", "whsec_", "AKIA", "-----BEGIN", "{{resolve:"} {
			if strings.Contains(text(v), start) {
				f.add(strings.Join(path, "."), "holds %s…", start)
			}
		}
	})
}
