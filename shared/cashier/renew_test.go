package cashier_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"till/shared/cashier"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// renewing is a gateway that keeps promised money aside for three days, and for three more each time.
type renewing struct{ *gateway }

func (g renewing) Renew(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("renew", a, func(f *payment.Facts) {
		if f.Renewable && !f.Sure.After(a.Sure) {
			f.Sure = f.Sure.Add(3 * 24 * time.Hour)
		}
	})
}

const days = 24 * time.Hour

// kept is an order whose promised money is kept aside for three days of twenty-nine.
func kept(t *testing.T) (*counter, payment.AttemptID) {
	t.Helper()
	c := open(t)
	c.Cashier.Gateway = func(context.Context, string) (payment.Gateway, error) { return renewing{c.gate}, nil }
	a := c.promise()
	c.gate.tell(a, func(f *payment.Facts) {
		f.CaptureBefore, f.Sure, f.Renewable = noon.Add(29*days), noon.Add(3*days), true
	})
	c.settle(a)
	return c, a
}

func TestPromisedMoneyIsRenewedOnceItsTimeIsOver(t *testing.T) {
	for name, row := range map[string]struct {
		strike  error
		after   bool // The first call had its effect.
		failed  bool
		limbo   bool
		refused bool
		calls   int // With the sweep's, in the end.
	}{
		"it is renewed":                      {calls: 1},
		"its answer is lost":                 {strike: of(fault.Unknown), after: true, failed: true, limbo: true, calls: 2},
		"nobody knows, and it did not come":  {strike: of(fault.Unknown), failed: true, limbo: true, calls: 2},
		"it did not happen":                  {strike: of(fault.Unavailable), failed: true, calls: 2},
		"our call was wrong":                 {strike: of(fault.Internal), failed: true, limbo: true, calls: 2},
		"the gateway does not vouch anymore": {strike: of(fault.Declined), refused: true, calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, a := kept(t)
			c.wait(3*days - time.Minute)
			if _, err := c.Renew(t.Context(), c.order(), who); err != nil || c.gate.times("renew") != 0 || slices.Contains(c.order().Overdue(c.clock()), order.Renew) {
				t.Fatalf("%d calls while it is kept aside, %v", c.gate.times("renew"), err)
			}
			c.wait(time.Minute)
			if !slices.Contains(c.order().Overdue(c.clock()), order.Renew) {
				t.Fatal("nobody is to renew it")
			}
			if row.strike != nil {
				c.gate.say = once("renew", row.after, row.strike)
			}
			_, err := c.Renew(t.Context(), c.order(), who)
			if (err != nil) != row.failed || err != nil && fault.KindOf(err) != fault.KindOf(row.strike) {
				t.Fatalf("got %v", err)
			}
			if l := c.order().Limbo(); len(l) > 0 != row.limbo || row.limbo && (l[0].What != "renewal" || l[0].ID != string(a)) {
				t.Errorf("in limbo are %+v", l)
			}
			c.gate.say = nil
			for range 3 { // The sweep's minutes.
				c.wait(2 * time.Minute)
				if slices.Contains(c.order().Overdue(c.clock()), order.Renew) {
					if _, err := c.Renew(t.Context(), c.order(), who); err != nil {
						t.Fatal(err)
					}
				}
			}
			got, _ := c.order().Attempt(a)
			if c.gate.times("renew") != row.calls || c.order().Held("renewal_refused") != row.refused || len(c.order().Limbo()) != 0 {
				t.Errorf("%d calls, held: %v", c.gate.times("renew"), c.order().Held("renewal_refused"))
			}
			if !row.refused && (got.Renewal != payment.Renewal{Done: 1} || !got.Sure.Equal(noon.Add(6*days))) {
				t.Errorf("the attempt is %+v", got)
			}
			if taken, err := c.take(order.NewCapture{Key: "c1"}); err != nil || taken.State != payment.CaptureSucceeded {
				t.Errorf("got %+v, %v", taken, err)
			}
			if got, _ = c.order().Attempt(a); c.order().Held("renewal_refused") || !got.Sure.IsZero() || got.Renewal != (payment.Renewal{}) {
				t.Errorf("once it is taken: %+v", got)
			}
			c.taken(total)
		})
	}
}

