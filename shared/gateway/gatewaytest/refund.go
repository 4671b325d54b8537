package gatewaytest

import (
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var refundCases = []testCase{
	{name: "all of it goes back", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.paid(mode, Pays)
		r := b.refund(a, "ref_1", 1999)
		equal(b, "state", r.State, payment.RefundSucceeded)
		equal(b, "amount", r.Amount, 1999)
		equal(b, "id", r.ID, "ref_1")
		b.refunded(a, r)
		sameMoney(b, "books", b.Book(order).Refunded, "19.99")
		f := b.fetch(a)
		equal(b, "state of the payment", f.State, payment.Captured)
		equal(b, "captured", f.Captured, 1999)
	})},
	{name: "parts go back one by one, and no more than was paid", run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Pays)
		one, two := b.refund(a, "ref_1", 1000), b.refund(a, "ref_2", 500)
		_, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_3", Attempt: a.ID, Amount: 500})
		b.is(err, fault.Declined)
		b.refunded(a, one, two)
		three := b.refund(a, "ref_4", 499)
		b.refunded(a, one, two, three)
		_, err = b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_5", Attempt: a.ID, Amount: 1})
		b.is(err, fault.Declined)
		sameMoney(b, "books", b.Book(order).Refunded, "19.99")
	}},
	{name: "a repeat gives the same refund, also when the gateway has forgotten the key", run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Pays)
		part := b.refund(a, "ref_0", 700)
		equal(b, "repeat of a part", b.refund(a, "ref_0", 700), part)
		sameMoney(b, "books", b.Book(order).Refunded, "7.00")
		first := b.refund(a, "ref_1", 1299)
		equal(b, "repeat", b.refund(a, "ref_1", 1299), first)
		b.Advance(b.Gateway.Capabilities().KeyLife + time.Hour)
		equal(b, "late repeat", b.refund(a, "ref_1", 1299), first)
		sameMoney(b, "books", b.Book(order).Refunded, "19.99")
	}},
	{name: "what several give back at once is given back once", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.paid(mode, Pays)
		r := payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: 700, At: b.Now()}
		b.atOnce(func() error { _, err := b.Gateway.Refund(b.Context(), a, r); return err })
		b.refunded(a, b.refund(a, "ref_1", 700))
		sameMoney(b, "books", b.Book(order).Refunded, "7.00")
	})},
	{name: "an attempt that knows only its page can be refunded", run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Pays)
		a.Intent = ""
		if a.Session == "" && !b.Looks {
			_, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: 700})
			b.is(err, fault.NotFound)
			return
		}
		b.refunded(a, b.refund(a, "ref_1", 700))
	}},
	{name: "what was not paid cannot be refunded", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		_, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: 1999})
		b.is(err, fault.NotFound, fault.Declined, fault.Conflict, fault.Internal)
	})},
	{name: "nothing and less cannot be refunded", run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Pays)
		for _, minor := range []int64{0, -1} {
			_, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: minor})
			b.is(err, fault.Invalid)
		}
		b.refunded(a)
	}},
	{name: "a refund is found by its reference and by our id", run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Pays)
		b.refund(a, "ref_0", 100)
		made := b.refund(a, "ref_1", 700)
		equal(b, "by reference", b.askRefund(a, payment.Refund{ID: "ref_1", Ref: made.Ref}), made)
		equal(b, "by our id", b.askRefund(a, payment.Refund{ID: "ref_1"}), made)
		for _, nobody := range []payment.Refund{{ID: "ref_2"}, {ID: "ref_2", Ref: "re_nobody"}, {}} {
			_, err := b.Gateway.FetchRefund(b.Context(), a, nobody)
			b.is(err, fault.NotFound)
		}
	}},
	{name: "a slow refund is pending, then succeeds", needs: has(SlowRefund), run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, SlowRefund)
		made := b.refund(a, "ref_1", 1999)
		equal(b, "state", made.State, payment.RefundPending)
		b.Advance(24 * time.Hour)
		made.State = payment.RefundSucceeded
		equal(b, "in the end", b.askRefund(a, payment.Refund{ID: "ref_1"}), made)
		b.refunded(a, made)
	}},
	{name: "a refund that comes back late has failed", needs: refundsFail, run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Pays)
		made := b.refund(a, "ref_1", 1999)
		b.RefundFail(made.Ref)
		made.State = payment.RefundFailed
		equal(b, "state", b.askRefund(a, payment.Refund{ID: "ref_1", Ref: made.Ref}), made)
		b.refunded(a, made)
		sameMoney(b, "books", b.Book(order).Refunded, "0")
	}},
	{name: "a refund made on the gateway's dashboard is among the facts, without an id of ours", run: func(b *bench) {
		a, f := b.paid(payment.Hosted, Pays)
		b.RefundThem(f.Intent, 700)
		f = b.fetch(a)
		if len(f.Refunds) != 1 || f.Refunds[0].ID != "" || f.Refunds[0].Ref == "" || f.Refunds[0].Amount != 700 || f.Refunds[0].State != payment.RefundSucceeded {
			b.Errorf("got %+v", f.Refunds)
		}
	}},
	{name: "more refunds than fit a page are all among the facts", needs: manyRefunds, run: func(b *bench) {
		a, f := b.paid(payment.Hosted, Pays)
		for range b.ManyRefunds {
			b.RefundThem(f.Intent, 1)
		}
		b.refund(a, "ref_1", 1)
		f = b.fetch(a)
		equal(b, "refunds", len(f.Refunds), b.ManyRefunds+1)
		equal(b, "ours", b.askRefund(a, payment.Refund{ID: "ref_1"}).ID, "ref_1")
	}},
}

func refundsFail(h *Harness) bool { return h.RefundFail != nil }
func manyRefunds(h *Harness) bool { return h.ManyRefunds > 0 }

func (b *bench) refund(a payment.Attempt, id payment.RefundID, minor int64) payment.RefundFacts {
	b.Helper()
	f, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: id, Attempt: a.ID, Amount: minor, At: b.Now()})
	if err != nil {
		b.Fatalf("refund: %v", err)
	}
	return f
}

func (b *bench) askRefund(a payment.Attempt, r payment.Refund) payment.RefundFacts {
	b.Helper()
	f, err := b.Gateway.FetchRefund(b.Context(), a, r)
	if err != nil {
		b.Fatalf("fetch refund: %v", err)
	}
	return f
}

// refunded compares the refunds among an attempt's facts, in any order.
func (b *bench) refunded(a payment.Attempt, want ...payment.RefundFacts) {
	b.Helper()
	have := map[payment.RefundFacts]bool{}
	facts := b.fetch(a).Refunds
	for _, r := range facts {
		have[r] = true
	}
	equal(b, "number of refunds", len(facts), len(want))
	for _, r := range want {
		if !have[r] {
			b.Errorf("%+v is not among %+v", r, facts)
		}
	}
}
