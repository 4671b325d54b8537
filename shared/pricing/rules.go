package pricing

import "till/shared/money"

// Rules are what a shop decides about prices besides its catalogue. They are data: a value is never changed.
type Rules struct {
	Currencies []money.Currency
	Home       string           // Country whose tax a quote without a country shows. ISO 3166-1 alpha-2.
	TaxRates   map[string]int64 // By country of delivery, in ten-thousandths: 1900 is 19 %. Missing means 0.
	Methods    []Method
	MinTotal   map[money.Currency]int64 // The least that can be charged, minor units. A total of 0 needs no charge.
	Steps      map[money.Currency]int64 // What charges must be a multiple of, minor units. Missing means 1.
}

// Method is a way to deliver, with a price in each currency that it is offered in.
type Method struct {
	ID       string
	Name     string
	Days     string                   // "2–4": working days, shown to the shopper.
	Courier  bool                     // A courier does not deliver to PO boxes.
	Prices   map[money.Currency]int64 // Net of tax, minor units.
	FreeFrom map[money.Currency]int64 // Subtotal from which it costs nothing; missing means never.
}

// Standard is the rules that a new shop starts with.
//
// Tax rates are the standard VAT rates of the EU's "Taxes in Europe" database, GB's VAT of 20 %, Switzerland's 8.1 %
// and Japan's consumption tax of 10 %. United States sales tax is not collected: it depends on where the shop has a
// duty to, which a default cannot know. Least amounts are Stripe's,
// https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, and so are the steps: of the dinar's three
// decimals the last must be 0, https://docs.stripe.com/currencies#three-decimal.
func Standard() Rules {
	return Rules{
		Currencies: []money.Currency{"EUR", "USD", "GBP", "JPY", "KWD"},
		Home:       "DE",
		TaxRates: map[string]int64{
			"AT": 2000, "BE": 2100, "CH": 810, "DE": 1900, "DK": 2500, "ES": 2100, "FI": 2550, "FR": 2000, "GB": 2000,
			"IE": 2300, "IT": 2200, "JP": 1000, "LU": 1700, "NL": 2100, "PL": 2300, "PT": 2300, "SE": 2500,
		},
		Methods: []Method{
			{
				ID: "standard", Name: "Standard delivery", Days: "2–4",
				Prices:   map[money.Currency]int64{"EUR": 490, "USD": 590, "GBP": 450, "JPY": 800, "KWD": 1500},
				FreeFrom: map[money.Currency]int64{"EUR": 7500, "USD": 7500, "GBP": 7000, "JPY": 10000, "KWD": 25000},
			},
			{
				ID: "express", Name: "Express courier", Days: "1", Courier: true,
				Prices: map[money.Currency]int64{"EUR": 1290, "USD": 1490, "GBP": 1150, "JPY": 2200, "KWD": 4500},
			},
		},
		MinTotal: map[money.Currency]int64{"EUR": 50, "USD": 50, "GBP": 30, "JPY": 50, "KWD": 200},
		Steps:    map[money.Currency]int64{"KWD": 10},
	}
}

func (r Rules) sells(c money.Currency) bool {
	for _, have := range r.Currencies {
		if have == c {
			return true
		}
	}
	return false
}

func (r Rules) method(id string) (Method, bool) {
	for _, m := range r.Methods {
		if m.ID == id {
			return m, true
		}
	}
	return Method{}, false
}

// price is what the method costs for a subtotal, both in minor units of c, and whether it is offered in c.
func (m Method) price(c money.Currency, subtotal int64) (int64, bool) {
	minor, offered := m.Prices[c]
	if from, free := m.FreeFrom[c]; free && subtotal >= from {
		minor = 0
	}
	return minor, offered
}

// step is what an amount that is charged must be a multiple of, minor units.
func (r Rules) step(c money.Currency) int64 { return max(r.Steps[c], 1) }

// tax is the tax on a net amount, rounded half up to what can be charged.
func (r Rules) tax(net money.Amount, country string) (money.Amount, error) {
	step := r.step(net.Currency())
	steps, err := net.Portion(r.TaxRates[country], 10_000*step)
	if err != nil {
		return money.Amount{}, err
	}
	return steps.Times(step)
}

// CurrencyOr checks the currency that a shopper asked prices in; "" means the shop's first. Errors: fault.Invalid, code
// currency_invalid.
func (r Rules) CurrencyOr(asked string) (money.Currency, error) {
	if asked == "" {
		return r.Currencies[0], nil
	}
	c, faults := r.currency(Basket{Currency: asked})
	if len(faults) > 0 {
		return "", invalid("?currency", "currency_invalid", "This shop does not sell in this currency.")
	}
	return c, nil
}
