package order

import (
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// Limits of one order's payments in a window. They cost no write of their own: an order counts by the attempts that it keeps. Whoever
// tests stolen cards has to place an order for every few of them, and orders are limited by the caller's address in front of the API.
const (
	PaymentsMax = 10 // Payments begun.
	RefusedMax  = 3  // Cards refused.
	QuotaWindow = time.Hour
)

// Quota is how many payments of an order may still begin.
type Quota struct {
	Payments int // Of PaymentsMax.
	Cards    int // Cards that may still be refused, of RefusedMax.
	// Again is when more may begin: at once (the zero time) while both are above 0.
	Again time.Time
}

// Quota counts the order's attempts of the last hour.
func (o *Order) Quota(now time.Time) Quota {
	q := Quota{Payments: PaymentsMax, Cards: RefusedMax}
	since := now.Add(-QuotaWindow)
	var first, firstRefused time.Time
	for _, a := range o.r.Attempts {
		if !a.At.After(since) {
			continue
		}
		if q.Payments--; first.IsZero() {
			first = a.At
		}
		if a.Refusals == 0 {
			continue
		}
		if q.Cards -= a.Refusals; firstRefused.IsZero() {
			firstRefused = a.At
		}
	}
	if q.Payments <= 0 {
		q.Payments, q.Again = 0, first.Add(QuotaWindow)
	}
	if q.Cards <= 0 {
		q.Cards = 0
		if again := firstRefused.Add(QuotaWindow); again.After(q.Again) {
			q.Again = again
		}
	}
	return q
}

// within refuses what the quota does not allow.
func (q Quota) within(op string) error {
	switch {
	case q.Cards == 0:
		return fault.New(fault.TooMany, op, "too_many_attempts", "Too many cards were refused for this order. Try again later, or place a new order.")
	case q.Payments == 0:
		return fault.New(fault.TooMany, op, "rate_limited", "Too many payments of this order were begun. Try again later.")
	}
	return nil
}

// refused notes a card that was refused.
func refused(a *payment.Attempt, code string) {
	a.LastError = code
	a.Refusals++
}
