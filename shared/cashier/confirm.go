package cashier

import (
	"context"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Confirm takes the money of an attempt that the shopper has agreed to pay: with what the gateway's form in the browser brought, or
// with "" for a gateway that remembers the agreement. The try is stored before the gateway is called; if its answer is lost, the
// sweep asks, and nobody pays a second time meanwhile. The token is neither stored nor logged. It gives the order as it then is; of
// an attempt that is paid, or under way, without another call. Errors: fault.NotFound; fault.Conflict: payment_in_progress while
// another try runs, order_state_conflict if the attempt or the order has ended; fault.Invalid, token_invalid; fault.Declined, the
// attempt is open still, and another card may be tried; fault.TooMany; fault.Unavailable, it did not happen; fault.Unknown.
func (c Cashier) Confirm(ctx context.Context, o *order.Order, attempt payment.AttemptID, token string, who Who) (*order.Order, error) {
	a, found := o.Attempt(attempt)
	if !found {
		return nil, order.NotFound("cashier.Confirm")
	}
	if order.Trying(a, c.Now()) {
		return nil, order.InProgress("cashier.Confirm")
	}
	if token == "" || !a.Try.IsZero() || a.State != payment.RequiresAction {
		var news string
		var err error
		if o, news, err = c.SettleFrom(ctx, o, attempt, who); err != nil {
			return nil, err
		}
		if a, _ = o.Attempt(attempt); news == "payment_declined" && a.State == payment.RequiresAction && token == "" {
			return nil, fault.New(fault.Declined, "cashier.Confirm", a.LastError, "The payment was refused. Try another way to pay.")
		}
	}
	switch {
	case a.State == payment.Failed || a.State == payment.Canceled || a.State == payment.Expired:
		return nil, order.StateConflict("cashier.Confirm")
	case token == "" || a.State != payment.RequiresAction:
		return o, nil
	}
	o, _, err := c.try(ctx, o, attempt, token, who)
	return o, err
}

// try notes a try to take an attempt's money, makes it, and stores what came of it. It gives the kind of the change that its answer
// made. Two callers of one instant and one cause store the same change and both go on: their calls have the same key at the gateway
// unless their tokens differ, so who brings a token has a cause of its own.
func (c Cashier) try(ctx context.Context, o *order.Order, attempt payment.AttemptID, token string, who Who) (*order.Order, string, error) {
	o, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.TryPayment(attempt, c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, "", err
	}
	a, _ := o.Attempt(attempt)
	g, err := c.Gateway(ctx, a.Gateway)
	if err != nil {
		return nil, "", err
	}
	facts, failure := g.Confirm(ctx, a, token)
	if failure == nil {
		return c.applyAs(ctx, o, facts, (*order.Order).ApplyTried, who)
	}
	_, _, err = c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.TryFailed(attempt, failure, c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, "", err
	}
	return nil, "", failure
}

// agreed takes the money of an attempt of which the gateway says that the shopper has agreed: whoever learns of it, webhook, return
// page or sweep. Of an attempt or an order that has ended, and while somebody else does it, nothing is taken.
func (c Cashier) agreed(ctx context.Context, o *order.Order, facts payment.Facts, who Who) (*order.Order, string, error) {
	a, found := o.Attempt(facts.Attempt)
	r := o.Record()
	if !found || !facts.Ready || a.State != payment.RequiresAction || !r.Status.Payable() || r.HoldsMoney() || order.Trying(a, c.Now()) {
		return o, "", nil
	}
	id := o.ID()
	after, news, err := c.try(ctx, o, a.ID, "", who)
	if err == nil {
		return after, news, nil
	}
	if !fault.Is(err, fault.Declined, fault.Conflict, fault.TooMany) {
		return nil, "", err
	}
	// Refused, which is noted, or somebody was faster.
	after, loadErr := c.Book.Load(ctx, id)
	if loadErr == nil && fault.Is(err, fault.Declined) {
		news = "payment_declined"
	}
	return after, news, loadErr
}
