package cashier

import (
	"context"

	"till/shared/order"
)

// Ending ends orders that are not shipped, with what hangs on them.
type Ending struct {
	// Task gives the change that holds the token of the machine's waiting task.
	Task func(ctx context.Context, id order.ID, n int) (order.Change, error)
	// Stop tells the machine that its order was cancelled. A task that is answered already is no error.
	Stop func(ctx context.Context, token string) error
}

// Cancel ends an order that was loaded just now: its open payment is closed, stock goes back, what was paid is refunded, and the fulfillment machine
// is told. What fails after the cancellation is stored stays due, and the sweep goes on. Errors: fault.Conflict:
// order_state_conflict, shipped or ended otherwise; payment_in_progress.
func (e Ending) Cancel(ctx context.Context, c Cashier, o *order.Order, who Who) (*order.Order, error) {
	if r := o.Record(); r.Status != order.Cancelled && (!r.Status.CanBecome(order.Cancelled) || len(r.Shipments) > 0) {
		return nil, order.StateConflict("cashier.Cancel")
	}
	if _, open := o.OpenAttempt(); open {
		var err error
		if o, err = c.Close(ctx, o.ID(), who); err != nil {
			return nil, err
		}
	}
	o, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.Cancel(c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, err
	}
	o = c.sendRefunds(ctx, o, who)
	_ = e.Answer(ctx, o) // The order is cancelled all the same, and due until the machine knows.
	return o, nil
}

// Answer tells the machine that waits with a cancelled order.
func (e Ending) Answer(ctx context.Context, o *order.Order) error {
	r := o.Record()
	if r.TaskIn == 0 || r.Status != order.Cancelled {
		return nil
	}
	c, err := e.Task(ctx, r.ID, r.TaskIn)
	if err != nil {
		return err
	}
	return e.Stop(ctx, c.Task)
}
