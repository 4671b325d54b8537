package localshop

import (
	"context"
	"reflect"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
)

// environments are the execution environments of one function: each serves one call at a time. The one that was free last
// serves next, as it does on Lambda.
type environments struct {
	begin func() (any, error) // A cold start.
	cold  func() bool         // Whether one that is free ends now.
	takes reflect.Type        // The events that may come as values; nil: none.

	mu    sync.Mutex
	free  []environment
	taken uint64
}

// environment is one that has begun.
type environment struct {
	lambda.Handler
	function any
}

// Invoke is lambda.Handler's. A call that does not come back, as one that is killed, leaves no environment behind.
func (e *environments) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	h, err := e.take()
	if err != nil {
		return nil, err
	}
	out, err := h.Invoke(ctx, payload)
	out = append([]byte(nil), out...) // The next call writes over it.
	e.release(h)
	return out, err
}

// wholeWay is of how many events one is written as JSON and read again all the same.
const wholeWay = 16

// Take is invoke.Direct's: Invoke, without reading the event from its JSON, or writing the answer as such.
func (e *environments) Take(ctx context.Context, event any) (answer any, taken bool, err error) {
	if e.takes == nil || reflect.TypeOf(event) != e.takes || e.count()%wholeWay == 0 {
		return nil, false, nil
	}
	h, err := e.take()
	if err != nil {
		return nil, true, err
	}
	got := reflect.ValueOf(h.function).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(event)})
	err, _ = got[1].Interface().(error)
	e.release(h)
	return got[0].Interface(), true, err
}

// eventOf is the type of event that a function takes; nil if it is not one that gets an event and gives an answer.
func eventOf(function any) reflect.Type {
	t := reflect.TypeOf(function)
	if t.Kind() != reflect.Func || t.NumIn() != 2 || t.NumOut() != 2 {
		return nil
	}
	return t.In(1)
}

func (e *environments) count() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.taken++
	return e.taken
}

func (e *environments) take() (environment, error) {
	if h, warm := e.warm(); warm && !e.cold() {
		return h, nil
	}
	function, err := e.begin()
	if err != nil {
		return environment{}, err
	}
	return environment{lambda.NewHandler(function), function}, nil
}

// warm takes the environment that was free last; false if none is.
func (e *environments) warm() (environment, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.free)
	if n == 0 {
		return environment{}, false
	}
	h := e.free[n-1]
	e.free = e.free[:n-1]
	return h, true
}

func (e *environments) release(h environment) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.free = append(e.free, h)
}
