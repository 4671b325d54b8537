package squaregw

import (
	"context"
	"net/http"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Capture takes the money of an approved payment by paying its order with it, which is what Square has for payments of orders:
// https://developer.squareup.com/reference/square/orders-api/pay-order. Other payments that were approved for the order are given up
// by that. Only the whole can be taken: what orders are paid with is their total. Errors: as payment.Gateway; fault.Invalid,
// capture_amount_fixed, amount_too_small.
func (g *Gateway) Capture(ctx context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	const op = "squaregw.Capture"
	now, err := g.attempt(ctx, op, a)
	if err != nil {
		return payment.Facts{}, err
	}
	total, err := fromWire(op, now.order.Total)
	if err != nil {
		return payment.Facts{}, err
	}
	if _, err := g.toWire(op, money.Of(c.Amount, total.Currency())); err != nil {
		return payment.Facts{}, err
	}
	switch {
	case c.Amount > total.Minor():
		return payment.Facts{}, fault.New(fault.Conflict, op, "capture_exceeds_authorized", "More than was authorized cannot be captured.")
	case c.Amount < total.Minor():
		return payment.Facts{}, fault.New(fault.Invalid, op, "capture_amount_fixed", "This payment service captures all of it or nothing.")
	case now.state == payment.Captured:
		return g.whole(ctx, op, now)
	case now.state != payment.Authorized:
		return payment.Facts{}, over(op, nil)
	}
	body := object{"idempotency_key": string(c.ID), "payment_ids": []string{now.approved().ID}}
	path, err := at(op, "/v2/orders", now.order.ID, "pay")
	if err != nil {
		return payment.Facts{}, err
	}
	err = g.change(ctx, op, http.MethodPost, path, body, &struct{}{}) // Read whole, and then asked for.
	if err != nil && !refusedAsSent(err) && !fault.Is(err, fault.Declined) {
		return payment.Facts{}, err
	}
	then, asked := g.stand(ctx, op, now.order.ID)
	switch {
	case asked != nil && err == nil:
		return payment.Facts{}, unsure(op) // It was taken; what it says could not be read.
	case asked != nil:
		return payment.Facts{}, asked
	case then.state == payment.Captured:
		then.session = now.session
		return g.whole(ctx, op, then)
	case err == nil:
		return payment.Facts{}, unsure(op)
	case fault.Is(err, fault.Unknown):
		return payment.Facts{}, err // Another call is at it.
	default:
		return payment.Facts{}, over(op, err)
	}
}

// over is for money that Square does not take any more.
func over(op string, err error) error {
	e := &fault.Error{Kind: fault.Declined, Op: op, Code: "authorization_over", Msg: "The payment service does not take this money any more."}
	if err != nil {
		e.Err = refusalOf(err)
		if code := fault.Code(err); code != "" {
			e.Code = code
		}
	}
	return e
}

// approved is the first payment that was approved.
func (s *standing) approved() *paymentWire {
	for _, p := range s.live {
		if p.Status == paymentApproved {
			return p
		}
	}
	return &paymentWire{}
}
