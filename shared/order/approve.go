package order

import (
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/payment"
)

// ApproveRefund lets a refund go that awaited a second member of staff. A repeat changes nothing. Errors: fault.NotFound;
// fault.Forbidden, second_approver_needed, for the one who asked for it; fault.Conflict, order_state_conflict, if it was withdrawn.
func (o *Order) ApproveRefund(id payment.RefundID, by By) (Change, error) {
	r, err := o.awaiting("order.ApproveRefund", id)
	switch {
	case err != nil:
		return Change{}, err
	case r.State != payment.RefundAwaiting && r.ApprovedBy != "" && r.State != payment.RefundCanceled:
		return Change{}, nil
	case r.State != payment.RefundAwaiting:
		return Change{}, StateConflict("order.ApproveRefund")
	case r.By == by.Who:
		return Change{}, fault.New(fault.Forbidden, "order.ApproveRefund", "second_approver_needed",
			"Somebody else must approve a refund that you asked for.")
	}
	// Its age counts from here: a key that was never sent is not forgotten.
	r.State, r.ApprovedBy, r.At = payment.RefundRequested, by.Who, by.At.UTC().Truncate(time.Millisecond)
	return o.seal("refund_approved", by, Change{})
}

// WithdrawRefund drops a refund that awaits approval: its amount is free again. Whoever asked for it may do so too. A repeat changes
// nothing. Errors: fault.NotFound; fault.Conflict, order_state_conflict, if it was approved.
func (o *Order) WithdrawRefund(id payment.RefundID, by By) (Change, error) {
	r, err := o.awaiting("order.WithdrawRefund", id)
	switch {
	case err != nil:
		return Change{}, err
	case r.State == payment.RefundCanceled && r.By != "":
		return Change{}, nil
	case r.State != payment.RefundAwaiting:
		return Change{}, StateConflict("order.WithdrawRefund")
	}
	c := Change{}
	withdraw(&c, r, by)
	return o.seal("refund_withdrawn", by, c)
}

// awaiting gives the refund to be changed, in a copy of the list.
func (o *Order) awaiting(op string, id payment.RefundID) (*payment.Refund, error) {
	o.r.Refunds = slices.Clone(o.r.Refunds)
	i := slices.IndexFunc(o.r.Refunds, func(r payment.Refund) bool { return r.ID == id })
	if i < 0 {
		return nil, NotFound(op)
	}
	return &o.r.Refunds[i], nil
}

// withdrawAwaiting drops all refunds that await approval: the order ends, and all of its money goes back.
func (o *Order) withdrawAwaiting(c *Change, by By) {
	o.r.Refunds = slices.Clone(o.r.Refunds)
	for i := range o.r.Refunds {
		if r := &o.r.Refunds[i]; r.State == payment.RefundAwaiting {
			withdraw(c, r, by)
		}
	}
}

func withdraw(c *Change, r *payment.Refund, by By) {
	r.State, r.ApprovedBy = payment.RefundCanceled, by.Who
	c.Postings = append(c.Postings, ledger.Reverse(refundPostings(*r))...)
}
