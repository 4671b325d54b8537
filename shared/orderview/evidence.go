package orderview

import (
	"time"

	"till/shared/payment"
)

// Evidence is what would be sent against a dispute. Personal data: it is answered to staff, never logged or stored.
type Evidence struct {
	Reason    payment.DisputeReason `json:"reason,omitempty"`
	Product   string                `json:"product,omitempty"`
	Name      string                `json:"customer_name,omitempty"`
	Email     string                `json:"customer_email,omitempty"`
	Billing   string                `json:"billing_address,omitempty"`
	Shipping  string                `json:"shipping_address,omitempty"`
	Parcels   []EvidenceParcel      `json:"parcels,omitempty"`
	Refunds   []EvidenceRefund      `json:"refunds,omitempty"`
	Messages  string                `json:"messages,omitempty"`
	Timeline  string                `json:"timeline,omitempty"`
	Statement string                `json:"statement,omitempty"`
}

// EvidenceParcel is how goods went.
type EvidenceParcel struct {
	Carrier     string    `json:"carrier"`
	Tracking    string    `json:"tracking_number"`
	ShippedAt   time.Time `json:"shipped_at"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`
}

// EvidenceRefund is money that went back before.
type EvidenceRefund struct {
	Reference string    `json:"reference"`
	Amount    string    `json:"amount"` // "EUR 19.99", as it is sent.
	At        time.Time `json:"at"`
}

// EvidenceOf is evidence as staff see it.
func EvidenceOf(e payment.Evidence) Evidence {
	out := Evidence{Reason: e.Reason, Product: e.Product, Name: e.Name, Email: e.Email, Billing: e.Billing, Shipping: e.Shipping,
		Messages: e.Messages, Timeline: e.Timeline, Statement: e.Statement}
	for _, p := range e.Parcels {
		out.Parcels = append(out.Parcels, EvidenceParcel{p.Carrier, p.Tracking, p.ShippedAt, p.DeliveredAt})
	}
	for _, r := range e.Refunds {
		out.Refunds = append(out.Refunds, EvidenceRefund{r.Ref, r.Amount, r.At})
	}
	return out
}
