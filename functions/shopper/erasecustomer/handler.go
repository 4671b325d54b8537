// Package erasecustomer forgets a customer who asks for it.
package erasecustomer

import (
	"context"
	"net/http"
	"strings"

	"till/shared/edge/apigw"
	"till/shared/edge/onrequest"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/vault"
)

// Handler erases customers. Every field is required.
type Handler struct {
	Guard  onrequest.Guard
	At     func(ctx context.Context, hash string) (vault.Customer, error)
	Orders onrequest.Orders
	Shred  func(context.Context, vault.CustomerID) error
}

type answer struct {
	Erased bool `json:"erased"`
}

// toldMax is how many open orders are named.
const toldMax = 5

// Handle answers DELETE /customers. The erasure is one write, and whoever was not told of it asks again with the same code: what is erased
// already is answered as if it were being erased.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	code, used, err := h.Guard.Open(ctx, req, passcode.Erasure)
	if err != nil {
		return apigw.Response{}, err
	}
	if used {
		return apigw.JSON(http.StatusOK, answer{true})
	}
	c, err := h.At(ctx, code.Hash)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return apigw.Response{}, err
	}
	if err == nil {
		if err := h.forget(ctx, c); err != nil {
			return apigw.Response{}, err
		}
	}
	if err := h.Guard.Spend(ctx, code); err != nil && !fault.Is(err, fault.Unauthorized) { // Another one of the same was quicker.
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{true})
}

// forget erases a customer whom no order needs any more.
func (h Handler) forget(ctx context.Context, c vault.Customer) error {
	var open []string
	err := h.Orders.Each(ctx, c, func(o *order.Order) bool {
		r := o.Record()
		if why := r.Needs(); why != "" {
			open = append(open, string(o.ID())+" ("+strings.ReplaceAll(why, "_", " ")+")")
		}
		return len(open) < toldMax
	})
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return fault.New(fault.Conflict, "erasecustomer.forget", "customer_has_open_orders",
			"These orders still need you: "+strings.Join(open, ", ")+". Cancel what is not paid, and come back when the rest is sent and settled.")
	}
	return h.Shred(ctx, c.ID)
}
