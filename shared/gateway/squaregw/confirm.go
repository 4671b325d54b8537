package squaregw

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"till/shared/fault"
	"till/shared/payment"
)

// tokenBytesMax is far more than tokens have: "cnon:" and some 30 characters.
const tokenBytesMax = 255

// tokenKinds are how tokens begin that the form in the browser makes of a card or a wallet the shopper has just entered, or of a bank
// account. No others are taken from a browser: CASH and EXTERNAL would note a payment that never was, and ccof: charges a card
// that a customer has left with the seller. https://developer.squareup.com/docs/payments-api/take-payments
var tokenKinds = []string{"cnon:", "wnon:", "bnon:", "bauth:"}

// isSource tells whether a token may pay.
func isSource(token string) bool {
	for _, kind := range tokenKinds {
		if rest, ok := strings.CutPrefix(token, kind); ok {
			return len(token) <= tokenBytesMax && payment.IsRef(strings.NewReplacer(":", "_", ".", "_", "=", "_").Replace(rest), tokenBytesMax)
		}
	}
	return false
}

// payKey is the idempotency key of a payment: of the attempt and the token, since another token is another try. Keys have at most 45
// characters. https://developer.squareup.com/reference/square/payments-api/create-payment
func payKey(a payment.AttemptID, token string) string {
	sum := sha256.Sum256([]byte(string(a) + "\x00" + token))
	return "pay/" + base64.RawURLEncoding.EncodeToString(sum[:24])
}

// Confirm pays the order of an embedded attempt with the token that the form in the browser made, or has the payment approved for a
// Manual start. It is asked first how the order stands: what is paid, worked on or over is only told, and so is everything in the
// hosted mode, where Square's page takes the money. Errors: as payment.Gateway; fault.Invalid, token_invalid, also for a token
// that was used before or is too old; fault.Internal, amount_differs: the order is not for the attempt's amount.
func (g *Gateway) Confirm(ctx context.Context, a payment.Attempt, token string) (payment.Facts, error) {
	const op = "squaregw.Confirm"
	now, err := g.attempt(ctx, op, a)
	if err != nil {
		return payment.Facts{}, err
	}
	switch {
	case now.state != payment.RequiresAction || a.Mode == payment.Hosted || a.Session != "":
		return g.whole(ctx, op, now)
	case !isSource(token):
		return payment.Facts{}, tokenInvalid(op, nil)
	case a.Amount != now.order.Total.Amount:
		return payment.Facts{}, fault.New(fault.Internal, op, "amount_differs", "")
	}
	paid, err := g.pay(ctx, op, now, a.ID, token)
	if err == nil {
		now.live, now.last = append(now.live, paid), ""
		if now.state, err = judge(op, now.order, now.live); err != nil {
			return payment.Facts{}, err
		}
		return g.facts(op, now)
	}
	switch {
	case !refusedAsSent(err) || fault.Is(err, fault.Declined):
		return payment.Facts{}, err
	case refusalOf(err).aboutToken():
		return payment.Facts{}, tokenInvalid(op, refusalOf(err))
	}
	// Paid or closed by somebody else in the meantime?
	then, asked := g.stand(ctx, op, now.order.ID)
	if asked != nil || then.state == payment.RequiresAction {
		return payment.Facts{}, known(op, err)
	}
	return g.whole(ctx, op, then)
}

// pay makes the payment: https://developer.squareup.com/reference/square/payments-api/create-payment. reference_id has at most 40
// characters. delay_duration is left to Square, and delay_action, which is to cancel.
func (g *Gateway) pay(ctx context.Context, op string, now *standing, id payment.AttemptID, token string) (*paymentWire, error) {
	order, attempt := now.ours()
	var made struct {
		Payment paymentWire `json:"payment"`
	}
	err := g.change(ctx, op, http.MethodPost, "/v2/payments", object{
		"source_id": token, "idempotency_key": payKey(id, token), "amount_money": now.order.Total, "order_id": now.order.ID,
		"location_id": g.location, "reference_id": string(attempt), "note": noteOf(order, string(attempt)),
		"autocomplete": now.order.Metadata[captureKey] != manual, "accept_partial_authorization": false,
	}, &made)
	if err != nil {
		return nil, err
	}
	if !payment.IsRef(made.Payment.ID, 192) {
		return nil, unsure(op)
	}
	return &made.Payment, nil
}

func tokenInvalid(op string, why *refusal) error {
	e := &fault.Error{Kind: fault.Invalid, Op: op, Code: "token_invalid", At: "#/token",
		Msg: "The card could not be read, or was used already. Enter it again."}
	if why != nil {
		e.Err = why
	}
	return e
}
