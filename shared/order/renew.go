package order

import (
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// renewalRefused is the hold of an order whose gateway does not vouch for the promised money any more. It goes when money is taken.
const renewalRefused = "renewal_refused"

// ToRenew is the attempt whose promised money is to be kept aside anew: its time is over, the gateway can, nobody gives it up and it has
// not been refused.
func (o *Order) ToRenew(now time.Time) (payment.Attempt, bool) {
	a, promised := o.Promised()
	if at, can := renewAt(a); !promised || !can || at.After(now) {
		return payment.Attempt{}, false
	}
	return a, true
}

// renewAt is when a promise is to be renewed, or tried again to be.
func renewAt(a payment.Attempt) (time.Time, bool) {
	switch {
	case a.State != payment.Authorized, !a.Paid, !a.Renewable, a.Void, a.Sure.IsZero(), a.Renewal.Refused != "":
		return time.Time{}, false
	case a.Renewal.Tries == 0:
		return a.Sure, true
	}
	return a.Renewal.Last.Add(backoff(a.Renewal.Tries)), true
}

// BeginRenewal notes that the gateway is about to be asked to keep the promised money aside anew. Nothing to renew gives the zero Change.
func (o *Order) BeginRenewal(by By) (Change, error) {
	a, due := o.ToRenew(by.At)
	if !due {
		return Change{}, nil
	}
	o.r.Attempts = slices.Clone(o.r.Attempts)
	n := &o.attempt(a.ID).Renewal
	n.Last, n.Tries = by.At.UTC().Truncate(time.Second), n.Tries+1
	if n.Since.IsZero() {
		n.Since = n.Last
	}
	return o.seal("renewal_requested", by, Change{})
}

// RenewalFailed notes that a promise was not renewed: refused for good, which holds the order if it is the first time, since nothing was
// renewed at all; or it did not happen, and is tried again.
// One whose outcome is not known stays noted as it is, and is tried again with the same key. A repeat changes nothing.
func (o *Order) RenewalFailed(id payment.AttemptID, failure error, by By) (Change, error) {
	o.r.Attempts = slices.Clone(o.r.Attempts)
	a := o.attempt(id)
	if a == nil || a.Renewal.Since.IsZero() || fault.Is(failure, fault.Unknown, fault.Internal) {
		return Change{}, nil
	}
	a.Renewal.Since = time.Time{}
	if fault.Is(failure, fault.Unavailable) {
		return o.seal("renewal_unavailable", by, Change{})
	}
	if a.Renewal.Refused = fault.Code(failure); a.Renewal.Done == 0 {
		o.hold(renewalRefused, by)
	}
	return o.seal("renewal_refused", by, Change{})
}

// sure takes in until when a gateway keeps promised money aside. A renewal whose outcome was not known is over when that has become longer,
// or when the gateway says that there is nothing to renew. News that are older than the last renewal say nothing.
func sure(a *payment.Attempt, f payment.Facts) {
	switch {
	case a.State != payment.Authorized:
		a.Sure, a.Renewable, a.Renewal = time.Time{}, false, payment.Renewal{}
	case f.State == payment.Authorized && !f.Sure.IsZero():
		until := f.Sure.UTC().Truncate(time.Second)
		switch {
		case until.Before(a.Sure):
			return
		case !a.Sure.IsZero() && until.After(a.Sure):
			a.Renewal = payment.Renewal{Done: a.Renewal.Done + 1}
		case !f.Renewable:
			a.Renewal.Since = time.Time{}
		}
		a.Sure, a.Renewable = until, f.Renewable
	}
}
