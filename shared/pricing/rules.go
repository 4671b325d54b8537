package pricing

import "till/shared/money"

// Rules are what a shop decides about prices besides its catalogue. They are data: a value is never changed.
type Rules struct {
	Currencies []money.Currency
	Home       string // Country whose tax a quote without a country shows, and where goods are picked up. ISO 3166-1 alpha-2.
	HomeRegion string // Its region, where tax depends on that: "CA" of "US". ISO 3166-2 without the country.
	Tax        Tax
	Methods    []Method
	Discounts  []Discount
	Steps      map[money.Currency]int64 // What charges must be a multiple of, minor units. Missing means 1.
}

// Standard is the rules that a new shop starts with.
//
// Tax rates are the standard VAT rates of the EU's "Taxes in Europe" database, with the reduced rates on food and books of the
// countries that have one rate for both; GB's VAT of 20 %, Switzerland's 8.1 % and 2.6 %, and Japan's consumption tax of 10 % and
// 8 %. United States sales tax is not collected: it depends on where the shop has a duty to, which a default cannot know. The
// dinar's step is Stripe's: of its three decimals the last must be 0, https://docs.stripe.com/currencies#three-decimal.
func Standard() Rules {
	return Rules{
		Currencies: []money.Currency{"EUR", "USD", "GBP", "JPY", "KWD"},
		Home:       "DE",
		Tax: Tax{
			Rates: map[string]int64{
				"AT": 20000, "BE": 21000, "CH": 8100, "DE": 19000, "DK": 25000, "ES": 21000, "FI": 25500, "FR": 20000, "GB": 20000,
				"IE": 23000, "IT": 22000, "JP": 10000, "LU": 17000, "NL": 21000, "PL": 23000, "PT": 23000, "SE": 25000,
			},
			Classes: map[string]map[string]int64{
				"reduced": {"AT": 10000, "BE": 6000, "CH": 2600, "DE": 7000, "ES": 4000, "FR": 5500, "IT": 4000, "JP": 8000, "LU": 3000, "NL": 9000,
					"PL": 5000, "PT": 6000},
				"zero": {"AT": 0, "BE": 0, "CH": 0, "DE": 0, "DK": 0, "ES": 0, "FI": 0, "FR": 0, "GB": 0, "IE": 0, "IT": 0, "JP": 0, "LU": 0,
					"NL": 0, "PL": 0, "PT": 0, "SE": 0},
			},
			ReverseCharge: []string{"AT", "BE", "DE", "DK", "ES", "FI", "FR", "IE", "IT", "LU", "NL", "PL", "PT", "SE"},
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
		Steps: map[money.Currency]int64{"KWD": 10},
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

// InSteps gives the rules with another step for charges in a currency, in minor units.
func (r Rules) InSteps(c money.Currency, step int64) Rules {
	r.Steps = map[money.Currency]int64{c: step}
	return r
}

// step is what an amount that is charged must be a multiple of, minor units.
func (r Rules) step(c money.Currency) int64 { return max(r.Steps[c], 1) }

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
