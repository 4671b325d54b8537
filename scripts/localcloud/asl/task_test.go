package asl_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/asl"
)

const waiting = `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":3600,"HeartbeatSeconds":600,
	"Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token","try.$":"$$.State.RetryCount"}},` + retry + `,` + caught + `,"End":true}` + ends

// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func TestInvokeHandsOnPayloadAndAnswer(t *testing.T) {
	def := states(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSeconds":60,"Parameters":{"FunctionName":"arn:aws:lambda:x:0:function:f:live","Payload":{"id.$":"$.id"}},
		"ResultSelector":{"body.$":"$.Payload","status.$":"$.StatusCode"},"ResultPath":"$.r",` + retry + `,` + caught + `,"End":true}` + ends)
	e := newWorld(t, def, func(payload string) (string, error) { return `{"got":` + payload + `}`, nil }).run(`{"id":"o1"}`)
	if e.Output != `{"id":"o1","r":{"body":{"got":{"id":"o1"}},"status":200}}` || e.Transitions != 1 {
		t.Fatalf("%s %s %s, %d transitions", e.Status, e.Output, e.Error, e.Transitions)
	}
}

func TestRetriesWaitLongerEachTime(t *testing.T) {
	for _, row := range []struct {
		name, retry string
		want        []time.Duration // Between the tries.
	}{
		{"doubling", `{"ErrorEquals":["Busy"],"IntervalSeconds":2,"MaxAttempts":3}`, []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second}},
		{"by another rate, up to a maximum", `{"ErrorEquals":["Busy"],"IntervalSeconds":2,"BackoffRate":3,"MaxDelaySeconds":10,"MaxAttempts":3}`, []time.Duration{2 * time.Second, 6 * time.Second, 10 * time.Second}},
		{"with full jitter, here half", `{"ErrorEquals":["Busy"],"IntervalSeconds":2,"JitterStrategy":"FULL","MaxAttempts":2}`, []time.Duration{time.Second, 2 * time.Second}},
		{"by the defaults", `{"ErrorEquals":["Busy"]}`, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
		{"never", `{"ErrorEquals":["Busy"],"MaxAttempts":0}`, nil},
		{"not for another error", `{"ErrorEquals":["Gone"]}`, nil},
		{"for any failure of a task", `{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}`, []time.Duration{time.Second}},
		{"each retrier counts for itself, the first that matches decides", `{"ErrorEquals":["Busy"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"MaxAttempts":5}`, []time.Duration{time.Second}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var at []time.Time
			var w *world
			def := states(`"A":{` + taskF + `,"Retry":[` + row.retry + `],` + caught + `,"End":true}` + ends)
			w = newWorld(t, def, func(string) (string, error) { at = append(at, w.clock.Now()); return "", named("Busy") })
			e := w.run(`{"id":1}`)
			var waits []time.Duration
			for i := 1; i < len(at); i++ {
				waits = append(waits, at[i].Sub(at[i-1]))
			}
			if diff := cmp.Diff(row.want, waits); diff != "" {
				t.Fatal(diff)
			}
			if e.State != "Caught" || !strings.Contains(e.Output, `"Cause":"{\"errorMessage\":\"because\",\"errorType\":\"Busy\"}"`) || e.Transitions != 2+len(waits) {
				t.Fatalf("%s, %d transitions: %s", e.State, e.Transitions, e.Output)
			}
		})
	}
}

func TestGoErrorsAreNamedAfterTheirType(t *testing.T) {
	def := states(`"A":{` + taskF + `,` + retry + `,` + caught + `,"End":true}` + ends)
	for _, row := range []struct {
		err  error
		want string
	}{{errors.New("x"), "errorString"}, {&json.SyntaxError{}, "SyntaxError"}, {named("Boom"), "Boom"}} {
		e := newWorld(t, def, func(string) (string, error) { return "", row.err }).run(`{}`)
		if !strings.Contains(e.Output, `"Error":"`+row.want+`"`) {
			t.Errorf("%T: %s", row.err, e.Output)
		}
	}
}

func TestNothingCatchesABugOfTheMachine(t *testing.T) {
	def := states(`"A":{` + taskF + `,"Parameters":{"a.$":"$.x"},"OutputPath":"$.y",` + retry + `,` + caught + `,"End":true}` + ends)
	if e := newWorld(t, def, func(string) (string, error) { return "oops", nil }).run(`{"x":1}`); e.Error != "States.Runtime" || e.Status != asl.Failed {
		t.Errorf("an answer that is not JSON: %s %s", e.Status, e.Error)
	}
	big := func(string) (string, error) { return `"` + strings.Repeat("x", 256<<10) + `"`, nil }
	if e := newWorld(t, def, big).run(`{"x":1}`); e.Error != "States.DataLimitExceeded" || e.Status != asl.Failed {
		t.Errorf("an answer that is too large: %s %s", e.Status, e.Error)
	}
}

func TestATokenIsAnsweredOnce(t *testing.T) {
	var token string
	w := newWorld(t, states(waiting), func(p string) (string, error) {
		var in struct{ Token string }
		if err := json.Unmarshal([]byte(p), &in); err != nil {
			t.Error(err)
		}
		token = in.Token
		return `"ignored"`, nil
	})
	arn := w.start("one", `{}`)
	w.advance(time.Minute)
	if e := w.describe(arn); e.Status != asl.Running || token == "" {
		t.Fatalf("%s with token %q", e.Status, token)
	}
	for _, row := range []struct {
		name, token, output, want string
	}{
		{"garbage", "garbage", `{}`, asl.CodeInvalidToken},
		{"a token of nobody", token[:len(token)-64] + strings.Repeat("0", 64), `{}`, asl.CodeTaskDoesNotExist},
		{"an output that is not JSON", token, `{`, asl.CodeInvalidOutput},
	} {
		if err := w.s.Succeed(row.token, row.output); codeOf(err) != row.want {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if err := w.s.Succeed(token, `{"shipped":true}`); err != nil {
		t.Fatal(err)
	}
	if e := w.describe(arn); e.Status != asl.Succeeded || e.Output != `{"shipped":true}` {
		t.Fatalf("%s %s", e.Status, e.Output)
	}
	for name, err := range map[string]error{"success": w.s.Succeed(token, `{}`), "failure": w.s.Fail(token, "Boom", ""), "heartbeat": w.s.Heartbeat(token)} {
		if codeOf(err) != asl.CodeTaskTimedOut {
			t.Errorf("%s after the end: %v", name, err)
		}
	}
}

func TestATokenMayBeAnsweredBeforeTheFunctionReturns(t *testing.T) {
	var w *world
	w = newWorld(t, states(waiting), func(p string) (string, error) {
		var in struct{ Token string }
		if err := json.Unmarshal([]byte(p), &in); err != nil {
			return "", err
		}
		if err := w.s.Succeed(in.Token, `1`); err != nil {
			t.Error(err)
		}
		return "", errors.New("too late to matter")
	})
	if e := w.run(`{}`); e.Status != asl.Succeeded || e.Output != `1` {
		t.Fatalf("%s %s %s", e.Status, e.Output, e.Error)
	}
}

func TestFailingATokenGoesThroughRetryAndCatch(t *testing.T) {
	var tokens, tries []string
	w := newWorld(t, states(waiting), func(p string) (string, error) {
		var in struct {
			Token string
			Try   json.Number
		}
		if err := json.Unmarshal([]byte(p), &in); err != nil {
			t.Error(err)
		}
		tokens, tries = append(tokens, in.Token), append(tries, in.Try.String())
		return "", nil
	})
	arn := w.start("one", `{}`)
	w.advance(0)
	for _, name := range []string{"Busy", "Boom"} {
		if err := w.s.Fail(tokens[len(tokens)-1], name, "why"); err != nil {
			t.Fatal(err)
		}
		w.advance(time.Second)
	}
	if diff := cmp.Diff([]string{"0", "1"}, tries); diff != "" || tokens[0] == tokens[1] {
		t.Fatalf("tries %v, tokens %v", tries, tokens)
	}
	if e := w.describe(arn); e.Output != `{"error":{"Cause":"why","Error":"Boom"}}` {
		t.Fatalf("%s %s", e.Status, e.Output)
	}
}

func TestTimeoutsAndHeartbeats(t *testing.T) {
	var token string
	keep := func(p string) (string, error) {
		_, rest, _ := strings.Cut(p, `"token":"`)
		token, _, _ = strings.Cut(rest, `"`)
		return "", nil
	}
	w := newWorld(t, states(waiting), keep)
	arn := w.start("silent", `{}`)
	w.advance(599 * time.Second)
	if e := w.describe(arn); e.Status != asl.Running {
		t.Fatal("gave up before the heartbeat was due")
	}
	w.advance(time.Second)
	if e := w.describe(arn); !strings.Contains(e.Output, `"Error":"States.HeartbeatTimeout"`) {
		t.Fatalf("without heartbeat: %s", e.Output)
	}
	arn = w.start("alive", `{}`)
	w.advance(0)
	for range 11 {
		w.advance(5 * time.Minute)
		if err := w.s.Heartbeat(token); err != nil {
			t.Fatal(err)
		}
	}
	w.advance(5*time.Minute - time.Second)
	if e := w.describe(arn); e.Status != asl.Running {
		t.Fatalf("with heartbeats: %s %s", e.Status, e.Output)
	}
	w.advance(time.Second)
	if e := w.describe(arn); !strings.Contains(e.Output, `"Error":"States.Timeout"`) {
		t.Fatalf("after the hour: %s", e.Output)
	}
	covered := map[string]int{}
	for _, p := range w.s.Coverage(machineARN) {
		covered[p.Name] = p.Times
	}
	want := map[string]int{"A": 2, "A.Retry[0]": 0, "A.Catch[0]": 2, "A.Timeout": 1, "A.Heartbeat": 1, "Caught": 2}
	if diff := cmp.Diff(want, covered); diff != "" {
		t.Fatal(diff)
	}
}

