package stripegw

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/shared/money"
	"till/shared/payment"
)

// disputesOf lists the disputes of a paid intent.
func (g *Gateway) disputesOf(ctx context.Context, op string, pi *stripe.PaymentIntent, received money.Amount) ([]payment.DisputeFacts, error) {
	if pi.LatestCharge != nil && pi.LatestCharge.ID != "" && !pi.LatestCharge.Disputed {
		return nil, nil
	}
	list := g.disputes.List(&stripe.DisputeListParams{
		ListParams: stripe.ListParams{Context: ctx, Limit: stripe.Int64(pageSize), Single: true}, PaymentIntent: stripe.String(pi.ID)})
	var out []payment.DisputeFacts
	for list.Next() {
		f, err := disputeFacts(op, list.Dispute(), received)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	if err := list.Err(); err != nil {
		return nil, classify(op, err)
	}
	return out, nil
}

// disputeFacts reads a dispute of a payment that received that much. https://docs.stripe.com/api/disputes/object
func disputeFacts(op string, d *stripe.Dispute, received money.Amount) (payment.DisputeFacts, error) {
	now, known := disputeStates[d.Status]
	if !known {
		return payment.DisputeFacts{}, statusUnknown(op)
	}
	amount, err := fromWire(op, d.Amount, string(d.Currency))
	if err != nil || amount.Currency() != received.Currency() {
		amount = received // In another currency: the most that it can be.
	}
	f := payment.DisputeFacts{Ref: d.ID, State: now, Reason: payment.ReasonOther, Amount: amount.Minor()}
	if reason, known := disputeReasons[d.Reason]; known {
		f.Reason = reason
	}
	f.Withdrawn, f.Fee = disputeMoney(op, d.BalanceTransactions, f, amount)
	answers := d.Status == stripe.DisputeStatusNeedsResponse || d.Status == stripe.DisputeStatusWarningNeedsResponse
	if e := d.EvidenceDetails; answers && e != nil && e.DueBy > 0 && e.DueBy <= latest {
		f.DueBy = time.Unix(e.DueBy, 0).UTC()
	}
	return f, nil
}

// disputeMoney adds up what a dispute did to the balance: withdrawals are negative there, and what is given back is positive. The
// balance may be in another currency than the payment: then only Stripe's settlement files know, and what a bank takes by rule is
// said: all of it, but for inquiries and disputes that were won.
func disputeMoney(op string, moved []*stripe.BalanceTransaction, f payment.DisputeFacts, amount money.Amount) (withdrawn, fee int64) {
	for _, m := range moved {
		if m == nil {
			continue
		}
		size, err := fromWire(op, max(m.Amount, -m.Amount), string(m.Currency))
		if err != nil || size.Currency() != amount.Currency() {
			if f.State == payment.DisputeInquiry || f.State == payment.DisputeWon {
				return 0, 0
			}
			return amount.Minor(), 0
		}
		if m.Amount < 0 {
			withdrawn += size.Minor()
		} else {
			withdrawn -= size.Minor()
		}
		fee += feeOf(op, m, amount)
	}
	return min(max(withdrawn, 0), amount.Minor()), max(fee, 0)
}

// feeOf is what Stripe kept of a movement, or gave back if negative, in the payment's currency; 0 if that is not the balance's.
func feeOf(op string, m *stripe.BalanceTransaction, paid money.Amount) int64 {
	if m == nil {
		return 0
	}
	size, err := fromWire(op, max(m.Fee, -m.Fee), string(m.Currency))
	switch {
	case err != nil || size.Currency() != paid.Currency():
		return 0
	case m.Fee < 0:
		return -size.Minor()
	default:
		return size.Minor()
	}
}
