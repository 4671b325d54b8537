// Package deliver notes that a parcel has arrived.
package deliver

import (
	"context"
	"net/http"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/orderview"
)

// Handler notes deliveries. Every field is required.
type Handler struct {
	Book order.Book
	Now  func() time.Time
}

type answer struct {
	Order orderview.Staff `json:"order"`
}

// Handle answers POST /staff/orders/{id}/shipments/{shipment_id}/delivery. A repeat changes nothing.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	staff, err := apigw.RequireStaff(req, h.Now(), apigw.Packer, apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return apigw.Response{}, err
	}
	o, _, err := h.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
		return o.Deliver(fulfillment.ID(req.PathParameters["shipment_id"]), order.By{Who: "staff:" + staff.Sub, At: h.Now()})
	})
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{orderview.ForStaff(o)})
}
