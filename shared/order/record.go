// Package order is the whole of an order: what was bought, how it was paid, where it is, and every change of it.
package order

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/pricing"
)

// ID names an order: "ord_" and 26 letters and digits. Safe to log and to show.
type ID string

// IDFor gives the id of the order that an Idempotency-Key places, so that the record of the key is the order itself.
func IDFor(key string) ID { return ID(derived("ord_", "order", key)) }

// ParseID checks the form of an id from a path. Errors: fault.NotFound; what is no id names no order.
func ParseID(text string) (ID, error) {
	if len(text) != 30 || !strings.HasPrefix(text, "ord_") || strings.Trim(text[4:], "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return "", NotFound("order.ParseID")
	}
	return ID(text), nil
}

// NotFound is the one answer for an order that is not there and for one that is not the caller's.
func NotFound(op string) error {
	return fault.New(fault.NotFound, op, "not_found", "There is nothing here, or it is not yours to see.")
}

// derived makes an id from its parts: the same parts, the same id.
func derived(prefix string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// Record is everything that is stored of an order, as it is stored. Amounts in minor units of Currency. It holds no
// personal data but the country and postal code that tax law wants kept; the contact is sealed in the CHANGE that
// ContactIn names. Read it freely; only the verbs of Order change it.
type Record struct {
	ID          ID                     `json:"id"`
	N           int                    `json:"n"`    // Number of the last CHANGE.
	Head        string                 `json:"head"` // Hash of the last CHANGE.
	Status      Status                 `json:"status"`
	Currency    money.Currency         `json:"currency"`
	Lines       []pricing.Line         `json:"lines"`
	Subtotal    int64                  `json:"subtotal"`
	Discount    int64                  `json:"discount,omitempty"`
	Shipping    int64                  `json:"shipping"`
	Tax         int64                  `json:"tax"`
	Total       int64                  `json:"total"`
	Taxes       Taxes                  `json:"taxes,omitzero"`
	Discounts   []pricing.Applied      `json:"discounts,omitempty"`
	Coupons     []pricing.Coupon       `json:"coupons,omitempty"` // Uses that are counted while the order has a claim to them.
	Method      string                 `json:"method"`
	Country     string                 `json:"country"`
	PostalCode  string                 `json:"postal_code,omitempty"`
	Customer    string                 `json:"customer"`
	Listed      bool                   `json:"listed,omitempty"` // The customer finds it: the shop had accounts when it was placed.
	ContactIn   int                    `json:"contact_in"`       // The CHANGE that holds the sealed contact.
	Edits       int                    `json:"edits,omitempty"`  // How often what was ordered has changed.
	Print       string                 `json:"print"`            // Fingerprint of the request that placed it.
	PlacedAt    time.Time              `json:"placed_at"`
	ExpiresAt   time.Time              `json:"expires_at,omitzero"` // Until when stock is held for an unpaid order.
	Attempts    []payment.Attempt      `json:"attempts,omitempty"`
	PaidBy      payment.AttemptID      `json:"-"` // The attempt that confirmed it: the one that is marked as paid.
	Captures    []payment.Capture      `json:"captures,omitempty"`
	Released    Released               `json:"released,omitzero"` // What was promised and given up.
	Refunds     []payment.Refund       `json:"refunds,omitempty"`
	Disputes    []payment.Dispute      `json:"disputes,omitempty"`
	Waits       bool                   `json:"waits,omitempty"` // Some of it was to be waited for when it was placed. Kept if the shop asks.
	Holds       []Hold                 `json:"holds,omitempty"`
	Watch       payment.Risk           `json:"watch,omitempty"` // What the gateway must find at least for people to look, when it is paid.
	Shipments   []fulfillment.Shipment `json:"shipments,omitempty"`
	Returns     []fulfillment.Return   `json:"returns,omitempty"`     // What the shopper sends back, or wants to.
	Try         int                    `json:"try,omitempty"`         // Which execution of the fulfillment machine carries it.
	TaskIn      int                    `json:"task_in,omitempty"`     // The CHANGE that holds the token of the machine's waiting task.
	AnswerBy    time.Time              `json:"answer_by,omitzero"`    // When that task should have been answered.
	Asks        int                    `json:"asks,omitempty"`        // How often the sweep looked since the last news.
	ShouldBy    time.Time              `json:"should_by,omitzero"`    // When the present status should have moved on.
	Owed        []Message              `json:"owed,omitempty"`        // Mails not yet known to be sent.
	Revocations int                    `json:"revocations,omitempty"` // Raised to make all links so far useless.
	LinkAsks    []time.Time            `json:"link_asks,omitempty"`   // When new links were mailed, of the last day.
	Bins        []Binned               `json:"bins,omitempty"`        // Where reserved units are that are not in their SKU's first bin; of an expired order: were.
	Due         time.Time              `json:"due,omitzero"`          // When somebody must look again. Zero: never.
}

// Taxes is what is known of an order's tax beside the amount on top. Minor units. Orders of before it was kept have none.
type Taxes struct {
	Lines            []pricing.TaxLine `json:"lines,omitempty"`             // By rate; see TaxLines.
	Included         int64             `json:"included,omitempty"`          // In the prices of goods and delivery.
	ShippingIncluded int64             `json:"shipping_included,omitempty"` // The part of it that is in the price of delivery.
	ReverseCharge    bool              `json:"reverse_charge,omitempty"`    // The buyer, a business, owes it at home.
}

// Hold stops shipping and automatic capture while it is there.
type Hold struct {
	Key string    `json:"key"`
	By  string    `json:"by"`
	At  time.Time `json:"at"`
}

// Message is work for another function, sent by the relay once the change that holds it is stored.
type Message struct {
	To    string    `json:"to,omitempty"`    // ToFulfillment or ToMail; left out of what is owed, which is mail.
	Kind  string    `json:"kind,omitempty"`  // The mail's kind.
	N     int       `json:"n,omitempty"`     // Of a mail that is owed, the change that caused it; for fulfillment, the try.
	At    time.Time `json:"at,omitzero"`     // When it was last sent on; set when owed.
	Tries int       `json:"tries,omitempty"` // How often a mail that is owed was sent on again.
}

// Where messages go.
const (
	ToFulfillment = "fulfillment"
	ToMail        = "mail"
)

// Order is an order in memory. Verbs change it and return the CHANGE to store with it; on a lost write, throw it away
// and load again. Not safe for concurrent use.
type Order struct {
	r      Record
	stored stored
	picks  catalog.Picks  // From which bins the next verb reserves.
	wants  []catalog.Want // What the last verb reserved, for whoever must choose other bins.
}

// Record gives what is known of the order. Its slices are the order's own: do not change them.
func (o *Order) Record() Record { return o.r }

// ID is the order's id.
func (o *Order) ID() ID { return o.r.ID }

// Encode is the stored form: one JSON object. Members written by a newer version are kept.
func (o *Order) Encode() ([]byte, error) { return o.stored.encode(), nil }

// Decode reads the stored form, and keeps it: data is not to be changed any more. Errors: fault.Internal, the store holds
// what we cannot read.
func Decode(data []byte) (*Order, error) {
	o := &Order{}
	if err := json.Unmarshal(data, &o.r); err != nil {
		return nil, fault.Wrap(fault.Internal, "order.Decode", err)
	}
	o.stored = split(data)
	for _, a := range o.r.Attempts {
		if a.Paid {
			o.r.PaidBy = a.ID
		}
	}
	return o, nil
}

// members gives the record's JSON members, with those of o.stored that this version does not know.
func (o *Order) members() (stored, error) {
	data, err := json.Marshal(o.r)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "order.members", err)
	}
	now := split(data)
	for _, m := range o.stored {
		if !known[string(m.name)] {
			now = now.with(m.name, m.value)
		}
	}
	return now, nil
}

// parts divides the total into goods, delivery and tax, each without the others: where prices hold the tax, it is taken out of them.
func (r *Record) parts() (goods, shipping, tax int64) {
	onGoods := r.Taxes.Included - r.Taxes.ShippingIncluded
	return r.Subtotal - r.Discount - onGoods, r.Shipping - r.Taxes.ShippingIncluded, r.Tax + r.Taxes.Included
}

// sale is the postings of the order's confirmation.
func (r *Record) sale() []ledger.Posting {
	return ledger.Sale(r.parts())
}

// TaxLines is the tax of the order by rate. Where one rate is on everything, the order's lines tell it. Orders of before rates were
// kept have none.
func (r *Record) TaxLines() []pricing.TaxLine {
	tax := r.Tax + r.Taxes.Included
	if len(r.Taxes.Lines) > 0 || tax == 0 || len(r.Lines) == 0 || r.Lines[0].TaxRate == 0 {
		return r.Taxes.Lines
	}
	for _, l := range r.Lines {
		if l.TaxRate != r.Lines[0].TaxRate {
			return nil
		}
	}
	return []pricing.TaxLine{{Rate: r.Lines[0].TaxRate, Base: r.Total - tax, Tax: tax}}
}
