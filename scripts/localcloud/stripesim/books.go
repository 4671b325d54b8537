package stripesim

import (
	"cmp"

	"till/scripts/localcloud/gatewaysim"
)

// Books lists all books, by reference and currency.
func (s *Sim) Books() []Book {
	s.lock()
	defer s.unlock()
	var ledger gatewaysim.Ledger
	for _, se := range s.sessions.All() {
		if b := ledger.At(s.sessionReference(se), se.currency); se.intent == nil && se.status == "open" {
			b.Chargeable++
		}
	}
	for _, pi := range s.intents.All() {
		addIntent(ledger.At(s.reference(pi), pi.currency), pi)
	}
	for _, ch := range s.charges.All() {
		addCharge(ledger.At(s.reference(ch.intent), ch.intent.currency), ch)
	}
	return ledger.List()
}

func addIntent(b *Book, pi *intent) {
	refusedDebit := pi.session != nil && pi.session.status == "complete" && pi.status == needsMethod
	if pi.status != canceled && !refusedDebit {
		b.Chargeable++
	}
	b.Authorized += pi.capturable
}

func addCharge(b *Book, ch *charge) {
	if ch.status != succeeded {
		return
	}
	b.Captured += ch.amountTaken
	if ch.captured || ch.intent.status == needsCapture {
		b.Charges++
	}
	if ch.movement != nil {
		b.Fees += ch.movement.fee
	}
	for _, r := range ch.refunds {
		switch {
		case r.release:
		case r.status == succeeded:
			b.Refunded += r.amount
		case r.status == "pending":
			b.RefundsPending += r.amount
		}
	}
	for _, d := range ch.disputes {
		b.Heard(d.id, d.said)
		if d.taken == nil {
			continue
		}
		b.Fees += d.taken.fee
		if d.holdsFunds() {
			b.Disputed += d.amount
		}
		if d.status == "lost" {
			b.DisputesLost += d.amount
		}
	}
}

// Totals sums the books by currency; Reference is "".
func (s *Sim) Totals() []Book { return gatewaysim.Sum(s.Books()) }

// reference is worked out once, until the metadata changes: books are looked at all the time.
func (s *Sim) reference(pi *intent) string {
	if pi.known == "" {
		pi.known = s.referenceOf(pi)
	}
	return pi.known
}

func (s *Sim) referenceOf(pi *intent) string {
	if own := pi.metadata[s.cfg.ReferenceKey]; own != "" {
		return own
	}
	if pi.session != nil {
		return s.sessionReference(pi.session)
	}
	return ""
}

func (s *Sim) sessionReference(se *session) string {
	if se.known == "" {
		se.known = cmp.Or(se.forMoney[s.cfg.ReferenceKey], se.reference, se.metadata[s.cfg.ReferenceKey])
	}
	return se.known
}

// Payments lists all payments, newest first.
func (s *Sim) Payments() []Payment { return s.payments(func(string) bool { return true }) }

// PaymentsOf lists the payments of a reference, newest first.
func (s *Sim) PaymentsOf(reference string) []Payment {
	return s.payments(func(of string) bool { return of == reference })
}

func (s *Sim) payments(wanted func(reference string) bool) []Payment {
	s.lock()
	defer s.unlock()
	list := []Payment{}
	for _, se := range s.sessions.Newest(func(se *session) bool { return se.intent == nil && wanted(s.sessionReference(se)) }) {
		p := Payment{Reference: s.sessionReference(se), Session: se.id, Status: "session " + se.status, Amount: se.amount,
			Currency: upper(se.currency), Created: se.created}
		if se.status == "open" {
			p.PayURL = s.cfg.BaseURL + "/pay/" + se.id
		}
		list = append(list, p)
	}
	for _, pi := range s.intents.Newest(func(pi *intent) bool { return wanted(s.reference(pi)) }) {
		list = append(list, s.payment(pi))
	}
	gatewaysim.Latest(list)
	return list
}

func (s *Sim) payment(pi *intent) Payment {
	p := Payment{Reference: s.reference(pi), Intent: pi.id, Status: pi.status, Amount: pi.amount, Currency: upper(pi.currency),
		Created: pi.created, Captured: pi.received}
	if pi.session != nil {
		p.Session, p.Created = pi.session.id, pi.session.created
		if pi.session.status == "open" {
			p.PayURL = s.cfg.BaseURL + "/pay/" + pi.session.id
		}
	}
	ch := pi.charge
	if ch == nil {
		return p
	}
	p.Charge, p.Method = ch.id, ch.method.short()
	var b Book
	addCharge(&b, ch)
	p.Refunded = b.Refunded
	for _, d := range ch.disputes {
		p.Dispute, p.Disputed = d.id, d.status
	}
	return p
}
