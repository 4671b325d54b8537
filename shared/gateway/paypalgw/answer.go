package paypalgw

import (
	"context"
	"net/http"

	"till/shared/fault"
	"till/shared/gateway/jsonapi"
	"till/shared/payment"
)

// notesMax is how many characters notes may have, parcelsMax how many parcels and refunds are named.
// https://developer.paypal.com/api/customer-disputes/v1/definitions/evidence
const (
	notesMax   = 2_000
	parcelsMax = 10
)

// AnswerDispute provides evidence, which PayPal takes as a form of parts alone: texts, and all of it as a document. The texts say the same,
// so if PayPal does not take it with the document, it gets them alone. PayPal knows who paid: nobody is named. Errors: as payment.Gateway.
// https://developer.paypal.com/api/customer-disputes/v1/disputes-provide-evidence
func (g *Gateway) AnswerDispute(ctx context.Context, a payment.Attempt, dispute string, e payment.Evidence) (payment.Facts, error) {
	const op = "paypalgw.AnswerDispute"
	return g.answer(ctx, op, a, dispute, func(ctx context.Context) error {
		path, input := "/v1/customer/disputes/"+dispute+"/provide-evidence", jsonapi.Part{Name: "input", Body: map[string]any{"evidences": evidences(e)}}
		if doc := e.Unnamed().Document(); doc != nil {
			with := input
			with.Files = []jsonapi.File{{Name: "evidence-file", As: payment.DocumentName, Kind: payment.DocumentKind, Data: doc}}
			err := g.call(ctx, op, http.MethodPost, path, string(e.Key), with, nil)
			if err == nil || !payment.Untaken(refusalOf(err).status) {
				return err
			}
		}
		return g.call(ctx, op, http.MethodPost, path, string(e.Key)+"/texts", input, nil)
	})
}

// AcceptDispute accepts the claim: PayPal refunds the shopper. Errors: as payment.Gateway.
// https://developer.paypal.com/api/customer-disputes/v1/disputes-accept-claim
func (g *Gateway) AcceptDispute(ctx context.Context, a payment.Attempt, dispute string, key payment.AnswerID) (payment.Facts, error) {
	const op = "paypalgw.AcceptDispute"
	return g.answer(ctx, op, a, dispute, func(ctx context.Context) error {
		return g.post(ctx, op, "/v1/customer/disputes/"+dispute+"/accept-claim", string(key),
			map[string]string{"note": "The shop accepts the claim.", "accept_claim_type": "REFUND"}, nil)
	})
}

// answer makes a call about a dispute of an attempt's, once.
func (g *Gateway) answer(ctx context.Context, op string, a payment.Attempt, dispute string, call func(context.Context) error) (payment.Facts, error) {
	ctx, cancel := within(ctx)
	defer cancel()
	if !payment.IsRef(dispute, 64) {
		return payment.Facts{}, nobodyKnows(op)
	}
	fetch := func() (payment.Facts, error) { return g.Fetch(ctx, a) }
	return payment.AnswerOnce(op, dispute, fetch, func() error {
		err := call(ctx)
		r := refusalOf(err)
		if err != nil && (r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity) && fault.Is(err, fault.Internal, fault.Conflict, fault.Invalid) {
			return &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(err), Msg: payment.RefusalText(fault.Declined), Err: r}
		}
		return err
	})
}

// evidence is one piece of it. https://developer.paypal.com/api/customer-disputes/v1/definitions/evidence
type evidence struct {
	Type  string `json:"evidence_type"`
	Info  *info  `json:"evidence_info,omitempty"`
	Notes string `json:"notes,omitempty"`
}

type info struct {
	Parcels []parcel `json:"tracking_info,omitempty"`
	Refunds []back   `json:"refund_ids,omitempty"`
}

type parcel struct {
	Carrier string `json:"carrier_name"`
	Other   string `json:"carrier_name_other,omitempty"`
	Number  string `json:"tracking_number"`
}

type back struct {
	ID string `json:"refund_id"`
}

// evidences are proofs of delivery and of refunds, and all else as notes. Carriers are an enumeration of PayPal's: ours are named
// beside it. PayPal knows who paid: nobody is named.
func evidences(e payment.Evidence) []evidence {
	var out []evidence
	if len(e.Parcels) > 0 {
		proof := evidence{Type: "PROOF_OF_FULFILLMENT", Info: &info{}, Notes: payment.Cut(e.Delivery(), notesMax)}
		for _, p := range e.Parcels[:min(len(e.Parcels), parcelsMax)] {
			if p.Carrier != "" {
				proof.Info.Parcels = append(proof.Info.Parcels, parcel{"OTHER", p.Carrier, p.Tracking})
			}
		}
		if len(proof.Info.Parcels) > 0 { // What went in no parcel is told in the notes.
			out = append(out, proof)
		}
	}
	if len(e.Refunds) > 0 {
		proof := evidence{Type: "PROOF_OF_REFUND", Info: &info{}, Notes: payment.Cut(e.Returned(), notesMax)}
		for _, r := range e.Refunds[:min(len(e.Refunds), parcelsMax)] {
			proof.Info.Refunds = append(proof.Info.Refunds, back{r.Ref})
		}
		out = append(out, proof)
	}
	if notes := payment.Cut(e.Story(), notesMax); notes != "" {
		out = append(out, evidence{Type: "OTHER", Notes: notes})
	}
	return out
}
