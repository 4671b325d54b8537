package stripegw

import (
	"context"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/shared/fault"
	"till/shared/payment"
	"till/shared/planted"
)

// pageLife is how long a hosted page is open, from the start of the attempt. Stripe wants at least 30 minutes from the
// time at which it makes the page; the rest is how late a start can still be repeated. It must not depend on when that
// is: an idempotency key with other parameters is refused.
// https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at
const pageLife = 35 * time.Minute

// Start begins the attempt: a Checkout Session for the hosted page, a PaymentIntent for the embedded form. Which payment
// methods are on offer is decided in Stripe's dashboard; of those, a manual start offers only the ones that can be authorized first.
// Errors: as payment.Gateway; fault.Invalid: currency_invalid,
// amount_too_small, amount_too_large, amount_too_fine; fault.Declined, start_too_late: nothing was begun in time, and the
// attempt cannot begin any more.
func (g *Gateway) Start(ctx context.Context, s payment.Start) (payment.Started, error) {
	const op = "stripegw.Start"
	wire, err := toWire(op, s.Amount)
	if err == nil {
		err = bounds(s.Amount.Currency()).Check(op, s.Amount)
	}
	if err != nil {
		return payment.Started{}, err
	}
	currency := strings.ToLower(string(s.Amount.Currency()))
	params := stripe.Params{Context: ctx, IdempotencyKey: stripe.String(s.Key())}
	if planted.Bug(3) {
		params.IdempotencyKey = nil // Stripe's SDK would draw one for each call.
	}
	var capture *string // Stripe's default: at once.
	if s.Manual {
		capture = stripe.String(string(stripe.PaymentIntentCaptureMethodManual))
	}
	refs := map[string]string{orderKey: s.Order, attemptKey: string(s.Attempt)}
	switch s.Mode {
	case payment.Hosted:
		return g.startHosted(op, hostedPage(s, wire, currency, capture, refs, params))
	case payment.Embedded:
		if g.publishable == "" {
			return payment.Started{}, fault.New(fault.Internal, op, "config_invalid", "")
		}
		pi, err := g.intents.New(&stripe.PaymentIntentParams{
			Params: params, Amount: stripe.Int64(wire), Currency: &currency, Metadata: refs, Description: stripe.String(s.Title),
			CaptureMethod:           capture,
			AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true)},
		})
		if err != nil {
			return payment.Started{}, classify(op, err)
		}
		return g.formOf(op, pi)
	}
	return payment.Started{}, fault.New(fault.Internal, op, "mode_unknown", "")
}

// hostedPage is a page with one line: the total. s.Parts stay here, since a line cannot be negative: a discount would need a
// coupon, made at Stripe before. https://docs.stripe.com/payments/checkout/discounts
func hostedPage(s payment.Start, wire int64, currency string, capture *string, refs map[string]string, params stripe.Params) *stripe.CheckoutSessionParams {
	return &stripe.CheckoutSessionParams{
		Params:            params,
		Mode:              stripe.String(string(stripe.CheckoutSessionModePayment)),
		ClientReferenceID: stripe.String(s.Order),
		Metadata:          refs,
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: refs, Description: stripe.String(s.Title), CaptureMethod: capture},
		SuccessURL:        stripe.String(s.ReturnURL),
		CancelURL:         stripe.String(s.ReturnURL),
		ExpiresAt:         stripe.Int64(s.At.Add(pageLife).Unix()),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: &currency, UnitAmount: stripe.Int64(wire),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String(s.Title)},
			},
		}},
	}
}

func (g *Gateway) startHosted(op string, page *stripe.CheckoutSessionParams) (payment.Started, error) {
	cs, err := g.sessions.New(page)
	if err == nil {
		return pageOf(op, cs)
	}
	failure := classify(op, err)
	if fault.Is(failure, fault.Internal) && refusalOf(failure).param == "expires_at" {
		// Stripe replays a kept answer before it looks at parameters: that it looked means that there is no page.
		return payment.Started{}, &fault.Error{Kind: fault.Declined, Op: op, Code: "start_too_late",
			Msg: "This attempt to pay was begun too long ago. Begin a new one.", Err: refusalOf(failure)}
	}
	return payment.Started{}, failure
}

// Resume gives again what Start answered, read from Stripe. Errors: as payment.Gateway; fault.Conflict, code
// payment_not_open: the shopper cannot act on it any more; fault.NotFound for an attempt without references: start it
// again.
func (g *Gateway) Resume(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	const op = "stripegw.Resume"
	params := stripe.Params{Context: ctx}
	switch {
	case a.Session != "":
		cs, err := g.sessions.Get(a.Session, &stripe.CheckoutSessionParams{Params: params})
		if err != nil {
			return payment.Started{}, classify(op, err)
		}
		return pageOf(op, cs)
	case a.Intent != "":
		pi, err := g.intents.Get(a.Intent, &stripe.PaymentIntentParams{Params: params})
		if err != nil {
			return payment.Started{}, classify(op, err)
		}
		return g.formOf(op, pi)
	}
	return payment.Started{}, fault.New(fault.NotFound, op, "payment_not_found", payment.RefusalText(fault.NotFound))
}

func pageOf(op string, cs *stripe.CheckoutSession) (payment.Started, error) {
	if cs.ID == "" || cs.Status == stripe.CheckoutSessionStatusOpen && !strings.HasPrefix(cs.URL, "http") {
		return payment.Started{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	if _, known := sessionStates[cs.Status]; !known {
		return payment.Started{}, statusUnknown(op)
	}
	if cs.Status != stripe.CheckoutSessionStatusOpen {
		return payment.Started{}, notOpen(op)
	}
	started := payment.Started{Session: cs.ID, RedirectURL: cs.URL}
	if cs.PaymentIntent != nil {
		started.Intent = cs.PaymentIntent.ID
	}
	return started, nil
}

func (g *Gateway) formOf(op string, pi *stripe.PaymentIntent) (payment.Started, error) {
	if pi.ID == "" || pi.ClientSecret == "" {
		return payment.Started{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	switch s, err := intentState(op, pi); {
	case err != nil:
		return payment.Started{}, err
	case s != payment.RequiresAction:
		return payment.Started{}, notOpen(op)
	}
	return payment.Started{Intent: pi.ID, ClientSecret: pi.ClientSecret, PublicKey: g.publishable}, nil
}

func notOpen(op string) error {
	return fault.New(fault.Conflict, op, "payment_not_open", "This payment is over or being made.")
}
