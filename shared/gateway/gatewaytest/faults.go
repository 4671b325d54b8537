package gatewaytest

import (
	"context"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// meanings is what each fault means to the caller: of a call that changes something, and of one that only asks.
var meanings = []struct {
	fault         Fault
	change, asked fault.Kind
	effect        bool
}{
	{Down, fault.Unavailable, fault.Unavailable, false},
	{Busy, fault.Unavailable, fault.Unavailable, false},
	{InUse, fault.Unknown, fault.Unavailable, false},
	{ErrorBefore, fault.Unknown, fault.Unavailable, false},
	{ErrorAfter, fault.Unknown, fault.Unavailable, true},
	{TimeoutBefore, fault.Unknown, fault.Unavailable, false},
	{TimeoutAfter, fault.Unknown, fault.Unavailable, true},
	{CutReply, fault.Unknown, fault.Unavailable, true},
	{HugeReply, fault.Unknown, fault.Unavailable, true},
	{Redirects, fault.Unknown, fault.Unavailable, false},
}

func faultCases() []testCase {
	cases := []testCase{
		{"a start whose failure is kept for its key is found by its attempt", inModes(foundByAttempt)},
		{"a refund whose failure is kept for its key is found by its id", refundFoundByID},
		{"a word that nobody has heard of is no news but an alarm", inModes(novelWord)},
		{"a caller that has given up gets an answer at once", givenUp},
		{"a caller's deadline is kept", deadline},
	}
	for _, m := range meanings {
		name := string(m.fault) + ": "
		cases = append(cases,
			testCase{name + "a start can be repeated, and begins one payment", inModes(func(b *bench, mode payment.Mode) {
				s := b.start(mode, "pay_1", euros)
				b.Break(m.fault)
				_, err := b.Gateway.Start(b.Context(), s)
				b.is(err, m.change)
				b.Break(Working)
				b.chargeable(map[bool]int{true: 1}[m.effect])
				started, err := b.Gateway.Start(b.Context(), s)
				if err != nil {
					b.Fatalf("repeat: %v", err)
				}
				b.chargeable(1)
				equal(b, "state", b.fetch(attemptOf(s, started)).State, payment.RequiresAction)
			})},
			testCase{name + "asking changes nothing, and may be done again", func(b *bench) {
				a, f := b.paid(payment.Hosted, Pays)
				b.Break(m.fault)
				_, err := b.Gateway.Fetch(b.Context(), a)
				b.is(err, m.asked)
				_, err = b.Gateway.Find(b.Context(), f.Intent)
				b.is(err, m.asked)
				_, err = b.Gateway.FetchRefund(b.Context(), a, payment.Refund{ID: "ref_1"})
				b.is(err, m.asked)
				_, err = b.Gateway.Resume(b.Context(), a)
				b.is(err, m.asked)
				b.Break(Working)
				equal(b, "state", b.fetch(a).State, payment.Captured)
			}},
			testCase{name + "a close can be repeated", inModes(func(b *bench, mode payment.Mode) {
				a, _ := b.begun(mode, "pay_1", euros)
				b.Break(m.fault)
				_, err := b.Gateway.Close(b.Context(), a)
				b.is(err, m.change)
				b.Break(Working)
				b.isOver(b.close(a))
				b.chargeable(0)
			})},
			testCase{name + "a refund can be repeated, and gives back once", func(b *bench) {
				a, _ := b.paid(payment.Hosted, Pays)
				b.BreakOnly(m.fault)
				_, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: 700})
				b.is(err, m.change)
				b.Break(Working)
				if !m.effect {
					sameMoney(b, "books before", b.Book(order).Refunded, "0")
				}
				b.refunded(a, b.refund(a, "ref_1", 700))
				sameMoney(b, "books", b.Book(order).Refunded, "7.00")
			}},
		)
	}
	return cases
}

func foundByAttempt(b *bench, mode payment.Mode) {
	s := b.start(mode, "pay_1", euros)
	b.Break(KeptError)
	_, err := b.Gateway.Start(b.Context(), s)
	b.is(err, fault.Unknown)
	b.Break(Working)
	_, err = b.Gateway.Start(b.Context(), s)
	b.is(err, fault.Unknown)
	b.chargeable(1)
	f := b.fetch(payment.Attempt{ID: s.Attempt, Mode: mode, State: payment.Unknown, At: s.At})
	equal(b, "attempt", f.Attempt, s.Attempt)
	equal(b, "state", f.State, payment.RequiresAction)
	if f.Session+f.Intent == "" {
		b.Error("there is no reference")
	}
}

func refundFoundByID(b *bench) {
	a, _ := b.paid(payment.Hosted, Pays)
	b.BreakOnly(KeptError)
	r := payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: 700}
	_, err := b.Gateway.Refund(b.Context(), a, r)
	b.is(err, fault.Unknown)
	b.Break(Working)
	_, err = b.Gateway.Refund(b.Context(), a, r)
	b.is(err, fault.Unknown)
	b.refunded(a, b.askRefund(a, r))
	sameMoney(b, "books", b.Book(order).Refunded, "7.00")
}

func novelWord(b *bench, mode payment.Mode) {
	a, _ := b.paid(mode, Pays)
	b.Break(NovelWord)
	_, err := b.Gateway.Fetch(b.Context(), a)
	b.is(err, fault.Internal)
	b.Break(Working)
	equal(b, "state", b.fetch(a).State, payment.Captured)
}

func givenUp(b *bench) {
	a, _ := b.begun(payment.Hosted, "pay_1", euros)
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	_, err := b.Gateway.Fetch(ctx, a)
	b.is(err, fault.Unavailable)
	_, err = b.Gateway.Start(ctx, b.start(payment.Hosted, "pay_2", euros))
	b.is(err, fault.Unknown, fault.Unavailable)
	_, err = b.Gateway.Close(ctx, a)
	b.is(err, fault.Unknown, fault.Unavailable)
}

func deadline(b *bench) {
	ctx, cancel := context.WithDeadline(b.Context(), time.Unix(1, 0))
	defer cancel()
	_, err := b.Gateway.Start(ctx, b.start(payment.Hosted, "pay_1", euros))
	b.is(err, fault.Unknown, fault.Unavailable)
	_, err = b.Gateway.Start(b.Context(), b.start(payment.Hosted, "pay_1", euros))
	if err != nil {
		b.Fatalf("repeat: %v", err)
	}
	b.chargeable(1)
}
