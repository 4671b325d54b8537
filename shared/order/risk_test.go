package order_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// watched is an order that people are to look at by two rules, and if its gateway finds as much.
func watched(t tester, watch payment.Risk, rules ...string) *desk {
	t.Helper()
	d := &desk{t: t, now: noon}
	d.o = &order.Order{}
	d.do(func(*order.Order) (c order.Change, err error) {
		d.o, c, err = order.New(order.Placement{Key: "k1", Print: "p1", Quote: wish{mugs: 1, teas: 1}.quoted(), Country: "DE", Customer: "cus_1",
			Contact: map[string][]byte{"email": {1}}, Hold: 30 * time.Minute, Review: rules, Watch: watch}, d.by("shopper"))
		return c, err
	})
	return d
}

func keys(d *desk) (out []string) {
	for _, h := range d.o.Record().Holds {
		if h.By == "shopper" {
			d.t.Fatalf("the shopper put %s", h.Key)
		}
		out = append(out, h.Key)
	}
	return out
}

func TestAnOrderIsHeldByEveryRuleThatAsksForALook(t *testing.T) {
	d := watched(t, "", "abroad", "large")
	if got, want := keys(d), []string{"fraud_review:abroad", "fraud_review:large"}; !slices.Equal(got, want) {
		t.Fatalf("it is held by %q", got)
	}
	a := begun(d, "k2")
	d.do(news(d, facts(d, a, payment.Captured)))
	d.is(order.Confirmed, "paid")
	d.do(func(o *order.Order) (order.Change, error) { return o.Prepare(1, d.by("fulfillment")) })
	d.do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token-1", d.by("fulfillment")) })
	d.refused(fault.Conflict, "order_on_hold", shipAll(d, "1"))
	for _, key := range keys(d) {
		d.refused(fault.Conflict, "order_on_hold", shipAll(d, "1"))
		d.do(func(o *order.Order) (order.Change, error) { return o.Lift(key, d.by("staff:1")) })
	}
	d.do(shipAll(d, "1"))
}

func TestAnUnpaidOrderThatIsLookedAtEndsWithItsTime(t *testing.T) {
	d := watched(t, payment.RiskElevated, "large")
	d.wait(31 * time.Minute).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
	d.is(order.Expired, "unpaid")
}

func TestAnEditHoldsForWhatItBringsAndLiftsNothing(t *testing.T) {
	d := watched(t, payment.RiskHighest, "large")
	edit := func(mugs int64, watch payment.Risk, rules ...string) func(*order.Order) (order.Change, error) {
		return func(o *order.Order) (order.Change, error) {
			r := o.Record()
			return o.Edit(order.Edition{Version: r.Version(), Quote: wish{mugs: mugs, teas: 1}.quoted(), Country: "DE", Review: rules, Watch: watch}, d.by("shopper"))
		}
	}
	d.do(edit(2, payment.RiskElevated, "abroad"))
	d.do(edit(3, payment.RiskHighest))
	if got := keys(d); !slices.Equal(got, []string{"fraud_review:large", "fraud_review:abroad"}) || d.o.Record().Watch != payment.RiskElevated {
		t.Errorf("it is held by %q and watched for %q", got, d.o.Record().Watch)
	}
	d.again("an edit that changes nothing", edit(3, "", "new"))
	d.do(func(o *order.Order) (order.Change, error) { return o.Lift("fraud_review:abroad", d.by("staff:1")) })
	d.do(edit(2, "", "abroad")) // Another order than the one that staff have seen.
	if got := keys(d); !slices.Contains(got, "fraud_review:abroad") {
		t.Errorf("it is held by %q", got)
	}
}

func TestWhatAGatewayFindsHoldsAnOrderThatIsWatchedForItOnce(t *testing.T) {
	for _, tt := range []struct {
		watch, found payment.Risk
		held         bool
	}{
		{"", payment.RiskHighest, false}, {payment.RiskHighest, payment.RiskElevated, false}, {payment.RiskElevated, "", false},
		{payment.RiskElevated, payment.RiskElevated, true}, {payment.RiskElevated, payment.RiskHighest, true}, {payment.RiskHighest, payment.RiskHighest, true},
	} {
		d := watched(t, tt.watch)
		a := begun(d, "k2")
		f := facts(d, a, payment.Captured)
		f.Risk = tt.found
		if c := d.do(news(d, f)); c.Kind != "confirmed" {
			t.Errorf("it is %q", c.Kind)
		}
		key := "gateway_risk:" + string(tt.found)
		if d.o.Held(key) != tt.held {
			t.Errorf("watched for %q, found %q: held %v", tt.watch, tt.found, d.o.Held(key))
		}
		if tt.held {
			d.do(func(o *order.Order) (order.Change, error) { return o.Lift(key, d.by("staff:1")) })
		}
		d.again("what staff have seen", news(d, f))
	}
	d := watched(t, payment.RiskElevated)
	a := begun(d, "k2")
	f := facts(d, a, payment.Captured)
	d.do(news(d, f))
	for _, found := range []payment.Risk{payment.RiskElevated, payment.RiskHighest} { // It thinks again, and worse of it.
		f.Risk = found
		if c := d.do(news(d, f)); c.Kind != "gateway_risk" || !d.o.Held("gateway_risk:"+string(found)) {
			t.Errorf("found %s: %q", found, c.Kind)
		}
	}
	f.Risk = payment.RiskElevated
	d.again("a milder finding", news(d, f))
}
