package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"till/shared/order"
	"till/shared/payment"
)

// Story is one order with everything that is about it: what the rules of an order look at.
type Story struct {
	Order
	Now        time.Time
	Books      []Book
	Executions []Execution
	Mails      []Mail
}

// Stories deals the evidence out by order, in the order of Orders. It takes one pass.
func (e Evidence) Stories() []Story {
	at := make(map[order.ID]int, len(e.Orders))
	out := make([]Story, len(e.Orders))
	for i, o := range e.Orders {
		at[o.Stored.ID()] = i
		out[i] = Story{Order: o, Now: e.Now}
	}
	for _, b := range e.Books {
		if i, found := at[b.Order]; found {
			out[i].Books = append(out[i].Books, b)
		}
	}
	for _, x := range e.Executions {
		if i, found := at[x.Order()]; found {
			out[i].Executions = append(out[i].Executions, x)
		}
	}
	for _, m := range e.Mails {
		if i, found := at[m.Order]; found {
			out[i].Mails = append(out[i].Mails, m)
		}
	}
	return out
}

// telling is a story whose chain was replayed once: the order as it stood after each change, as far as rules look at it.
type telling struct {
	Story
	r      order.Record   // As it is stored.
	was    []order.Record // After change i+1. Only the members of set are in it.
	hashes []string       // Of change i+1.
	broken string         // Why the chain is not that of what is stored.
	totals Book           // The gateways' books in the order's currency, together.
}

func tell(s Story) *telling { return new(Tale).tell(s) }

// tell tells the story of which s has what came after the changes that the tale knows.
func (o *Tale) tell(s Story) *telling {
	o.hear(s.Stored.ID(), s.Changes)
	s.Changes = o.changes
	t := &telling{Story: s, r: s.Stored.Record(), was: o.was, hashes: o.hashes, broken: o.broken}
	if t.broken == "" {
		t.broken = o.unlike(s.Stored)
	}
	for _, b := range s.Books {
		t.totals.Chargeable += b.Chargeable
		t.totals.Charges += b.Charges
		if b.Currency == string(t.r.Currency) {
			t.totals.Captured += b.Captured
			t.totals.Refunded += b.Refunded
			t.totals.RefundsPending += b.RefundsPending
			t.totals.Disputed += b.Disputed
			t.totals.Fees += b.Fees
		}
	}
	return t
}

// Tale is what was told of an order before. Who looks at an order again and again as it goes on has each change replayed once that
// way; but changes that were told are not looked at again, so that all must be told anew in the end. The zero Tale knows nothing.
type Tale struct {
	changes []order.Change
	was     []order.Record
	hashes  []string
	now     order.Record
	members map[string]json.RawMessage
	broken  string
}

// Told is how many changes it knows.
func (o *Tale) Told() int { return len(o.changes) }

// Check is CheckStory of a story of which s has the order as it stands and the changes after those that were told.
func (o *Tale) Check(s Story, x Expect) []Violation { return o.tell(s).check(x) }

// hear replays changes: without a gap, each with the hash of the one before. It does not ask package order, which would hide its
// own mistakes.
func (o *Tale) hear(id order.ID, changes []order.Change) {
	if o.members == nil {
		o.now, o.members = order.Record{Status: order.Created}, map[string]json.RawMessage{}
	}
	for _, c := range changes {
		o.changes = append(o.changes, c)
		if o.broken == "" {
			o.broken = o.replay(id, c)
		}
	}
}

// replay takes in one change, and says what is wrong with it.
func (o *Tale) replay(id order.ID, c order.Change) string {
	n := len(o.was)
	if c.N != n+1 || c.Prev != o.head() || c.Order != id {
		return fmt.Sprintf("change %d of %s is not the one after change %d", c.N, c.Order, n)
	}
	for name, value := range c.Set {
		o.members[name] = value
		if err := set(&o.now, name, value); err != nil {
			return fmt.Sprintf("change %d: %s: %v", c.N, name, err)
		}
	}
	for _, name := range c.Unset {
		delete(o.members, name)
		if err := set(&o.now, name, json.RawMessage("null")); err != nil {
			return fmt.Sprintf("change %d: %s: %v", c.N, name, err)
		}
	}
	o.was, o.hashes = append(o.was, o.now), append(o.hashes, c.Hash())
	return ""
}

