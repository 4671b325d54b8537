// Package routing chooses the gateways that an order may be paid with, by rules that are data and by how well each gateway does.
package routing

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"till/shared/money"
	"till/shared/payment"
)

// Way is one way to pay: a gateway, and whether on its page or in its form.
type Way struct {
	Gateway string       `json:"gateway" fault:"gateway_invalid"`
	Mode    payment.Mode `json:"mode" fault:"gateway_invalid"`
}

// Rule says how orders of a kind may be paid. What is left out does not limit it. All of it is safe to log.
type Rule struct {
	Name       string                   `json:"name" fault:"rule_invalid"` // Also what orders are shared out by.
	Currencies []money.Currency         `json:"currencies,omitempty" fault:"currency_invalid"`
	Countries  []string                 `json:"countries,omitempty" fault:"country_invalid"` // Of delivery, ISO 3166-1 alpha-2.
	AtLeast    map[money.Currency]int64 `json:"at_least,omitempty" fault:"amount_invalid"`   // Totals, minor units; of another currency the rule does not hold.
	AtMost     map[money.Currency]int64 `json:"at_most,omitempty" fault:"amount_invalid"`
	Share      *int64                   `json:"share_percent,omitempty" fault:"share_invalid"` // Of the orders that it holds for, chosen by their ids; all if left out.
	Ways       []Way                    `json:"ways" fault:"gateway_invalid"`                  // The first is to be tried first.
}

// Order is what rules look at.
type Order struct {
	ID       string
	Currency money.Currency
	Country  string
	Total    int64 // Minor units.
}

// Choose gives the ways that an order may be paid in, those to be tried first in front: those of the first rule that holds, as far
// as they are among offered; all of offered, in its order, if none holds. The same order, rules and offer give the same.
func Choose(rules []Rule, o Order, offered []Way) []Way {
	for _, r := range rules {
		if !r.Holds(o) {
			continue
		}
		var out []Way
		for _, w := range r.Ways {
			if slices.Contains(offered, w) && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
		return out
	}
	return slices.Clone(offered)
}

// Holds tells whether the rule is for an order of this kind.
func (r Rule) Holds(o Order) bool {
	least, hasLeast := r.AtLeast[o.Currency]
	most, hasMost := r.AtMost[o.Currency]
	switch {
	case len(r.Currencies) > 0 && !slices.Contains(r.Currencies, o.Currency):
	case len(r.Countries) > 0 && !slices.Contains(r.Countries, o.Country):
	case len(r.AtLeast) > 0 && (!hasLeast || o.Total < least):
	case len(r.AtMost) > 0 && (!hasMost || o.Total > most):
	case r.Share != nil && lot(r.Name, o.ID) >= *r.Share:
	default:
		return true
	}
	return false
}

// lot is a number from 0 to 99 that an order has for a rule: the same for ever, and of different rules independent.
func lot(rule, order string) int64 {
	sum := sha256.Sum256([]byte(rule + "\x00" + order))
	return int64(binary.BigEndian.Uint32(sum[:]) % 100)
}
