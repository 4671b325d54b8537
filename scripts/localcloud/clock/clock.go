// Package clock is the one clock of the local cloud: timers in a heap, moved by hand or with the wall clock.
package clock

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"
)

// settleLimit is how many timers one settling may run before the clock says that work feeds itself for ever.
const settleLimit = 2_000_000

// Clock gives the time and runs timers in order of (time, order of creation). All methods are safe for concurrent
// use. A timer's function is engine work: short, never blocking, never calling Advance or Settle; what may take long
// (a function's invocation) it hands to Go.
type Clock struct {
	exec Executor

	mu     sync.Mutex // guards what follows
	at     time.Time  // the latest time ever shown
	wall   func() time.Time
	offset time.Duration
	timers timerHeap
	seq    uint64
	wake   chan struct{}

	step sync.Mutex // held by whoever runs timers: one at a time
}

// New makes a clock that stands at start until it is advanced or follows the wall clock.
func New(start time.Time, exec Executor) *Clock {
	return &Clock{exec: exec, at: start.UTC().Round(0), wake: make(chan struct{}, 1)}
}

// Now is the cloud's time, in UTC. It never goes back.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.wall != nil {
		if t := c.wall().Round(0).UTC().Add(c.offset); t.After(c.at) {
			c.at = t
		}
	}
	return c.at
}

// At runs fn when the clock reaches t; at once (but not before At returns) if t has passed. The name is for people.
func (c *Clock) At(t time.Time, name string, fn func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); t.Before(now) {
		t = now
	}
	c.seq++
	timer := &Timer{clock: c, due: t, sec: t.Unix(), nano: t.Nanosecond(), seq: c.seq, name: name, fn: fn}
	heap.Push(&c.timers, timer)
	if timer.index == 0 {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
	return timer
}

// After runs fn when d has passed.
func (c *Clock) After(d time.Duration, name string, fn func()) *Timer {
	return c.At(c.Now().Add(d), name, fn)
}

// Go runs work by the executor: inline, in a goroutine, or when a scheduler says so.
func (c *Clock) Go(name string, work func()) { c.exec.Go(name, work) }

// Call runs fn under a time limit in the caller's goroutine or beside it. It is false if the limit passed first; fn
// may then still be running, as nothing can kill a goroutine.
func (c *Clock) Call(limit time.Duration, fn func(context.Context)) bool {
	return c.exec.Call(c.Now().Add(limit), limit, fn)
}

// Advance moves the clock on by d, stopping at every timer on the way, and returns when all that became due has run,
// with what that started. The error says that work at one instant never ends. Not to be called from a timer or from
// work: it would wait for itself.
func (c *Clock) Advance(d time.Duration) error {
	c.step.Lock()
	defer c.step.Unlock()
	target := c.Now().Add(d)
	for {
		if err := c.settle(); err != nil {
			return err
		}
		next, ok := c.Next()
		if !ok || next.After(target) {
			break
		}
		c.jump(next)
	}
	c.jump(target)
	return c.settle()
}

// Settle runs what is due now, and what that starts, without moving the clock. Errors and callers: as Advance.
func (c *Clock) Settle() error {
	c.step.Lock()
	defer c.step.Unlock()
	return c.settle()
}

// Next is when the earliest timer is due; false if there is none.
func (c *Clock) Next() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		return time.Time{}, false
	}
	return c.timers[0].due, true
}

// Pending counts the timers that wait.
func (c *Clock) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

// Follow moves the clock with wall until ctx ends; then the clock stands still again. Advance jumps on top of it.
func (c *Clock) Follow(ctx context.Context, wall func() time.Time) {
	c.mu.Lock()
	c.offset = c.at.Sub(wall().Round(0))
	c.wall = wall
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.now()
		c.wall = nil
		c.mu.Unlock()
	}()
	sleep := time.NewTimer(0)
	defer sleep.Stop()
	for {
		c.step.Lock()
		for {
			due := c.popDue()
			if due == nil {
				break
			}
			due.fn()
		}
		c.step.Unlock()
		sleep.Reset(c.untilNext())
		select {
		case <-ctx.Done():
			return
		case <-sleep.C:
		case <-c.wake:
		}
	}
}

// untilNext is how long Follow may sleep.
func (c *Clock) untilNext() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		return time.Hour
	}
	return max(0, c.timers[0].due.Sub(c.now()))
}

func (c *Clock) jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := to.Sub(c.now()); ahead > 0 {
		c.offset += ahead
		c.at = to
	}
}

func (c *Clock) settle() error {
	for ran := 0; ; {
		due := c.popDue()
		for ; due != nil; due = c.popDue() {
			due.fn()
			if ran++; ran > settleLimit {
				return fmt.Errorf("clock: work never ends at %s, last %q", c.Now().Format(time.RFC3339), due.name)
			}
		}
		c.exec.Wait()
		if next, ok := c.Next(); !ok || next.After(c.Now()) {
			return nil
		}
	}
}

func (c *Clock) popDue() *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 || c.timers[0].due.After(c.now()) {
		return nil
	}
	return heap.Pop(&c.timers).(*Timer)
}
