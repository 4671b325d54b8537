package reconcile

import (
	"crypto/sha256"
	"encoding/json"
	"slices"

	"till/shared/settlement"
)

// key names a thing at a gateway.
type key struct{ gateway, ref string }

// side is one of the first three lists of a book with what the files say of it.
type side struct {
	items  []Item
	byRef  map[key]int
	byOurs map[key]int // By our own reference: the attempt of a payment, the refund of a refund.
	found  map[int]*tally
	others map[key]*tally // What is none of the items.

	ofPayment map[key][]int // By the payment that an item belongs to.
}

// Matcher takes in settlement records one by one, in any order, and compares them with a book. It keeps sums, not rows. Not safe for
// concurrent use.
type Matcher struct {
	options  Options
	book     Book
	payments side
	refunds  side
	disputes side
	payouts  map[key]*payout
	batches  map[batchKey]*batch
	rows     map[key][16]byte
	parents  map[key]string // Which charge a refund's or dispute's own row names.
	found    []Difference
	gateways map[string]bool
	file     string
}

// File says of which file the records that follow are: what they bring into the ledger is kept under its name, unless they name a payout.
func (m *Matcher) File(name string) { m.file = name }

// New begins a comparison with a book.
func New(book Book, o Options) *Matcher {
	m := &Matcher{options: o, book: book, payouts: map[key]*payout{}, batches: map[batchKey]*batch{}, rows: map[key][16]byte{},
		parents: map[key]string{}, gateways: map[string]bool{}}
	m.payments = newSide(book.Payments, func(i Item) string { return i.Attempt })
	m.refunds = newSide(book.Refunds, func(i Item) string { return i.Refund })
	m.disputes = newSide(book.Disputes, func(Item) string { return "" })
	for _, g := range o.Gateways {
		m.gateways[g] = true
	}
	return m
}

func newSide(items []Item, ours func(Item) string) side {
	s := side{items: items, byRef: make(map[key]int, len(items)), byOurs: make(map[key]int, len(items)), found: make(map[int]*tally, len(items)),
		others: map[key]*tally{}, ofPayment: make(map[key][]int, len(items))}
	for i, item := range items {
		s.ofPayment[payer(item)] = append(s.ofPayment[payer(item)], i)
		for _, ref := range append([]string{item.Ref}, item.Refs...) {
			if ref != "" {
				s.byRef[key{item.Gateway, ref}] = i
			}
		}
		if own := ours(item); own != "" {
			s.byOurs[key{item.Gateway, own}] = i
		}
	}
	return s
}

// of finds an item by a gateway's references, the first that is known.
func (s *side) of(gateway string, refs ...string) (int, bool) {
	for _, ref := range refs {
		if i, there := s.byRef[key{gateway, ref}]; there && ref != "" {
			return i, true
		}
	}
	return 0, false
}

// tally gives the sums of an item.
func (s *side) tally(i int) *tally {
	if s.found[i] == nil {
		s.found[i] = &tally{}
	}
	return s.found[i]
}

// other gives the sums of what is none of the items.
func (s *side) other(gateway, ref string) *tally {
	k := key{gateway, ref}
	if s.others[k] == nil {
		s.others[k] = &tally{}
	}
	return s.others[k]
}

