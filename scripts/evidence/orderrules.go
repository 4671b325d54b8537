package evidence

import (
	"fmt"
	"slices"

	"till/shared/catalog"
	"till/shared/fulfillment"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

// shippedUnpaid looks at the moment of each parcel: when it was handed over it was not on hold, and paid in full; of money that was
// promised first, as much was taken as the goods in all parcels so far cost.
func shippedUnpaid(t *telling, _ Expect) string {
	for i := range t.was {
		if !slices.ContainsFunc(t.Changes[i].Stock, func(m catalog.Move) bool { return m.Kind == catalog.Sell }) {
			continue
		}
		if r := t.before(i); r.Captured() < owedFor(t.was[i]) || len(r.Holds) > 0 {
			return fmt.Sprintf("change %d shipped with %d of %d captured and %d holds", i+1, r.Captured(), r.Total, len(r.Holds))
		}
	}
	if t.totals.Captured < owedFor(t.r) {
		return fmt.Sprintf("shipped; the gateways captured %d of %d", t.totals.Captured, t.r.Total)
	}
	return ""
}

// owedFor is what the parcels of an order cost at least.
func owedFor(r order.Record) int64 {
	a, _ := attempt(r, r.PaidBy)
	switch {
	case len(r.Shipments) == 0:
		return 0
	case !a.Manual || a.State != payment.Authorized:
		return r.Price()
	}
	var cost int64
	for _, l := range r.Lines {
		var units int64
		for _, s := range r.Shipments {
			for _, in := range s.Lines {
				if in.SKU == l.SKU {
					units += in.Quantity
				}
			}
		}
		cost += (l.Total + l.Tax) * units / l.Quantity
	}
	return min(cost, r.Price())
}

func chargedTwice(t *telling, _ Expect) string {
	if t.totals.Captured > t.r.Total || t.totals.Charges > 1 {
		return fmt.Sprintf("captured %d in %d charges, total %d", t.totals.Captured, t.totals.Charges, t.r.Total)
	}
	return ""
}

func wrongTotals(t *telling, _ Expect) string {
	var lines, off int64
	for _, l := range t.r.Lines {
		if l.Quantity*l.UnitPrice-l.Discount != l.Total {
			return fmt.Sprintf("line of %s: %d × %d − %d is not %d", l.SKU, l.Quantity, l.UnitPrice, l.Discount, l.Total)
		}
		lines += l.Total + l.Discount
		off += l.Discount
	}
	if lines != t.r.Subtotal || off != t.r.Discount || t.r.Subtotal-t.r.Discount+t.r.Shipping+t.r.Tax != t.r.Total {
		return fmt.Sprintf("lines %d; %d − %d + %d + %d is not %d", lines, t.r.Subtotal, t.r.Discount, t.r.Shipping, t.r.Tax, t.r.Total)
	}
	if what := wrongTaxes(t); what != "" {
		return what
	}
	return wrongAsks(t)
}

// wrongAsks: an attempt asks for the total that the order had when it was begun, and that changes by an edit only, of an order that waits
// for money and cannot be charged.
func wrongAsks(t *telling) string {
	for i, now := range t.was {
		was := t.before(i)
		for _, a := range now.Attempts {
			if b, known := attempt(was, a.ID); !known && a.Amount != now.Total || known && b.Amount != a.Amount {
				return fmt.Sprintf("change %d: attempt %s asks for %d of %d", i+1, a.ID, a.Amount, now.Total)
			}
		}
		if now.Edits != was.Edits && (i == 0 || now.Edits != was.Edits+1 || was.Status != order.AwaitingPayment || was.HoldsMoney() || now.Currency != was.Currency ||
			slices.ContainsFunc(was.Attempts, func(a payment.Attempt) bool { return a.State.Open() })) {
			return fmt.Sprintf("change %d: a %s order was edited that could be charged or holds money", i+1, was.Status)
		}
		if i > 0 && now.Edits == was.Edits && now.Total != was.Total {
			return fmt.Sprintf("change %d: the total became %d of %d without an edit", i+1, now.Total, was.Total)
		}
	}
	return ""
}

// wrongTaxes: no part is below zero, tax that prices hold is within them, and the taxes by rate are those of the lines and of delivery.
func wrongTaxes(t *telling) string {
	var onTop, held, byRate, off int64
	for _, l := range t.r.Lines {
		if min(l.Total, l.Discount, l.Tax, l.IncludedTax) < 0 || l.IncludedTax > l.Total {
			return fmt.Sprintf("line of %s: total %d, discount %d, tax %d, %d of tax within", l.SKU, l.Total, l.Discount, l.Tax, l.IncludedTax)
		}
		onTop, held = onTop+l.Tax, held+l.IncludedTax
	}
	for _, l := range t.r.Taxes.Lines {
		byRate += l.Tax
	}
	for _, d := range t.r.Discounts {
		off += d.Amount
	}
	x := t.r.Taxes
	switch {
	case held+x.ShippingIncluded != x.Included, onTop > t.r.Tax, x.ShippingIncluded > t.r.Shipping, min(x.Included, x.ShippingIncluded) < 0:
		return fmt.Sprintf("prices hold %d of tax, lines %d and delivery %d", x.Included, held, x.ShippingIncluded)
	case len(x.Lines) > 0 && byRate != t.r.Tax+x.Included, x.ReverseCharge && t.r.Tax+x.Included > 0:
		return fmt.Sprintf("taxes by rate come to %d; %d is on top and %d within", byRate, t.r.Tax, x.Included)
	case off > t.r.Discount:
		return fmt.Sprintf("discounts come to %d of %d", off, t.r.Discount)
	}
	return ""
}

// illegalMoves walks the chain: only moves of the tables, and only late money out of an end.
func illegalMoves(t *telling, _ Expect) string {
	for i, now := range t.was {
		was := t.before(i)
		switch {
		case now.Status != was.Status && !was.Status.CanBecome(now.Status):
			return fmt.Sprintf("change %d: %s to %s", i+1, was.Status, now.Status)
		case was.Status.Ended() && now.Status != was.Status && now.Captured() <= was.Captured():
			return fmt.Sprintf("change %d: %s to %s without money", i+1, was.Status, now.Status)
		}
		for _, f := range was.Refunds {
			j := slices.IndexFunc(now.Refunds, func(g payment.Refund) bool { return g.ID == f.ID })
			if j < 0 || now.Refunds[j].State != f.State && !f.State.CanBecome(now.Refunds[j].State) {
				return fmt.Sprintf("change %d: refund %s left %s", i+1, f.ID, f.State)
			}
		}
		for _, b := range was.Returns {
			j := slices.IndexFunc(now.Returns, func(c fulfillment.Return) bool { return c.ID == b.ID })
			if j < 0 || now.Returns[j].State != b.State && !b.State.CanBecome(now.Returns[j].State) {
				return fmt.Sprintf("change %d: return %s left %s", i+1, b.ID, b.State)
			}
		}
		for j, s := range was.Shipments {
			if j >= len(now.Shipments) || now.Shipments[j].ID != s.ID || now.Shipments[j].State != s.State && !s.State.CanBecome(now.Shipments[j].State) {
				return fmt.Sprintf("change %d: parcel %s left %s", i+1, s.ID, s.State)
			}
		}
	}
	return ""
}

// steppedBack walks the chain: no payment's rank is ever lower, no captured money forgotten, and paid stays paid.
func steppedBack(t *telling, _ Expect) string {
	for i, now := range t.was {
		was := t.before(i)
		for _, a := range was.Attempts {
			b, found := attempt(now, a.ID)
			if !found || b.State != a.State && !a.State.CanBecome(b.State) || b.Captured < a.Captured {
				return fmt.Sprintf("change %d: attempt %s stepped back from %s, %d captured", i+1, a.ID, a.State, a.Captured)
			}
		}
		if was.PaidBy != "" && now.PaidBy != was.PaidBy {
			return fmt.Sprintf("change %d: no more paid by %s", i+1, was.PaidBy)
		}
	}
	return ""
}

// wrongReturn sums the moves of the chain: what is not shipped is reserved while the order lives, and free after it.
func wrongReturn(t *telling, _ Expect) string {
	held := map[catalog.SKU]int64{}
	for i, now := range t.was {
		for _, m := range t.Changes[i].Stock {
			_, reserved, _ := m.Deltas()
			held[m.SKU] += reserved
		}
		if len(t.Changes[i].Stock) == 0 && now.Status == t.before(i).Status {
			continue
		}
		want := reservedBy(now)
		for sku, n := range held {
			if n != want[sku] {
				return fmt.Sprintf("change %d: %d of %s are reserved, want %d", i+1, n, sku, want[sku])
			}
			delete(want, sku)
		}
		for sku, n := range want {
			if n != 0 {
				return fmt.Sprintf("change %d: none of %s is reserved, want %d", i+1, sku, n)
			}
		}
	}
	return wrongShelf(t)
}

// reservedBy is what an order holds on the shelf: all that is not in a parcel, while it lives.
func reservedBy(r order.Record) map[catalog.SKU]int64 {
	out := map[catalog.SKU]int64{}
	switch r.Status {
	case order.AwaitingPayment, order.PaymentProcessing, order.Confirmed, order.Fulfilling:
	case order.Created, order.Shipped, order.Delivered, order.Completed, order.Expired, order.Cancelled:
		return out
	}
	for _, l := range r.Lines {
		out[l.SKU] += l.Quantity
	}
	for sku, n := range soldTo(r) {
		out[sku] -= n
	}
	return out
}

// soldTo is what is in an order's parcels.
func soldTo(r order.Record) map[catalog.SKU]int64 {
	out := map[catalog.SKU]int64{}
	for _, parcel := range r.Shipments {
		for _, l := range parcel.Lines {
			out[l.SKU] += l.Quantity
		}
	}
	return out
}

// wrongAmount: what paid the order is the total, no more and no less; and what a gateway took beside it, other money or
// another currency, pays for nothing.
func wrongAmount(t *telling, _ Expect) string {
	if t.r.PaidBy == "" {
		return ""
	}
	a, found := attempt(t.r, t.r.PaidBy)
	if found && a.Manual && (a.State == payment.Authorized && a.Captured < t.r.Price() || t.r.Status == order.Cancelled && a.Captured == 0) {
		return "" // Promised, and not all taken yet; or given up.
	}
	if !found || a.Captured != t.r.Price() {
		return fmt.Sprintf("paid by %d, total %d", a.Captured, t.r.Price())
	}
	for _, b := range t.Books {
		if b.Captured > 0 && b.Currency != string(t.r.Currency) {
			return fmt.Sprintf("paid in %s, and %s has it in %s", t.r.Currency, b.Gateway, b.Currency)
		}
	}
	if t.totals.Captured < t.r.Price() {
		return fmt.Sprintf("paid; the gateways captured %d of %d", t.totals.Captured, t.r.Total)
	}
	return ""
}

func refundedTooMuch(t *telling, _ Expect) string {
	for i, r := range t.was {
		was := t.before(i)
		// A dispute that is lost after a refund takes the money a second time; that is the bank's doing. And whoever gives money back at the
		// gateway itself may be faster than a refund of ours that is on its way, which the gateway then refuses.
		if back := promised(r); back > r.Captured() && refunds(r) > refunds(was) && !overtaken(r, was) {
			return fmt.Sprintf("change %d: promised %d of %d", i+1, back, r.Captured())
		}
	}
	for _, b := range t.Books {
		if b.Refunded+b.RefundsPending > b.Captured {
			return fmt.Sprintf("%s refunded %d, and %d are pending, of %d", b.Gateway, b.Refunded, b.RefundsPending, b.Captured)
		}
	}
	return ""
}

// overtaken tells whether all that came to an order's refunds was given back at the gateway itself, while the gateway has not yet
// answered one of ours, or none has asked it yet, as the refund waits for a second person's yes.
func overtaken(r, was order.Record) bool {
	ours, open := int64(0), false
	for _, f := range r.Refunds {
		if f.State.Live() && f.Cause != payment.AtGateway {
			ours += f.Amount
			open = open || (f.State.Open() || f.State == payment.RefundAwaiting) && f.Ref == ""
		}
	}
	for _, f := range was.Refunds {
		if f.State.Live() && f.Cause != payment.AtGateway {
			ours -= f.Amount
		}
	}
	return open && ours <= 0
}

// withoutDue: whatever is unfinished has a deadline, and stands in the index.
func withoutDue(t *telling, _ Expect) string {
	_, open := t.Stored.OpenAttempt()
	_, taking := t.Stored.OpenCapture()
	unfinished := !t.r.Status.Ended() || open || len(t.Stored.OpenRefunds()) > 0 || taking || len(t.r.Owed) > 0 || len(t.r.Holds) > 0 ||
		slices.ContainsFunc(t.r.Disputes, func(d payment.Dispute) bool { return d.Open() }) ||
		slices.ContainsFunc(t.r.Returns, func(b fulfillment.Return) bool { return b.State.Open() }) ||
		(t.r.TaskIn > 0 && t.r.Status != order.Fulfilling)
	if unfinished && (t.r.Due.IsZero() || !t.Indexed) {
		return fmt.Sprintf("unfinished, due %s, indexed %t", t.r.Due, t.Indexed)
	}
	return ""
}

// brokenChain: see replay.
func brokenChain(t *telling, _ Expect) string { return t.broken }

func unbalanced(t *telling, _ Expect) string {
	for _, c := range t.Changes {
		if err := ledger.Check(c.Postings); err != nil {
			return fmt.Sprintf("change %d: %v", c.N, err)
		}
	}
	return ""
}

// chargeableTwice looks at the gateways' books now, and at ours at every moment.
func chargeableTwice(t *telling, _ Expect) string {
	if t.totals.Chargeable > 1 {
		return fmt.Sprintf("%d payments are or can be charged", t.totals.Chargeable)
	}
	for i, r := range t.was {
		open := 0
		for _, a := range r.Attempts {
			if a.State.Open() {
				open++
			}
		}
		if open > 1 {
			return fmt.Sprintf("change %d: %d attempts are open", i+1, open)
		}
	}
	return ""
}

// doneTwice: one running execution per order, one parcel per number, and one mail per change and kind, of a change that
// asked for it.
func doneTwice(t *telling, x Expect) string {
	running := 0
	for _, e := range t.Executions {
		if e.Status == Running {
			running++
		}
	}
	if running > 1 {
		return fmt.Sprintf("%d executions run", running)
	}
	parcels := map[string]bool{}
	for _, s := range t.r.Shipments {
		for _, name := range []string{"parcel " + string(s.ID), "parcel " + s.Carrier + " " + s.TrackingNumber} {
			if parcels[name] {
				return name + " twice"
			}
			parcels[name] = true
		}
	}
	asked := t.mailsAsked()
	sent := map[Mail]bool{}
	for _, m := range t.Mails {
		name := Mail{Order: m.Order, Kind: m.Kind, Version: m.Version}
		switch {
		case !asked[name]:
			return "mail " + m.Kind + " of " + m.Version + ": no change asked for it"
		case sent[name] && !x.MailsTwice:
			return "mail " + m.Kind + " of " + m.Version + " twice"
		}
		sent[name] = true
	}
	return ""
}

// mailsAsked lists the mails that changes ask for, by their names.
func (t *telling) mailsAsked() map[Mail]bool {
	out := map[Mail]bool{}
	for i, hash := range t.hashes {
		for _, m := range t.Changes[i].Messages {
			if m.To == order.ToMail {
				out[Mail{Order: t.r.ID, Kind: m.Kind, Version: hash[:versionLength]}] = true
			}
		}
	}
	return out
}
