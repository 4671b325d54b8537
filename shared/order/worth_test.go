package order_test

import (
	"testing"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/pricing"
)

func TestWhatIsTakenForEachParcel(t *testing.T) {
	d, a := promised(t)
	one := func(sku catalog.SKU) order.Parcel {
		return order.Parcel{Lines: []fulfillment.Line{{SKU: sku, Quantity: 1}}}
	}
	takes := func(p order.Parcel, want int64) {
		t.Helper()
		if got, err := d.o.ToCapture(p); err != nil || got != want {
			t.Errorf("%d are to be taken, want %d: %v", got, want, err)
		}
	}
	takes(one("mug"), 1190+583) // A mug with its tax, and delivery with its own.
	takes(order.Parcel{}, total)
	if _, err := d.o.ToCapture(one("cup")); fault.Code(err) != "quantity_invalid" {
		t.Errorf("got %v", err)
	}
	d.do(capture(d, order.NewCapture{Key: "c1", Amount: 1190 + 582}))
	d.do(took(d, a, "c1", 1190+582, false))
	takes(one("mug"), 1)
	d.refused(fault.Conflict, "payment_not_captured", ship(d, "1", fulfillment.Line{SKU: "mug", Quantity: 1}))
	d.do(capture(d, order.NewCapture{Key: "c2", Amount: 1}))
	d.do(took(d, a, "c2", 1190+583, false))
	d.do(ship(d, "1", fulfillment.Line{SKU: "mug", Quantity: 1}))
	takes(one("tea"), 595)
	takes(order.Parcel{}, total-1190-583)
	d.do(capture(d, order.NewCapture{Key: "c3", Amount: total - 1190 - 583, Least: true}))
	d.again("the same parcel", capture(d, order.NewCapture{Key: "c3", Amount: 5, Least: true}))
	if got, _ := d.o.OpenCapture(); !got.Final || got.Whole {
		t.Errorf("the last one is %+v", got)
	}
	d.do(took(d, a, "c3", total, true))
	takes(order.Parcel{}, 0)
	d.do(shipAll(d, "2"))
	d.is(order.Shipped, "paid")
}

func TestAParcelWhoseMoneyWentBackIsNotShipped(t *testing.T) {
	d, a := promised(t)
	d.do(capture(d, order.NewCapture{Key: "c1", Amount: 2000}))
	d.do(took(d, a, "c1", 2000, false))
	d.do(func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 1500}, d.by("staff:1"))
	})
	d.refused(fault.Conflict, "order_state_conflict", ship(d, "1", fulfillment.Line{SKU: "mug", Quantity: 1}))
}

// Whatever is bought and however it is parcelled: no parcel takes less than nothing, all together take what is owed, to the last unit,
// and at no time is more taken than that.
func parcelsComeToThePrice(r *rapid.T) {
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Shipping: rapid.Int64Range(0, 900).Draw(r, "shipping")}
	skus := []catalog.SKU{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(r, "lines")]
	for _, sku := range skus {
		l := pricing.Line{SKU: sku, Name: "x", Quantity: rapid.Int64Range(1, 4).Draw(r, "quantity"), UnitPrice: rapid.Int64Range(1, 5000).Draw(r, "price")}
		l.Total = l.Quantity * l.UnitPrice
		l.Tax = rapid.Int64Range(0, l.Total).Draw(r, "tax")
		q.Lines, q.Subtotal, q.Tax = append(q.Lines, l), q.Subtotal+l.Total, q.Tax+l.Tax
	}
	q.Total = q.Subtotal + q.Shipping + q.Tax
	d, a := promisedOf(r, q)
	var taken int64
	for n := 0; !d.o.AllShipped(); n++ {
		p := order.Parcel{Carrier: "DHL", TrackingNumber: string(rune('A' + n))}
		for _, l := range q.Lines {
			if n > 10 {
				break // All that is left.
			}
			if k := rapid.Int64Range(0, l.Quantity).Draw(r, "units"); k > 0 {
				p.Lines = append(p.Lines, fulfillment.Line{SKU: l.SKU, Quantity: k})
			}
		}
		due, err := d.o.ToCapture(p)
		if err != nil {
			continue // More than is left.
		}
		if due < 0 || taken+due > q.Total {
			r.Fatalf("%d of %d are taken, and %d more are asked for", taken, q.Total, due)
		}
		key := string(rune('a' + n))
		if due > 0 {
			d.do(capture(d, order.NewCapture{Key: key, Amount: due, Least: true}))
			taken += due
			d.do(took(d, a, key, taken, taken == q.Total))
		}
		d.do(func(o *order.Order) (order.Change, error) { return o.Ship(p, d.by("staff:1")) })
	}
	if got := d.o.Record(); taken != q.Total || got.Captured() != q.Total {
		r.Fatalf("%d of %d are taken", taken, q.Total)
	}
}

func TestParcelsComeToThePrice(t *testing.T) { rapid.Check(t, parcelsComeToThePrice) }
