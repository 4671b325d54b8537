package stripegw

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/shared/fault"
	"till/shared/payment"
	"till/shared/planted"
)

// Fetch asks how an attempt stands: one call, one more if it was disputed, and one more for warnings of fraud if the attempt was known
// to have been paid or authorized: warnings come hours later, and are not worth a call while the shopper waits. An attempt without references, whose start
// was never answered, is looked for among what was begun at that time. Errors: as payment.Gateway; nothing is Unknown,
// since asking changes nothing; fault.Internal: status_unknown, amount_unreadable.
func (g *Gateway) Fetch(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "stripegw.Fetch"
	var f payment.Facts
	var err error
	switch {
	case a.Session != "":
		f, err = g.session(ctx, op, a.Session)
	case a.Intent != "":
		f, err = g.intent(ctx, op, a.Intent)
	default:
		f, err = g.look(ctx, op, a)
	}
	if err == nil && (a.State == payment.Captured || a.State == payment.Authorized) {
		err = g.warn(ctx, op, &f)
	}
	return f, err
}

// Find gives the attempt of a PaymentIntent. Errors: as Fetch; fault.NotFound also for one that is not ours.
func (g *Gateway) Find(ctx context.Context, intent string) (payment.Facts, error) {
	const op = "stripegw.Find"
	f, err := g.intent(ctx, op, intent)
	if err == nil && (f.Order == "" || f.Attempt == "") {
		return payment.Facts{}, fault.New(fault.NotFound, op, "payment_not_ours", payment.RefusalText(fault.NotFound))
	}
	if err == nil {
		err = g.warn(ctx, op, &f)
	}
	return f, err
}

// warn asks whether a card's issuer has warned of a payment. https://docs.stripe.com/disputes/measuring
func (g *Gateway) warn(ctx context.Context, op string, f *payment.Facts) error {
	if f.State != payment.Captured && f.State != payment.Authorized {
		return nil
	}
	list := g.warnings.List(&stripe.RadarEarlyFraudWarningListParams{
		ListParams: stripe.ListParams{Context: ctx, Limit: stripe.Int64(1), Single: true}, PaymentIntent: stripe.String(f.Intent)})
	f.Warned = list.Next()
	if err := list.Err(); err != nil {
		return classify(op, err)
	}
	return nil
}

// What is fetched along. https://docs.stripe.com/api/expanding_objects
var (
	expandIntent  = []*string{stripe.String("latest_charge.refunds"), stripe.String("latest_charge.balance_transaction")}
	expandSession = []*string{stripe.String("payment_intent.latest_charge.refunds"), stripe.String("payment_intent.latest_charge.balance_transaction")}
)

func (g *Gateway) session(ctx context.Context, op, id string) (payment.Facts, error) {
	cs, err := g.sessions.Get(id, &stripe.CheckoutSessionParams{Params: stripe.Params{Context: ctx}, Expand: expandSession})
	if err != nil {
		return payment.Facts{}, classify(op, err)
	}
	return g.sessionFacts(ctx, op, cs)
}

func (g *Gateway) intent(ctx context.Context, op, id string) (payment.Facts, error) {
	pi, err := g.intents.Get(id, &stripe.PaymentIntentParams{Params: stripe.Params{Context: ctx}, Expand: expandIntent})
	if err != nil {
		return payment.Facts{}, classify(op, err)
	}
	return g.intentFacts(ctx, op, pi)
}

