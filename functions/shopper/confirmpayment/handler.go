// Package confirmpayment takes what a gateway's form in the browser brought for a payment, and pays with it.
package confirmpayment

import (
	"context"
	"net/http"
	"regexp"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
)

// Handler confirms payments. Every field is required.
type Handler struct {
	Guard   access.Guard
	Cashier cashier.Cashier
}

// request is what the form brought: Square's card token. PayPal remembers that the shopper agreed, and Stripe has the money
// already: then there is nothing to bring, and what is brought is not looked at.
type request struct {
	Token string `json:"token" fault:"token_invalid"`
}

type answer struct {
	Payment orderview.Payment `json:"payment"`
}

// tokenForm is how gateways write tokens: letters, digits and a few signs, as "cnon:card-nonce-ok".
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9:._=+/-]{1,512}$`)

// Handle answers POST /orders/{id}/payments/{payment_id}/confirm. A repeat of what has succeeded is a success; a token that is
// refused leaves the payment open for another one.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var raw []byte
	var err error
	if req.Body != "" { // A body that is not there has no media type.
		if raw, err = apigw.Read(req); err != nil {
			return apigw.Response{}, err
		}
	}
	o, err := h.Guard.Open(ctx, req, link.Pay)
	if err != nil {
		return apigw.Response{}, err
	}
	id, err := access.Attempt(req)
	if err != nil {
		return apigw.Response{}, err
	}
	if _, found := o.Attempt(payment.AttemptID(id)); !found {
		return apigw.Response{}, order.NotFound("confirmpayment.Handle")
	}
	token, err := read(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	limits := access.Limits(o, h.Guard.Now(), 0)
	o, err = h.Cashier.Confirm(ctx, o, payment.AttemptID(id), token, cashier.Who{
		Who: "shopper", Cause: req.RequestContext.RequestID, // It tells tries of one instant apart: the store takes the same change for a repeat.
	})
	if err != nil {
		return apigw.Response{}, access.Limited(err, limits)
	}
	a, _ := o.Attempt(payment.AttemptID(id))
	return apigw.JSON(http.StatusOK, answer{orderview.PaymentOf(a, payment.Started{})})
}

// read gives the token; "" for a body that is empty, as is that of a form that has nothing to bring.
func read(raw []byte) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return "", err
	}
	var r request
	if err := body.Into(&r); err != nil {
		return "", err
	}
	if r.Token != "" && !tokenForm.MatchString(r.Token) {
		return "", &fault.Error{Kind: fault.Invalid, Op: "confirmpayment.read", Code: "token_invalid", At: "#/token",
			Msg: "Must be the token that the gateway's form gave for this payment, as it gave it."}
	}
	return r.Token, nil
}
