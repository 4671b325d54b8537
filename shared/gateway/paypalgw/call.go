package paypalgw

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"till/shared/fault"
	"till/shared/gateway/jsonapi"
	"till/shared/payment"
)

// call is one call to PayPal. key is its idempotency key, "" for none. Errors: as classify.
func (g *Gateway) call(ctx context.Context, op, method, path, key string, body, out any) error {
	if out == nil {
		out = new(json.RawMessage) // An answer that is not looked at must have come whole all the same.
	}
	spoiled := ""
	for {
		token, err := g.token.get(ctx, spoiled)
		if err != nil {
			return beforehand(op, err)
		}
		// The whole object is asked for: without, an answer is its id, status and links.
		// https://developer.paypal.com/api/rest/requests/#http-request-headers
		header := http.Header{"Authorization": {"Bearer " + token}, "Prefer": {"return=representation"}}
		if key != "" {
			header.Set("PayPal-Request-Id", key)
		}
		err = g.api.Do(ctx, jsonapi.Call{Method: method, Path: path, Header: header, Body: body}, out)
		if err == nil {
			return nil
		}
		var r *jsonapi.Refusal
		if spoiled == "" && errors.As(err, &r) && r.Status == http.StatusUnauthorized && r.Wire == "" {
			spoiled = token // Taken back before its time: nothing was done, and it is asked for another once.
			continue
		}
		return classify(op, err)
	}
}

func (g *Gateway) get(ctx context.Context, op, path string, out any) error {
	return g.call(ctx, op, http.MethodGet, path, "", nil, out)
}

func (g *Gateway) post(ctx context.Context, op, path, key string, body, out any) error {
	return g.call(ctx, op, http.MethodPost, path, key, body, out)
}

// beforehand classifies a failure to get a token: of what was asked for nothing happened.
func beforehand(op string, err error) error {
	failure := classify(op, err)
	if fault.Is(failure, fault.Internal) {
		return failure
	}
	return &fault.Error{Kind: fault.Unavailable, Op: op, Code: payment.RefusalCode(fault.Unavailable), Msg: payment.RefusalText(fault.Unavailable), Err: refusalOf(failure)}
}

// afterwards is a failure to ask how an attempt stands once something was done to it: that it happened must not be forgotten.
func afterwards(op string, err error) error {
	if !fault.Is(err, fault.Unavailable, fault.NotFound) {
		return err
	}
	return &fault.Error{Kind: fault.Unknown, Op: op, Code: payment.RefusalCode(fault.Unknown), Msg: payment.RefusalText(fault.Unknown), Err: err}
}
