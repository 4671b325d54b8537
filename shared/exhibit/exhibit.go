// Package exhibit makes the evidence against a dispute out of an order: which facts there are, and which of them matter for the reason.
package exhibit

import (
	"fmt"
	"strings"
	"time"

	"till/shared/address"
	"till/shared/fulfillment"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/vault"
)

// Matter is one kind of fact.
type Matter int

// The matters.
const (
	Goods    Matter = 1 << iota // What was bought, and for how much.
	Person                      // The name and the e-mail address.
	Billing                     // The billing address.
	Shipping                    // The delivery address.
	Delivery                    // Carriers, tracking numbers and days.
	Refunds                     // What was given back.
	Messages                    // Which mails were sent.
	Timeline                    // What happened, and when.
)

// matters is which facts speak to which reason. Gateways and banks say what they want to see:
// https://docs.stripe.com/disputes/categories. A person is named only where who bought, or where it was sent to, is the question.
var matters = map[payment.DisputeReason]Matter{
	payment.ReasonFraud:           Goods | Person | Billing | Shipping | Delivery | Messages | Timeline,
	payment.ReasonNotReceived:     Goods | Person | Shipping | Delivery | Refunds | Messages,
	payment.ReasonNotAsDescribed:  Goods | Delivery | Refunds | Messages | Timeline,
	payment.ReasonDuplicate:       Goods | Refunds | Timeline,
	payment.ReasonCreditNotIssued: Goods | Refunds | Messages | Timeline,
	payment.ReasonCanceled:        Goods | Delivery | Refunds | Messages | Timeline,
	payment.ReasonAmount:          Goods | Refunds | Timeline,
	payment.ReasonOther:           Goods | Delivery | Refunds | Messages | Timeline,
}

// For tells which facts matter for a reason; for one that is not known, as for any other.
func For(r payment.DisputeReason) Matter {
	if m, known := matters[r]; known {
		return m
	}
	return matters[payment.ReasonOther]
}

// Has tells whether all of a matter is in it.
func (m Matter) Has(of Matter) bool { return m&of == of }

// NeedsContact tells whether personal data is to be opened for a reason.
func NeedsContact(r payment.DisputeReason) bool { return For(r)&(Person|Billing|Shipping) != 0 }

// Of makes the evidence: of the order with its changes from the first on, of the contact as far as the reason needs it (zero: it is
// erased, or not needed), and of staff's words. The result is personal data.
func Of(o *order.Order, d payment.Dispute, changes []order.Change, contact vault.Contact, statement string) payment.Evidence {
	r, m := o.Record(), For(d.Reason)
	e := payment.Evidence{Key: d.Answer.ID, Reason: d.Reason, Statement: statement}
	if m.Has(Goods) {
		e.Product = goods(&r)
	}
	if m.Has(Person) {
		e.Email = contact.Email.Text()
		if e.Name = contact.Shipping.Name().Text(); e.Name == "" {
			e.Name = contact.Billing.Name().Text()
		}
	}
	if m.Has(Billing) {
		e.Billing = label(contact.Billing)
	}
	if m.Has(Shipping) {
		e.Shipping = label(contact.Shipping)
	}
	if m.Has(Delivery) {
		e.Parcels = parcels(r.Shipments)
	}
	if m.Has(Refunds) {
		e.Refunds = refunds(&r, d.Attempt)
	}
	if m.Has(Messages) {
		e.Messages = messages(changes)
	}
	if m.Has(Timeline) {
		e.Timeline = timeline(changes)
	}
	return e
}

// goods says what was bought, a line each.
func goods(r *order.Record) string {
	in := func(minor int64) string { return amount(minor, r.Currency) }
	var out []string
	for _, l := range r.Lines {
		out = append(out, fmt.Sprintf("%d x %s (%s): %s.", l.Quantity, l.Name, l.SKU, in(l.Total)))
	}
	out = append(out, fmt.Sprintf("Order %s of %s: delivery %s, tax %s, in all %s.", r.ID, day(r.PlacedAt), in(r.Shipping), in(r.Tax), in(r.Total)))
	return strings.Join(out, "\n")
}

// label is an address on one line.
func label(a address.Address) string {
	if a.IsZero() {
		return ""
	}
	var out []string
	for _, line := range a.Label("") {
		if line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, ", ")
}

func parcels(shipments []fulfillment.Shipment) []payment.Parcel {
	var out []payment.Parcel
	for _, s := range shipments {
		out = append(out, payment.Parcel{Carrier: s.Carrier, Tracking: s.TrackingNumber, ShippedAt: s.ShippedAt, DeliveredAt: s.DeliveredAt})
	}
	return out
}

// refunds lists what was given back of the disputed payment.
func refunds(r *order.Record, of payment.AttemptID) []payment.GivenBack {
	var out []payment.GivenBack
	for _, f := range r.Refunds {
		if f.Attempt == of && f.State == payment.RefundSucceeded {
			out = append(out, payment.GivenBack{Ref: f.Ref, Amount: amount(f.Amount, r.Currency), At: f.At})
		}
	}
	return out
}

// amount writes minor units as "EUR 19.99".
func amount(minor int64, c money.Currency) string {
	digits := fmt.Sprintf("%0*d", c.Decimals()+1, minor)
	if places := c.Decimals(); places > 0 {
		digits = digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	}
	return string(c) + " " + digits
}

func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }
