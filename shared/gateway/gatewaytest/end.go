package gatewaytest

import (
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var endCases = []testCase{
	{name: "an open attempt can be resumed", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		again, err := b.Gateway.Resume(b.Context(), a)
		if err != nil || again != started {
			b.Errorf("got %+v, %v; want %+v", again, err, started)
		}
		_ = b.pay(a, started, Declined)
		if again, err = b.Gateway.Resume(b.Context(), a); err != nil || again.RedirectURL != started.RedirectURL || again.ClientSecret != started.ClientSecret {
			b.Errorf("after a declined card: got %+v, %v", again, err)
		}
		b.chargeable(1)
	})},
	{name: "what is paid, processed or closed cannot be resumed", run: inModes(func(b *bench, mode payment.Mode) {
		ends := []func(*bench, payment.Attempt, payment.Started){
			func(h *bench, a payment.Attempt, s payment.Started) { _ = h.pay(a, s, Pays) },
		}
		if has(Slow)(b.Harness) {
			ends = append(ends, func(h *bench, a payment.Attempt, s payment.Started) { _ = h.pay(a, s, Slow) })
		}
		if !b.Leaves {
			ends = append(ends, func(h *bench, a payment.Attempt, _ payment.Started) { h.close(a) })
		}
		for _, end := range ends {
			h := b.on(b.T)
			a, started := h.begun(mode, "pay_1", euros)
			end(h, a, started)
			_, err := h.Gateway.Resume(h.Context(), a)
			h.is(err, fault.Conflict)
		}
	})},
	{name: "a closed attempt can never be charged", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.isOver(b.close(a))
		b.closed(0)
		token, _ := b.Pay(started, Pays)
		equal(b, "captured", b.fetch(a).Captured, 0)
		if !b.Leaves { // A Confirm that was on its way when the attempt was closed.
			if f, err := b.Gateway.Confirm(b.Context(), a, token); err == nil {
				b.isOver(f)
			}
		}
		sameMoney(b, "books", b.Book(order).Captured, "0")
	})},
	{name: "closing again changes nothing", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		first := b.close(a)
		equal(b, "state", b.close(a).State, first.State)
		if !b.Leaves {
			equal(b, "state when asked", b.fetch(a).State, first.State)
		}
	})},
	{name: "an attempt with a declined card can be closed", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Declined)
		b.isOver(b.close(a))
		b.closed(0)
	})},
	{name: "an attempt that waits for a proof can be closed", needs: has(Authenticates), run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Authenticates)
		b.isOver(b.close(a))
		b.Prove(started, true)
		equal(b, "captured", b.fetch(a).Captured, 0)
		b.closed(0)
	})},
	{name: "closing what was paid in the meantime gives the payment", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Pays)
		f := b.close(a)
		equal(b, "state", f.State, payment.Captured)
		equal(b, "captured", f.Captured, euros.Minor())
		equal(b, "attempt", f.Attempt, a.ID)
	})},
	{name: "what the gateway works on stays processing, and pays", needs: has(Slow), run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Slow)
		equal(b, "state", b.close(a).State, payment.Processing)
		b.Advance(24 * time.Hour)
		equal(b, "in the end", b.fetch(a).State, payment.Captured)
	})},
	{name: "a hosted page runs out, and can then not be charged", needs: pagesEnd, run: func(b *bench) {
		a, started := b.begun(payment.Hosted, "pay_1", euros)
		b.Advance(b.PageLife)
		equal(b, "state", b.fetch(a).State, payment.Expired)
		b.chargeable(0)
		b.Pay(started, Pays)
		equal(b, "captured", b.fetch(a).Captured, 0)
		b.isOver(b.close(a))
	}},
	{name: "a start whose answer never came can be closed by its attempt alone", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		_, _ = b.begun(mode, "pay_2", euros)
		a.Session, a.Intent = "", ""
		if !b.Looks {
			_, err := b.Gateway.Close(b.Context(), a)
			b.is(err, fault.NotFound)
			return
		}
		f := b.close(a)
		b.isOver(f)
		equal(b, "attempt", f.Attempt, a.ID)
		b.chargeable(1)
	})},
}

// pagesEnd is the need of a gateway whose hosted pages run out.
func pagesEnd(h *Harness) bool { return h.PageLife > 0 }

func (b *bench) close(a payment.Attempt) payment.Facts {
	b.Helper()
	f, err := b.Gateway.Close(b.Context(), a)
	if err != nil {
		b.Fatalf("close: %v", err)
	}
	return f
}

func (b *bench) isOver(f payment.Facts) {
	b.Helper()
	if f.State.Open() || f.State == payment.Captured || f.Captured != 0 {
		b.Errorf("got %+v, want an ended attempt without money", f)
	}
}
