// Package vieworder shows an order to the shopper who holds its link.
package vieworder

import (
	"context"
	"net/http"

	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
)

// Handler shows orders. Every field is required.
type Handler struct {
	Guard   access.Guard
	Changes func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
}

// changesMax bounds a timeline. An order that has seen more shows its first ones.
const changesMax = 200

type answer struct {
	Order    orderview.Order   `json:"order"`
	Timeline []orderview.Event `json:"timeline"`
}

// Handle answers GET /orders/{id}. The read is consistent: what was just paid is never shown unpaid.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	o, err := h.Guard.Open(ctx, req, link.View)
	if err != nil {
		return apigw.Response{}, err
	}
	changes, err := h.Changes(ctx, o.ID(), 0, changesMax)
	if err != nil {
		return apigw.Response{}, err
	}
	r := o.Record()
	return apigw.JSON(http.StatusOK, answer{orderview.Of(o), orderview.Timeline(changes)}, apigw.ETag(r.Version()))
}
