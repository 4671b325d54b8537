package paypalgw

import (
	"context"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var _ payment.Renewer = (*Gateway)(nil)

// Renew makes a new authorization of the first one, for as much, once its three days are over. PayPal's pages differ on whether that can
// be done once or several times: Till does it once. The 29 days do not begin anew. Errors: as payment.Renewer; fault.Unavailable, it is
// too early by PayPal's clock. https://developer.paypal.com/docs/api/payments/v2/#authorizations_reauthorize
func (g *Gateway) Renew(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "paypalgw.Renew"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Facts{}, err
	}
	f, err := read(op, o)
	if err != nil || !f.Renewable {
		return f, err // It was renewed before, taken or given up.
	}
	amount, err := toWire(op, f.Amount)
	if err != nil {
		return payment.Facts{}, err
	}
	last := o.Units[0].Payments.Authorizations[0]
	if !payment.IsRef(last.ID, 64) {
		return payment.Facts{}, unreadable(op)
	}
	refused := g.post(ctx, op, "/v2/payments/authorizations/"+last.ID+"/reauthorize", "renew/"+string(a.ID), map[string]wire{"amount": amount}, nil)
	if refused != nil && !fault.Is(refused, fault.Conflict) {
		return payment.Facts{}, refused
	}
	if o, err = g.order(ctx, op, a.Intent); err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	if f, err = read(op, o); err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	if refused != nil && f.Renewable {
		return payment.Facts{}, &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(refused), Msg: payment.RefusalText(fault.Declined), Err: refusalOf(refused)}
	}
	return f, nil
}

// sureOf is until when PayPal keeps an authorization's money aside, and whether that can be renewed: of the first one, while nothing was
// taken of it.
func sureOf(all []authorization) (until time.Time, renewable bool) {
	last := all[len(all)-1]
	if last.Created.IsZero() {
		return time.Time{}, false
	}
	if until = last.Created.Add(honored); !last.Expires.IsZero() && last.Expires.Before(until) {
		until = last.Expires
	}
	return until, len(all) == 1 && last.Status == "CREATED"
}