func TestAnExecutionHasALimit(t *testing.T) {
	def := strings.Replace(states(waiting), `{"StartAt"`, `{"TimeoutSeconds":300,"StartAt"`, 1)
	w := newWorld(t, def, func(string) (string, error) { return "", nil })
	arn := w.start("slow", `{}`)
	w.advance(300 * time.Second)
	if e := w.describe(arn); e.Status != asl.TimedOut || e.Error != "States.Timeout" {
		t.Fatalf("%s %s", e.Status, e.Error)
	}
	if w.clock.Pending() != 0 {
		t.Fatalf("%d timers of an execution that is over", w.clock.Pending())
	}
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func TestANameIsUsedOnce(t *testing.T) {
	w := newWorld(t, states(waiting), func(string) (string, error) { return "", nil })
	first := w.start("order-1", `{"a":1}`)
	w.advance(0)
	if again := w.start("order-1", `{"a":1}`); again != first {
		t.Fatalf("the running execution is %s, not %s", first, again)
	}
	if _, _, err := w.s.Start(machineARN, "order-1", `{"a":2}`); codeOf(err) != asl.CodeExecutionAlreadyExists {
		t.Fatalf("other input: %v", err)
	}
	if err := w.s.Stop(first, "Stopped", "by hand"); err != nil || w.describe(first).Status != asl.Aborted {
		t.Fatalf("stop: %v", err)
	}
	if _, _, err := w.s.Start(machineARN, "order-1", `{"a":1}`); codeOf(err) != asl.CodeExecutionAlreadyExists {
		t.Fatalf("after the end: %v", err)
	}
	w.advance(90 * 24 * time.Hour)
	if again := w.start("order-1", `{"a":1}`); again != first {
		t.Fatalf("after ninety days: %s", again)
	}
	for _, row := range []struct{ machine, name, input, want string }{
		{"arn:nobody", "x", `{}`, asl.CodeMachineDoesNotExist}, {machineARN, "a b", `{}`, asl.CodeInvalidName},
		{machineARN, strings.Repeat("x", 81), `{}`, asl.CodeInvalidName}, {machineARN, "x", `{`, asl.CodeInvalidInput},
		{machineARN, "x", `"` + strings.Repeat("x", 256<<10) + `"`, asl.CodeInvalidInput},
	} {
		if _, _, err := w.s.Start(row.machine, row.name, row.input); codeOf(err) != row.want {
			t.Errorf("%.20q: %v", row.name, err)
		}
	}
	if _, err := w.s.Describe("arn:nobody"); codeOf(err) != asl.CodeExecutionDoesNotExist {
		t.Errorf("describing nobody: %v", err)
	}
	if err := w.s.Stop("arn:nobody", "", ""); codeOf(err) != asl.CodeExecutionDoesNotExist {
		t.Errorf("stopping nobody: %v", err)
	}
}

func TestRedriveGoesOnWhereItStopped(t *testing.T) {
	broken, calls := true, 0
	def := states(`"A":{"Type":"Pass","Result":1,"ResultPath":"$.a","Next":"B"},"B":{` + taskF + `,` + retry + `,"Catch":[{"ErrorEquals":["Gone"],"Next":"C"}],"End":true},"C":{"Type":"Succeed"}`)
	w := newWorld(t, def, func(p string) (string, error) {
		if calls++; broken {
			return "", named("Boom")
		}
		return p, nil
	})
	arn := w.start("one", `{"x":1}`)
	w.advance(time.Hour)
	if e := w.describe(arn); e.Status != asl.Failed || e.Error != "Boom" {
		t.Fatalf("%s %s", e.Status, e.Error)
	}
	broken = false
	if err := w.s.Redrive(arn); err != nil {
		t.Fatal(err)
	}
	w.advance(time.Hour)
	if e := w.describe(arn); e.Status != asl.Succeeded || e.Output != `{"a":1,"x":1}` || e.Redrives != 1 || calls != 2 || e.Error != "" {
		t.Fatalf("%+v after %d calls", e, calls)
	}
	if err := w.s.Redrive(arn); codeOf(err) != asl.CodeExecutionNotRedrivable {
		t.Fatalf("a success again: %v", err)
	}
}

func TestHistoryAndCountsTellWhatHappened(t *testing.T) {
	w := newWorld(t, states(`"A":{`+taskF+`,`+retry+`,`+caught+`,"End":true}`+ends), func(string) (string, error) { return `2`, nil })
	e := w.run(`1`)
	var kinds []string
	for i, event := range e.History {
		if event.ID != i+1 {
			t.Errorf("event %d has id %d", i, event.ID)
		}
		kinds = append(kinds, event.Type)
	}
	want := []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(map[asl.Status]int{asl.Succeeded: 1}, w.s.Count()); diff != "" || len(w.s.Executions(10)) != 1 {
		t.Fatal(diff)
	}
}
