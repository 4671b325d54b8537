package paypalgw

import (
	"context"
	"strconv"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var _ payment.Renewer = (*Gateway)(nil)

// earliest is how often PayPal may say of a promise that was renewed before that it is too early, until that is taken for its way of saying
// that it renews this one no more.
const earliest = 4

// Renew makes a new authorization of the first one, for as much, each time its three days are over. The 29 days do not begin anew. PayPal's
// pages differ on whether that can be done several times or once: so a refusal of the second time is taken for what it says, whatever its
// words are. Errors: as payment.Renewer; fault.Unavailable, it is too early by PayPal's clock.
// https://developer.paypal.com/docs/checkout/advanced/authorization-honor
// https://developer.paypal.com/docs/api/payments/v2/#authorizations_reauthorize
func (g *Gateway) Renew(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "paypalgw.Renew"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Facts{}, err
	}
	f, err := read(op, o)
	renewed := func() bool { return !a.Sure.IsZero() && f.Sure.Truncate(time.Second).After(a.Sure) }
	if err != nil || !f.Renewable || renewed() {
		return f, err // It was renewed before, taken or given up.
	}
	amount, err := toWire(op, f.Amount)
	if err != nil {
		return payment.Facts{}, err
	}
	all, key := o.Units[0].Payments.Authorizations, "renew/"+string(a.ID)
	first := byAge(all, -1)
	if !payment.IsRef(first.ID, 64) {
		return payment.Facts{}, unreadable(op)
	}
	if len(all) > 1 {
		key += "/" + strconv.Itoa(len(all))
	}
	refused := g.post(ctx, op, "/v2/payments/authorizations/"+first.ID+"/reauthorize", key, map[string]wire{"amount": amount}, nil)
	if refused != nil && !fault.Is(refused, fault.Conflict) && !(len(all) > 1 && enough(refused, a)) {
		return payment.Facts{}, refused
	}
	if o, err = g.order(ctx, op, a.Intent); err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	if f, err = read(op, o); err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	if refused != nil && f.Renewable && !renewed() {
		return payment.Facts{}, &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(refused), Msg: payment.RefusalText(fault.Declined), Err: refusalOf(refused)}
	}
	return f, nil
}

// enough tells whether PayPal refuses for good to renew what was renewed before.
func enough(refused error, a payment.Attempt) bool {
	r := refusalOf(refused)
	return payment.Untaken(r.status) && (r.issue != "REAUTHORIZATION_TOO_SOON" || a.Renewal.Tries > earliest)
}

// sureOf is until when PayPal keeps an authorization's money aside, and whether that can be renewed: while nothing was taken of it, and
// before its 29 days are over.
func sureOf(last authorization) (until time.Time, renewable bool) {
	if last.Created.IsZero() {
		return time.Time{}, false
	}
	if until = last.Created.Add(honored); !last.Expires.IsZero() && last.Expires.Before(until) {
		until = last.Expires
	}
	return until, last.Status == "CREATED" && (last.Expires.IsZero() || until.Before(last.Expires))
}

// byAge gives the youngest of an order's authorizations (1), which is the one that counts, or the oldest (-1). Of equals it is the one that
// PayPal lists last, or first.
func byAge(all []authorization, age int) authorization {
	best := all[0]
	for _, each := range all[1:] {
		if order := each.Created.Compare(best.Created) * age; order > 0 || order == 0 && age > 0 {
			best = each
		}
	}
	return best
}
