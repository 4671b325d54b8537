package gatewaytest

import (
	"till/shared/fault"
	"till/shared/payment"
)

var endCases = []testCase{
	{"an open attempt can be resumed", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		again, err := b.Gateway.Resume(b.Context(), a)
		if err != nil || again != started {
			b.Errorf("got %+v, %v; want %+v", again, err, started)
		}
		b.Pay(started, Declined)
		if again, err = b.Gateway.Resume(b.Context(), a); err != nil || again.RedirectURL != started.RedirectURL || again.ClientSecret != started.ClientSecret {
			b.Errorf("after a declined card: got %+v, %v", again, err)
		}
		b.chargeable(1)
	})},
	{"what is paid, processed or closed cannot be resumed", inModes(func(b *bench, mode payment.Mode) {
		for _, end := range []func(*bench, payment.Attempt, payment.Started){
			func(h *bench, _ payment.Attempt, s payment.Started) { h.Pay(s, Pays) },
			func(h *bench, _ payment.Attempt, s payment.Started) { h.Pay(s, Slow) },
			func(h *bench, a payment.Attempt, _ payment.Started) { h.close(a) },
		} {
			h := b.on(b.T)
			a, started := h.begun(mode, "pay_1", euros)
			end(h, a, started)
			_, err := h.Gateway.Resume(h.Context(), a)
			h.is(err, fault.Conflict)
		}
	})},
	{"a closed attempt can never be charged", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.isOver(b.close(a))
		b.chargeable(0)
		if b.Pay(started, Pays) && b.fetch(a).Captured != 0 {
			b.Error("a closed attempt was charged")
		}
		sameMoney(b, "books", b.Book(order).Captured, "0")
	})},
	{"closing again changes nothing", inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		first := b.close(a)
		equal(b, "state", b.close(a).State, first.State)
		equal(b, "state when asked", b.fetch(a).State, first.State)
	})},
	{"an attempt with a declined card can be closed", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Declined)
		b.isOver(b.close(a))
		b.chargeable(0)
	})},
	{"an attempt that waits for a proof can be closed", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Authenticates)
		b.isOver(b.close(a))
		b.Prove(started, true)
		equal(b, "captured", b.fetch(a).Captured, 0)
		b.chargeable(0)
	})},
	{"closing what was paid in the meantime gives the payment", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Pays)
		f := b.close(a)
		equal(b, "state", f.State, payment.Captured)
		equal(b, "captured", f.Captured, euros.Minor())
		equal(b, "attempt", f.Attempt, a.ID)
	})},
	{"what the gateway works on stays processing, and pays", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Slow)
		equal(b, "state", b.close(a).State, payment.Processing)
	})},
	{"a hosted page runs out, and can then not be charged", func(b *bench) {
		a, started := b.begun(payment.Hosted, "pay_1", euros)
		b.Advance(b.PageLife)
		equal(b, "state", b.fetch(a).State, payment.Expired)
		b.chargeable(0)
		b.Pay(started, Pays)
		equal(b, "captured", b.fetch(a).Captured, 0)
		b.isOver(b.close(a))
	}},
	{"a start whose answer never came can be closed by its attempt alone", inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		_, _ = b.begun(mode, "pay_2", euros)
		a.Session, a.Intent = "", ""
		f := b.close(a)
		b.isOver(f)
		equal(b, "attempt", f.Attempt, a.ID)
		b.chargeable(1)
	})},
}

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
