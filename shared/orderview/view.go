// Package orderview is what shoppers and staff are shown of an order, as the API's JSON.
package orderview

import (
	"slices"
	"strings"
	"time"

	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// Order is an order as its shopper sees it. It holds no personal data, and of holds only that there are some.
type Order struct {
	ID                order.ID       `json:"id"`
	Status            order.Status   `json:"status"`
	PaymentStatus     string         `json:"payment_status"`
	FulfillmentStatus string         `json:"fulfillment_status"`
	Currency          money.Currency `json:"currency"`
	Lines             []Line         `json:"lines"`
	Subtotal          money.Amount   `json:"subtotal"`
	Discount          money.Amount   `json:"discount"`
	Shipping          money.Amount   `json:"shipping"`
	Tax               money.Amount   `json:"tax"`
	Total             money.Amount   `json:"total"`
	Pricing
	ShippingMethod string     `json:"shipping_method"`
	Country        string     `json:"country"`
	Shipments      []Shipment `json:"shipments"`
	Refunds        []Refund   `json:"refunds"`
	Returns        []Return   `json:"returns,omitempty"`
	Holds          []Hold     `json:"holds"`
	OnHold         bool       `json:"on_hold"`
	CreatedAt      time.Time  `json:"created_at"`
	ExpiresAt      time.Time  `json:"expires_at,omitzero"` // Only while it can be paid.
}

// Pricing is how a total came about, for quotes and orders. Orders of before it was kept have none.
type Pricing struct {
	IncludedTax   money.Amount `json:"included_tax,omitzero"` // What the prices hold of tax; then nothing comes on top.
	TaxLines      []TaxLine    `json:"tax_lines,omitempty"`
	ReverseCharge bool         `json:"reverse_charge,omitempty"` // The buyer, a business, owes the tax at home.
	Discounts     []Discount   `json:"discounts,omitempty"`
}

// TaxLine is the tax at one rate.
type TaxLine struct {
	Rate     string       `json:"rate"` // Per cent: "19", "8.875".
	Base     money.Amount `json:"base"` // Without the tax.
	Tax      money.Amount `json:"tax"`
	Included bool         `json:"included,omitempty"` // Prices hold it.
}

// Discount is what made a basket cheaper.
type Discount struct {
	Name         string       `json:"name"`
	Code         string       `json:"code,omitempty"`
	Amount       money.Amount `json:"amount"` // Off the goods.
	FreeDelivery bool         `json:"free_delivery,omitempty"`
}

// PricingOf gives how a total came about. included is what prices hold of tax.
func PricingOf(c money.Currency, included int64, lines []pricing.TaxLine, reversed bool, discounts []pricing.Applied) Pricing {
	p := Pricing{ReverseCharge: reversed}
	if included > 0 {
		p.IncludedTax = money.Of(included, c)
	}
	for _, l := range lines {
		p.TaxLines = append(p.TaxLines, TaxLine{pricing.Percent(l.Rate), money.Of(l.Base, c), money.Of(l.Tax, c), included > 0})
	}
	for _, d := range discounts {
		p.Discounts = append(p.Discounts, Discount{d.Name, d.Code, money.Of(d.Amount, c), d.Delivery})
	}
	return p
}

// Line is one line: Total is quantity × unit price − discount. Tax comes on top of it, or the total holds IncludedTax.
type Line struct {
	SKU       string       `json:"sku"`
	Name      string       `json:"name"`
	Quantity  int64        `json:"quantity"`
	UnitPrice money.Amount `json:"unit_price"`
	Discount  money.Amount `json:"discount"`
	Tax       money.Amount `json:"tax"`
	Total     money.Amount `json:"total"`

	IncludedTax money.Amount `json:"included_tax,omitzero"`
	TaxRate     string       `json:"tax_rate,omitempty"` // Per cent.
}

// Shipment is a parcel.
type Shipment struct {
	ID             string         `json:"id"`
	Status         string         `json:"status"`
	Carrier        string         `json:"carrier"`
	TrackingNumber string         `json:"tracking_number"`
	Lines          []ShipmentLine `json:"lines"`
	ShippedAt      time.Time      `json:"shipped_at"`
	DeliveredAt    time.Time      `json:"delivered_at,omitzero"`
	From           string         `json:"from,omitempty"` // Where it was packed: for staff only.
}

// ShipmentLine is how many units of a product are in a parcel.
type ShipmentLine struct {
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
}

// Refund is money on its way back. Lines, and who asked and approved, are shown to staff only, and so is the cause.
type Refund struct {
	ID          payment.RefundID    `json:"id"`
	Status      payment.RefundState `json:"status"`
	Amount      money.Amount        `json:"amount"`
	Cause       payment.Cause       `json:"cause,omitempty"`
	Lines       []RefundLine        `json:"lines,omitempty"`
	RequestedBy string              `json:"requested_by,omitempty"`
	ApprovedBy  string              `json:"approved_by,omitempty"`
	CreatedAt   time.Time           `json:"created_at"`
}

// RefundLine is the part of a refund that is for one line; Tax is the part of Amount that is tax.
type RefundLine struct {
	SKU      string       `json:"sku"`
	Quantity int64        `json:"quantity,omitempty"`
	Amount   money.Amount `json:"amount"`
	Tax      money.Amount `json:"tax"`
}

// Hold is a hold: to a shopper only since when; key and by are for staff.
type Hold struct {
	Key   string    `json:"key,omitempty"`
	By    string    `json:"by,omitempty"`
	Since time.Time `json:"since"`
}

// Of gives the shopper's view.
func Of(o *order.Order) Order {
	v := full(o)
	for i := range v.Holds {
		v.Holds[i] = Hold{Since: v.Holds[i].Since}
	}
	v.Refunds = slices.DeleteFunc(v.Refunds, func(f Refund) bool {
		return f.Status == payment.RefundAwaiting || f.Status == payment.RefundCanceled && f.RequestedBy != "" // Never promised.
	})
	for i := range v.Refunds {
		f := &v.Refunds[i]
		f.Cause, f.Lines, f.RequestedBy, f.ApprovedBy = "", nil, "", ""
	}
	return v
}

// RefundOf is a refund as staff see it.
func RefundOf(f payment.Refund, c money.Currency) Refund {
	out := Refund{ID: f.ID, Status: f.State, Amount: money.Of(f.Amount, c), Cause: f.Cause, RequestedBy: f.By, ApprovedBy: f.ApprovedBy, CreatedAt: f.At}
	for _, l := range f.Lines {
		out.Lines = append(out.Lines, RefundLine{string(l.SKU), l.Quantity, money.Of(l.Amount(), c), money.Of(l.Tax, c)})
	}
	return out
}

func full(o *order.Order) Order {
	r := o.Record()
	in := func(minor int64) money.Amount { return money.Of(minor, r.Currency) }
	v := Order{
		ID: r.ID, Status: r.Status, PaymentStatus: r.PaymentStatus(), FulfillmentStatus: r.FulfillmentStatus(),
		Currency: r.Currency, Lines: Lines(r.Lines, r.Currency), Subtotal: in(r.Subtotal), Discount: in(r.Discount), Shipping: in(r.Shipping),
		Tax: in(r.Tax), Total: in(r.Total),
		Pricing:        PricingOf(r.Currency, r.Taxes.Included, r.TaxLines(), r.Taxes.ReverseCharge, r.Discounts),
		ShippingMethod: r.Method, Country: r.Country,
		Shipments: make([]Shipment, 0, len(r.Shipments)), Refunds: make([]Refund, 0, len(r.Refunds)),
		Holds: make([]Hold, 0, len(r.Holds)), OnHold: len(r.Holds) > 0, CreatedAt: r.PlacedAt,
	}
	if r.Status.Payable() {
		v.ExpiresAt = r.ExpiresAt
	}
	for _, s := range r.Shipments {
		parcel := Shipment{ID: string(s.ID), Status: string(s.State), Carrier: s.Carrier, TrackingNumber: s.TrackingNumber,
			ShippedAt: s.ShippedAt, DeliveredAt: s.DeliveredAt, Lines: make([]ShipmentLine, 0, len(s.Lines))}
		for _, l := range s.Lines {
			parcel.Lines = append(parcel.Lines, ShipmentLine{string(l.SKU), l.Quantity})
		}
		v.Shipments = append(v.Shipments, parcel)
	}
	for _, f := range r.Refunds {
		v.Refunds = append(v.Refunds, RefundOf(f, r.Currency))
	}
	for _, b := range r.Returns {
		v.Returns = append(v.Returns, ReturnOf(b))
	}
	for _, h := range r.Holds {
		v.Holds = append(v.Holds, Hold{h.Key, h.By, h.At})
	}
	return v
}

// Lines gives priced lines in a currency.
func Lines(lines []pricing.Line, c money.Currency) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		out[i] = Line{
			SKU: string(l.SKU), Name: l.Name, Quantity: l.Quantity, UnitPrice: money.Of(l.UnitPrice, c),
			Discount: money.Of(l.Discount, c), Tax: money.Of(l.Tax, c), Total: money.Of(l.Total, c),
		}
		if l.IncludedTax > 0 {
			out[i].IncludedTax = money.Of(l.IncludedTax, c)
		}
		if l.TaxRate > 0 {
			out[i].TaxRate = pricing.Percent(l.TaxRate)
		}
	}
	return out
}

