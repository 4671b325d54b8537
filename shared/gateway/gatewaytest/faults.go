package gatewaytest

import (
	"context"
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// meaning is what a fault means to the caller: of a call that changes something, and of one that only asks.
type meaning struct {
	fault         Fault
	change, asked fault.Kind
	effect        bool
}

// here is the need of a gateway that can have the fault.
func (m meaning) here(h *Harness) bool { return slices.Contains(h.Faults, m.fault) }

var meanings = []meaning{
	{Down, fault.Unavailable, fault.Unavailable, false},
	{Busy, fault.Unavailable, fault.Unavailable, false},
	{Denied, fault.Internal, fault.Internal, false},
	{InUse, fault.Unknown, fault.Unavailable, false},
	{ErrorBefore, fault.Unknown, fault.Unavailable, false},
	{ErrorAfter, fault.Unknown, fault.Unavailable, true},
	{TimeoutBefore, fault.Unknown, fault.Unavailable, false},
	{TimeoutAfter, fault.Unknown, fault.Unavailable, true},
	{CutReply, fault.Unknown, fault.Unavailable, true},
	{HugeReply, fault.Unknown, fault.Unavailable, true},
	{Redirects, fault.Unknown, fault.Unavailable, false},
}

// keepsErrors is the need of a gateway that keeps its own failure for the key.
func keepsErrors(h *Harness) bool { return slices.Contains(h.Faults, KeptError) }

func faultCases() []testCase {
	cases := []testCase{
		{name: "a start whose failure is kept for its key is found by its attempt", needs: keepsErrors, run: inModes(foundByAttempt)},
		{name: "a refund whose failure is kept for its key is found by its id", needs: keepsErrors, run: refundFoundByID},
		{name: "a word that nobody has heard of is no news but an alarm", run: inModes(novelWord)},
		{name: "a caller that has given up gets an answer at once", run: givenUp},
		{name: "a caller's deadline is kept", run: deadline},
	}
	for _, m := range meanings {
		name := string(m.fault) + ": "
		for _, c := range append(m.ofPayments(), m.ofMoney()...) {
			c.name = name + c.name
			if c.needs == nil {
				c.needs = m.here
			}
			cases = append(cases, c)
		}
	}
	return cases
}

// ofPayments are the cases about beginning, asking and closing.
func (m meaning) ofPayments() []testCase {
	return []testCase{
		{name: "a start can be repeated, and begins one payment", run: inModes(func(b *bench, mode payment.Mode) {
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
		{name: "asking changes nothing, and may be done again", run: func(b *bench) {
			a, f := b.paid(payment.Hosted, Pays)
			since := b.Now().Add(-time.Hour)
			b.Break(m.fault)
			_, err := b.Gateway.Fetch(b.Context(), a)
			b.is(err, m.asked)
			_, err = b.Gateway.Find(b.Context(), f.Intent)
			b.is(err, m.asked)
			_, err = b.Gateway.FetchRefund(b.Context(), a, payment.Refund{ID: "ref_1"})
			b.is(err, m.asked)
			_, err = b.Gateway.Resume(b.Context(), a)
			b.is(err, m.asked)
			_, _, err = b.Gateway.Events(b.Context(), since, "")
			b.is(err, m.asked)
			b.Break(Working)
			equal(b, "state", b.fetch(a).State, payment.Captured)
		}},
		{name: "a close can be repeated", needs: func(h *Harness) bool { return m.here(h) && !h.Leaves }, run: inModes(func(b *bench, mode payment.Mode) {
			a, _ := b.begun(mode, "pay_1", euros)
			b.Break(m.fault)
			_, err := b.Gateway.Close(b.Context(), a)
			b.is(err, m.change, m.asked) // A gateway may have to be asked first.
			b.Break(Working)
			b.isOver(b.close(a))
			b.chargeable(0)
		})},
	}
}

// ofMoney are the cases about taking money and giving it back.
func (m meaning) ofMoney() []testCase {
	canHoldHere := func(h *Harness) bool { return m.here(h) && canHold(h) }
	return []testCase{
		{name: "a confirmation can be repeated, and takes once", run: inModes(func(b *bench, mode payment.Mode) {
			a, started := b.begun(mode, "pay_1", euros)
			token, _ := b.Pay(started, Pays)
			if token == "" && !b.fetch(a).Ready {
				b.Break(m.fault)
				_, err := b.Gateway.Confirm(b.Context(), a, token)
				b.is(err, m.asked) // The money is taken already: it only asks.
			} else {
				b.BreakOnly(m.fault)
				_, err := b.Gateway.Confirm(b.Context(), a, token)
				b.is(err, m.change)
				sameMoney(b, "books before", b.Book(order).Captured, map[bool]string{true: "19.99", false: "0"}[m.effect])
			}
			b.Break(Working)
			b.confirmed(a, token)
		})},
		{name: "a capture can be repeated, and takes once", needs: canHoldHere, run: inHolding(func(b *bench, mode payment.Mode) {
			a, _ := b.held(mode)
			c := payment.Capture{ID: "cap_1", Amount: 1999, Final: true}
			b.BreakOnly(m.fault)
			_, err := b.Gateway.Capture(b.Context(), a, c)
			b.is(err, m.change)
			sameMoney(b, "books before", b.Book(order).Captured, map[bool]string{true: "19.99", false: "0"}[m.effect])
			b.Break(Working)
			b.captured(a, c, 1999)
		})},
		{name: "giving an authorization up can be repeated", needs: canHoldHere, run: inHolding(func(b *bench, mode payment.Mode) {
			a, _ := b.held(mode)
			b.BreakOnly(m.fault)
			_, err := b.Gateway.Close(b.Context(), a)
			b.is(err, m.change)
			b.Break(Working)
			b.isOver(b.close(a))
			b.chargeable(0)
			sameMoney(b, "held", b.Book(order).Held, "0")
		})},
		{name: "a refund can be repeated, and gives back once", run: func(b *bench) {
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
	}
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
