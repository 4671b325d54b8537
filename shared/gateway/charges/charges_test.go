package charges_test

import (
	"testing"

	"till/shared/fault"
	"till/shared/gateway/charges"
	"till/shared/money"
)

// TestBounds holds the bounds against what people would write, not against a conversion of ours.
func TestBounds(t *testing.T) {
	tests := []struct {
		gateway           string
		currency          money.Currency
		least, most, step string // "" where the currency is not charged in.
	}{
		{"stripe", "EUR", "€0.50", "€999,999.99", "€0.01"},
		{"stripe", "USD", "$0.50", "$999,999.99", "$0.01"},
		{"stripe", "GBP", "£0.30", "£999,999.99", "£0.01"},
		{"stripe", "JPY", "¥50", "¥99,999,999", "¥1"},
		{"stripe", "KWD", "KWD\u00a00.010", "KWD\u00a099,999.990", "KWD\u00a00.010"},
		{"stripe", "HUF", "HUF\u00a0175.00", "HUF\u00a0999,999.99", "HUF\u00a00.01"},
		{"stripe", "IDR", "IDR\u00a00.01", "IDR\u00a09,999,999,999.99", "IDR\u00a00.01"},
		{"stripe", "ISK", "ISK\u00a01", "ISK\u00a0999,999", "ISK\u00a01"},
		{"stripe", "MGA", "MGA\u00a01.00", "MGA\u00a099,999,999.00", "MGA\u00a01.00"},
		{"stripe", "KPW", "", "", ""},
		{"paypal", "EUR", "€0.01", "€9,999,999.99", "€0.01"},
		{"paypal", "JPY", "¥1", "¥9,999,999", "¥1"},
		{"paypal", "HUF", "HUF\u00a01.00", "HUF\u00a09,999,999.00", "HUF\u00a01.00"},
		{"paypal", "KWD", "", "", ""},
		{"square", "JPY", "¥1", "¥9,007,199,254,740,991", "¥1"},
		{"square", "GBP", "£0.01", "£90,071,992,547,409.91", "£0.01"},
		{"square", "CHF", "", "", ""},
	}
	for _, tt := range tests {
		b, taken := charges.Of(tt.gateway, tt.currency)
		if taken != (tt.least != "") {
			t.Errorf("%s in %s: charged %v", tt.gateway, tt.currency, taken)
		}
		if !taken {
			continue
		}
		show := func(minor int64) string { return money.Of(minor, tt.currency).Format("en") }
		if show(b.Least) != tt.least || show(b.Most) != tt.most || show(b.Step) != tt.step {
			t.Errorf("%s in %s: %s to %s by %s", tt.gateway, tt.currency, show(b.Least), show(b.Most), show(b.Step))
		}
	}
}

func TestAnAmountIsHeldToItsBounds(t *testing.T) {
	tests := []struct {
		name, gateway string
		amount        money.Amount
		code          string
	}{
		{"the least is charged", "stripe", money.Of(50, "EUR"), ""},
		{"a cent below it is not", "stripe", money.Of(49, "EUR"), "amount_too_small"},
		{"the most is charged", "stripe", money.Of(99_999_999, "EUR"), ""},
		{"a cent above it is not", "stripe", money.Of(100_000_000, "EUR"), "amount_too_large"},
		{"the last fils of a dinar is too fine", "stripe", money.Of(1999, "KWD"), "amount_too_fine"},
		{"whole forints are charged by PayPal", "paypal", money.Of(199_900, "HUF"), ""},
		{"parts of them are not", "paypal", money.Of(199_950, "HUF"), "amount_too_fine"},
		{"one yen can be paid at Square", "square", money.Of(1, "JPY"), ""},
		{"nothing cannot", "square", money.Of(0, "JPY"), "amount_too_small"},
		{"of a gateway that nobody knows nothing is refused", "other", money.Of(1<<60, "EUR"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, taken := charges.Of(tt.gateway, tt.amount.Currency())
			if err := b.Check("test", tt.amount); !taken || fault.Code(err) != tt.code || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("taken %v: %v", taken, err)
			}
		})
	}
}

// Each gateway's bounds fit each of its currencies, so that something can be charged in all of them.
func TestEveryCurrencyHasRoom(t *testing.T) {
	for gateway, all := range map[string][]money.Currency{"stripe": charges.StripeCurrencies(), "paypal": charges.PayPalCurrencies()} {
		for _, c := range all {
			b, taken := charges.Of(gateway, c)
			if !taken || b.Step < 1 || b.Least < b.Step || b.Least%b.Step != 0 || b.Most%b.Step != 0 || b.Most < 1000*b.Step {
				t.Errorf("%s in %s: %+v, charged %v", gateway, c, b, taken)
			}
		}
	}
}
