package stripesim

import (
	"cmp"
	"slices"
)

// Book is what this Stripe knows of one order reference in one currency, in minor units. It is kept apart from what
// any client believes.
type Book struct {
	Reference string `json:"reference"` // Metadata ReferenceKey of the payment, else client_reference_id, else "".
	Currency  string `json:"currency"`  // "EUR"

	Captured       int64 `json:"captured"`
	Refunded       int64 `json:"refunded"`        // By refunds that succeeded, and have not failed since.
	RefundsPending int64 `json:"refunds_pending"` // On the way.
	Disputed       int64 `json:"disputed"`        // Taken by disputes that are open or lost.
	DisputesLost   int64 `json:"disputes_lost"`   // The part of Disputed that is gone for good.
	Authorized     int64 `json:"authorized"`      // Held, not captured.
	Fees           int64 `json:"fees"`

	Charges    int `json:"charges"`    // Successful charges: captured or authorized.
	Chargeable int `json:"chargeable"` // Payments that are or can still be charged: open sessions, unfinished intents, money taken or held.
}

// Books lists all books, by reference and currency.
func (s *Sim) Books() []Book {
	s.lock()
	defer s.unlock()
	books := map[[2]string]*Book{}
	at := func(reference, currency string) *Book {
		key := [2]string{reference, currency}
		if books[key] == nil {
			books[key] = &Book{Reference: reference, Currency: upper(currency)}
		}
		return books[key]
	}
	for _, se := range s.sessions.all() {
		if b := at(s.sessionReference(se), se.currency); se.intent == nil && se.status == "open" {
			b.Chargeable++
		}
	}
	for _, pi := range s.intents.all() {
		at(s.reference(pi), pi.currency).addIntent(pi)
	}
	for _, ch := range s.charges.all() {
		at(s.reference(ch.intent), ch.intent.currency).addCharge(ch)
	}
	list := []Book{}
	for _, b := range books {
		list = append(list, *b)
	}
	slices.SortFunc(list, func(a, b Book) int {
		return cmp.Or(cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.Currency, b.Currency))
	})
	return list
}

func (b *Book) addIntent(pi *intent) {
	refusedDebit := pi.session != nil && pi.session.status == "complete" && pi.status == needsMethod
	if pi.status != canceled && !refusedDebit {
		b.Chargeable++
	}
	b.Authorized += pi.capturable
}

func (b *Book) addCharge(ch *charge) {
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
	d := ch.dispute
	if d == nil || d.taken == nil {
		return
	}
	b.Fees += d.taken.fee
	if d.holdsFunds() {
		b.Disputed += d.amount
	}
	if d.status == "lost" {
		b.DisputesLost += d.amount
	}
}

// Totals sums the books by currency; Reference is "".
func (s *Sim) Totals() []Book {
	sums := map[string]*Book{}
	for _, b := range s.Books() {
		t := sums[b.Currency]
		if t == nil {
			t = &Book{Currency: b.Currency}
			sums[b.Currency] = t
		}
		t.Captured += b.Captured
		t.Refunded += b.Refunded
		t.RefundsPending += b.RefundsPending
		t.Disputed += b.Disputed
		t.DisputesLost += b.DisputesLost
		t.Authorized += b.Authorized
		t.Fees += b.Fees
		t.Charges += b.Charges
		t.Chargeable += b.Chargeable
	}
	list := []Book{}
	for _, currency := range sortedKeys(sums) {
		list = append(list, *sums[currency])
	}
	return list
}

func (s *Sim) reference(pi *intent) string {
	if own := pi.metadata[s.cfg.ReferenceKey]; own != "" {
		return own
	}
	if pi.session != nil {
		return s.sessionReference(pi.session)
	}
	return ""
}

func (s *Sim) sessionReference(se *session) string {
	return cmp.Or(se.forMoney[s.cfg.ReferenceKey], se.reference, se.metadata[s.cfg.ReferenceKey])
}

// Payment is a line of the control page: a session, an intent, or both.
type Payment struct {
	Reference string `json:"reference"`
	Session   string `json:"session,omitempty"`
	PayURL    string `json:"pay_url,omitempty"` // While the session is open.
	Intent    string `json:"intent,omitempty"`
	Charge    string `json:"charge,omitempty"` // The latest.
	Status    string `json:"status"`           // The intent's, or "session open" and the like.
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Method    string `json:"method,omitempty"` // "visa 4242"
	Captured  int64  `json:"captured"`
	Refunded  int64  `json:"refunded"`
	Dispute   string `json:"dispute,omitempty"` // Its id.
	Disputed  string `json:"disputed,omitempty"`
	Created   int64  `json:"created"` // Unix seconds.
}

// Payments lists all payments, newest first.
func (s *Sim) Payments() []Payment {
	s.lock()
	defer s.unlock()
	list := []Payment{}
	for _, se := range s.sessions.newest(func(se *session) bool { return se.intent == nil }) {
		p := Payment{Reference: s.sessionReference(se), Session: se.id, Status: "session " + se.status, Amount: se.amount,
			Currency: upper(se.currency), Created: se.created}
		if se.status == "open" {
			p.PayURL = s.cfg.BaseURL + "/pay/" + se.id
		}
		list = append(list, p)
	}
	for _, pi := range s.intents.newest(func(*intent) bool { return true }) {
		list = append(list, s.payment(pi))
	}
	slices.SortStableFunc(list, func(a, b Payment) int { return cmp.Compare(b.Created, a.Created) })
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
	b.addCharge(ch)
	p.Refunded = b.Refunded
	if ch.dispute != nil {
		p.Dispute, p.Disputed = ch.dispute.id, ch.dispute.status
	}
	return p
}
