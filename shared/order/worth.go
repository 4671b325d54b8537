package order

import (
	"slices"

	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/pricing"
)

// worth is what must have been taken of the order's money when these units are with carriers, minor units: their share of their lines'
// prices with tax, delivery with the first parcel, and with the last one all that is owed, to the last unit. A discount of the order
// as a whole is shared by what is shipped.
func (r *Record) worth(gone []fulfillment.Line) int64 {
	var goods, shipped, units int64
	for _, l := range r.Lines {
		goods, units = goods+l.Total+l.Tax, units+l.Quantity
	}
	for _, g := range gone {
		i := slices.IndexFunc(r.Lines, func(l pricing.Line) bool { return l.SKU == g.SKU })
		if i >= 0 {
			shipped += share(r.Lines[i].Total+r.Lines[i].Tax, g.Quantity, r.Lines[i].Quantity)
		}
		units -= g.Quantity
	}
	switch rest := r.Total - goods; {
	case len(gone) == 0:
		return 0
	case units == 0:
		return r.Price()
	case rest >= 0:
		return min(shipped+rest, r.Price())
	}
	parts, err := money.Of(r.Total, r.Currency).Split(shipped, goods-shipped)
	if err != nil {
		return r.Price()
	}
	return min(parts[0].Minor(), r.Price())
}

// gone lists the units that are in parcels, and with more in one more.
func (r *Record) gone(more []fulfillment.Line) []fulfillment.Line {
	var out []fulfillment.Line
	left := r.left()
	for _, l := range r.Lines {
		quantity := l.Quantity
		for _, in := range left {
			if in.SKU == l.SKU {
				quantity -= in.Quantity
			}
		}
		for _, in := range more {
			if in.SKU == l.SKU {
				quantity += in.Quantity
			}
		}
		if quantity > 0 {
			out = append(out, fulfillment.Line{SKU: l.SKU, Quantity: quantity})
		}
	}
	return out
}

// covered refuses a parcel of an order whose money is promised, while not enough of it is taken, or what was taken has gone back.
func (r *Record) covered(lines []fulfillment.Line) error {
	if !r.promised() {
		return nil
	}
	before, after := r.worth(r.gone(nil)), r.worth(r.gone(lines))
	switch {
	case r.takenOfPayer() < after:
		return fault.New(fault.Conflict, "order.Ship", "payment_not_captured", "The money is promised and not taken yet. Capture it first.")
	case r.kept() < after-before:
		return StateConflict("order.Ship")
	}
	return nil
}

func (r *Record) takenOfPayer() int64 {
	i := slices.IndexFunc(r.Attempts, func(a payment.Attempt) bool { return a.ID == r.PaidBy })
	if i < 0 {
		return 0
	}
	return r.Attempts[i].Captured
}

// ToCapture is what is still to be taken of promised money before a parcel may go, minor units: 0 if nothing is. Errors: as Ship, of
// the parcel's lines.
func (o *Order) ToCapture(p Parcel) (int64, error) {
	lines, err := o.pack(p.Lines)
	if err != nil || !o.r.promised() {
		return 0, err
	}
	return max(o.r.worth(o.r.gone(lines))-o.r.takenOfPayer(), 0), nil
}
