package pricing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"till/shared/pricing"
)

func price(t *testing.T, b pricing.Basket) pricing.Quote {
	t.Helper()
	q, err := pricing.Standard().Price(b, shelf())
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestPrices(t *testing.T) {
	tests := []struct {
		name   string
		basket pricing.Basket
		want   pricing.Quote // Without lines and offers.
	}{
		{"a mug to Germany bears its tax, and so does its delivery", pricing.Basket{Currency: "EUR", Country: "DE", Lines: lines(want("mug", 1))},
			pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 1999, Shipping: 490, Tax: 380 + 93, Total: 2962}},
		{"no country is the shop's own", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", 1))},
			pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 1999, Shipping: 490, Tax: 380 + 93, Total: 2962}},
		{"a country without a rate bears no tax", pricing.Basket{Currency: "USD", Country: "US", Lines: lines(want("mug", 2))},
			pricing.Quote{Currency: "USD", Country: "US", Method: "standard", Subtotal: 3998, Shipping: 590, Total: 4588}},
		{"yen have no decimals", pricing.Basket{Currency: "JPY", Country: "JP", Lines: lines(want("mug", 1), want("tea", 1))},
			pricing.Quote{Currency: "JPY", Country: "JP", Method: "standard", Subtotal: 3400, Shipping: 800, Tax: 250 + 90 + 80, Total: 4620}},
		{"dinars have three, of which the last cannot be charged", pricing.Basket{Currency: "KWD", Country: "DE", Lines: lines(want("tea", 1))},
			pricing.Quote{Currency: "KWD", Country: "DE", Method: "standard", Subtotal: 1995, Discount: 5, Shipping: 1500, Tax: 660, Total: 4150}},
		{"the way to deliver that was chosen", pricing.Basket{Currency: "EUR", Country: "US", Lines: lines(want("mug", 1)), Method: "express"},
			pricing.Quote{Currency: "EUR", Country: "US", Method: "express", Courier: true, Subtotal: 1999, Shipping: 1290, Total: 3289}},
		{"a cent below the threshold pays for delivery", pricing.Basket{Currency: "EUR", Country: "US", Lines: lines(want("pin", 7499))},
			pricing.Quote{Currency: "EUR", Country: "US", Method: "standard", Subtotal: 7499, Shipping: 490, Total: 7989}},
		{"the threshold itself is delivered free", pricing.Basket{Currency: "EUR", Country: "US", Lines: lines(want("tea", 10))},
			pricing.Quote{Currency: "EUR", Country: "US", Method: "standard", Subtotal: 7500, Total: 7500}},
		{"the courier is never free", pricing.Basket{Currency: "EUR", Country: "US", Lines: lines(want("tea", 100)), Method: "express"},
			pricing.Quote{Currency: "EUR", Country: "US", Method: "express", Courier: true, Subtotal: 75000, Shipping: 1290, Total: 76290}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := price(t, tt.basket)
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(pricing.Quote{}, "Lines", "Offers", "ShippingTax", "TaxLines", "Business")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinesOfOneProductAreMerged(t *testing.T) {
	got := price(t, pricing.Basket{Currency: "EUR", Country: "DE", Lines: lines(want("tea", 1), want("mug", 1), want("tea", 2))})
	expected := []pricing.Line{
		{SKU: "tea", Name: "Tea", Quantity: 3, UnitPrice: 750, Tax: 427, TaxRate: 19000, Total: 2250},
		{SKU: "mug", Name: "Mug", Quantity: 1, UnitPrice: 1999, Tax: 380, TaxRate: 19000, Total: 1999},
	}
	if diff := cmp.Diff(expected, got.Lines); diff != "" {
		t.Error(diff)
	}
}

func TestOffers(t *testing.T) {
	got := price(t, pricing.Basket{Currency: "EUR", Country: "DE", Lines: lines(want("tea", 10)), Method: "express"}).Offers
	expected := []pricing.Offer{{ID: "standard", Name: "Standard delivery", Days: "2–4"}, {ID: "express", Name: "Express courier", Days: "1", Price: 1290}}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
}
