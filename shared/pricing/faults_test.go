package pricing_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/pricing"
)

// shelf is what the tests' shop sells.
func shelf() map[catalog.SKU]catalog.Product {
	in := func(eur, jpy, kwd int64) map[money.Currency]int64 {
		return map[money.Currency]int64{"EUR": eur, "USD": eur, "GBP": eur, "JPY": jpy, "KWD": kwd}
	}
	products := []catalog.Product{
		{SKU: "mug", Name: "Mug", Active: true, Prices: in(1999, 2500, 5000)},
		{SKU: "tea", Name: "Tea", Active: true, Prices: in(750, 900, 1995)},
		{SKU: "pin", Name: "Pin", Active: true, Prices: in(1, 1, 1)},
		{SKU: "gift", Name: "Gift", Active: true, Prices: in(0, 0, 0)},
		{SKU: "gold", Name: "Gold", Active: true, Prices: in(math.MaxInt64/2, math.MaxInt64/2, math.MaxInt64/2)},
		{SKU: "old", Name: "Old", Prices: in(100, 100, 100)},
		{SKU: "euro-only", Name: "Euro", Active: true, Prices: map[money.Currency]int64{"EUR": 100}},
		{SKU: "4006381000093", Name: "Pen", Active: true, Prices: in(100, 100, 100)},
	}
	out := map[catalog.SKU]catalog.Product{}
	for _, p := range products {
		out[p.SKU] = p
	}
	return out
}

// pins is n lines of one pin each, of n products.
func pins(n int) (lines []pricing.Wanted, products map[catalog.SKU]catalog.Product) {
	products = map[catalog.SKU]catalog.Product{}
	for i := range n {
		sku := catalog.SKU(fmt.Sprintf("pin-%d", i))
		products[sku] = catalog.Product{SKU: sku, Name: "Pin", Active: true, Prices: map[money.Currency]int64{"EUR": 100}}
		lines = append(lines, pricing.Wanted{SKU: string(sku), Quantity: 1})
	}
	return lines, products
}

func lines(wanted ...pricing.Wanted) []pricing.Wanted { return wanted }

func want(sku string, quantity int64) pricing.Wanted {
	return pricing.Wanted{SKU: sku, Quantity: quantity}
}

