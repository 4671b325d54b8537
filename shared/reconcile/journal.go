package reconcile

import (
	"cmp"
	"slices"
	"time"

	"till/shared/ledger"
	"till/shared/money"
	"till/shared/settlement"
)

// Entry is what one payout of a gateway, or one file of one that names none, brings into the ledger: fees that orders did not book, and
// money sent to the bank. It is stored once under its key, however often the file is read. Safe to log.
type Entry struct {
	Key      string           `json:"key"` // gateway#payout#currency, or gateway#file#currency; without a file's name, gateway#day#currency.
	Gateway  string           `json:"gateway"`
	Payout   string           `json:"payout,omitempty"`
	Currency money.Currency   `json:"currency"`
	At       time.Time        `json:"at"` // Of its latest row. Who stores it dates it with the day on which it is booked.
	Rows     int              `json:"rows"`
	Postings []ledger.Posting `json:"postings"`
}

type batchKey struct {
	gateway, name string
	currency      money.Currency
}

// batch is what the rows of one entry move.
type batch struct {
	payout              string
	fees, bank, changed int64
	known               int64 // Fees that our books hold already, and owe the gateway.
	at                  time.Time
	rows                int
}

// payout is what the files say of one payout.
type payout struct {
	rows     int
	net      int64 // Of the rows that it is made of.
	sent     int64 // What left for the bank, above zero.
	back     int64 // What came back.
	fee      int64
	seen     bool
	mixed    bool
	currency money.Currency
	at       time.Time
	line     int
}

// batchOf gives the batch of a row.
func (m *Matcher) batchOf(r settlement.Record) *batch {
	k := batchKey{r.Gateway, first(r.Payout, m.file, r.At.UTC().Format(time.DateOnly)), r.Currency}
	if m.batches[k] == nil {
		m.batches[k] = &batch{payout: r.Payout}
	}
	return m.batches[k]
}

// pay books what a row itself moves: its fee, its way to the bank, its exchange.
func (m *Matcher) pay(r settlement.Record) *batch {
	b := m.batchOf(r)
	b.rows++
	if r.At.After(b.at) {
		b.at = r.At
	}
	b.fees += r.Fee
	switch r.Kind {
	case settlement.Fee:
		b.fees -= r.Gross
	case settlement.Payout:
		b.bank -= r.Gross
	case settlement.Conversion:
		b.changed += r.Gross
	case settlement.Charge, settlement.Refund, settlement.RefundFailed, settlement.Dispute, settlement.DisputeReversed:
		if shown := r.Presented; shown.Currency() != "" { // The order booked what the shopper saw; the account got another currency.
			b.changed += r.Gross
			m.shown(r, shown)
		}
	case settlement.Hold, settlement.Adjustment:
	}
	m.payoutRow(r)
	return b
}

// shown takes what the order booked out of the currency that the shopper saw.
func (m *Matcher) shown(r settlement.Record, shown money.Amount) {
	r.Currency = shown.Currency()
	b := m.batchOf(r)
	b.changed -= shown.Minor()
	b.rows++
	if r.At.After(b.at) {
		b.at = r.At
	}
}

func (m *Matcher) payoutRow(r settlement.Record) {
	if r.Payout == "" {
		return
	}
	k := key{r.Gateway, r.Payout}
	p := m.payouts[k]
	if p == nil {
		p = &payout{currency: r.Currency, line: r.Line, at: r.At}
		m.payouts[k] = p
	}
	p.mixed = p.mixed || p.currency != r.Currency
	if r.At.Before(p.at) {
		p.at = r.At
	}
	if r.Kind != settlement.Payout {
		p.rows++
		p.net += r.Net
		return
	}
	p.seen = true
	p.fee += r.Fee
	p.sent, p.back = p.sent+max(-r.Gross, 0), p.back+max(r.Gross, 0)
}

// correctFee takes off where an item's first row is booked the fee that our books hold already, as far as earlier files have not accounted for it.
func correctFee(item Item, t *tally) {
	if t.currency == item.Currency {
		t.booked.fees -= item.Fee - item.SettledFee
		t.booked.known += item.Fee - item.SettledFee
	}
}

// comparePayouts holds payouts against their rows, and against what came to the bank.
func (m *Matcher) comparePayouts(r *Result) {
	bank := make(map[key]Item, len(m.book.Payouts))
	for _, item := range m.book.Payouts {
		bank[key{item.Gateway, item.Ref}] = item
	}
	for _, k := range sorted(m.payouts) {
		p := m.payouts[k]
		item, arrived := bank[k]
		delete(bank, k)
		theirs := p.sent - p.back
		if !p.seen {
			theirs = p.net
		}
		d := Difference{Subject: Payout, Gateway: k.gateway, Ref: k.ref, Ours: money.Of(p.net, p.currency), Theirs: money.Of(theirs, p.currency), Line: p.line}
		switch {
		case p.mixed:
			d.Code = CurrencyDiffers
		case !m.options.ByDay && p.seen && p.rows > 0 && p.net != p.sent && p.net != p.sent+p.fee:
			d.Code = PayoutSumDiffers
		case arrived && item.Currency != p.currency:
			d.Code, d.Ours = CurrencyDiffers, item.amount(1)
		case arrived && (p.seen || !m.options.ByDay) && item.Amount != theirs:
			d.Code, d.Ours = PayoutSumDiffers, item.amount(1)
		case !arrived && m.book.Payouts != nil && p.seen && theirs != 0:
			d.Code, d.Ours = MissingHere, money.Amount{}
			if p.at.After(m.options.AsOf.Add(-m.options.lag())) {
				d.Code = TooEarlyToSay
			}
		default:
			continue
		}
		d.Action = d.Code.Action()
		if d.Code == TooEarlyToSay {
			r.Waiting = append(r.Waiting, d)
		} else {
			r.Differences = append(r.Differences, d)
		}
	}
	for _, k := range sorted(bank) {
		m.absent(r, Payout, bank[k], 1)
	}
}

// journal gives the entries, those that move nothing left out.
func (m *Matcher) journal() []Entry {
	var out []Entry
	for k, b := range m.batches {
		postings := slices.Concat(ledger.Transfer(ledger.GatewayClearing, ledger.Fees, b.fees), ledger.Transfer(ledger.GatewayClearing, ledger.FeesPayable, b.known),
			ledger.Transfer(ledger.GatewayClearing, ledger.Bank, b.bank), ledger.Transfer(ledger.Exchange, ledger.GatewayClearing, b.changed))
		if postings = ledger.Net(postings); len(postings) > 0 {
			out = append(out, Entry{Key: k.gateway + "#" + k.name + "#" + string(k.currency), Gateway: k.gateway, Payout: b.payout,
				Currency: k.currency, At: b.at, Rows: b.rows, Postings: postings})
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	return out
}
