package order

import (
	"slices"

	"till/shared/fulfillment"
	"till/shared/payment"
)

// PaymentStatus is what a shopper is told of the money: derived from facts, never stored.
func (r *Record) PaymentStatus() string {
	captured, refunded := r.settled()
	switch {
	case r.openDispute():
		return "disputed"
	case captured > 0 && refunded >= captured:
		return "refunded"
	case captured > 0 && refunded > 0:
		return "partially_refunded"
	case r.Total == 0:
		return "paid"
	case r.PaidBy != "":
		return r.payerStatus(captured)
	case captured > 0:
		return "processing" // Not what was asked for, or too late: people decide, or it goes back.
	case len(r.Attempts) == 0:
		return "unpaid"
	}
	switch last := r.Attempts[len(r.Attempts)-1]; {
	case last.State == payment.RequiresAction && !last.Try.IsZero():
		return "processing" // Its money may be taken; nobody is to pay a second time meanwhile.
	case last.State == payment.Authorized:
		return "authorized"
	case last.State == payment.Processing, last.State == payment.Unknown, last.State == payment.Captured:
		return "processing"
	case last.State == payment.Failed, last.LastError != "":
		return "failed"
	default:
		return "unpaid"
	}
}

// payerStatus is what a shopper is told of the payment that confirmed the order.
func (r *Record) payerStatus(captured int64) string {
	i := slices.IndexFunc(r.Attempts, func(a payment.Attempt) bool { return a.ID == r.PaidBy })
	switch {
	case r.Price() > 0 && captured >= r.Price():
		return "paid"
	case i >= 0 && r.Attempts[i].State == payment.Authorized:
		return "authorized"
	case captured > 0:
		return "processing" // Taken after it was given up: it goes back.
	default:
		return "unpaid" // What was promised was given up.
	}
}

// settled is the money that counts for the payment's status, captured and given back: of the attempt that paid the order,
// for a second payment that was given back is no refund of what was bought; of all attempts if none did.
func (r *Record) settled() (captured, refunded int64) {
	if r.PaidBy == "" {
		return r.Captured(), r.Refunded()
	}
	for _, a := range r.Attempts {
		if a.ID == r.PaidBy {
			captured = a.Captured
		}
	}
	for _, f := range r.Refunds {
		if f.Attempt == r.PaidBy && f.State == payment.RefundSucceeded {
			refunded += f.Amount
		}
	}
	return captured, refunded
}

// FulfillmentStatus is what a shopper is told of the parcels: derived from facts, never stored.
func (r *Record) FulfillmentStatus() string {
	switch {
	case len(r.Shipments) == 0:
		return "unfulfilled"
	case len(r.left()) > 0:
		return "partially_fulfilled"
	case slices.ContainsFunc(r.Shipments, func(s fulfillment.Shipment) bool { return s.State != fulfillment.Delivered }):
		return "fulfilled"
	default:
		return "delivered"
	}
}
