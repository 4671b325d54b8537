// Package address checks postal addresses by the rules of their country and writes them as that country's post wants.
package address

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"till/shared/fault"
	"till/shared/person"
)

// Characters at most. A label holds about 35 a line; the rest is room for scripts that carriers transcribe.
const (
	lineMax   = 100
	cityMax   = 80
	regionMax = 80
	postalMax = 16
)

// Input is an address as it was sent, or as vault opens it. All of it is personal data: it prints and logs as
// [redacted], but for an unexported field that fmt looks into: its members are plain text. Its JSON is what the API
// takes and what vault seals, never what is logged.
type Input struct {
	Name       string `json:"name,omitempty"`
	Company    string `json:"company,omitempty"`
	Line1      string `json:"line1,omitempty"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city,omitempty"`
	Region     string `json:"region,omitempty"`      // State, province, prefecture: code or name.
	PostalCode string `json:"postal_code,omitempty"` // As typed; Parse gives it the country's form.
	Country    string `json:"country,omitempty"`     // ISO 3166-1 alpha-2, in capitals.
}

// Format hides the input from every verb of fmt.
func (Input) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the input.
func (Input) LogValue() slog.Value { return slog.StringValue(redacted) }

const redacted = "[redacted]"

// Address is one that mail can reach, by the rules of its country. Personal data but for Country, PostalCode and
// RegionCode, which tax needs and which are kept in clear. The zero Address is none. Comparable with ==.
type Address struct {
	name                  person.Name
	company, line1, line2 person.Text
	city, region, postal  person.Text
	country, regionCode   string
}

// Rule is a condition that not every address must meet.
type Rule int

// ForCourier refuses PO boxes: a courier needs a door.
const ForCourier Rule = 1

// Parse checks in by its country's rules and any further ones, and gives it in normal form: postal code as the
// country writes it, region as its code if the country has a list. Errors: fault.Invalid, code address_invalid, one for
// every field that is wrong, joined, each At its member: "/postal_code". fault.At puts the caller's place in front.
func Parse(in Input, rules ...Rule) (Address, error) {
	f, known := formats[in.Country]
	if !known {
		return Address{}, refuse("/country", "Must be an ISO 3166 country code in capitals, such as DE.")
	}
	p := parser{format: f}
	a := Address{
		name:    p.name(in.Name),
		company: p.text("/company", in.Company, lineMax, false),
		line1:   p.text("/line1", in.Line1, lineMax, true),
		line2:   p.text("/line2", in.Line2, lineMax, false),
		city:    p.text("/city", in.City, cityMax, !f.cityFree),
		postal:  p.postal(in.Country, in.PostalCode),
		country: in.Country,
	}
	a.region, a.regionCode = p.region(in.Country, in.Region)
	for _, r := range rules {
		if r == ForCourier {
			p.doorOnly(a)
		}
	}
	if len(p.faults) > 0 {
		return Address{}, errors.Join(p.faults...)
	}
	return a, nil
}

// Restore rebuilds an address that Parse once accepted, from what vault opened. Country rules are not asked again:
// they may have changed since. Errors: fault.Internal, code address_unreadable: not what was stored.
func Restore(in Input) (Address, error) {
	name, err := person.ParseName(in.Name)
	a := Address{name: name, country: in.Country}
	errs := []error{err}
	for _, field := range []struct {
		to   *person.Text
		from string
	}{
		{&a.company, in.Company}, {&a.line1, in.Line1}, {&a.line2, in.Line2},
		{&a.city, in.City}, {&a.region, in.Region}, {&a.postal, in.PostalCode},
	} {
		*field.to, err = person.ParseText(field.from, lineMax)
		errs = append(errs, err)
	}
	a.regionCode, _, _ = findRegion(in.Country, in.Region)
	if err := errors.Join(errs...); err != nil || !IsCountry(in.Country) {
		return Address{}, fault.New(fault.Internal, "address.Restore", "address_unreadable", "")
	}
	return a, nil
}

// IsCountry tells whether code is an ISO 3166-1 alpha-2 code of a country that mail can be sent to.
func IsCountry(code string) bool {
	_, known := formats[code]
	return known
}

// Country is the ISO 3166-1 alpha-2 code. Kept in clear.
func (a Address) Country() string { return a.country }

// PostalCode is the postal code in its country's form, "" where there is none. Kept in clear for tax; still not for
// logs, as a British one can be a single house.
func (a Address) PostalCode() string { return a.postal.Text() }

// RegionCode is the region's code where the country has a list of them (AU, CA, JP, US), else "". Kept in clear.
func (a Address) RegionCode() string { return a.regionCode }

// Name is the recipient.
func (a Address) Name() person.Name { return a.name }

// City is the town.
func (a Address) City() person.Text { return a.city }

// IsZero tells whether there is no address.
func (a Address) IsZero() bool { return a == Address{} }

// Fields is the address in normal form, for vault to seal. Callers: vault.
func (a Address) Fields() Input {
	return Input{
		Name: a.name.Text(), Company: a.company.Text(), Line1: a.line1.Text(), Line2: a.line2.Text(), City: a.city.Text(),
		Region: a.region.Text(), PostalCode: a.postal.Text(), Country: a.country,
	}
}

// String hides the address.
func (Address) String() string { return redacted }

// GoString hides the address from %#v.
func (Address) GoString() string { return redacted }

// Format hides the address from every verb.
func (Address) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the address.
func (Address) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText fails: vault seals first.
func (Address) MarshalText() ([]byte, error) { return nil, errors.New("personal data") }

// MarshalJSON fails: vault seals first.
func (Address) MarshalJSON() ([]byte, error) { return nil, errors.New("personal data") }

func refuse(at, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "address.Parse", Code: "address_invalid", At: at, Msg: msg}
}
