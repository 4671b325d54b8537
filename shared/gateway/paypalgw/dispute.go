package paypalgw

import (
	"context"
	"net/url"
	"time"

	"till/shared/money"
	"till/shared/payment"
)

// disputesMax bounds the disputes of one capture that are looked at. A shopper can have one open at a time.
const disputesMax = 50

// dispute is what is read of one. https://developer.paypal.com/api/customer-disputes/v1/definitions/dispute
type dispute struct {
	ID      string    `json:"dispute_id"`
	Reason  string    `json:"reason"`
	Status  string    `json:"status"`
	Stage   string    `json:"dispute_life_cycle_stage"`
	Amount  wire      `json:"dispute_amount"`
	DueBy   time.Time `json:"seller_response_due_date"`
	Outcome struct {
		Code string `json:"outcome_code"`
	} `json:"dispute_outcome"`
	Movements []movement `json:"fund_movements"`
	Older     []movement `json:"money_movements"` // The same by an older name; it is deprecated.
}

type movement struct {
	Party  string `json:"party"`
	Older  string `json:"affected_party"`
	Type   string `json:"type"` // DEBIT or CREDIT.
	Reason string `json:"reason"`
	Amount wire   `json:"amount"`
}

// openStates is what each status of a dispute means that is not decided. An inquiry is between shopper and shop: PayPal has taken
// nothing, and says so by its stage. https://developer.paypal.com/disputes/disputes-lifecycle
var openStates = map[string]payment.DisputeState{
	"OPEN":                        payment.DisputeNeedsResponse,
	"WAITING_FOR_SELLER_RESPONSE": payment.DisputeNeedsResponse,
	"WAITING_FOR_BUYER_RESPONSE":  payment.DisputeUnderReview,
	"UNDER_REVIEW":                payment.DisputeUnderReview,
	"OTHER":                       payment.DisputeUnderReview,
}

// outcomes is what each outcome of a decided dispute means. RESOLVED_WITH_PAYOUT: PayPal pays the shopper itself. NONE: it was
// closed, and for nobody. https://developer.paypal.com/api/customer-disputes/v1/definitions/dispute_outcome
var outcomes = map[string]payment.DisputeState{
	"RESOLVED_BUYER_FAVOUR":  payment.DisputeLost,
	"RESOLVED_SELLER_FAVOUR": payment.DisputeWon,
	"RESOLVED_WITH_PAYOUT":   payment.DisputeWon,
	"CANCELED_BY_BUYER":      payment.DisputeWon,
	"ACCEPTED":               payment.DisputeAccepted,
	"DENIED":                 payment.DisputeWon,
	"NONE":                   payment.DisputeWon,
}

// reasons is what each reason of a dispute means; others are none of these.
// https://developer.paypal.com/api/customer-disputes/v1/definitions/dispute_reason
var reasons = map[string]payment.DisputeReason{
	"UNAUTHORISED":                            payment.ReasonFraud,
	"MERCHANDISE_OR_SERVICE_NOT_RECEIVED":     payment.ReasonNotReceived,
	"MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": payment.ReasonNotAsDescribed,
	"DUPLICATE_TRANSACTION":                   payment.ReasonDuplicate,
	"PAYMENT_BY_OTHER_MEANS":                  payment.ReasonDuplicate,
	"CREDIT_NOT_PROCESSED":                    payment.ReasonCreditNotIssued,
	"CANCELED_RECURRING_BILLING":              payment.ReasonCanceled,
	"INCORRECT_AMOUNT":                        payment.ReasonAmount,
	"PROBLEM_WITH_REMITTANCE":                 payment.ReasonOther,
	"OTHER":                                   payment.ReasonOther,
}

// disputesOf asks for the disputes of a capture, and for each how it stands: lists hold no movements of money.
func (g *Gateway) disputesOf(ctx context.Context, op, captureID string, c money.Currency) ([]payment.DisputeFacts, error) {
	var list struct {
		Items []struct {
			ID string `json:"dispute_id"`
		} `json:"items"`
	}
	query := url.Values{"disputed_transaction_id": {captureID}, "page_size": {"50"}}
	if err := g.get(ctx, op, "/v1/customer/disputes?"+query.Encode(), &list); err != nil {
		return nil, err
	}
	if len(list.Items) > disputesMax {
		return nil, unreadable(op)
	}
	var out []payment.DisputeFacts
	for _, item := range list.Items {
		if !payment.IsRef(item.ID, 64) {
			return nil, unreadable(op)
		}
		var d dispute
		if err := g.get(ctx, op, "/v1/customer/disputes/"+item.ID, &d); err != nil {
			return nil, err
		}
		facts, err := d.facts(op, item.ID, c)
		if err != nil {
			return nil, err
		}
		out = append(out, facts)
	}
	return out, nil
}

func (d dispute) facts(op, id string, c money.Currency) (payment.DisputeFacts, error) {
	f := payment.DisputeFacts{Ref: id, Reason: payment.ReasonOther}
	if reason, known := reasons[d.Reason]; known {
		f.Reason = reason
	}
	var known bool
	if d.Status == "RESOLVED" {
		f.State, known = outcomes[d.Outcome.Code]
	} else {
		f.State, known = openStates[d.Status]
	}
	if !known {
		return payment.DisputeFacts{}, newWord(op)
	}
	if f.State == payment.DisputeNeedsResponse {
		f.DueBy = d.DueBy
	}
	if f.State.Open() && d.Stage == "INQUIRY" {
		f.State = payment.DisputeInquiry
	}
	var err error
	if f.Amount, err = d.Amount.in(op, c); err != nil {
		return payment.DisputeFacts{}, err
	}
	movements := d.Movements
	if len(movements) == 0 {
		movements = d.Older
	}
	for _, m := range movements {
		if err := m.count(op, c, &f); err != nil {
			return payment.DisputeFacts{}, err
		}
	}
	f.Withdrawn, f.Fee = max(f.Withdrawn, 0), max(f.Fee, 0)
	return f, nil
}

// count adds a movement of the shop's money: what the dispute itself took or gave back, and what PayPal charges for it.
// https://developer.paypal.com/api/customer-disputes/v1/definitions/fund_movement_list
func (m movement) count(op string, c money.Currency, f *payment.DisputeFacts) error {
	if m.Party != "SELLER" && (m.Party != "" || m.Older != "SELLER") {
		return nil
	}
	isFee := m.Reason == "DISPUTE_FEE" || m.Reason == "CHARGEBACK_FEE" || m.Reason == "DISPUTE_SETTLEMENT_FEE"
	amount, err := m.Amount.in(op, c)
	switch {
	case m.Reason == "REVERSED_TRANSACTION_FEE": // Of the payment's own fee, which its capture tells.
		return nil
	case err != nil && isFee:
		return nil // In the currency of the shop's balance, after a conversion: not ours to count.
	case err != nil:
		return err
	}
	if m.Type == "CREDIT" {
		amount = -amount
	}
	if isFee {
		f.Fee += amount
	} else {
		f.Withdrawn += amount
	}
	return nil
}
