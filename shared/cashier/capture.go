package cashier

import (
	"context"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Capture takes money that is promised to an order, or gives again what became of the key's capture. The order is the caller's no
// more. Errors: as order.RequestCapture and TakeCapture.
func (c Cashier) Capture(ctx context.Context, o *order.Order, want order.NewCapture, who Who) (*order.Order, payment.Capture, error) {
	id, mine := o.ID(), order.CaptureIDFor(o.ID(), want.Key)
	if _, due := o.ToRenew(c.Now()); due {
		// It is worth a try. If it does not come off, the capture tells whether the money is there.
		if _, err := c.Renew(ctx, o, who); err != nil && !fault.Is(err, fault.Unavailable, fault.Unknown, fault.Internal) {
			return nil, payment.Capture{}, err
		}
		var err error
		if o, err = c.Book.Load(ctx, id); err != nil {
			return nil, payment.Capture{}, err
		}
	}
	if a, promised := o.Promised(); promised {
		g, err := c.Gateway(ctx, a.Gateway)
		if err != nil {
			return nil, payment.Capture{}, err
		}
		want.Single = g.Capabilities().Captures <= 1
	}
	_, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.RequestCapture(want, c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, payment.Capture{}, err
	}
	after, err := c.TakeCapture(ctx, id, mine, who)
	switch {
	case err == nil:
		o = after
	case fault.Is(err, fault.Unavailable, fault.Unknown):
		if o, err = c.Book.Load(ctx, id); err != nil { // Stored and due: it goes on by itself.
			return nil, payment.Capture{}, err
		}
	default:
		return nil, payment.Capture{}, err
	}
	t, _ := o.Capture(mine)
	return o, t, nil
}

// TakeCapture sends a stored capture to its gateway, or asks about it when its key may have been forgotten there, and stores the
// outcome. A repeat takes the money once. Errors: fault.Unavailable and fault.Unknown: it stays due, and the sweep goes on.
func (c Cashier) TakeCapture(ctx context.Context, id order.ID, capture payment.CaptureID, who Who) (*order.Order, error) {
	o, err := c.Book.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	t, found := o.Capture(capture)
	if !found {
		return nil, order.NotFound("cashier.TakeCapture")
	}
	if !t.State.Open() {
		return o, nil
	}
	a, _ := o.Attempt(t.Attempt)
	g, err := c.Gateway(ctx, a.Gateway)
	if err != nil {
		return nil, err
	}
	r := o.Record()
	facts, refusal, err := c.take(ctx, g, a, t, r.Taken(a.ID)+t.Amount)
	facts.Order, facts.Attempt = string(id), a.ID // The gateway was asked about nothing else.
	if fault.Is(err, fault.Unknown) {
		_, _, saveErr := c.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
			return o.CaptureUnknown(capture, c.by(who.Who, who.Cause))
		})
		if saveErr != nil {
			return nil, saveErr
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	o, _, err = c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.ApplyCapture(capture, refusal, facts, c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, err
	}
	return c.sendRefunds(ctx, o, who), nil
}

// take posts a capture, and gives how the attempt stands then; with a refusal's code if the money was not taken and will not be.
// One so old that its key may be forgotten is posted only if the gateway has not taken it; then the sum of all that we took tells,
// since no second capture was open beside it.
func (c Cashier) take(ctx context.Context, g payment.Gateway, a payment.Attempt, t payment.Capture, expected int64) (payment.Facts, string, error) {
	if c.Now().Sub(t.At) > g.Capabilities().KeyLife/2 {
		facts, err := g.Fetch(ctx, a)
		if err != nil || facts.Captured >= expected {
			return facts, "", err
		}
		if facts.State != payment.Authorized {
			return facts, "authorization_over", nil
		}
	}
	facts, err := g.Capture(ctx, a, t)
	switch {
	case err == nil && facts.Captured < expected:
		return facts, "", fault.New(fault.Unknown, "cashier.take", "capture_pending", "") // Accepted, and not taken yet.
	case !fault.Is(err, fault.Declined, fault.Invalid, fault.Conflict, fault.NotFound):
		return facts, "", err
	}
	refusal := fault.Code(err)
	facts, err = g.Fetch(ctx, a)
	switch {
	case fault.Is(err, fault.NotFound):
		return payment.Facts{State: payment.Expired}, refusal, nil
	case err == nil && facts.Captured >= expected:
		return facts, "", nil // It was refused because it is done.
	}
	return facts, refusal, err
}

// Void gives up what is promised to an order and not taken. An order that got nothing is cancelled by it. The wish is stored before
// the gateway is called, and the sweep goes on if that fails. Errors: as order.RequestVoid and the store.
func (c Cashier) Void(ctx context.Context, o *order.Order, note []byte, who Who) (*order.Order, error) {
	id := o.ID()
	o, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.RequestVoid(note, c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, err
	}
	if _, promised := o.Promised(); !promised {
		return o, nil
	}
	after, err := c.Close(ctx, id, who)
	if fault.Is(err, fault.Unavailable, fault.Unknown) || fault.Code(err) == "payment_in_progress" {
		return c.Book.Load(ctx, id)
	}
	return after, err
}

// Disputes asks about every open dispute of an order, and applies the answers. Errors: as Settle.
func (c Cashier) Disputes(ctx context.Context, o *order.Order, who Who) error {
	asked := map[payment.AttemptID]bool{}
	for _, d := range o.Record().Disputes {
		if !d.Open() || asked[d.Attempt] {
			continue
		}
		asked[d.Attempt] = true
		if _, _, err := c.Settle(ctx, o.ID(), d.Attempt, who); err != nil {
			return err
		}
	}
	return nil
}

// Lapse puts the hold of an order whose promised money is lost within a day unless it is captured.
func (c Cashier) Lapse(ctx context.Context, id order.ID, who Who) (*order.Order, error) {
	o, _, err := c.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
		return o.CaptureExpires(c.by(who.Who, who.Cause))
	})
	return o, err
}
