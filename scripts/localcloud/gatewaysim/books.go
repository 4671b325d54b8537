package gatewaysim

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Book is what a simulated gateway knows of one order reference in one currency, in minor units. It is kept apart from what
// any client believes.
type Book struct {
	Reference string `json:"reference"` // Our order's, as the gateway was told; "" without one.
	Currency  string `json:"currency"`  // "EUR"

	Captured       int64 `json:"captured"`
	Refunded       int64 `json:"refunded"`        // By refunds that succeeded, and have not failed since.
	RefundsPending int64 `json:"refunds_pending"` // On the way.
	Disputed       int64 `json:"disputed"`        // Taken by disputes that are open or lost.
	DisputesLost   int64 `json:"disputes_lost"`   // The part of Disputed that is gone for good.
	Authorized     int64 `json:"authorized"`      // Held, not captured.
	Fees           int64 `json:"fees"`

	Charges    int    `json:"charges"`           // Successful charges: captured or authorized.
	Chargeable int    `json:"chargeable"`        // Payments that are or can still be charged: open pages, unfinished payments, money taken or held.
	Answers    []Said `json:"answers,omitempty"` // To disputes, of those that the shop has answered.

	Waiting int `json:"waiting,omitempty"` // Of Chargeable: those that take no money unless the shop says so once more, whatever the shopper does.
}

// Said is what the shop has said to a dispute, or to a dispute's present stage.
type Said struct {
	Dispute  string `json:"dispute"`
	Times    int    `json:"times"`              // How often evidence was submitted.
	Late     bool   `json:"late,omitempty"`     // After the time to answer.
	Names    bool   `json:"names,omitempty"`    // All that was submitted last names our reference.
	Accepted bool   `json:"accepted,omitempty"` // The shop has given in.
	Files    int    `json:"files,omitempty"`    // Documents with what was submitted last.
}

// Heard enters what was said to a dispute, if anything was.
func (b *Book) Heard(dispute string, a Said) {
	if a.Dispute = dispute; a.Times > 0 || a.Accepted {
		b.Answers = append(b.Answers, a)
	}
}

// Submit notes evidence, by what it says and when its time is over.
func (a *Said) Submit(reference string, now, due time.Time, texts ...string) {
	a.Times++
	a.Late = a.Late || now.After(due)
	a.Names = reference != "" && strings.Contains(strings.Join(texts, "\n"), reference)
}

// Ledger gathers books by reference and currency.
type Ledger struct {
	books map[[2]string]*Book
}

// At is the book of a reference in a currency.
func (l *Ledger) At(reference, currency string) *Book {
	key := [2]string{reference, strings.ToUpper(currency)}
	if l.books == nil {
		l.books = map[[2]string]*Book{}
	}
	if l.books[key] == nil {
		l.books[key] = &Book{Reference: reference, Currency: key[1]}
	}
	return l.books[key]
}

// List is all books, by reference and currency.
func (l *Ledger) List() []Book {
	list := []Book{}
	for _, b := range l.books {
		list = append(list, *b)
	}
	slices.SortFunc(list, func(a, b Book) int {
		return cmp.Or(cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.Currency, b.Currency))
	})
	return list
}

// Sum adds books up by currency; Reference is "".
func Sum(books []Book) []Book {
	var sums Ledger
	for _, b := range books {
		t := sums.At("", b.Currency)
		t.Captured += b.Captured
		t.Refunded += b.Refunded
		t.RefundsPending += b.RefundsPending
		t.Disputed += b.Disputed
		t.DisputesLost += b.DisputesLost
		t.Authorized += b.Authorized
		t.Fees += b.Fees
		t.Charges += b.Charges
		t.Chargeable += b.Chargeable
		t.Waiting += b.Waiting
	}
	return sums.List()
}

// Payment is a line of the control page: a hosted page, a payment, or both.
type Payment struct {
	Reference string `json:"reference"`
	Session   string `json:"session,omitempty"`
	PayURL    string `json:"pay_url,omitempty"` // While the session is open.
	Intent    string `json:"intent,omitempty"`
	Charge    string `json:"charge,omitempty"` // The latest.
	Status    string `json:"status"`           // The payment's, in the gateway's words, or "session open" and the like.
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Method    string `json:"method,omitempty"` // "visa 4242"
	Captured  int64  `json:"captured"`
	Refunded  int64  `json:"refunded"`
	Dispute   string `json:"dispute,omitempty"` // Its id.
	Disputed  string `json:"disputed,omitempty"`
	Created   int64  `json:"created"` // Unix seconds.
}

// Latest sorts payments, newest first; those of one second stay in their order.
func Latest(payments []Payment) {
	slices.SortStableFunc(payments, func(a, b Payment) int { return cmp.Compare(b.Created, a.Created) })
}
