package clock

import (
	"context"
	"sync"
	"time"
)

// Executor runs what engines start. Inline and Pool are here; a simulation brings one that picks by its seed which
// piece of work goes on.
type Executor interface {
	// Go starts work. It may run before Go returns.
	Go(name string, work func())
	// Wait returns when nothing started by Go can go on at this instant.
	Wait()
	// Call runs fn with a context that shows deadline (the cloud's time) and is false if fn did not end within limit.
	Call(deadline time.Time, limit time.Duration, fn func(context.Context)) bool
}

// Inline runs everything in the caller's goroutine, so that one goroutine decides all: virtual time. Work cannot
// outlast a limit there, since no time passes while it runs.
type Inline struct{}

// Go runs work now.
func (Inline) Go(_ string, work func()) { work() }

// Wait has nothing to wait for.
func (Inline) Wait() {}

// Call runs fn to its end.
func (Inline) Call(deadline time.Time, _ time.Duration, fn func(context.Context)) bool {
	fn(shown{Context: context.Background(), deadline: deadline})
	return true
}

// Pool runs work in goroutines, as the dev server needs. Engines bound their own concurrency. Limits are wall time.
type Pool struct {
	mu      sync.Mutex
	idle    sync.Cond
	running int
}

// NewPool makes a pool without work.
func NewPool() *Pool {
	p := new(Pool)
	p.idle.L = &p.mu
	return p
}

// Go runs work in a goroutine of its own.
func (p *Pool) Go(_ string, work func()) {
	p.mu.Lock()
	p.running++
	p.mu.Unlock()
	go func() {
		defer func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.running--; p.running == 0 {
				p.idle.Broadcast()
			}
		}()
		work()
	}()
}

// Wait returns when no work runs.
func (p *Pool) Wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.running > 0 {
		p.idle.Wait()
	}
}

// Call runs fn beside the caller and leaves it behind when the limit has passed on the wall clock.
func (p *Pool) Call(deadline time.Time, limit time.Duration, fn func(context.Context)) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(shown{Context: ctx, deadline: deadline})
	}()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// shown is a context whose deadline is in the cloud's time, which handlers compare with their own Now. What ends it is
// the wrapped context: the wall clock, or nothing.
type shown struct {
	context.Context
	deadline time.Time
}

// Deadline is the cloud's time at which the work must have ended.
func (s shown) Deadline() (time.Time, bool) { return s.deadline, true }
