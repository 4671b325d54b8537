package permissions_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"till/scripts/permissions"
	"till/scripts/templatecheck"
)

// first is the first statement of a role, which tests break.
func first(tpl *templatecheck.Template, role string) map[string]any {
	policies, _ := tpl.Resource(role)["Policies"].([]any)
	all, _ := templatecheck.At(policies[0], "PolicyDocument", "Statement").([]any)
	own, _ := all[0].(map[string]any)
	return own
}

func TestARoleThatCannotBeWeighedExactlyIsAnError(t *testing.T) {
	set := func(name string, to any) func(*templatecheck.Template) {
		return func(tpl *templatecheck.Template) { first(tpl, "QuoteRole")[name] = to }
	}
	tests := []struct {
		name  string
		broke func(*templatecheck.Template)
		says  string
	}{
		{"a statement that denies", set("Effect", "Deny"), "Deny"},
		{"all actions but some", set("NotAction", "dynamodb:Scan"), "NotAction"},
		{"all resources but some", set("NotResource", "*"), "NotResource"},
		{"another operator", set("Condition", map[string]any{"StringLike": map[string]any{"a": "b"}}), "StringLike"},
		{"a condition on what nobody set", set("Condition", map[string]any{"StringEquals": map[string]any{"a": map[string]any{"Ref": "Nothing"}}}), "Nothing"},
		{"no actions", set("Action", nil), "without actions"},
		{"an action that is none", set("Action", map[string]any{"Ref": "Stage"}), "no action"},
		{"no resources", set("Resource", nil), "without actions or resources"},
		{"a table's name", set("Resource", map[string]any{"Ref": "CatalogTable"}), "no ARN"},
		{"a queue's URL", set("Resource", map[string]any{"Ref": "MailQueue"}), "no ARN"},
		{"a resource that is not there", set("Resource", map[string]any{"Fn::GetAtt": "Nothing.Arn"}), "no ARN"},
		{"an index that is not there", set("Resource", map[string]any{"Fn::Sub": "${CatalogTable.Arn}/index/due"}), "cannot tell"},
		{"all indexes", set("Resource", map[string]any{"Fn::Sub": "${CatalogTable.Arn}/index/*"}), "cannot tell"},
		{"all executions of all machines", set("Resource", map[string]any{"Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:*"}), "cannot tell"},
		{"every sender", set("Resource", map[string]any{"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*"}), "cannot tell"},
		{"an ARN in full", set("Resource", "arn:aws:dynamodb:eu-central-1:1:table/x"), "cannot tell"},
		{"a boundary", func(tpl *templatecheck.Template) { tpl.Resource("QuoteRole")["PermissionsBoundary"] = "arn" }, "boundary"},
		{"a policy of AWS's", func(tpl *templatecheck.Template) {
			tpl.Resource("QuoteRole")["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AdministratorAccess"}
		}, "elsewhere"},
		{"another template's role", func(tpl *templatecheck.Template) { tpl.Resource("Quote")["Role"] = "arn:aws:iam::1:role/x" }, "no role"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := read(t)
			tt.broke(tpl)
			if _, err := permissions.Load(tpl, parameters()); err == nil || !strings.Contains(err.Error(), "Quote") || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestATableMayBeNamedInBothFormsOfGetAtt(t *testing.T) {
	tpl := read(t)
	want, err := permissions.Load(tpl, parameters())
	if err != nil {
		t.Fatal(err)
	}
	first(tpl, "QuoteRole")["Resource"] = map[string]any{"Fn::GetAtt": []any{"CatalogTable", "Arn"}}
	got, err := permissions.Load(tpl, parameters())
	if err != nil || got["Quote"][0].Call != want["Quote"][0].Call {
		t.Errorf("%v, %v", got["Quote"], err)
	}
}

func TestANeedOfAWSThatIsNotKnownIsAnError(t *testing.T) {
	of := func(id, name string, to any) func(*templatecheck.Template) {
		return func(tpl *templatecheck.Template) { tpl.Resource(id)[name] = to }
	}
	event := func(function, name, property string, to any) func(*templatecheck.Template) {
		return func(tpl *templatecheck.Template) {
			props, _ := templatecheck.At(tpl.Resource(function)["Events"], name).(map[string]any)
			if property != "" {
				props, _ = props["Properties"].(map[string]any)
			} else {
				property = "Type"
			}
			props[property] = to
		}
	}
	tests := []struct {
		name  string
		broke func(*templatecheck.Template)
		says  string
	}{
		{"a network", of("Quote", "VpcConfig", map[string]any{}), "VpcConfig"},
		{"a dead-letter queue", of("Quote", "DeadLetterQueue", map[string]any{}), "DeadLetterQueue"},
		{"a destination", of("Sweep", "EventInvokeConfig", map[string]any{"DestinationConfig": map[string]any{}}), "destinations"},
		{"another source of events", event("Relay", "Changes", "", "Kinesis"), "Kinesis"},
		{"records are set aside elsewhere", event("Relay", "Changes", "DestinationConfig", map[string]any{"OnFailure": map[string]any{"Type": "S3"}}), "no queue"},
		{"another template's queue", event("Notify", "Queue", "Queue", "arn:aws:sqs:eu-central-1:1:q"), "cannot tell"},
		{"another template's stream", event("Relay", "Changes", "Stream", "arn"), "cannot tell"},
		{"a queue under a key of ours", of("MailQueue", "KmsMasterKeyId", map[string]any{"Ref": "StoreKey"}), "under a key"},
		{"a table under a key that lets nobody through", of("OrdersTable", "SSESpecification", map[string]any{"KMSMasterKeyId": map[string]any{"Ref": "VaultKey"}}), "VaultKey does not let"},
		{"a secret under a key that lets nobody through", of("LinkSecret", "KmsKeyId", map[string]any{"Ref": "VaultKey"}), "VaultKey does not let"},
		{"a machine that traces", of("Fulfillment", "Tracing", map[string]any{"Enabled": true}), "Tracing"},
		{"a machine without its definition", of("Fulfillment", "DefinitionUri", "nowhere.json"), "nowhere.json"},
		{"a task without its function", of("Fulfillment", "DefinitionSubstitutions", map[string]any{}), "no function of the template"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := read(t)
			tt.broke(tpl)
			if _, err := permissions.ServiceNeeds(tpl, os.DirFS(project)); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAMachineMayCallWhatItsTasksCall(t *testing.T) {
	task := func(resource string) []byte {
		text, err := json.Marshal(map[string]any{"States": map[string]any{
			"A": map[string]any{"Type": "Parallel", "Branches": []any{map[string]any{"States": map[string]any{
				"B": map[string]any{"Type": "Task", "Resource": resource, "Parameters": map[string]any{"FunctionName": "${PrepareArn}"}},
			}}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	files := func(text []byte) fstest.MapFS { return fstest.MapFS{"infra/fulfillment.asl.json": {Data: text}} }
	needs, err := permissions.ServiceNeeds(read(t), files(task("arn:aws:states:::lambda:invoke")))
	if err != nil {
		t.Fatal(err)
	}
	var invoked []string
	for _, n := range needs["Fulfillment"] {
		if n.Action == "lambda:InvokeFunction" {
			invoked = append(invoked, n.Resource)
		}
	}
	if !slices.Equal(invoked, []string{"Prepare"}) {
		t.Errorf("calls %v", invoked)
	}
	for name, text := range map[string][]byte{"another service": task("arn:aws:states:::sqs:sendMessage"), "no JSON": []byte("{")} {
		if _, err := permissions.ServiceNeeds(read(t), files(text)); err == nil {
			t.Errorf("%s is known", name)
		}
	}
}

func TestFindingsNameBothSides(t *testing.T) {
	read, write := permissions.Call{Action: "dynamodb:GetItem", Resource: "A"}, permissions.Call{Action: "dynamodb:PutItem", Resource: "A"}
	bound := permissions.Need{Call: write, Context: map[string]string{"who": "me"}}
	roles := permissions.Roles{"F": {{Call: read}, {Call: read}, {Call: write}}}
	got := map[permissions.Kind]string{}
	for _, f := range roles.Diff(permissions.Seen{"F": {bound}, "G": {{Call: read}}}) {
		got[f.Kind] = f.String()
	}
	want := map[permissions.Kind]string{
		permissions.Extra: "F may dynamodb:GetItem on A, and never did", permissions.Twice: "F may dynamodb:GetItem on A twice over",
		permissions.Loose: "F may dynamodb:PutItem on A whatever the who", permissions.Missing: "G needs dynamodb:GetItem on A, and may not",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
