// Package compensate is where the machine goes when a task fails for good: nothing paid may be left standing unseen.
package compensate

import (
	"context"
	"encoding/json"
	"time"

	"till/shared/order"
)

// Handler compensates. Every field is required.
type Handler struct {
	Book order.Book
	Now  func() time.Time
}

// Input is what the machine hands to the task. Error is what was caught; its cause is not looked at.
type Input struct {
	OrderID order.ID        `json:"order_id"`
	Try     int             `json:"try"`
	Error   json.RawMessage `json:"error"`
}

// Output ends the execution.
type Output struct {
	OrderID order.ID `json:"order_id"`
}

// Handle may be repeated. A cancelled order has given back money and stock already, in the change that cancelled it; any
// other is put on hold until somebody looks. Errors: those of the store.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	_, _, err := h.Book.Change(ctx, in.OrderID, func(o *order.Order) (order.Change, error) {
		return o.FailFulfillment(in.Try, order.By{Who: "fulfillment", At: h.Now()})
	})
	return Output{in.OrderID}, err
}