// TestAPromiseIsRenewedEachTime until the gateway refuses: then its money is as certain as after the last time, and the order goes on.
func TestAPromiseIsRenewedEachTime(t *testing.T) {
	c, a := kept(t)
	for n := 1; n <= 3; n++ {
		c.wait(3 * days)
		if _, err := c.Renew(t.Context(), c.order(), who); err != nil {
			t.Fatal(err)
		}
		if got, _ := c.order().Attempt(a); got.Renewal != (payment.Renewal{Done: n}) || !got.Sure.Equal(noon.Add(time.Duration(3+3*n)*days)) || c.gate.times("renew") != n {
			t.Fatalf("after %d times: %+v", n, got)
		}
		if n == 2 { // What was heard before the last time comes late.
			c.gate.tell(a, func(f *payment.Facts) { f.Sure = noon.Add(3 * days) })
			c.settle(a)
			c.gate.tell(a, func(f *payment.Facts) { f.Sure = noon.Add(9 * days) })
		}
	}
	c.wait(3 * days)
	c.gate.say = once("renew", false, of(fault.Declined))
	if _, err := c.Renew(t.Context(), c.order(), who); err != nil {
		t.Fatal(err)
	}
	c.wait(3 * days)
	got, _ := c.order().Attempt(a)
	if _, due := c.order().ToRenew(c.clock()); due || c.order().Held("renewal_refused") || got.Renewal.Refused == "" || len(c.order().Limbo()) != 0 {
		t.Errorf("due: %v, held: %v, %+v", due, c.order().Held("renewal_refused"), got.Renewal)
	}
	if taken, err := c.take(order.NewCapture{Key: "c1"}); err != nil || taken.State != payment.CaptureSucceeded || c.gate.times("renew") != 4 {
		t.Errorf("got %+v, %v", taken, err)
	}
	c.taken(total)
}

func TestACaptureAfterThatTimeRenewsFirst(t *testing.T) {
	for name, strike := range map[string]error{"renewed": nil, "down": of(fault.Unavailable), "lost": of(fault.Unknown), "refused": of(fault.Declined)} {
		c, _ := kept(t)
		c.wait(4 * days)
		if strike != nil {
			c.gate.say = once("renew", false, strike)
		}
		if taken, err := c.take(order.NewCapture{Key: "c1"}); err != nil || taken.State != payment.CaptureSucceeded || c.gate.times("renew") != 1 {
			t.Errorf("%s: got %+v after %d renewals, %v", name, taken, c.gate.times("renew"), err)
		}
		c.taken(total)
	}
}

func TestNobodyRenewsWhatIsGivenUpOrCannotBe(t *testing.T) {
	c, a := kept(t)
	c.wait(4 * days)
	c.Cashier.Gateway = func(context.Context, string) (payment.Gateway, error) { return c.gate, nil }
	if o, err := c.Renew(t.Context(), c.order(), who); err != nil || o == nil {
		t.Errorf("at a gateway that renews nothing: %v", err)
	}
	c.Cashier.Gateway = func(context.Context, string) (payment.Gateway, error) { return renewing{c.gate}, nil }
	c.gate.say = always("close", of(fault.Unavailable))
	if _, err := c.Void(t.Context(), c.order(), nil, who); err != nil {
		t.Fatal(err)
	}
	if _, due := c.order().ToRenew(c.clock()); due {
		t.Errorf("%s is to be renewed and given up", a)
	}
	if _, err := (cashier.Cashier{Book: c.Book, Gateway: c.Cashier.Gateway, Now: c.clock}).Renew(t.Context(), c.order(), who); err != nil || c.gate.times("renew") != 0 {
		t.Errorf("%d renewals, %v", c.gate.times("renew"), err)
	}
}
