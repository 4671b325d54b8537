package asl_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/scripts/localcloud/asl"
)

// What stands here is what other local engines do not show: MiniStack looks at no heartbeat, jitter, longest wait or limit of an
// execution, keeps one token for all tries of a task, and refuses a name in use for the same input too.

// https://states-language.net/spec.html#retrying-after-error
func TestWaitsAreDrawnFromZeroToTheirBound(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		interval, rate := rapid.IntRange(1, 60).Draw(r, "interval"), rapid.Float64Range(1, 4).Draw(r, "rate")
		longest, jitter := rapid.IntRange(61, 600).Draw(r, "longest"), rapid.Bool().Draw(r, "jitter")
		draws := rapid.SliceOfN(rapid.Float64Range(0, math.Nextafter(1, 0)), 6, 6).Draw(r, "draws")
		strategy := "NONE"
		if jitter {
			strategy = "FULL"
		}
		retrier := fmt.Sprintf(`"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":%d,"BackoffRate":%v,"MaxDelaySeconds":%d,"JitterStrategy":%q,"MaxAttempts":6}]`,
			interval, rate, longest, strategy)
		var at []time.Time
		var w *world
		w = newWorld(t, states(`"A":{`+taskF+`,`+retrier+`,`+caught+`,"End":true}`+ends), func(string) (string, error) {
			at = append(at, w.clock.Now())
			return "", named("Busy")
		})
		drawn := 0
		w.s.Random = func() float64 { drawn++; return draws[drawn-1] }
		if e := w.run(`{"id":1}`); e.State != "Caught" || len(at) != 7 {
			r.Fatalf("%d tries, then %s", len(at), e.State)
		}
		for n := range 6 {
			bound := min(float64(interval)*math.Pow(rate, float64(n)), float64(longest))
			waited := at[n+1].Sub(at[n]).Seconds()
			switch {
			case !jitter && math.Abs(waited-bound) > 1e-6:
				r.Errorf("wait %d without jitter: %f s, not %f", n, waited, bound)
			case jitter && (waited < 0 || waited > bound || math.Abs(waited-draws[n]*bound) > 1e-6):
				r.Errorf("wait %d: %f s of at most %f, drawn %f", n, waited, bound, draws[n])
			}
		}
		if jitter != (drawn == 6) || !jitter && drawn != 0 {
			r.Errorf("%d draws", drawn)
		}
	})
}

// tokens keeps what the waiting task was handed, and fails its call with the errors in turn.
type tokens struct {
	all  []string
	errs []error
}

