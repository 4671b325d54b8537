package routing

import (
	"fmt"
	"regexp"
	"slices"

	"till/shared/address"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Limits of a shop's rules.
const (
	rulesMax = 50
	listMax  = 250 // Currencies or countries of one rule.
)

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// Check reports every fault of a shop's rules, each At its place under at. known are the gateways that a rule may name. Errors:
// fault.Invalid.
func Check(at string, rules []Rule, known []string) []error {
	if len(rules) > rulesMax {
		return []error{invalid(at, "rule_invalid", fmt.Sprintf("Must be at most %d rules.", rulesMax))}
	}
	var faults []error
	seen := map[string]bool{}
	for i, r := range rules {
		place := fmt.Sprintf("%s/%d", at, i)
		if !nameForm.MatchString(r.Name) || seen[r.Name] {
			faults = append(faults, invalid(place+"/name", "rule_invalid", "Must be 1 to 40 small letters, digits, dashes or underscores, and no other rule's name."))
		}
		seen[r.Name] = true
		faults = append(faults, r.check(place, known)...)
	}
	return faults
}

func (r Rule) check(at string, known []string) []error {
	faults := r.CheckWhen(at)
	if len(r.Ways) == 0 || len(r.Ways) > 20 {
		faults = append(faults, invalid(at+"/ways", "gateway_invalid", "Must be 1 to 20 ways to pay."))
		return faults
	}
	for i, w := range r.Ways {
		place := fmt.Sprintf("%s/ways/%d", at, i)
		if !slices.Contains(known, w.Gateway) {
			faults = append(faults, invalid(place+"/gateway", "gateway_invalid", "Must be a gateway that this shop has."))
		}
		if w.Mode != payment.Hosted && w.Mode != payment.Embedded {
			faults = append(faults, invalid(place+"/mode", "gateway_invalid", "Must be hosted or embedded."))
		}
	}
	return faults
}

// CheckWhen reports every fault of what the rule says of the orders that it is for, each At its place under at. Errors: fault.Invalid.
func (r Rule) CheckWhen(at string) []error {
	var faults []error
	if len(r.Currencies) > listMax || len(r.Countries) > listMax {
		faults = append(faults, invalid(at, "rule_invalid", fmt.Sprintf("Must be at most %d currencies and countries.", listMax)))
		return faults
	}
	for i, c := range r.Currencies {
		if _, err := money.Parse(string(c)); err != nil {
			faults = append(faults, invalid(fmt.Sprintf("%s/currencies/%d", at, i), "currency_invalid", "Must be an ISO 4217 code in capitals."))
		}
	}
	for i, c := range r.Countries {
		if !address.IsCountry(c) {
			faults = append(faults, invalid(fmt.Sprintf("%s/countries/%d", at, i), "country_invalid", "Must be an ISO 3166-1 country code in capitals."))
		}
	}
	faults = append(faults, Amounts(at+"/at_least", r.AtLeast)...)
	faults = append(faults, Amounts(at+"/at_most", r.AtMost)...)
	if r.Share != nil && (*r.Share < 0 || *r.Share > 100) {
		faults = append(faults, invalid(at+"/share_percent", "share_invalid", "Must be a whole number from 0 to 100."))
	}
	return faults
}

// Amounts reports every fault of minor units by currency. Errors: fault.Invalid.
func Amounts(at string, amounts map[money.Currency]int64) []error {
	for c, minor := range amounts {
		if _, err := money.Parse(string(c)); err != nil || minor < 0 {
			return []error{invalid(at, "amount_invalid", "Must be minor units, 0 or more, by ISO 4217 code in capitals.")}
		}
	}
	return nil
}

func invalid(at, code, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "routing.Check", Code: code, At: at, Msg: msg}
}
