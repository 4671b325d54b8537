package order_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/payment"
)

func cancel(d *desk) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) }
}

func shipAll(d *desk, number string) func(*order.Order) (order.Change, error) {
	return ship(d, number)
}

func ship(d *desk, number string, lines ...fulfillment.Line) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: number, Lines: lines}, d.by("staff:1"))
	}
}

// in gives an order in a status.
func in(t *testing.T, s order.Status) *desk {
	t.Helper()
	d := place(t)
	a := order.AttemptIDFor(d.o.ID(), "k1")
	switch s {
	case order.Expired:
		d.wait(time.Hour).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
	case order.Cancelled:
		d.do(cancel(d))
	case order.Created:
		t.Fatal("no stored order is created")
	case order.AwaitingPayment, order.PaymentProcessing, order.Confirmed, order.Fulfilling, order.Shipped, order.Delivered, order.Completed:
		for _, step := range life(d, a) {
			if d.o.Record().Status == s {
				break
			}
			d.wait(time.Second).do(step.verb)
		}
	}
	if got := d.o.Record().Status; got != s {
		t.Fatalf("the order is %s, want %s", got, s)
	}
	return d
}

func stored() []order.Status {
	return slices.DeleteFunc(order.Statuses(), func(s order.Status) bool { return s == order.Created })
}

// TestCancelFromEachStatus: I10, stock goes back once, and captured money with it.
func TestCancelFromEachStatus(t *testing.T) {
	back := []catalog.Move{{SKU: "mug", Kind: catalog.Release, Quantity: 2}, {SKU: "tea", Kind: catalog.Release, Quantity: 1}}
	for _, s := range stored() {
		t.Run(string(s), func(t *testing.T) {
			d := in(t, s)
			switch s {
			case order.AwaitingPayment, order.Confirmed, order.Fulfilling:
				c := d.do(cancel(d))
				if c.Kind != "cancelled" || !slices.Equal(c.Stock, back) || !slices.Equal(messages(c), []string{"mail order_cancelled"}) {
					t.Errorf("the change is %+v", c)
				}
				if r := d.o.Record(); s != order.AwaitingPayment && (len(r.Refunds) != 1 || r.Refunds[0].Amount != total || r.Refunds[0].Cause != payment.OrderCancelled) {
					t.Errorf("the refunds are %+v", r.Refunds)
				}
				d.again("cancelling", cancel(d))
			case order.PaymentProcessing:
				d.refused(fault.Conflict, "payment_in_progress", cancel(d))
			case order.Cancelled:
				d.again("cancelling", cancel(d))
			case order.Created, order.Shipped, order.Delivered, order.Completed, order.Expired:
				d.refused(fault.Conflict, "order_state_conflict", cancel(d))
			}
		})
	}
}

func TestCancelAfterAPartialRefundGivesBackTheRest(t *testing.T) {
	d, _ := packed(t)
	d.do(askBack(d, "r1", 1000))
	d.do(cancel(d))
	r := d.o.Record()
	if len(r.Refunds) != 2 || r.Refunds[1].Amount != total-1000 || r.Refunds[0].Goods+r.Refunds[1].Goods != 2500 ||
		r.Refunds[0].Shipping+r.Refunds[1].Shipping != 490 || r.Refunds[0].Tax+r.Refunds[1].Tax != 568 {
		t.Errorf("the refunds are %+v", r.Refunds)
	}
	if got := d.o.Overdue(d.now.Add(3 * time.Minute)); !slices.Contains(got, order.AnswerTask) {
		t.Errorf("the waiting machine is not told: %v", got)
	}
}

func TestAnOrderOfWhichAParcelIsOutIsNotCancelled(t *testing.T) {
	d, _ := packed(t)
	d.do(ship(d, "1", fulfillment.Line{SKU: "mug", Quantity: 1}))
	d.refused(fault.Conflict, "order_state_conflict", cancel(d))
}

func TestExpireFromEachStatus(t *testing.T) {
	for _, s := range stored() {
		t.Run(string(s), func(t *testing.T) {
			d := in(t, s)
			d.wait(20 * 24 * time.Hour)
			expire := func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) }
			switch s {
			case order.AwaitingPayment:
				if c := d.do(expire); len(c.Stock) != 2 || c.Stock[0].Kind != catalog.Release {
					t.Errorf("its stock: %v", c.Stock)
				}
				d.again("expiring", expire)
				if due := d.o.Record().Due; !due.IsZero() {
					t.Errorf("an end is due at %v", due)
				}
			case order.Expired:
				d.again("expiring", expire)
			case order.Created, order.PaymentProcessing, order.Confirmed, order.Fulfilling, order.Shipped, order.Delivered, order.Completed, order.Cancelled:
				d.refused(fault.Conflict, "order_state_conflict", expire)
			}
		})
	}
}

func TestNothingExpiresEarlyOrWhileItCanBePaid(t *testing.T) {
	d := place(t)
	expire := func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) }
	d.wait(30*time.Minute - time.Millisecond)
	d.refused(fault.Conflict, "order_state_conflict", expire)
	a := begun(d, "k1")
	d.wait(time.Hour)
	d.refused(fault.Conflict, "order_state_conflict", expire)
	d.do(news(d, facts(d, a, payment.Expired)))
	d.do(expire)
}

func TestHolds(t *testing.T) {
	put := func(d *desk, key string) func(*order.Order) (order.Change, error) {
		return func(o *order.Order) (order.Change, error) { return o.Hold(key, nil, d.by("staff:1")) }
	}
	for _, s := range stored() {
		d := in(t, s)
		if s.Ended() {
			d.refused(fault.Conflict, "order_state_conflict", put(d, "manual"))
			continue
		}
		d.do(put(d, "manual"))
		d.again("holding", put(d, "manual"))
		if got := d.o.Record().Status; got != s {
			t.Errorf("a hold made a %s order %s", s, got)
		}
		lift := func(o *order.Order) (order.Change, error) { return o.Lift("manual", d.by("staff:2")) }
		d.do(lift)
		d.again("lifting", lift)
	}
	d := place(t)
	for _, key := range []string{"", "Manual", "9", "a b", "a:", "a:b c", "a:" + string(make([]byte, 3)), "fulfillment_failed", "x\n"} {
		d.refused(fault.Invalid, "hold_invalid", put(d, key))
	}
	for i := range 20 {
		d.do(put(d, "manual:"+string(rune('a'+i))))
	}
	d.refused(fault.Invalid, "hold_invalid", put(d, "one_more"))
	d.again("a hold of a full set", put(d, "manual:a"))
}
