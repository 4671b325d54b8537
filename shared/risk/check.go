package risk

import (
	"fmt"
	"regexp"
	"slices"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/person"
)

// Limits of a shop's rules.
const (
	rulesMax = 50
	listMax  = 250
	unitsMax = 1_000_000
)

var (
	nameForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	customerForm = regexp.MustCompile(`^cus_[a-z2-7]{26}$`)
)

// Check reports every fault of a shop's rules, each At its place under at. Errors: fault.Invalid.
func Check(at string, rules []Rule) []error {
	c := checker{}
	if len(rules) > rulesMax {
		c.bad(at, "rule_invalid", fmt.Sprintf("Must be at most %d rules.", rulesMax))
		return c
	}
	for i, r := range rules {
		place := fmt.Sprintf("%s/%d", at, i)
		if !nameForm.MatchString(r.Name) || slices.ContainsFunc(rules[:i], func(o Rule) bool { return o.Name == r.Name }) {
			c.bad(place+"/name", "rule_invalid", "Must be 1 to 40 small letters, digits, dashes or underscores, and no other rule's name.")
		}
		c.rule(place, r)
	}
	return c
}

// checker collects faults.
type checker []error

func (c *checker) bad(at, code, msg string) {
	*c = append(*c, &fault.Error{Kind: fault.Invalid, Op: "risk.Check", Code: code, At: at, Msg: msg})
}

func (c *checker) rule(at string, r Rule) {
	if r.Decision != Review && r.Decision != Decline {
		c.bad(at+"/decision", "rule_invalid", "Must be review or decline.")
	}
	if r.Gateway != "" && r.Gateway != payment.RiskElevated && r.Gateway != payment.RiskHighest {
		c.bad(at+"/gateway_risk", "rule_invalid", "Must be elevated or highest.")
	}
	if r.Gateway != "" && r.Decision == Decline {
		c.bad(at+"/decision", "rule_invalid", "Must be review: what the gateway finds is known once it is paid.")
	}
	if r.Units < 0 || r.Units > unitsMax {
		c.bad(at+"/units_at_least", "rule_invalid", fmt.Sprintf("Must be a whole number up to %d.", unitsMax))
	}
	if len(r.AtLeast) == 0 && len(r.Countries) == 0 && len(r.Billing) == 0 && !r.Abroad && len(r.Domains) == 0 && len(r.Customers) == 0 &&
		len(r.Products) == 0 && r.Units == 0 && r.Gateway == "" {
		c.bad(at, "rule_invalid", "Must name what an order must be like.")
	}
	c.lists(at, r)
}

func (c *checker) lists(at string, r Rule) {
	for currency, minor := range r.AtLeast {
		if _, err := money.Parse(string(currency)); err != nil || minor < 0 {
			c.bad(at+"/at_least", "amount_invalid", "Must be minor units, 0 or more, by ISO 4217 code in capitals.")
			break
		}
	}
	const country = "Must be an ISO 3166-1 country code in capitals."
	each(c, at+"/countries", "country_invalid", country, r.Countries, address.IsCountry)
	each(c, at+"/billing_countries", "country_invalid", country, r.Billing, address.IsCountry)
	each(c, at+"/email_domains", "rule_invalid", "Must be a domain in small letters, such as example.com, without an @.", r.Domains, isDomain)
	each(c, at+"/customers", "rule_invalid", "Must be a customer's id, as it stands with their orders. Addresses do not belong here.", r.Customers, customerForm.MatchString)
	each(c, at+"/products", "rule_invalid", "Must be a SKU.", r.Products, func(s catalog.SKU) bool { _, err := catalog.ParseSKU(string(s)); return err == nil })
}

// each reports what of a list is not good.
func each[T any](c *checker, at, code, msg string, list []T, good func(T) bool) {
	if len(list) > listMax {
		c.bad(at, code, fmt.Sprintf("Must be at most %d.", listMax))
		return
	}
	for i, one := range list {
		if !good(one) {
			c.bad(fmt.Sprintf("%s/%d", at, i), code, msg)
		}
	}
}

// isDomain tells whether a text is the domain of an e-mail address as it is kept: in its ASCII form, in small letters.
func isDomain(s string) bool {
	e, err := person.ParseEmail("a@" + s)
	return err == nil && e.Domain() == s
}
