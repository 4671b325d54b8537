package shop

import (
	"fmt"
	"slices"

	"till/shared/money"
	"till/shared/routing"
)

// captureRulesMax bounds the rules about when money is taken.
const captureRulesMax = 50

// What goods a rule is for.
const (
	BackOrdered = "back_ordered" // Some of them must be waited for.
	Digital     = "digital"      // None of them goes in a parcel.
	Parcels     = "parcels"      // Some of them go in a parcel.
)

// CaptureRule says for orders of a kind how their money is taken. What is left out does not limit it.
type CaptureRule struct {
	Currencies []money.Currency         `json:"currencies,omitempty" fault:"currency_invalid"`
	Countries  []string                 `json:"countries,omitempty" fault:"country_invalid"` // Of delivery, ISO 3166-1 alpha-2.
	AtLeast    map[money.Currency]int64 `json:"at_least,omitempty" fault:"amount_invalid"`   // Totals, minor units; of another currency the rule does not hold.
	AtMost     map[money.Currency]int64 `json:"at_most,omitempty" fault:"amount_invalid"`
	Goods      string                   `json:"goods,omitempty" fault:"capture_invalid"`
	Capture    string                   `json:"capture" fault:"capture_invalid"`
}

// CaptureOf is what rules about captures look at.
type CaptureOf struct {
	routing.Order
	BackOrdered bool // Some of it must be waited for.
	Digital     bool // None of it goes in a parcel.
}

func (r CaptureRule) when() routing.Rule {
	return routing.Rule{Currencies: r.Currencies, Countries: r.Countries, AtLeast: r.AtLeast, AtMost: r.AtMost}
}

func (r CaptureRule) holds(o CaptureOf) bool {
	switch {
	case r.Goods == BackOrdered && !o.BackOrdered, r.Goods == Digital && !o.Digital, r.Goods == Parcels && o.Digital:
		return false
	}
	return r.when().Holds(o.Order)
}

// Manual tells whether an order's money is promised first and taken later: by the first rule that holds for it, else by what the
// document says for all, else as deployed.
func (s Settings) Manual(deployed bool, o CaptureOf) bool {
	if s.Payments == nil {
		return deployed
	}
	for _, r := range s.Payments.CaptureRules {
		if r.holds(o) {
			return r.Capture == Manual
		}
	}
	if s.Payments.Capture == "" {
		return deployed
	}
	return s.Payments.Capture == Manual
}

// AsksBackOrders tells whether a rule looks at whether goods must be waited for. Then that is to be found out for each order.
func (s Settings) AsksBackOrders() bool {
	return s.Payments != nil && slices.ContainsFunc(s.Payments.CaptureRules, func(r CaptureRule) bool { return r.Goods == BackOrdered })
}

func (c *checker) captures(rules []CaptureRule) {
	const at = "#/payments/capture_rules"
	if len(rules) > captureRulesMax {
		c.bad(at, "capture_invalid", fmt.Sprintf("Must be at most %d rules.", captureRulesMax))
		return
	}
	for i, r := range rules {
		place := fmt.Sprintf("%s/%d", at, i)
		*c = append(*c, r.when().CheckWhen(place)...)
		if r.Goods != "" && r.Goods != BackOrdered && r.Goods != Digital && r.Goods != Parcels {
			c.bad(place+"/goods", "capture_invalid", "Must be back_ordered, digital or parcels.")
		}
		if r.Capture != Automatic && r.Capture != Manual {
			c.bad(place+"/capture", "capture_invalid", "Must be automatic or manual.")
		}
	}
}
