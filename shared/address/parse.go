package address

import (
	"strings"

	"till/shared/person"
)

// parser gathers the faults of one address while its fields are read.
type parser struct {
	format format
	faults []error
}

func (p *parser) refuse(at, msg string) { p.faults = append(p.faults, refuse(at, msg)) }

func (p *parser) name(s string) person.Name {
	n, err := person.ParseName(s)
	if err != nil {
		p.refuse("/name", "Must be a name of at most 100 characters.")
	}
	return n
}

func (p *parser) text(at, s string, charactersMax int, required bool) person.Text {
	t, err := person.ParseText(s, charactersMax)
	switch {
	case err != nil:
		p.refuse(at, "Must be one line of text that is not too long.")
	case required && t.IsZero():
		p.refuse(at, "Is required in this country.")
	}
	return t
}

func (p *parser) postal(country, s string) person.Text {
	typed, err := person.ParseText(s, postalMax)
	if err != nil {
		p.refuse("/postal_code", "Must be a postal code of this country.")
		return person.Text{}
	}
	if typed.IsZero() {
		if p.format.postalRequired {
			p.refuse("/postal_code", "Is required in this country.")
		}
		return person.Text{}
	}
	code, ok := p.format.postalCode(country, typed.Text())
	if !ok {
		p.refuse("/postal_code", "Must be a postal code of this country.")
		return person.Text{}
	}
	t, err := person.ParseText(code, 2*postalMax)
	if err != nil {
		p.refuse("/postal_code", "Must be a postal code of this country.")
	}
	return t
}

func (p *parser) region(country, s string) (person.Text, string) {
	t := p.text("/region", s, regionMax, p.format.regionRequired)
	if t.IsZero() {
		return t, ""
	}
	code, name, listed := findRegion(country, t.Text())
	switch {
	case !listed:
		return t, ""
	case code == "":
		p.refuse("/region", "Must be a region of this country.")
		return t, ""
	}
	named, err := person.ParseText(name, regionMax)
	if err != nil {
		p.refuse("/region", "Must be a region of this country.")
	}
	return named, code
}

// RegionCode is the code of a region as people write it, where the country has a list of them; else "". For addresses that are not
// whole yet.
func RegionCode(country, typed string) string {
	if len(typed) > 4*regionMax {
		return ""
	}
	code, _, _ := findRegion(country, typed)
	return code
}

// findRegion looks for s, a code with or without its country ("CA", "US-CA") or a name in either language, among the
// country's regions. The name is the one that labels show. listed is false where the country has no list.
func findRegion(country, s string) (code, name string, listed bool) {
	all, listed := regions[country]
	if !listed {
		return "", "", false
	}
	wanted := fold(strings.TrimPrefix(strings.ToUpper(s), country+"-"))
	for _, r := range all {
		shown := r.name
		if formats[country].regionByCode {
			shown = r.code
		}
		switch {
		case wanted == fold(r.code), wanted == fold(r.name):
			return r.code, shown, true
		case r.local != "" && wanted == fold(r.local):
			if country == "JP" {
				shown = r.local // The rest of the address is in that script too.
			}
			return r.code, shown, true
		}
	}
	return "", "", true
}
