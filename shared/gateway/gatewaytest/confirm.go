package gatewaytest

import (
	"slices"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var confirmCases = []testCase{
	{name: "what the shopper agreed to is taken once, however often that is confirmed", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		token, agreed := b.Pay(started, Pays)
		if !agreed {
			b.Fatal("the gateway took no try")
		}
		for range 3 {
			b.confirmed(a, token)
		}
		b.Advance(b.Gateway.Capabilities().KeyLife + time.Hour) // The gateway has forgotten the key.
		b.confirmed(a, token)
		b.chargeable(1)
	})},
	{name: "what is confirmed by several at once is taken once", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		token, _ := b.Pay(started, Pays)
		b.atOnce(func() error { _, err := b.Gateway.Confirm(b.Context(), a, token); return err })
		b.confirmed(a, token)
	})},
	{name: "what is paid is not paid again by another try", run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		first, _ := b.Pay(started, Pays)
		second, _ := b.Pay(started, Pays)
		b.confirmed(a, first)
		if f, err := b.Gateway.Confirm(b.Context(), a, second); err == nil {
			equal(b, "captured", f.Captured, euros.Minor())
		} else {
			b.is(err, fault.Conflict, fault.Declined)
		}
		sameMoney(b, "books", b.Book(order).Captured, "19.99")
	})},
	{name: "nothing is taken before the shopper has agreed", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		f, err := b.Gateway.Confirm(b.Context(), a, "")
		switch {
		case slices.Contains(b.Tokens, mode):
			b.is(err, fault.Invalid)
			equal(b, "code", fault.Code(err), "token_invalid")
		case err != nil:
			b.is(err, fault.Declined, fault.Conflict)
		default:
			equal(b, "state", f.State, payment.RequiresAction)
			equal(b, "captured", f.Captured, 0)
		}
		equal(b, "captured when asked", b.fetch(a).Captured, 0)
		sameMoney(b, "books", b.Book(order).Captured, "0")
	})},
	{name: "what the shopper agreed to is announced, but for tokens, which the shop itself brings", run: func(b *bench) {
		for _, mode := range b.Gateway.Capabilities().Modes {
			if slices.Contains(b.Tokens, mode) {
				continue
			}
			h := b.on(b.T)
			a, started := h.begun(mode, "pay_1", euros)
			h.Pay(started, Pays)
			h.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Attempt == a.ID || e.Intent != "" && e.Intent == a.Intent })
		}
	}},
	{name: "a token that is none is refused, and takes nothing", needs: takesTokens, run: func(b *bench) {
		for _, mode := range b.Tokens {
			h := b.on(b.T)
			a, started := h.begun(mode, "pay_1", euros)
			for _, token := range []string{"", " ", "a b", "tok\r\nX: y", "\x00", "tok\xff", `{"id":1}`, strings.Repeat("t", 10_000)} {
				_, err := h.Gateway.Confirm(b.Context(), a, token)
				if !fault.Is(err, fault.Invalid) || fault.Code(err) != "token_invalid" {
					b.Errorf("%.40q: got %v", token, err)
				}
			}
			sameMoney(b, "books", h.Book(order).Captured, "0")
			if refused := h.pay(a, started, Pays); refused != nil {
				b.Errorf("a good token afterwards: %v", refused)
			}
		}
	}},
	{name: "what the gateway does not know cannot be confirmed", run: inModes(func(b *bench, mode payment.Mode) {
		token := ""
		if slices.Contains(b.Tokens, mode) {
			_, started := b.begun(mode, "pay_1", euros)
			token, _ = b.Pay(started, Pays)
		}
		for _, a := range []payment.Attempt{{ID: "pay_2", Mode: mode, Intent: "pi_nobody", At: b.Now()}, {ID: "pay_2", Mode: mode, At: b.Now()}} {
			_, err := b.Gateway.Confirm(b.Context(), a, token)
			b.is(err, fault.NotFound)
		}
		sameMoney(b, "books", b.Book(order).Captured, "0")
	})},
}

func takesTokens(h *Harness) bool { return len(h.Tokens) > 0 }

// confirmed says that the shopper has agreed, and expects that the money was taken once.
func (b *bench) confirmed(a payment.Attempt, token string) {
	b.Helper()
	f, err := b.Gateway.Confirm(b.Context(), a, token)
	if err != nil {
		b.Fatalf("confirm: %v", err)
	}
	equal(b, "state", f.State, payment.Captured)
	equal(b, "captured", f.Captured, euros.Minor())
	equal(b, "ready", f.Ready, false)
	equal(b, "attempt", f.Attempt, a.ID)
	equal(b, "when asked", b.fetch(a).State, payment.Captured)
	sameMoney(b, "books", b.Book(order).Captured, "19.99")
}
