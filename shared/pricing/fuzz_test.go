package pricing_test

import (
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/pricing"
)

func FuzzParseVATNumber(f *testing.F) {
	for _, seed := range []string{"", "DE123456789", "de 123.456-789", "ATU12345678", "EL123456789", "XIGD123", "NL123456789B01", "DE12345678", "ZZ1", "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := pricing.ParseVATNumber(typed)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || fault.Code(err) != "vat_number_invalid" || n != (pricing.VATNumber{}) || strings.Contains(err.Error(), typed) && typed != "" && len(typed) > 20 {
				t.Fatalf("%q: %v", typed, err)
			}
			return
		}
		if again, err := pricing.ParseVATNumber(n.Text()); err != nil || again != n || len(n.Country()) != 2 || len(n.Text()) > 32 || n.String() != "[redacted]" {
			t.Fatalf("%q is %q of %s, again %v, %v", typed, n.Text(), n.Country(), again, err)
		}
	})
}

func FuzzCanonical(f *testing.F) {
	f.Add(" welcome ")
	f.Add("ſummer")
	f.Fuzz(func(t *testing.T, typed string) {
		code := pricing.Canonical(typed)
		if code != "" && (pricing.Canonical(code) != code || len(code) > 32 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "") {
			t.Fatalf("%q is %q", typed, code)
		}
	})
}

func TestVATNumbers(t *testing.T) {
	for typed, country := range map[string]string{"DE123456789": "DE", "atu12345678": "AT", "EL 123456789": "GR", "FR-XX.123456789": "FR", "XI123456789": "XI",
		"NL123456789B01": "NL", "IE1234567WA": "IE", "SE123456789001": "SE"} {
		if n, err := pricing.ParseVATNumber(typed); err != nil || n.Country() != country {
			t.Errorf("%s is of %q, %v", typed, n.Country(), err)
		}
	}
	for _, typed := range []string{"", "DE", "DE12345678", "DE1234567890", "123456789", "GR123456789", "US123456789", "SE123456789002", "DE12345678O", "DE123456789 DE123456789 DE123456789"} {
		if n, err := pricing.ParseVATNumber(typed); fault.Code(err) != "vat_number_invalid" || n.Country() != "" {
			t.Errorf("%q was read as %q, %v", typed, n.Text(), err)
		}
	}
}
