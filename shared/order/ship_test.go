package order_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/payment"
)

// I2 and lesson 20: nothing leaves the house unpaid, on hold, or before the machine waits for it.
func TestWhatIsNotShipped(t *testing.T) {
	for _, s := range stored() {
		if s == order.Fulfilling {
			continue
		}
		d := in(t, s)
		d.refused(fault.Conflict, "order_state_conflict", ship(d, "new"))
	}
	d, _ := paid(t)
	d.do(func(o *order.Order) (order.Change, error) { return o.Prepare(1, d.by("fulfillment")) })
	d.refused(fault.Conflict, "order_state_conflict", ship(d, "1")) // The machine does not wait yet.
	d, _ = packed(t)
	d.do(func(o *order.Order) (order.Change, error) { return o.Hold("fraud_review", nil, d.by("staff:1")) })
	d.do(func(o *order.Order) (order.Change, error) { return o.Hold("manual", nil, d.by("staff:1")) })
	d.refused(fault.Conflict, "order_on_hold", ship(d, "1"))
	d.do(func(o *order.Order) (order.Change, error) { return o.Lift("manual", d.by("staff:1")) })
	d.refused(fault.Conflict, "order_on_hold", ship(d, "1"))
	d.do(func(o *order.Order) (order.Change, error) { return o.Lift("fraud_review", d.by("staff:1")) })
	d.do(askBack(d, "r1", total))
	d.refused(fault.Conflict, "order_state_conflict", ship(d, "1")) // All of it is to go back.
	d.do(refundNews(d, "r1", payment.RefundFailed))
	d.refused(fault.Conflict, "order_on_hold", ship(d, "1"))
	d.do(func(o *order.Order) (order.Change, error) {
		return o.Lift("refund_failed:"+string(order.RefundIDFor(o.ID(), "r1")), d.by("staff:1"))
	})
	d.do(askBack(d, "r2", total-1))
	d.do(ship(d, "1")) // A cent stays, so the goods were not given back.
}

func TestLabels(t *testing.T) {
	d, _ := packed(t)
	d.refused(fault.Invalid, "shipment_invalid", ship(d, ""))
	d.refused(fault.Invalid, "shipment_invalid", ship(d, "a\nb"))
}

func TestParcels(t *testing.T) {
	d, _ := packed(t)
	mug := func(n int64) fulfillment.Line { return fulfillment.Line{SKU: "mug", Quantity: n} }
	for _, lines := range [][]fulfillment.Line{{mug(0)}, {mug(-1)}, {mug(3)}, {mug(1), mug(2)}, {{SKU: "cup", Quantity: 1}}, {mug(1), {SKU: "tea", Quantity: 2}}} {
		d.refused(fault.Invalid, "quantity_invalid", ship(d, "1", lines...))
	}
	c := d.do(ship(d, "1", mug(1)))
	if c.Kind != "partly_shipped" || !slices.Equal(c.Stock, []catalog.Move{{SKU: "mug", Kind: catalog.Sell, Quantity: 1}}) || !slices.Equal(messages(c), []string{"mail order_shipped"}) {
		t.Errorf("the first parcel: %+v", c)
	}
	d.again("the same carrier and number", ship(d, "1", mug(1)))
	if r := d.o.Record(); r.Status != order.Fulfilling || r.FulfillmentStatus() != "partially_fulfilled" || d.o.AllShipped() {
		t.Errorf("after it the order is %s, %s", r.Status, r.FulfillmentStatus())
	}
	d.refused(fault.Invalid, "quantity_invalid", ship(d, "2", mug(2)))
	d.refused(fault.Conflict, "order_state_conflict", func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(d.by("fulfillment")) })
	deliver := func(id fulfillment.ID) func(*order.Order) (order.Change, error) {
		return func(o *order.Order) (order.Change, error) { return o.Deliver(id, d.by("staff:1")) }
	}
	d.refused(fault.NotFound, "not_found", deliver("shp_2"))
	if c := d.do(deliver("shp_1")); c.Kind != "parcel_delivered" {
		t.Errorf("its delivery is %q", c.Kind)
	}
	d.again("its delivery", deliver("shp_1"))
	if c := d.do(ship(d, "2")); c.Kind != "shipped" || len(c.Stock) != 2 {
		t.Errorf("what was left: %+v", c)
	}
	if r := d.o.Record(); r.Status != order.Shipped || r.FulfillmentStatus() != "fulfilled" || !d.o.AllShipped() {
		t.Errorf("then the order is %s, %s", r.Status, r.FulfillmentStatus())
	}
	if c := d.do(deliver("shp_2")); c.Kind != "delivered" {
		t.Errorf("the last delivery is %q", c.Kind)
	}
	if r := d.o.Record(); r.Status != order.Delivered || r.FulfillmentStatus() != "delivered" {
		t.Errorf("in the end the order is %s, %s", r.Status, r.FulfillmentStatus())
	}
}

func TestMergedLinesOfAParcel(t *testing.T) {
	d, _ := packed(t)
	d.do(ship(d, "1", fulfillment.Line{SKU: "mug", Quantity: 1}, fulfillment.Line{SKU: "tea", Quantity: 1}, fulfillment.Line{SKU: "mug", Quantity: 1}))
	if got := d.o.Record().Shipments[0].Lines; !slices.Equal(got, []fulfillment.Line{{SKU: "mug", Quantity: 2}, {SKU: "tea", Quantity: 1}}) {
		t.Errorf("it holds %v", got)
	}
}

