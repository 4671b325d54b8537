package orderview

import (
	"slices"
	"time"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

// Staff is an order as staff see it.
type Staff struct {
	Order
	Customer string    `json:"customer"`
	Version  int       `json:"version"`
	Due      time.Time `json:"due,omitzero"`
	Attempts []Attempt `json:"attempts"`
	Captures []Capture `json:"captures,omitempty"`
	Disputes []Dispute `json:"disputes,omitempty"`
	Balances []Balance `json:"ledger,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Picks    []Pick    `json:"picks,omitempty"` // Where units wait that are not at the main location.
}

// Pick is how many units of a product are reserved at a location.
type Pick struct {
	SKU      string `json:"sku"`
	Location string `json:"location"`
	Quantity int64  `json:"quantity"`
}

// picksOf adds up an order's bins by location, but for the main one.
func picksOf(r order.Record) []Pick {
	var out []Pick
	if r.Status.Ended() {
		return nil
	}
	for _, b := range r.Bins {
		l := string(b.Bin.Location())
		i := slices.IndexFunc(out, func(p Pick) bool { return p.SKU == string(b.SKU) && p.Location == l })
		switch {
		case b.Bin.Location() == catalog.Main:
		case i >= 0:
			out[i].Quantity += b.Quantity
		default:
			out = append(out, Pick{string(b.SKU), l, b.Quantity})
		}
	}
	return out
}

// Attempt is one try to pay.
type Attempt struct {
	ID        payment.AttemptID `json:"id"`
	Gateway   string            `json:"gateway"`
	Mode      payment.Mode      `json:"mode"`
	Status    payment.State     `json:"status"`
	Amount    money.Amount      `json:"amount"`
	Captured  money.Amount      `json:"captured"`
	Reference string            `json:"reference,omitempty"`
	LastError string            `json:"last_error,omitempty"`
	CreatedAt time.Time         `json:"created_at"`

	Capture       string        `json:"capture,omitempty"`       // "manual": the money is promised first, and taken by captures.
	CaptureBefore time.Time     `json:"capture_before,omitzero"` // When money that is promised is lost unless it is captured.
	SureUntil     time.Time     `json:"sure_until,omitzero"`     // Until when the gateway keeps the promised money aside, where that is shorter.
	Fee           *money.Amount `json:"fee,omitempty"`           // What the gateway kept, once it is known.
}

// Capture is money taken, or being taken, that was promised first.
type Capture struct {
	ID        payment.CaptureID    `json:"id"`
	Status    payment.CaptureState `json:"status"`
	Amount    money.Amount         `json:"amount"`
	Final     bool                 `json:"final,omitempty"`
	LastError string               `json:"last_error,omitempty"`
	CreatedAt time.Time            `json:"created_at"`
}

// Dispute is a shopper's complaint to a bank, with the time by which it must be answered.
type Dispute struct {
	Reference string               `json:"reference"`
	Status    payment.DisputeState `json:"status"`
	Reason    string               `json:"reason,omitempty"`
	Amount    money.Amount         `json:"amount"`
	Withdrawn money.Amount         `json:"withdrawn"` // What the gateway has taken for it now.
	Fee       money.Amount         `json:"fee"`
	DueBy     time.Time            `json:"due_by,omitzero"`
	OpenedAt  time.Time            `json:"opened_at"`
	Answer    *DisputeAnswer       `json:"answer,omitempty"`
}

// DisputeAnswer is what the shop said to a dispute last.
type DisputeAnswer struct {
	ID        payment.AnswerID    `json:"id"`
	Status    payment.AnswerState `json:"status"`
	Accepted  bool                `json:"accepted"` // The shop gave in.
	LastError string              `json:"last_error,omitempty"`
	CreatedAt time.Time           `json:"created_at"`
}

// DisputeOf is a dispute as staff see it.
func DisputeOf(d payment.Dispute, c money.Currency) Dispute {
	out := Dispute{Reference: d.Ref, Status: d.State, Reason: string(d.Reason), Amount: money.Of(d.Amount, c), Withdrawn: money.Of(d.Withdrawn, c),
		Fee: money.Of(d.Fee, c), DueBy: d.DueBy, OpenedAt: d.At}
	if a := d.Answer; a.ID != "" {
		out.Answer = &DisputeAnswer{ID: a.ID, Status: a.State, Accepted: a.Accept, LastError: a.LastError, CreatedAt: a.At}
	}
	return out
}

// Balance is what an order's changes sum to on one account, debit positive.
type Balance struct {
	Account  ledger.Account `json:"account"`
	Currency money.Currency `json:"currency"`
	Balance  int64          `json:"balance"`
}

// Contact is the customer, opened for this one answer. Personal data: it is answered, never logged.
type Contact struct {
	Email    string         `json:"email,omitempty"`
	Phone    string         `json:"phone,omitempty"`
	Shipping *address.Input `json:"shipping_address,omitempty"`
	Billing  *address.Input `json:"billing_address,omitempty"`
	VAT      string         `json:"vat_number,omitempty"`
}

// ForStaff gives the staff's view.
func ForStaff(o *order.Order) Staff {
	r := o.Record()
	v := Staff{Order: full(o), Customer: r.Customer, Version: r.N, Due: r.Due, Attempts: make([]Attempt, 0, len(r.Attempts))}
	v.Picks = picksOf(r)
	for i, s := range r.Shipments {
		v.Shipments[i].From = string(s.From)
	}
	in := func(minor int64) money.Amount { return money.Of(minor, r.Currency) }
	for _, t := range r.Captures {
		v.Captures = append(v.Captures, CaptureOf(t, r.Currency))
	}
	for _, d := range r.Disputes {
		v.Disputes = append(v.Disputes, DisputeOf(d, r.Currency))
	}
	for _, a := range r.Attempts {
		ref := a.Intent
		if ref == "" {
			ref = a.Session
		}
		shown := Attempt{
			ID: a.ID, Gateway: a.Gateway, Mode: a.Mode, Status: a.State, Amount: in(a.Amount),
			Captured: in(a.Captured), Reference: ref, LastError: a.LastError, CreatedAt: a.At, CaptureBefore: a.CaptureBefore, SureUntil: a.Sure,
			Capture: captureOf(a),
		}
		if a.Fee != 0 {
			fee := in(a.Fee)
			shown.Fee = &fee
		}
		v.Attempts = append(v.Attempts, shown)
	}
	return v
}

func captureOf(a payment.Attempt) string {
	if a.Manual {
		return "manual"
	}
	return ""
}

// CaptureOf is a capture as staff see it.
func CaptureOf(t payment.Capture, c money.Currency) Capture {
	return Capture{ID: t.ID, Status: t.State, Amount: money.Of(t.Amount, c), Final: t.Final, LastError: t.LastError, CreatedAt: t.At}
}

// History gives the staff's view of an order's history: every change, with who and why.
func History(changes []order.Change) []Event {
	out := make([]Event, 0, len(changes))
	for _, c := range changes {
		out = append(out, Event{At: c.At, Kind: c.Kind, By: c.By, Cause: c.Cause, N: c.N})
	}
	return out
}

// Balances sums the postings of changes per account; accounts that come to zero are left out.
func Balances(changes []order.Change, c money.Currency) []Balance {
	var postings []ledger.Posting
	for _, change := range changes {
		postings = append(postings, change.Postings...)
	}
	sums := ledger.Balances(postings)
	out := make([]Balance, 0, len(sums))
	for _, account := range ledger.Chart() {
		if sums[account] != 0 {
			out = append(out, Balance{account, c, sums[account]})
		}
	}
	return out
}
