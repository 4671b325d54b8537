package paypalgw

import (
	"context"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Fetch asks how an attempt stands: one call, and for a paid one another about disputes. PayPal cannot look for an order by our
// id; one whose id we never learnt was never shown to a shopper, and takes no money without us: fault.NotFound. So is an order that
// has expired. Errors: as payment.Gateway; nothing is Unknown, since asking changes nothing; fault.Internal: status_unknown,
// amount_unreadable, answer_unreadable.
func (g *Gateway) Fetch(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "paypalgw.Fetch"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Facts{}, err
	}
	return g.facts(ctx, op, o)
}

// Find gives the attempt of a PayPal order, or of a capture: events about refunds and disputes name only that. Errors: as Fetch;
// fault.NotFound also for one that is not ours.
func (g *Gateway) Find(ctx context.Context, intent string) (payment.Facts, error) {
	const op = "paypalgw.Find"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, intent)
	if fault.Is(err, fault.NotFound) && payment.IsRef(intent, 64) {
		var c capture
		if err = g.get(ctx, op, "/v2/payments/captures/"+intent, &c); err == nil {
			o, err = g.order(ctx, op, c.Related.IDs.Order)
		}
	}
	if err != nil {
		return payment.Facts{}, err
	}
	f, err := g.facts(ctx, op, o)
	if err == nil && (f.Order == "" || f.Attempt == "") {
		return payment.Facts{}, fault.New(fault.NotFound, op, "payment_not_ours", payment.RefusalText(fault.NotFound))
	}
	return f, err
}

// facts reads an order, and asks for the disputes of what was paid.
func (g *Gateway) facts(ctx context.Context, op string, o order) (payment.Facts, error) {
	f, err := read(op, o)
	if err != nil {
		return payment.Facts{}, err
	}
	for _, c := range o.Units[0].Payments.Captures {
		if captureKinds[c.Status] != took {
			continue
		}
		disputes, err := g.disputesOf(ctx, op, c.ID, f.Amount.Currency())
		if err != nil {
			return payment.Facts{}, err
		}
		f.Disputes = append(f.Disputes, disputes...)
	}
	return f, nil
}

// read makes facts of an order alone.
func read(op string, o order) (payment.Facts, error) {
	u := o.Units[0]
	f := payment.Facts{Intent: o.ID}
	f.Order, f.Attempt, _ = references(u.Custom)
	var err error
	if f.Amount, err = fromWire(op, u.Amount); err != nil {
		return payment.Facts{}, err
	}
	s, err := add(op, u.Payments.Captures, f.Amount.Currency())
	if err != nil {
		return payment.Facts{}, err
	}
	if f.State, err = judge(op, o, s); err != nil {
		return payment.Facts{}, err
	}
	f.Captured, f.Fee = s.taken, s.fee
	f.Ready = f.State == payment.RequiresAction && o.Status == approved
	if s.taken == 0 && s.waits == 0 {
		f.LastError = s.reason()
	}
	if len(u.Payments.Authorizations) > 0 {
		last := byAge(u.Payments.Authorizations, 1)
		if f.State == payment.Authorized {
			f.CaptureBefore = last.Expires
			f.Sure, f.Renewable = sureOf(last)
		}
		if last.Status == "DENIED" {
			f.LastError = "authorization_denied"
		}
	}
	for _, r := range u.Payments.Refunds {
		made, err := refundFacts(op, r, f.Amount.Currency())
		if err != nil {
			return payment.Facts{}, err
		}
		f.Refunds = append(f.Refunds, made)
	}
	return f, nil
}

// add sums captures up.
func add(op string, captures []capture, c money.Currency) (sums, error) {
	var s sums
	for _, each := range captures {
		kind, known := captureKinds[each.Status]
		amount, err := each.Amount.in(op, c)
		switch {
		case !known:
			return sums{}, newWord(op)
		case err != nil:
			return sums{}, err
		case !payment.IsRef(each.ID, 64):
			return sums{}, unreadable(op)
		}
		switch kind {
		case waits:
			s.waits++
		case refused:
			s.refused, s.last = s.refused+1, each.Status
		case took:
			s.taken += amount
			if b := each.Breakdown; b != nil {
				// A fee in the currency of the shop's balance, after a conversion, is not ours to count.
				if fee, err := b.Fee.in(op, c); err == nil {
					s.fee += fee
				}
			}
		}
	}
	if s.taken < 0 {
		return sums{}, unreadable(op) // More than can be counted.
	}
	return s, nil
}