// Add takes in a record. The same row twice counts once, and is noted.
func (m *Matcher) Add(r settlement.Record) {
	m.gateways[r.Gateway] = true
	if !m.fresh(r) {
		return
	}
	b := m.pay(r)
	switch r.Kind {
	case settlement.Charge:
		m.charge(r, b)
	case settlement.Refund, settlement.RefundFailed:
		m.parents[key{r.Gateway, r.ID}] = r.Charge
		i, there := m.refunds.byOurs[key{r.Gateway, r.Refund}]
		if byRef, known := m.refunds.of(r.Gateway, r.Ref); known {
			i, there = byRef, true
		}
		if there {
			m.refunds.tally(i).add(r, b)
		} else {
			m.refunds.other(r.Gateway, first(r.Ref, r.ID)).add(r, b)
		}
	case settlement.Dispute, settlement.DisputeReversed:
		m.parents[key{r.Gateway, r.ID}] = r.Charge
		if i, known := m.disputes.of(r.Gateway, r.Ref); known {
			m.disputes.tally(i).add(r, b)
		} else {
			m.disputes.other(r.Gateway, first(r.Charge, r.Payment, r.Ref, r.ID)).add(r, b)
		}
	case settlement.Adjustment:
		if r.Net != 0 {
			d := Difference{Code: AdjustmentUnknown, Subject: Row, Gateway: r.Gateway, Ref: r.ID, Order: r.Order, Line: r.Line}
			d.Theirs = (&tally{gross: r.Net, currency: r.Currency}).amount()
			m.note(d)
		}
	case settlement.Fee, settlement.Hold, settlement.Conversion, settlement.Payout: // Booked, or still ours.
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// fresh tells whether a row was not read before.
func (m *Matcher) fresh(r settlement.Record) bool {
	k, line := key{r.Gateway, r.ID}, r.Line
	r.Line = 0
	text, err := json.Marshal(r)
	if err != nil {
		text = []byte(r.ID)
	}
	sum := sha256.Sum256(text)
	print := [16]byte(sum[:16])
	before, again := m.rows[k]
	if !again {
		m.rows[k] = print
		return true
	}
	d := Difference{Code: RowRepeated, Subject: Row, Gateway: r.Gateway, Ref: r.ID, Order: r.Order, Line: line}
	if before != print {
		d.Code = RowConflict
	}
	d.Theirs = (&tally{gross: r.Gross, currency: r.Currency}).amount()
	m.note(d)
	return false
}

// charge takes in money taken from a shopper. The gateway's reference goes before ours, which people can edit there.
func (m *Matcher) charge(r settlement.Record, b *batch) {
	i, known := m.payments.of(r.Gateway, r.Charge, r.Payment, r.Ref)
	j, named := m.payments.byOurs[key{r.Gateway, r.Attempt}]
	switch {
	case known && named && i != j:
		m.note(Difference{Code: ReferenceConflict, Subject: Payment, Gateway: r.Gateway, Ref: first(r.Payment, r.Charge), Order: r.Order,
			Attempt: r.Attempt, Ours: m.payments.items[i].amount(1), Theirs: (&tally{gross: r.Gross, currency: r.Currency}).amount(), Line: r.Line})
	case !known && named:
		i, known = j, true
	}
	if known {
		m.payments.tally(i).add(r, b)
		return
	}
	m.payments.other(r.Gateway, first(r.Payment, r.Charge, r.Ref, r.ID)).add(r, b)
}

func (m *Matcher) note(d Difference) {
	d.Action = d.Code.Action()
	m.found = append(m.found, d)
}

// Result is what a comparison has found. Differences, Waiting and Journal are in an order of their own, not that of the rows.
type Result struct {
	Differences []Difference `json:"differences"`
	Waiting     []Difference `json:"waiting"` // Too early to say: not yet differences.
	Journal     []Entry      `json:"journal"` // What the settlement itself brings into the ledger.
	Settled     []Settled    `json:"settled"` // What to add to each item's Settled and SettledFee before the next files are read.
}

// Settled is what the files say of one item of the book.
type Settled struct {
	Subject Subject `json:"subject"`
	Gateway string  `json:"gateway"`
	Ref     string  `json:"ref,omitempty"`
	Order   string  `json:"order,omitempty"`
	Attempt string  `json:"attempt,omitempty"`
	Refund  string  `json:"refund,omitempty"`
	Gross   int64   `json:"gross"`
	Fee     int64   `json:"fee"`
}

// Result ends the comparison.
func (m *Matcher) Result() Result {
	m.place()
	r := Result{Differences: slices.Clone(m.found)}
	m.compare(&r, Payment, &m.payments, 1)
	m.compare(&r, Refund, &m.refunds, -1)
	m.compare(&r, Dispute, &m.disputes, -1)
	m.strangers(&r)
	m.comparePayouts(&r)
	r.Journal = m.journal()
	sortDifferences(r.Differences)
	sortDifferences(r.Waiting)
	return r
}
