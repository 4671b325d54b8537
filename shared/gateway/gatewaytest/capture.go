package gatewaytest

import (
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var captureCases = []testCase{
	{name: "a manual start is authorized, and nothing is taken", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, f := b.held(mode)
		equal(b, "captured", f.Captured, 0)
		equal(b, "amount", f.Amount, euros)
		equal(b, "attempt", f.Attempt, a.ID)
		can := b.Gateway.Capabilities()
		if f.CaptureBefore.IsZero() && can.Window <= 0 || !f.CaptureBefore.IsZero() && f.CaptureBefore.Before(b.Now().Add(can.Window-time.Hour)) {
			b.Errorf("it is good until %v, and for %v at least", f.CaptureBefore, can.Window)
		}
		if can.Captures < 1 || len(f.Refunds)+len(f.Disputes) != 0 {
			b.Errorf("%d captures; %+v", can.Captures, f)
		}
		sameMoney(b, "books", b.Book(order).Captured, "0")
		sameMoney(b, "held", b.Book(order).Held, "19.99")
		b.chargeable(1)
	})},
	{name: "a start that is not manual is never only authorized", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		_, f := b.paid(mode, Pays)
		equal(b, "good until", f.CaptureBefore, time.Time{})
		sameMoney(b, "held", b.Book(order).Held, "0")
	})},
	{name: "all of it is captured, once", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		c := payment.Capture{ID: "cap_1", Amount: 1999, Final: true}
		for range 3 {
			b.captured(a, c, 1999)
		}
		b.Advance(b.Gateway.Capabilities().KeyLife + time.Hour) // The gateway has forgotten the key.
		b.captured(a, c, 1999)
		equal(b, "good until", b.fetch(a).CaptureBefore, time.Time{})
		made := b.refund(a, "ref_1", 1999)
		b.refunded(a, made)
	})},
	{name: "what several capture at once is captured once", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		c := payment.Capture{ID: "cap_1", Amount: 1999, Final: true}
		b.atOnce(func() error { _, err := b.Gateway.Capture(b.Context(), a, c); return err })
		b.captured(a, c, 1999)
	})},
	{name: "a capture and giving up at once end in one of them", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		calls := make(chan func() error, 2)
		calls <- func() error {
			_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
			return err
		}
		calls <- func() error { _, err := b.Gateway.Close(b.Context(), a); return err }
		close(calls)
		b.atOnce(func() error {
			if call := <-calls; call != nil {
				return call()
			}
			return nil
		})
		f, book := b.close(a), b.Book(order)
		sameMoney(b, "held", book.Held, "0")
		sameMoney(b, "books", book.Captured, cents(f.Captured))
		if f.State == payment.Captured != (f.Captured == 1999) || f.State.Open() {
			b.Errorf("got %+v", f)
		}
	})},
	{name: "a card that must be proven is authorized only then", needs: func(h *Harness) bool { return canHold(h) && has(Authenticates)(h) }, run: inHolding(func(b *bench, mode payment.Mode) {
		s := b.start(mode, "pay_1", euros)
		s.Manual = true
		a, started := b.begin(s)
		_ = b.pay(a, started, Authenticates)
		sameMoney(b, "held before", b.Book(order).Held, "0")
		_ = b.prove(a, started, true)
		equal(b, "state", b.fetch(a).State, payment.Authorized)
		sameMoney(b, "held", b.Book(order).Held, "19.99")
	})},
	{name: "a part is captured, and the rest is given up", needs: capturesParts, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		c := payment.Capture{ID: "cap_1", Amount: 700, Final: true}
		b.captured(a, c, 700)
		b.captured(a, c, 700)
		sameMoney(b, "held", b.Book(order).Held, "0")
		b.refunded(a) // What was given up is no refund.
		_, err := b.Gateway.Refund(b.Context(), a, payment.Refund{ID: "ref_1", Attempt: a.ID, Amount: 701})
		b.is(err, fault.Declined)
		b.refunded(a, b.refund(a, "ref_2", 700))
		equal(b, "amount", b.fetch(a).Amount, euros)
	})},
	{name: "a part cannot be captured where only the whole can", needs: func(h *Harness) bool { return canHold(h) && h.Whole }, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 700, Final: true})
		b.is(err, fault.Invalid)
		equal(b, "code", fault.Code(err), "capture_amount_fixed")
		b.uncaptured(a)
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
	})},
	{name: "several parts are captured one by one, each once", needs: capturesOften, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		first, second := payment.Capture{ID: "cap_1", Amount: 500}, payment.Capture{ID: "cap_2", Amount: 500}
		for _, step := range []struct {
			capture payment.Capture
			sum     int64
		}{{first, 500}, {first, 500}, {second, 1000}, {first, 1000}, {second, 1000}} {
			f, err := b.Gateway.Capture(b.Context(), a, step.capture)
			if err != nil || f.State != payment.Authorized || f.Captured != step.sum {
				b.Fatalf("after %s: got %+v, %v; want %d captured", step.capture.ID, f, err, step.sum)
			}
		}
		_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_3", Amount: 1000, Final: true})
		b.exceeds(err)
		b.captured(a, payment.Capture{ID: "cap_4", Amount: 999, Final: true}, 1999)
		sameMoney(b, "books", b.Book(order).Captured, "19.99")
	})},
	{name: "what is left after a part can be given up", needs: capturesOften, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		if _, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 500}); err != nil {
			b.Fatal(err)
		}
		f := b.close(a)
		equal(b, "state", f.State, payment.Captured)
		equal(b, "captured", f.Captured, 500)
		equal(b, "captured when asked", b.fetch(a).Captured, 500)
		sameMoney(b, "held", b.Book(order).Held, "0")
		_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_2", Amount: 500})
		b.is(err, fault.Declined, fault.Conflict)
		sameMoney(b, "books", b.Book(order).Captured, "5.00")
	})},
	{name: "where there is one capture only, each is the last", needs: capturesPartOnce, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 700}, 700)
	})},
	{name: "after the last capture there is no other", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
		if f, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_2", Amount: 1999, Final: true}); err == nil {
			equal(b, "captured", f.Captured, 1999) // A gateway without ids for captures.
		} else {
			b.is(err, fault.Declined, fault.Conflict)
		}
		sameMoney(b, "books", b.Book(order).Captured, "19.99")
	})},
	{name: "more than was authorized cannot be captured", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		for _, much := range []int64{2000, 2298, 199900} {
			_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: much, Final: true})
			b.exceeds(err)
		}
		b.uncaptured(a)
		b.captured(a, payment.Capture{ID: "cap_2", Amount: 1999, Final: true}, 1999)
	})},
	{name: "nothing and less cannot be captured", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		for _, little := range []int64{0, -1, -1999} {
			_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: little, Final: true})
			b.is(err, fault.Invalid)
		}
		b.uncaptured(a)
	})},
	{name: "what is not authorized cannot be captured", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		s := b.start(mode, "pay_1", euros)
		s.Manual = true
		a, _ := b.begin(s)
		_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
		b.is(err, fault.Declined, fault.Conflict, fault.NotFound)
		for _, a := range []payment.Attempt{{ID: "pay_2", Mode: mode, Intent: "pi_nobody", At: b.Now()}, {ID: "pay_2", Mode: mode, At: b.Now()}} {
			_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
			b.is(err, fault.NotFound)
		}
		sameMoney(b, "books", b.Book(order).Captured, "0")
	})},
	{name: "an authorization that is closed is given up for good", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, _ := b.held(mode)
		b.isOver(b.close(a))
		b.isOver(b.close(a))
		b.isOver(b.fetch(a))
		sameMoney(b, "held", b.Book(order).Held, "0")
		b.chargeable(0)
		_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
		b.is(err, fault.Declined, fault.Conflict)
		sameMoney(b, "books", b.Book(order).Captured, "0")
	})},
	{name: "a start that should only authorize where that cannot be is refused", run: inModes(func(b *bench, mode payment.Mode) {
		if b.holds(mode) || !b.Gateway.Capabilities().Manual {
			return
		}
		s := b.start(mode, "pay_1", euros)
		s.Manual = true
		_, err := b.Gateway.Start(b.Context(), s)
		b.is(err, fault.Invalid)
		equal(b, "code", fault.Code(err), "manual_unavailable")
		b.chargeable(0)
	})},
	{name: "an authorization that is closed by its page alone is given up, too", needs: func(h *Harness) bool { return h.holds(payment.Hosted) }, run: func(b *bench) {
		a, _ := b.held(payment.Hosted)
		if a.Session != "" {
			a.Intent = ""
		}
		b.isOver(b.close(a))
		sameMoney(b, "held", b.Book(order).Held, "0")
	}},
	{name: "an authorization runs out, and is announced", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		a, f := b.held(mode)
		end := f.CaptureBefore
		if end.IsZero() {
			end = b.Now().Add(b.Gateway.Capabilities().Window)
		}
		b.Deliveries()
		b.Advance(end.Sub(b.Now()) + time.Hour)
		b.isOver(b.fetch(a))
		b.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Attempt == a.ID || e.Intent != "" && e.Intent == a.Intent })
		_, err := b.Gateway.Capture(b.Context(), a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
		b.is(err, fault.Declined, fault.Conflict)
		b.isOver(b.close(a))
		sameMoney(b, "books", b.Book(order).Captured, "0")
		sameMoney(b, "held", b.Book(order).Held, "0")
	})},
	{name: "an authorization and its capture are announced", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		of := func(a payment.Attempt) func(payment.Event) bool {
			return func(e payment.Event) bool { return e.Attempt == a.ID || e.Intent != "" && e.Intent == a.Intent }
		}
		a, _ := b.held(mode)
		b.announced(payment.AboutPayment, of(a))
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
		b.announced(payment.AboutPayment, of(a))
	})},
	{name: "a declined card authorizes nothing", needs: canHold, run: inHolding(func(b *bench, mode payment.Mode) {
		s := b.start(mode, "pay_1", euros)
		s.Manual = true
		a, started := b.begin(s)
		_ = b.pay(a, started, Declined)
		equal(b, "state", b.fetch(a).State, payment.RequiresAction)
		sameMoney(b, "held", b.Book(order).Held, "0")
		a, _ = b.reached(payment.Authorized, a, started, Pays)
		b.captured(a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true}, 1999)
	})},
}

