package pricing

import (
	"regexp"
	"strings"

	"till/shared/fault"
)

// VATNumber is a business's number for value added tax, in its country's form. It may be that of one person: never logged, and stored
// sealed. The zero VATNumber is none.
type VATNumber struct{ country, text string }

// vatForms are what follows the prefix, by prefix. https://ec.europa.eu/taxation_customs/vies/#/faq (question 11); XI is Northern
// Ireland.
var vatForms = map[string]*regexp.Regexp{
	"AT": vat(`U\d{8}`), "BE": vat(`[01]\d{9}`), "BG": vat(`\d{9,10}`), "CY": vat(`\d{8}[A-Z]`), "CZ": vat(`\d{8,10}`), "DE": vat(`\d{9}`),
	"DK": vat(`\d{8}`), "EE": vat(`\d{9}`), "EL": vat(`\d{9}`), "ES": vat(`[A-Z0-9]\d{7}[A-Z0-9]`), "FI": vat(`\d{8}`),
	"FR": vat(`[A-HJ-NP-Z0-9]{2}\d{9}`), "HR": vat(`\d{11}`), "HU": vat(`\d{8}`), "IE": vat(`\d[A-Z0-9+*]\d{5}[A-Z]{1,2}`),
	"IT": vat(`\d{11}`), "LT": vat(`\d{9}|\d{12}`), "LU": vat(`\d{8}`), "LV": vat(`\d{11}`), "MT": vat(`\d{8}`),
	"NL": vat(`[A-Z0-9+*]{10}\d{2}`), "PL": vat(`\d{10}`), "PT": vat(`\d{9}`), "RO": vat(`\d{2,10}`), "SE": vat(`\d{10}01`), "SI": vat(`\d{8}`),
	"SK": vat(`\d{10}`), "XI": vat(`\d{9}|\d{12}|(GD|HA)\d{3}`),
}

func vat(form string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + form + `)$`) }

// vatTyped drops what people put between the digits.
var vatTyped = strings.NewReplacer(" ", "", ".", "", "-", "")

// ParseVATNumber reads a number with its country's prefix as people type it. It checks the form; whether the number is in use only the
// tax office knows. Errors: fault.Invalid, code vat_number_invalid.
func ParseVATNumber(typed string) (VATNumber, error) {
	if len(typed) <= 32 {
		text := strings.ToUpper(vatTyped.Replace(typed))
		if prefix := text[:min(2, len(text))]; vatForms[prefix] != nil && vatForms[prefix].MatchString(text[2:]) {
			return VATNumber{country: countryOf(prefix), text: text}, nil
		}
	}
	return VATNumber{}, fault.New(fault.Invalid, "pricing.ParseVATNumber", "vat_number_invalid",
		"Must be a VAT number with its country's prefix, such as ATU12345678.")
}

// countryOf is the country of a prefix: Greece's is not its country's code.
func countryOf(prefix string) string {
	if prefix == "EL" {
		return "GR"
	}
	return prefix
}

// Country is the ISO 3166-1 code of the number's country; "XI" for Northern Ireland, "" for none.
func (n VATNumber) Country() string { return n.country }

// Text is the number without blanks, with its prefix. Personal data.
func (n VATNumber) Text() string { return n.text }

// String hides the number from logs.
func (n VATNumber) String() string { return "[redacted]" }
