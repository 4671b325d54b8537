package localcloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud"
	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/clock"
	"till/shared/awstest"
	"till/shared/fault"
	"till/shared/flow"
	"till/shared/queue"
)

// party is one side of the contract, by its name: the parts that functions use, over the same cloud.
type party struct {
	queue func(url string) interface {
		Send(context.Context, string) error
	}
	machine func(arn string) machine
}

type machine interface {
	Start(ctx context.Context, name, input string) error
	Alive(ctx context.Context, name string) (bool, error)
	Succeed(ctx context.Context, token string) error
	Cancel(ctx context.Context, token string) error
}

// parties are the local twins, and AWS's adapters talking AWS's protocol to the same cloud.
func parties(t *testing.T, cloud *localcloud.Cloud) map[string]party {
	t.Helper()
	server := httptest.NewServer(wire{cloud})
	t.Cleanup(server.Close)
	config := awstest.Config(server.URL, server.Client())
	type sender = interface {
		Send(context.Context, string) error
	}
	return map[string]party{
		"twin":    {func(url string) sender { return cloud.Queue(url) }, func(arn string) machine { return cloud.Machine(arn) }},
		"adapter": {func(url string) sender { return queue.New(config, url) }, func(arn string) machine { return flow.New(config, arn) }},
	}
}

// wire serves a cloud in the JSON protocol of SQS and Step Functions.
type wire struct{ cloud *localcloud.Cloud }

type request struct {
	QueueURL    string `json:"QueueUrl"`
	MessageBody string
	Machine     string `json:"stateMachineArn"`
	Execution   string `json:"executionArn"`
	Name        string `json:"name"`
	Input       string `json:"input"`
	Token       string `json:"taskToken"`
	Output      string `json:"output"`
	Error       string `json:"error"`
}

func (w wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	var in request
	err := json.NewDecoder(r.Body).Decode(&in)
	answer := map[string]any{}
	switch target := r.Header.Get("X-Amz-Target"); {
	case err != nil:
	case target == "AmazonSQS.SendMessage":
		answer["MessageId"], err = w.cloud.SendMessage(r.Context(), in.QueueURL, in.MessageBody)
	case target == "AWSStepFunctions.StartExecution":
		answer["executionArn"], err = w.cloud.StartExecution(r.Context(), in.Machine, in.Name, in.Input)
	case target == "AWSStepFunctions.DescribeExecution":
		var e asl.Execution
		e, err = w.cloud.DescribeExecution(r.Context(), in.Execution)
		answer["status"] = e.Status
	case target == "AWSStepFunctions.SendTaskSuccess":
		err = w.cloud.SendTaskSuccess(r.Context(), in.Token, in.Output)
	case target == "AWSStepFunctions.SendTaskFailure":
		err = w.cloud.SendTaskFailure(r.Context(), in.Token, in.Error, "")
	default:
		err = errors.New("UnknownOperationException")
	}
	out.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if err != nil {
		name := err.Error() // SQS's errors are their codes.
		var refused *asl.APIError
		if errors.As(err, &refused) {
			name = refused.Code
		}
		out.WriteHeader(http.StatusBadRequest)
		answer = map[string]any{"__type": name}
	}
	_ = json.NewEncoder(out).Encode(answer)
}

// scene is a shop in which o1 waits for its carrier, o2 was stopped by hand, and o3 is shipped.
func scene(t *testing.T) (s *shop, arn string) {
	t.Helper()
	s = newShop(t, clock.Inline{}, nil, localcloud.Faults{})
	arn = s.env["functions/worker/beginfulfillment/lambda/"]["STATE_MACHINE_ARN"]
	for _, id := range []string{"o3", "o2", "o1"} {
		s.post(t, id)
		s.advance(t, time.Minute)
		switch id {
		case "o3":
			if err := s.cloud.SendTaskSuccess(t.Context(), s.token, "{}"); err != nil {
				t.Fatal(err)
			}
		case "o2":
			if err := s.cloud.StopExecution(t.Context(), s.cloud.ExecutionARN(arn, "o2-1"), "stopped", ""); err != nil {
				t.Fatal(err)
			}
		}
		s.advance(t, time.Minute)
	}
	return s, arn
}

func gone(ctx context.Context) context.Context {
	ctx, leave := context.WithCancel(ctx)
	leave()
	return ctx
}

// outcome is an error as its caller sees it.
func outcome(err error) string {
	if err == nil {
		return "done"
	}
	return strings.TrimSpace(fault.KindOf(err).String() + " " + fault.Code(err))
}

