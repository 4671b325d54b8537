// Package risk decides by a shop's rules whether an order is taken, looked at by people first, or refused.
package risk

import (
	"slices"
	"strings"

	"till/shared/catalog"
	"till/shared/money"
	"till/shared/payment"
)

// Decision is what a rule says of an order that it holds for.
type Decision string

// The decisions. What no rule speaks of is taken.
const (
	Review  Decision = "review"  // It is taken, and nothing is shipped before people have looked.
	Decline Decision = "decline" // It is refused. It beats every review.
)

// Rule is one rule against fraud: it holds for an order of which everything is true that it names. All of it is safe to log; it names
// nobody but by the id that a customer has in the shop.
type Rule struct {
	Name      string                   `json:"name" fault:"rule_invalid"`
	AtLeast   map[money.Currency]int64 `json:"at_least,omitempty" fault:"amount_invalid"`   // Totals, minor units; of another currency the rule does not hold.
	Countries []string                 `json:"countries,omitempty" fault:"country_invalid"` // Of delivery, ISO 3166-1 alpha-2.
	Billing   []string                 `json:"billing_countries,omitempty" fault:"country_invalid"`
	Abroad    bool                     `json:"countries_differ,omitempty" fault:"rule_invalid"` // Billed to another country than delivered to.
	Domains   []string                 `json:"email_domains,omitempty" fault:"rule_invalid"`    // With all that are below them.
	Customers []string                 `json:"customers,omitempty" fault:"rule_invalid"`        // Their ids, as staff see them with their orders.
	Products  []catalog.SKU            `json:"products,omitempty" fault:"rule_invalid"`         // Some of them are among what is bought.
	Units     int64                    `json:"units_at_least,omitempty" fault:"rule_invalid"`   // Of one product: of Products, if there are some.
	Gateway   payment.Risk             `json:"gateway_risk,omitempty" fault:"rule_invalid"`     // What the gateway finds at least, when it is paid.
	Decision  Decision                 `json:"decision" fault:"rule_invalid"`
}

// Order is what rules look at.
type Order struct {
	Currency money.Currency
	Total    int64 // Minor units.
	Country  string
	Billing  string // "": as Country.
	Domain   string // Of the e-mail address, in its ASCII form.
	Customer string // "": nobody who was here before.
	Units    map[catalog.SKU]int64
}

// namesMax is how many rules a verdict names: an order has room for so many holds beside others.
const namesMax = 5

// Verdict is what all rules say of an order. The zero Verdict takes it.
type Verdict struct {
	Declined []string     // The rules that refuse it, by name; five at most, like the next.
	Review   []string     // The rules by which people look at it.
	Watch    payment.Risk // What the gateway must find at least, when it is paid, for people to look at it. "": whatever it finds.
}

// Judge looks at an order by every rule. The order of rules does not matter, and no rule takes back what another one says.
func Judge(rules []Rule, o Order) Verdict {
	var v Verdict
	for _, r := range rules {
		switch {
		case !r.holds(o):
		case r.Gateway != "":
			if v.Watch == "" || v.Watch.Reaches(r.Gateway) {
				v.Watch = r.Gateway
			}
		case r.Decision == Decline:
			v.Declined = append(v.Declined, r.Name)
		default:
			v.Review = append(v.Review, r.Name)
		}
	}
	v.Declined, v.Review = first(v.Declined), first(v.Review)
	return v
}

// first gives names in the order of the alphabet, each once, as many as are told.
func first(names []string) []string {
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(len(names), namesMax)]
}

// AsksCustomers tells whether a rule names customers. Then who orders is to be found out before it is judged.
func AsksCustomers(rules []Rule) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool { return len(r.Customers) > 0 })
}

// holds tells whether the rule is for an order, but for what its gateway will find.
func (r Rule) holds(o Order) bool {
	least, named := r.AtLeast[o.Currency]
	billing := o.Billing
	if billing == "" {
		billing = o.Country
	}
	switch {
	case len(r.AtLeast) > 0 && (!named || o.Total < least):
	case len(r.Countries) > 0 && !slices.Contains(r.Countries, o.Country):
	case len(r.Billing) > 0 && !slices.Contains(r.Billing, billing):
	case r.Abroad && billing == o.Country:
	case len(r.Domains) > 0 && !slices.ContainsFunc(r.Domains, func(d string) bool { return o.Domain == d || strings.HasSuffix(o.Domain, "."+d) }):
	case len(r.Customers) > 0 && (o.Customer == "" || !slices.Contains(r.Customers, o.Customer)):
	case (len(r.Products) > 0 || r.Units > 0) && !r.bought(o):
	default:
		return true
	}
	return false
}

// bought tells whether enough of one product that the rule is about is among what is bought.
func (r Rule) bought(o Order) bool {
	for sku, units := range o.Units {
		if units >= max(r.Units, 1) && (len(r.Products) == 0 || slices.Contains(r.Products, sku)) {
			return true
		}
	}
	return false
}
