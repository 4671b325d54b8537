package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"till/shared/awstest"
	"till/shared/fault"
	"till/shared/flow"
)

const (
	machine   = "arn:aws:states:eu-central-1:111122223333:stateMachine:till-test-fulfillment"
	execution = "arn:aws:states:eu-central-1:111122223333:execution:till-test-fulfillment:ord_1-1"
	token     = "AQCEAAAAKgAAAAMAAAAAAAAAAT" //nolint:gosec // how every task token begins
	input     = `{"order_id":"ord_1","try":1}`
	good      = fault.Kind(-1)
)

func started() awstest.Answer {
	return awstest.Reply(http.StatusOK, `{"executionArn":"`+execution+`","startDate":1.7e9}`)
}

func described(status string) awstest.Answer {
	return awstest.Reply(http.StatusOK, `{"executionArn":"`+execution+`","stateMachineArn":"`+machine+`","startDate":1.7e9,"status":"`+status+`"}`)
}

func refused(code string) awstest.Answer { return awstest.Refuse(http.StatusBadRequest, code, "no") }

func throttled() awstest.Answer { return refused("ThrottlingException") }

func broken() awstest.Answer {
	return awstest.Refuse(http.StatusInternalServerError, "InternalFailure", "")
}

func missing(what string) awstest.Answer {
	return refused("com.amazonaws.swf.service.v2.model#" + what)
}

// verbs are the calls that change something.
func verbs() map[string]func(context.Context, flow.Machine) error {
	return map[string]func(context.Context, flow.Machine) error{
		"start":   func(ctx context.Context, m flow.Machine) error { return m.Start(ctx, "ord_1-1", input) },
		"succeed": func(ctx context.Context, m flow.Machine) error { return m.Succeed(ctx, token) },
		"cancel":  func(ctx context.Context, m flow.Machine) error { return m.Cancel(ctx, token) },
	}
}

func alive(ctx context.Context, m flow.Machine) error {
	_, err := m.Alive(ctx, "ord_1-1")
	return err
}

