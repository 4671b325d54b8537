package orderview

import (
	"time"

	"till/shared/address"
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
	Balances []Balance `json:"ledger,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
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
}

// ForStaff gives the staff's view.
func ForStaff(o *order.Order) Staff {
	r := o.Record()
	v := Staff{Order: full(o), Customer: r.Customer, Version: r.N, Due: r.Due, Attempts: make([]Attempt, 0, len(r.Attempts))}
	for _, a := range r.Attempts {
		ref := a.Intent
		if ref == "" {
			ref = a.Session
		}
		v.Attempts = append(v.Attempts, Attempt{
			ID: a.ID, Gateway: a.Gateway, Mode: a.Mode, Status: a.State, Amount: money.Of(a.Amount, r.Currency),
			Captured: money.Of(a.Captured, r.Currency), Reference: ref, LastError: a.LastError, CreatedAt: a.At,
		})
	}
	return v
}

// History gives the staff's view of an order's history: every change, with who and why.
func History(changes []order.Change) []Event {
	out := make([]Event, 0, len(changes))
	for _, c := range changes {
		out = append(out, Event{At: c.At, Kind: c.Kind, By: c.By, Cause: c.Cause, N: c.N})
	}
	return out
}

// accounts is the order in which balances are listed.
var accounts = [...]ledger.Account{ledger.Receivable, ledger.GatewayClearing, ledger.Revenue, ledger.Tax, ledger.Shipping,
	ledger.RefundsPayable, ledger.DisputeReserve, ledger.Fees}

// Balances sums the postings of changes per account; accounts that come to zero are left out.
func Balances(changes []order.Change, c money.Currency) []Balance {
	var postings []ledger.Posting
	for _, change := range changes {
		postings = append(postings, change.Postings...)
	}
	sums := ledger.Balances(postings)
	out := make([]Balance, 0, len(sums))
	for _, account := range accounts {
		if sums[account] != 0 {
			out = append(out, Balance{account, c, sums[account]})
		}
	}
	return out
}
