package turns

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// Work is one piece of work: an actor, something that an engine does, or the run of a function.
type Work struct {
	Name string
	// Data is what whoever started the work knows of it. The run of a function has that of its caller.
	Data any

	number   uint64
	fn       func()
	wake     chan struct{}
	caller   *Work // Of the run of a function: who waits for it.
	deadline time.Time
	where    string // What it waits for.

	begun, ended  bool
	dying, orphan bool // It ends when it next has its turn; at its next point.
	cutOff        bool // Its call was cut off.
}

// InCall tells whether the work is the run of a function, which can crash and be cut off.
func (w *Work) InCall() bool { return w != nil && w.caller != nil }

// Has tells whether d passes before the work is cut off. What is not the run of a function has all the time there is.
func (w *Work) Has(d time.Duration, now time.Time) bool {
	return !w.InCall() || now.Add(d).Before(w.deadline)
}

// Number counts pieces of work, in the order in which they were made.
func (w *Work) Number() uint64 { return w.number }

// Point is where the turn may pass to others. No lock may be held that others want. Without current work it does nothing.
func (t *Turns) Point(where string) {
	w := t.current
	if w == nil {
		return
	}
	t.leave(w)
	t.waits(w, where)
	switch {
	case len(t.ready) > 0:
		t.ready = append(t.ready, w)
		t.pass()
	case t.timersFirst():
		t.ready = append(t.ready, w)
		t.back()
	default:
		return // Alone.
	}
	t.park(w)
}

// Here is a point at which the turn stays: work that was cut off ends here too. For calls under a lock.
func (t *Turns) Here() {
	if t.current != nil {
		t.leave(t.current)
	}
}

// leave ends work that does not belong to anybody any more. Also the functions that were deferred end here.
func (t *Turns) leave(w *Work) {
	if w.dying || w.orphan {
		runtime.Goexit()
	}
}

// Sleep lets d of the clock's time pass. The run of a function that would sleep past its deadline is cut off there.
func (t *Turns) Sleep(d time.Duration, where string) {
	w := t.current
	if w == nil {
		return
	}
	t.leave(w)
	until := t.clock.Now().Add(d)
	if w.InCall() && !until.Before(w.deadline) {
		t.Hang(false)
		return
	}
	t.waits(w, where)
	t.clock.At(until, "wake "+w.Name, func() { t.wakeUp(w) })
	t.pass()
	t.park(w)
}

func (t *Turns) wakeUp(w *Work) {
	if !w.ended {
		t.ready = append(t.ready, w)
	}
}

// Crash ends the run of a function where it is, as a process that is killed. It does not return.
func (t *Turns) Crash() {
	w := t.current
	if !w.InCall() {
		panic("turns: only the run of a function can crash")
	}
	w.dying = true
	runtime.Goexit()
}

// Hang keeps the run of a function waiting until its time limit, and ends it there. If it is late, its caller is told so then,
// and what it was about to do is done all the same, by then or later, up to its next point: as a request that was on its way.
// Hang returns only if it is late.
func (t *Turns) Hang(late bool) {
	w := t.current
	if !w.InCall() {
		panic("turns: only the run of a function has a time limit")
	}
	t.leave(w)
	t.waits(w, "its time limit")
	t.clock.At(w.deadline, "time limit of "+w.Name, func() {
		if w.ended || w.caller == nil {
			return
		}
		w.caller.cutOff = true
		t.ready = append(t.ready, w)
		if !late {
			w.dying = true
			return
		}
		w.orphan = true
		t.ready = append(t.ready, w.caller)
	})
	t.pass()
	t.park(w)
}

// runner is a goroutine that does one piece of work after the other: its stack has grown already.
type runner struct{ jobs chan *Work }

// run does work as it comes; deep tells that the first is the run of a function, which goes deep. Those whose process is killed take
// their goroutine with them, so that this is not seldom.
func (r *runner) run(t *Turns, deep bool) {
	if deep {
		deepen(t.last)
	}
	for w := range r.jobs {
		r.do(t, w)
	}
}

func (r *runner) do(t *Turns, w *Work) {
	whole := false
	defer func() {
		// Without a panic and without being whole it was ended, and this goroutine with it.
		if p := recover(); p != nil {
			whole = true
			t.panics = append(t.panics, fmt.Sprintf("%s: %v\n%s", w.Name, p, debug.Stack()))
		}
		if whole && !t.closed {
			t.idle = append(t.idle, r)
		}
		t.end(w)
	}()
	w.fn()
	whole = true
}

// stackFor is how deep the runs of functions go, about: most stay below.
const stackFor = 48 << 10

// deepen lets a goroutine's stack grow at once. Otherwise it doubles each time that it is too small, and all that is on it is moved.
//
//go:noinline
func deepen(at uint64) byte {
	var room [stackFor]byte // Read where the compiler cannot tell, lest it leave it out.
	return room[at%stackFor]
}