// capturesParts is the need of a gateway that captures parts.
func capturesParts(h *Harness) bool { return canHold(h) && !h.Whole }

// capturesOften is the need of a gateway that captures several parts of one authorization.
func capturesOften(h *Harness) bool {
	return capturesParts(h) && h.Gateway.Capabilities().Captures > 1
}

// capturesPartOnce is the need of a gateway that captures one part.
func capturesPartOnce(h *Harness) bool {
	return capturesParts(h) && h.Gateway.Capabilities().Captures == 1
}

// held is an attempt that is authorized, with the facts of that.
func (b *bench) held(mode payment.Mode) (payment.Attempt, payment.Facts) {
	b.Helper()
	s := b.start(mode, "pay_1", euros)
	s.Manual = true
	a, started := b.begin(s)
	return b.reached(payment.Authorized, a, started, Pays)
}

// captured captures the last of an authorization, and expects that sum in all.
func (b *bench) captured(a payment.Attempt, c payment.Capture, sum int64) {
	b.Helper()
	f, err := b.Gateway.Capture(b.Context(), a, c)
	if err != nil {
		b.Fatalf("capture: %v", err)
	}
	equal(b, "state", f.State, payment.Captured)
	equal(b, "captured", f.Captured, sum)
	equal(b, "attempt", f.Attempt, a.ID)
	now := b.fetch(a)
	equal(b, "state when asked", now.State, payment.Captured)
	equal(b, "captured when asked", now.Captured, sum)
	sameMoney(b, "books", b.Book(order).Captured, cents(sum))
}

func (b *bench) uncaptured(a payment.Attempt) {
	b.Helper()
	f := b.fetch(a)
	equal(b, "state", f.State, payment.Authorized)
	equal(b, "captured", f.Captured, 0)
	sameMoney(b, "books", b.Book(order).Captured, "0")
	sameMoney(b, "held", b.Book(order).Held, "19.99")
}

func (b *bench) exceeds(err error) {
	b.Helper()
	b.is(err, fault.Conflict)
	equal(b, "code", fault.Code(err), "capture_exceeds_authorized")
}
