// Package cancelorder ends an order at its shopper's wish, before it is shipped.
package cancelorder

import (
	"context"
	"net/http"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/link"
	"till/shared/orderview"
)

// Handler cancels orders. Every field is required.
type Handler struct {
	Guard   access.Guard
	Ending  cashier.Ending
	Cashier cashier.Cashier
}

type answer struct {
	Order orderview.Order `json:"order"`
}

// Handle answers POST /orders/{id}/cancellation. The open payment is closed first, so that no money comes for an order that
// is gone; what was paid goes back. A repeat gets the same answer.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	o, err := h.Guard.Open(ctx, req, link.Cancel)
	if err != nil {
		return apigw.Response{}, err
	}
	if o, err = h.Ending.Cancel(ctx, h.Cashier, o, cashier.Who{Who: "shopper"}); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{orderview.Of(o)})
}
