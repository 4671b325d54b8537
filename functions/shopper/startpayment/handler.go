// Package startpayment begins the payment of an order, on a gateway's page or in its form.
package startpayment

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/shop"
)

// Handler starts payments. Every field is required.
type Handler struct {
	Guard         access.Guard
	Cashier       cashier.Cashier
	Shop          shop.Read // What staff have decided. It may narrow Gateways, and replaces Manual.
	Gateways      []string  // Those that the shop is deployed with.
	Manual        bool      // Money is promised first, and taken by a capture, where the gateway can.
	ReturnOrigins []string  // Where a return_url may point.
}

type request struct {
	Gateway   string `json:"gateway" fault:"gateway_unavailable"`
	Mode      string `json:"mode" fault:"gateway_unavailable"`
	ReturnURL string `json:"return_url" fault:"return_url_not_allowed"`
}

type answer struct {
	Payment orderview.Payment `json:"payment"`
}

// Handle answers POST /orders/{id}/payments.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Guard.Open(ctx, req, link.Pay)
	if err != nil {
		return apigw.Response{}, err
	}
	key, err := apigw.IdempotencyKey(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	want, again := repeat(o, body, key)
	if !again {
		if want, err = h.want(ctx, o, body, want); err != nil {
			return apigw.Response{}, err
		}
	}
	a, started, err := h.Cashier.Begin(ctx, o, want, cashier.Who{Who: "shopper"})
	if err != nil {
		return apigw.Response{}, access.Limited(err, access.Limits(o, h.Guard.Now(), 0))
	}
	begun := 1
	if _, before := o.Attempt(a.ID); before {
		begun = 0
	}
	return apigw.JSON(http.StatusCreated, answer{orderview.PaymentOf(a, started)}, access.Limits(o, h.Guard.Now(), begun)...)
}

// repeat begins what is wanted with the key and the request's fingerprint. When the key has begun an attempt already, the
// rest is as it was then: a repeat gets the same answer though the shop's settings may have changed since.
func repeat(o *order.Order, body *apigw.Body, key string) (order.NewAttempt, bool) {
	// 96 bits of the fingerprint tell requests of one key apart, and so many are stored.
	want := order.NewAttempt{Key: key, Print: body.Fingerprint(key)[:16]}
	a, again := o.Attempt(order.AttemptIDFor(o.ID(), key))
	want.Gateway, want.Mode, want.Back = a.Gateway, a.Mode, a.Back
	return want, again
}

// want reads how the shopper wants to pay.
func (h Handler) want(ctx context.Context, o *order.Order, body *apigw.Body, want order.NewAttempt) (order.NewAttempt, error) {
	var r request
	if err := body.Into(&r); err != nil {
		return order.NewAttempt{}, err
	}
	decided, err := h.Shop(ctx)
	if err != nil {
		return order.NewAttempt{}, err
	}
	var faults []error
	refuse := func(at, msg string) {
		faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "startpayment.want", Code: "gateway_unavailable", At: at, Msg: msg})
	}
	mode := payment.Mode(r.Mode)
	if mode != payment.Hosted && mode != payment.Embedded {
		refuse("#/mode", "Must be hosted or embedded.")
	}
	var can payment.Capabilities
	if !slices.Contains(decided.Gateways(h.Gateways), r.Gateway) {
		refuse("#/gateway", "Must be a gateway that this shop offers.")
	} else if g, err := h.Cashier.Gateway(ctx, r.Gateway); err != nil {
		return order.NewAttempt{}, err
	} else if can = g.Capabilities(); !slices.Contains(can.Modes, mode) && len(faults) == 0 {
		refuse("#/mode", "This gateway does not offer this mode.")
	} else if can.Currencies != nil && !slices.Contains(can.Currencies, o.Record().Currency) {
		refuse("#/gateway", "This gateway does not take the order's currency.")
	}
	if r.ReturnURL != "" {
		if err := apigw.ReturnURL(r.ReturnURL, h.ReturnOrigins); err != nil {
			faults = append(faults, err)
		}
	}
	want.Gateway, want.Mode, want.Back = r.Gateway, mode, r.ReturnURL
	want.Manual = decided.Manual(h.Manual) && can.Holds(mode)
	return want, errors.Join(faults...)
}
