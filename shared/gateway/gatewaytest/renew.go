package gatewaytest

import (
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// canRenew is the need of a gateway that renews promises.
func canRenew(h *Harness) bool {
	_, can := h.Gateway.(payment.Renewer)
	return can && canHold(h)
}

func (b *bench) renew(a payment.Attempt) (payment.Facts, error) {
	b.Helper()
	return b.Gateway.(payment.Renewer).Renew(b.Context(), a)
}

// due is an attempt whose money is promised and not kept aside any more.
func (b *bench) due(mode payment.Mode) (payment.Attempt, payment.Facts) {
	b.Helper()
	a, f := b.held(mode)
	if f.Sure.IsZero() || !f.Renewable || f.CaptureBefore.Before(f.Sure) {
		b.Fatalf("it is sure until %v, good until %v, renewable: %v", f.Sure, f.CaptureBefore, f.Renewable)
	}
	return b.old(a, f), f
}

// old lets time pass until the promised money is not kept aside any more, and gives the attempt as it is then.
func (b *bench) old(a payment.Attempt, f payment.Facts) payment.Attempt {
	b.Helper()
	b.Advance(f.Sure.Sub(b.Now()) + time.Minute)
	a.Sure, a.Renewable, a.Renewal.Tries = f.Sure, true, 1
	return a
}

// renewed says what is wrong with a promise after its renewal.
func (b *bench) renewed(a payment.Attempt, before payment.Facts) {
	b.Helper()
	f := b.fetch(a)
	if f.State != payment.Authorized || !f.Sure.After(before.Sure) || f.Captured != 0 || f.CaptureBefore.After(before.CaptureBefore.Add(time.Minute)) {
		b.Errorf("before %+v, after %+v", before, f)
	}
	sameMoney(b, "held", b.Book(order).Held, "19.99")
	b.chargeable(1)
}

var renewCases = []testCase{
	{name: "a gateway that renews nothing says so", needs: func(h *Harness) bool { return canHold(h) && !canRenew(h) }, run: inHolding(func(b *bench, mode payment.Mode) {
		_, f := b.held(mode)
		equal(b, "renewable", f.Renewable, false)
		equal(b, "sure until", f.Sure, time.Time{})
	})},
	{name: "a promise is renewed once by repeats, and its money can be taken", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, before := b.due(mode)
		until := time.Time{}
		for range 3 {
			f, err := b.renew(a)
			if err != nil || !f.Sure.After(before.Sure) || !until.IsZero() && !f.Sure.Equal(until) {
				b.Fatalf("got %+v, %v", f, err)
			}
			until = f.Sure
		}
		b.renewed(a, before)
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
		sameMoney(b, "held", b.Book(order).Held, "0")
	})},
	{name: "a promise is renewed again and again while it lasts, and not beyond", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, f := b.due(mode)
		times, end := 0, f.CaptureBefore
		for ; f.Renewable; times++ {
			a = b.old(a, f)
			next, err := b.renew(a)
			if err != nil || !next.Sure.After(f.Sure) || next.Sure.After(end.Add(time.Minute)) || next.State != payment.Authorized || times > 40 {
				b.Fatalf("the renewal after %d: %+v, %v", times, next, err)
			}
			sameMoney(b, "held", b.Book(order).Held, "19.99")
			f = next
		}
		if times < 2 || f.Sure.Before(end.Add(-time.Minute)) {
			b.Errorf("renewed %d times, until %v of %v", times, f.Sure, end)
		}
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
	})},
	{name: "where it is renewed once, the second time is refused in the end, and its money can be taken", needs: func(h *Harness) bool { return canRenew(h) && h.RenewOnce != nil },
		run: inHolding(func(b *bench, mode payment.Mode) {
			a, _ := b.due(mode)
			b.RenewOnce()
			f, err := b.renew(a)
			if err != nil {
				b.Fatal(err)
			}
			a = b.old(a, f)
			for tries := 1; ; tries++ {
				a.Renewal.Tries = tries
				if _, err = b.renew(a); !fault.Is(err, fault.Unavailable) || tries > 10 {
					break
				}
			}
			b.is(err, fault.Declined)
			equal(b, "state", b.fetch(a).State, payment.Authorized)
			b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
		})},
	{name: "what several renew at once is renewed once", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, before := b.due(mode)
		b.atOnce(func() error { _, err := b.renew(a); return err })
		if _, err := b.renew(a); err != nil {
			b.Fatal(err)
		}
		b.renewed(a, before)
	})},
	{name: "too early it does not happen, and later it does", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, f := b.held(mode)
		a.Sure = f.Sure
		_, err := b.renew(a)
		b.is(err, fault.Unavailable)
		b.Advance(f.Sure.Sub(b.Now()) + time.Minute)
		if _, err = b.renew(a); err != nil {
			b.Fatal(err)
		}
		b.renewed(a, f)
	})},
	{name: "what was taken or given up is not renewed", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.due(mode)
		if _, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 500}); err != nil {
			b.Fatal(err)
		}
		f, err := b.renew(a)
		if err != nil || f.Renewable || f.Captured != 500 {
			b.Errorf("got %+v, %v", f, err)
		}
		b.close(a)
		if f, err = b.renew(a); err != nil || f.State != payment.Captured {
			b.Errorf("got %+v, %v", f, err)
		}
	})},
	{name: "a renewed promise is given up whole", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, before := b.due(mode)
		if _, err := b.renew(a); err != nil {
			b.Fatal(err)
		}
		b.renewed(a, before)
		equal(b, "state", b.close(a).State, payment.Canceled)
		sameMoney(b, "held", b.Book(order).Held, "0")
		b.chargeable(0)
	})},
	{name: "a payment that nobody knows is not renewed", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		_, err := b.renew(payment.Attempt{ID: "pay_9", Mode: mode, Intent: "nothing_9", Manual: true})
		b.is(err, fault.NotFound)
	})},
}

// renewFaults are the cases of a renewal whose call goes wrong.
func renewFaults() []testCase {
	var cases []testCase
	for _, m := range meanings {
		cases = append(cases, testCase{name: string(m.fault) + ": a renewal can be repeated, and happens once", needs: func(h *Harness) bool { return m.here(h) && canRenew(h) },
			run: inHolding(func(b *bench, mode payment.Mode) {
				a, before := b.due(mode)
				b.BreakOnly(m.fault)
				_, err := b.renew(a)
				b.is(err, m.change)
				b.BreakOnly(Working)
				if _, err = b.renew(a); err != nil {
					b.Fatal(err)
				}
				b.renewed(a, before)
			})})
	}
	return cases
}
