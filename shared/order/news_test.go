package order_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

// truths draws what becomes of a payment at its gateway, snapshot by snapshot: how far it gets, what goes back, what a bank
// takes. The last is how it stands.
func truths(r *rapid.T, d *desk, a payment.AttemptID) []payment.Facts {
	paths := [][]payment.State{
		{payment.RequiresAction, payment.Captured},
		{payment.RequiresAction, payment.Processing, payment.Captured},
		{payment.RequiresAction, payment.Processing, payment.Canceled},
		{payment.Processing, payment.Expired},
		{payment.RequiresAction, payment.Canceled, payment.Captured}, // We closed it; the money came all the same.
		{payment.Expired, payment.Captured},
		{payment.RequiresAction, payment.Authorized, payment.Captured},
		{payment.Authorized, payment.Canceled},
	}
	var out []payment.Facts
	for _, s := range rapid.SampledFrom(paths).Draw(r, "path") {
		out = append(out, facts(d, a, s))
	}
	last := out[len(out)-1]
	if last.Captured == 0 {
		return out
	}
	for i := range rapid.IntRange(0, 3).Draw(r, "refunds") {
		states := rapid.SampledFrom([][]payment.RefundState{
			{payment.RefundPending, payment.RefundSucceeded}, {payment.RefundSucceeded}, {payment.RefundPending, payment.RefundFailed},
			{payment.RefundSucceeded, payment.RefundFailed}, {payment.RefundPending, payment.RefundCanceled}}).Draw(r, "refund")
		amount := rapid.Int64Range(1, total/3).Draw(r, "amount")
		before := last.Refunds
		for _, s := range states {
			last.Refunds = append(slices.Clone(before), payment.RefundFacts{Ref: fmt.Sprint("re_", i), State: s, Amount: amount})
			out = append(out, last)
		}
	}
	open, won := payment.DisputeFacts{State: payment.DisputeNeedsResponse, Withdrawn: 500, Fee: 15}, payment.DisputeFacts{State: payment.DisputeWon}
	lost := payment.DisputeFacts{State: payment.DisputeLost, Withdrawn: 500, Fee: 15}
	for _, dispute := range rapid.SampledFrom([][]payment.DisputeFacts{nil, {open}, {open, lost}, {open, won}}).Draw(r, "dispute") {
		dispute.Ref, dispute.Amount = "dp_1", 500
		last.Disputes = []payment.DisputeFacts{dispute}
		out = append(out, last)
	}
	return out
}

// outcome is what news have led to, times and numbers of changes left out.
type outcome struct {
	status   order.Status
	pays     string
	state    payment.State
	captured int64
	refunds  map[string]payment.RefundState
	holds    map[string]bool
	books    map[ledger.Account]int64
	reserved int64
}

func outcomeOf(d *desk, a payment.AttemptID) outcome {
	r := d.o.Record()
	out := outcome{status: r.Status, pays: r.PaymentStatus(), refunds: map[string]payment.RefundState{}, holds: map[string]bool{}, books: d.balances()}
	attempt, _ := d.o.Attempt(a)
	out.state, out.captured = attempt.State, attempt.Captured
	for _, f := range r.Refunds {
		if f.State.Live() { // Of one that had failed before it was heard of nothing is kept.
			out.refunds[f.Ref] = f.State
		}
	}
	for _, h := range r.Holds {
		if len(h.Key) < 14 || h.Key[:14] != "refund_failed:" { // Nor is people's attention asked for.
			out.holds[h.Key] = true
		}
	}
	for _, c := range d.chain {
		for _, m := range c.Stock {
			_, reserved, _ := m.Deltas()
			out.reserved += reserved
		}
	}
	maps.DeleteFunc(out.books, func(_ ledger.Account, v int64) bool { return v == 0 })
	return out
}

func (o outcome) equal(other outcome) bool {
	return o.status == other.status && o.pays == other.pays && o.state == other.state && o.captured == other.captured &&
		maps.Equal(o.refunds, other.refunds) && maps.Equal(o.holds, other.holds) && maps.Equal(o.books, other.books) && o.reserved == other.reserved
}

// rank is how much is known of an attempt: it never falls.
func rank(s payment.State) int {
	return map[payment.State]int{payment.Initiating: 0, payment.Unknown: 1, payment.RequiresAction: 2, payment.Processing: 3,
		payment.Authorized: 4, payment.Failed: 5, payment.Canceled: 5, payment.Expired: 5, payment.Captured: 6}[s]
}

// newsInAnyOrder tells an order the truth as it comes about, and another the same shuffled and repeated, ending with how
// things stand, as whoever asks the gateway hears it. Both end the same, and nothing known is lost on the way.
func newsInAnyOrder(r *rapid.T) {
	straight, shuffled := place(r), place(r)
	a := begun(straight, "k1")
	begun(shuffled, "k1")
	straight.wait(time.Minute)
	shuffled.wait(time.Minute)
	history := truths(r, straight, a)
	for _, f := range history {
		straight.do(news(straight, f))
	}
	want := outcomeOf(straight, a)

	told := slices.Concat(history, rapid.SliceOfN(rapid.SampledFrom(history), 0, 6).Draw(r, "repeats"))
	told = append(rapid.Permutation(told).Draw(r, "order"), history[len(history)-1])
	before := payment.Attempt{}
	for i, f := range told {
		if i == len(told)-1 && before.Captured != want.captured {
			r.Fatalf("all was told and %d is captured, want %d", before.Captured, want.captured)
		}
		shuffled.do(news(shuffled, f))
		shuffled.again("the same news", news(shuffled, f))
		now, _ := shuffled.o.Attempt(a)
		// An authorization that was given up may stand in old news still; the next question ends it.
		if rank(now.State) < rank(before.State) && (f.State != payment.Authorized || before.Captured > 0) || now.Captured < before.Captured {
			r.Fatalf("I18: %s with %d captured became %s with %d", before.State, before.Captured, now.State, now.Captured)
		}
		before = now
	}
	if got := outcomeOf(shuffled, a); !got.equal(want) {
		r.Fatalf("told %v\nleads to %+v,\nin order to %+v", told, got, want)
	}
}

func TestNewsInAnyOrderLeadToTheSame(t *testing.T) { rapid.Check(t, newsInAnyOrder) }
func FuzzNewsInAnyOrderLeadToTheSame(f *testing.F) { f.Fuzz(rapid.MakeFuzz(newsInAnyOrder)) }
