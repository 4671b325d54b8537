// Package shop is what staff decide about their shop: one document, kept in versions.
package shop

import (
	"slices"
	"time"

	"till/shared/catalog"
	"till/shared/money"
	"till/shared/pricing"
	"till/shared/risk"
	"till/shared/routing"
)

// Settings are what staff decide. A section or member that is left out is as the shop was deployed, or as it is built in: the zero
// Settings are a new shop's. Values are never changed. All of it is public or staff's own: nothing of it identifies a shopper, but rules against fraud may name
// customers by their ids.
type Settings struct {
	Currencies []money.Currency `json:"currencies,omitempty" fault:"currency_invalid"`        // Offered, the first unless a shopper asks for another.
	Countries  []string         `json:"delivery_countries,omitempty" fault:"country_invalid"` // Where to; empty: everywhere.
	Tax        *Tax             `json:"tax,omitempty" fault:"tax_invalid"`
	Delivery   *Delivery        `json:"delivery,omitempty" fault:"delivery_invalid"`
	Discounts  []Discount       `json:"discounts,omitempty" fault:"discount_invalid"`
	Orders     *Orders          `json:"orders,omitempty" fault:"limit_invalid"`
	Refunds    *Refunds         `json:"refunds,omitempty" fault:"amount_invalid"`
	Returns    *Returns         `json:"returns,omitempty" fault:"limit_invalid"`
	Payments   *Payments        `json:"payments,omitempty" fault:"gateway_invalid"`
	Risk       *Risk            `json:"risk,omitempty" fault:"rule_invalid"`
	Mail       *Sender          `json:"mail,omitempty" fault:"mail_invalid"`
	// Locations are where the shop keeps goods, those that orders are packed at first in front; "main" is one in any case.
	Locations []catalog.Location `json:"locations,omitempty" fault:"location_invalid"`
}

// Delivery is the ways to deliver, in the order in which shoppers see them.
type Delivery struct {
	Methods []Method `json:"methods"`
}

// Method is one way to deliver, with a price in each currency that it is offered in, in minor units: with tax, if products' prices are.
type Method struct {
	ID       string                   `json:"id"`
	Name     string                   `json:"name" text:"free"`
	Days     string                   `json:"days" text:"free"` // "2–4": working days.
	Courier  bool                     `json:"courier,omitempty"`
	Pickup   bool                     `json:"pickup,omitempty"`
	Zones    []pricing.Zone           `json:"zones,omitempty"` // The first that an order fits says what it costs.
	Prices   map[money.Currency]int64 `json:"prices,omitempty"`
	FreeFrom map[money.Currency]int64 `json:"free_from,omitempty"` // Price of the goods, less discounts, from which it costs nothing.
}

// Orders are limits of orders. What is left out is as deployed, or as built in.
type Orders struct {
	HoldMinutes int64 `json:"stock_hold_minutes,omitempty"` // How long an unpaid order keeps its stock.
	LinesMax    int64 `json:"lines_max,omitempty"`
	QuantityMax int64 `json:"quantity_max,omitempty"` // Of one line.
}

// Refunds are limits of refunds.
type Refunds struct {
	Alone map[money.Currency]int64 `json:"alone_up_to,omitempty"` // What one member of staff decides alone, minor units.
}

// Payments is how shoppers may pay.
type Payments struct {
	Gateways []string `json:"gateways,omitempty"` // Offered, in this order, of those that the shop is deployed with.
	Capture  string   `json:"capture,omitempty" fault:"capture_invalid"`
	// CaptureRules say it by the order: the first that holds. Where none does, Capture.
	CaptureRules []CaptureRule  `json:"capture_rules,omitempty" fault:"capture_invalid"`
	Rules        []routing.Rule `json:"rules,omitempty" fault:"rule_invalid"`
}

// Risk is how the shop guards itself against fraud.
type Risk struct {
	Rules []risk.Rule `json:"rules,omitempty" fault:"rule_invalid"` // Each that holds for an order is heeded, in any order.
}

