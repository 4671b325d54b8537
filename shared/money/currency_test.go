package money_test

import (
	"testing"

	"till/shared/fault"
	"till/shared/money"
)

// TestDecimals holds the decimals against ISO 4217's list, written out here: an independent path, so that a yen is never
// taken times a hundred by a table that is wrong twice.
func TestDecimals(t *testing.T) {
	byDecimals := map[int][]money.Currency{
		0: {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"},
		2: {"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "TWD", "CNY", "HKD", "SGD", "INR",
			"IDR", "THB", "MYR", "PHP", "AUD", "NZD", "CAD", "MXN", "BRL", "ARS", "COP", "PEN", "ZAR", "TRY", "ILS", "AED", "SAR",
			"MGA", "MRU", "RSD", "LAK", "MMK"},
		3: {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"},
		4: {"CLF", "UYW"},
	}
	for want, currencies := range byDecimals {
		for _, c := range currencies {
			if got := c.Decimals(); got != want {
				t.Errorf("%s has %d decimals, want %d", c, got, want)
			}
			if parsed, err := money.Parse(string(c)); err != nil || parsed != c {
				t.Errorf("%s was read as %q, %v", c, parsed, err)
			}
		}
	}
}

func TestWhatIsNoCurrency(t *testing.T) {
	for _, code := range []string{"", "eur", "Eur", "EU", "EURO", "XXX", "XAU", "ZZZ", "€", " EUR", "EUR\n", "\xff\xfe\xfd"} {
		if c, err := money.Parse(code); c != "" || !fault.Is(err, fault.Invalid) || fault.Code(err) != "currency_invalid" {
			t.Errorf("%q was read as %q, %v", code, c, err)
		}
	}
}

func TestFormat(t *testing.T) {
	tests := []struct {
		amount money.Amount
		locale string
		want   string
	}{
		{money.Of(1999, "EUR"), "en", "€19.99"},
		{money.Of(1999, "JPY"), "en", "¥1,999"},
		{money.Of(1999, "KWD"), "en", "KWD\u00a01.999"},
		{money.Of(-5, "USD"), "en", "-$0.05"},
		{money.Of(123456789, "EUR"), "de", "1.234.567,89\u00a0€"},
		{money.Amount{}, "en", ""},
		// As the browser writes them, too: scripts/browser/tests/reach.test.js has the same list.
		{money.Of(1234567, "EUR"), "en", "€12,345.67"},
		{money.Of(1234567, "EUR"), "de", "12.345,67\u00a0€"},
		{money.Of(1234567, "EUR"), "ja", "€12,345.67"},
		{money.Of(1234567, "JPY"), "en", "¥1,234,567"},
		{money.Of(1234567, "JPY"), "de", "1.234.567\u00a0¥"},
		{money.Of(1234567, "JPY"), "ja", "￥1,234,567"},
		{money.Of(1234567, "KWD"), "en", "KWD\u00a01,234.567"},
		{money.Of(1234567, "KWD"), "de", "1.234,567\u00a0KWD"},
		{money.Of(1234567, "KWD"), "ja", "KWD\u00a01,234.567"},
		{money.Of(1234567, "EUR"), "de-AT", "€\u00a012.345,67"},
		{money.Of(1999, "EUR"), "tlh", "€19.99"},
		{money.Of(1999, "EUR"), "", "€19.99"},
	}
	for _, tt := range tests {
		if got := tt.amount.Format(tt.locale); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
