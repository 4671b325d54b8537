package stripegw

import (
	"context"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"till/shared/fault"
	"till/shared/payment"
)

// Close ends an attempt: the session expires, or the intent is canceled, which gives an authorization up. An attempt that is over is
// only fetched. One that Stripe is working on cannot be ended: its facts say Processing. Both calls can be repeated without harm, so they have no
// idempotency key: it would keep a refusal that no longer holds. Errors: as Fetch, and fault.Unknown.
func (g *Gateway) Close(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "stripegw.Close"
	if a.Session == "" && a.Intent == "" {
		f, err := g.Fetch(ctx, a)
		if err != nil || !f.State.Open() {
			return f, err
		}
		a.Session, a.Intent = f.Session, f.Intent
	}
	params := stripe.Params{Context: ctx}
	if a.Session != "" {
		cs, err := g.sessions.Expire(a.Session, &stripe.CheckoutSessionExpireParams{Params: params, Expand: expandSession})
		if err == nil {
			return g.sessionFacts(ctx, op, cs)
		}
		f, err := g.afterRefusal(ctx, a, classify(op, err))
		if err != nil || f.State != payment.Authorized {
			return f, err
		}
		a.Session, a.Intent = "", f.Intent // The page has done its part: what is left is the intent.
	}
	pi, err := g.intents.Cancel(a.Intent, &stripe.PaymentIntentCancelParams{Params: params, Expand: expandIntent,
		CancellationReason: stripe.String(string(stripe.PaymentIntentCancellationReasonAbandoned))})
	if err != nil {
		return g.afterRefusal(ctx, a, classify(op, err))
	}
	return g.intentFacts(ctx, op, pi)
}

// afterRefusal asks how an attempt stands that Stripe would not end, for it may be over. Stripe has no code for a session
// that is not open.
func (g *Gateway) afterRefusal(ctx context.Context, a payment.Attempt, refused error) (payment.Facts, error) {
	if r := refusalOf(refused); r.status != http.StatusBadRequest || !fault.Is(refused, fault.Conflict, fault.Internal) {
		return payment.Facts{}, refused
	}
	f, err := g.Fetch(ctx, a)
	if err == nil && (f.State == payment.RequiresAction || f.State == payment.Authorized && a.Session == "") {
		return payment.Facts{}, refused // Open and refused: something is wrong with the call.
	}
	return f, err
}
