package money_test

import (
	"testing"

	"till/shared/fault"
	"till/shared/money"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "EUR", "eur", "XXX", "JPY", "KWD", "EURO", "EU\x00", "\u0415UR"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		c, err := money.Parse(code)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || fault.Code(err) != "currency_invalid" || c != "" {
				t.Fatalf("%q: %q, %v", code, c, err)
			}
			return
		}
		if string(c) != code || len(code) != 3 || c.Decimals() < 0 || c.Decimals() > 4 {
			t.Fatalf("%q is %q, of %d decimals", code, c, c.Decimals())
		}
		for _, b := range []byte(code) {
			if b < 'A' || b > 'Z' {
				t.Fatalf("%q was taken", code)
			}
		}
		if money.Of(1, c).Format("en") == "" {
			t.Fatalf("an amount in %q cannot be written", code)
		}
	})
}
