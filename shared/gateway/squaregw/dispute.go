package squaregw

import (
	"context"
	"strings"

	"till/shared/fault"
	"till/shared/payment"
)

const disputesPath = "/v2/disputes"

// disputesMax bounds the calls for disputes of one payment. Of more than these the others are no news.
const disputesMax = 20

// disputesOf gives those disputes of an order's captured payments that are named. A payment of Square's does not tell that it is disputed,
// and disputes can be listed by state and location only, which is all that a shop ever had: so each is asked for by its reference. One that
// Square does not know, or has of another payment, is no news.
// https://developer.squareup.com/reference/square/objects/Payment, https://developer.squareup.com/reference/square/disputes-api/list-disputes
func (g *Gateway) disputesOf(ctx context.Context, op string, now *standing, f payment.Facts) ([]payment.DisputeFacts, error) {
	captured := map[string]bool{}
	for _, p := range now.live {
		captured[p.ID] = p.Status == paymentCompleted
	}
	var out []payment.DisputeFacts
	for _, ref := range now.disputes[:min(len(now.disputes), disputesMax)] {
		d, err := g.dispute(ctx, op, ref)
		switch {
		case fault.Is(err, fault.NotFound):
			continue
		case err != nil:
			return nil, err
		case !captured[d.Disputed.Payment]:
			continue
		}
		facts, err := disputeFacts(op, *d, f)
		if err != nil {
			return nil, err
		}
		out = append(out, facts)
	}
	return out, nil
}

// dispute reads a dispute. https://developer.squareup.com/reference/square/disputes-api/retrieve-dispute
func (g *Gateway) dispute(ctx context.Context, op, id string) (*disputeWire, error) {
	path, err := at(op, disputesPath, id)
	if err != nil {
		return nil, err
	}
	var out struct {
		Dispute disputeWire `json:"dispute"`
	}
	if err := g.get(ctx, op, path, &out); err != nil {
		return nil, err
	}
	if out.Dispute.ID != id {
		return nil, unreadable(op)
	}
	return &out.Dispute, nil
}

// disputeFacts reads a dispute. Square keeps no fee for one.
func disputeFacts(op string, d disputeWire, f payment.Facts) (payment.DisputeFacts, error) {
	of, known := disputeStates[d.State]
	if !known {
		return payment.DisputeFacts{}, statusUnknown(op)
	}
	amount := f.Captured // In another currency: the most that it can be.
	if m, err := fromWire(op, d.Amount); err == nil && m.Currency() == f.Amount.Currency() {
		amount = m.Minor()
	}
	out := payment.DisputeFacts{Ref: d.ID, State: of.state, Reason: payment.ReasonOther, Amount: amount}
	if reason, known := disputeReasons[d.Reason]; known {
		out.Reason = reason
	}
	if of.withdrawn {
		out.Withdrawn = amount
	}
	if strings.HasSuffix(d.State, "EVIDENCE_REQUIRED") {
		out.DueBy = when(d.DueAt)
	}
	return out, nil
}
