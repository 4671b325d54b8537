// Package beginfulfillment starts the fulfillment machine for a confirmed order.
package beginfulfillment

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/edge/sqsbatch"
	"till/shared/fault"
	"till/shared/message"
	"till/shared/order"
	"till/shared/planted"
)

// Handler starts executions. Every field is required.
type Handler struct {
	Book order.Book
	// Start begins an execution under a name. Errors: fault.Conflict, code execution_exists, if the name is used; else as
	// ever.
	Start func(ctx context.Context, name, input string) error
	// Alive tells whether the execution of a name runs or succeeded.
	Alive func(ctx context.Context, name string) (bool, error)
	Now   func() time.Time
	Log   *slog.Logger
}

// Input is what an execution is started with: ids only.
type Input struct {
	OrderID order.ID `json:"order_id"`
	Try     int      `json:"try"`
}

// Name is the execution's name: after order and try, so that starting twice is starting once.
func Name(id order.ID, try int) string { return fmt.Sprintf("%s-%d", id, try) }

// Handle takes a batch of Fulfillment messages and reports each one that must come again.
func (h Handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return sqsbatch.Run(ctx, h.Log, h.Now, batch, h.one)
}

func (h Handler) one(ctx context.Context, m events.SQSMessage) error {
	body, err := message.ReadFulfillment(m.Body)
	if err != nil {
		return err
	}
	o, err := h.Book.Load(ctx, body.Order)
	if err != nil {
		return err
	}
	r := o.Record()
	if r.Try != body.Try || (r.Status != order.Confirmed && r.Status != order.Fulfilling) {
		return nil // A repeat that came late: cancelled, shipped, or under another try's name.
	}
	input, err := json.Marshal(Input{r.ID, r.Try})
	if err != nil {
		return fault.Wrap(fault.Internal, "beginfulfillment.one", err)
	}
	name := Name(r.ID, r.Try)
	if planted.Bug(23) {
		name = string(r.ID) + "-" + m.MessageId
	}
	err = h.Start(ctx, name, string(input))
	if fault.Code(err) != "execution_exists" {
		return err
	}
	alive, err := h.Alive(ctx, name)
	if err != nil || alive {
		return err
	}
	// The name is held by an execution that ended without a word, such as one that was stopped by hand. The order is put on
	// hold, where people see it; lifting the hold begins anew under the next try's name.
	_, _, err = h.Book.Change(ctx, r.ID, func(o *order.Order) (order.Change, error) {
		return o.FailFulfillment(r.Try, order.By{Who: "fulfillment", At: h.Now()})
	})
	return err
}