// head is the hash of the latest change.
func (o *Tale) head() string {
	if len(o.hashes) == 0 {
		return ""
	}
	return o.hashes[len(o.hashes)-1]
}

// unlike tells how what all changes give together differs from what is stored.
func (o *Tale) unlike(stored *order.Order) string {
	o.members["id"], o.members["head"] = json.RawMessage(strconv.Quote(string(stored.ID()))), json.RawMessage(strconv.Quote(o.head()))
	o.members["n"] = json.RawMessage(strconv.Itoa(len(o.was)))
	body, worse := stored.Encode()
	if worse == nil && same(o.members, body) {
		return ""
	}
	replayed, bad := json.Marshal(o.members)
	if bad != nil || worse != nil || !bytes.Equal(replayed, body) {
		return fmt.Sprintf("replayed %s, stored %s", replayed, body)
	}
	return ""
}

// same tells whether members, in the order of their names, are an object byte for byte. It may say no of those that encoding/json
// would write so, never yes of others.
func same(members map[string]json.RawMessage, object []byte) bool {
	var few [64]string
	names := few[:0]
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		begin := `,"`
		if i == 0 {
			begin = `{"`
		}
		for _, piece := range [...][]byte{[]byte(begin), []byte(name), []byte(`":`), members[name]} {
			if !bytes.HasPrefix(object, piece) {
				return false
			}
			object = object[len(piece):]
		}
	}
	return string(object) == "}"
}

// before gives the order as it stood before change i.
func (t *telling) before(i int) order.Record {
	if i == 0 {
		return order.Record{Status: order.Created}
	}
	return t.was[i-1]
}

// set takes one member into the record. Members that no rule looks at are left out: a chain is long, and this is done for
// each of its changes.
func set(r *order.Record, name string, value json.RawMessage) error {
	switch name {
	case "status":
		return into(&r.Status, value)
	case "lines":
		return into(&r.Lines, value)
	case "total":
		return into(&r.Total, value)
	case "edits":
		return into(&r.Edits, value)
	case "currency":
		return into(&r.Currency, value)
	case "released":
		return into(&r.Released, value)
	case "refunds":
		return into(&r.Refunds, value)
	case "disputes":
		return into(&r.Disputes, value)
	case "holds":
		return into(&r.Holds, value)
	case "returns":
		return into(&r.Returns, value)
	case "shipments":
		return into(&r.Shipments, value)
	case "attempts":
		err := into(&r.Attempts, value)
		r.PaidBy = ""
		for _, a := range r.Attempts {
			if a.Paid {
				r.PaidBy = a.ID
			}
		}
		return err
	}
	return nil
}

// into replaces a member. A fresh value is filled, for the old one's slices are those of the record before.
func into[T any](member *T, value json.RawMessage) error {
	var fresh T
	err := json.Unmarshal(value, &fresh)
	*member = fresh
	return err
}

// promised is what goes back to the shopper, or has gone: refunds that have not failed, and lost disputes.
func promised(r order.Record) int64 {
	sum := refunds(r)
	for _, d := range r.Disputes {
		switch {
		case d.Lost() && d.Withdrawn > 0:
			sum += d.Withdrawn
		case d.Lost():
			sum += d.Amount
		}
	}
	return sum
}

// refunds is what refunds that have not failed give back.
func refunds(r order.Record) int64 {
	var sum int64
	for _, f := range r.Refunds {
		if f.State.Live() {
			sum += f.Amount
		}
	}
	return sum
}

func attempt(r order.Record, id payment.AttemptID) (payment.Attempt, bool) {
	for _, a := range r.Attempts {
		if a.ID == id {
			return a, true
		}
	}
	return payment.Attempt{}, false
}
