package order

import (
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

const (
	// tryLimit is longer than a call that takes a shopper's money may last.
	tryLimit = 15 * time.Second
	// triesMax bounds how often one attempt may be tried: a list of cards is not tested here.
	triesMax = 20
)

// Trying tells whether a call that takes the attempt's money may be running at the moment.
func Trying(a payment.Attempt, now time.Time) bool {
	return !a.Try.IsZero() && now.Sub(a.Try) < tryLimit
}

// TryPayment notes that the money of an open attempt is about to be taken, which the shopper has agreed to, before the gateway is
// called. While such a call runs there is no second one; of one whose outcome is not known the gateway was asked first. Errors:
// fault.NotFound; fault.Conflict: order_state_conflict, the attempt or the order has ended, or holds money; payment_in_progress.
// fault.TooMany, too_many_attempts.
func (o *Order) TryPayment(id payment.AttemptID, by By) (Change, error) {
	const op = "order.TryPayment"
	o.r.Attempts = slices.Clone(o.r.Attempts)
	a := o.attempt(id)
	switch {
	case a == nil:
		return Change{}, NotFound(op)
	case !o.r.Status.Payable(), o.r.HoldsMoney(), a.State != payment.RequiresAction:
		return Change{}, StateConflict(op)
	case Trying(*a, by.At):
		return Change{}, InProgress(op)
	case a.Try.IsZero() && o.Quota(by.At).Cards == 0:
		return Change{}, o.Quota(by.At).within(op)
	case a.Tries >= triesMax:
		return Change{}, fault.New(fault.TooMany, op, "too_many_attempts", "This payment has been tried too often. Begin a new one.")
	}
	if a.Try.IsZero() {
		a.Tries++ // One whose outcome is not known is tried again under its own number.
	}
	a.Try, a.Asks, a.Asked = by.At.UTC().Truncate(time.Millisecond), 0, time.Time{}
	return o.seal("payment_tried", by, Change{})
}

// TryFailed notes that a try took no money: refused, which the shopper may follow up with another card, or not done at all. One
// whose outcome is not known stays noted as it is, and the sweep asks. A repeat changes nothing.
func (o *Order) TryFailed(id payment.AttemptID, failure error, by By) (Change, error) {
	o.r.Attempts = slices.Clone(o.r.Attempts)
	a := o.attempt(id)
	if a == nil || a.Try.IsZero() || fault.Is(failure, fault.Unknown) {
		return Change{}, nil
	}
	kind := "payment_unavailable"
	a.Try = time.Time{}
	if fault.Is(failure, fault.Declined) && a.State.Open() {
		refused(a, fault.Code(failure))
		kind = "payment_declined"
	}
	return o.seal(kind, by, Change{})
}
