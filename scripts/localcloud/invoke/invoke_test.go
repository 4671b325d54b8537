package invoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

type code func(context.Context, []byte) ([]byte, error)

func (c code) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return c(ctx, payload) }

func newRunner(exec clock.Executor) *invoke.Runner {
	return &invoke.Runner{Clock: clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), exec), IDs: ident.New("r")}
}

func function(c code) *invoke.Function {
	return &invoke.Function{Name: "f", ARN: "arn:f", Timeout: 10 * time.Millisecond, Handler: c}
}

// https://docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html
func TestErrorsAreNamedAsLambdaNamesThem(t *testing.T) {
	for _, row := range []struct {
		name string
		code code
		want string
	}{
		{"an error names itself", func(context.Context, []byte) ([]byte, error) {
			return nil, messages.InvokeResponse_Error{Type: "OrderCancelled", Message: "x"}
		}, "OrderCancelled"},
		{"a wrapped one is named after its wrapper", func(context.Context, []byte) ([]byte, error) {
			return nil, fmt.Errorf("in: %w", messages.InvokeResponse_Error{Type: "OrderCancelled"})
		}, "wrapError"},
		{"any other is named after its type", func(context.Context, []byte) ([]byte, error) { return nil, errors.New("x") }, "errorString"},
		{"a pointer after what it points to", func(context.Context, []byte) ([]byte, error) { return nil, &json.SyntaxError{} }, "SyntaxError"},
		{"a panic after what was thrown", func(context.Context, []byte) ([]byte, error) { panic("x") }, "string"},
		{"a panic with an error after its type", func(context.Context, []byte) ([]byte, error) { panic(errors.New("x")) }, "errorString"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRunner(clock.Inline{})
			out, err := r.Call(function(row.code), nil)
			if err == nil || err.Type != row.want || out != nil || err.RequestID == "" {
				t.Fatalf("%+v, %s", err, out)
			}
			if r.Counts()["f"] != (invoke.Count{Invocations: 1, Errors: 1}) || r.Failures()[0].Type != row.want {
				t.Fatalf("counts %v, failures %v", r.Counts(), r.Failures())
			}
		})
	}
}

func TestAFunctionIsLeftAtItsTimeLimit(t *testing.T) {
	ended := make(chan struct{})
	out, err := newRunner(clock.NewPool()).Call(function(func(ctx context.Context, _ []byte) ([]byte, error) {
		defer close(ended)
		<-ctx.Done()
		return []byte("late"), nil
	}), nil)
	<-ended
	if err == nil || err.Type != invoke.TypeTimedOut || out != nil {
		t.Fatalf("%v, %s", err, out)
	}
}

func TestAFunctionThatEndsWithoutAnAnswerHasCrashed(t *testing.T) {
	out, err := newRunner(clock.NewPool()).Call(&invoke.Function{Name: "f", Timeout: time.Minute, Handler: code(func(context.Context, []byte) ([]byte, error) {
		runtime.Goexit()
		return []byte("never"), nil
	})}, nil)
	if err == nil || err.Type != invoke.TypeCrashed || out != nil {
		t.Fatalf("%v, %s", err, out)
	}
}

func TestFaultsStrikeBeforeAndAfter(t *testing.T) {
	ran := 0
	f := function(func(ctx context.Context, payload []byte) ([]byte, error) {
		ran++
		if lc, ok := lambdacontext.FromContext(ctx); !ok || lc.InvokedFunctionArn != "arn:f" {
			t.Errorf("context %+v", lc)
		}
		return payload, nil
	})
	r := newRunner(clock.Inline{})
	crashed := invoke.Crashed()
	r.Before = func(string, *invoke.JSON) error { return crashed }
	if _, err := r.Call(f, nil); err == nil || err.Type != invoke.TypeCrashed || ran != 0 || crashed.RequestID != "" {
		t.Fatalf("before: %v after %d runs", err, ran)
	}
	r.Before = nil
	r.After = func(_ string, out *invoke.JSON, err error) error {
		if string(out.Text()) != "x" || err != nil {
			t.Errorf("after %s, %v", out.Text(), err)
		}
		return errors.New("the answer was lost")
	}
	if _, err := r.Call(f, []byte("x")); err == nil || ran != 1 {
		t.Fatalf("after: %v after %d runs", err, ran)
	}
	r.After = nil
	if out, err := r.Call(f, []byte("x")); err != nil || string(out) != "x" {
		t.Fatalf("without faults: %v, %s", err, out)
	}
}

func TestOnlyTheLatestFailuresAreKept(t *testing.T) {
	r := newRunner(clock.Inline{})
	f := function(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("x") })
	for range 250 {
		if _, err := r.Call(f, nil); err == nil {
			t.Fatal("no error")
		}
	}
	if len(r.Failures()) != 200 || r.Counts()["f"].Errors != 250 {
		t.Fatalf("%d kept of %d", len(r.Failures()), r.Counts()["f"].Errors)
	}
}

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
func TestAnAnswerOverLambdasLimitIsAFailure(t *testing.T) {
	const most = 6_291_556
	for size, want := range map[int]string{most: "", most + 1: "Function.ResponseSizeTooLarge"} {
		out, err := newRunner(clock.Inline{}).Call(function(func(context.Context, []byte) ([]byte, error) { return make([]byte, size), nil }), nil)
		got := ""
		if err != nil {
			got = err.Type
		}
		if got != want || (want == "" && len(out) != size) || (want != "" && out != nil) {
			t.Errorf("%d bytes: %q, %d came out", size, got, len(out))
		}
	}
}
