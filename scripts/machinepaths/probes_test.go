//go:build engines

package machinepaths_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"till/scripts/machinepaths"
	"till/shared/fault"
	"till/shared/flow"
)

// probes show the differences that no path shows, by name.
func probes() map[string]func(*testing.T, *engine) {
	return map[string]func(*testing.T, *engine){"heartbeats": heartbeats, "waits": waits, "refusals": refusals}
}

// holds is a script whose token nobody answers.
func holds() machinepaths.Script { return machinepaths.Script{"RequestShipment": {{}}} }

// begin starts an execution of a definition.
func (e *engine) begin(t *testing.T, name, definition string, script machinepaths.Script) *running {
	t.Helper()
	r, err := e.start(t.Context(), e.deploy(t, name, definition), e.prefix+"-"+name, script)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finish waits for the end.
func (e *engine) finish(t *testing.T, r *running) machinepaths.Outcome {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), runLimit)
	defer stop()
	out, err := e.end(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// token waits for the token that a running execution hands out.
func (r *running) token(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), runLimit)
	defer stop()
	select {
	case token := <-r.tokens:
		return token
	case <-ctx.Done():
		t.Fatal("no token")
		return ""
	}
}

// heartbeats: the shipped machine has none, so this one does. In process silence is noticed.
func heartbeats(t *testing.T, e *engine) {
	text := hurried(t, func(root map[string]any) { state(root, "RequestShipment")["HeartbeatSeconds"] = 1 })
	local, _, err := machinepaths.RunLocal(loaded(t, []byte(text)), machinepaths.Case{Tasks: holds()})
	if err != nil || local.Told != "States.HeartbeatTimeout" {
		t.Errorf("in process: %v %+v", err, local)
	}
	got := e.finish(t, e.begin(t, "heartbeat", text, holds()))
	if got.Told != "States.Timeout" || got.Path != local.Path {
		t.Errorf("strike this difference: %+v", got)
	}
}

// waits: the two that should be drawn from up to five seconds and, by their bound, from up to six, are five and ten.
func waits(t *testing.T, e *engine) {
	const scale = 0.1
	text := hurried(t, func(root map[string]any) {
		retrier := state(root, "Prepare")["Retry"].([]any)[0].(map[string]any)
		retrier["IntervalSeconds"], retrier["BackoffRate"], retrier["MaxDelaySeconds"] = 5, 2, 6
	})
	busy := machinepaths.Call{Does: machinepaths.Fails, Error: "DependencyUnavailable"}
	script := machinepaths.Script{"Prepare": {busy, busy}}
	_, trace, err := machinepaths.RunLocal(loaded(t, []byte(text)), machinepaths.Case{Tasks: machinepaths.Script{
		"Prepare": script["Prepare"], "RequestShipment": {{Then: []machinepaths.Reply{{}}}},
	}})
	if want := (5*time.Second + 6*time.Second) / 2; err != nil || trace.Took != want {
		t.Errorf("in process: %v, %s, want %s", err, trace.Took, want)
	}
	e.setWaits(t, scale)
	defer e.setWaits(t, 0)
	r := e.begin(t, "waits", text, script)
	if out := e.finish(t, r); out.Path != "Prepare*3 RequestShipment Complete" {
		t.Fatalf("%+v", out)
	}
	for i, seconds := range []float64{5, 10} {
		if waited := r.at[i+1].Sub(r.at[i]); waited.Seconds() < seconds*scale {
			t.Errorf("strike this difference: waited %s before try %d", waited, i+2)
		}
	}
}

func state(root map[string]any, name string) map[string]any {
	return root["States"].(map[string]any)[name].(map[string]any)
}

func code(err error) string {
	var named smithy.APIError
	if errors.As(err, &named) {
		return named.ErrorCode()
	}
	return fmt.Sprint(err)
}

// refusals: what Step Functions answers is held by the tests of scripts/localcloud/asl. The product takes
// both for the same: a name in use is an execution that was begun, a token that is over was answered by somebody else.
func refusals(t *testing.T, e *engine) {
	machine := e.deploy(t, "refusals", string(shipped(t)))
	order := e.prefix + "-refusals"
	r, err := e.start(t.Context(), machine, order, holds())
	if err != nil {
		t.Fatal(err)
	}
	token := r.token(t)
	_, again := e.start(t.Context(), machine, order, holds())
	garbage := e.send("garbage", "")
	if err := e.send(token, ""); err != nil {
		t.Fatal(err)
	}
	e.finish(t, r)
	for _, row := range []struct {
		name, aws, here string
		err             error
	}{
		{"the same name and input while it runs", "<nil>", "ExecutionAlreadyExists", again},
		{"a token that is none", "InvalidToken", "TaskDoesNotExist", garbage},
		{"a token that was answered", "TaskTimedOut", "TaskDoesNotExist", e.send(token, "")},
	} {
		switch got := code(row.err); got {
		case row.here:
		case row.aws:
			t.Errorf("%s: strike this difference, it is %s", row.name, got)
		default:
			t.Errorf("%s: another difference, %s", row.name, got)
		}
	}
}

// productCalls starts and answers as the product does, by shared/flow.
func productCalls(t *testing.T, e *engine) {
	machine := e.deploy(t, "flow", string(shipped(t)))
	f := flow.New(e.cloud, machine)
	if _, err := f.Alive(t.Context(), "nobody"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an execution that never was: %v", err)
	}
	for _, row := range []struct {
		name   string
		answer func(context.Context, string) error
		want   machinepaths.Outcome
	}{
		{"shipped", f.Succeed, machinepaths.Outcome{Path: "Prepare RequestShipment Complete", Status: "SUCCEEDED"}},
		{"cancelled", f.Cancel, machinepaths.Outcome{
			Path: "Prepare RequestShipment Compensate WasCancelled Cancelled", Status: "SUCCEEDED", Told: "OrderCancelled",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			order := e.prefix + "-flow-" + row.name
			r := e.expect(order, holds())
			if err := f.Start(t.Context(), order, r.Input()); err != nil {
				t.Fatal(err)
			}
			r.arn = strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + order
			token := r.token(t)
			if alive, err := f.Alive(t.Context(), order); err != nil || !alive {
				t.Errorf("while it waits: %v %v", alive, err)
			}
			if err := row.answer(t.Context(), token); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, e.finish(t, r)); diff != "" {
				t.Error(diff)
			}
			if err := errors.Join(f.Succeed(t.Context(), token), f.Cancel(t.Context(), token)); err != nil {
				t.Errorf("an answer more: %v", err)
			}
			if alive, err := f.Alive(t.Context(), order); err != nil || !alive {
				t.Errorf("after a good end: %v %v", alive, err)
			}
			if err := f.Start(t.Context(), order, `{"order_id":"other","try":1}`); fault.Code(err) != "execution_exists" {
				t.Errorf("the name again: %v", err)
			}
		})
	}
}
