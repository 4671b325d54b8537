package stripegw

import (
	"context"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Refund gives r.Amount back. When Stripe refuses, it is looked up whether that is because the refund was made before, under
// a key that Stripe has forgotten. Errors: as payment.Gateway; fault.Declined for what cannot be refunded any more, with
// Stripe's code.
func (g *Gateway) Refund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	const op = "stripegw.Refund"
	pi, err := g.paidIntent(ctx, op, a)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	paid, err := fromWire(op, pi.Amount, string(pi.Currency))
	if err != nil {
		return payment.RefundFacts{}, err
	}
	wire, err := toWire(op, money.Of(r.Amount, paid.Currency()))
	if err != nil {
		return payment.RefundFacts{}, err
	}
	order, _ := references(pi.Metadata)
	made, err := g.refunds.New(&stripe.RefundParams{
		Params:        stripe.Params{Context: ctx, IdempotencyKey: stripe.String(r.Key())},
		PaymentIntent: stripe.String(pi.ID), Amount: stripe.Int64(wire),
		Metadata: map[string]string{orderKey: order, attemptKey: string(a.ID), refundKey: string(r.ID)},
	})
	if err == nil {
		return refundFacts(op, made)
	}
	failure := classify(op, err)
	if said := refusalOf(failure); said.status != http.StatusBadRequest || said.param != "amount" && !fault.Is(failure, fault.Conflict) {
		return payment.RefundFacts{}, failure
	}
	before, err := g.findRefund(ctx, op, pi.ID, r.ID)
	if fault.Is(err, fault.NotFound) {
		return payment.RefundFacts{}, &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(failure),
			Msg: "The payment service does not refund this amount of this payment.", Err: refusalOf(failure)}
	}
	return before, err
}

// FetchRefund asks how a refund stands, by r.Ref or among the refunds of the attempt. Errors: as Fetch.
func (g *Gateway) FetchRefund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	const op = "stripegw.FetchRefund"
	if r.Ref != "" {
		made, err := g.refunds.Get(r.Ref, &stripe.RefundParams{Params: stripe.Params{Context: ctx}})
		if err != nil {
			return payment.RefundFacts{}, classify(op, err)
		}
		return refundFacts(op, made)
	}
	intent := a.Intent
	if intent == "" {
		pi, err := g.paidIntent(ctx, op, a)
		if err != nil {
			return payment.RefundFacts{}, err
		}
		intent = pi.ID
	}
	return g.findRefund(ctx, op, intent, r.ID)
}

// paidIntent reads the intent of an attempt: its currency and our order's id are not the attempt's to tell.
func (g *Gateway) paidIntent(ctx context.Context, op string, a payment.Attempt) (*stripe.PaymentIntent, error) {
	params := stripe.Params{Context: ctx}
	if a.Intent != "" {
		pi, err := g.intents.Get(a.Intent, &stripe.PaymentIntentParams{Params: params})
		if err != nil {
			return nil, classify(op, err)
		}
		return pi, nil
	}
	if a.Session != "" {
		cs, err := g.sessions.Get(a.Session, &stripe.CheckoutSessionParams{Params: params, Expand: []*string{stripe.String("payment_intent")}})
		if err != nil {
			return nil, classify(op, err)
		}
		if cs.PaymentIntent != nil && cs.PaymentIntent.ID != "" {
			return cs.PaymentIntent, nil
		}
	}
	return nil, fault.New(fault.NotFound, op, "payment_not_found", payment.RefusalText(fault.NotFound))
}

func (g *Gateway) listRefunds(ctx context.Context, intent string) *stripe.RefundListParams {
	return &stripe.RefundListParams{ListParams: stripe.ListParams{Context: ctx, Limit: stripe.Int64(pageSize)}, PaymentIntent: stripe.String(intent)}
}

func (g *Gateway) findRefund(ctx context.Context, op, intent string, id payment.RefundID) (payment.RefundFacts, error) {
	list := g.refunds.List(g.listRefunds(ctx, intent))
	for n := 0; n < pageSize*pagesMax && list.Next(); n++ {
		if made := list.Refund(); id != "" && made.Metadata[refundKey] == string(id) {
			return refundFacts(op, made)
		}
	}
	return payment.RefundFacts{}, notSeen(op, list.Err(), list.Meta())
}

// refundsOf lists every refund of a paid intent: those that came with the charge if that is all of them.
func (g *Gateway) refundsOf(ctx context.Context, op string, pi *stripe.PaymentIntent) ([]payment.RefundFacts, error) {
	if ch := pi.LatestCharge; ch != nil && ch.Refunds != nil && !ch.Refunds.HasMore {
		return allFacts(op, withoutRelease(ch, ch.Refunds.Data))
	}
	var made []*stripe.Refund
	list := g.refunds.List(g.listRefunds(ctx, pi.ID))
	for n := 0; n < pageSize*pagesMax && list.Next(); n++ {
		made = append(made, list.Refund())
	}
	if list.Err() != nil || list.Meta().HasMore {
		return nil, notSeen(op, list.Err(), list.Meta())
	}
	return allFacts(op, withoutRelease(pi.LatestCharge, made))
}

// withoutRelease leaves out what Stripe shows as a refund and is none: what was authorized and not captured. It was there before
// anything could be refunded, and Stripe lists the newest first. https://docs.stripe.com/api/payment_intents/capture
func withoutRelease(ch *stripe.Charge, made []*stripe.Refund) []*stripe.Refund {
	if ch == nil || ch.AmountCaptured <= 0 || ch.AmountCaptured >= ch.Amount || len(made) == 0 {
		return made
	}
	if oldest := made[len(made)-1]; oldest != nil && oldest.Metadata[refundKey] == "" && oldest.Amount == ch.Amount-ch.AmountCaptured {
		return made[:len(made)-1]
	}
	return made
}

func allFacts(op string, made []*stripe.Refund) ([]payment.RefundFacts, error) {
	var out []payment.RefundFacts
	for _, r := range made {
		f, err := refundFacts(op, r)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func refundFacts(op string, r *stripe.Refund) (payment.RefundFacts, error) {
	if r == nil || r.ID == "" {
		return payment.RefundFacts{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	state, known := refundStates[r.Status]
	if !known {
		return payment.RefundFacts{}, statusUnknown(op)
	}
	amount, err := fromWire(op, r.Amount, string(r.Currency))
	if err != nil {
		return payment.RefundFacts{}, err
	}
	f := payment.RefundFacts{Ref: r.ID, State: state, Amount: amount.Minor()}
	if payment.IsRef(r.Metadata[refundKey], 64) {
		f.ID = payment.RefundID(r.Metadata[refundKey])
	}
	return f, nil
}
