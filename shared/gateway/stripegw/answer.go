package stripegw

import (
	"context"

	"github.com/stripe/stripe-go/v76"

	"till/shared/fault"
	"till/shared/payment"
)

// textMax is how many characters a text of the evidence may have. https://docs.stripe.com/api/disputes/evidence_object
const textMax = 20_000

// AnswerDispute submits evidence for good: banks read one submission. Errors: as payment.Gateway.
// https://docs.stripe.com/api/disputes/update
func (g *Gateway) AnswerDispute(ctx context.Context, a payment.Attempt, dispute string, e payment.Evidence) (payment.Facts, error) {
	const op = "stripegw.AnswerDispute"
	return g.answer(ctx, op, a, dispute, func() error {
		_, err := g.disputes.Update(dispute, &stripe.DisputeParams{
			Params:   stripe.Params{Context: ctx, IdempotencyKey: stripe.String(string(e.Key))},
			Evidence: evidence(e), Submit: stripe.Bool(true),
		})
		return err
	})
}

// AcceptDispute closes a dispute: it is lost. Errors: as payment.Gateway. https://docs.stripe.com/api/disputes/close
func (g *Gateway) AcceptDispute(ctx context.Context, a payment.Attempt, dispute string, key payment.AnswerID) (payment.Facts, error) {
	const op = "stripegw.AcceptDispute"
	return g.answer(ctx, op, a, dispute, func() error {
		_, err := g.disputes.Close(dispute, &stripe.DisputeParams{Params: stripe.Params{Context: ctx, IdempotencyKey: stripe.String(string(key))}})
		return err
	})
}

// answer makes a call about a dispute of an attempt's, once.
func (g *Gateway) answer(ctx context.Context, op string, a payment.Attempt, dispute string, call func() error) (payment.Facts, error) {
	fetch := func() (payment.Facts, error) { return g.Fetch(ctx, a) }
	return payment.AnswerOnce(op, dispute, fetch, func() error {
		err := call()
		if err == nil {
			return nil
		}
		failure := classify(op, err)
		if r := refusalOf(failure); r.status == 400 && fault.Is(failure, fault.Internal, fault.Conflict, fault.Invalid) {
			return &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(failure), Msg: payment.RefusalText(fault.Declined), Err: r}
		}
		return failure
	})
}

// evidence puts each fact where Stripe's banks look for it. https://docs.stripe.com/disputes/categories
func evidence(e payment.Evidence) *stripe.DisputeEvidenceParams {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return stripe.String(payment.Cut(s, textMax))
	}
	p := &stripe.DisputeEvidenceParams{
		ProductDescription: text(e.Product), CustomerName: text(e.Name), CustomerEmailAddress: text(e.Email), BillingAddress: text(e.Billing),
		ShippingAddress: text(e.Shipping), ShippingCarrier: text(e.Carriers()), ShippingTrackingNumber: text(e.Trackings()), ShippingDate: text(e.ShippedOn()),
	}
	other := e
	other.Product = "" // It has a field of its own.
	switch e.Reason {  //nolint:exhaustive // the others have no field for their reason
	case payment.ReasonDuplicate:
		p.DuplicateChargeExplanation = text(e.Statement)
	case payment.ReasonCreditNotIssued:
		p.RefundRefusalExplanation = text(e.Statement)
	case payment.ReasonCanceled:
		p.CancellationRebuttal = text(e.Statement)
	}
	p.UncategorizedText = text(other.Story())
	return p
}
