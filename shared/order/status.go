package order

import (
	"slices"

	"till/shared/fulfillment"
	"till/shared/payment"
)

// PaymentStatus is what a shopper is told of the money: derived from facts, never stored.
func (r *Record) PaymentStatus() string {
	captured, refunded := r.Captured(), r.Refunded()
	switch {
	case slices.ContainsFunc(r.Disputes, func(d payment.DisputeFacts) bool { return d.Open }):
		return "disputed"
	case captured > 0 && refunded >= captured:
		return "refunded"
	case captured > 0 && refunded > 0:
		return "partially_refunded"
	case captured > 0 || r.Total == 0:
		return "paid"
	case len(r.Attempts) == 0:
		return "unpaid"
	}
	switch last := r.Attempts[len(r.Attempts)-1]; {
	case last.State == payment.Authorized:
		return "authorized"
	case last.State == payment.Processing, last.State == payment.Unknown:
		return "processing"
	case last.State == payment.Failed, last.LastError != "":
		return "failed"
	default:
		return "unpaid"
	}
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
