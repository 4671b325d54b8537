// Package complete is the machine's last task: everything of the order is with its carrier.
package complete

import (
	"context"
	"time"

	"till/shared/order"
)

// Handler closes fulfillments. Every field is required.
type Handler struct {
	Book order.Book
	Now  func() time.Time
}

// Input is what the machine hands to the task.
type Input struct {
	OrderID order.ID `json:"order_id"`
}

// Output ends the execution.
type Output struct {
	OrderID order.ID `json:"order_id"`
}

// Handle may be repeated. Errors: as order.CloseFulfillment.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	_, _, err := h.Book.Change(ctx, in.OrderID, func(o *order.Order) (order.Change, error) {
		return o.CloseFulfillment(order.By{Who: "fulfillment", At: h.Now()})
	})
	return Output(in), err
}
