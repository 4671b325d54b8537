package localshop

import (
	"context"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
)

// environments are the execution environments of one function: each serves one call at a time. The one that was free last
// serves next, as it does on Lambda.
type environments struct {
	begin func() (any, error) // A cold start.
	cold  func() bool         // Whether one that is free ends now.

	mu   sync.Mutex
	free []lambda.Handler
}

// Invoke is lambda.Handler's. A call that does not come back, as one that is killed, leaves no environment behind.
func (e *environments) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	h, err := e.take()
	if err != nil {
		return nil, err
	}
	out, err := h.Invoke(ctx, payload)
	out = append([]byte(nil), out...) // The next call writes over it.
	e.mu.Lock()
	defer e.mu.Unlock()
	e.free = append(e.free, h)
	return out, err
}

func (e *environments) take() (lambda.Handler, error) {
	if h := e.warm(); h != nil && !e.cold() {
		return h, nil
	}
	function, err := e.begin()
	if err != nil {
		return nil, err
	}
	return lambda.NewHandler(function), nil
}

// warm takes the environment that was free last; nil if none is.
func (e *environments) warm() lambda.Handler {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.free)
	if n == 0 {
		return nil
	}
	h := e.free[n-1]
	e.free = e.free[:n-1]
	return h
}
