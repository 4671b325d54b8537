package squaresim

import (
	"errors"

	"till/scripts/localcloud/gatewaysim"
)

// Books lists what this Square knows of each order reference, by reference.
func (s *Sim) Books() []Book {
	s.lock()
	defer s.unlock()
	var ledger gatewaysim.Ledger
	for _, o := range s.orders.All() {
		if o.returned != nil {
			continue
		}
		b := ledger.At(o.metadata[s.cfg.ReferenceKey], s.cfg.Currency)
		if o.payable() || o.live() {
			b.Chargeable++
		}
		for _, p := range o.tenders {
			p.enter(b)
		}
	}
	return ledger.List()
}

func (p *payment) enter(b *Book) {
	switch p.status {
	case approved:
		b.Authorized += p.amount
		b.Charges++
	case completed:
		b.Captured += p.amount
		b.Charges++
	}
	if p.feeKnown {
		b.Fees += p.fee
	}
	for _, r := range p.refunds {
		switch r.status {
		case completed:
			b.Refunded += r.amount
		case pending:
			b.RefundsPending += r.amount
		}
	}
	b.Disputed += p.disputed()
	for _, d := range p.disputes {
		b.Heard(d.id, d.said)
		if d.state == lost || d.state == accepted {
			b.DisputesLost += d.amount
		}
	}
}

// Totals sums the books; Reference is "".
func (s *Sim) Totals() []Book { return gatewaysim.Sum(s.Books()) }

// Payments lists all orders to be paid with their latest payment, newest first.
func (s *Sim) Payments() []Payment { return s.lines(func(*order) bool { return true }) }

// PaymentsOf is Payments of a reference alone.
func (s *Sim) PaymentsOf(reference string) []Payment {
	return s.lines(func(o *order) bool { return o.metadata[s.cfg.ReferenceKey] == reference })
}

func (s *Sim) lines(wanted func(*order) bool) []Payment {
	s.lock()
	defer s.unlock()
	list := []Payment{}
	for _, o := range s.orders.Newest(func(o *order) bool { return o.returned == nil && wanted(o) }) {
		line := Payment{Reference: o.metadata[s.cfg.ReferenceKey], Intent: o.id, Status: "order " + o.state, Amount: o.total, Currency: s.cfg.Currency,
			Captured: o.paid(), Created: o.created.Unix()}
		if o.link != nil {
			if line.Session = o.link.id; o.payable() {
				line.PayURL = s.payURL(o.link)
			}
		}
		for _, p := range o.tenders {
			line.Charge, line.Status, line.Method = p.id, p.status, p.card.Brand+" "+p.card.Last4
			for _, r := range p.refunds {
				if r.status == completed {
					line.Refunded += r.amount
				}
			}
			for _, d := range p.disputes {
				line.Dispute, line.Disputed = d.id, d.state
			}
		}
		list = append(list, line)
	}
	gatewaysim.Latest(list)
	return list
}

// RaiseDispute lets the bank dispute all that is left of a payment. It returns the dispute's id. Error: nothing to dispute.
func (s *Sim) RaiseDispute(paymentID, reason string) (string, error) {
	return s.DisputePart(paymentID, reason, 0)
}

// DisputePart is RaiseDispute for an amount: a payment may have several disputes. 0 is all that is left.
func (s *Sim) DisputePart(paymentID, reason string, amount int64) (string, error) {
	s.lock()
	defer s.unlock()
	p, ok := s.payments.Get(paymentID)
	if !ok {
		return "", errors.New("squaresim: no such payment")
	}
	d := s.raise(p, reason, false, amount)
	if d == nil {
		return "", errors.New("squaresim: nothing is left to dispute")
	}
	return d.id, nil
}

// CloseDispute decides an open dispute. Error: no such open dispute.
func (s *Sim) CloseDispute(id string, forShop bool) error {
	s.lock()
	defer s.unlock()
	d, ok := s.disputes.Get(id)
	if !ok || !d.open() {
		return errors.New("squaresim: no such open dispute")
	}
	s.decide(d, forShop)
	return nil
}

// SettleRefund ends a refund now: "succeeded", or "failed", also after it had succeeded. Error: it cannot go there.
func (s *Sim) SettleRefund(id, status string) error {
	s.lock()
	defer s.unlock()
	r, ok := s.refunds.Get(id)
	to := map[string]string{"succeeded": completed, "failed": failed}[status]
	if !ok || to == "" || !r.counts() {
		return errors.New("squaresim: no such refund that can end so")
	}
	s.endRefund(r, to)
	return nil
}

// RefundThem refunds an order's payment as staff would on Square's own dashboard. Error: it cannot be.
func (s *Sim) RefundThem(orderID string, amount int64) (string, error) {
	s.lock()
	defer s.unlock()
	o, ok := s.orders.Get(orderID)
	if !ok {
		return "", errors.New("squaresim: no such order")
	}
	for _, p := range o.tenders {
		if p.status == completed && s.refusedRefund(p, amount) == nil {
			return s.give(p, amount, "Returned Goods").id, nil
		}
	}
	return "", errors.New("squaresim: no payment of the order can be refunded like this")
}

// Retell tells the latest event of a type once more, as another type: Square has had several names for some things. Error: there is
// none.
func (s *Sim) Retell(kind, as string) error {
	s.lock()
	defer s.unlock()
	list := s.events.Newest(func(e *event) bool { return e.kind == kind })
	if len(list) == 0 {
		return errors.New("squaresim: no such event")
	}
	s.listed++
	again := &event{id: s.uuid(), number: s.listed, kind: as, created: s.now(), data: list[0].data}
	s.events.Put(again.id, again)
	s.announce(again)
	return nil
}

// Resend sends an event again to every endpoint that wants it, as the Developer Console can. Error: no such event.
func (s *Sim) Resend(eventID string) error {
	s.lock()
	defer s.unlock()
	e, ok := s.events.Get(eventID)
	if !ok {
		return errors.New("squaresim: no such event")
	}
	s.announce(e)
	return nil
}
