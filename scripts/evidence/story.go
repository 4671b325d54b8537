package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
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

func tell(s Story) *telling {
	t := &telling{Story: s, r: s.Stored.Record(), was: make([]order.Record, 0, len(s.Changes)), hashes: make([]string, 0, len(s.Changes))}
	t.broken = t.replay()
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

// replay walks the chain, once: without a gap, each change with the hash of the one before; all together they give what is
// stored. It does not ask package order, which would hide its own mistakes.
func (t *telling) replay() string {
	now, head := order.Record{Status: order.Created}, ""
	members := map[string]json.RawMessage{}
	for i, c := range t.Changes {
		if c.N != i+1 || c.Prev != head || c.Order != t.r.ID {
			return fmt.Sprintf("change %d of %s is not the one after change %d", c.N, c.Order, i)
		}
		for name, value := range c.Set {
			members[name] = value
			if err := set(&now, name, value); err != nil {
				return fmt.Sprintf("change %d: %s: %v", c.N, name, err)
			}
		}
		for _, name := range c.Unset {
			delete(members, name)
			if err := set(&now, name, json.RawMessage("null")); err != nil {
				return fmt.Sprintf("change %d: %s: %v", c.N, name, err)
			}
		}
		head = c.Hash()
		t.was, t.hashes = append(t.was, now), append(t.hashes, head)
	}
	members["id"], members["head"] = json.RawMessage(strconv.Quote(string(t.r.ID))), json.RawMessage(strconv.Quote(head))
	members["n"] = json.RawMessage(strconv.Itoa(len(t.Changes)))
	replayed, bad := json.Marshal(members)
	stored, worse := t.Stored.Encode()
	if bad != nil || worse != nil || !bytes.Equal(replayed, stored) {
		return fmt.Sprintf("replayed %s, stored %s", replayed, stored)
	}
	return ""
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
	case "released":
		return into(&r.Released, value)
	case "refunds":
		return into(&r.Refunds, value)
	case "disputes":
		return into(&r.Disputes, value)
	case "holds":
		return into(&r.Holds, value)
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
