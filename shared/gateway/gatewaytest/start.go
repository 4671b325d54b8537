package gatewaytest

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

var startCases = []testCase{
	{name: "a start gives what the browser needs, and nothing else", run: inModes(func(b *bench, mode payment.Mode) {
		a, s := b.begun(mode, "pay_1", euros)
		if wrong := b.Started(mode, s); wrong != "" {
			b.Errorf("%s: %+v", wrong, s)
		}
		if s.Session+s.Intent == "" || mode == payment.Hosted && (!strings.HasPrefix(s.RedirectURL, "http") || s.ClientSecret != "") {
			b.Errorf("got %+v", s)
		}
		isFresh(b, a)
	})},
	{name: "a repeat gives the same answer, later too, and begins nothing else", run: inModes(func(b *bench, mode payment.Mode) {
		s := b.start(mode, "pay_1", euros)
		first, err := b.Gateway.Start(b.Context(), s)
		if err != nil {
			b.Fatal(err)
		}
		b.Advance(10 * time.Minute)
		again, err := b.Gateway.Start(b.Context(), s)
		if err != nil || again != first {
			b.Errorf("got %+v, %v; want %+v", again, err, first)
		}
		b.chargeable(1)
	})},
	{name: "the same attempt with another amount is refused and begins nothing", run: inModes(func(b *bench, mode payment.Mode) {
		a, _ := b.begun(mode, "pay_1", euros)
		_, err := b.Gateway.Start(b.Context(), b.start(mode, "pay_1", money.Of(2999, "EUR")))
		b.is(err, fault.Unknown, fault.Internal, fault.Conflict)
		b.chargeable(1)
		equal(b, "amount", b.fetch(a).Amount, euros)
	})},
	{name: "what several start at once begins one payment", run: inModes(func(b *bench, mode payment.Mode) {
		s := b.start(mode, "pay_1", euros)
		b.atOnce(func() error { _, err := b.Gateway.Start(b.Context(), s); return err })
		b.begin(s)
		b.chargeable(1)
	})},
	{name: "another attempt is another payment", run: inModes(func(b *bench, mode payment.Mode) {
		_, one := b.begun(mode, "pay_1", euros)
		_, two := b.begun(mode, "pay_2", euros)
		if one == two {
			b.Error("two attempts got one answer")
		}
		b.chargeable(2)
	})},
	{name: "currencies without, with two and with three decimals are charged as meant", run: inModes(chargesAsMeant)},
	{name: "amounts that cannot be charged are refused before anything is begun", run: inModes(refusesAmounts)},
	{name: "it can do what it says", run: func(b *bench) {
		can := b.Gateway.Capabilities()
		if len(can.Modes) == 0 || can.KeyLife < time.Hour {
			b.Errorf("got %+v", can)
		}
		for _, c := range can.Currencies {
			if _, err := money.Parse(string(c)); err != nil && c != "STD" { // STD is in use at gateways, and gone from ISO 4217.
				b.Errorf("%s: %v", c, err)
			}
		}
	}},
}

func isFresh(b *bench, a payment.Attempt) {
	b.Helper()
	f := b.fetch(a)
	want := payment.Facts{State: payment.RequiresAction, Order: order, Attempt: a.ID, Session: a.Session, Intent: f.Intent, Amount: euros}
	if f.State != want.State || f.Order != want.Order || f.Attempt != want.Attempt || f.Session != want.Session || f.Amount != want.Amount ||
		f.Captured != 0 || f.LastError != "" || len(f.Refunds)+len(f.Disputes) != 0 {
		b.Errorf("got %+v, want %+v", f, want)
	}
	if a.Intent != "" {
		equal(b, "intent", f.Intent, a.Intent)
	}
	b.chargeable(1)
}

// chargesAsMeant compares with what people would write, not with a conversion of the adapter's. What a gateway does not charge in, it
// says so before anything is begun.
func chargesAsMeant(b *bench, mode payment.Mode) {
	for _, c := range []struct {
		amount money.Amount
		meant  string
	}{
		{money.Of(1999, "EUR"), "19.99"},
		{money.Of(1999, "JPY"), "1999"},
		{money.Of(51230, "KWD"), "51.23"},
		{money.Of(1500, "ISK"), "1500"},
	} {
		h := b.on(b.T)
		if h.In != nil && c.amount.Currency() != "EUR" {
			h = &bench{b.T, h.In(c.amount.Currency()), b.open}
		}
		taken := h.Gateway.Capabilities().Currencies
		if taken != nil && !slices.Contains(taken, c.amount.Currency()) {
			_, err := h.Gateway.Start(b.Context(), h.start(mode, "pay_1", c.amount))
			if !fault.Is(err, fault.Invalid) || fault.Code(err) != "currency_invalid" {
				b.Errorf("%s: got %v", c.amount.Currency(), err)
			}
			h.chargeable(0)
			continue
		}
		a, started := h.begun(mode, "pay_1", c.amount)
		_, f := h.reached(payment.Captured, a, started, Pays)
		equal(b, "asked for", f.Amount, c.amount)
		equal(b, "captured", f.Captured, c.amount.Minor())
		sameMoney(b, string(c.amount.Currency())+" on the gateway's books", h.Book(order).Captured, c.meant)
	}
}

func refusesAmounts(b *bench, mode payment.Mode) {
	amounts := map[string]money.Amount{
		"nothing":                      money.Of(0, "EUR"),
		"less than nothing":            money.Of(-1999, "EUR"),
		"a currency of no country":     money.Of(1999, "XXX"),
		"dinars finer than cards take": money.Of(5123, "KWD"),
		"more than can be":             money.Of(1<<60, "EUR"),
	}
	if bounds := b.Gateway.Capabilities().Bounds; bounds != nil {
		amounts["a cent more than the most"] = money.Of(bounds("EUR").Most+1, "EUR")
	}
	if b.TooLittle > 0 {
		amounts["less than the least"] = money.Of(b.TooLittle, "EUR")
	}
	for what, amount := range amounts {
		h := b.on(b.T)
		if _, err := h.Gateway.Start(b.Context(), h.start(mode, "pay_1", amount)); !fault.Is(err, fault.Invalid) {
			b.Errorf("%s: got %v", what, err)
		}
		h.chargeable(0)
	}
}

func sameMoney(b *bench, what, got, want string) {
	b.Helper()
	have, ok1 := new(big.Rat).SetString(got)
	meant, ok2 := new(big.Rat).SetString(want)
	if !ok1 || !ok2 || have.Cmp(meant) != 0 {
		b.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// cents is an amount of cents in decimal notation.
func cents(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
