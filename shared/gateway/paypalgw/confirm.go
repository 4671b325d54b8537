package paypalgw

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Confirm takes the money of an order that the shopper has approved, or authorizes it for a manual start; PayPal does either once
// in an order's life. An order that is not approved is only asked about. token is not used: PayPal remembers the approval. Errors:
// as payment.Gateway; fault.Declined, with PayPal's issue as code: the shopper may choose another means of payment.
func (g *Gateway) Confirm(ctx context.Context, a payment.Attempt, _ string) (payment.Facts, error) {
	const op = "paypalgw.Confirm"
	ctx, cancel := within(ctx)
	defer cancel()
	if !payment.IsRef(a.Intent, 64) {
		return payment.Facts{}, nobodyKnows(op)
	}
	verbs := []string{"capture", "authorize"}
	if a.Manual {
		verbs = []string{"authorize", "capture"}
	}
	err := g.take(ctx, op, a, verbs[0])
	if refusalOf(err).issue == "ACTION_DOES_NOT_MATCH_INTENT" {
		err = g.take(ctx, op, a, verbs[1])
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		return payment.Facts{}, err
	}
	done := err == nil
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	if done {
		return read(op, o) // Nobody disputes what was paid just now.
	}
	f, err := g.facts(ctx, op, o)
	if err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	return f, nil
}

// take is the call that moves the money. Its key is the attempt's, and another for each time that it was begun: whether PayPal
// answers a refusal again for the key of another approval is not documented, and that it takes twice is kept from happening by the
// order itself.
func (g *Gateway) take(ctx context.Context, op string, a payment.Attempt, verb string) error {
	key := verb + "/" + string(a.ID)
	if a.Tries > 1 {
		key += "/" + strconv.Itoa(a.Tries)
	}
	return g.post(ctx, op, "/v2/checkout/orders/"+a.Intent+"/"+verb, key, struct{}{}, nil)
}

// Capture takes money of an authorized order. PayPal would take up to 115 % of what was authorized; Till does not. The capture is
// known by its invoice_id, which is c.ID. Errors: as payment.Gateway.
// https://developer.paypal.com/docs/api/payments/v2/#authorizations_capture
func (g *Gateway) Capture(ctx context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	const op = "paypalgw.Capture"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Facts{}, err
	}
	f, err := read(op, o)
	if err != nil {
		return payment.Facts{}, err
	}
	for _, made := range o.Units[0].Payments.Captures {
		switch {
		case made.Invoice != string(c.ID):
		case captureKinds[made.Status] == refused:
			return payment.Facts{}, fault.New(fault.Declined, op, "capture_"+strings.ToLower(made.Status), payment.RefusalText(fault.Declined))
		default:
			return f, nil // Taken before.
		}
	}
	body, err := captureOf(op, f, c)
	if err != nil {
		return payment.Facts{}, err
	}
	var last authorization
	if f.State == payment.Authorized {
		last = byAge(o.Units[0].Payments.Authorizations, 1)
	}
	if !payment.IsRef(last.ID, 64) {
		return payment.Facts{}, fault.New(fault.Declined, op, "authorization_over", "The payment service does not take this money any more.")
	}
	err = g.post(ctx, op, "/v2/payments/authorizations/"+last.ID+"/capture", string(c.ID), body, nil)
	if fault.Is(err, fault.Conflict) { // Between asking and taking it was taken otherwise, or given up.
		return payment.Facts{}, &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(err),
			Msg: "The payment service does not take this money any more.", Err: refusalOf(err)}
	}
	if err != nil {
		return payment.Facts{}, err
	}
	if o, err = g.order(ctx, op, a.Intent); err != nil {
		return payment.Facts{}, afterwards(op, err)
	}
	return read(op, o)
}

// newCapture is the body of a capture of an authorization.
type newCapture struct {
	Amount  wire   `json:"amount"`
	Invoice string `json:"invoice_id"`
	Final   bool   `json:"final_capture"`
}

func captureOf(op string, f payment.Facts, c payment.Capture) (newCapture, error) {
	left := f.Amount.Minor() - f.Captured
	amount, err := toWire(op, money.Of(c.Amount, f.Amount.Currency()))
	switch {
	case err != nil:
		return newCapture{}, err
	case f.State == payment.Authorized && c.Amount > left:
		return newCapture{}, &fault.Error{Kind: fault.Conflict, Op: op, Code: "capture_exceeds_authorized",
			Msg: "More than was authorized cannot be captured.", Err: errors.New("paypal: " + strconv.FormatInt(left, 10) + " are left")}
	}
	return newCapture{Amount: amount, Invoice: string(c.ID), Final: c.Final || c.Amount == left}, nil
}
