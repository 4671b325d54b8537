package order_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

func askLines(d *desk, key string, lines ...order.RefundLine) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: key, Lines: lines}, d.by("staff:1"))
	}
}

func TestALineGivesBackItsPriceWithItsTax(t *testing.T) {
	d, _ := paid(t)
	one := order.RefundLine{SKU: "mug", Quantity: 1}
	d.do(askLines(d, "r1", one))
	d.again("the same", askLines(d, "r1", one))
	got, _ := d.o.Refund(order.RefundIDFor(d.o.ID(), "r1"))
	if got.Amount != 1190 || got.Goods != 1000 || got.Tax != 190 || got.Shipping != 0 || len(got.Lines) != 1 ||
		got.Lines[0] != (payment.RefundLine{SKU: "mug", Quantity: 1, Goods: 1000, Tax: 190}) {
		t.Errorf("one of two mugs is %+v", got)
	}
	d.do(askLines(d, "r2", order.RefundLine{SKU: "mug", Amount: 100}, order.RefundLine{SKU: "tea", Quantity: 1}))
	if got, _ = d.o.Refund(order.RefundIDFor(d.o.ID(), "r2")); got.Amount != 100+595 || got.Tax != 16+95 || got.Goods != 84+500 {
		t.Errorf("a part of a mug's price, and the tea, are %+v", got)
	}
	d.do(askLines(d, "r3", order.RefundLine{SKU: "mug", Quantity: 1})) // What is left of it.
	if got, _ = d.o.Refund(order.RefundIDFor(d.o.ID(), "r3")); got.Amount != 1090 || got.Goods != 916 || got.Tax != 174 {
		t.Errorf("the last mug is %+v", got)
	}
	d.do(askBack(d, "r4", 583)) // Delivery, with its tax.
	if got, _ = d.o.Refund(order.RefundIDFor(d.o.ID(), "r4")); got.Shipping != 490 || got.Tax != 93 || got.Goods != 0 {
		t.Errorf("the rest is %+v", got)
	}
}

func TestLinesThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		line order.RefundLine
		kind fault.Kind
		code string
	}{
		"a product that was not bought":      {order.RefundLine{SKU: "cup", Quantity: 1}, fault.Invalid, "sku_unknown"},
		"more than was bought":               {order.RefundLine{SKU: "mug", Quantity: 3}, fault.Invalid, "quantity_invalid"},
		"more than is left":                  {order.RefundLine{SKU: "mug", Quantity: 2}, fault.Conflict, "refund_exceeds_captured"},
		"a price above what is left":         {order.RefundLine{SKU: "mug", Amount: 1191}, fault.Conflict, "refund_exceeds_captured"},
		"neither a quantity nor an amount":   {order.RefundLine{SKU: "mug"}, fault.Invalid, "quantity_invalid"},
		"both a quantity and an amount":      {order.RefundLine{SKU: "mug", Quantity: 1, Amount: 1}, fault.Invalid, "quantity_invalid"},
		"a quantity below nothing":           {order.RefundLine{SKU: "mug", Quantity: -1}, fault.Invalid, "quantity_invalid"},
		"an amount below nothing":            {order.RefundLine{SKU: "mug", Amount: -1}, fault.Invalid, "quantity_invalid"},
		"an amount that would wrap an int64": {order.RefundLine{SKU: "mug", Amount: 1<<63 - 1}, fault.Conflict, "refund_exceeds_captured"},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := paid(t)
			d.do(askLines(d, "r1", order.RefundLine{SKU: "mug", Quantity: 1}))
			d.refused(row.kind, row.code, askLines(d, "r2", row.line))
		})
	}
	d, _ := paid(t)
	d.refused(fault.Invalid, "sku_unknown", askLines(d, "r1", order.RefundLine{SKU: "mug", Amount: 1}, order.RefundLine{SKU: "mug", Amount: 1}))
	d.refused(fault.Invalid, "refund_invalid", func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 1, Lines: []order.RefundLine{{SKU: "mug", Quantity: 1}}}, d.by("staff:1"))
	})
	d.do(askLines(d, "r1", order.RefundLine{SKU: "mug", Quantity: 1}))
	d.refused(fault.Invalid, "idempotency_key_reused", askLines(d, "r1", order.RefundLine{SKU: "tea", Quantity: 1}))
	d.refused(fault.Invalid, "idempotency_key_reused", askLines(d, "r1", order.RefundLine{SKU: "mug", Amount: 1190}))
	d.refused(fault.Invalid, "idempotency_key_reused", askBack(d, "r1", 1190))
	unpaid := place(t)
	unpaid.refused(fault.Invalid, "refund_invalid", askLines(unpaid, "r1", order.RefundLine{SKU: "mug", Quantity: 1}))
}

