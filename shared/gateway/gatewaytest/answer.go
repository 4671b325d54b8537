package gatewaytest

import (
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// evidence is more than any gateway's texts hold.
func (b *bench) evidence(key payment.AnswerID) payment.Evidence {
	long := strings.Repeat("2026-03-01 12:00 UTC: something happened to the order, and here it is said.\n", 400)
	return payment.Evidence{Key: key, Reason: payment.ReasonFraud, Product: "2 x Blue mug, EUR 19.99 in all.", Name: "Ada Müller", Email: "ada@shop.example",
		Billing: "Ada Müller, Hauptstr. 1, 10115 Berlin, DE", Shipping: "Ada Müller, Hauptstr. 1, 10115 Berlin, DE",
		Parcels: []payment.Parcel{{Carrier: "DHL", Tracking: "00340434161094042557", ShippedAt: b.Now(), DeliveredAt: b.Now()},
			{Carrier: "DHL", Tracking: "00340434161094042564", ShippedAt: b.Now()}},
		Refunds:  []payment.GivenBack{{Ref: "re_1", Amount: "EUR 1.00", At: b.Now()}},
		Messages: long, Timeline: long, Statement: "The goods were delivered."}
}

var answerCases = []testCase{
	{name: "evidence is submitted once, and the bank decides", needs: has(Disputes), run: func(b *bench) {
		for statement, won := range map[string]bool{"The goods were delivered.": true, "losing_evidence": false} {
			h := b.on(b.T)
			a, d := h.complained()
			equal(b, "reason", d.Reason, payment.ReasonFraud)
			e := h.evidence("ans_aaaaaaaaaaaaaaaaaaaaaaaaaa")
			e.Statement = statement
			if statement == "losing_evidence" {
				e = payment.Evidence{Key: e.Key, Reason: e.Reason, Statement: statement}
			}
			for range 3 {
				f, err := h.Gateway.AnswerDispute(h.Context(), a, d.Ref, e)
				h.answered(f, err, d.Ref)
			}
			equal(b, "documents", h.Filed(d.Ref), 1)
			h.Advance(24 * time.Hour)
			got := h.disputed(a).Disputes[0]
			if got.Open() || got.Lost() == won {
				b.Errorf("%s: got %+v", statement, got)
			}
		}
	}},
	{name: "evidence of an answer that never came to be submitted does not go with the next", needs: has(Disputes), run: func(b *bench) {
		a, d := b.complained()
		b.BreakSubmit(ErrorBefore)
		_, err := b.Gateway.AnswerDispute(b.Context(), a, d.Ref, b.evidence("ans_aaaaaaaaaaaaaaaaaaaaaaaaaa"))
		b.is(err, fault.Unknown)
		b.Break(Working)
		f, err := b.Gateway.AnswerDispute(b.Context(), a, d.Ref, b.evidence("ans_bbbbbbbbbbbbbbbbbbbbbbbbbb"))
		b.answered(f, err, d.Ref)
		equal(b, "documents", b.Filed(d.Ref), 1)
	}},
	{name: "evidence goes without a document that the gateway does not take", needs: has(Disputes), run: func(b *bench) {
		a, d := b.complained()
		b.NoFiles()
		f, err := b.Gateway.AnswerDispute(b.Context(), a, d.Ref, b.evidence("ans_aaaaaaaaaaaaaaaaaaaaaaaaaa"))
		b.answered(f, err, d.Ref)
		equal(b, "documents", b.Filed(d.Ref), 0)
	}},
	{name: "a dispute that the shop gives in to is lost at once", needs: has(Disputes), run: func(b *bench) {
		a, d := b.complained()
		for range 3 {
			f, err := b.Gateway.AcceptDispute(b.Context(), a, d.Ref, "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa")
			if got, _ := f.Dispute(d.Ref); err != nil || !got.Lost() || got.Withdrawn != euros.Minor() {
				b.Fatalf("got %+v, %v", got, err)
			}
		}
		b.disputed(a)
	}},
	{name: "of a dispute that is decided nothing is said any more", needs: has(Disputes), run: func(b *bench) {
		for _, won := range []bool{true, false} {
			h := b.on(b.T)
			a, d := h.complained()
			h.Decide(d.Ref, won)
			f, err := h.Gateway.AnswerDispute(h.Context(), a, d.Ref, h.evidence("ans_aaaaaaaaaaaaaaaaaaaaaaaaaa"))
			if got, _ := f.Dispute(d.Ref); err != nil || got.Open() || got.Lost() == won {
				b.Errorf("evidence: got %+v, %v", got, err)
			}
			f, err = h.Gateway.AcceptDispute(h.Context(), a, d.Ref, "ans_bbbbbbbbbbbbbbbbbbbbbbbbbb")
			if got, _ := f.Dispute(d.Ref); err != nil || got.Open() || got.Lost() == won {
				b.Errorf("acceptance: got %+v, %v", got, err)
			}
		}
	}},
	{name: "a dispute that is not the attempt's is not found", needs: has(Disputes), run: func(b *bench) {
		a, _ := b.complained()
		for _, ref := range []string{"dp_nobody", "a/../b", ""} {
			_, err := b.Gateway.AnswerDispute(b.Context(), a, ref, b.evidence("ans_aaaaaaaaaaaaaaaaaaaaaaaaaa"))
			b.is(err, fault.NotFound)
			_, err = b.Gateway.AcceptDispute(b.Context(), a, ref, "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa")
			b.is(err, fault.NotFound)
		}
	}},
	{name: "several disputes of a payment stand beside each other", needs: has(Disputes), run: inModes(func(b *bench, mode payment.Mode) {
		a, f := b.paid(mode, Pays)
		first, second := b.Complain(f.Intent, 500), b.Complain(f.Intent, 700)
		a = a.About(second, first)
		if _, err := b.Gateway.AcceptDispute(b.Context(), a, second, "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa"); err != nil {
			b.Fatal(err)
		}
		f, err := b.Gateway.AnswerDispute(b.Context(), a, first, b.evidence("ans_bbbbbbbbbbbbbbbbbbbbbbbbbb"))
		b.answered(f, err, first)
		one, _ := f.Dispute(first)
		two, _ := f.Dispute(second)
		if len(f.Disputes) != 2 || one.Amount != 500 || two.Amount != 700 || !two.Lost() {
			b.Errorf("got %+v", f.Disputes)
		}
		sameMoney(b, "withdrawn", cents(one.Withdrawn+two.Withdrawn), b.Book(order).Withdrawn)
		sameMoney(b, "fees", cents(f.Fee+one.Fee+two.Fee), b.Book(order).Fees)
		b.Decide(first, true)
		one, _ = b.fetch(a).Dispute(first)
		if one.State != payment.DisputeWon || one.Withdrawn != 0 {
			b.Errorf("got %+v", one)
		}
	})},
}

// answerFaults are the cases of answers that go wrong on their way.
func answerFaults() []testCase {
	var out []testCase
	for _, m := range meanings {
		needs := func(h *Harness) bool { return m.here(h) && has(Disputes)(h) }
		again := func(b *bench, breaks func(Fault)) {
			a, d := b.complained()
			e := b.evidence("ans_aaaaaaaaaaaaaaaaaaaaaaaaaa")
			breaks(m.fault)
			_, err := b.Gateway.AnswerDispute(b.Context(), a, d.Ref, e)
			b.is(err, m.change)
			b.Break(Working)
			f, err := b.Gateway.AnswerDispute(b.Context(), a, d.Ref, e)
			b.answered(f, err, d.Ref)
			equal(b, "documents", b.Filed(d.Ref), 1)
		}
		out = append(out, testCase{name: string(m.fault) + ": evidence can be sent again", needs: needs, run: func(b *bench) { again(b, b.BreakOnly) }},
			testCase{name: string(m.fault) + ": evidence can be submitted again", needs: needs, run: func(b *bench) { again(b, b.BreakSubmit) }}, testCase{name: string(m.fault) + ": giving in can be said again", needs: needs, run: func(b *bench) {
				a, d := b.complained()
				b.BreakOnly(m.fault)
				_, err := b.Gateway.AcceptDispute(b.Context(), a, d.Ref, "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa")
				b.is(err, m.change)
				b.Break(Working)
				f, err := b.Gateway.AcceptDispute(b.Context(), a, d.Ref, "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa")
				if got, _ := f.Dispute(d.Ref); err != nil || !got.Lost() {
					b.Errorf("got %+v, %v", got, err)
				}
			}})
	}
	return out
}

// complained gives a paid attempt whose bank waits for an answer.
func (b *bench) complained() (payment.Attempt, payment.DisputeFacts) {
	b.Helper()
	a, _ := b.paid(payment.Hosted, Disputes)
	b.Advance(time.Hour)
	d := b.disputed(a).Disputes[0]
	if !d.Answerable() {
		b.Fatalf("got %+v", d)
	}
	return a, d
}

// answered holds facts to a dispute whose answer the bank has.
func (b *bench) answered(f payment.Facts, err error, ref string) {
	b.Helper()
	d, found := f.Dispute(ref)
	if err != nil || !found || d.Answerable() || d.State != payment.DisputeUnderReview && d.State != payment.DisputeLost {
		b.Fatalf("got %+v, %v; want it answered", d, err)
	}
}