func TestFaultsOfABasket(t *testing.T) {
	tooMany, _ := pins(pricing.LinesMax + 1)
	tests := []struct {
		name   string
		basket pricing.Basket
		want   []string // Place and code of each fault, in order.
	}{
		{"N10 no lines", pricing.Basket{Currency: "EUR"}, []string{"#/lines lines_invalid"}},
		{"N10 more lines than the limit", pricing.Basket{Currency: "EUR", Lines: tooMany}, []string{"#/lines lines_invalid"}},
		{"N11 no quantity", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", 0))}, []string{"#/lines/0/quantity quantity_invalid"}},
		{"N11 a quantity below nothing", pricing.Basket{Currency: "EUR", Lines: lines(want("tea", 1), want("mug", -1))},
			[]string{"#/lines/1/quantity quantity_invalid"}},
		{"N11 a quantity above the most", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", pricing.QuantityMax+1))},
			[]string{"#/lines/0/quantity quantity_invalid"}},
		{"N11 the most that a number holds", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", math.MaxInt64))},
			[]string{"#/lines/0/quantity quantity_invalid"}},
		{"N13 lines of one product above the most together", pricing.Basket{Currency: "EUR",
			Lines: lines(want("pin", pricing.QuantityMax), want("mug", 1), want("pin", 1))}, []string{"#/lines/2/quantity quantity_invalid"}},
		{"N12 an unknown product", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", 1), want("cup", 1))},
			[]string{"#/lines/1/sku sku_unknown"}},
		{"N12 a product that is not active", pricing.Basket{Currency: "EUR", Lines: lines(want("old", 1))}, []string{"#/lines/0/sku sku_unknown"}},
		{"N12 no product", pricing.Basket{Currency: "EUR", Lines: lines(want("", 1))}, []string{"#/lines/0/sku sku_unknown"}},
		{"N12 a product that is not sold in the currency", pricing.Basket{Currency: "USD", Lines: lines(want("mug", 1), want("euro-only", 1))},
			[]string{"#/lines/1/sku sku_unknown"}},
		{"N16 no currency", pricing.Basket{Lines: lines(want("mug", 1))}, []string{"#/currency currency_invalid"}},
		{"N16 a currency that is none", pricing.Basket{Currency: "XXX", Lines: lines(want("mug", 1))}, []string{"#/currency currency_invalid"}},
		{"N16 a currency in small letters", pricing.Basket{Currency: "eur", Lines: lines(want("mug", 1))}, []string{"#/currency currency_invalid"}},
		{"N16 a currency that the shop does not sell in", pricing.Basket{Currency: "SEK", Lines: lines(want("mug", 1))},
			[]string{"#/currency currency_invalid"}},
		{"N17 quantity times price beyond int64", pricing.Basket{Currency: "EUR", Lines: lines(want("pin", 1), want("gold", 3))},
			[]string{"#/lines/1/quantity amount_out_of_range"}},
		{"N17 lines that are too much together", pricing.Basket{Currency: "EUR", Country: "US", Lines: lines(want("gold", 2), want("mug", 1))},
			[]string{"#/lines amount_out_of_range"}},
		{"N17 tax that is too much on top", pricing.Basket{Currency: "EUR", Country: "DE", Lines: lines(want("gold", 2))},
			[]string{"#/lines amount_out_of_range"}},
		{"N23 a code that the shop does not know", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", 1)), Codes: []string{"A", "B"}},
			[]string{"#/discount_codes/0 coupon_invalid", "#/discount_codes/1 coupon_invalid"}},
		{"a way to deliver that there is not", pricing.Basket{Currency: "EUR", Lines: lines(want("mug", 1)), Method: "pigeon"},
			[]string{"#/shipping_method shipping_method_unknown"}},
		{"every fault in one answer", pricing.Basket{Currency: "eur", Method: "pigeon", Codes: []string{"A"},
			Lines: lines(want("cup", 0), want("mug", 1), want("old", 1))},
			[]string{"#/currency currency_invalid", "#/lines/0/sku sku_unknown", "#/lines/0/quantity quantity_invalid",
				"#/lines/2/sku sku_unknown", "#/discount_codes/0 coupon_invalid", "#/shipping_method shipping_method_unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := pricing.Standard().Price(tt.basket, shelf())
			var got []string
			for _, e := range fault.All(err) {
				if e.Kind != fault.Invalid || e.Msg == "" {
					t.Errorf("%v is %v and says %q", e, e.Kind, e.Msg)
				}
				got = append(got, e.At+" "+e.Code)
			}
			if !slices.Equal(got, tt.want) || q.Total != 0 || q.Lines != nil {
				t.Errorf("got %v and %+v, want %v", got, q, tt.want)
			}
		})
	}
}

func TestATotalOfNothing(t *testing.T) {
	q, err := pricing.Standard().Price(pricing.Basket{Currency: "EUR", Country: "US", Lines: lines(want("gift", 3)), Method: "standard"}, shelf())
	if err != nil || q.Subtotal != 0 {
		t.Errorf("got %+v, %v", q, err)
	}
}

func TestTheLargestBasket(t *testing.T) {
	wanted, products := pins(pricing.LinesMax)
	for i := range wanted {
		wanted[i].Quantity = pricing.QuantityMax
	}
	q, err := pricing.Standard().Price(pricing.Basket{Currency: "EUR", Country: "US", Lines: wanted}, products)
	if err != nil || len(q.Lines) != pricing.LinesMax || q.Subtotal != 50*10_000*100 || q.Total != q.Subtotal {
		t.Errorf("got %d lines, %d in all, %v", len(q.Lines), q.Total, err)
	}
}

func TestSKUsToLookUp(t *testing.T) {
	wanted, _ := pins(pricing.LinesMax + 20)
	if got := (pricing.Basket{Lines: wanted}).SKUs(); len(got) != pricing.LinesMax {
		t.Errorf("%d of too many lines are looked up", len(got))
	}
	b := pricing.Basket{Lines: lines(want("tea", 1), want("mug", -5), want("tea", 2), want("../etc", 1), want("", 1))}
	if got := b.SKUs(); !slices.Equal(got, []catalog.SKU{"tea", "mug"}) {
		t.Errorf("got %v", got)
	}
}

func TestCurrencyOr(t *testing.T) {
	rules := pricing.Standard()
	for asked, expected := range map[string]money.Currency{"": "EUR", "EUR": "EUR", "KWD": "KWD"} {
		if got, err := rules.CurrencyOr(asked); err != nil || got != expected {
			t.Errorf("%q gave %q, %v", asked, got, err)
		}
	}
	for _, asked := range []string{"SEK", "eur", "XXX", "€", "EUR "} {
		if got, err := rules.CurrencyOr(asked); got != "" || fault.Code(err) != "currency_invalid" || fault.All(err)[0].At != "?currency" {
			t.Errorf("%q gave %q, %v", asked, got, err)
		}
	}
}
