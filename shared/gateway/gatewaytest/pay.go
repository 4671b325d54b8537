package gatewaytest

import (
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var payCases = []testCase{
	{name: "a card that pays is captured in full, once", run: inModes(func(b *bench, mode payment.Mode) {
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
	{name: "a declined card leaves the payment open and its reason as a code", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		refused := b.pay(a, started, Declined)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.RequiresAction)
		equal(b, "captured", f.Captured, 0)
		equal(b, "ready", f.Ready, false)
		reason := f.LastError
		if !b.Tells {
			reason = fault.Code(refused)
		}
		if reason == "" || strings.ContainsAny(reason, " .'") {
			b.Errorf("the reason is %q, not a code", reason)
		}
		b.chargeable(1)
	})},
	{name: "after a declined card another pays", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Declined)
		if refused := b.pay(a, started, Pays); refused != nil {
			b.Fatal(refused)
		}
		f := b.fetch(a)
		equal(b, "state", f.State, payment.Captured)
		equal(b, "last error", f.LastError, "")
		sameMoney(b, "books", b.Book(order).Captured, "19.99")
	})},
	{name: "a card that must be proven is captured only then", needs: has(Authenticates), run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Authenticates)
		f := b.fetch(a)
		equal(b, "state before", f.State, payment.RequiresAction)
		equal(b, "captured before", f.Captured, 0)
		_ = b.prove(a, started, true)
		equal(b, "state after", b.fetch(a).State, payment.Captured)
	})},
	{name: "a failed proof leaves the payment open", needs: has(Authenticates), run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Authenticates)
		_ = b.prove(a, started, false)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.RequiresAction)
		if b.Tells && f.LastError == "" {
			b.Error("there is no reason")
		}
		_ = b.pay(a, started, Pays)
		equal(b, "state after another card", b.fetch(a).State, payment.Captured)
	})},
	{name: "a slow method is processing, then captured", needs: has(Slow), run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Slow)
		f := b.fetch(a)
		equal(b, "state", f.State, payment.Processing)
		equal(b, "captured", f.Captured, 0)
		b.Advance(24 * time.Hour)
		equal(b, "state in the end", b.fetch(a).State, payment.Captured)
	})},
	{name: "a slow method that fails holds no money and says why", needs: has(SlowFails), run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, SlowFails)
		equal(b, "state", b.fetch(a).State, payment.Processing)
		b.Advance(24 * time.Hour)
		f := b.fetch(a)
		if f.State == payment.Processing || f.State == payment.Captured || f.Captured != 0 || b.Tells && f.LastError == "" {
			b.Errorf("got %+v", f)
		}
		if f.State.Open() != (b.Book(order).Chargeable > 0) {
			b.Errorf("the attempt is %s, the gateway could charge %d", f.State, b.Book(order).Chargeable)
		}
	})},
	{name: "what the gateway kept of a payment is among the facts", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.paid(mode, Pays)
		b.Advance(time.Hour)
		f := b.fetch(a)
		sameMoney(b, "fee", cents(f.Fee), b.Book(order).Fees)
		made := b.refund(a, "ref_1", 1999)
		b.refunded(a, made)
		sameMoney(b, "fee after a refund", cents(b.fetch(a).Fee), b.Book(order).Fees)
	})},
	{name: "a disputed payment shows its dispute until it is decided", needs: has(Disputes), run: inModes(func(b *bench, mode payment.Mode) {
		for _, won := range []bool{true, false} {
			h := b.on(b.T)
			a, _ := h.paid(mode, Disputes)
			h.Advance(time.Hour)
			f := h.disputed(a)
			d := f.Disputes[0]
			if !d.Open() || d.Amount != euros.Minor() || d.Ref == "" || !d.DueBy.IsZero() && d.DueBy.Before(h.Now()) ||
				d.State == payment.DisputeNeedsResponse && d.DueBy.IsZero() {
				b.Fatalf("got %+v", d)
			}
			equal(b, "captured", f.Captured, euros.Minor())
			h.Decide(d.Ref, won)
			d = h.disputed(a).Disputes[0]
			if d.Open() || d.Lost() == won || won && d.Withdrawn != 0 || !won && d.Withdrawn != euros.Minor() || !d.DueBy.IsZero() {
				b.Errorf("won is %v; got %+v", won, d)
			}
		}
	})},
	{name: "a bank's question is a dispute that takes nothing", needs: has(Inquires), run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.paid(mode, Inquires)
		b.Advance(time.Hour)
		d := b.disputed(a).Disputes[0]
		if d.State != payment.DisputeInquiry || d.Withdrawn != 0 || d.Fee != 0 || d.Amount != euros.Minor() {
			b.Errorf("got %+v", d)
		}
		b.refunded(a, b.refund(a, "ref_1", 1999))
		b.Decide(d.Ref, true)
		if d = b.disputed(a).Disputes[0]; d.State != payment.DisputeWon || d.Withdrawn != 0 {
			b.Errorf("got %+v", d)
		}
	})},
	{name: "a payment's reference leads back to its attempt", run: inModes(func(b *bench, mode payment.Mode) {
		a, f := b.paid(mode, Pays)
		found, err := b.Gateway.Find(b.Context(), f.Intent)
		if err != nil {
			b.Fatal(err)
		}
		equal(b, "order", found.Order, order)
		equal(b, "attempt", found.Attempt, a.ID)
		equal(b, "state", found.State, payment.Captured)
		equal(b, "captured", found.Captured, euros.Minor())
		equal(b, "intent", found.Intent, f.Intent)
	})},
	{name: "references that the gateway does not know are not found", run: func(b *bench) {
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

// disputed gives the facts of a payment with one dispute, whose money is that of the gateway's books.
func (b *bench) disputed(a payment.Attempt) payment.Facts {
	b.Helper()
	f := b.fetch(a)
	if len(f.Disputes) != 1 {
		b.Fatalf("got %+v, want one dispute", f.Disputes)
	}
	d, book := f.Disputes[0], b.Book(order)
	sameMoney(b, "withdrawn", cents(d.Withdrawn), book.Withdrawn)
	sameMoney(b, "fees", cents(f.Fee+d.Fee), book.Fees)
	return f
}
