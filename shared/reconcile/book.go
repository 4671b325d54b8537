// Package reconcile compares what gateways have settled with our books, and says what is to be done about each difference.
package reconcile

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"till/shared/fault"
	"till/shared/money"
)

// Item is one payment, refund, dispute or payout as our books have it. Amounts are minor units of Currency. Safe to log.
type Item struct {
	Gateway    string         `json:"gateway"`
	Ref        string         `json:"ref,omitempty"`     // The gateway's reference.
	Refs       []string       `json:"refs,omitempty"`    // Its other references: Stripe's charge, PayPal's capture, Square's payment and order.
	Order      string         `json:"order,omitempty"`   // Ours.
	Attempt    string         `json:"attempt,omitempty"` // Ours.
	Refund     string         `json:"refund,omitempty"`  // Ours.
	Currency   money.Currency `json:"currency"`
	Amount     int64          `json:"amount"`                // What was captured, given back, withdrawn, or came to the bank; 0 if nothing, in the end.
	Open       bool           `json:"open,omitempty"`        // The outcome is awaited: it may be at the gateway, or not.
	Fee        int64          `json:"fee,omitempty"`         // What our books hold as the gateway's fee for it, however it came there.
	FeeKnown   bool           `json:"fee_known,omitempty"`   // The gateway itself has named Fee: another one is a difference.
	Settled    int64          `json:"settled,omitempty"`     // The sum of Gross that earlier files gave for it.
	SettledFee int64          `json:"settled_fee,omitempty"` // The sum of Fee that earlier files gave for it.
	At         time.Time      `json:"at"`
}

// Book is what our books hold and a settlement may speak of. Payments without captured money are in it too, so that money which
// the gateway has and we do not is known by its order. Payouts are what the bank's statement shows; nil if it is not known.
type Book struct {
	Payments []Item `json:"payments"`
	Refunds  []Item `json:"refunds"`
	Disputes []Item `json:"disputes"`
	Payouts  []Item `json:"payouts"`
}

// Options say what the files cover.
type Options struct {
	Gateways []string      `json:"gateways"` // Whose files are read, also if they are empty.
	From     time.Time     `json:"from"`     // What is older was settled before, and is not expected.
	AsOf     time.Time     `json:"as_of"`    // Until when the files reach.
	Lag      time.Duration `json:"lag"`      // How long the gateway may take to settle; 72 h if 0.
	ByDay    bool          `json:"by_day"`   // The files are cut by day: of the payouts that they name they do not hold every row.
}

// lagDefault is how long a payment may be on its way into a file: a weekend and a day.
const lagDefault = 72 * time.Hour

func (o Options) lag() time.Duration {
	if o.Lag == 0 {
		return lagDefault
	}
	return o.Lag
}

const (
	// bookBytesMax is how long an export of the books may be: some 500,000 items.
	bookBytesMax = 256 << 20
	// minorMax is the largest amount of an item: sums of a book cannot wrap.
	minorMax = 1_000_000_000_000
)

// ReadBook reads an export of the books. Errors: fault.Unreadable, code book_unreadable, no JSON of a Book's form; fault.TooLarge, code
// book_too_large; fault.Invalid, code book_invalid, an item without a gateway, with an unknown currency or an amount out of bounds.
func ReadBook(r io.Reader) (Book, error) {
	const op = "reconcile.ReadBook"
	limited := &io.LimitedReader{R: r, N: bookBytesMax}
	in := json.NewDecoder(limited)
	in.DisallowUnknownFields()
	var b Book
	err := in.Decode(&b)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	switch {
	case limited.N <= 0:
		return Book{}, fault.New(fault.TooLarge, op, "book_too_large", "")
	case err != nil:
		return Book{}, fault.New(fault.Unreadable, op, "book_unreadable", "") // The decoder's words may quote the file.
	}
	for _, list := range [...][]Item{b.Payments, b.Refunds, b.Disputes, b.Payouts} {
		for _, i := range list {
			if !i.sound() {
				return Book{}, fault.New(fault.Invalid, op, "book_invalid", "")
			}
		}
	}
	return b, nil
}

// sound tells whether an item can be compared.
func (i Item) sound() bool {
	_, err := money.Parse(string(i.Currency))
	for _, n := range [...]int64{i.Amount, i.Fee, i.Settled, i.SettledFee} {
		if n > minorMax || n < -minorMax {
			return false
		}
	}
	return err == nil && i.Gateway != "" && i.Amount >= 0
}
