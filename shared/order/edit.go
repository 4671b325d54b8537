package order

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/payment"
	"till/shared/pricing"
)

// Edition is what an unpaid order is to become.
type Edition struct {
	Version    int // The version that the shopper saw: Record.Version.
	Quote      pricing.Quote
	Country    string
	PostalCode string
	Contact    map[string][]byte // Sealed. nil: it stays as it is.
	Waits      bool              // As Placement's, like the next.
	Review     []string
	Watch      payment.Risk
}

// editsMax bounds how often one order is changed, and with it the length of its history.
const editsMax = 30

// Version counts what was ordered, from 1: it is raised by each edit, and by nothing else that happens to the order.
func (r *Record) Version() int { return r.Edits + 1 }

// Editable tells whether the order may become another edition, but for an open attempt. Errors: fault.Stale, precondition_failed, it is
// of another version; fault.Conflict: order_state_conflict, it is not waiting to be paid, or holds money; payment_in_progress, a slow
// payment is under way; edits_exhausted.
func (o *Order) Editable(version int, now time.Time) error {
	const op = "order.Edit"
	switch {
	case o.r.Version() != version:
		return &fault.Error{Kind: fault.Stale, Op: op, Code: "precondition_failed", At: "If-Match", Msg: "It was changed by somebody else. Read it again."}
	case o.r.Status == PaymentProcessing:
		return InProgress(op)
	case o.r.Status != AwaitingPayment, !now.Before(o.r.ExpiresAt), o.r.HoldsMoney():
		return StateConflict(op)
	case o.r.Edits >= editsMax:
		return fault.New(fault.Conflict, op, "edits_exhausted", "This order was changed too often. Cancel it, and place a new one.")
	}
	return nil
}

// Edit makes an unpaid order another one: its prices, stock and uses of coupons change in one step, and until when stock is held does
// not. The caller has made sure that no attempt can be charged any more; money that comes on an attempt of before is held against the
// new total. What it is held for stays, and what the new one is to be looked at for is put beside it. A total of 0 is confirmed at once. An edition that changes nothing gives the zero Change. Errors: as Editable, and
// payment_in_progress while an attempt is open.
func (o *Order) Edit(e Edition, by By) (Change, error) {
	if err := o.Editable(e.Version, by.At); err != nil {
		return Change{}, err
	}
	if o.openAttempt() != nil {
		return Change{}, InProgress("order.Edit")
	}
	old := o.r
	o.priced(e.Quote)
	o.r.Country, o.r.PostalCode, o.r.Waits = e.Country, e.PostalCode, e.Waits
	// A use that is counted already stays as it was counted, whatever the coupon's limits are now.
	for i, c := range o.r.Coupons {
		if j := slices.IndexFunc(old.Coupons, func(b pricing.Coupon) bool { return b.ID == c.ID }); j >= 0 {
			o.r.Coupons = slices.Clone(o.r.Coupons)
			o.r.Coupons[i] = old.Coupons[j]
		}
	}
	if e.Contact == nil && reflect.DeepEqual(old, o.r) {
		return Change{}, nil
	}
	o.review(e.Review, by)
	o.watch(e.Watch)
	o.r.Edits++
	c := Change{Contact: e.Contact, Stock: o.restocked(old.Lines), Uses: o.recounted(old)}
	if o.r.Total == 0 {
		o.confirm(&c, by)
	}
	return o.seal("edited", by, c)
}

// priced makes the order what a quote says.
func (o *Order) priced(q pricing.Quote) {
	o.r.Currency, o.r.Lines, o.r.Method = q.Currency, q.Lines, q.Method
	o.r.Subtotal, o.r.Discount, o.r.Shipping, o.r.Tax, o.r.Total = q.Subtotal, q.Discount, q.Shipping, q.Tax, q.Total
	o.r.Taxes = Taxes{Lines: untold(q), Included: q.IncludedTax, ShippingIncluded: q.ShippingIncludedTax, ReverseCharge: q.ReverseCharge}
	o.r.Discounts, o.r.Coupons = q.Discounts, q.Coupons
}

// restocked moves stock from what the lines of before needed to what the present ones do. Of one product units are taken or given back,
// never both.
func (o *Order) restocked(old []pricing.Line) []catalog.Move {
	before := map[catalog.SKU]int64{}
	for _, l := range old {
		before[l.SKU] += l.Quantity
	}
	had := maps.Clone(before)
	var out []catalog.Move
	var more []fulfillment.Line
	less := func(sku catalog.SKU, n int64) {
		out = append(out, o.putBack([]fulfillment.Line{{SKU: sku, Quantity: n}}, had)...)
	}
	for _, l := range o.r.Lines {
		switch n := l.Quantity - before[l.SKU]; {
		case n > 0:
			more = append(more, fulfillment.Line{SKU: l.SKU, Quantity: n})
		case n < 0:
			less(l.SKU, -n)
		}
		delete(before, l.SKU)
	}
	for _, l := range old {
		if n := before[l.SKU]; n > 0 {
			less(l.SKU, n)
			delete(before, l.SKU)
		}
	}
	return append(out, o.reserve(more, "")...)
}

// recounted gives the moves of uses of coupons since the order was old: what is on both sides is counted already.
func (o *Order) recounted(old Record) []pricing.Use {
	was := &Order{r: old}
	of := func(all []pricing.Use, coupons []pricing.Coupon) []pricing.Use {
		return slices.DeleteFunc(all, func(u pricing.Use) bool { return slices.Contains(coupons, u.Coupon) })
	}
	return append(of(was.uses(pricing.Give), o.r.Coupons), of(o.uses(pricing.Take), old.Coupons)...)
}
