package letters

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Box is one dead-letter queue and the way back out of it. Every field is required.
type Box struct {
	Queue string // events, fulfillment, mail or relay.
	Read  func(body string) Content
	// Take takes some letters that nobody else has; none means that there are no more.
	Take func(ctx context.Context) ([]Letter, error)
	// Back gives a letter's work back to where it failed. It tells the id of the message that carries it now, if one does.
	// Errors: ErrForgotten, the work can be had no more; else it may or may not be given back, and doing it again is right.
	Back   func(ctx context.Context, l Letter) (id string, err error)
	Delete func(ctx context.Context, l Letter) error
	// Release shows letters to others again, and tells how many it could not.
	Release func(ctx context.Context, ls []Letter) (hidden int, err error)
}

// ErrForgotten is a letter of the relay whose records the stream has dropped: it keeps them for 24 hours. The order itself knows
// what it owes: mails until they are sent, and its fulfillment until it has begun. So the sweep has sent them, or still does.
var ErrForgotten = errors.New("the stream has forgotten these changes. Nothing is lost by that: what was not sent is still owed by its " +
	"order, and the sweep sends it. Delete the letter with -forget")

// Plan is what a run is asked to do.
type Plan struct {
	DryRun bool
	Max    int           // Letters of each queue, shown or moved; 0 for all.
	Older  time.Duration // Only letters that were sent at least so long ago.
	Forget bool          // Delete what can never be done again.
	// Began is the run's beginning by the queues' own clock: what was sent after it is left for another run, so that a letter
	// that fails again is not moved for ever.
	Began time.Time
}

// Mover moves letters. Every field is required.
type Mover struct {
	Plan
	Pace func(ctx context.Context) error // Waits until the next letter may be moved.
	Say  func(line string)
}

const (
	together = 5 // Letters that are moved at once.
	// failuresMax in a row end a queue's run: what one letter lacks may be its own, what ten lack is not.
	failuresMax = 10
	// moveLimit is for what has begun when the run is interrupted: sent and not deleted is sent twice.
	moveLimit    = 10 * time.Minute
	releaseLimit = 10 * time.Second
)

// Count is what became of a box's letters.
type Count struct {
	Moved, Deleted int
	Left           int // As asked: too young, over the maximum, a dry run, or not from before the run.
	Failed         int // To be looked at by people.
	Interrupted    bool
}

// Settled tells that nothing is left to be looked at.
func (c Count) Settled() bool { return c.Failed == 0 && !c.Interrupted }

// round is one box's run.
type round struct {
	Mover
	box   Box
	count Count
	seen  map[string]bool   // Letters that were decided about.
	sent  map[string]bool   // Messages that this run sent.
	held  map[string]Letter // Letters that are hidden by us and go back at the end.

	inARow int // Failures since a letter was moved.
	chosen int // Letters that were moved, deleted or failed, or would have been.
}

// Run goes through a box once. When ctx ends, what has begun is finished and the rest is released.
func (m Mover) Run(ctx context.Context, box Box) Count {
	r := round{Mover: m, box: box, seen: map[string]bool{}, sent: map[string]bool{}, held: map[string]Letter{}}
	for r.next(ctx) {
		continue
	}
	r.count.Interrupted = ctx.Err() != nil
	r.release(context.WithoutCancel(ctx))
	return r.count
}

// next takes some letters and does what the plan says. False: this box is done.
func (r *round) next(ctx context.Context) bool {
	if ctx.Err() != nil || r.full() {
		return false
	}
	taken, err := r.box.Take(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.count.Failed++
			r.Say(fmt.Sprintf("%s: %v", r.box.Queue, err))
		}
		return false
	}
	var todo []Letter
	fresh := 0
	for _, l := range taken {
		r.held[l.ID] = l // Also one seen before: its receipt is newer.
		if r.seen[l.ID] {
			continue
		}
		r.seen[l.ID] = true
		fresh++
		if r.wanted(l) {
			todo = append(todo, l)
		}
	}
	if fresh == 0 {
		return false
	}
	r.move(ctx, todo)
	if r.inARow < failuresMax {
		return true
	}
	r.Say(fmt.Sprintf("%s: %d failed in a row, so the others are left", r.box.Queue, r.inARow))
	return false
}

func (r *round) full() bool { return r.Max > 0 && r.chosen >= r.Max }

// wanted tells whether a letter is to be moved or deleted, and says why not.
func (r *round) wanted(l Letter) bool {
	content := r.box.Read(l.Body)
	switch {
	case r.sent[l.ID] || l.Sent.After(r.Began.Add(time.Second)): // SQS tells the time in seconds.
		r.left(l, content, "left: it was sent after this run began")
	case r.Older > 0 && r.Began.Sub(l.Sent) < r.Older:
		r.left(l, content, "left: not old enough")
	case r.full():
		r.count.Left++ // More than was asked for.
	case content.Use == Newer:
		r.failed(l, content, "left: it is for newer functions, and for a newer redrive")
	case content.Use == Unusable && !r.Forget:
		r.failed(l, content, "left: no function can use it. -forget deletes it")
	case r.DryRun && content.Use == Unusable:
		r.chosen++
		r.left(l, content, "would be deleted")
	case r.DryRun:
		r.chosen++
		r.left(l, content, "would be given back")
	default:
		r.chosen++
		return true
	}
	return false
}

func (r *round) left(l Letter, c Content, why string) {
	r.count.Left++
	r.tell(l, c, why)
}

func (r *round) failed(l Letter, c Content, why string) {
	r.count.Failed++
	r.tell(l, c, why)
}

func (r *round) tell(l Letter, c Content, what string) {
	age := max(r.Began.Sub(l.Sent).Round(time.Second), 0)
	r.Say(fmt.Sprintf("%-11s %s  %s old, received %d times  %s: %s", r.box.Queue, shown(l.ID), age, l.Receives, c.Text, what))
}

// release gives back what is still held.
func (r *round) release(ctx context.Context) {
	if len(r.held) == 0 {
		return
	}
	ctx, stop := context.WithTimeout(ctx, releaseLimit)
	defer stop()
	hidden, err := r.box.Release(ctx, slices.Collect(maps.Values(r.held)))
	if hidden > 0 {
		r.Say(fmt.Sprintf("%s: %d letters stay hidden for some minutes: %v", r.box.Queue, hidden, err))
	}
}
