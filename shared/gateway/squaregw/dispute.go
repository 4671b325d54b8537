package squaregw

import (
	"context"
	"strings"

	"till/shared/fault"
	"till/shared/payment"
)

// disputePagesMax bounds the calls for disputes.
const disputePagesMax = 20

// disputesOf gives the disputes of an order's captured payments. Square lists disputes by state and location only, and a payment does not
// say that it is disputed: so all of the shop's are gone through. https://developer.squareup.com/reference/square/disputes-api/list-disputes
func (g *Gateway) disputesOf(ctx context.Context, op string, now *standing, f payment.Facts) ([]payment.DisputeFacts, error) {
	captured := map[string]bool{}
	for _, p := range now.live {
		captured[p.ID] = p.Status == paymentCompleted
	}
	var out []payment.DisputeFacts
	cursor := ""
	for range disputePagesMax {
		var page struct {
			Disputes []disputeWire `json:"disputes"`
			Cursor   string        `json:"cursor"`
		}
		if err := g.get(ctx, op, with("/v2/disputes", map[string]string{"location_id": g.location, "cursor": cursor}), &page); err != nil {
			return nil, err
		}
		for _, d := range page.Disputes {
			if !captured[d.Disputed.Payment] {
				continue
			}
			facts, err := disputeFacts(op, d, f)
			if err != nil {
				return nil, err
			}
			out = append(out, facts)
		}
		if cursor = page.Cursor; cursor == "" {
			return out, nil
		}
	}
	return nil, fault.New(fault.Unavailable, op, "too_many_disputes", payment.RefusalText(fault.Unavailable))
}

// disputeFacts reads a dispute. Square keeps no fee for one.
func disputeFacts(op string, d disputeWire, f payment.Facts) (payment.DisputeFacts, error) {
	of, known := disputeStates[d.State]
	switch {
	case !payment.IsRef(d.ID, 192):
		return payment.DisputeFacts{}, unreadable(op)
	case !known:
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
