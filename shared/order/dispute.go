package order

import (
	"slices"
	"time"

	"till/shared/ledger"
	"till/shared/payment"
)

// Dispute finds a dispute by the gateway's reference.
func (o *Order) Dispute(ref string) (payment.Dispute, bool) {
	i := slices.IndexFunc(o.r.Disputes, func(d payment.Dispute) bool { return d.Ref == ref })
	if i < 0 {
		return payment.Dispute{}, false
	}
	return o.r.Disputes[i], true
}

// disputeHold is the hold of an order of which a dispute is open.
func disputeHold(ref string) string { return "dispute:" + ref }

// applyDispute keeps a dispute's state and books what the gateway took for it: it is a hold while it is open, and never a move
// of the order. A lost one that is said to be open is old news. It gives the change's kind, "" if there are no news.
func (o *Order) applyDispute(c *Change, a payment.Attempt, f payment.DisputeFacts, by By) string {
	f.DueBy = f.DueBy.UTC().Truncate(time.Second)
	i := slices.IndexFunc(o.r.Disputes, func(have payment.Dispute) bool { return have.Ref == f.Ref })
	o.r.Disputes = slices.Clone(o.r.Disputes)
	if i < 0 {
		o.r.Disputes = append(o.r.Disputes, payment.Dispute{DisputeFacts: payment.DisputeFacts{Ref: f.Ref}, Attempt: a.ID,
			At: by.At.UTC().Truncate(time.Second)})
		i = len(o.r.Disputes) - 1
	}
	d := &o.r.Disputes[i]
	was, answer := d.DisputeFacts, ""
	if !was.Lost() || !f.Open() {
		answer = (*disputed)(d).heard(f, by.At)
	}
	if f = ofAnswer(*d, f); was.Same(f) || was.Lost() && f.Open() {
		return answer
	}
	of := d.Attempt
	taken := o.r.disputed(of)
	d.DisputeFacts, d.Asks, d.Asked = f, 0, time.Time{}
	c.Postings = append(append(c.Postings, ledger.Reverse(disputePostings(was))...), disputePostings(f)...)
	if f.Open() {
		o.hold(disputeHold(f.Ref), by)
	} else {
		o.lift(disputeHold(f.Ref))
	}
	if back := taken - o.r.disputed(of); back > 0 {
		o.refundWon(c, of, back, by)
	}
	switch {
	case !f.Open():
		return "dispute_closed"
	case answer != "":
		return answer
	case was.Open():
		return "dispute_changed"
	default:
		return "dispute_opened"
	}
}

// refundWon gives money of a dispute back that the shop has won, where nobody has a claim to it any more: the order has ended without it, or
// another payment paid it. While the bank had the money it could not be given back.
func (o *Order) refundWon(c *Change, of payment.AttemptID, back int64, by By) {
	a := o.attempt(of)
	if a == nil {
		return
	}
	cause := payment.DuplicatePayment
	switch {
	case o.r.Status == Cancelled:
		cause = payment.OrderCancelled
	case o.r.Status == Expired:
		cause = payment.LatePayment
	case o.r.PaidBy == "" || o.r.PaidBy == of:
		return
	}
	o.refundUpTo(c, *a, back, cause, by)
}

// disputePostings is how a dispute stands on the books: what the gateway withdrew is held in reserve until it is decided, and a
// loss once it is lost. A change of it books the difference.
func disputePostings(d payment.DisputeFacts) []ledger.Posting {
	to := ledger.DisputeReserve
	if d.Lost() {
		to = ledger.DisputeLosses
	}
	return append(ledger.Transfer(ledger.GatewayClearing, to, d.Withdrawn), ledger.Transfer(ledger.FeesPayable, ledger.Fees, d.Fee)...)
}

// disputed is what disputes have taken of an attempt's money, minor units: what is withdrawn; of a lost one all that it is
// about, if the gateway does not say what it withdrew.
func (r *Record) disputed(id payment.AttemptID) int64 {
	var sum int64
	for _, d := range r.Disputes {
		switch {
		case d.Attempt != id:
		case d.Withdrawn > 0:
			sum += d.Withdrawn
		case d.Lost():
			sum += d.Amount
		}
	}
	return sum
}

// disputesOf are the references of an attempt's disputes, those that are open first.
func (r *Record) disputesOf(id payment.AttemptID) []string {
	var open, decided []string
	for _, d := range r.Disputes {
		switch {
		case d.Attempt != id:
		case d.Open():
			open = append(open, d.Ref)
		default:
			decided = append(decided, d.Ref)
		}
	}
	return append(open, decided...)
}

// openDispute tells whether a bank has still to decide.
func (r *Record) openDispute() bool {
	return slices.ContainsFunc(r.Disputes, func(d payment.Dispute) bool { return d.Open() })
}
