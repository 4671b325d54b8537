package gatewaytest

import (
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var payCases = []testCase{
	{"a card that pays is captured in full, once", inModes(func(b *bench, mode payment.Mode) {
		a, f := b.paid(mode, Pays)
		equal(b, "captured", f.Captured, euros.Minor())
		equal(b, "amount", f.Amount, euros)
		equal(b, "order", f.Order, order)
		equal(b, "attempt", f.Attempt, a.ID)
		equal(b, "last error", f.LastError, "")
		if f.Intent == "" {
			b.Error("a paid attempt has no reference of its payment")
		}
		sameMoney(b, "books", b.Book(order).Captured, "19.99")
	})},
	{"a declined card leaves the payment open and its reason as a code", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Declined)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.RequiresAction)
		equal(b, "captured", f.Captured, 0)
		if f.LastError == "" || strings.ContainsAny(f.LastError, " .'") {
			b.Errorf("the reason is %q, not a code", f.LastError)
		}
		b.chargeable(1)
	})},
	{"after a declined card another pays", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Declined)
		b.Pay(started, Pays)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.Captured)
		equal(b, "last error", f.LastError, "")
		sameMoney(b, "books", b.Book(order).Captured, "19.99")
	})},
	{"a card that must be proven is captured only then", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Authenticates)
		f := b.fetch(a)
		equal(b, "state before", f.State, payment.RequiresAction)
		equal(b, "captured before", f.Captured, 0)
		b.Prove(started, true)
		equal(b, "state after", b.fetch(a).State, payment.Captured)
	})},
	{"a failed proof leaves the payment open, with a code", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Authenticates)
		b.Prove(started, false)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.RequiresAction)
		if f.LastError == "" {
			b.Error("there is no reason")
		}
		b.Pay(started, Pays)
		equal(b, "state after another card", b.fetch(a).State, payment.Captured)
	})},
	{"a slow method is processing, then captured", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Slow)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.Processing)
		equal(b, "captured", f.Captured, 0)
		b.Advance(24 * time.Hour)
		equal(b, "state in the end", b.fetch(a).State, payment.Captured)
	})},
	{"a slow method that fails holds no money and says why", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, SlowFails)
		equal(b, "state", b.fetch(a).State, payment.Processing)
		b.Advance(24 * time.Hour)
		f := b.fetch(a)
		if f.State == payment.Processing || f.State == payment.Captured || f.Captured != 0 || f.LastError == "" {
			b.Errorf("got %+v", f)
		}
		if f.State.Open() != (b.Book(order).Chargeable > 0) {
			b.Errorf("the attempt is %s, the gateway could charge %d", f.State, b.Book(order).Chargeable)
		}
	})},
	{"a disputed payment shows its dispute until it is decided", inModes(func(b *bench, mode payment.Mode) {
		for _, won := range []bool{true, false} {
			h := b.on(b.T)
			a, _ := h.paid(mode, Disputes)
			h.Advance(time.Hour)
			f := h.fetch(a)
			if len(f.Disputes) != 1 || !f.Disputes[0].Open || f.Disputes[0].Lost || f.Disputes[0].Amount != euros.Minor() || f.Disputes[0].Ref == "" {
				b.Fatalf("got %+v", f.Disputes)
			}
			equal(b, "captured", f.Captured, euros.Minor())
			h.Decide(f.Disputes[0].Ref, won)
			f = h.fetch(a)
			if len(f.Disputes) != 1 || f.Disputes[0].Open || f.Disputes[0].Lost == won {
				b.Errorf("won is %v; got %+v", won, f.Disputes)
			}
		}
	})},
	{"a payment's reference leads back to its attempt", inModes(func(b *bench, mode payment.Mode) {
		a, f := b.paid(mode, Pays)
		found, err := b.Gateway.Find(b.Context(), f.Intent)
		if err != nil {
			b.Fatal(err)
		}
		equal(b, "order", found.Order, order)
		equal(b, "attempt", found.Attempt, a.ID)
		equal(b, "state", found.State, payment.Captured)
		equal(b, "captured", found.Captured, euros.Minor())
	})},
	{"references that the gateway does not know are not found", func(b *bench) {
		_, err := b.Gateway.Find(b.Context(), "pi_nobody")
		b.is(err, fault.NotFound)
		for _, a := range []payment.Attempt{{Session: "cs_nobody"}, {Intent: "pi_nobody"}, {ID: "pay_nobody", Mode: payment.Hosted, At: b.Now()},
			{ID: "pay_nobody", Mode: payment.Embedded, At: b.Now()}} {
			_, err := b.Gateway.Fetch(b.Context(), a)
			b.is(err, fault.NotFound)
			_, err = b.Gateway.Resume(b.Context(), a)
			b.is(err, fault.NotFound)
			_, err = b.Gateway.Close(b.Context(), a)
			b.is(err, fault.NotFound)
			_, err = b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_1", Amount: 1999})
			b.is(err, fault.NotFound)
		}
	}},
}