func TestTheMachineOfAnEndedOrderOrALaterTryStops(t *testing.T) {
	verbs := map[string]func(*desk, int) func(*order.Order) (order.Change, error){
		"prepare": func(d *desk, try int) func(*order.Order) (order.Change, error) {
			return func(o *order.Order) (order.Change, error) { return o.Prepare(try, d.by("fulfillment")) }
		},
		"await": func(d *desk, try int) func(*order.Order) (order.Change, error) {
			return func(o *order.Order) (order.Change, error) { return o.AwaitShipment(try, "t", d.by("fulfillment")) }
		},
	}
	for name, verb := range verbs {
		t.Run(name, func(t *testing.T) {
			d, _ := packed(t)
			d.refused(fault.Conflict, "order_cancelled", verb(d, 2))
			d.refused(fault.Conflict, "order_cancelled", verb(d, 0))
			d.do(cancel(d))
			d.refused(fault.Conflict, "order_cancelled", verb(d, 1))
		})
	}
	for _, s := range []order.Status{order.AwaitingPayment, order.PaymentProcessing, order.Expired} {
		d := in(t, s)
		for _, verb := range verbs {
			if _, err := d.try(verb(d, d.o.Record().Try)); !fault.Is(err, fault.Conflict) {
				t.Errorf("a machine goes on with a %s order: %v", s, err)
			}
		}
	}
}

func fail(d *desk, try int) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.FailFulfillment(try, d.by("fulfillment")) }
}

func TestAFailedMachineIsAHoldAndLiftingItBeginsTheNextTry(t *testing.T) {
	for _, s := range []order.Status{order.Confirmed, order.Fulfilling} {
		t.Run(string(s), func(t *testing.T) {
			d := in(t, s)
			d.do(fail(d, 1))
			d.again("failing", fail(d, 1))
			if d.o.Record().TaskIn != 0 || !d.o.Held("fulfillment_failed") {
				t.Errorf("it holds %v, its task in %d", d.o.Record().Holds, d.o.Record().TaskIn)
			}
			d.wait(time.Hour)
			if got := d.o.Overdue(d.now); slices.Contains(got, order.BeginAgain) {
				t.Errorf("while people look the sweep would %v", got)
			}
			c := d.do(func(o *order.Order) (order.Change, error) { return o.Lift("fulfillment_failed", d.by("staff:1")) })
			if len(c.Messages) != 1 || c.Messages[0].To != order.ToFulfillment || c.Messages[0].N != 2 || d.o.Record().Try != 2 {
				t.Errorf("lifting sends %+v, and try %d follows", c.Messages, d.o.Record().Try)
			}
			if got := d.o.Overdue(d.now.Add(5 * time.Minute)); !slices.Contains(got, order.BeginAgain) {
				t.Errorf("a message that is lost is not sent again: %v", got)
			}
			d.again("the first execution's failure, late", fail(d, 1))
			d.do(func(o *order.Order) (order.Change, error) { return o.Prepare(2, d.by("fulfillment")) })
			d.do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(2, "token-2", d.by("fulfillment")) })
			d.do(ship(d, "1"))
		})
	}
}

// in(Fulfilling) stops after Prepare: a machine that dies between its tasks is begun again too.
func TestAMachineThatDiesBetweenItsTasksIsNoticed(t *testing.T) {
	d := in(t, order.Fulfilling)
	if got := d.o.Overdue(d.now.Add(5 * time.Minute)); !slices.Contains(got, order.BeginAgain) {
		t.Errorf("after 5 minutes: %v", got)
	}
}

func TestTheMachineOfACancelledOrderIsDoneWithIt(t *testing.T) {
	d, _ := packed(t)
	d.do(cancel(d))
	if c := d.do(fail(d, 1)); c.Kind != "fulfillment_stopped" || len(d.o.Record().Holds) > 0 {
		t.Errorf("the change is %q, the holds %v", c.Kind, d.o.Record().Holds)
	}
	d.again("stopping", fail(d, 1))
	d, _ = paid(t)
	d.do(fail(d, 1))
	d.do(cancel(d))
	if d.o.Held("fulfillment_failed") {
		t.Error("a cancelled order waits for its machine")
	}
}

// The token may change after everything is shipped: then the new one is answered.
func TestATokenThatComesAfterShippingIsAnsweredToo(t *testing.T) {
	d, _ := packed(t)
	d.do(ship(d, "1"))
	d.wait(time.Minute).do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token-2", d.by("fulfillment")) })
	if got := d.o.Overdue(d.now.Add(2 * time.Minute)); !slices.Contains(got, order.AnswerTask) || d.o.Record().TaskIn != len(d.chain) {
		t.Errorf("the sweep would %v with change %d", got, d.o.Record().TaskIn)
	}
	closes := func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(d.by("fulfillment")) }
	d.do(closes)
	d.again("closing", closes)
}

func TestFinishOnlyEndsWhatWasDelivered(t *testing.T) {
	for _, s := range stored() {
		d := in(t, s)
		finish := func(o *order.Order) (order.Change, error) { return o.Finish(d.by("sweep")) }
		switch s {
		case order.Delivered:
			d.do(finish)
		case order.Completed:
			d.again("finishing", finish)
		case order.Created, order.AwaitingPayment, order.PaymentProcessing, order.Confirmed, order.Fulfilling, order.Shipped, order.Expired, order.Cancelled:
			d.refused(fault.Conflict, "order_state_conflict", finish)
		}
	}
}

func ExampleOrder_Overdue() {
	d := placed(quietly{}, quote())
	fmt.Println(d.o.Overdue(noon), d.o.Overdue(noon.Add(30*time.Minute)))
	// Output: [] [end_unpaid]
}

// quietly is a tester where there is none.
type quietly struct{}

func (quietly) Helper() {}

func (quietly) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
