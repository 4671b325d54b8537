// Package turns lets the pieces of work of a simulation take turns: each has a goroutine of its own, one runs at a time, and
// a seed decides at every point who goes on. Virtual time stands still while anybody can go on.
package turns

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"till/scripts/localcloud/clock"
)

// patience is how long one step may take on the wall's clock before everything is taken to be stuck.
const patience = 60 * time.Second

// Turns is a clock.Executor. Everything that it runs, and who calls Wait, have the turn one after the other: nothing in here
// is locked, and no two of its methods run at once. The zero Turns is of no use; see New.
type Turns struct {
	dice    *rand.Rand
	clock   *clock.Clock
	current *Work // Nil while who called Wait has the turn.
	ready   []*Work
	last    uint64 // The number of the latest work.

	book sync.Mutex // Of what is told of who is stuck, without having the turn.
	live map[uint64]*Work

	driver  chan struct{} // The turn comes back to who waits.
	waiting atomic.Bool
	steps   atomic.Uint64 // How often the turn was passed on.
	stuck   chan string
	watch   *time.Timer
	idle    []*runner
	closed  bool
	panics  []string
}

// New makes turns that a seed decides. A step that lasts longer than limit on the wall's clock is a deadlock; 0 stands for a
// minute.
func New(seed uint64, limit time.Duration) *Turns {
	if limit == 0 {
		limit = patience
	}
	t := &Turns{dice: rand.New(rand.NewPCG(seed, 0x7475726e73)), live: map[uint64]*Work{},
		driver: make(chan struct{}, 1), stuck: make(chan string, 1)}
	before := uint64(0)
	t.watch = time.AfterFunc(limit, func() {
		now := t.steps.Load()
		if t.waiting.Load() && now == before {
			select {
			case t.stuck <- stacks():
			default:
			}
		}
		before = now
		t.watch.Reset(limit)
	})
	return t
}

func stacks() string {
	text := make([]byte, 1<<20)
	return string(text[:runtime.Stack(text, true)])
}

// Use tells the clock by which work sleeps and ends. It must be told before anything runs.
func (t *Turns) Use(c *clock.Clock) { t.clock = c }

// Go is clock.Executor's: the work begins when its turn comes.
func (t *Turns) Go(name string, work func()) { t.Add(name, nil, work) }

// Add is Go with what is known of the work: see Work.Data.
func (t *Turns) Add(name string, data any, work func()) {
	if t.closed {
		return
	}
	t.last++
	w := &Work{Name: name, Data: data, number: t.last, fn: work}
	t.enter(w)
	t.ready = append(t.ready, w)
}

// Wait is clock.Executor's. It lets everybody take turns until nobody can go on at this instant, or a timer of the clock is
// due and the dice say that it comes first: who settles the clock waits again then. It panics with a text that says who
// waits where if work waits for other work without a point, as for a lock that parked work holds.
func (t *Turns) Wait() {
	if len(t.ready) == 0 {
		return
	}
	t.waiting.Store(true)
	defer t.waiting.Store(false)
	t.pass()
	select {
	case <-t.driver:
	case trace := <-t.stuck:
		panic("turns: stuck: " + t.describe() + "\n" + trace)
	}
}

// Call is clock.Executor's: fn runs in a goroutine of its own, as a function does in its process. It is false if fn was cut
// off at its deadline; true without fn having returned is a process that was killed: see Crash.
func (t *Turns) Call(deadline time.Time, _ time.Duration, fn func(context.Context)) bool {
	ctx := shown{Context: context.Background(), deadline: deadline}
	caller := t.current
	if caller == nil { // Whoever drives the clock: there is nobody to take turns with.
		fn(ctx)
		return true
	}
	t.last++
	w := &Work{Name: caller.Name, Data: caller.Data, number: t.last, caller: caller, deadline: deadline, fn: func() { fn(ctx) }}
	t.enter(w)
	caller.cutOff = false
	t.waits(caller, "the function's answer")
	t.give(w)
	t.park(caller)
	return !caller.cutOff
}

// Current is the work that has the turn; nil while it is with who waits, as when a timer runs.
func (t *Turns) Current() *Work { return t.current }

