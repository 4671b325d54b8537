package paypalgw

import (
	"context"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// newRefund is the body of a refund. https://developer.paypal.com/docs/api/payments/v2/#captures_refund
type newRefund struct {
	Amount wire   `json:"amount"`
	Custom string `json:"custom_id"`
}

// Refund gives r.Amount back, of one capture: where an authorization was captured in parts, that with the least left that has
// enough. A refund of that id that PayPal has made already is found first. Errors: as payment.Gateway; fault.Declined for what cannot
// be refunded any more, with PayPal's issue as code, or refund_exceeds_capture.
func (g *Gateway) Refund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	const op = "paypalgw.Refund"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	f, err := read(op, o)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	if made, ok := ours(f, r.ID); ok {
		return made, nil
	}
	amount, err := toWire(op, money.Of(r.Amount, f.Amount.Currency()))
	if err != nil {
		return payment.RefundFacts{}, err
	}
	from, err := refundable(op, o, f.Amount.Currency(), r.Amount)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	var made refund
	err = g.post(ctx, op, "/v2/payments/captures/"+from+"/refund", r.Key(),
		newRefund{Amount: amount, Custom: customOf(f.Order, string(a.ID), string(r.ID))}, &made)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	return refundFacts(op, made, f.Amount.Currency())
}

// FetchRefund asks how a refund stands, by r.Ref or among the refunds of the attempt. Errors: as Fetch.
func (g *Gateway) FetchRefund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	const op = "paypalgw.FetchRefund"
	ctx, cancel := within(ctx)
	defer cancel()
	if r.Ref != "" {
		if !payment.IsRef(r.Ref, 64) {
			return payment.RefundFacts{}, nobodyKnows(op)
		}
		var made refund
		if err := g.get(ctx, op, "/v2/payments/refunds/"+r.Ref, &made); err != nil {
			return payment.RefundFacts{}, err
		}
		c, err := money.Parse(made.Amount.Currency)
		if err != nil {
			return payment.RefundFacts{}, unreadable(op)
		}
		return refundFacts(op, made, c)
	}
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	f, err := read(op, o)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	if made, ok := ours(f, r.ID); ok {
		return made, nil
	}
	return payment.RefundFacts{}, nobodyKnows(op)
}

func ours(f payment.Facts, id payment.RefundID) (payment.RefundFacts, bool) {
	for _, made := range f.Refunds {
		if id != "" && made.ID == id {
			return made, true
		}
	}
	return payment.RefundFacts{}, false
}

// refundable is the capture that a refund is of.
func refundable(op string, o order, c money.Currency, minor int64) (string, error) {
	p := o.Units[0].Payments
	id, least, captured := "", int64(0), false
	for _, each := range p.Captures {
		if captureKinds[each.Status] != took {
			continue
		}
		captured = true
		left, err := each.Amount.in(op, c)
		if err != nil {
			return "", err
		}
		for _, r := range p.Refunds {
			back, err := r.Amount.in(op, c)
			if err != nil {
				return "", err
			}
			if refundStates[r.Status].Live() && (r.captureOf() == each.ID || len(p.Captures) == 1) {
				left -= back
			}
		}
		if left >= minor && (id == "" || left < least) {
			id, least = each.ID, left
		}
	}
	switch {
	case !captured:
		return "", fault.New(fault.Conflict, op, "payment_not_captured", payment.RefusalText(fault.Conflict))
	case id == "":
		return "", fault.New(fault.Declined, op, "refund_exceeds_capture", "The payment service does not refund this amount of this payment.")
	}
	return id, nil
}

func refundFacts(op string, r refund, c money.Currency) (payment.RefundFacts, error) {
	state, known := refundStates[r.Status]
	if !known {
		return payment.RefundFacts{}, newWord(op)
	}
	amount, err := r.Amount.in(op, c)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	if !payment.IsRef(r.ID, 64) {
		return payment.RefundFacts{}, unreadable(op)
	}
	f := payment.RefundFacts{Ref: r.ID, State: state, Amount: amount}
	_, _, f.ID = references(r.Custom)
	return f, nil
}