func (g *Gateway) sessionFacts(ctx context.Context, op string, cs *stripe.CheckoutSession) (payment.Facts, error) {
	if cs.ID == "" {
		return payment.Facts{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	state, err := sessionState(op, cs)
	if err != nil {
		return payment.Facts{}, err
	}
	f := payment.Facts{}
	if cs.PaymentIntent != nil {
		f, err = g.intentFacts(ctx, op, cs.PaymentIntent)
	} else {
		f.Amount, err = fromWire(op, cs.AmountTotal, string(cs.Currency))
	}
	if err != nil {
		return payment.Facts{}, err
	}
	f.State, f.Session = state, cs.ID
	f.Order, f.Attempt = references(cs.Metadata)
	return f, nil
}

// intentFacts reads an intent whose latest charge is expanded with its refunds.
func (g *Gateway) intentFacts(ctx context.Context, op string, pi *stripe.PaymentIntent) (payment.Facts, error) {
	if pi.ID == "" {
		return payment.Facts{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	state, err := intentState(op, pi)
	if err != nil {
		return payment.Facts{}, err
	}
	f := payment.Facts{State: state, Intent: pi.ID}
	f.Order, f.Attempt = references(pi.Metadata)
	if f.Amount, err = fromWire(op, pi.Amount, string(pi.Currency)); err != nil {
		return payment.Facts{}, err
	}
	received, err := fromWire(op, pi.AmountReceived, string(pi.Currency))
	if err != nil {
		return payment.Facts{}, err
	}
	f.Captured = received.Minor()
	if planted.Bug(19) && (state == payment.Authorized || state == payment.Processing) {
		f.Captured = f.Amount.Minor()
	}
	if e := pi.LastPaymentError; e != nil && state != payment.Captured {
		f.LastError = (&refusal{code: plain(string(e.Code)), decline: plain(string(e.DeclineCode))}).reason()
	}
	if before := captureBefore(pi); state == payment.Authorized && before > 0 && before <= latest {
		f.CaptureBefore = time.Unix(before, 0).UTC()
	}
	f.Risk = riskOf(pi)
	if f.Captured == 0 {
		return f, nil // What Stripe shows as refunds here are authorizations that were given up.
	}
	if ch := pi.LatestCharge; ch != nil {
		f.Fee = max(feeOf(op, ch.BalanceTransaction, received), 0)
	}
	if f.Refunds, err = g.refundsOf(ctx, op, pi); err != nil {
		return payment.Facts{}, err
	}
	f.Disputes, err = g.disputesOf(ctx, op, pi, received)
	return f, err
}

// captureBefore is when a card's authorization ends, in seconds since 1970; 0 if Stripe does not say.
// https://docs.stripe.com/api/charges/object#charge_object-payment_method_details-card-capture_before
func captureBefore(pi *stripe.PaymentIntent) int64 {
	if ch := pi.LatestCharge; ch != nil && ch.PaymentMethodDetails != nil && ch.PaymentMethodDetails.Card != nil {
		return ch.PaymentMethodDetails.Card.CaptureBefore
	}
	return 0
}

// riskOf is what Radar finds of a payment. https://docs.stripe.com/api/charges/object#charge_object-outcome-risk_level
func riskOf(pi *stripe.PaymentIntent) payment.Risk {
	if ch := pi.LatestCharge; ch != nil && ch.Outcome != nil {
		switch r := payment.Risk(ch.Outcome.RiskLevel); r {
		case payment.RiskElevated, payment.RiskHighest:
			return r
		}
	}
	return ""
}

// references are ours, from metadata that people can edit on the dashboard.
func references(metadata map[string]string) (order string, attempt payment.AttemptID) {
	if payment.IsRef(metadata[orderKey], 64) {
		order = metadata[orderKey]
	}
	if payment.IsRef(metadata[attemptKey], 64) {
		attempt = payment.AttemptID(metadata[attemptKey])
	}
	return order, attempt
}

const (
	// lookAround is how far from an attempt's start things are looked for that may be its own: clocks differ, and starts
	// are repeated.
	lookBefore, lookAfter = 5 * time.Minute, time.Hour
	pageSize              = 100
	// pagesMax bounds the calls of one look: 1,000 payments begun within about an hour.
	pagesMax = 10
)

// look finds an attempt by its metadata. Stripe's search is not used: what it finds may be a minute late, or an hour.
// https://docs.stripe.com/search#data-freshness. What is looked for is never in a shopper's hands: its answer was lost.
func (g *Gateway) look(ctx context.Context, op string, a payment.Attempt) (payment.Facts, error) {
	when := &stripe.RangeQueryParams{GreaterThanOrEqual: a.At.Add(-lookBefore).Unix(), LesserThanOrEqual: a.At.Add(lookAfter).Unix()}
	params := stripe.ListParams{Context: ctx, Limit: stripe.Int64(pageSize)}
	ours := func(metadata map[string]string) bool { return a.ID != "" && metadata[attemptKey] == string(a.ID) }
	if a.Mode == payment.Hosted {
		list := g.sessions.List(&stripe.CheckoutSessionListParams{ListParams: params, CreatedRange: when})
		for n := 0; n < pageSize*pagesMax && list.Next(); n++ {
			if cs := list.CheckoutSession(); ours(cs.Metadata) {
				return g.Fetch(ctx, payment.Attempt{Session: cs.ID})
			}
		}
		return payment.Facts{}, notSeen(op, list.Err(), list.Meta())
	}
	list := g.intents.List(&stripe.PaymentIntentListParams{ListParams: params, CreatedRange: when})
	for n := 0; n < pageSize*pagesMax && list.Next(); n++ {
		if pi := list.PaymentIntent(); ours(pi.Metadata) {
			return g.Fetch(ctx, payment.Attempt{Intent: pi.ID})
		}
	}
	return payment.Facts{}, notSeen(op, list.Err(), list.Meta())
}

// notSeen is NotFound only if everything was looked at.
func notSeen(op string, err error, meta *stripe.ListMeta) error {
	switch {
	case err != nil:
		return classify(op, err)
	case meta.HasMore:
		return fault.New(fault.Unavailable, op, "too_many_payments", payment.RefusalText(fault.Unavailable))
	default:
		return fault.New(fault.NotFound, op, "payment_not_found", payment.RefusalText(fault.NotFound))
	}
}
