package squaresim

import (
	"fmt"
	"slices"
	"time"
)

// A day's money is paid out at its end (UTC), less what went back on it. https://developer.squareup.com/docs/payouts/overview

// entry is one row of a payout: what moved the balance, above zero if it grew.
type entry struct {
	id, kind   string
	details    object
	gross, fee int64
	at         time.Time
}

// entries lists what moved the balance, oldest first. A refund that failed has moved nothing in the end.
func (s *Sim) entries() []entry {
	var out []entry
	for _, p := range s.payments.All() {
		if p.status != completed {
			continue
		}
		out = append(out, entry{"poe_" + p.id, "CHARGE", object{"type_charge_details": object{"payment_id": p.id}}, p.amount, p.fee, p.taken})
		for _, r := range p.refunds {
			if r.status == completed {
				out = append(out, entry{"poe_" + r.id, "REFUND", object{"type_refund_details": object{"payment_id": p.id, "refund_id": r.id}}, -r.amount, 0, r.created})
			}
		}
		for _, d := range p.disputes {
			details := object{"type_dispute_details": object{"payment_id": p.id, "dispute_id": d.id}}
			switch {
			case d.holds():
				out = append(out, entry{"poe_" + d.id, "DISPUTE", details, -d.amount, 0, d.created})
			case d.state == won:
				out = append(out, entry{"poe_" + d.id, "DISPUTE", details, -d.amount, 0, d.created}, entry{"poe_" + d.id + "_back", "DISPUTE", details, d.amount, 0, d.updated})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int { return a.at.Compare(b.at) })
	return out
}

// payout is a day's entries, sent to the bank when the day is over.
type payout struct {
	id      string
	entries []entry
	created time.Time
}

func (s *Sim) payouts() []payout {
	var out []payout
	for _, e := range s.entries() {
		end := e.at.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		if end.After(s.now()) {
			continue
		}
		if len(out) == 0 || !out[len(out)-1].created.Equal(end) {
			out = append(out, payout{id: fmt.Sprintf("po_%s", e.at.UTC().Format("20060102")), created: end})
		}
		last := &out[len(out)-1]
		last.entries = append(last.entries, e)
	}
	return out
}

func (s *Sim) viewPayout(p payout) object {
	var sum int64
	for _, e := range p.entries {
		sum += e.gross - e.fee
	}
	return object{"id": p.id, "status": "PAID", "location_id": s.cfg.LocationID, "amount_money": s.money(sum), "created_at": stamp(p.created),
		"updated_at": stamp(p.created), "type": "BATCH", "version": 1}
}

// listPayouts is https://developer.squareup.com/reference/square/payouts-api/list-payouts
func (s *Sim) listPayouts(c *call) (object, *apiError) {
	limit, refused := limitOf(c, 100)
	if refused != nil {
		return nil, refused
	}
	from, to := moment(c.body, c.query.Get("begin_time"), "begin_time"), moment(c.body, c.query.Get("end_time"), "end_time")
	if wrong := *c.body.wrong; wrong != nil {
		return nil, wrong
	}
	list := slices.DeleteFunc(s.payouts(), func(p payout) bool {
		return !from.IsZero() && p.created.Before(from) || !to.IsZero() && !p.created.Before(to)
	})
	if c.query.Get("sort_order") != "ASC" {
		slices.Reverse(list)
	}
	found, next, refused := paged(list, c.query.Get("cursor"), limit, func(p payout) string { return p.id })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, p := range found {
		views = append(views, s.viewPayout(p))
	}
	return withCursor(object{"payouts": views}, next), nil
}

// listEntries is https://developer.squareup.com/reference/square/payouts-api/list-payout-entries
func (s *Sim) listEntries(c *call) (object, *apiError) {
	limit, refused := limitOf(c, 100)
	if refused != nil {
		return nil, refused
	}
	list := s.payouts()
	i := slices.IndexFunc(list, func(p payout) bool { return p.id == c.args[0] })
	if i < 0 {
		return nil, noSuch("payout", "payout_id")
	}
	found, next, refused := paged(list[i].entries, c.query.Get("cursor"), limit, func(e entry) string { return e.id })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, e := range found {
		view := object{"id": e.id, "payout_id": list[i].id, "effective_at": stamp(e.at), "type": e.kind, "gross_amount_money": s.money(e.gross),
			"fee_amount_money": s.money(e.fee), "net_amount_money": s.money(e.gross - e.fee)}
		for name, details := range e.details {
			view[name] = details
		}
		views = append(views, view)
	}
	return withCursor(object{"payout_entries": views}, next), nil
}
