package order_test

import (
	"slices"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/pricing"
)

// halfDigital is an order of two mugs and a licence, which goes in no parcel; allDigital of things that go in none.
func halfDigital() pricing.Quote {
	q := quote()
	q.Lines[1].SKU, q.Lines[1].Digital = "licence", true
	return q
}

func allDigital() pricing.Quote {
	q := halfDigital()
	q.Lines[0].Digital = true
	return q
}

func send(d *desk) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.Ship(order.Parcel{Digital: true}, d.by("staff:1"))
	}
}

func TestWhatGoesInNoParcelTakesItsPromisedMoneyAndHasArrived(t *testing.T) {
	d, a := promisedOf(t, allDigital())
	if amount, err := d.o.ToCapture(order.Parcel{Digital: true}); err != nil || amount != total {
		t.Fatalf("%d are to be taken, %v", amount, err)
	}
	d.refused(fault.Conflict, "payment_not_captured", send(d))
	d.do(capture(d, order.NewCapture{Key: "c1"}))
	d.do(took(d, a, "c1", total, true))
	c := d.do(send(d))
	r := d.o.Record()
	if c.Kind != "delivered" || r.Status != order.Delivered || r.Shipments[0].State != fulfillment.Delivered || !slices.Equal(messages(c), []string{"mail goods_ready"}) {
		t.Errorf("%s, the order is %s with %+v", c.Kind, r.Status, r.Shipments)
	}
	d.again("the same once more", send(d))
	d.do(func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(d.by("fulfillment")) })
}

func TestAPartThatGoesInNoParcelGoesByItself(t *testing.T) {
	d, a := promisedOf(t, halfDigital())
	d.do(capture(d, order.NewCapture{Key: "c1"}))
	d.do(took(d, a, "c1", total, true))
	c := d.do(send(d))
	if c.Kind != "partly_shipped" || !slices.Equal(c.Stock, []catalog.Move{{SKU: "licence", Kind: catalog.Sell, Quantity: 1}}) {
		t.Errorf("%s with %+v", c.Kind, c.Stock)
	}
	d.do(ship(d, "1"))
	if r := d.o.Record(); r.Status != order.Shipped || !slices.Equal(r.Shipments[1].Lines, []fulfillment.Line{{SKU: "mug", Quantity: 2}}) {
		t.Errorf("the order is %s with %+v", r.Status, r.Shipments)
	}
	d.do(func(o *order.Order) (order.Change, error) { return o.Deliver("shp_2", d.by("staff:1")) })
	if r := d.o.Record(); r.Status != order.Delivered {
		t.Errorf("the order is %s", r.Status)
	}
}

func TestWhatIsNoDigitalDelivery(t *testing.T) {
	d, _ := packed(t)
	for name, p := range map[string]order.Parcel{
		"an order of goods":   {Digital: true},
		"one with a carrier":  {Digital: true, Carrier: "DHL"},
		"one with a number":   {Digital: true, TrackingNumber: "1"},
		"one with some lines": {Digital: true, Lines: []fulfillment.Line{{SKU: "mug", Quantity: 1}}},
	} {
		_, err := d.try(func(o *order.Order) (order.Change, error) { return o.Ship(p, d.by("staff:1")) })
		if !fault.Is(err, fault.Invalid) || fault.Code(err) != "shipment_invalid" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
