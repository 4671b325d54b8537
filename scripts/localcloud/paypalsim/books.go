package paypalsim

import (
	"cmp"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// reference is our order's id, as custom_id says it: what is before the first slash.
func (o *order) reference() string {
	reference, _, _ := strings.Cut(o.unit.Custom, "/")
	return reference
}

// Books lists all books, by reference and currency. Amounts are in hundredths, or in whole units of HUF, JPY and TWD.
func (s *Sim) Books() []gatewaysim.Book {
	s.lock()
	defer s.unlock()
	var ledger gatewaysim.Ledger
	for _, o := range s.orders.All() {
		o.enter(ledger.At(o.reference(), o.currency))
	}
	return ledger.List()
}

// Totals sums the books by currency; Reference is "".
func (s *Sim) Totals() []gatewaysim.Book { return gatewaysim.Sum(s.Books()) }

func (o *order) enter(b *gatewaysim.Book) {
	if o.open() && !o.expired {
		b.Chargeable++
		b.Waiting++ // It is charged only if the shop says so, whatever the shopper does.
	}
	holds := false
	for _, a := range o.authorizations {
		if a.open() {
			b.Authorized += max(a.value-a.taken(), 0)
			holds = true
		}
	}
	for _, c := range o.captures {
		if c.status == pending {
			holds = true
		}
		if c.status != completed {
			continue
		}
		holds = true
		b.Captured += c.value
		b.Fees += c.fee
		for _, d := range c.disputes {
			b.Heard(d.id, d.said)
			b.Fees += d.fee
			b.Disputed += d.taken
			if !d.open() {
				b.DisputesLost += d.taken
			}
		}
	}
	for _, r := range o.refunds {
		switch r.status {
		case completed:
			b.Refunded += r.value
		case pending:
			b.RefundsPending += r.value
		}
	}
	if holds {
		b.Charges++
		b.Chargeable++
	}
}

// Payments lists all payments, newest first.
func (s *Sim) Payments() []gatewaysim.Payment { return s.payments(func(*order) bool { return true }) }

// PaymentsOf lists the payments of a reference, newest first.
func (s *Sim) PaymentsOf(reference string) []gatewaysim.Payment {
	return s.payments(func(o *order) bool { return o.reference() == reference })
}

func (s *Sim) payments(wanted func(*order) bool) []gatewaysim.Payment {
	s.lock()
	defer s.unlock()
	list := []gatewaysim.Payment{}
	for _, o := range s.orders.Newest(wanted) {
		list = append(list, s.payment(o))
	}
	gatewaysim.Latest(list)
	return list
}

func (s *Sim) payment(o *order) gatewaysim.Payment {
	p := gatewaysim.Payment{Reference: o.reference(), Intent: o.id, Status: o.status, Amount: o.value, Currency: o.currency, Created: o.created.Unix()}
	if o.open() && !o.expired {
		p.PayURL = s.pageOf(o)
	}
	if o.expired {
		p.Status = "EXPIRED"
	}
	if o.card.Last4 != "" {
		p.Method = o.card.Brand + " " + o.card.Last4
	} else if o.debit != "" {
		p.Method = "bank account"
	}
	for _, c := range o.captures {
		p.Charge, p.Status = c.id, c.status
		if c.status == completed {
			p.Captured += c.value
		}
		for _, d := range c.disputes {
			p.Dispute, p.Disputed = d.id, cmp.Or(d.outcome, d.status)
		}
	}
	for _, r := range o.refunds {
		if r.status == completed {
			p.Refunded += r.value
		}
	}
	return p
}