func TestCallsSayWhatTheyMean(t *testing.T) {
	tests := []struct {
		name, target string
		answer       awstest.Answer
		call         func(context.Context, flow.Machine) error
		want         map[string]any
	}{
		{"start", "StartExecution", started(), verbs()["start"], map[string]any{"stateMachineArn": machine, "name": "ord_1-1", "input": input}},
		{"alive", "DescribeExecution", described("RUNNING"), alive, map[string]any{"executionArn": execution}},
		{"succeed", "SendTaskSuccess", awstest.Reply(http.StatusOK, `{}`), verbs()["succeed"], map[string]any{"taskToken": token, "output": "{}"}},
		{"cancel", "SendTaskFailure", awstest.Reply(http.StatusOK, `{}`), verbs()["cancel"], map[string]any{"taskToken": token, "error": "OrderCancelled"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := awstest.Start(t, tt.answer)
			if err := tt.call(t.Context(), flow.New(s.Cloud, machine)); err != nil {
				t.Fatal(err)
			}
			seen := s.Seen()
			var got map[string]any
			if err := json.Unmarshal([]byte(seen[0].Body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || len(seen) != 1 || seen[0].Target != "AWSStepFunctions."+tt.target {
				t.Errorf("%+v\n%s", seen, diff)
			}
		})
	}
}

func TestAnExecutionIsAskedForInItsMachinesPartition(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws-cn:states:cn-north-1:1:stateMachine:m":                "arn:aws-cn:states:cn-north-1:1:execution:m:ord_1-1",
		"arn:aws:states:eu-central-1:1:stateMachine:stateMachine-till": "arn:aws:states:eu-central-1:1:execution:stateMachine-till:ord_1-1",
	} {
		s := awstest.Start(t, described("RUNNING"))
		if _, err := flow.New(s.Cloud, arn).Alive(t.Context(), "ord_1-1"); err != nil {
			t.Fatal(err)
		}
		if got := s.Seen()[0].Body; got != `{"executionArn":"`+want+`"}` {
			t.Errorf("%s asks for %s", arn, got)
		}
	}
}

func TestAllTriesDecideWhatACallCameTo(t *testing.T) {
	done := started() // An answer's unknown members are passed over, so it serves every call.
	tests := []struct {
		name    string
		answers []awstest.Answer
		kind    fault.Kind
		code    string
		tries   int
	}{
		{"throttled for good", []awstest.Answer{throttled()}, fault.Unavailable, "ThrottlingException", 3},
		{"throttled once", []awstest.Answer{throttled(), done}, good, "", 2},
		{"not allowed", []awstest.Answer{refused("AccessDeniedException")}, fault.Unavailable, "AccessDeniedException", 1},
		{"unknown to the SDK", []awstest.Answer{refused("BrandNewException")}, fault.Unavailable, "BrandNewException", 1},
		{"no such machine", []awstest.Answer{missing("StateMachineDoesNotExist")}, fault.Unavailable, "StateMachineDoesNotExist", 1},
		{"an unusable name", []awstest.Answer{missing("InvalidName")}, fault.Unavailable, "InvalidName", 1},
		{"a garbled token", []awstest.Answer{missing("InvalidToken")}, fault.Unavailable, "InvalidToken", 1},
		{"too many executions", []awstest.Answer{missing("ExecutionLimitExceeded")}, fault.Unavailable, "ExecutionLimitExceeded", 1},
		{"Step Functions broke", []awstest.Answer{broken()}, fault.Unknown, "", 3},
		{"a balancer's page", []awstest.Answer{awstest.Reply(http.StatusServiceUnavailable, "<html>")}, fault.Unknown, "", 3},
		{"cut after it was read", []awstest.Answer{awstest.Cut}, fault.Unknown, "", 3},
		{"cut once", []awstest.Answer{awstest.Cut, done}, good, "", 2},
		{"cut, then throttled: the first try may have worked", []awstest.Answer{awstest.Cut, throttled()}, fault.Unknown, "", 3},
		{"broken, then refused", []awstest.Answer{broken(), refused("AccessDeniedException")}, fault.Unknown, "", 2},
		{"throttled, then refused", []awstest.Answer{throttled(), refused("AccessDeniedException")}, fault.Unavailable, "AccessDeniedException", 2},
		{"an answer that is no JSON", []awstest.Answer{awstest.Reply(http.StatusOK, `{"exec`)}, fault.Unknown, "", 1},
	}
	for verb, call := range verbs() {
		for _, tt := range tests {
			t.Run(verb+": "+tt.name, func(t *testing.T) {
				t.Parallel()
				s := awstest.Start(t, tt.answers...)
				check(t, call(t.Context(), flow.New(s.Cloud, machine)), tt.kind, tt.code)
				if tries := len(s.Seen()); tries != tt.tries {
					t.Errorf("%d tries", tries)
				}
			})
		}
	}
}

func check(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if (err == nil) != (kind == good) || err != nil && (fault.KindOf(err) != kind || fault.Code(err) != code) {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
}

func TestATakenNameIsAConflictWhoeverTookIt(t *testing.T) {
	for name, answers := range map[string][]awstest.Answer{
		"another":                     {missing("ExecutionAlreadyExists")},
		"perhaps our own earlier try": {awstest.Cut, missing("ExecutionAlreadyExists")},
	} {
		t.Run(name, func(t *testing.T) {
			s := awstest.Start(t, answers...)
			check(t, flow.New(s.Cloud, machine).Start(t.Context(), "ord_1-1", input), fault.Conflict, "execution_exists")
		})
	}
}

func TestATaskThatIsOverIsAnswered(t *testing.T) {
	for _, verb := range []string{"succeed", "cancel"} {
		for _, code := range []string{"TaskDoesNotExist", "TaskTimedOut"} {
			for name, answers := range map[string][]awstest.Answer{"at once": {missing(code)}, "after a lost answer": {awstest.Cut, missing(code)}} {
				t.Run(fmt.Sprint(verb, " ", code, " ", name), func(t *testing.T) {
					s := awstest.Start(t, answers...)
					check(t, verbs()[verb](t.Context(), flow.New(s.Cloud, machine)), good, "")
				})
			}
		}
	}
	s := awstest.Start(t, missing("TaskDoesNotExist"))
	check(t, flow.New(s.Cloud, machine).Start(t.Context(), "ord_1-1", input), fault.Unavailable, "TaskDoesNotExist")
}

func TestAliveIsRunningOrDone(t *testing.T) {
	for status, want := range map[string]bool{
		"RUNNING": true, "SUCCEEDED": true, "FAILED": false, "TIMED_OUT": false, "ABORTED": false, "BRAND_NEW": false,
	} {
		s := awstest.Start(t, described(status))
		if got, err := flow.New(s.Cloud, machine).Alive(t.Context(), "ord_1-1"); err != nil || got != want {
			t.Errorf("%s is alive: %v, %v", status, got, err)
		}
	}
}

func TestAQuestionIsNeverInDoubt(t *testing.T) {
	tests := []struct {
		name   string
		answer awstest.Answer
		kind   fault.Kind
	}{
		{"no such execution", missing("ExecutionDoesNotExist"), fault.NotFound},
		{"throttled", throttled(), fault.Unavailable},
		{"broken", broken(), fault.Unavailable},
		{"cut", awstest.Cut, fault.Unavailable},
		{"not allowed", refused("AccessDeniedException"), fault.Unavailable},
		{"no JSON", awstest.Reply(http.StatusOK, `{"sta`), fault.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := awstest.Start(t, tt.answer)
			if got, err := flow.New(s.Cloud, machine).Alive(t.Context(), "ord_1-1"); got || !fault.Is(err, tt.kind) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestWithoutAConnectionNothingHappened(t *testing.T) {
	m := flow.New(awstest.Nowhere(), machine)
	for name, call := range verbs() {
		if err := call(t.Context(), m); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := alive(t.Context(), m); !fault.Is(err, fault.Unavailable) {
		t.Errorf("alive: %v", err)
	}
}

func TestACallerWhoLeavesDoesNotKnow(t *testing.T) {
	for name, call := range verbs() {
		s := awstest.Start(t, awstest.Hang)
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-s.Asked
			leave()
		}()
		if err := call(ctx, flow.New(s.Cloud, machine)); !fault.Is(err, fault.Unknown) || !errors.Is(err, context.Canceled) || len(s.Seen()) != 1 {
			t.Errorf("%s: %v after %d tries", name, err, len(s.Seen()))
		}
	}
}

// took is how long a call takes, on the bubble's clock, whose caller waits that long.
func took(t *testing.T, cloud aws.Config, patience time.Duration, call func(context.Context, flow.Machine) error) (time.Duration, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	began := time.Now()
	err := call(ctx, flow.New(cloud, machine))
	return time.Since(began), err
}

func TestCallsEndInTime(t *testing.T) {
	for name, call := range verbs() {
		synctest.Test(t, func(t *testing.T) {
			if d, err := took(t, awstest.Silent(), time.Hour, call); d != 5*time.Second || !fault.Is(err, fault.Unknown) {
				t.Errorf("%s: by its own limit after %v: %v", name, d, err)
			}
			if d, err := took(t, awstest.Silent(), time.Second, call); d != time.Second || !fault.Is(err, fault.Unknown) {
				t.Errorf("%s: by its caller's after %v: %v", name, d, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		if d, err := took(t, awstest.Silent(), time.Hour, alive); d != 5*time.Second || !fault.Is(err, fault.Unavailable) {
			t.Errorf("alive: after %v: %v", d, err)
		}
	})
}
