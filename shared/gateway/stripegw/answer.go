package stripegw

import (
	"bytes"
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
		what, key := evidence(e), string(e.Key)
		file, err := g.upload(ctx, op, e)
		if err != nil {
			return err
		}
		submit := func(key string) error {
			_, err := g.disputes.Update(dispute, &stripe.DisputeParams{
				Params: stripe.Params{Context: ctx, IdempotencyKey: stripe.String(key)}, Evidence: what, Submit: stripe.Bool(true),
			})
			return err
		}
		if file != "" {
			// Another upload is another file, and with it another request: Stripe refuses such under a key that it knows.
			what.UncategorizedFile = stripe.String(file)
			if err := submit(key + "/" + file); err == nil || !payment.Untaken(refusalOf(classify(op, err)).status) {
				return err
			}
			what.UncategorizedFile = nil
		}
		return submit(key)
	})
}

// upload gives Stripe the evidence as a document, and gives the file's id. It has no key: a file that nothing names is deleted there after
// some months, and a failure would be kept. The texts say the same: a document that Stripe does not take, as from a restricted key without the
// right to write files, keeps nothing back, and its id is "". https://docs.stripe.com/file-upload
func (g *Gateway) upload(ctx context.Context, op string, e payment.Evidence) (id string, err error) {
	doc := e.Document()
	if doc == nil {
		return "", nil
	}
	f, err := g.files.New(&stripe.FileParams{Params: stripe.Params{Context: ctx}, FileReader: bytes.NewReader(doc),
		Filename: stripe.String(payment.DocumentName), Purpose: stripe.String(string(stripe.FilePurposeDisputeEvidence))})
	switch {
	case err != nil && payment.Untaken(refusalOf(classify(op, err)).status), err == nil && !payment.IsRef(f.ID, 255):
		return "", nil
	case err != nil:
		return "", err
	}
	return f.ID, nil
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
