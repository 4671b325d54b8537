package pricing_test

import (
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/money"
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
			pricing.Quote{Currency: "KWD", Country: "DE", Method: "standard", Subtotal: 1995, Discount: 5, Shipping: 1500, Tax: 380 + 290, Total: 4160}},
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
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(pricing.Quote{}, "Lines", "Offers")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinesOfOneProductAreMerged(t *testing.T) {
	got := price(t, pricing.Basket{Currency: "EUR", Country: "DE", Lines: lines(want("tea", 1), want("mug", 1), want("tea", 2))})
	expected := []pricing.Line{
		{SKU: "tea", Name: "Tea", Quantity: 3, UnitPrice: 750, Tax: 428, Total: 2250},
		{SKU: "mug", Name: "Mug", Quantity: 1, UnitPrice: 1999, Tax: 380, Total: 1999},
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

// byHand prices a basket in fractions: an independent path to the same sums.
func byHand(r pricing.Rules, b pricing.Basket, products map[catalog.SKU]catalog.Product) (subtotal, discount, shipping, tax *big.Int) {
	subtotal, discount, shipping, tax = new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	step := big.NewInt(1)
	if b.Currency == "KWD" {
		step = big.NewInt(10)
	}
	levy := func(net *big.Int) { // Rounded half up to a step.
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(net, big.NewInt(r.TaxRates[b.Country])), new(big.Int).Mul(step, big.NewInt(10_000)))
		exact.Add(exact, big.NewRat(1, 2))
		steps := new(big.Int).Div(exact.Num(), exact.Denom())
		tax.Add(tax, steps.Mul(steps, step))
	}
	units := map[catalog.SKU]int64{}
	for _, w := range b.Lines {
		units[catalog.SKU(w.SKU)] += w.Quantity
	}
	for sku, n := range units {
		whole := new(big.Int).Mul(big.NewInt(n), big.NewInt(products[sku].Prices[money.Currency(b.Currency)]))
		off := new(big.Int).Mod(whole, step)
		subtotal.Add(subtotal, whole)
		discount.Add(discount, off)
		levy(new(big.Int).Sub(whole, off))
	}
	for _, m := range r.Methods {
		if m.ID == b.Method {
			c := money.Currency(b.Currency)
			shipping.SetInt64(m.Prices[c])
			if from, free := m.FreeFrom[c]; free && subtotal.Cmp(big.NewInt(from)) >= 0 {
				shipping.SetInt64(0)
			}
		}
	}
	levy(shipping)
	return subtotal, discount, shipping, tax
}

// totalsAreExact is I7: lines − discount + delivery + tax = total, by two paths, with nothing below zero, whatever the order
// of the lines.
func totalsAreExact(t *rapid.T) {
	b := pricing.Basket{
		Currency: rapid.SampledFrom([]string{"EUR", "USD", "GBP", "JPY", "KWD"}).Draw(t, "currency"),
		Country:  rapid.SampledFrom([]string{"DE", "FI", "CH", "JP", "US"}).Draw(t, "country"),
		Method:   rapid.SampledFrom([]string{"standard", "express"}).Draw(t, "method"),
		Lines: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pricing.Wanted {
			return want(rapid.SampledFrom([]string{"mug", "tea", "pin", "gift", "4006381000093"}).Draw(t, "sku"), rapid.Int64Range(1, 200).Draw(t, "quantity"))
		}), 1, pricing.LinesMax).Draw(t, "lines"),
	}
	rules, products := pricing.Standard(), shelf()
	q, err := rules.Price(b, products)
	if err != nil {
		t.Fatal(err)
	}
	subtotal, discount, shipping, tax := byHand(rules, b, products)
	total := new(big.Int).Sub(subtotal, discount)
	total.Add(total, shipping).Add(total, tax)
	if q.Subtotal != subtotal.Int64() || q.Discount != discount.Int64() || q.Shipping != shipping.Int64() || q.Tax != tax.Int64() || q.Total != total.Int64() {
		t.Fatalf("got %+v, want %v − %v + %v + %v = %v", q, subtotal, discount, shipping, tax, total)
	}
	lineTotals, lineTaxes := int64(0), int64(0)
	for _, l := range q.Lines {
		if l.Total != l.Quantity*l.UnitPrice-l.Discount || min(l.Total, l.Discount, l.Tax, l.UnitPrice) < 0 || l.Quantity < 1 {
			t.Fatalf("line %+v", l)
		}
		lineTotals, lineTaxes = lineTotals+l.Total, lineTaxes+l.Tax
	}
	if lineTotals != q.Subtotal-q.Discount || lineTaxes > q.Tax || q.Currency == "KWD" && q.Total%10 != 0 {
		t.Fatalf("lines sum to %d and %d of tax: %+v", lineTotals, lineTaxes, q)
	}
	b.Lines = rapid.Permutation(b.Lines).Draw(t, "order")
	again, err := rules.Price(b, products)
	if err != nil || !cmp.Equal(again, q, cmpopts.IgnoreFields(pricing.Quote{}, "Lines")) {
		t.Fatalf("in another order %+v, %v; before %+v", again, err, q)
	}
}

func TestTotals(t *testing.T) { rapid.Check(t, totalsAreExact) }
func FuzzTotals(f *testing.F) { f.Fuzz(rapid.MakeFuzz(totalsAreExact)) }