// unitsComeToTheWhole: in whatever portions a line's units go back, together they give its price with its tax, to the last minor
// unit, and no portion is below a share that was rounded down.
func unitsComeToTheWhole(r *rapid.T) {
	quantity := rapid.Int64Range(1, 9).Draw(r, "quantity")
	price, off := rapid.Int64Range(1, 100_000).Draw(r, "price"), int64(0)
	if price*quantity > 1 {
		off = rapid.Int64Range(0, price*quantity-1).Draw(r, "discount")
	}
	goods := price*quantity - off
	tax := rapid.Int64Range(0, goods).Draw(r, "tax")
	d := placed(r, pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: price * quantity, Discount: off, Tax: tax, Total: goods + tax,
		Lines: []pricing.Line{{SKU: "mug", Name: "Mug", Quantity: quantity, UnitPrice: price, Discount: off, Tax: tax, Total: goods}}})
	a := begun(d, "k1")
	f := facts(d, a, payment.Captured)
	f.Amount, f.Captured = mustEuros(goods+tax), goods+tax
	d.do(news(d, f))
	var back, backTax int64
	for left, i := quantity, 0; left > 0; i++ {
		units := rapid.Int64Range(1, left).Draw(r, "units")
		if _, err := d.try(askLines(d, fmt.Sprint(i), order.RefundLine{SKU: "mug", Quantity: units})); err != nil {
			if share := (goods + tax) * units / quantity; fault.Code(err) != "refund_exceeds_captured" || share > 0 {
				r.Fatalf("%d units of %d: %v", units, left, err)
			}
			units = left // A share of nothing: all that is left together.
			d.do(askLines(d, fmt.Sprint(i, "all"), order.RefundLine{SKU: "mug", Quantity: units}))
		}
		left -= units
		refunds := d.o.Record().Refunds
		back, backTax = back+refunds[len(refunds)-1].Amount, backTax+refunds[len(refunds)-1].Tax
	}
	if back != goods+tax || backTax != tax {
		r.Fatalf("%d go back of %d, and tax %d of %d", back, goods+tax, backTax, tax)
	}
}

func TestUnitsComeToTheWhole(t *testing.T) { rapid.Check(t, unitsComeToTheWhole) }
func FuzzUnitsComeToTheWhole(f *testing.F) { f.Fuzz(rapid.MakeFuzz(unitsComeToTheWhole)) }
func TestLinesAndAmountsMix(t *testing.T)  { rapid.Check(t, linesAndAmountsMix) }
func FuzzLinesAndAmountsMix(f *testing.F)  { f.Fuzz(rapid.MakeFuzz(linesAndAmountsMix)) }
func mustLine(sku string, n int64) order.RefundLine {
	return order.RefundLine{SKU: catalog.SKU(sku), Amount: n}
}

// linesAndAmountsMix: refunds of lines and of amounts alone, some of which fail, never give back more than was paid, no part of the
// sale goes below nothing (the desk checks), and a line never more than it cost.
func linesAndAmountsMix(r *rapid.T) {
	d, _ := paid(r)
	for i := range rapid.IntRange(1, 12).Draw(r, "refunds") {
		amount := rapid.Int64Range(1, 1500).Draw(r, "amount")
		verb := askBack(d, fmt.Sprint(i), amount)
		switch rapid.SampledFrom([]string{"amount", "mug", "tea", "mugs"}).Draw(r, "what") {
		case "mug":
			verb = askLines(d, fmt.Sprint(i), mustLine("mug", amount))
		case "tea":
			verb = askLines(d, fmt.Sprint(i), mustLine("tea", amount))
		case "mugs":
			verb = askLines(d, fmt.Sprint(i), order.RefundLine{SKU: "mug", Quantity: 1})
		}
		if _, err := d.try(verb); err != nil {
			if fault.Code(err) != "refund_exceeds_captured" {
				r.Fatalf("got %v", err)
			}
			continue
		}
		refunds := d.o.Record().Refunds
		last := refunds[len(refunds)-1]
		if rapid.IntRange(0, 3).Draw(r, "fails") == 0 {
			d.do(func(o *order.Order) (order.Change, error) {
				return o.ApplyRefund(last.Attempt, payment.RefundFacts{ID: last.ID, State: payment.RefundFailed, Amount: last.Amount}, d.gateway())
			})
		}
		var all, mugs, teas int64
		for _, f := range d.o.Record().Refunds {
			if !f.State.Live() {
				continue
			}
			all += f.Amount
			for _, l := range f.Lines {
				if l.SKU == "mug" {
					mugs += l.Amount()
				} else {
					teas += l.Amount()
				}
			}
		}
		if all > total || mugs > 2380 || teas > 595 {
			r.Fatalf("%d go back, of mugs %d and of tea %d", all, mugs, teas)
		}
	}
}
