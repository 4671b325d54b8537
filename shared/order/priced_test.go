package order_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// priced draws a basket and prices it as a shop does, with tax in the prices or on top, at several rates, with discounts.
func priced(r *rapid.T) pricing.Quote {
	rules := pricing.Standard()
	rules.Tax.Included, rules.Tax.DeliveryFollows = rapid.Bool().Draw(r, "included"), rapid.Bool().Draw(r, "follows")
	rules.Discounts = []pricing.Discount{
		{ID: "tenth", Name: "Tenth", Kind: pricing.Percentage, Rate: rapid.Int64Range(1, pricing.RateUnit-1).Draw(r, "rate")},
		{ID: "welcome", Name: "Welcome", Code: "WELCOME", Kind: pricing.Fixed, Amounts: map[money.Currency]int64{"EUR": 333}, Limit: 5, PerCustomer: 1},
	}
	products := map[catalog.SKU]catalog.Product{}
	b := pricing.Basket{Currency: "EUR", Country: "DE", At: noon, Method: "express", Codes: []string{"welcome"}}
	for i := range rapid.IntRange(1, 5).Draw(r, "lines") {
		sku := catalog.SKU(fmt.Sprintf("p%d", i))
		products[sku] = catalog.Product{SKU: sku, Name: "Thing", Active: true, TaxClass: rapid.SampledFrom([]string{"", "reduced", "zero"}).Draw(r, "class"),
			Prices: map[money.Currency]int64{"EUR": rapid.Int64Range(1, 9999).Draw(r, "price")}}
		b.Lines = append(b.Lines, pricing.Wanted{SKU: string(sku), Quantity: rapid.Int64Range(1, 9).Draw(r, "quantity")})
	}
	q, err := rules.Price(b, products)
	if err != nil {
		b.Codes = nil // Nothing is left to take off.
		if q, err = rules.Price(b, products); err != nil {
			r.Fatalf("%v", err)
		}
	}
	return q
}

// refundsUndoTheSale: whatever holds the tax, goods, delivery and tax are booked apart; refunds of each line's units and of what is left
// give every account back to nothing, to the last unit, and the tax of each line with it. The desk holds the books after each step.
func refundsUndoTheSale(r *rapid.T) {
	q := priced(r)
	d := placed(r, q)
	d.do(news(d, facts(d, begun(d, "k1"), payment.Captured)))
	got := d.balances()
	if tax := q.Tax + q.IncludedTax; got[ledger.Tax] != -tax || got[ledger.Shipping] != -(q.Shipping-q.ShippingIncludedTax) ||
		got[ledger.Revenue] != -(q.Total-tax-q.Shipping+q.ShippingIncludedTax) {
		r.Fatalf("the sale of %+v stands at %v", q, got)
	}
	back := map[catalog.SKU]int64{}
	for i, l := range q.Lines {
		if l.Total+l.Tax == 0 {
			continue
		}
		d.do(askLines(d, fmt.Sprint("r", i), order.RefundLine{SKU: l.SKU, Quantity: l.Quantity}))
		f, _ := d.o.Refund(order.RefundIDFor(d.o.ID(), fmt.Sprint("r", i)))
		if back[l.SKU] = f.Tax; f.Amount != l.Total+l.Tax || f.Shipping != 0 || f.Tax != l.Tax+l.IncludedTax {
			r.Fatalf("line %+v goes back as %+v", l, f)
		}
	}
	if left := q.Total - sumOf(d); left > 0 {
		d.do(askBack(d, "rest", left))
	}
	got = d.balances()
	if got[ledger.Revenue] != 0 || got[ledger.Shipping] != 0 || got[ledger.Tax] != 0 || got[ledger.Receivable] != 0 {
		r.Fatalf("after everything went back: %v", got)
	}
}

func sumOf(d *desk) (sum int64) {
	for _, f := range d.o.Record().Refunds {
		sum += f.Amount
	}
	return sum
}

func TestRefundsUndoTheSale(t *testing.T) { rapid.Check(t, refundsUndoTheSale) }
func FuzzRefundsUndoTheSale(f *testing.F) { f.Fuzz(rapid.MakeFuzz(refundsUndoTheSale)) }

// couponed is an order that used a coupon with limits.
func couponed(t *testing.T) *desk {
	q := quote()
	q.Coupons = []pricing.Coupon{{ID: "welcome", Limit: 5, PerCustomer: 1}}
	return placed(t, q)
}

func uses(kind pricing.UseKind) []pricing.Use {
	return []pricing.Use{{Coupon: pricing.Coupon{ID: "welcome", Limit: 5, PerCustomer: 1}, Customer: "cus_1", Kind: kind}}
}

func TestAUseIsTakenWithTheOrderAndGivenBackWhenItEndsUnpaid(t *testing.T) {
	d := couponed(t)
	if got := d.chain[0].Uses; !slices.Equal(got, uses(pricing.Take)) {
		t.Errorf("placed with %+v", got)
	}
	a := begun(d, "k1")
	d.do(news(d, facts(d, a, payment.Expired)))
	expired := d.wait(time.Hour).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
	if !slices.Equal(expired.Uses, uses(pricing.Give)) {
		t.Errorf("expired with %+v", expired.Uses)
	}
	late := d.do(news(d, facts(d, a, payment.Captured)))
	if late.Kind != "late_payment_accepted" || !slices.Equal(late.Uses, uses(pricing.Take)) {
		t.Errorf("late money makes %s with %+v", late.Kind, late.Uses)
	}
}

func TestLateMoneyForACouponThatIsUsedUpGoesBack(t *testing.T) {
	d := couponed(t)
	a := begun(d, "k1")
	d.do(news(d, facts(d, a, payment.Expired)))
	d.wait(time.Hour).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
	c := d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyPayment(facts(d, a, payment.Captured), false, d.gateway())
	})
	if c.Kind != "late_payment_refunded" || len(c.Uses) > 0 {
		t.Errorf("it makes %s with %+v", c.Kind, c.Uses)
	}
}

func TestAnOrderThatIsCancelledGivesItsUseBackUnlessItWasPaid(t *testing.T) {
	d := couponed(t)
	if c := d.do(func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) }); !slices.Equal(c.Uses, uses(pricing.Give)) {
		t.Errorf("unpaid it gives back %+v", c.Uses)
	}
	d = couponed(t)
	d.do(news(d, facts(d, begun(d, "k1"), payment.Captured)))
	if c := d.do(func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) }); len(c.Uses) > 0 {
		t.Errorf("paid it gives back %+v", c.Uses)
	}
}
