package squaresim

import (
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// The states of a payment beside COMPLETED and CANCELED. https://developer.squareup.com/docs/payments-api/take-payments#payment-status
const (
	approved = "APPROVED"
	pending  = "PENDING"
	failed   = "FAILED"
)

// payment is money, or a try for it. https://developer.squareup.com/reference/square/objects/Payment
type payment struct {
	id           string
	order        *order
	amount       int64
	status       string
	autocomplete bool
	delay        time.Duration // From creation to the delayed cancel.
	created      time.Time
	updated      time.Time
	taken        time.Time // When it was completed.
	version      int
	reference    string
	note         string
	card         gatewaysim.Card
	bank         bool
	code         string // Why it failed.
	lapsed       bool   // It was canceled because its time was over.
	fee          int64
	feeKnown     bool
	refunds      []*refund
	disputes     []*dispute
}

// left is what is neither given back nor on its way back.
func (p *payment) left() int64 {
	sum := p.amount
	for _, r := range p.refunds {
		if r.counts() {
			sum -= r.amount
		}
	}
	return sum
}

// disputed is what disputes hold.
func (p *payment) disputed() int64 {
	sum := int64(0)
	for _, d := range p.disputes {
		if d.holds() {
			sum += d.amount
		}
	}
	return sum
}

// charge is a try to pay an order, whose source has been looked up.
type charge struct {
	order        *order
	amount       int64
	source       source
	autocomplete bool
	delay        time.Duration
	reference    string
	note         string
}

// defaultDelay is P7D, for cards that are not there.
// https://developer.squareup.com/docs/payments-api/take-payments/card-payments/delayed-capture#time-threshold
const defaultDelay = 7 * 24 * time.Hour

// try makes a payment, also of a card that is declined.
func (s *Sim) try(c charge) *payment {
	now := s.now()
	p := &payment{id: s.id(25) + "YZ", order: c.order, amount: c.amount, autocomplete: c.autocomplete, delay: c.delay, created: now, updated: now,
		reference: c.reference, note: c.note, card: c.source.card, bank: c.source.bank, status: approved}
	gatewaysim.Default(&p.delay, defaultDelay)
	s.payments.Put(p.id, p)
	c.order.tenders = append(c.order.tenders, p)
	switch {
	case c.source.code != "":
		p.status, p.code = failed, c.source.code
		s.touch(c.order, c.order.state)
	case p.bank:
		p.status = pending
		s.touch(c.order, open)
		s.after(s.cfg.SettleAfter, "bank payment "+p.id, func() { s.settle(p, c.source.returned) })
	default:
		s.touch(c.order, open)
	}
	s.emitPayment("payment.created", p)
	switch {
	case p.status == approved && p.autocomplete:
		s.complete(p)
	case p.status == approved:
		s.after(p.delay, "delayed cancel "+p.id, func() {
			if p.status == approved {
				p.lapsed = true
				s.void(p)
			}
		})
	}
	return p
}

// settle ends a bank payment.
func (s *Sim) settle(p *payment, returned bool) {
	if returned {
		p.status, p.code = failed, "INSUFFICIENT_FUNDS"
		s.update(p)
		return
	}
	s.complete(p)
}

// complete takes the money. An order that a link made stays open, since Square adds a delivery to it:
// https://github.com/RoboJackets/apiary/issues/2691
func (s *Sim) complete(p *payment) {
	p.status, p.taken = completed, s.now()
	if p.order.link == nil && p.order.paid() >= p.order.total {
		s.touch(p.order, completed)
	} else {
		s.touch(p.order, open)
	}
	s.update(p)
	s.emitOrder("order.updated", p.order)
	p.fee = s.feeOf(p.amount)
	s.after(s.cfg.FeeAfter, "fee of "+p.id, func() {
		p.feeKnown = true
		s.update(p)
	})
	if p.card.Dispute != "" {
		s.after(s.cfg.DisputeAfter, "dispute of "+p.id, func() { s.raise(p, p.card.Dispute, p.card.Inquiry, 0) })
	}
}

// feeOf is 1.4 % and 25 of the smallest unit, half up. https://squareup.com/ie/en/payments/our-fees
func (s *Sim) feeOf(amount int64) int64 { return min((amount*14+500)/1000+25, amount) }

// void gives an approval up.
func (s *Sim) void(p *payment) {
	p.status = canceled
	s.touch(p.order, p.order.state)
	s.update(p)
}

// update notes a change of a payment, and announces it.
func (s *Sim) update(p *payment) {
	p.version++
	p.updated = s.now()
	s.emitPayment("payment.updated", p)
}

// tooLate says why a payment is not approved any more.
func (p *payment) tooLate(field string) *apiError {
	code := map[string]string{completed: "DELAYED_TRANSACTION_CAPTURED", canceled: "DELAYED_TRANSACTION_CANCELED", failed: "DELAYED_TRANSACTION_FAILED"}[p.status]
	if p.lapsed {
		code = "DELAYED_TRANSACTION_EXPIRED"
	}
	if code == "" {
		code = "BAD_REQUEST"
	}
	return refuse(code, field, "The payment is "+p.status+", not APPROVED.")
}
