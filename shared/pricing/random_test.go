package pricing_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/pricing"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func either[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// anyRules are rules of a shop that sells everywhere, in one of many ways.
func anyRules(r *rand.Rand) pricing.Rules {
	rules := pricing.Standard()
	rules.Home, rules.HomeRegion = either(r, "DE", "FR"), ""
	t := &rules.Tax
	t.Included, t.DeliveryFollows = r.IntN(2) == 0, r.IntN(2) == 0
	t.Delivery = either(r, "", "reduced", "zero")
	if r.IntN(3) == 0 {
		t.Except = []string{"US", "CA"}
	}
	t.Rates["US"], t.Rates["US-CA"], t.Rates["CA-QC"], t.Rates["US-NY"] = 0, 7250, 14975, 8875
	t.Classes["reduced"]["US-NY"] = 4000
	standard, express := rules.Methods[0], rules.Methods[1]
	standard.Zones = []pricing.Zone{
		{Places: []string{"US", "CA-QC"}, MaxGrams: r.Int64N(5000), Prices: eachCurrency(r, 3000)},
		{MaxGrams: r.Int64N(20_000), MinValue: eachCurrency(r, 8000), Prices: eachCurrency(r, 900), FreeFrom: eachCurrency(r, 20_000)},
	}
	rules.Methods = []pricing.Method{standard, express, {ID: "pickup", Name: "Pick-up", Pickup: true, Prices: eachCurrency(r, 300)}}
	rules.Discounts = anyDiscounts(r)
	return rules
}

func eachCurrency(r *rand.Rand, below int64) map[money.Currency]int64 {
	out := map[money.Currency]int64{}
	for _, c := range pricing.Standard().Currencies {
		out[c] = r.Int64N(below)
	}
	return out
}

func anyDiscounts(r *rand.Rand) []pricing.Discount {
	kinds := []pricing.Kind{pricing.BuyXGetY, pricing.Percentage, pricing.Fixed, pricing.FreeDelivery}
	var out []pricing.Discount
	for i := range r.IntN(7) {
		d := pricing.Discount{ID: fmt.Sprintf("d%d", i), Name: "Sale", Kind: either(r, kinds...), Rate: either[int64](r, 1, 5000, 33_333, 100_000, 1+r.Int64N(100_000)),
			Amounts: eachCurrency(r, 4000), Buy: 1 + r.Int64N(3), Get: 1 + r.Int64N(2), Alone: r.IntN(8) == 0}
		if r.IntN(3) > 0 {
			d.Code = fmt.Sprintf("CODE-%d", i)
			d.Limit = r.Int64N(2)
		}
		if r.IntN(3) == 0 {
			d.Products = []catalog.SKU{either[catalog.SKU](r, "a", "b", "c"), "d"}
		}
		if r.IntN(4) == 0 {
			d.Minimum = eachCurrency(r, 20_000)
		}
		if r.IntN(6) == 0 {
			delete(d.Amounts, either[money.Currency](r, "EUR", "JPY"))
		}
		if r.IntN(6) == 0 {
			d.From, d.Until = noon.Add(time.Duration(r.IntN(5)-2)*time.Hour), noon.Add(time.Duration(r.IntN(4)+1)*time.Hour)
		}
		if r.IntN(4) == 0 {
			d.Methods = []string{"express"}
		}
		out = append(out, d)
	}
	return out
}

func anyBasket(r *rand.Rand, rules pricing.Rules) (pricing.Basket, map[catalog.SKU]catalog.Product) {
	products := map[catalog.SKU]catalog.Product{}
	for _, sku := range []catalog.SKU{"a", "b", "c", "d", "e", "f"} {
		products[sku] = catalog.Product{SKU: sku, Name: "Thing", Active: true, WeightGrams: r.Int64N(3000), Digital: r.IntN(4) == 0,
			TaxClass: either(r, "", "reduced", "zero", "unheard-of"), Prices: eachCurrency(r, either[int64](r, 10, 500, 5000, 200_000))}
	}
	b := pricing.Basket{At: noon, Currency: string(either(r, rules.Currencies...)), Method: either(r, "standard", "express", "pickup")}
	place := either(r, [2]string{"DE"}, [2]string{"FR"}, [2]string{"US", "CA"}, [2]string{"US", "NY"}, [2]string{"US", "TX"}, [2]string{"CA", "QC"}, [2]string{"NO"})
	b.Country, b.Region = place[0], place[1]
	for range 1 + r.IntN(6) {
		b.Lines = append(b.Lines, want(either(r, "a", "b", "c", "d", "e", "f"), 1+r.Int64N(either[int64](r, 2, 30))))
	}
	if r.IntN(3) == 0 {
		b.VAT = either(r, "DE123456789", "FR12345678901")
	}
	for i := range rules.Discounts {
		if code := rules.Discounts[i].Code; code != "" && r.IntN(4) == 0 && len(b.Codes) < pricing.CodesMax {
			b.Codes = append(b.Codes, code)
		}
	}
	return b, products
}

