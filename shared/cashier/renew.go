package cashier

import (
	"context"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Renew has the gateway keep an order's promised money aside anew, if its time is over and the gateway can. The call is noted before it
// is made; one whose outcome is not known is made again with the same key. A refusal is noted, and holds the order. The order is the
// caller's no more; the one given back is. Errors: as payment.Renewer.
func (c Cashier) Renew(ctx context.Context, o *order.Order, who Who) (*order.Order, error) {
	a, due := o.ToRenew(c.Now())
	if !due {
		return o, nil
	}
	g, err := c.Gateway(ctx, a.Gateway)
	if err != nil {
		return nil, err
	}
	renewer, can := g.(payment.Renewer)
	if !can {
		return o, nil
	}
	id := o.ID()
	o, began, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) { return o.BeginRenewal(c.by(who.Who, who.Cause)) })
	if err != nil || began.IsZero() {
		return o, err // Somebody else does it.
	}
	a, _ = o.Attempt(a.ID)
	facts, failure := renewer.Renew(ctx, a)
	if failure == nil {
		facts.Order, facts.Attempt = string(id), a.ID
		o, _, err = c.applyAs(ctx, o, facts, (*order.Order).ApplyPayment, who)
		return o, err
	}
	o, _, err = c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.RenewalFailed(a.ID, failure, c.by(who.Who, who.Cause))
	})
	switch {
	case err != nil:
		return nil, err
	case fault.Is(failure, fault.Unavailable, fault.Unknown, fault.Internal):
		return nil, failure
	}
	return o, nil
}
