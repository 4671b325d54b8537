package evidence

import (
	"fmt"
	"strings"

	"till/shared/catalog"
	"till/shared/pricing"
)

// stockAddsUp: no counter below zero, nothing made or lost, reserved and sold as the orders say.
func stockAddsUp(e Evidence, tellings []*telling, _ Expect) []Violation {
	reserved, sold := map[catalog.SKU]int64{}, map[catalog.SKU]int64{}
	for _, t := range tellings {
		for sku, n := range reservedBy(t.r) {
			reserved[sku] += n
		}
		for sku, n := range soldTo(t.r) {
			sold[sku] += n
		}
		for sku, n := range shelvedOf(t.r) {
			sold[sku] -= n
		}
	}
	var out []Violation
	bad := func(sku catalog.SKU, format string, values ...any) {
		out = append(out, Violation{What: string(sku) + ": " + fmt.Sprintf(format, values...)})
	}
	for _, s := range e.Stocks {
		received, counted := e.Received[s.SKU]
		brought, noted := e.Entered[s.SKU]
		var entered int64
		for _, n := range brought {
			entered += n
		}
		switch {
		case min(s.Free+s.Backorder, s.Reserved, s.Sold) < 0:
			bad(s.SKU, "below zero: %+v", s)
		case s.Reserved != reserved[s.SKU] || s.Sold != sold[s.SKU]:
			bad(s.SKU, "%+v; orders reserve %d and were sold %d", s, reserved[s.SKU], sold[s.SKU])
		case counted && s.OnHand()+s.Sold != received:
			bad(s.SKU, "%d on hand and %d sold of %d received", s.OnHand(), s.Sold, received)
		}
		if noted && s.OnHand()+s.Sold != entered {
			bad(s.SKU, "drifts: %d on hand and %d sold, and its entries brought %d", s.OnHand(), s.Sold, entered)
		}
		delete(reserved, s.SKU)
		delete(sold, s.SKU)
	}
	for _, v := range binsAddUp(e, tellings) {
		out = append(out, Violation{What: v})
	}
	for sku, n := range reserved {
		if n != 0 {
			bad(sku, "is not counted; orders reserve %d", n)
		}
	}
	for sku, n := range sold {
		if n != 0 {
			bad(sku, "is not counted; orders were sold %d", n)
		}
	}
	return out
}

// binsAddUp: each bin holds what the changes of orders moved there, and each location what staff's entries brought.
func binsAddUp(e Evidence, tellings []*telling) []string {
	type place struct {
		sku catalog.SKU
		bin catalog.Bin
	}
	moved := map[place]catalog.Tally{}
	for _, t := range tellings {
		for _, c := range t.Changes {
			for _, m := range c.Stock {
				_, reserved, sold := m.Deltas()
				sum := moved[place{m.SKU, m.Bin}]
				moved[place{m.SKU, m.Bin}] = catalog.Tally{Reserved: sum.Reserved + reserved, Sold: sum.Sold + sold}
			}
		}
	}
	var out []string
	for _, s := range e.Spreads {
		for _, c := range s.Tallies {
			want := moved[place{s.SKU, c.Bin}]
			delete(moved, place{s.SKU, c.Bin})
			if min(c.Open, c.Reserved, c.Sold) < 0 || c.Reserved != want.Reserved || c.Sold != want.Sold {
				out = append(out, fmt.Sprintf("%s: bin %q has %+v; orders' changes reserve %d and sold %d", s.SKU, c.Bin, c, want.Reserved, want.Sold))
			}
		}
		for _, l := range s.Locations() {
			entered, at := e.Entered[s.SKU], s.At(l)
			if entered != nil && at.OnHand()+at.Sold != entered[l] {
				out = append(out, fmt.Sprintf("%s: drifts at %s: %d on hand and %d sold, and its entries brought %d", s.SKU, l, at.OnHand(), at.Sold, entered[l]))
			}
		}
	}
	for at, n := range moved {
		if len(e.Spreads) > 0 && (n.Reserved != 0 || n.Sold != 0) {
			out = append(out, fmt.Sprintf("%s: bin %q is not there; orders' changes reserve %d and sold %d", at.sku, at.bin, n.Reserved, n.Sold))
		}
	}
	return out
}

