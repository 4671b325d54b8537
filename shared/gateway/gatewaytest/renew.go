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
	b.Advance(f.Sure.Sub(b.Now()) + time.Minute)
	return a, f
}

// renewed says what is wrong with a promise after its renewal.
func (b *bench) renewed(a payment.Attempt, before payment.Facts) {
	b.Helper()
	f := b.fetch(a)
	if f.State != payment.Authorized || f.Renewable || !f.Sure.After(before.Sure) || f.Captured != 0 || f.CaptureBefore.After(before.CaptureBefore.Add(time.Minute)) {
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
	{name: "a promise is renewed once, and its money can be taken", needs: canRenew, run: inHolding(func(b *bench, mode payment.Mode) {
		a, before := b.due(mode)
		for range 3 {
			if f, err := b.renew(a); err != nil || f.Renewable || !f.Sure.After(before.Sure) {
				b.Fatalf("got %+v, %v", f, err)
			}
		}
		b.renewed(a, before)
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
		sameMoney(b, "held", b.Book(order).Held, "0")
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