// TestTenThousandBasketsCostWhatFractionsSay holds the totals, and each line's discount and tax, to the last unit.
func TestTenThousandBasketsCostWhatFractionsSay(t *testing.T) {
	priced, refused, exempt, contained := 0, 0, 0, 0
	goal := 10_000
	if testing.Short() {
		goal = 1000
	}
	for seed := uint64(0); priced < goal; seed++ {
		r := rand.New(rand.NewPCG(seed, 25))
		rules := anyRules(r)
		b, products := anyBasket(r, rules)
		f := reference{rules: rules, basket: b, products: products}
		f.run()
		q, err := rules.Price(b, products)
		switch {
		case f.refused:
			refused++
			if code := fault.Code(err); !strings.HasPrefix(code, "coupon_") {
				t.Fatalf("basket %d: a code of %v gives nothing, and the answer is %+v, %v", seed, b.Codes, q, err)
			}
			continue
		case err != nil:
			t.Fatalf("basket %d: %v", seed, err)
		}
		priced++
		if q.ReverseCharge {
			exempt++
		}
		if q.IncludedTax > 0 {
			contained++
		}
		agree(t, seed, q, &f)
		sound(t, seed, q)
		inAnyOrder(t, seed, r, rules, b, products, q)
	}
	t.Logf("%d priced, %d of them by reverse charge and %d with tax in the prices; %d refused", priced, exempt, contained, refused)
	if min(refused, contained) < goal/10 || exempt < goal/200 {
		t.Error("too few baskets of one sort to prove anything")
	}
}

// agree compares a quote with the reference.
func agree(t *testing.T, seed uint64, q pricing.Quote, f *reference) {
	t.Helper()
	for name, pair := range map[string]struct {
		got  int64
		want *big.Rat
	}{"discount": {q.Discount, f.discount}, "delivery": {q.Shipping, f.shipping}, "tax": {q.Tax, f.tax}, "tax in the prices": {q.IncludedTax, f.contained},
		"total": {q.Total, f.total}} {
		if whole(pair.got).Cmp(pair.want) != 0 {
			t.Fatalf("basket %d: %s is %d, by fractions %s: %+v", seed, name, pair.got, pair.want.RatString(), q)
		}
	}
	for _, l := range q.Lines {
		g := f.goods[slices.IndexFunc(f.goods, func(g *item) bool { return g.sku == l.SKU })]
		if whole(l.Total).Cmp(g.price) != 0 || whole(l.Discount).Cmp(g.off) != 0 || whole(l.Tax+l.IncludedTax).Cmp(g.tax) != 0 {
			t.Fatalf("basket %d: line %+v, by fractions %s less %s, tax %s", seed, l, g.price.RatString(), g.off.RatString(), g.tax.RatString())
		}
	}
}

// sound holds what is true of every quote: lines sum to totals, no part is negative, and the parts are those that PayPal takes.
func sound(t *testing.T, seed uint64, q pricing.Quote) {
	t.Helper()
	var units, off, tax, contained, fromLines int64
	for _, l := range q.Lines {
		units, off, tax, contained = units+l.Quantity*l.UnitPrice, off+l.Discount, tax+l.Tax, contained+l.IncludedTax
		if min(l.Total, l.Discount, l.Tax, l.IncludedTax, l.UnitPrice) < 0 || l.Total != l.Quantity*l.UnitPrice-l.Discount || l.IncludedTax > l.Total {
			t.Fatalf("basket %d: line %+v", seed, l)
		}
	}
	for _, l := range q.TaxLines {
		fromLines += l.Tax
		if l.Rate <= 0 || l.Base < 0 || l.Tax < 0 {
			t.Fatalf("basket %d: tax line %+v", seed, l)
		}
	}
	var applied int64
	for _, a := range q.Discounts {
		applied += a.Amount
	}
	switch {
	case units != q.Subtotal, off != q.Discount, tax+q.ShippingTax != q.Tax, contained+q.ShippingIncludedTax != q.IncludedTax,
		fromLines != q.Tax+q.IncludedTax, q.Tax > 0 && q.IncludedTax > 0, applied > q.Discount:
		t.Fatalf("basket %d: the parts do not sum: %+v", seed, q)
	case q.Subtotal-q.Discount+q.Shipping+q.Tax != q.Total, min(q.Subtotal, q.Discount, q.Shipping, q.Tax, q.Total, q.IncludedTax, q.ShippingIncludedTax) < 0:
		t.Fatalf("basket %d: the total does not add up: %+v", seed, q)
	case q.ReverseCharge && q.Tax+q.IncludedTax > 0:
		t.Fatalf("basket %d: tax that the buyer owes at home: %+v", seed, q)
	}
}

// inAnyOrder holds that neither the order of lines nor that of codes matters.
func inAnyOrder(t *testing.T, seed uint64, r *rand.Rand, rules pricing.Rules, b pricing.Basket, products map[catalog.SKU]catalog.Product, q pricing.Quote) {
	t.Helper()
	b.Lines, b.Codes = slices.Clone(b.Lines), slices.Clone(b.Codes)
	r.Shuffle(len(b.Lines), func(i, j int) { b.Lines[i], b.Lines[j] = b.Lines[j], b.Lines[i] })
	r.Shuffle(len(b.Codes), func(i, j int) { b.Codes[i], b.Codes[j] = b.Codes[j], b.Codes[i] })
	again, err := rules.Price(b, products)
	bySKU := cmp.Options{cmpopts.SortSlices(func(a, b pricing.Line) bool { return a.SKU < b.SKU }), cmpopts.EquateComparable(pricing.VATNumber{})}
	if diff := cmp.Diff(q, again, bySKU); err != nil || diff != "" {
		t.Fatalf("basket %d in another order: %v\n%s", seed, err, diff)
	}
}