// Panics lists what work panicked with.
func (t *Turns) Panics() []string { return t.panics }

// Steps is how often the turn was passed on.
func (t *Turns) Steps() uint64 { return t.steps.Load() }

// Live is how many pieces of work have begun, or wait to, and have not ended.
func (t *Turns) Live() int { return len(t.live) }

// pass gives the turn to whoever the dice choose, or back to who waits.
func (t *Turns) pass() {
	t.steps.Add(1)
	n := len(t.ready)
	if n == 0 || (t.current != nil && t.timersFirst()) {
		t.back()
		return
	}
	at := 0
	if n > 1 {
		at = t.dice.IntN(n)
	}
	w := t.ready[at]
	t.ready[at] = t.ready[n-1]
	t.ready[n-1] = nil
	t.ready = t.ready[:n-1]
	t.give(w)
}

// back gives the turn to who waits.
func (t *Turns) back() {
	t.current = nil
	t.driver <- struct{}{}
}

// timersFirst tells whether a timer is due and comes before whoever is ready.
func (t *Turns) timersFirst() bool {
	if t.clock == nil || t.dice.Uint32()&3 != 0 {
		return false
	}
	next, some := t.clock.Next()
	return some && !next.After(t.clock.Now())
}

// give gives the turn to w.
func (t *Turns) give(w *Work) {
	t.current = w
	if w.begun {
		w.wake <- struct{}{}
		return
	}
	w.begun = true
	w.wake = make(chan struct{}, 1)
	if n := len(t.idle); n > 0 {
		r := t.idle[n-1]
		t.idle = t.idle[:n-1]
		r.jobs <- w
		return
	}
	r := &runner{make(chan *Work, 1)}
	r.jobs <- w
	go r.run(t, w.caller != nil)
}

// park waits for w's turn. Work that is to end does so here.
func (t *Turns) park(w *Work) {
	<-w.wake
	if w.dying {
		runtime.Goexit()
	}
}

// end is the end of w's goroutine's work, however it came about; w has the turn.
func (t *Turns) end(w *Work) {
	w.ended = true
	t.book.Lock()
	delete(t.live, w.number)
	t.book.Unlock()
	if w.caller == nil || w.orphan {
		t.pass()
		return
	}
	t.steps.Add(1)
	t.give(w.caller)
}

// enter lists w among those who live.
func (t *Turns) enter(w *Work) {
	t.book.Lock()
	defer t.book.Unlock()
	w.where = "its first turn"
	t.live[w.number] = w
}

// waits writes down what w waits for.
func (t *Turns) waits(w *Work, where string) {
	t.book.Lock()
	defer t.book.Unlock()
	w.where = where
}

// Close ends all work where it waits. Nothing may be called afterwards.
func (t *Turns) Close() {
	t.closed = true
	t.watch.Stop()
	for _, r := range t.idle {
		close(r.jobs)
	}
	t.idle, t.ready = nil, nil
	for _, w := range t.all() {
		if w.ended = !w.begun; w.ended {
			continue
		}
		w.dying, w.caller = true, nil
		t.current = w
		w.wake <- struct{}{}
		<-t.driver // Nobody is ready: it passes the turn to us.
	}
	clear(t.live)
}

// all lists who lives, in the order in which they came.
func (t *Turns) all() []*Work {
	t.book.Lock()
	defer t.book.Unlock()
	var out []*Work
	for _, number := range slices.Sorted(maps.Keys(t.live)) {
		out = append(out, t.live[number])
	}
	return out
}

func (t *Turns) describe() string {
	all := t.all()
	t.book.Lock()
	defer t.book.Unlock()
	text := fmt.Sprintf("%d pieces of work;", len(all))
	for _, w := range all {
		text += fmt.Sprintf(" %s waits for %s;", w.Name, w.where)
	}
	return text
}

// shown is a context whose deadline is in the cloud's time. It never ends: who is cut off just ends.
type shown struct {
	context.Context
	deadline time.Time
}

// Deadline is the cloud's time at which the work is cut off.
func (s shown) Deadline() (time.Time, bool) { return s.deadline, true }
