package templatecheck

import (
	"maps"
	"slices"
	"strings"
)

func trustRules() []Rule {
	return []Rule{
		{"policy_language", "a statement in the old language, or turned round, allows what nobody reads in it", policyLanguage},
		{"trusted_services", "a role that others may take is theirs", trustedServices},
		{"callers_named", "a function that a whole service may call is called from other accounts", callersNamed},
		{"mail_sender", "who may send as anybody sends phishing in the shop's name", mailSender},
		{"never_granted", "no run of a function changes code, rights, backups or logs", neverGranted},
		{"traced", "a slow checkout without a trace is guessed at", traced},
	}
}

// documents lists every policy of the template by the resource that holds it.
func (t *Template) documents() map[string][]any {
	out := map[string][]any{}
	for id := range t.resources() {
		walk(t.Resource(id), nil, func(path []string, v any) {
			if len(path) > 0 && slices.Contains([]string{"PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy"}, path[len(path)-1]) {
				out[id] = append(out[id], v)
			}
		})
	}
	return out
}

func policyLanguage(t *Template, f *findings) {
	all := t.documents()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		isIAM := strings.HasPrefix(text(At(t.resources()[id], "Type")), "AWS::IAM::")
		for _, doc := range all[id] {
			if At(doc, "Version") != "2012-10-17" {
				f.add(id, "has a policy in the language of 2008, which reads variables as text")
			}
			if len(list(At(doc, "Statement"))) == 0 {
				f.add(id, "has a policy that says nothing")
			}
			for _, each := range list(At(doc, "Statement")) {
				switch effect := At(each, "Effect"); {
				case effect == "Deny" && isIAM:
					f.add(id, "denies, which the other rules would count as allowed")
				case effect != "Allow" && effect != "Deny":
					f.add(id, "has a statement that neither allows nor denies")
				}
				for _, turned := range []string{"NotAction", "NotResource", "NotPrincipal"} {
					if At(each, turned) != nil {
						f.add(id, "says %s, which grants all that it does not name", turned)
					}
				}
			}
		}
	}
}

func trustedServices(t *Template, f *findings) {
	want := map[string]string{}
	for _, id := range t.Functions() {
		want[t.roleOf(id)] = "[{Action: sts:AssumeRole, Effect: Allow, Principal: {Service: lambda.amazonaws.com}}]"
	}
	for _, id := range t.OfType("AWS::Serverless::StateMachine") {
		want[refersTo(t.Resource(id)["Role"])] = "[{Action: sts:AssumeRole, Condition: {StringEquals: {aws:SourceAccount: " +
			"!Ref AWS::AccountId}}, Effect: Allow, Principal: {Service: states.amazonaws.com}}]"
	}
	for _, role := range t.OfType("AWS::IAM::Role") {
		if got := short(At(t.Resource(role), "AssumeRolePolicyDocument", "Statement")); got != want[role] {
			f.add(role, "may be taken by others than the one service that runs with it: %s", got)
		}
	}
}

func callersNamed(t *Template, f *findings) {
	called := false
	for _, id := range t.OfType("AWS::Lambda::Permission") {
		p := t.Resource(id)
		if p["Action"] != "lambda:InvokeFunction" || t.Folder(refersTo(p["FunctionName"])) == "" {
			f.add(id, "allows more than to call one of our functions")
		}
		if !strings.HasSuffix(text(p["Principal"]), ".amazonaws.com") || t.Resource(refersTo(p["SourceArn"])) == nil ||
			short(p["SourceAccount"]) != "!Ref AWS::AccountId" {
			f.add(id, "lets others than one resource of this account call")
		}
		called = called || refersTo(p["FunctionName"]) == t.claimsTrigger() && p["Principal"] == "cognito-idp.amazonaws.com" &&
			refersTo(p["SourceArn"]) == "StaffPool"
	}
	if !called {
		f.add("StaffPool", "may not call its trigger, so nobody can sign in")
	}
}

// mailSender: SES asks for the identity that was verified, an address or its domain, so the sender is held by the condition.
func mailSender(t *Template, f *findings) {
	identities := []string{"!Sub arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailFrom}",
		"!Sub [arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${Domain}, {Domain: !Select [1, !Split [@, !Ref MailFrom]]}]"}
	for _, s := range t.everyGrant() {
		for _, action := range s.Actions {
			if !strings.HasPrefix(action, "ses:") {
				continue
			}
			if action != "ses:SendEmail" || short(s.Condition) != "{StringEquals: {ses:FromAddress: !Ref MailFrom}}" {
				f.add(s.Role, "may send mail as others than MailFrom: %s", action)
			}
			for _, resource := range s.Resources {
				if !slices.Contains(identities, short(resource)) {
					f.add(s.Role, "may send mail by another identity than MailFrom's: %s", short(resource))
				}
			}
		}
	}
}

// neverGranted holds by service and verb what forbiddenActions holds by name: what AWS adds tomorrow is refused too.
func neverGranted(t *Template, f *findings) {
	closed := []string{"iam", "sts", "backup", "cloudformation", "organizations", "cognito-idp", "cloudtrail"}
	used := []string{"lambda", "kms", "secretsmanager", "states", "events", "ssm"}
	for _, s := range t.everyGrant() {
		for _, action := range s.Actions {
			service, verb, _ := strings.Cut(strings.ToLower(action), ":")
			changes := slices.ContainsFunc([]string{"delete", "update", "create", "put", "add", "remove"}, func(start string) bool {
				return strings.HasPrefix(verb, start)
			})
			switch {
			case slices.Contains(closed, service), slices.Contains(used, service) && changes,
				service == "sqs" && (strings.HasSuffix(verb, "queue") || verb == "setqueueattributes"),
				service == "logs" && strings.HasPrefix(verb, "delete") && action != "logs:DeleteLogDelivery",
				service == "dynamodb" && (strings.HasSuffix(verb, "table") || strings.Contains(verb, "backup") || strings.Contains(verb, "partiql")):
				f.add(s.Role, "allows %s, which no run of a function needs", action)
			}
		}
	}
}

func traced(t *Template, f *findings) {
	for _, id := range t.Functions() {
		may := map[string]bool{}
		for _, s := range t.Grants(t.roleOf(id)) {
			for _, action := range s.Actions {
				may[action] = may[action] || slices.Contains(s.Resources, any("*"))
			}
		}
		if t.setting(id, "Tracing") != "Active" || !may["xray:PutTraceSegments"] || !may["xray:PutTelemetryRecords"] {
			f.add(id, "leaves no trace, or may not send it")
		}
	}
}
