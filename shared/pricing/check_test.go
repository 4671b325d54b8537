package pricing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/pricing"
)

// told lists faults: where, without their code.
func told(t *testing.T, code string, faults []error) (places []string) {
	t.Helper()
	for _, e := range fault.All(errors.Join(faults...)) {
		if e.Kind != fault.Invalid || e.Code != code || e.Msg == "" {
			t.Errorf("%+v, want %s", e, code)
		}
		places = append(places, e.At)
	}
	return places
}

func TestStandardRulesAreSound(t *testing.T) {
	r := pricing.Standard()
	faults := slices.Concat(r.Tax.Check("#/tax"), pricing.CheckMethods("#/methods", r.Methods), pricing.CheckDiscounts("#/discounts", r.Discounts))
	if len(faults) > 0 {
		t.Errorf("%v", faults)
	}
}

func TestFaultsOfTax(t *testing.T) {
	bad := pricing.Tax{
		Rates:    map[string]int64{"DE": -1, "US-CA": 100_001, "germany": 1, "FR": 20_000},
		Classes:  map[string]map[string]int64{"Reduced": {}, "reduced": {"IT": 1, "FR": 200_000}},
		Delivery: "special", Except: []string{"DE", "de"}, ReverseCharge: []string{"EU1-"},
	}
	want := []string{"#/tax/rates/DE", "#/tax/rates/US-CA", "#/tax/rates", "#/tax/classes", "#/tax/classes/reduced/FR", "#/tax/classes/reduced/IT",
		"#/tax/delivery_class", "#/tax/included_except/1", "#/tax/reverse_charge/0"}
	if got := told(t, "tax_invalid", bad.Check("#/tax")); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFaultsOfWaysToDeliver(t *testing.T) {
	good := pricing.Method{ID: "post", Name: "Post", Prices: map[money.Currency]int64{"EUR": 1}}
	bad := []pricing.Method{good, good, {ID: "zones", Name: "Zones\n", Zones: []pricing.Zone{{Places: []string{"?"}, MaxGrams: -1, Prices: map[money.Currency]int64{"eur": 1},
		MinValue: map[money.Currency]int64{"EUR": -1}}}}, {ID: "Big", Name: strings.Repeat("x", 101)}}
	want := []string{"#/1/id", "#/2/name", "#/2/zones/0/places/0", "#/2/zones/0/max_grams", "#/2/zones/0/min_value/EUR", "#/2/zones/0/prices", "#/3/id", "#/3/name", "#/3/prices"}
	if got := told(t, "delivery_invalid", pricing.CheckMethods("#", bad)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := told(t, "delivery_invalid", pricing.CheckMethods("#", nil)); !slices.Equal(got, []string{"#"}) {
		t.Errorf("no way to deliver: %v", got)
	}
}

func TestFaultsOfDiscounts(t *testing.T) {
	bad := []pricing.Discount{
		{ID: "a", Name: "A", Code: "SUMMER", Kind: pricing.Percentage, Rate: 10_000},
		{ID: "a", Name: "", Code: "SUMMER", Kind: pricing.Percentage, Rate: 100_001},
		{ID: "b", Name: "B", Code: "summer", Kind: pricing.Fixed},
		{ID: "c", Name: "C", Kind: pricing.BuyXGetY, Rate: 1, Limit: 1, Products: []catalog.SKU{"/"}},
		{ID: "d", Name: "D", Kind: "gift", From: noon, Until: noon.Add(-time.Hour), Minimum: map[money.Currency]int64{"EUR": -1}, Methods: []string{"?"}},
	}
	want := []string{"#/1/id", "#/1/code", "#/1/name", "#/1/rate", "#/2/code", "#/2/amounts", "#/3/buy", "#/3/products/0", "#/3/limit", "#/4/kind", "#/4/methods/0",
		"#/4/minimum/EUR", "#/4/until"}
	if got := told(t, "discount_invalid", pricing.CheckDiscounts("#", bad)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhyACodeCannotBeHad(t *testing.T) {
	rules := pricing.Standard()
	code := func(d pricing.Discount) pricing.Discount {
		d.Name, d.Code = "Sale", strings.ToUpper(d.ID)
		if d.Kind == "" {
			d.Kind, d.Rate = pricing.Percentage, 10_000
		}
		return d
	}
	rules.Discounts = []pricing.Discount{
		code(pricing.Discount{ID: "early", From: noon.Add(time.Second)}), code(pricing.Discount{ID: "late", Until: noon}),
		code(pricing.Discount{ID: "euros", Kind: pricing.Fixed, Amounts: map[money.Currency]int64{"EUR": 100}}),
		code(pricing.Discount{ID: "rich", Minimum: map[money.Currency]int64{"EUR": 2000, "USD": 2000}}),
		code(pricing.Discount{ID: "teas", Products: []catalog.SKU{"tea"}}), code(pricing.Discount{ID: "alone", Alone: true}), code(pricing.Discount{ID: "good"}),
		code(pricing.Discount{ID: "post", Kind: pricing.FreeDelivery, Methods: []string{"standard"}}),
	}
	for _, tt := range []struct {
		name     string
		currency string
		method   string
		codes    []string
		want     string // Of the first fault; "" for none.
	}{
		{"one that is not valid yet", "EUR", "", []string{"EARLY"}, "This code is not valid yet."},
		{"one that has expired", "EUR", "", []string{"LATE"}, "This code has expired."},
		{"N23 an amount in another currency", "USD", "", []string{"EUROS"}, "This code is not valid in this currency."},
		{"N23 a minimum in another currency", "GBP", "", []string{"RICH"}, "This code is not valid in this currency."},
		{"a cent too little", "EUR", "", []string{"RICH"}, "This code is for orders from €20.00."},
		{"other products", "EUR", "", []string{"TEAS"}, "This code is for other products."},
		{"one that does not go with another", "EUR", "", []string{"good", "alone"}, "This code cannot be used together with another."},
		{"another way to deliver", "EUR", "express", []string{"POST"}, "This code takes nothing off this order."},
		{"one that nobody made", "EUR", "", []string{"GUESS"}, "This code cannot be used."},
		{"in small letters, twice", "EUR", "", []string{" good", "GOOD"}, ""},
		{"two that go together", "EUR", "", []string{"GOOD", "POST"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := rules.Price(pricing.Basket{Currency: tt.currency, Country: "US", Lines: lines(want("mug", 1)), Codes: tt.codes, Method: tt.method, At: noon}, shelf())
			got := ""
			if all := fault.All(err); len(all) > 0 {
				if got = all[0].Msg; all[0].Code != "coupon_invalid" {
					t.Errorf("code %s", all[0].Code)
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