func TestQueuesFailAsTheirTwinsDo(t *testing.T) {
	tests := []struct {
		name, url, body string
		gone            bool
		want            string
	}{
		{"a message", "MAIL_QUEUE_URL", "{}", false, "done"},
		{"the largest message", "MAIL_QUEUE_URL", strings.Repeat("x", 256<<10), false, "done"},
		{"no such queue", "", "{}", false, "unavailable"},
		{"an empty message", "MAIL_QUEUE_URL", "", false, "unavailable"},
		{"too large a message", "MAIL_QUEUE_URL", strings.Repeat("x", 2<<20), false, "unavailable"},
		{"a caller who left", "MAIL_QUEUE_URL", "{}", true, "unknown"},
	}
	for _, tt := range tests {
		s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
		for name, p := range parties(t, s.cloud) {
			url := s.env["functions/worker/relay/lambda/"][tt.url]
			if url == "" {
				url = "https://sqs.eu-central-1.amazonaws.com/111122223333/nobody"
			}
			ctx := t.Context()
			if tt.gone {
				ctx = gone(ctx)
			}
			if kind, _, _ := strings.Cut(outcome(p.queue(url).Send(ctx, tt.body)), " "); kind != tt.want {
				t.Errorf("%s, %s: %s, want %s", tt.name, name, kind, tt.want)
			}
		}
	}
}

func TestMachinesFailAsTheirTwinsDo(t *testing.T) {
	const input = `{"order_id":"o1","try":1}`
	stranger := "AQCEAAAAKgAAAAMAAAAAAAAAAT" + strings.Repeat("A", 64)
	start := func(name, input string) func(context.Context, machine, string) error {
		return func(ctx context.Context, m machine, _ string) error { return m.Start(ctx, name, input) }
	}
	alive := func(name string) func(context.Context, machine, string) error {
		return func(ctx context.Context, m machine, _ string) error {
			is, err := m.Alive(ctx, name)
			if err == nil && !is {
				return fault.New(fault.Invalid, "", "not_alive", "")
			}
			return err
		}
	}
	succeed := func(ctx context.Context, m machine, token string) error { return m.Succeed(ctx, token) }
	cancel := func(ctx context.Context, m machine, token string) error { return m.Cancel(ctx, token) }
	with := func(do func(context.Context, machine, string) error, token string) func(context.Context, machine, string) error {
		return func(ctx context.Context, m machine, _ string) error { return do(ctx, m, token) }
	}
	tests := []struct {
		name string
		do   func(ctx context.Context, m machine, token string) error
		want string
		gone string // When the caller has left before.
	}{
		{"a new name", start("o4-1", input), "done", "unknown"},
		{"a running name again", start("o1-1", input), "done", "unknown"},
		{"a running name with another input", start("o1-1", "{}"), "conflict execution_exists", "unknown"},
		{"the name of one that succeeded", start("o3-1", `{"order_id":"o3","try":1}`), "conflict execution_exists", "unknown"},
		{"the name of one that was stopped", start("o2-1", `{"order_id":"o2","try":1}`), "conflict execution_exists", "unknown"},
		{"an unusable name", start("o 1", input), "unavailable InvalidName", "unknown"},
		{"an input that is no JSON", start("o4-1", "{"), "unavailable InvalidExecutionInput", "unknown"},
		{"alive, it runs", alive("o1-1"), "done", "unavailable"},
		{"alive, it succeeded", alive("o3-1"), "done", "unavailable"},
		{"alive, it was stopped", alive("o2-1"), "invalid not_alive", "unavailable"},
		{"alive, there is none", alive("o9-1"), "not_found", "unavailable"},
		{"succeed", succeed, "done", "unknown"},
		{"cancel", cancel, "done", "unknown"},
		{"succeed a task that nobody has", with(succeed, stranger), "done", "unknown"},
		{"cancel a task that nobody has", with(cancel, stranger), "done", "unknown"},
		{"succeed with a garbled token", with(succeed, "x"), "unavailable InvalidToken", "unknown"},
		{"cancel with a garbled token", with(cancel, "x"), "unavailable InvalidToken", "unknown"},
	}
	for _, tt := range tests {
		for _, name := range []string{"twin", "adapter"} {
			s, arn := scene(t)
			m := parties(t, s.cloud)[name].machine(arn)
			if got := outcome(tt.do(gone(t.Context()), m, s.token)); got != tt.gone {
				t.Errorf("%s, %s, caller gone: %s, want %s", tt.name, name, got, tt.gone)
			}
			for _, when := range []string{"first", "again"} {
				if got := outcome(tt.do(t.Context(), m, s.token)); got != tt.want {
					t.Errorf("%s, %s, %s: %s, want %s", tt.name, name, when, got, tt.want)
				}
				s.advance(t, time.Second)
			}
		}
	}
	s, _ := scene(t)
	for name, p := range parties(t, s.cloud) {
		if got := outcome(p.machine("arn:aws:states:eu-central-1:1:stateMachine:nobody").Start(t.Context(), "o1-1", input)); got != "unavailable StateMachineDoesNotExist" {
			t.Errorf("no such machine, %s: %s", name, got)
		}
	}
}
