package paypalgw

import (
	"context"
	"net/http"

	"till/shared/fault"
	"till/shared/payment"
)

// Close makes sure that the attempt can no longer be charged. An order cannot be ended at PayPal: it takes no money before Confirm,
// which is never called for a closed attempt, and is forgotten within hours. So it is over, whatever Fetch says of it later. What was
// authorized is voided. Errors: as payment.Gateway.
func (g *Gateway) Close(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "paypalgw.Close"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Facts{}, err
	}
	f, err := g.facts(ctx, op, o)
	if err != nil {
		return payment.Facts{}, err
	}
	switch f.State { //nolint:exhaustive // of the others nothing is left to do
	case payment.RequiresAction:
		f.State, f.Ready = payment.Canceled, false
	case payment.Authorized:
		return g.void(ctx, op, o)
	}
	return f, nil
}

// void gives up what is left of an authorization. PayPal takes no key for that, and needs none: a second one is refused.
// https://developer.paypal.com/docs/api/payments/v2/#authorizations_void
func (g *Gateway) void(ctx context.Context, op string, o order) (payment.Facts, error) {
	last := byAge(o.Units[0].Payments.Authorizations, 1)
	if !payment.IsRef(last.ID, 64) {
		return payment.Facts{}, unreadable(op)
	}
	err := g.call(ctx, op, http.MethodPost, "/v2/payments/authorizations/"+last.ID+"/void", "", struct{}{}, nil)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return payment.Facts{}, err
	}
	if o, err = g.order(ctx, op, o.ID); err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	f, err := g.facts(ctx, op, o)
	if err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	return f, nil
}
