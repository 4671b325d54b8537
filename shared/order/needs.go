package order

import (
	"slices"

	"till/shared/fulfillment"
	"till/shared/payment"
)

// Needs says why an order still needs its customer, who cannot be erased until it does not: "awaiting_payment", "being_packed", "disputed",
// "payment_open", "return_open" or "refund_open"; "" if it is done with them. A parcel on its way needs nobody: the carrier has the address.
func (r *Record) Needs() string {
	switch {
	case r.Status.Payable():
		return "awaiting_payment"
	case r.openDispute():
		return "disputed"
	case slices.ContainsFunc(r.Refunds, func(f payment.Refund) bool { return f.State.Open() }):
		return "refund_open"
	case r.OpenReturn():
		return "return_open"
	case r.Status == Confirmed, r.Status == Fulfilling:
		return "being_packed"
	case slices.ContainsFunc(r.Attempts, func(a payment.Attempt) bool { return a.State.Open() }):
		return "payment_open"
	}
	return ""
}

// OpenReturn tells whether staff have a return of it to decide about, or wait for its goods.
func (r *Record) OpenReturn() bool {
	return slices.ContainsFunc(r.Returns, func(b fulfillment.Return) bool { return b.State.Open() })
}
