package template_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/template"
)

func load(t *testing.T, o template.Options) *template.Template {
	t.Helper()
	source, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tpl, err := template.Load(source, o)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func function(t *testing.T, tpl *template.Template, id string) template.Function {
	t.Helper()
	for _, f := range tpl.Functions {
		if f.LogicalID == id {
			return f
		}
	}
	t.Fatalf("no function %s", id)
	return template.Function{}
}

func TestIntrinsicsResolveToLocalNames(t *testing.T) {
	tpl := load(t, template.Options{Parameters: map[string]string{"Stage": "prod"}})
	got := function(t, tpl, "Place").Environment
	want := map[string]string{
		"STAGE": "prod", "LOG_LEVEL": "WARN", "ORDERS_TABLE": "shop-prod-orders",
		"EVENTS_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/000000000000/till-local-Events",
		"KEY_ARN":          "arn:aws:kms:eu-central-1:000000000000:key/till-local-Key",
		"SECRET_ARN":       "arn:aws:secretsmanager:eu-central-1:000000000000:secret:till-local-Secret",
		"API":              "https://till-localapi.execute-api.eu-central-1.amazonaws.com",
		"JOINED":           "a-b-prod", "SELECTED": "two", "SIZE": "large", "LITERAL": "${Kept} prod",
		"CHOSEN": "yes", "OWN": "x=1", "SPLIT": "c", "ORIGINS": "https://a.example,https://b.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestAFunctionOverridesTheGlobals(t *testing.T) {
	tpl := load(t, template.Options{})
	place, relay := function(t, tpl, "Place"), function(t, tpl, "Relay")
	if place.Timeout != 15*time.Second || relay.Timeout != 30*time.Second || place.MemoryMB != 256 {
		t.Fatalf("timeouts %s and %s, memory %d", place.Timeout, relay.Timeout, place.MemoryMB)
	}
	if place.CodeURI != "functions/shopper/place/lambda/" || relay.Environment["LOG_LEVEL"] != "DEBUG" {
		t.Fatalf("code %q, level %q", place.CodeURI, relay.Environment["LOG_LEVEL"])
	}
}

func TestEventsAreRead(t *testing.T) {
	tpl := load(t, template.Options{})
	wantRoutes := []template.Route{{API: "Api", Method: "POST", Path: "/orders", Timeout: 30 * time.Second}}
	if diff := cmp.Diff(wantRoutes, function(t, tpl, "Place").Routes); diff != "" {
		t.Error(diff)
	}
	wantStream := []template.StreamEvent{{
		StreamARN: "arn:aws:dynamodb:eu-central-1:000000000000:table/shop-dev-orders/stream/2026-01-01T00:00:00.000",
		BatchSize: 25, Parallelization: 2, MaxRetries: 10, MaxAge: 6 * time.Hour, Bisect: true, PartialFailure: true,
		Filters: []string{`{"eventName":["INSERT"]}`}, OnFailureARN: "arn:aws:sqs:eu-central-1:000000000000:till-local-Dead",
	}}
	if diff := cmp.Diff(wantStream, function(t, tpl, "Relay").Streams); diff != "" {
		t.Error(diff)
	}
	wantQueue := []template.SQSEvent{{
		QueueARN: "arn:aws:sqs:eu-central-1:000000000000:till-local-Events", BatchSize: 10, MaxConcurrency: 4, PartialFailure: true, Filters: []string{},
	}}
	if diff := cmp.Diff(wantQueue, function(t, tpl, "Apply").SQS); diff != "" {
		t.Error(diff)
	}
	sweep := function(t, tpl, "Sweep")
	if len(sweep.Schedules) != 2 || !sweep.Schedules[0].Enabled || sweep.Schedules[1].Enabled ||
		sweep.Schedules[0].ARN != "arn:aws:scheduler:eu-central-1:000000000000:schedule/default/till-local-SweepEach" {
		t.Errorf("schedules %+v", sweep.Schedules)
	}
	staff := function(t, tpl, "Staff").Routes
	if len(staff) != 2 || staff[0].Authorizer != "Staff" || staff[1].Authorizer != "" || staff[1].Path != "$default" || staff[1].Method != "ANY" {
		t.Errorf("routes %+v", staff)
	}
}

func TestQueuesTablesMachinesAndAPIsAreRead(t *testing.T) {
	tpl := load(t, template.Options{})
	wantQueue := template.Queue{
		LogicalID: "Events", Name: "till-local-Events", ARN: "arn:aws:sqs:eu-central-1:000000000000:till-local-Events",
		URL:        "https://sqs.eu-central-1.amazonaws.com/000000000000/till-local-Events",
		Visibility: 180 * time.Second, Retention: 4 * 24 * time.Hour,
		DeadARN: "arn:aws:sqs:eu-central-1:000000000000:till-local-Dead", MaxReceive: 5,
	}
	if diff := cmp.Diff(wantQueue, tpl.Queues[1]); diff != "" {
		t.Error(diff)
	}
	table := tpl.Tables[0]
	if table.HashKey != "pk" || table.RangeKey != "sk" || table.View != "NEW_IMAGE" || table.TTL != "ttl" ||
		!cmp.Equal(table.Indexes, []template.Index{{Name: "due", HashKey: "due_shard", RangeKey: "due"}}) {
		t.Errorf("table %+v", table)
	}
	wantAPI := template.API{
		LogicalID: "Api", ID: "till-localapi",
		CORS: &template.CORS{Origins: []string{"https://a.example", "https://b.example"}, Methods: []string{"GET", "POST"}, Headers: []string{"authorization"}, MaxAge: 10 * time.Minute},
		Authorizers: map[string]template.Authorizer{"Staff": {
			Issuer:   "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool",
			Audience: []string{"till-localclient"}, Source: "$request.header.Authorization",
		}},
		DefaultAuthorizer: "Staff",
	}
	if diff := cmp.Diff(wantAPI, tpl.APIs[0]); diff != "" {
		t.Error(diff)
	}
	definition, err := tpl.StateMachines[0].Substitute([]byte(`{"Resource":"${PlaceArn}"}`))
	if err != nil || string(definition) != `{"Resource":"arn:aws:lambda:eu-central-1:000000000000:function:till-local-Place"}` {
		t.Errorf("substituted %s, %v", definition, err)
	}
	if _, err := tpl.StateMachines[0].Substitute([]byte(`${Nobody}`)); err == nil || !strings.Contains(err.Error(), "Nobody") {
		t.Errorf("an unknown substitution gave %v", err)
	}
}

func TestResourcesWithoutTheirConditionAreNotThere(t *testing.T) {
	for _, f := range load(t, template.Options{}).Functions {
		if f.LogicalID == "OnlyInProd" {
			t.Fatal("a function of prod is there on dev")
		}
	}
	function(t, load(t, template.Options{Parameters: map[string]string{"Stage": "prod"}}), "OnlyInProd")
}

func TestFaultsNameTheirPath(t *testing.T) {
	const head = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: f\n"
	for _, row := range []struct{ name, source, want string }{
		{"a reference to nothing", head + "      Environment: {Variables: {A: !Ref Nobody}}", "Resources.F.Properties.Environment.Variables.A: nothing is called Nobody"},
		{"an attribute that is not local", head + "      Environment: {Variables: {A: !GetAtt F.Colour}}", "F.Colour has no local value"},
		{"a dynamic reference", head + "      Environment: {Variables: {A: '{{resolve:ssm:x}}'}}", "Variables.A: a dynamic reference"},
		{"a parameter without a value", "Parameters: {P: {Type: String}}\n" + head + "      Environment: {Variables: {A: !Ref P}}", "parameter P has no value"},
		{"a value that the parameter does not allow", "Parameters: {P: {Type: String, Default: x, AllowedValues: [y]}}\n" + head + "      Environment: {Variables: {A: !Ref P}}", "not one of its AllowedValues"},
		{"a function that is not resolved here", head + "      Environment: {Variables: {A: !ImportValue x}}", "Fn::ImportValue has no local meaning"},
		{"an unknown event", head + "      Events: {E: {Type: SNS, Properties: {}}}", `event type "SNS" has no local twin`},
		{"a function without code", "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {}}", "CodeUri: missing"},
		{"a condition in a circle", "Conditions: {A: !Condition A}\nResources:\n  Q: {Type: AWS::SQS::Queue, Condition: A}", "asks itself"},
		{"a route to no API", head + "      Events: {E: {Type: HttpApi, Properties: {ApiId: !Ref Nope, Path: /x, Method: get}}}", `no API "Nope"`},
		{"a number that is none", "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: soon}}", "VisibilityTimeout: \"soon\" is not a whole number"},
		{"a key given twice", "Resources: {Q: {Type: a, Type: b}}", "given twice"},
		{"nothing", "", "empty"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := template.Load([]byte(row.source), template.Options{})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("got %v, want %q in it", err, row.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	source, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(source)
	f.Fuzz(func(t *testing.T, source []byte) {
		if tpl, err := template.Load(source, template.Options{}); (tpl == nil) == (err == nil) {
			t.Fatalf("template %v and error %v", tpl, err)
		}
	})
}