func (k *tokens) code(p string) (string, error) {
	_, rest, _ := strings.Cut(p, `"token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	k.all = append(k.all, token)
	if n := len(k.all); n <= len(k.errs) {
		return "", k.errs[n-1]
	}
	return "", nil
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
func TestATokenIsOverWithItsTry(t *testing.T) {
	const waits = 30 * time.Second // Enough for a retry.
	for _, row := range []struct {
		name  string
		errs  []error
		end   func(w *world, arn, token string) error
		leads asl.Status
		state string
	}{
		{"its call failed", []error{named("Busy")}, func(*world, string, string) error { return nil }, asl.Running, "A"},
		{"it was failed, and the task is tried again", nil, func(w *world, _, token string) error { return w.s.Fail(token, "Busy", "") }, asl.Running, "A"},
		{"it was failed for good", nil, func(w *world, _, token string) error { return w.s.Fail(token, "Boom", "") }, asl.Succeeded, "Caught"},
		{"no heartbeat came", nil, func(w *world, _, _ string) error { return w.clock.Advance(10 * time.Minute) }, asl.Succeeded, "Caught"},
		{"the execution's time is over", nil, func(w *world, _, token string) error {
			for range 4 { // Alive, and yet over.
				if err := errors.Join(w.clock.Advance(9*time.Minute), w.s.Heartbeat(token)); err != nil {
					return err
				}
			}
			return w.clock.Advance(9 * time.Minute)
		}, asl.TimedOut, "A"},
		{"the execution was stopped", nil, func(w *world, arn, _ string) error { return w.s.Stop(arn, "ByHand", "") }, asl.Aborted, "A"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := &tokens{errs: row.errs}
			w := newWorld(t, strings.Replace(states(waiting), `{"StartAt"`, `{"TimeoutSeconds":2400,"StartAt"`, 1), k.code)
			arn := w.start("one", `{}`)
			w.advance(0)
			if err := row.end(w, arn, k.all[0]); err != nil {
				t.Fatal(err)
			}
			w.advance(waits)
			before := w.describe(arn)
			for name, err := range map[string]error{
				"success": w.s.Succeed(k.all[0], `{}`), "failure": w.s.Fail(k.all[0], "Boom", ""), "heartbeat": w.s.Heartbeat(k.all[0]),
			} {
				if codeOf(err) != asl.CodeTaskTimedOut {
					t.Errorf("%s: %v", name, err)
				}
			}
			w.advance(waits)
			after := w.describe(arn)
			if after.Status != row.leads || after.State != row.state || len(after.History) != len(before.History) {
				t.Errorf("%s in %s, %d events after %d", after.Status, after.State, len(after.History), len(before.History))
			}
			if row.leads != asl.Running {
				if w.clock.Pending() != 0 {
					t.Errorf("%d timers of an execution that is over", w.clock.Pending())
				}
				return
			}
			if len(k.all) != 2 || k.all[1] == k.all[0] {
				t.Fatalf("tokens: %q", k.all)
			}
			if err := w.s.Succeed(k.all[1], `7`); err != nil || w.describe(arn).Output != `7` {
				t.Errorf("the second try's token: %v", err)
			}
		})
	}
}

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
func TestSilenceIsATimeOutToo(t *testing.T) {
	for _, row := range []struct {
		taken string
		calls int
	}{{"States.HeartbeatTimeout", 2}, {"States.Timeout", 2}, {"States.TaskFailed", 2}, {"Gone", 1}} {
		k := &tokens{}
		def := strings.Replace(states(waiting), `"ErrorEquals":["Busy"],"IntervalSeconds":1,"MaxAttempts":2`, `"ErrorEquals":["`+row.taken+`"],"MaxAttempts":1`, 1)
		w := newWorld(t, def, k.code)
		arn := w.start("one", `{}`)
		w.advance(10*time.Minute + 2*time.Second)
		if len(k.all) != row.calls {
			t.Errorf("%s: called %d times, want %d", row.taken, len(k.all), row.calls)
		}
		w.advance(9 * time.Minute) // The next try has a heartbeat of its own, from its own beginning.
		if e := w.describe(arn); row.calls == 2 && e.Status != asl.Running {
			t.Errorf("%s: the second try gave up early: %s", row.taken, e.Output)
		}
		w.advance(time.Hour)
		if e := w.describe(arn); !strings.Contains(e.Output, `"Error":"States.HeartbeatTimeout"`) {
			t.Errorf("%s: %s %s", row.taken, e.Status, e.Output)
		}
	}
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func TestANameIsKeptHoweverItsExecutionEnded(t *testing.T) {
	one := strings.Replace(states(waiting), caught+",", `"Catch":[{"ErrorEquals":["Gone"],"Next":"Caught"}],`, 1)
	one = strings.Replace(one, `{"StartAt"`, `{"TimeoutSeconds":500,"StartAt"`, 1)
	for _, row := range []struct {
		end func(w *world, arn, token string) error
		as  asl.Status
	}{
		{func(w *world, _, token string) error { return w.s.Succeed(token, `{}`) }, asl.Succeeded},
		{func(w *world, _, token string) error { return w.s.Fail(token, "Boom", "") }, asl.Failed},
		{func(w *world, _, _ string) error { return w.clock.Advance(500 * time.Second) }, asl.TimedOut},
		{func(w *world, arn, _ string) error { return w.s.Stop(arn, "ByHand", "") }, asl.Aborted},
	} {
		t.Run(string(row.as), func(t *testing.T) {
			k := &tokens{}
			w := newWorld(t, one, k.code)
			arn := w.start("order-1", `{"a":1}`)
			w.advance(0)
			if again := w.start("order-1", `{"a":1}`); again != arn || len(w.s.Executions(10)) != 1 {
				t.Errorf("while it runs, the same is %s", again)
			}
			if err := row.end(w, arn, k.all[0]); err != nil || w.describe(arn).Status != row.as {
				t.Fatalf("%v, %s", err, w.describe(arn).Status)
			}
			for _, wait := range []time.Duration{0, 90*24*time.Hour - time.Second} {
				w.advance(wait)
				for _, input := range []string{`{"a":1}`, `{"a":2}`} {
					if _, _, err := w.s.Start(machineARN, "order-1", input); codeOf(err) != asl.CodeExecutionAlreadyExists {
						t.Errorf("after %s, %s: %v", wait, input, err)
					}
				}
			}
			w.advance(time.Second)
			if w.start("order-1", `{"a":2}`) != arn {
				t.Error("after ninety days the name is not free")
			}
		})
	}
}
