// Package invoke runs the product's functions as Lambda does: with a request id, a time limit and named errors.
package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
)

// Handler is what lambda.NewHandler makes of a handler function.
type Handler interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Direct is a Handler that can also take an event as the value that its payload is made of, and gives its answer as a value.
// It is false, and nothing has happened, if it wants the payload.
type Direct interface {
	Handler
	Take(ctx context.Context, event any) (answer any, taken bool, err error)
}

// Function is one deployed function.
type Function struct {
	Name    string
	ARN     string
	Timeout time.Duration
	Handler Handler
}

// Runner invokes functions. Clock and IDs are required.
type Runner struct {
	Clock *clock.Clock
	IDs   *ident.Source
	// Before may refuse an invocation before the function runs: a throttle, a crash at the start.
	Before func(function string, payload *JSON) error
	// After may put an error in the place of what came out: the answer lost, a crash after the work.
	After func(function string, out *JSON, err error) error

	mu     sync.Mutex
	counts map[string]Count
	recent []Failure
}

// Count is how often a function ran and failed.
type Count struct {
	Invocations int `json:"invocations"`
	Errors      int `json:"errors"`
}

// Failure is one failed invocation. Message is the function's own error text.
type Failure struct {
	At        time.Time `json:"at"`
	Function  string    `json:"function"`
	RequestID string    `json:"request_id"`
	Type      string    `json:"type"`
	Message   string    `json:"message"`
}

// recentMax bounds the failures that are kept for people to look at.
const recentMax = 200

// responseBytesMax is Lambda's limit on what a function answers.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const responseBytesMax = 6_291_556

// Call invokes fn once and waits for its answer or its time limit.
func (r *Runner) Call(fn *Function, payload []byte) ([]byte, *Error) {
	out, err := r.CallWith(fn, &JSON{text: payload})
	if err != nil {
		return nil, err
	}
	return out.Text(), nil
}

// CallWith is Call with an event that may be a value still. Nobody may change it any more.
func (r *Runner) CallWith(fn *Function, event *JSON) (*JSON, *Error) {
	id := r.IDs.UUID()
	out, err := r.call(fn, id, event)
	if r.After != nil {
		err = errorOf(r.After(fn.Name, out, asError(err)))
	}
	if err == nil && out.long() {
		err = &Error{Type: "Function.ResponseSizeTooLarge", Message: "Response payload size exceeded maximum allowed payload size"}
	}
	if err != nil {
		failed := *err // A fault may be one value for many calls.
		failed.RequestID = id
		out, err = nil, &failed
	}
	r.count(fn.Name, id, err)
	return out, err
}

func (r *Runner) call(fn *Function, id string, event *JSON) (*JSON, *Error) {
	if r.Before != nil {
		if err := r.Before(fn.Name, event); err != nil {
			return nil, errorOf(err)
		}
	}
	type answer struct {
		out *JSON
		err *Error
	}
	answers := make(chan answer, 1)
	inTime := r.Clock.Call(fn.Timeout, func(ctx context.Context) {
		ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: id, InvokedFunctionArn: fn.ARN})
		out, err := guarded(ctx, fn.Handler, event)
		answers <- answer{out, err}
	})
	if !inTime {
		return nil, TimedOut(id, fn.Timeout)
	}
	select {
	case a := <-answers:
		return a.out, a.err
	default: // It ended without one, as a process that is killed.
		return nil, Crashed()
	}
}

// guarded turns a panic into the error that Lambda's Go runtime reports for it.
func guarded(ctx context.Context, h Handler, event *JSON) (out *JSON, err *Error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, &Error{Type: typeName(p), Message: fmt.Sprint(p)}
		}
	}()
	if direct, can := h.(Direct); can && event.value != nil {
		if answer, taken, failure := direct.Take(ctx, event.value); taken {
			return &JSON{value: answer}, errorOf(failure)
		}
	}
	text, failure := h.Invoke(ctx, event.Text())
	return &JSON{text: text}, errorOf(failure)
}

func (r *Runner) count(function, id string, err *Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[string]Count{}
	}
	c := r.counts[function]
	c.Invocations++
	if err != nil {
		c.Errors++
		if len(r.recent) == recentMax {
			r.recent = append(r.recent[:0], r.recent[1:]...)
		}
		r.recent = append(r.recent, Failure{At: r.Clock.Now(), Function: function, RequestID: id, Type: err.Type, Message: err.Message})
	}
	r.counts[function] = c
}

// Counts is how often each function ran, by name.
func (r *Runner) Counts() map[string]Count {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[string]Count, len(r.counts))
	for name, c := range r.counts {
		out[name] = c
	}
	return out
}

// Failures is the latest failed invocations, oldest first.
func (r *Runner) Failures() []Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Failure{}, r.recent...)
}

// Error is why an invocation failed. The zero Type never occurs.
type Error struct {
	Type      string // As Step Functions matches it: the Go type, the name of a messages.InvokeResponse_Error, or Lambda's own.
	Message   string
	RequestID string
}

// Error is the text for logs.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Payload is the error as the function's answer holds it, and as Step Functions hands on in Cause.
// https://docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html
func (e *Error) Payload() []byte {
	out, err := json.Marshal(map[string]string{"errorMessage": e.Message, "errorType": e.Type})
	if err != nil {
		return []byte("{}")
	}
	return out
}

// Names of Lambda's own failures as Step Functions sees them.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	TypeTimedOut  = "Sandbox.Timedout"
	TypeCrashed   = "Runtime.ExitError"
	TypeThrottled = "Lambda.TooManyRequestsException"
)

// TimedOut is a function stopped at its time limit.
func TimedOut(requestID string, limit time.Duration) *Error {
	return &Error{Type: TypeTimedOut, Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, limit.Seconds())}
}

// Crashed is a process that ended before it answered.
func Crashed() *Error {
	return &Error{Type: TypeCrashed, Message: "Runtime exited with error: signal: killed"}
}

// Throttled is an invocation that Lambda refused; the function did not run.
func Throttled() *Error { return &Error{Type: TypeThrottled, Message: "Rate Exceeded."} }

// errorOf names err as aws-lambda-go does: a messages.InvokeResponse_Error names itself, any other is named after its
// Go type. (lambda/errors.go in aws-lambda-go.)
func errorOf(err error) *Error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	if named, ok := err.(messages.InvokeResponse_Error); ok { //nolint:errorlint // the runtime looks at this very value too
		return &Error{Type: named.Type, Message: named.Message}
	}
	return &Error{Type: typeName(err), Message: err.Error()}
}

func asError(err *Error) error {
	if err == nil {
		return nil // A nil *Error in an error is not nil.
	}
	return err
}

func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
