package order

import (
	"slices"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/money"
	"till/shared/payment"
)

// worth is what must have been taken of the order's money when a further parcel of these lines is with its carrier, minor units: the
// share of all that is in parcels then of its lines' prices with tax, delivery with the first parcel, and with the last one all that is
// owed, to the last unit. A discount of the order as a whole is shared by what is shipped. No lines: what it is without another.
func (r *Record) worth(parcel []fulfillment.Line) int64 {
	if len(parcel) == 0 && len(r.Shipments) == 0 {
		return 0
	}
	var goods, gone, waiting int64
	left := r.left()
	for _, l := range r.Lines {
		units := unitsOf(left, l.SKU) - unitsOf(parcel, l.SKU)
		goods, waiting = goods+l.Total+l.Tax, waiting+units
		gone += share(l.Total+l.Tax, l.Quantity-units, l.Quantity)
	}
	switch rest := r.Total - goods; {
	case waiting == 0:
		return r.Price()
	case rest >= 0:
		return min(gone+rest, r.Price())
	}
	parts, err := money.Of(r.Total, r.Currency).Split(gone, goods-gone)
	if err != nil {
		return r.Price()
	}
	return min(parts[0].Minor(), r.Price())
}

func unitsOf(lines []fulfillment.Line, sku catalog.SKU) (sum int64) {
	for _, l := range lines {
		if l.SKU == sku {
			sum += l.Quantity
		}
	}
	return sum
}

// covered refuses a parcel of an order whose money is promised, while not enough of it is taken, or what was taken has gone back.
func (r *Record) covered(lines []fulfillment.Line) error {
	if !r.promised() {
		return nil
	}
	before, after := r.worth(nil), r.worth(lines)
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
	lines, err := o.pack(p)
	if err != nil || !o.r.promised() {
		return 0, err
	}
	return max(o.r.worth(lines)-o.r.takenOfPayer(), 0), nil
}
