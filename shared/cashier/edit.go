package cashier

import (
	"context"

	"till/shared/fault"
	"till/shared/order"
)

// Edit makes an unpaid order that was loaded just now another one. Its open payment, which asks for the old amount, is closed at the
// gateway first: then nobody can pay for what is no more. The order is the caller's no more; the one given back is. Errors: as order.Edit;
// fault.Conflict, payment_in_progress, also where it is not known whether the gateway let go; those of the gateway and the store, of
// stock and of coupons.
func (c Cashier) Edit(ctx context.Context, o *order.Order, e order.Edition, who Who) (*order.Order, error) {
	if err := o.Editable(e.Version, c.Now()); err != nil {
		return nil, err
	}
	if _, open := o.OpenAttempt(); open {
		var err error
		if o, err = c.Close(ctx, o.ID(), who); err != nil {
			if fault.Is(err, fault.Unknown) {
				return nil, order.InProgress("cashier.Edit")
			}
			return nil, err
		}
	}
	o, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.Edit(e, c.by(who.Who, who.Cause))
	})
	return o, err
}
