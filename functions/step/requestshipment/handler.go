// Package requestshipment is the machine's waiting task: it leaves its token with the order, for staff who ship to answer.
package requestshipment

import (
	"context"
	"time"

	"till/shared/fault"
	"till/shared/order"
)

// Handler leaves tokens. Every field is required.
type Handler struct {
	Book order.Book
	Now  func() time.Time
}

// Input is what the machine hands to the task. The token is a credential: never logged.
type Input struct {
	OrderID   order.ID `json:"order_id"`
	Try       int      `json:"try"`
	TaskToken string   `json:"task_token"`
}

// tokenBytesMax is the longest token that Step Functions gives.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
const tokenBytesMax = 2048

// Output is not read by the machine, which waits for the token's answer.
type Output struct {
	OrderID order.ID `json:"order_id"`
}

// Handle may be repeated: the last token counts. Errors: as order.AwaitShipment; fault.Invalid for a token that is none.
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	if in.TaskToken == "" || len(in.TaskToken) > tokenBytesMax {
		return Output{}, fault.New(fault.Invalid, "requestshipment.Handle", "task_token_invalid", "")
	}
	_, _, err := h.Book.Change(ctx, in.OrderID, func(o *order.Order) (order.Change, error) {
		return o.AwaitShipment(in.Try, in.TaskToken, order.By{Who: "fulfillment", At: h.Now()})
	})
	return Output{in.OrderID}, err
}
