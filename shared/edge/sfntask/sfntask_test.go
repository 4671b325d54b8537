package sfntask_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/shared/edge/sfntask"
	"till/shared/fault"
)

type input struct {
	Order string `json:"order_id"`
}

func step(err error) func(context.Context, input) (input, error) {
	return func(_ context.Context, in input) (input, error) { return in, err }
}

func run(f func(context.Context, input) (input, error)) (out input, log string, err error) {
	var b bytes.Buffer
	out, err = sfntask.Handle(slog.New(slog.NewJSONHandler(&b, nil)), f)(context.Background(), input{"ord_1"})
	return out, b.String(), err
}

func TestErrorsHaveTheNamesThatTheMachineCatches(t *testing.T) {
	kind := func(k fault.Kind) error { return fault.New(k, "x.Y", "its_code", "") }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"no such order", kind(fault.NotFound), "OrderNotFound"},
		{"the order moved", kind(fault.Conflict), "OrderConflict"},
		{"the order was cancelled", fault.New(fault.Conflict, "x", "order_cancelled", ""), "OrderCancelled"},
		{"only a conflict is a cancelled order", fault.New(fault.Invalid, "x", "order_cancelled", ""), "InvalidInput"},
		{"a dependency is down", kind(fault.Unavailable), "DependencyUnavailable"},
		{"a dependency throttles", kind(fault.TooMany), "DependencyUnavailable"},
		{"it may have happened", kind(fault.Unknown), "OutcomeUnknown"},
		{"a deadline", fmt.Errorf("x: %w", context.DeadlineExceeded), "OutcomeUnknown"},
		{"it can never succeed", kind(fault.Invalid), "InvalidInput"},
		{"it cannot be read", kind(fault.Unreadable), "InvalidInput"},
		{"money refused for good", kind(fault.Declined), "InvalidInput"},
		{"our permissions", kind(fault.Forbidden), "InternalError"},
		{"a bug", kind(fault.Internal), "InternalError"},
		{"an unclassified error", errors.New("boom"), "InternalError"},
		{"a kind nobody knows", fault.New(fault.Kind(99), "x", "", ""), "InternalError"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, log, err := run(step(tt.err))
			named, ok := err.(messages.InvokeResponse_Error) //nolint:errorlint // aws-lambda-go asserts so too
			if !ok || named.Type != tt.want || sfntask.Name(tt.err) != tt.want {
				t.Errorf("got %T %v", err, err)
			}
			if strings.Count(log, "\n") != 1 || !strings.Contains(log, `"error_name":"`+tt.want+`"`) {
				t.Errorf("log: %s", log)
			}
			if named.Message != fault.Code(tt.err) {
				t.Errorf("the history is told %q", named.Message)
			}
		})
	}
}

func TestEveryKindHasOneOfTheNames(t *testing.T) {
	used := map[string]bool{"OrderCancelled": true}
	for k := fault.Internal; k == fault.Internal || k.String() != "internal"; k++ {
		name := sfntask.Name(fault.New(k, "x", "", ""))
		used[name] = true
		if !slices.Contains(sfntask.Names(), name) || (name == "InternalError" && k == fault.NotFound) {
			t.Errorf("%v: %s", k, name)
		}
	}
	for _, name := range sfntask.Names() {
		if !used[name] {
			t.Errorf("%s is raised by nothing", name)
		}
	}
}

func TestSuccessPassesUnchangedAndUnlogged(t *testing.T) {
	out, log, err := run(step(nil))
	if err != nil || out.Order != "ord_1" || log != "" {
		t.Errorf("got %+v, %v, %s", out, err, log)
	}
}

func TestAPanicIsAnInternalErrorThatSaysWhere(t *testing.T) {
	const canary = "ada@example.com"
	_, log, err := run(func(context.Context, input) (input, error) { panic(canary) })
	var named messages.InvokeResponse_Error
	if !errors.As(err, &named) || named.Type != "InternalError" || named.ShouldExit {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log, "sfntask_test.go") || strings.Contains(log+named.Message, canary) {
		t.Errorf("log: %s", log)
	}
}

// The name must survive aws-lambda-go's own reading of handlers and errors.
func TestTheNameReachesLambda(t *testing.T) {
	handler := lambda.NewHandler(sfntask.Handle(slog.New(slog.DiscardHandler), step(fault.New(fault.Conflict, "x", "order_cancelled", ""))))
	_, err := handler.Invoke(context.Background(), []byte(`{"order_id":"ord_1"}`))
	var named messages.InvokeResponse_Error
	if !errors.As(err, &named) {
		t.Fatalf("got %T %v", err, err)
	}
	out, errJSON := json.Marshal(named)
	if errJSON != nil || string(out) != `{"errorMessage":"order_cancelled","errorType":"OrderCancelled"}` {
		t.Errorf("got %s, %v", out, errJSON)
	}
}