// RiskRules are the rules against fraud; none if the document has none.
func (s Settings) RiskRules() []risk.Rule {
	if s.Risk == nil {
		return nil
	}
	return s.Risk.Rules
}

// Sender is whom the shop's mails are from, beside the address, which is verified and deployed. The zero Sender is the address alone, and
// answers go there.
type Sender struct {
	Name    string `json:"name,omitempty" text:"free"`
	ReplyTo string `json:"reply_to,omitempty"`
}

// Sender is whom mails are from.
func (s Settings) Sender() Sender {
	if s.Mail == nil {
		return Sender{}
	}
	return *s.Mail
}

// How money is taken.
const (
	Automatic = "automatic"
	Manual    = "manual"
)

// Rules are the rules that prices are made by.
func (s Settings) Rules() pricing.Rules {
	r := pricing.Standard()
	if len(s.Currencies) > 0 {
		r.Currencies = s.Currencies
	}
	if s.Tax != nil {
		r.Home, r.HomeRegion, r.Tax = s.Tax.Home, s.Tax.HomeRegion, s.Tax.rules()
	}
	if s.Delivery != nil {
		r.Methods = nil
		for _, m := range s.Delivery.Methods {
			r.Methods = append(r.Methods, pricing.Method(m))
		}
	}
	if s.Discounts != nil {
		r.Discounts = discountRules(s.Discounts)
	}
	return r
}

// Delivers tells whether the shop delivers to a country.
func (s Settings) Delivers(country string) bool {
	return len(s.Countries) == 0 || slices.Contains(s.Countries, country)
}

// Hold is how long an unpaid order keeps its stock; deployed unless the document says otherwise.
func (s Settings) Hold(deployed time.Duration) time.Duration {
	if s.Orders != nil && s.Orders.HoldMinutes > 0 {
		return time.Duration(s.Orders.HoldMinutes) * time.Minute
	}
	return deployed
}

// Alone is up to how many minor units one member of staff refunds alone: the lower of what is deployed and the document. A currency
// that neither names has no limit.
func (s Settings) Alone(deployed map[money.Currency]int64) map[money.Currency]int64 {
	out := make(map[money.Currency]int64, len(deployed))
	for c, minor := range deployed {
		out[c] = minor
	}
	if s.Refunds == nil {
		return out
	}
	for c, minor := range s.Refunds.Alone {
		if outer, there := out[c]; !there || minor < outer {
			out[c] = minor
		}
	}
	return out
}

// Keeps tells whether the shop keeps goods at a location.
func (s Settings) Keeps(l catalog.Location) bool {
	return l == catalog.Main || slices.Contains(s.Locations, l)
}

// Gateways are those that shoppers may choose, in the order to offer them in: of those deployed, the ones that the document names.
func (s Settings) Gateways(deployed []string) []string {
	if s.Payments == nil || len(s.Payments.Gateways) == 0 {
		return deployed
	}
	var out []string
	for _, name := range s.Payments.Gateways {
		if slices.Contains(deployed, name) {
			out = append(out, name)
		}
	}
	return out
}

// Routing are the rules that choose gateways; none if the document has none.
func (s Settings) Routing() []routing.Rule {
	if s.Payments == nil {
		return nil
	}
	return s.Payments.Rules
}

// Whole fills in every section that is built in, for people to see and to begin from. What the deployment decides stays left out.
func (s Settings) Whole() Settings {
	r := s.Rules()
	s.Currencies = r.Currencies
	s.Tax, s.Discounts = taxOf(r), nil
	for _, d := range r.Discounts {
		s.Discounts = append(s.Discounts, discountOf(d))
	}
	s.Returns = &Returns{Days: int64(s.ReturnWindow() / day)}
	s.Delivery = &Delivery{}
	for _, m := range r.Methods {
		s.Delivery.Methods = append(s.Delivery.Methods, Method(m))
	}
	return s
}
