// Package prepare is the machine's first task: it takes a paid order into fulfillment.
package prepare

import (
	"context"
	"time"

	"till/shared/order"
)

// Handler prepares orders. Every field is required.
type Handler struct {
	Book order.Book
	Now  func() time.Time
}

// Input is what the machine hands to the task.
type Input struct {
	OrderID order.ID `json:"order_id"`
	Try     int      `json:"try"`
}

// Output tells the machine nothing of the order but its id.
type Output struct {
	OrderID order.ID `json:"order_id"`
}

// Handle may be repeated. Errors: as order.Prepare.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	_, _, err := h.Book.Change(ctx, in.OrderID, func(o *order.Order) (order.Change, error) {
		return o.Prepare(in.Try, order.By{Who: "fulfillment", At: h.Now()})
	})
	return Output{in.OrderID}, err
}
