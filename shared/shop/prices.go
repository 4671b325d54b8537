package shop

import (
	"fmt"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/pricing"
)

// Tax is what a shop charges of tax; see pricing.Tax. Rates are in 100,000ths: 19000 is 19 %.
type Tax struct {
	Home          string                      `json:"home_country"`          // Whose tax a quote without a country shows, and where goods are picked up.
	HomeRegion    string                      `json:"home_region,omitempty"` // "CA" of "US".
	Included      bool                        `json:"included,omitempty"`    // Prices hold the tax.
	Except        []string                    `json:"included_except,omitempty"`
	Rates         map[string]int64            `json:"rates"` // By country, "DE", or region, "US-CA".
	Classes       map[string]map[string]int64 `json:"classes,omitempty"`
	Delivery      string                      `json:"delivery_class,omitempty"`
	Follows       bool                        `json:"delivery_follows_goods,omitempty"`
	ReverseCharge []string                    `json:"reverse_charge,omitempty"`
}

func (t Tax) rules() pricing.Tax {
	return pricing.Tax{Included: t.Included, Except: t.Except, Rates: t.Rates, Classes: t.Classes, Delivery: t.Delivery, DeliveryFollows: t.Follows,
		ReverseCharge: t.ReverseCharge}
}

func taxOf(r pricing.Rules) *Tax {
	t := r.Tax
	return &Tax{Home: r.Home, HomeRegion: r.HomeRegion, Included: t.Included, Except: t.Except, Rates: t.Rates, Classes: t.Classes, Delivery: t.Delivery,
		Follows: t.DeliveryFollows, ReverseCharge: t.ReverseCharge}
}

// Discount is one rule that makes a basket cheaper; see pricing.Discount.
type Discount struct {
	ID          string                   `json:"id"`
	Name        string                   `json:"name" text:"free"`
	Code        string                   `json:"code,omitempty"`
	Kind        pricing.Kind             `json:"kind"`
	Rate        int64                    `json:"rate,omitempty"` // In 100,000ths: 10000 is 10 %.
	Amounts     map[money.Currency]int64 `json:"amounts,omitempty"`
	Buy         int64                    `json:"buy,omitempty"`
	Get         int64                    `json:"get,omitempty"`
	Products    []catalog.SKU            `json:"products,omitempty"`
	Methods     []string                 `json:"methods,omitempty"`
	Minimum     map[money.Currency]int64 `json:"minimum,omitempty"`
	From        string                   `json:"from,omitempty"` // RFC 3339.
	Until       string                   `json:"until,omitempty"`
	Limit       int64                    `json:"limit,omitempty"`
	PerCustomer int64                    `json:"per_customer,omitempty"`
	Alone       bool                     `json:"alone,omitempty"`
}

// rules gives the discount as it is priced by; a time that cannot be read is left out, and told by Check.
func (d Discount) rules() pricing.Discount {
	from, _ := instant(d.From)
	until, _ := instant(d.Until)
	return pricing.Discount{ID: d.ID, Name: d.Name, Code: d.Code, Kind: d.Kind, Rate: d.Rate, Amounts: d.Amounts, Buy: d.Buy, Get: d.Get, Products: d.Products,
		Methods: d.Methods, Minimum: d.Minimum, From: from, Until: until, Limit: d.Limit, PerCustomer: d.PerCustomer, Alone: d.Alone}
}

func discountOf(d pricing.Discount) Discount {
	out := Discount{ID: d.ID, Name: d.Name, Code: d.Code, Kind: d.Kind, Rate: d.Rate, Amounts: d.Amounts, Buy: d.Buy, Get: d.Get, Products: d.Products,
		Methods: d.Methods, Minimum: d.Minimum, Limit: d.Limit, PerCustomer: d.PerCustomer, Alone: d.Alone}
	if !d.From.IsZero() {
		out.From = d.From.UTC().Format(time.RFC3339)
	}
	if !d.Until.IsZero() {
		out.Until = d.Until.UTC().Format(time.RFC3339)
	}
	return out
}

// instant reads a time; "" is none.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

func discountRules(all []Discount) []pricing.Discount {
	var out []pricing.Discount
	for _, d := range all {
		out = append(out, d.rules())
	}
	return out
}

// checkDiscounts reports every fault of the discounts.
func checkDiscounts(all []Discount) []error {
	faults := pricing.CheckDiscounts("#/discounts", discountRules(all))
	for i, d := range all {
		for name, text := range map[string]string{"from": d.From, "until": d.Until} {
			if _, err := instant(text); err != nil {
				faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "shop.Check", Code: "discount_invalid", At: fmt.Sprintf("#/discounts/%d/%s", i, name),
					Msg: "Must be a time such as 2026-11-22T00:00:00Z."})
			}
		}
	}
	return faults
}
