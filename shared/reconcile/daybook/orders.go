package daybook

import (
	"encoding/json"
	"fmt"
	"slices"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/reconcile"
)

// GatewayOf says which gateway the changes of an order are about, if it is the same for all: the one of its attempts that have, or
// had, money; else the only one it has. one is false if that takes the whole chain: see Chain.
func GatewayOf(r order.Record) (gateway string, one bool) {
	var moneyed, all []string
	for _, a := range r.Attempts {
		if !slices.Contains(all, a.Gateway) {
			all = append(all, a.Gateway)
		}
		if (a.Captured > 0 || a.Fee != 0 || a.ID == r.PaidBy) && !slices.Contains(moneyed, a.Gateway) {
			moneyed = append(moneyed, a.Gateway)
		}
	}
	if len(moneyed) == 0 {
		moneyed = all
	}
	switch len(moneyed) {
	case 0:
		return "", true
	case 1:
		return moneyed[0], true
	}
	return "", false
}

// EntryOf is a change's postings as an entry of a gateway.
func EntryOf(r order.Record, c order.Change, gateway string) Entry {
	return Entry{Gateway: gateway, Currency: r.Currency, At: c.At, Source: fmt.Sprintf("%s#%d", c.Order, c.N), Postings: c.Postings}
}

// Chain gives the entries of a whole chain, each of the gateway whose money moved. It is for orders that were paid at more than one.
// A change that moves money of more than one is Several's. Errors: fault.Internal, a change that cannot be read.
func Chain(r order.Record, changes []order.Change) ([]Entry, error) {
	var out []Entry
	var now standing
	last := ""
	for _, c := range changes {
		next, err := now.after(c)
		if err != nil {
			return nil, err
		}
		if touched := next.touched(now); len(touched) == 1 {
			last = touched[0]
		} else if len(touched) > 1 {
			last = Several
		}
		if len(c.Postings) > 0 {
			out = append(out, EntryOf(r, c, last))
		}
		now = next
	}
	return out, nil
}

// standing is what an order's record says of its money at one moment.
type standing struct {
	attempts []payment.Attempt
	refunds  []payment.Refund
	disputes []payment.Dispute
}

// after is what it says after a change.
func (m standing) after(c order.Change) (standing, error) {
	var bad error
	set := func(name string, into any) {
		if raw, there := c.Set[name]; there && bad == nil {
			bad = json.Unmarshal(raw, into)
		}
	}
	next := standing{}
	set("attempts", &next.attempts)
	set("refunds", &next.refunds)
	set("disputes", &next.disputes)
	if bad != nil {
		return m, fault.Wrap(fault.Internal, "daybook.Chain", bad)
	}
	if next.attempts != nil {
		m.attempts = next.attempts
	}
	if next.refunds != nil {
		m.refunds = next.refunds
	}
	if next.disputes != nil {
		m.disputes = next.disputes
	}
	return m, nil
}

// touched lists the gateways of the attempts whose money, refunds or disputes differ from before.
func (m standing) touched(before standing) []string {
	var out []string
	note := func(id payment.AttemptID) {
		i := slices.IndexFunc(m.attempts, func(a payment.Attempt) bool { return a.ID == id })
		if i >= 0 && !slices.Contains(out, m.attempts[i].Gateway) {
			out = append(out, m.attempts[i].Gateway)
		}
	}
	for _, a := range m.attempts {
		i := slices.IndexFunc(before.attempts, func(b payment.Attempt) bool { return b.ID == a.ID })
		if i < 0 && (a.Captured != 0 || a.Fee != 0) || i >= 0 && (before.attempts[i].Captured != a.Captured || before.attempts[i].Fee != a.Fee) {
			note(a.ID)
		}
	}
	for _, r := range m.refunds {
		i := slices.IndexFunc(before.refunds, func(b payment.Refund) bool { return b.ID == r.ID })
		if i < 0 || before.refunds[i].State != r.State {
			note(r.Attempt)
		}
	}
	for _, d := range m.disputes {
		i := slices.IndexFunc(before.disputes, func(b payment.Dispute) bool { return b.Ref == d.Ref })
		if i < 0 || before.disputes[i].Withdrawn != d.Withdrawn || before.disputes[i].Fee != d.Fee || before.disputes[i].State != d.State {
			note(d.Attempt)
		}
	}
	return out
}

// Items adds an order's payments, refunds and disputes to a book, as a settlement is compared with them.
func Items(b *reconcile.Book, r order.Record) {
	base := reconcile.Item{Order: string(r.ID), Currency: r.Currency}
	gateways := map[payment.AttemptID]string{}
	for _, a := range r.Attempts {
		gateways[a.ID] = a.Gateway
		if a.Captured == 0 && a.Intent == "" && a.Session == "" {
			continue // The gateway never had it.
		}
		i := base
		i.Gateway, i.Attempt, i.Ref, i.Amount, i.At = a.Gateway, string(a.ID), a.Intent, a.Captured, a.At
		i.Fee, i.FeeKnown = a.Fee, a.Fee != 0
		for _, ref := range [...]string{a.Session, a.Charge} {
			if ref != "" {
				i.Refs = append(i.Refs, ref)
			}
		}
		b.Payments = append(b.Payments, i)
	}
	for _, f := range r.Refunds {
		i := base
		i.Gateway, i.Attempt, i.Refund, i.Ref, i.At = gateways[f.Attempt], string(f.Attempt), string(f.ID), f.Ref, f.At
		if i.Open = f.State.Open(); i.Open || f.State == payment.RefundSucceeded {
			i.Amount = f.Amount
		}
		b.Refunds = append(b.Refunds, i)
	}
	for _, d := range r.Disputes {
		i := base
		i.Gateway, i.Attempt, i.Ref, i.At = gateways[d.Attempt], string(d.Attempt), d.Ref, d.At
		i.Amount, i.Fee, i.FeeKnown = d.Withdrawn, d.Fee, d.Fee != 0
		b.Disputes = append(b.Disputes, i)
	}
}
