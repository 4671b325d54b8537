package cashier

import (
	"context"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Answer stores what staff say to a dispute, sends it to the gateway, and stores the outcome. evidence makes the pack, when it is to be
// sent; it is not called for one that gives in. A repeat sends it once, and gives again what became of it. Nothing is sent later by
// itself: what did not arrive is told, and staff send it again. The order is the caller's no more. Errors: as order.AnswerDispute;
// those of evidence; fault.Unavailable, it did not happen, and the same request may be made again.
func (c Cashier) Answer(ctx context.Context, o *order.Order, want order.NewAnswer, evidence func(*order.Order, payment.Dispute) (payment.Evidence, error),
	who Who,
) (*order.Order, error) {
	o, _, err := c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.AnswerDispute(want, c.by(who.Who, who.Cause))
	})
	if err != nil {
		return nil, err
	}
	d, found := o.Dispute(want.Dispute)
	if !found || !d.Answer.State.Open() {
		return o, nil
	}
	facts, err := c.reply(ctx, o, d, evidence)
	now, _ := facts.Dispute(want.Dispute)
	refusal := ""
	switch {
	case fault.Is(err, fault.Unknown):
		o, _, err = c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
			return o.AnswerUnknown(want.Dispute, d.Answer.ID, c.by(who.Who, who.Cause))
		})
		return o, err
	case fault.Is(err, fault.Declined, fault.NotFound):
		refusal = fault.Code(err)
	case err != nil:
		return nil, err
	}
	o, _, err = c.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.ApplyAnswer(want.Dispute, d.Answer.ID, refusal, now, c.by(who.Who, who.Cause))
	})
	return o, err
}

// reply makes the call.
func (c Cashier) reply(ctx context.Context, o *order.Order, d payment.Dispute, evidence func(*order.Order, payment.Dispute) (payment.Evidence, error),
) (payment.Facts, error) {
	a, _ := o.Attempt(d.Attempt)
	if d.Answer.Accept {
		g, err := c.Gateway(ctx, a.Gateway)
		if err != nil {
			return payment.Facts{}, err
		}
		return g.AcceptDispute(ctx, a, d.Ref, d.Answer.ID)
	}
	pack, err := evidence(o, d)
	if err != nil {
		return payment.Facts{}, unsent(err)
	}
	g, err := c.Gateway(ctx, a.Gateway)
	if err != nil {
		return payment.Facts{}, err
	}
	return g.AnswerDispute(ctx, a, d.Ref, pack)
}

// unsent is a failure before anything was sent: whatever it is, it says nothing of the answer.
func unsent(err error) error {
	if fault.Is(err, fault.Unknown, fault.Declined, fault.NotFound) {
		return &fault.Error{Kind: fault.Unavailable, Op: "cashier.Answer", Code: "dependency_unavailable", Err: err}
	}
	return err
}
