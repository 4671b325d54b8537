// Package lift takes a hold off an order.
package lift

import (
	"context"
	"net/http"
	"time"

	"till/shared/edge/apigw"
	"till/shared/order"
	"till/shared/orderview"
)

// Handler lifts holds. Every field is required.
type Handler struct {
	Book order.Book
	Now  func() time.Time
}

type answer struct {
	Order orderview.Staff `json:"order"`
}

// Handle answers DELETE /staff/orders/{id}/holds/{key}. A hold that is not there is lifted already.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	staff, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return apigw.Response{}, err
	}
	o, _, err := h.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
		return o.Lift(req.PathParameters["key"], order.By{Who: "staff:" + staff.Sub, At: h.Now()})
	})
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{orderview.ForStaff(o)})
}