// couponsAddUp: no coupon was used more often than its limits let it, and each counter is what the orders' changes say.
func couponsAddUp(e Evidence, tellings []*telling, _ Expect) []Violation {
	used, most := map[pricing.UseKey]int64{}, map[pricing.UseKey]int64{}
	var out []Violation
	for _, t := range tellings {
		for _, c := range t.Changes {
			counts, err := pricing.Counts(c.Uses)
			if err != nil {
				out = append(out, Violation{Order: t.r.ID, What: fmt.Sprintf("change %d: %v", c.N, err)})
			}
			for _, n := range counts {
				used[n.UseKey] += n.Delta
				most[n.UseKey] = max(most[n.UseKey], n.Limit)
			}
		}
	}
	for k := range e.Uses {
		used[k] += 0
	}
	for k, n := range used {
		if stored := e.Uses[k]; stored != n || n < 0 || n > most[k] {
			out = append(out, Violation{What: fmt.Sprintf("coupon %s: used %d times of %d, by orders %d", k.Coupon, stored, most[k], n)})
		}
	}
	return out
}

// moneyOfNobody: no gateway holds money of an order that is not there.
func moneyOfNobody(e Evidence, tellings []*telling, _ Expect) []Violation {
	known := map[string]bool{"": true} // Without a reference it is not of this shop.
	for _, t := range tellings {
		known[string(t.r.ID)] = true
	}
	var out []Violation
	for _, b := range e.Books {
		if b.Captured > 0 && !known[string(b.Order)] {
			out = append(out, Violation{Order: b.Order, What: fmt.Sprintf("%s captured %d %s, and there is no such order", b.Gateway, b.Captured, b.Currency)})
		}
	}
	return out
}

// eventsLost: what was answered with 2xx is in the inbox, and settled, or kept for people with a reason.
func eventsLost(e Evidence, _ []*telling, _ Expect) []Violation {
	known := map[[2]string]bool{}
	var out []Violation
	for _, i := range e.Inbox {
		known[[2]string{i.Event.Gateway, i.Event.ID}] = true
		switch {
		case i.State.Settled() && (i.State != "ignored" || i.Reason != ""):
		case i.State == "parked" && i.Reason != "" && !i.Due.IsZero():
		default:
			out = append(out, Violation{What: fmt.Sprintf("%s %s is %s %q, due %s", i.Event.Type, i.Event.ID, i.State, i.Reason, i.Due)})
		}
	}
	for _, d := range e.Deliveries {
		if !known[[2]string{d.Gateway, d.Event}] {
			out = append(out, Violation{What: fmt.Sprintf("%s %s was acknowledged and is not in the inbox", d.Type, d.Event)})
		}
	}
	return out
}

// eventsWithoutDue: an event that is not settled is looked at again.
func eventsWithoutDue(e Evidence, _ []*telling, _ Expect) []Violation {
	var out []Violation
	for _, i := range e.Inbox {
		if !i.State.Settled() && (i.Due.IsZero() || !i.Indexed) {
			out = append(out, Violation{What: fmt.Sprintf("event %s is %s, due %s, indexed %t", i.Event.ID, i.State, i.Due, i.Indexed)})
		}
	}
	return out
}

// queuesLeft: nothing lies in a queue, or was given up by it.
func queuesLeft(e Evidence, _ []*telling, x Expect) []Violation {
	var out []Violation
	for _, q := range e.Queues {
		if left := q.Visible + q.InFlight + q.Delayed; left+q.DeadLetters > 0 && !x.Alarms {
			out = append(out, Violation{What: fmt.Sprintf("%s holds %d messages and %d dead letters", q.Name, left, q.DeadLetters)})
		}
	}
	return out
}

// alarmed: what came to an end did so without waking anyone.
func alarmed(e Evidence, _ []*telling, x Expect) []Violation {
	if x.Alarms {
		return nil
	}
	var out []Violation
	for _, line := range e.Logs {
		if strings.Contains(line, `"level":"ERROR"`) {
			out = append(out, Violation{What: "the log would wake someone: " + strings.TrimSpace(line)})
		}
	}
	return out
}

// refusedBooks: no change came to the books whose postings do not sum to zero. The store refuses it, and the log says so.
func refusedBooks(e Evidence, _ []*telling, _ Expect) []Violation {
	var out []Violation
	for _, line := range e.Logs {
		if strings.Contains(line, UnbalancedCode) {
			out = append(out, Violation{What: "postings were refused: " + strings.TrimSpace(line)})
		}
	}
	return out
}

// UnbalancedCode is the code of that refusal, as logs hold it; see ledger.Check.
const UnbalancedCode = `unbalanced`

// namesTwice: an event has one row, and an execution's name is used once.
func namesTwice(e Evidence, _ []*telling, _ Expect) []Violation {
	seen := map[string]bool{}
	var out []Violation
	once := func(name string) {
		if seen[name] {
			out = append(out, Violation{What: name + " twice"})
		}
		seen[name] = true
	}
	for _, i := range e.Inbox {
		once("event " + i.Event.Key())
	}
	for _, x := range e.Executions {
		once("execution " + x.Name)
	}
	for _, o := range e.Orders {
		once("order " + string(o.Stored.ID()))
	}
	return out
}
