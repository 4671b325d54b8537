// Package inbox is what gateways told us, kept before it is acted on, so that nothing acknowledged is ever lost.
package inbox

import (
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// State is what became of an event.
type State string

// The states of an event.
const (
	Received State = "received" // Stored; the worker applies it, or the sweep sends it again.
	Applied  State = "applied"  // Its order knows it.
	Ignored  State = "ignored"  // Nothing to do, with a reason.
	Parked   State = "parked"   // Its order is not known (yet). Tried again, with an alarm.
	Failed   State = "failed"   // It cannot be applied; people look.
)

// moves is every legal move of an event. An event that was acted on stays so.
var moves = map[State][]State{
	Received: {Applied, Ignored, Parked, Failed},
	Parked:   {Applied, Ignored, Failed},
	Failed:   {Applied, Ignored, Parked},
	Applied:  {},
	Ignored:  {},
}

// States lists every state an event can be in.
func States() []State { return []State{Received, Applied, Ignored, Parked, Failed} }

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s State) CanBecome(next State) bool { return slices.Contains(moves[s], next) }

// Settled tells whether nothing is left to do.
func (s State) Settled() bool { return s == Applied || s == Ignored }

const (
	// Keep is how long an event is remembered, and with it that it came before: Stripe repeats events for 3 days and lists
	// them for 30.
	Keep = 45 * 24 * time.Hour
	// Lease is how long one worker has an event for itself: longer than a queue function may run.
	Lease = 60 * time.Second
	// applyWithin is when an event that is not applied is sent again.
	applyWithin = 2 * time.Minute
	// againWithin and againLatest are how soon and how late an event that is not settled is tried again. In between it waits
	// as long as it has waited already, so that an outage of a day brings a dozen tries, not one each minute.
	againWithin = 5 * time.Minute
	againLatest = 6 * time.Hour
)

// Item is one event in the inbox, by its Key. Everything in it is safe to log.
type Item struct {
	Event      payment.Event `json:"event"`
	State      State         `json:"state"`
	Reason     string        `json:"reason,omitempty"` // A code: "duplicate", "unmatched_event", "api_version_mismatch".
	Tries      int           `json:"tries,omitempty"`
	ReceivedAt time.Time     `json:"received_at"`
	SettledAt  time.Time     `json:"settled_at,omitzero"`
	LeaseUntil time.Time     `json:"lease_until,omitzero"`
	Due        time.Time     `json:"due,omitzero"` // When somebody must look again. Zero: never.
	Forget     time.Time     `json:"forget"`       // When it may be deleted.

	// Fetched says that no webhook brought it: it was missing, and taken from the gateway's list. It says nothing of whether webhooks come.
	Fetched bool `json:"fetched,omitempty"`

	Replays    int       `json:"replays,omitempty"`     // How often staff had it applied again.
	ReplayedBy string    `json:"replayed_by,omitempty"` // Who did, the last time: "staff:SUB".
	ReplayedAt time.Time `json:"replayed_at,omitzero"`
}

// Replay has the event applied again, at somebody's word: what was given up or ignored is as if it had just come, with its time to be
// forgotten as it was. One that is applied stays so, and one that waits is only sent again. Its order learns what is true, so that
// doing it twice is doing it once.
func (i Item) Replay(by string, now time.Time) Item {
	if i.State == Applied {
		return i
	}
	at := now.UTC().Truncate(time.Second)
	i.Replays, i.ReplayedBy, i.ReplayedAt, i.Due = i.Replays+1, by, at, at.Add(applyWithin)
	if i.State != Received {
		i.State, i.Reason, i.SettledAt, i.LeaseUntil = Received, "", time.Time{}, time.Time{}
	}
	return i
}

// Listed lists the states by which events can be looked through: all but applied, which nearly every event is.
func Listed() []State { return []State{Received, Parked, Failed, Ignored} }

// Receive makes the item of a new event.
func Receive(e payment.Event, now time.Time) Item {
	at := now.UTC().Truncate(time.Second)
	return Item{Event: e, State: Received, ReceivedAt: at, Due: at.Add(applyWithin), Forget: at.Add(Keep)}
}

// Fetch makes the item of an event whose webhook never came.
func Fetch(e payment.Event, now time.Time) Item {
	i := Receive(e, now)
	i.Fetched = true
	return i
}

// Claim takes the event for one worker until the lease ends. Errors: fault.Conflict: code inbox_settled, nothing is left
// to do; code inbox_claimed, another worker has it.
func (i Item) Claim(now time.Time) (Item, error) {
	switch {
	case i.State.Settled():
		return i, fault.New(fault.Conflict, "inbox.Claim", "inbox_settled", "")
	case now.Before(i.LeaseUntil):
		return i, fault.New(fault.Conflict, "inbox.Claim", "inbox_claimed", "")
	}
	i.LeaseUntil = now.UTC().Truncate(time.Second).Add(Lease)
	i.Tries++
	return i, nil
}

// Settle notes what became of the event and ends the lease. What is settled stays as it is; what waits is tried again
// later, also when nothing became of it (the same state again). Errors: fault.Conflict, code inbox_settled, for a move that the table does not have.
func (i Item) Settle(next State, reason string, now time.Time) (Item, error) {
	if i.State != next && !i.State.CanBecome(next) {
		return i, fault.New(fault.Conflict, "inbox.Settle", "inbox_settled", "")
	}
	if i.State == next && next.Settled() {
		return i, nil
	}
	at := now.UTC().Truncate(time.Second)
	i.State, i.Reason, i.LeaseUntil = next, reason, time.Time{}
	if next.Settled() {
		i.SettledAt, i.Due = at, time.Time{}
	} else {
		i.Due = at.Add(min(max(at.Sub(i.ReceivedAt), againWithin), againLatest))
	}
	return i, nil
}
