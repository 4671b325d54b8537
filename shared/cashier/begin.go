package cashier

import (
	"context"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/planted"
)

// callLimit is longer than a gateway call may take: an attempt that is initiating for longer has lost its caller.
const callLimit = 15 * time.Second

// Begin starts a payment of an order that was loaded just now, or gives again what an open one was answered: a repeat of
// the key, or a shopper who comes back to pay the same way. An open attempt of another way to pay is closed first, so that
// one order is never charged twice. Errors: as order.StartPayment and the gateway; fault.Conflict, code
// idempotency_in_progress, while the key's own call runs.
func (c Cashier) Begin(ctx context.Context, o *order.Order, want order.NewAttempt, who Who,
) (payment.Attempt, payment.Started, error) {
	g, err := c.Gateway(ctx, want.Gateway)
	if err != nil {
		return payment.Attempt{}, payment.Started{}, err
	}
	id := o.ID()
	mine := order.AttemptIDFor(id, want.Key)
	start := func(o *order.Order) (order.Change, error) { return o.StartPayment(want, c.by(who.Who, who.Cause)) }
	if planted.Bug(4) {
		if _, refused := start(o); refused == nil {
			a, _ := o.Attempt(mine)
			started, err := g.Start(ctx, c.startOf(o, a))
			if err == nil {
				_, _, _ = c.Book.Change(ctx, id, start)
			}
			return a, started, err
		}
	}
	o, change, err := c.Book.ChangeFrom(ctx, o, start)
	if fault.Code(err) == "payment_in_progress" {
		a, started, goesOn, waitErr := c.giveWay(ctx, g, id, want, who)
		if goesOn || waitErr != nil {
			return a, started, waitErr
		}
		o, change, err = c.Book.Change(ctx, id, start)
	}
	if err != nil {
		return payment.Attempt{}, payment.Started{}, err
	}
	a, _ := o.Attempt(mine)
	if change.IsZero() {
		return c.again(ctx, g, o, a, who)
	}
	o, started, err := c.call(ctx, g, o, a, want.Else, who)
	if err != nil {
		return payment.Attempt{}, payment.Started{}, err
	}
	a, _ = o.Attempt(mine)
	return a, started, nil
}

// giveWay deals with the open attempt that stands in the way of a new one. The shopper goes on with it, and gets what it was
// answered, if it is the same way to pay and still open, or paid; else it can be charged no more when this returns.
func (c Cashier) giveWay(ctx context.Context, g payment.Gateway, id order.ID, want order.NewAttempt, who Who,
) (a payment.Attempt, started payment.Started, goesOn bool, err error) {
	o, err := c.Book.Load(ctx, id)
	if err != nil {
		return payment.Attempt{}, payment.Started{}, false, err
	}
	other, open := o.OpenAttempt()
	switch {
	case !open:
		return payment.Attempt{}, payment.Started{}, false, nil // It has ended meanwhile.
	case other.State != payment.RequiresAction, order.Trying(other, c.Now()):
		return payment.Attempt{}, payment.Started{}, false, order.InProgress("cashier.Begin")
	case other.Gateway == want.Gateway && other.Mode == want.Mode:
		a, started, err = c.again(ctx, g, o, other, who)
		return a, started, a.State.Open() || a.State == payment.Captured, err // Not if its page has run out.
	}
	_, err = c.Close(ctx, id, who)
	return payment.Attempt{}, payment.Started{}, false, err
}

// again answers for an attempt that is there already.
func (c Cashier) again(ctx context.Context, g payment.Gateway, o *order.Order, a payment.Attempt, who Who,
) (payment.Attempt, payment.Started, error) {
	switch {
	case a.State == payment.Initiating && a.Asks == 0 && c.Now().Sub(a.At) < callLimit:
		return payment.Attempt{}, payment.Started{}, fault.New(fault.Conflict, "cashier.Begin", "idempotency_in_progress",
			"The first request with this key is still being worked on. Send it again in a moment.")
	case a.State == payment.Initiating || a.State == payment.Unknown:
		o, started, err := c.call(ctx, g, o, a, false, who)
		if err != nil {
			return payment.Attempt{}, payment.Started{}, err
		}
		a, _ = o.Attempt(a.ID)
		return a, started, nil
	case a.State != payment.RequiresAction:
		return a, payment.Started{}, nil
	}
	o, _, err := c.SettleFrom(ctx, o, a.ID, who) // It may have been paid in another tab.
	if err != nil {
		return payment.Attempt{}, payment.Started{}, err
	}
	if a, _ = o.Attempt(a.ID); a.State != payment.RequiresAction {
		return a, payment.Started{}, nil
	}
	started, err := g.Resume(ctx, a)
	return a, started, err
}

// call begins the attempt at its gateway, always with the same key, and stores what came back. A refusal is stored and
// given as the error; so is an outcome that is not known. With passOn, a call that did not happen ends the attempt.
func (c Cashier) call(ctx context.Context, g payment.Gateway, o *order.Order, a payment.Attempt, passOn bool, who Who,
) (*order.Order, payment.Started, error) {
	started, failure := g.Start(ctx, c.startOf(o, a))
	after, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		if passOn && failure != nil {
			return o.PaymentPassedOn(a.ID, failure, c.by(who.Who, who.Cause))
		}
		return o.PaymentStarted(a.ID, started, failure, c.by(who.Who, who.Cause))
	})
	if failure != nil {
		return nil, payment.Started{}, failure
	}
	return after, started, err
}

// startOf is what an attempt's gateway is told: the same for every repeat.
func (c Cashier) startOf(o *order.Order, a payment.Attempt) payment.Start {
	r := o.Record()
	return payment.Start{
		Order: string(r.ID), Attempt: a.ID, Mode: a.Mode, Amount: money.Of(a.Amount, r.Currency),
		Title: "Order " + string(r.ID), ReturnURL: c.ReturnURL(r.ID, a.ID), At: a.At, Manual: a.Manual,
		Parts: payment.Parts{Goods: r.Subtotal, Shipping: r.Shipping, Tax: r.Tax, Discount: r.Discount},
	}
}
