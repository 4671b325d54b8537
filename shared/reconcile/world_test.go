package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"till/shared/money"
	"till/shared/reconcile"
	"till/shared/settlement"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	asOf    = noon.Add(30 * 24 * time.Hour)
	options = reconcile.Options{Gateways: []string{"stripe", "paypal", "square"}, From: noon.Add(-time.Hour), AsOf: asOf}
)

// world is a shop's books and gateways' files that agree.
type world struct {
	book reconcile.Book
	rows []settlement.Record
	n    int
	sent map[string]int64 // What each payout's rows come to.
}

func (w *world) id(prefix string) string {
	w.n++
	return fmt.Sprintf("%s%d", prefix, w.n)
}

// row adds a row to a file.
func (w *world) row(r settlement.Record) settlement.Record {
	r.ID, r.Net, r.Line = w.id("row_"), r.Gross-r.Fee, len(w.rows)+2
	if r.Kind != settlement.Payout && r.Payout != "" {
		w.sent[r.Gateway+" "+r.Payout+" "+string(r.Currency)] += r.Net
	}
	w.rows = append(w.rows, r)
	return r
}

var gateways = []struct {
	name     string
	currency money.Currency
}{{"stripe", "EUR"}, {"paypal", "USD"}, {"square", "JPY"}}

// pay adds a payment on which both sides agree, with what may follow it.
func (w *world) pay(pick func(n int) int) {
	g := gateways[pick(3)]
	at := noon.Add(time.Duration(pick(24*20)) * time.Hour)
	amount, fee := int64(100+pick(100_000)), int64(1+pick(90))
	order, attempt, ref, charge := w.id("ord_"), w.id("pay_"), w.id("pi_"), w.id("ch_")
	item := reconcile.Item{Gateway: g.name, Ref: ref, Refs: []string{charge}, Order: order, Attempt: attempt, Currency: g.currency, Amount: amount, At: at}
	if item.FeeKnown = pick(2) == 0; item.FeeKnown {
		item.Fee = fee
	}
	row := settlement.Record{Gateway: g.name, Kind: settlement.Charge, Payout: fmt.Sprintf("po_%s_%d", g.currency, pick(9)), Charge: charge, Gross: amount, Fee: fee,
		Currency: g.currency, At: at.Add(time.Hour)}
	switch g.name {
	case "stripe":
		row.Payment, row.Attempt, row.Order = ref, attempt, order
	case "paypal":
		row.Attempt, row.Payout = attempt, "" // Its file says nothing of payouts, and only our reference leads to the payment.
		item.Refs = nil
	}
	switch pick(6) {
	case 0: // Less was captured than was authorized: two rows.
		over := row
		over.Gross, over.Fee = int64(1+pick(500)), 0
		row.Gross += over.Gross
		over.Gross = -over.Gross
		w.row(over)
	case 1: // Two captures, the first in an earlier file.
		if earlier := amount / 2; earlier > 0 {
			item.Settled, row.Gross = earlier, amount-earlier
		}
	}
	w.book.Payments = append(w.book.Payments, item)
	w.row(row)
	w.after(pick, item, row)
}

// after adds a refund or dispute of a payment, in any state on which both sides agree.
func (w *world) after(pick func(n int) int, p reconcile.Item, charge settlement.Record) {
	then := p
	then.Refs, then.Settled, then.Fee, then.FeeKnown, then.Amount, then.At = nil, 0, 0, false, 1+p.Amount/3, p.At.Add(time.Hour)
	row := charge
	row.Gross, row.Fee, row.At, row.Order, row.Attempt = -then.Amount, 0, charge.At.Add(2*time.Hour), "", ""
	kind := pick(12)
	switch kind {
	case 0, 1, 2, 3:
		then.Ref, then.Refund = w.id("re_"), w.id("ref_")
		row.Kind, row.Ref, row.Refund = settlement.Refund, then.Ref, then.Refund
	case 4, 5, 6:
		then.Ref = w.id("dp_")
		row.Kind, row.Ref, row.Fee = settlement.Dispute, then.Ref, 1500
		if p.Gateway == "paypal" {
			row.Ref, row.Charge = w.id("CB"), charge.Charge
			row.Attempt = charge.Attempt
		}
	default:
		return
	}
	first := w.row(row)
	switch kind {
	case 1: // It came back, and both know.
		row.Kind, row.Gross, then.Amount = settlement.RefundFailed, -row.Gross, 0
		w.row(row)
	case 2: // Its outcome is open, though the gateway has it.
		then.Open = true
	case 3: // Its reference was never learned.
		then.Ref = ""
		w.rows[len(w.rows)-1].Refund = ""
		w.rows[len(w.rows)-1].Attempt = charge.Attempt
	case 5: // Won.
		row.Kind, row.Gross, row.Fee, then.Amount = settlement.DisputeReversed, -row.Gross, -1500, 0
		if p.Gateway == "paypal" {
			row.Ref = w.id("CB")
		}
		w.row(row)
	case 6: // Taken in an earlier file: only what came back is in this one.
		w.rows = w.rows[:len(w.rows)-1]
		w.sent[first.Gateway+" "+first.Payout+" "+string(first.Currency)] -= first.Net
		if first.Payout == "" {
			delete(w.sent, first.Gateway+"  "+string(first.Currency))
		}
		then.Settled, then.SettledFee = first.Gross, first.Fee
		row.Kind, row.Gross, row.Fee, then.Amount = settlement.DisputeReversed, -row.Gross, -1500, 0
		w.row(row)
	}
	if kind < 4 {
		w.book.Refunds = append(w.book.Refunds, then)
	} else {
		w.book.Disputes = append(w.book.Disputes, then)
	}
}

// payOut adds the payouts that the rows come to, as the gateway's and the bank's.
func (w *world) payOut() {
	w.book.Payouts = []reconcile.Item{}
	sums := w.sent
	w.sent = map[string]int64{}
	for name, net := range sums {
		var gateway, payout, currency string
		if n, err := fmt.Sscan(name, &gateway, &payout, &currency); n != 3 || err != nil || net <= 0 {
			continue
		}
		at := noon.Add(21 * 24 * time.Hour)
		w.row(settlement.Record{Gateway: gateway, Kind: settlement.Payout, Payout: payout, Ref: payout, Gross: -net, Currency: money.Currency(currency), At: at})
		w.book.Payouts = append(w.book.Payouts, reconcile.Item{Gateway: gateway, Ref: payout, Currency: money.Currency(currency), Amount: net, At: at})
	}
}

// agreeing makes a world of so many payments.
func agreeing(payments int, pick func(n int) int) *world {
	w := &world{sent: map[string]int64{}}
	for range payments {
		w.pay(pick)
	}
	w.payOut()
	return w
}

func seeded(seed uint64) func(n int) int {
	r := rand.New(rand.NewPCG(seed, 1))
	return r.IntN
}

func (w *world) result(o reconcile.Options) reconcile.Result {
	m := reconcile.New(w.book, o)
	for _, r := range w.rows {
		m.Add(r)
	}
	return m.Result()
}
