package startup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/shared/settings"
	"till/shared/startup"
	"till/shared/telemetry"
)

// started is what a function prints when Load lets it go on.
type started struct {
	Region, Table, Endpoint, App, Key, Session string
	Clock                                      bool
}

// TestMain is a function's main when it is told so: a process of its own is the only way to see it end.
func TestMain(m *testing.M) {
	if os.Getenv("TILL_RUN_AS_FUNCTION") == "" {
		os.Exit(m.Run())
	}
	set, env := startup.Load(settings.LoadSweep)
	env.Log.Info("began", "order_id", "ord_1")
	env.Meter.Count(telemetry.OrderPlaced, 1, telemetry.Dimension{})
	keys, err := env.Cloud.Credentials.Retrieve(context.Background())
	told := started{
		Region: env.Cloud.Region, Table: set.OrdersTable, Endpoint: aws.ToString(env.Cloud.BaseEndpoint), App: env.Cloud.AppID,
		Key: keys.AccessKeyID, Session: keys.SessionToken, Clock: !env.Now().IsZero(),
	}
	if err := errors.Join(err, json.NewEncoder(os.Stdout).Encode(told)); err != nil {
		os.Exit(3)
	}
}

func whole() map[string]string {
	return map[string]string{ //nolint:gosec // The ARN of a secret is none.
		"STAGE": "staging", "AWS_LAMBDA_FUNCTION_NAME": "till-staging-sweep", "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_SESSION_TOKEN": "session",
		"ORDERS_TABLE": "till-orders", "CATALOG_TABLE": "till-catalog", "INBOX_TABLE": "till-inbox",
		"EVENTS_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/events", "MAIL_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/mail",
		"FULFILLMENT_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/fulfillment",
		"GATEWAY_SECRETS_ARN":   "arn:aws:secretsmanager:eu-central-1:1:secret:stripe", "API_URL": "https://api.till.example",
		"STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:1:stateMachine:till",
	}
}

// run starts a function with these settings and no others, and gives the lines that it wrote and its exit code.
func run(t *testing.T, set map[string]string) (lines []map[string]any, code int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program) //nolint:gosec // this test itself
	cmd.Env = []string{"TILL_RUN_AS_FUNCTION=1"}
	for name, value := range set {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.Output()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		code = ended.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	if ended != nil && len(ended.Stderr) != 0 {
		t.Errorf("it wrote past its log: %s", ended.Stderr)
	}
	for line := range bytes.Lines(out) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatalf("%q is no line of a log: %v", line, err)
		}
		lines = append(lines, fields)
	}
	return lines, code
}

func TestAWholeFunctionStarts(t *testing.T) {
	lines, code := run(t, whole())
	if code != 0 || len(lines) != 3 {
		t.Fatalf("exit %d: %v", code, lines)
	}
	log, metric, end := lines[0], lines[1], lines[2]
	if log["msg"] != "began" || log["stage"] != "staging" || log["function"] != "till-staging-sweep" || log["order_id"] != "ord_1" {
		t.Errorf("the log has no names: %v", log)
	}
	if metric["_aws"] == nil || metric["stage"] != "staging" {
		t.Errorf("the meter writes %v", metric)
	}
	if end["Region"] != "eu-central-1" || end["Table"] != "till-orders" || end["Clock"] != true || end["Endpoint"] != "" || end["App"] != "" ||
		end["Key"] != "AKIAEXAMPLE" || end["Session"] != "session" {
		t.Errorf("the function got %v", end)
	}
}

func TestAFunctionCallsTheEndpointAndBearsTheNameThatItIsGiven(t *testing.T) {
	set := whole()
	set["AWS_ENDPOINT_URL"], set["AWS_SDK_UA_APP_ID"] = "http://127.0.0.1:4566", "Sweep"
	lines, code := run(t, set)
	if code != 0 || len(lines) != 3 || lines[2]["Endpoint"] != "http://127.0.0.1:4566" || lines[2]["App"] != "Sweep" {
		t.Errorf("exit %d: %v", code, lines)
	}
}

func TestAQuietFunctionStaysQuiet(t *testing.T) {
	set := whole()
	set["LOG_LEVEL"] = "error"
	if lines, code := run(t, set); code != 0 || len(lines) != 2 {
		t.Errorf("exit %d: %v", code, lines)
	}
}

func TestAllThatIsWrongIsReportedBeforeTheEnd(t *testing.T) {
	without := func(change func(map[string]string)) map[string]string {
		set := whole()
		change(set)
		return set
	}
	tests := []struct {
		name string
		set  map[string]string
		want []string // One in each line, in this order.
	}{
		{"one setting is missing", without(func(s map[string]string) { delete(s, "CATALOG_TABLE") }), []string{"CATALOG_TABLE: is not set"}},
		{"nothing is set", map[string]string{"AWS_REGION": "eu-central-1"}, []string{
			"STAGE", "GATEWAY_SECRETS_ARN", "API_URL", "ORDERS_TABLE", "CATALOG_TABLE", "INBOX_TABLE", "EVENTS_QUEUE_URL", "FULFILLMENT_QUEUE_URL",
			"MAIL_QUEUE_URL",
		}},
		{"the environment names no region", without(func(s map[string]string) { delete(s, "AWS_REGION") }), []string{"AWS_REGION is not set"}},
		{"both are wrong", without(func(s map[string]string) { s["STAGE"] = "canary"; delete(s, "AWS_REGION") }), []string{"STAGE", "AWS_REGION"}},
		{"a secret stands where an address belongs", without(func(s map[string]string) { s["API_URL"] = "canary" }), []string{"API_URL"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines, code := run(t, tt.set)
			if code != 1 || len(lines) != len(tt.want) {
				t.Fatalf("exit %d: %v", code, lines)
			}
			for i, line := range lines {
				cause, _ := line["err"].(string)
				if line["msg"] != "cannot_start" || line["level"] != "ERROR" || !strings.Contains(cause, tt.want[i]) {
					t.Errorf("line %d is %v, want %s", i, line, tt.want[i])
				}
				if strings.Contains(cause, "canary") {
					t.Errorf("it shows a value: %s", cause)
				}
			}
		})
	}
}