// Event is one line of a timeline.
type Event struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	By    string    `json:"by,omitempty"`    // To a shopper: shopper, shop or gateway.
	Cause string    `json:"cause,omitempty"` // Staff only.
	N     int       `json:"n,omitempty"`     // Staff only.
}

// inner lists the kinds of changes that tell a shopper nothing.
var inner = []string{"checked", "mail_sent", "held", "hold_lifted", "shipment_awaited", "fulfillment_completed", "fulfillment_failed",
	"fulfillment_stopped", "amount_mismatch", "links_revoked", "link_asked", "payment_ready", "payment_tried", "payment_unavailable", "fee_known", "fraud_warning", "gateway_risk",
	"capture_requested", "capture_unknown", "capture_failed", "capture_expiring", "void_requested", "refund_awaits_approval", "refund_withdrawn",
	"renewal_requested", "renewal_unavailable", "renewal_refused", "payment_renewed", "dispute_opened", "dispute_changed", "dispute_closed", "dispute_answer_requested", "dispute_acceptance_requested", "dispute_answer_unknown",
	"dispute_answered", "dispute_accepted", "dispute_answer_failed"}

// Timeline gives the shopper's view of an order's history.
func Timeline(changes []order.Change) []Event {
	out := make([]Event, 0, len(changes))
	for _, c := range changes {
		if slices.Contains(inner, c.Kind) {
			continue
		}
		by, _, _ := strings.Cut(c.By, ":")
		if by != "shopper" && by != "gateway" {
			by = "shop"
		}
		out = append(out, Event{At: c.At, Kind: c.Kind, By: by})
	}
	return out
}
