// Package cashier moves an order's money: it asks gateways, applies what they say, and sends refunds. Webhook, return
// page, sweep and staff all come through here.
package cashier

import (
	"context"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Cashier drives attempts and refunds to their ends. Every field is required. Safe for concurrent use.
type Cashier struct {
	Book    order.Book
	Gateway func(ctx context.Context, name string) (payment.Gateway, error) // By the name that attempts hold.
	// ReturnURL is where a gateway sends the browser back. The same attempt, the same URL: it is part of what the
	// gateway compares when a start is repeated.
	ReturnURL func(order.ID, payment.AttemptID) string
	Now       func() time.Time
}

func (c Cashier) by(who, cause string) order.By { return order.By{Who: who, Cause: cause, At: c.Now()} }

// Who causes a change: a person or part, and the event or request that led to it.
type Who struct{ Who, Cause string }

// Settle asks the gateway how an attempt stands, applies the answer, and sends the refunds that follow from it. It gives
// the order as it then is, and the kind of the change that the answer made: "" if there was no news. Errors: those of the
// gateway and the store; fault.Conflict, code attempt_unknown.
func (c Cashier) Settle(ctx context.Context, id order.ID, attempt payment.AttemptID, who Who) (*order.Order, string, error) {
	o, err := c.Book.Load(ctx, id)
	if err != nil {
		return nil, "", err
	}
	return c.SettleFrom(ctx, o, attempt, who)
}

// SettleDisputes is Settle for an attempt of which the gateway's events or settlements named disputes. Those are asked for by their references:
// not every gateway's payments tell that they are disputed. Empty references are none.
func (c Cashier) SettleDisputes(ctx context.Context, id order.ID, attempt payment.AttemptID, disputes []string, who Who) (*order.Order, string, error) {
	o, err := c.Book.Load(ctx, id)
	if err != nil {
		return nil, "", err
	}
	return c.settle(ctx, o, attempt, disputes, who)
}

// SettleFrom is Settle for an order that was loaded just now, or saved: it saves the first read. The order is the caller's no
// more; the one given back is.
func (c Cashier) SettleFrom(ctx context.Context, o *order.Order, attempt payment.AttemptID, who Who) (*order.Order, string, error) {
	return c.settle(ctx, o, attempt, nil, who)
}

func (c Cashier) settle(ctx context.Context, o *order.Order, attempt payment.AttemptID, disputes []string, who Who) (*order.Order, string, error) {
	a, found := o.Attempt(attempt)
	if !found {
		return nil, "", fault.New(fault.Conflict, "cashier.Settle", "attempt_unknown", "")
	}
	a = a.About(disputes...)
	question := payment.Gateway.Fetch
	if a.Void && a.State.Open() {
		question = payment.Gateway.Close // Whoever wanted that did not get its answer.
	}
	o, facts, err := c.ask(ctx, o, a, who, question)
	if err != nil {
		return nil, "", err
	}
	if a.State == payment.Processing && facts.State == payment.RequiresAction && facts.LastError != "" {
		// A slow method failed. The gateway would let the shopper try again on a page that was left days ago.
		why := facts.LastError
		if o, facts, err = c.ask(ctx, o, a, who, payment.Gateway.Close); err != nil {
			return nil, "", err
		}
		if facts.Captured == 0 && facts.LastError == "" {
			facts.LastError = why // Of what is closed a gateway may not say any more why it failed.
		}
	}
	verb := (*order.Order).ApplyPayment
	if !a.Try.IsZero() && !order.Trying(a, c.Now()) && !facts.Ready {
		verb = (*order.Order).ApplyTried // Long after the call, this is what came of it.
	}
	o, news, err := c.applyAs(ctx, o, facts, verb, who)
	if err != nil {
		return nil, "", err
	}
	o, taken, err := c.agreed(ctx, o, facts, who)
	if err != nil {
		return nil, "", err
	}
	if taken != "" {
		news = taken
	}
	return c.closeSpare(ctx, o, who), news, nil
}

// closeSpare ends an attempt that is open beside the one that paid the order, or after its end: money on an attempt that had
// ended leaves a later one open. If that fails, the attempt is due still, and the sweep comes back to it.
func (c Cashier) closeSpare(ctx context.Context, o *order.Order, who Who) *order.Order {
	if _, spare := o.SpareAttempt(); !spare {
		return o
	}
	if after, err := c.Close(ctx, o.ID(), who); err == nil {
		return after
	}
	return o
}

// Close makes sure that the order's open attempt, if there is one, can no longer be charged, and applies what comes to
// light: it may have been paid in the meantime. Errors: as Settle; fault.Conflict, code payment_in_progress, if the
// gateway cannot let go of it now.
func (c Cashier) Close(ctx context.Context, id order.ID, who Who) (*order.Order, error) {
	o, err := c.Book.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	a, open := o.OpenAttempt()
	if !open {
		return o, nil
	}
	if order.Trying(a, c.Now()) {
		return nil, order.InProgress("cashier.Close")
	}
	o, facts, err := c.ask(ctx, o, a, who, payment.Gateway.Close)
	if err != nil {
		return nil, err
	}
	if o, err = c.closed(ctx, o, facts, who); err != nil {
		return nil, err
	}
	if _, open = o.OpenAttempt(); open {
		return nil, order.InProgress("cashier.Close")
	}
	return o, nil
}

// closed applies what a gateway says of an attempt that it was told to close. Where only we could have charged it any more, its
// end is our word, which does not hold if somebody began to take the money meanwhile.
func (c Cashier) closed(ctx context.Context, o *order.Order, facts payment.Facts, who Who) (*order.Order, error) {
	verb := func(o *order.Order, facts payment.Facts, restock bool, by order.By) (order.Change, error) {
		if a, _ := o.Attempt(facts.Attempt); order.Trying(a, by.At) && facts.Captured == 0 {
			return order.Change{}, order.InProgress("cashier.Close")
		}
		return o.ApplyTried(facts, restock, by)
	}
	o, _, err := c.applyAs(ctx, o, facts, verb, who)
	return o, err
}

// ask puts a question about an attempt to its gateway, and gives the order as it is then. An attempt without the gateway's
// references is begun again first, with the same key: the gateway answers as it did then, and that is how its references
// are learnt.
func (c Cashier) ask(ctx context.Context, o *order.Order, a payment.Attempt, who Who,
	question func(payment.Gateway, context.Context, payment.Attempt) (payment.Facts, error),
) (*order.Order, payment.Facts, error) {
	g, err := c.Gateway(ctx, a.Gateway)
	if err != nil {
		return nil, payment.Facts{}, err
	}
	gone := payment.Facts{State: payment.Expired, Order: string(o.ID()), Attempt: a.ID}
	if a.Session == "" && a.Intent == "" && a.State.Open() {
		if c.Now().Sub(a.At) > g.Capabilities().KeyLife {
			return o, gone, nil // Nobody was ever given the means to pay it.
		}
		id, running := o.ID(), a.State == payment.Initiating && a.Asks == 0 && c.Now().Sub(a.At) < callLimit
		o, _, err = c.call(ctx, g, o, a, false, who)
		if err != nil {
			var loadErr error
			if o, loadErr = c.Book.Load(ctx, id); loadErr != nil {
				return nil, payment.Facts{}, loadErr
			}
		}
		if a, _ = o.Attempt(a.ID); a.Session == "" && a.Intent == "" {
			if !a.State.Open() {
				return o, gone, nil // The gateway refused it for good.
			}
			if a, err = look(ctx, g, a, err); fault.Is(err, fault.NotFound) {
				if running {
					return nil, payment.Facts{}, order.InProgress("cashier.ask") // Its first caller may be handing it out.
				}
				return o, gone, nil // And if something comes of it yet: nobody has the means to pay it.
			}
			if err != nil {
				return nil, payment.Facts{}, err
			}
		}
	}
	facts, err := question(g, ctx, a)
	if fault.Is(err, fault.NotFound) {
		return o, gone, nil
	}
	return o, facts, err
}

// look finds the references of an attempt whose start ended in failure. A gateway may keep a failure under its key and
// answer with it for as long as the key lives, whether or not something was begun.
func look(ctx context.Context, g payment.Gateway, a payment.Attempt, failure error) (payment.Attempt, error) {
	if !fault.Is(failure, fault.Unknown) {
		return a, failure
	}
	seen, err := g.Fetch(ctx, a)
	a.Session, a.Intent = seen.Session, seen.Intent
	return a, err
}

// applyAs saves what a gateway says of an attempt, and gives the kind of the change that it made, if any. Money for an expired
// order takes its stock and its coupons again; when they are gone, the money goes back. Where the gateway does not say until when it keeps a promise,
// it is as long as it always is.
func (c Cashier) applyAs(ctx context.Context, o *order.Order, facts payment.Facts,
	apply func(*order.Order, payment.Facts, bool, order.By) (order.Change, error), who Who,
) (*order.Order, string, error) {
	id, restock := o.ID(), true
	if a, found := o.Attempt(facts.Attempt); found && facts.State == payment.Authorized && facts.CaptureBefore.IsZero() && a.CaptureBefore.IsZero() {
		g, err := c.Gateway(ctx, a.Gateway)
		if err != nil {
			return nil, "", err
		}
		if window := g.Capabilities().Window; window > 0 {
			facts.CaptureBefore = a.At.Add(window) // It was promised later, if anything.
		}
	}
	verb := func(o *order.Order) (order.Change, error) {
		return apply(o, facts, restock, c.by(who.Who, who.Cause))
	}
	o, change, err := c.Book.ChangeFrom(ctx, o, verb)
	if code := fault.Code(err); code == "out_of_stock" || code == "coupon_used_up" {
		restock = false
		o, change, err = c.Book.Change(ctx, id, verb)
	}
	if err != nil {
		return nil, "", err
	}
	return c.sendRefunds(ctx, o, who), change.Kind, nil
}

// sendRefunds sends the refunds that are stored and were never sent. One that fails is due, and the sweep goes on: what was
// asked for is done all the same.
func (c Cashier) sendRefunds(ctx context.Context, o *order.Order, who Who) *order.Order {
	for _, r := range o.OpenRefunds() {
		if r.State != payment.RefundRequested {
			continue
		}
		after, err := c.Refund(ctx, o.ID(), r.ID, who)
		if err != nil {
			return o
		}
		o = after
	}
	return o
}
