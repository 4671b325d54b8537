package cashier

import (
	"context"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Refund sends a stored refund to its gateway, or asks about it when its key may have been forgotten there, and stores
// the outcome. A repeat gives the money back once. It gives the order as it then is. Errors: fault.Unavailable and
// fault.Unknown: it stays due, and the sweep goes on.
func (c Cashier) Refund(ctx context.Context, id order.ID, refund payment.RefundID, who Who) (*order.Order, error) {
	o, err := c.Book.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	r, found := o.Refund(refund)
	if !found {
		return nil, order.NotFound("cashier.Refund")
	}
	if !r.State.Open() {
		return o, nil
	}
	a, _ := o.Attempt(r.Attempt)
	g, err := c.Gateway(ctx, a.Gateway)
	if err != nil {
		return nil, err
	}
	facts, err := c.send(ctx, g, a, r)
	if fault.Is(err, fault.Unknown) {
		_, _, saveErr := c.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
			return o.RefundUnknown(refund, c.by(who.Who, who.Cause))
		})
		if saveErr != nil {
			return nil, saveErr
		}
		return nil, err
	}
	if fault.Is(err, fault.Declined, fault.Invalid, fault.Conflict, fault.NotFound) {
		// Refused for good, or of a payment that is not there: the amount is free again, and a hold tells staff.
		facts, err = payment.RefundFacts{ID: refund, State: payment.RefundFailed, Amount: r.Amount}, nil
	}
	if err != nil {
		return nil, err
	}
	facts.ID = refund
	o, _, err = c.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(a.ID, facts, c.by(who.Who, who.Cause))
	})
	return o, err
}

// send posts a refund, or fetches it: one that the gateway has accepted, and one so old that its key may be forgotten,
// which is posted only if the gateway has never seen it.
func (c Cashier) send(ctx context.Context, g payment.Gateway, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	old := c.Now().Sub(r.At) > g.Capabilities().KeyLife/2
	if r.Ref == "" && !old {
		return g.Refund(ctx, a, r)
	}
	facts, err := g.FetchRefund(ctx, a, r)
	if r.Ref == "" && fault.Is(err, fault.NotFound) {
		return g.Refund(ctx, a, r)
	}
	return facts, err
}
