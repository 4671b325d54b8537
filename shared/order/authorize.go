package order

import (
	"slices"
	"time"

	"till/shared/ledger"
	"till/shared/money"
	"till/shared/payment"
)

// Released is the part of an order's total that was promised and given up: never taken, and owed no more. Minor units.
type Released struct {
	Amount   int64 `json:"amount"`
	Goods    int64 `json:"goods,omitempty"`
	Shipping int64 `json:"shipping,omitempty"`
	Tax      int64 `json:"tax,omitempty"`
}

// Price is what the shopper owes for the order: its total, less what was released. Minor units.
func (r *Record) Price() int64 {
	return r.Total - r.Released.Amount
}

// captureExpiring is the hold of an order whose money is promised for a day more at most.
const captureExpiring = "capture_expiring"

// authorized decides what promised money means for the order: it is confirmed, and its sale is booked; shipping waits for the
// money itself. It gives the change's kind, "" if it means nothing. A promise that the order is not confirmed by is one that nobody
// wants: of another amount, beside another payment, or too late.
func (o *Order) authorized(c *Change, a payment.Attempt, f payment.Facts, by By) string {
	switch {
	case !a.Manual || a.Paid || a.State != payment.Authorized:
	case f.Amount != money.Of(a.Amount, o.r.Currency) || a.Amount != o.r.Total:
		if !o.Held(amountMismatch) {
			o.hold(amountMismatch, by)
			return amountMismatch
		}
	case o.r.PaidBy == "" && o.r.Status.Payable():
		o.paid(a.ID)
		o.confirm(c, by)
		return "confirmed"
	}
	return ""
}

// mismatchOver lifts the hold of an order that was promised what it had not asked for, once that promise is over and nobody has taken
// anything: there is nothing left for people to decide. The order can be paid anew, or ends with its time.
func (o *Order) mismatchOver(a payment.Attempt) {
	if a.Manual && !a.Paid && !a.State.Open() && !slices.ContainsFunc(o.r.Attempts, func(b payment.Attempt) bool {
		return b.Captured > 0 || b.State == payment.Captured || b.State == payment.Authorized
	}) {
		o.lift(amountMismatch)
	}
}

// promiseOver gives up what an ended authorization did not bring: the shopper owes it no more. An order that got nothing ends, and its
// shopper is told; of one that got less than was expected, people decide. It gives the change's kind if the order ends.
func (o *Order) promiseOver(c *Change, a payment.Attempt, by By) (string, error) {
	rest := o.r.Price() - a.Captured
	if !a.Manual || !a.Paid || a.State.Open() || rest < 1 || o.r.Status == Cancelled {
		return "", nil
	}
	o.release(c, rest)
	if a.Captured > 0 || len(o.r.Shipments) > 0 || !o.r.Status.CanBecome(Cancelled) {
		if !a.Void && !slices.ContainsFunc(o.r.Captures, func(t payment.Capture) bool { return t.Attempt == a.ID && t.Final }) {
			o.hold(amountMismatch, by)
		}
		return "", nil
	}
	c.Messages = append(c.Messages, Message{To: ToMail, Kind: "order_cancelled"})
	kind := "cancelled"
	if a.State == payment.Expired {
		kind = "authorization_lapsed"
	}
	return kind, o.end(c, by)
}

// release takes minor units out of the sale, part by part.
func (o *Order) release(c *Change, minor int64) {
	goods, shipping, tax := o.r.shares(minor)
	for _, p := range [...]ledger.Posting{{Account: ledger.Revenue, Minor: goods}, {Account: ledger.Shipping, Minor: shipping},
		{Account: ledger.Tax, Minor: tax}, {Account: ledger.Receivable, Minor: -(goods + shipping + tax)}} {
		if p.Minor != 0 {
			c.Postings = append(c.Postings, p)
		}
	}
	was := o.r.Released
	o.r.Released = Released{Amount: was.Amount + minor, Goods: was.Goods + goods, Shipping: was.Shipping + shipping, Tax: was.Tax + tax}
}

// Payer is the attempt that pays for the order, if there is one.
func (o *Order) Payer() (payment.Attempt, bool) { return o.Attempt(o.r.PaidBy) }

// Promised is the attempt whose money is promised to the order and not taken yet, if there is one.
func (o *Order) Promised() (payment.Attempt, bool) {
	a := o.attempt(o.r.PaidBy)
	if a == nil || a.State != payment.Authorized || o.r.Status.Ended() {
		return payment.Attempt{}, false
	}
	return *a, true
}

// SpareAttempt is an open attempt that nobody wants any more: beside the one that paid, of an order that has ended, or a promise that
// did not confirm its order. It is to be closed.
func (o *Order) SpareAttempt() (payment.Attempt, bool) {
	a := o.openAttempt()
	switch {
	case a == nil, a.Paid && !o.r.Status.Ended():
	case !o.r.Status.Payable(), a.Manual && a.State == payment.Authorized:
		return *a, true
	}
	return payment.Attempt{}, false
}

// captureExpiresIn is how long before a promise ends people are to know.
const captureExpiresIn = 24 * time.Hour

// CaptureExpires puts the hold of an order whose promised money lapses within a day. It goes when the money is taken. A repeat
// changes nothing.
func (o *Order) CaptureExpires(by By) (Change, error) {
	a, promised := o.Promised()
	if !promised || !o.r.expiring(a, by.At) || o.Held(captureExpiring) {
		return Change{}, nil
	}
	o.hold(captureExpiring, by)
	return o.seal("capture_expiring", by, Change{})
}

// expiring tells whether an attempt's money is promised for a day more at most.
func (r *Record) expiring(a payment.Attempt, now time.Time) bool {
	return a.State == payment.Authorized && !a.CaptureBefore.IsZero() && !now.Before(a.CaptureBefore.Add(-captureExpiresIn))
}

// Lapsing tells whether money that is promised to the order is lost within a day unless somebody acts.
func (o *Order) Lapsing(now time.Time) bool {
	a, promised := o.Promised()
	return promised && o.r.expiring(a, now)
}

// RequestVoid notes that what is promised and not taken is to be given up, before the gateway is called. A repeat changes nothing.
// Errors: fault.Conflict: payment_not_authorized; capture_in_progress.
func (o *Order) RequestVoid(note []byte, by By) (Change, error) {
	const op = "order.RequestVoid"
	o.r.Attempts = slices.Clone(o.r.Attempts)
	a := o.attempt(o.r.PaidBy)
	switch {
	case a != nil && a.Void:
		return Change{}, nil
	case a == nil || a.State != payment.Authorized:
		return Change{}, notAuthorized(op)
	case o.openCapture() != nil:
		return Change{}, captureInProgress(op)
	}
	a.Void, a.Asks, a.Asked = true, 0, by.At.UTC().Truncate(time.Second)
	return o.seal("void_requested", by, Change{Note: note})
}
