package squaresim

import (
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// refund gives money back. https://developer.squareup.com/reference/square/objects/PaymentRefund
type refund struct {
	id      string
	payment *payment
	order   *order // Square makes one for each refund.
	amount  int64
	status  string // PENDING, COMPLETED, REJECTED or FAILED.
	reason  string
	created time.Time
	updated time.Time
}

// rejected is a refund that the bank did not take.
const rejected = "REJECTED"

// counts tells whether the money is back or on its way.
func (r *refund) counts() bool { return r.status == pending || r.status == completed }

// refundFor is how long refunds can be made. https://developer.squareup.com/docs/refunds-api/overview
const refundFor = 365 * 24 * time.Hour

func (s *Sim) viewRefund(r *refund) object {
	view := object{"id": r.id, "status": r.status, "location_id": s.cfg.LocationID, "unlinked": false, "destination_type": "CARD",
		"amount_money": s.money(r.amount), "payment_id": r.payment.id, "order_id": r.order.id, "created_at": stamp(r.created), "updated_at": stamp(r.updated)}
	if r.reason != "" {
		view["reason"] = r.reason
	}
	return view
}

// createRefund is https://developer.squareup.com/reference/square/refunds-api/refund-payment
func (s *Sim) createRefund(c *call) (object, *apiError) {
	b := c.body
	b.only("idempotency_key", "payment_id", "amount_money", "reason", "payment_version_token")
	b.need("idempotency_key", 45)
	amount, reason := b.money("amount_money", s.cfg.Currency, 1), b.text("reason", 192)
	p, known := s.payments.Get(b.need("payment_id", 192))
	switch wrong := *b.wrong; {
	case wrong != nil:
		return nil, wrong
	case !known:
		return nil, noSuch("payment", "payment_id")
	}
	if refused := s.refusedRefund(p, amount); refused != nil {
		return nil, refused
	}
	return object{"refund": s.viewRefund(s.give(p, amount, reason))}, nil
}

func (s *Sim) refusedRefund(p *payment, amount int64) *apiError {
	var code string
	field := "payment_id"
	switch {
	case p.status == approved || p.status == pending:
		code = "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION"
	case p.status != completed || s.now().Sub(p.created) > refundFor:
		code = "PAYMENT_NOT_REFUNDABLE"
	case p.disputed() > 0:
		code = "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE"
	case amount > p.left():
		code, field = "REFUND_AMOUNT_INVALID", "amount_money.amount"
	default:
		return nil
	}
	e := refuse(code, field, "The payment cannot be refunded like this.")
	e.category = categoryRefund
	return e
}

// give makes a refund; how it ends is a matter of the faults and of the card.
func (s *Sim) give(p *payment, amount int64, reason string) *refund {
	mode := s.core.Faulty().Refunds
	if mode == "" || mode == "succeeded" {
		mode = p.card.Refund
	}
	now := s.now()
	r := &refund{id: p.id + "_" + s.id(22), payment: p, amount: amount, status: completed, reason: reason, created: now, updated: now}
	r.order = &order{state: completed, version: 1, created: now, updated: now, closed: now, returned: r}
	s.keepOrder(r.order)
	s.refunds.Put(r.id, r)
	end := ""
	switch mode {
	case gatewaysim.RefundsPending:
		r.status, end = pending, completed
	case gatewaysim.RefundsPendingFail:
		r.status, end = pending, failed
	case gatewaysim.RefundsFailLate:
		end = failed
	case gatewaysim.RefundsFailed:
		r.status = rejected
	}
	p.refunds = append(p.refunds, r)
	s.emitRefund("refund.created", r)
	s.update(p)
	if end != "" {
		s.after(s.cfg.SettleAfter, "refund "+r.id, func() { s.endRefund(r, end) })
	}
	return r
}

// endRefund lets a refund succeed or fail; it does nothing if it has ended so already.
func (s *Sim) endRefund(r *refund, status string) {
	if r.status == status || !r.counts() {
		return
	}
	r.status, r.updated = status, s.now()
	s.emitRefund("refund.updated", r)
	s.update(r.payment)
}

func (s *Sim) getRefund(c *call) (object, *apiError) {
	r, ok := s.refunds.Get(c.args[0])
	if !ok {
		return nil, noSuch("refund", "refund_id")
	}
	return object{"refund": s.viewRefund(r)}, nil
}

// listRefunds is https://developer.squareup.com/reference/square/refunds-api/list-payment-refunds
func (s *Sim) listRefunds(c *call) (object, *apiError) {
	list, next, refused := listed(s, c, &s.refunds, func(r *refund) (string, time.Time) { return r.id, r.created })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, r := range list {
		views = append(views, s.viewRefund(r))
	}
	return withCursor(object{"refunds": views}, next), nil
}
