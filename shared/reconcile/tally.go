package reconcile

import (
	"cmp"

	"till/shared/money"
	"till/shared/settlement"
)

// tally is what all rows about one thing say of it together.
type tally struct {
	gross, fee, net int64
	shown           int64          // Gross in the currency that the shopper saw.
	shownIn         money.Currency // "" if it is the account's.
	currency        money.Currency
	mixed           bool // Rows of more than one currency.
	takes           int  // Rows that took money: of a payment, more than one may be too many.
	taken           []int64
	first           settlement.Record // The earliest row, and where its fee is booked.
	booked          *batch
}

func (t *tally) add(r settlement.Record, b *batch) {
	if t.currency == "" {
		t.currency, t.shownIn, t.first, t.booked = r.Currency, r.Presented.Currency(), r, b
	}
	t.mixed = t.mixed || t.currency != r.Currency || t.shownIn != r.Presented.Currency()
	t.gross, t.fee, t.net, t.shown = t.gross+r.Gross, t.fee+r.Fee, t.net+r.Net, t.shown+r.Presented.Minor()
	if r.Gross > 0 {
		t.takes++
		if len(t.taken) < takenMax {
			t.taken = append(t.taken, r.Gross)
		}
	}
	if earlier(r, t.first) {
		t.first, t.booked = r, b
	}
}

// merge takes in what other rows say of the same thing.
func (t *tally) merge(o *tally) {
	t.mixed = t.mixed || o.mixed || t.currency != o.currency || t.shownIn != o.shownIn
	t.gross, t.fee, t.net, t.shown, t.takes = t.gross+o.gross, t.fee+o.fee, t.net+o.net, t.shown+o.shown, t.takes+o.takes
	if earlier(o.first, t.first) {
		t.first, t.booked = o.first, o.booked
	}
}

// takenMax is how many takings of one payment are looked at one by one.
const takenMax = 16

// earlier orders rows by time, then name: not by their place in the file.
func earlier(a, b settlement.Record) bool {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) < 0
}

// in gives the sum in a currency: the account's, or the one that the shopper saw.
func (t *tally) in(c money.Currency) (int64, bool) {
	switch {
	case t.mixed:
		return 0, false
	case t.currency == c:
		return t.gross, true
	case t.shownIn == c && c != "":
		return t.shown, true
	}
	return 0, false
}

// amount is the sum in the currency of the rows.
func (t *tally) amount() money.Amount { return money.Of(t.gross, t.currency) }

// tookTwice tells whether the rows are the expected amount taken more than once.
func (t *tally) tookTwice(expected, got int64) bool {
	if t.takes < 2 || got <= expected || expected <= 0 {
		return false
	}
	if t.currency != "" && t.shownIn != "" {
		return got%expected == 0
	}
	for _, one := range t.taken {
		if one == got-expected {
			return true
		}
	}
	return got%expected == 0
}
