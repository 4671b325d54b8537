package cashier_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// paid is an order that was paid, with a refund of 1,000 stored and not sent.
func paid(t *testing.T) (c *counter, a payment.AttemptID, refund payment.RefundID) {
	t.Helper()
	c = open(t)
	a = c.begin("k1")
	c.gate.tell(a, pays)
	c.settle(a)
	c.change(func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 1000}, c.by1())
	})
	return c, a, order.RefundIDFor(c.id, "r1")
}

// given is how much, and in how many refunds, the gateway gave back of an attempt.
func (c *counter) given(a payment.AttemptID) (sum int64, n int) {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	for _, r := range c.gate.payments[a].Refunds {
		sum += r.Amount
	}
	return sum, len(c.gate.payments[a].Refunds)
}

func (c *counter) refundIs(id payment.RefundID, want payment.RefundState) {
	c.Helper()
	if got, _ := c.order().Refund(id); got.State != want {
		c.Fatalf("the refund is %+v, want it %s", got, want)
	}
}

func TestRefund(t *testing.T) {
	c, a, id := paid(t)
	for range 3 { // Repeats give the money back once.
		if _, err := c.Refund(t.Context(), c.id, id, who); err != nil {
			t.Fatal(err)
		}
	}
	c.refundIs(id, payment.RefundSucceeded)
	if sum, n := c.given(a); sum != 1000 || n != 1 || c.gate.times("refund") != 1 {
		t.Errorf("%d went back in %d refunds; calls %v", sum, n, c.gate.calls)
	}
	if _, err := c.Refund(t.Context(), c.id, "ref_none", who); !fault.Is(err, fault.NotFound) {
		t.Errorf("no refund: %v", err)
	}
}

// Lesson 24: the refund's row stays, its outcome is unknown, and the same key finds it.
func TestARefundWhoseAnswerWasLostIsFoundAndNotMadeTwice(t *testing.T) {
	for _, after := range []bool{false, true} {
		for _, wait := range []time.Duration{time.Minute, 13 * time.Hour, 48 * time.Hour} {
			c, a, id := paid(t)
			c.gate.say = once("refund", after, of(fault.Unknown))
			if _, err := c.Refund(t.Context(), c.id, id, who); !fault.Is(err, fault.Unknown) {
				t.Errorf("got %v", err)
			}
			c.refundIs(id, payment.RefundUnknown)
			c.wait(wait)
			if _, err := c.Refund(t.Context(), c.id, id, who); err != nil {
				t.Fatal(err)
			}
			c.refundIs(id, payment.RefundSucceeded)
			if sum, n := c.given(a); sum != 1000 || n != 1 {
				t.Errorf("%d went back in %d refunds", sum, n)
			}
			if asked := c.gate.times("fetch_refund") > 0; asked != (wait > 12*time.Hour) {
				t.Errorf("after %v the calls are %v: an old key is asked for first", wait, c.gate.calls)
			}
		}
	}
}

// Lesson 25: a refusal is final, frees the amount and tells staff.
func TestARefusedRefundFails(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Declined, fault.Invalid, fault.Conflict, fault.NotFound} {
		c, a, id := paid(t)
		c.gate.say = once("refund", false, of(kind))
		o, err := c.Refund(t.Context(), c.id, id, who)
		if err != nil {
			t.Fatal(err)
		}
		c.refundIs(id, payment.RefundFailed)
		if !o.Held("refund_failed:"+string(id)) || o.Record().Due.IsZero() {
			t.Errorf("it holds %v", o.Record().Holds)
		}
		c.change(func(o *order.Order) (order.Change, error) {
			return o.RequestRefund(order.NewRefund{Key: "r2", Amount: total}, c.by1())
		})
		if _, err := c.Refund(t.Context(), c.id, order.RefundIDFor(c.id, "r2"), who); err != nil {
			t.Fatal(err)
		}
		if sum, n := c.given(a); sum != total || n != 1 {
			t.Errorf("%d went back in %d refunds", sum, n)
		}
	}
}

func TestARefundThatDidNotHappenStaysDue(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Unavailable, fault.Internal} {
		c, _, id := paid(t)
		c.gate.say = once("refund", false, of(kind))
		if _, err := c.Refund(t.Context(), c.id, id, who); !fault.Is(err, kind) {
			t.Errorf("got %v", err)
		}
		c.refundIs(id, payment.RefundRequested)
		if c.order().Record().Due.IsZero() {
			t.Error("nobody comes back to it")
		}
	}
}

func TestAPendingRefundIsAskedAbout(t *testing.T) {
	c, a, id := paid(t)
	c.change(func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(a, payment.RefundFacts{ID: id, Ref: "re_" + string(id), State: payment.RefundPending, Amount: 1000}, c.by1())
	})
	c.gate.tell(a, func(f *payment.Facts) {
		f.Refunds = []payment.RefundFacts{{ID: id, Ref: "re_" + string(id), State: payment.RefundFailed, Amount: 1000}}
	})
	if _, err := c.Refund(t.Context(), c.id, id, who); err != nil {
		t.Fatal(err)
	}
	c.refundIs(id, payment.RefundFailed)
	if c.gate.times("refund") != 0 {
		t.Errorf("it was posted again: %v", c.gate.calls)
	}
}

func TestManySendOneRefund(t *testing.T) {
	c, a, id := paid(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := c.Refund(t.Context(), c.id, id, who); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c.refundIs(id, payment.RefundSucceeded)
	if sum, n := c.given(a); sum != 1000 || n != 1 || c.order().Record().N != 6 {
		t.Errorf("%d went back in %d refunds, in %d changes", sum, n, c.order().Record().N)
	}
}

// flow is the fulfillment machine as Ending sees it.
type flow struct {
	stopped []string
	err     error
}

func (c *counter) ending(f *flow) cashier.Ending {
	return cashier.Ending{Task: c.store.Change, Stop: func(_ context.Context, token string) error {
		f.stopped = append(f.stopped, token)
		return f.err
	}}
}

func TestCancel(t *testing.T) {
	tests := []struct {
		name  string
		make  func(t *testing.T) *counter
		code  string
		given int64
	}{
		{"an order that nobody paid", open, "", 0},
		{"an order whose page is open: it is closed first", func(t *testing.T) *counter { c := open(t); c.begin("k1"); return c }, "", 0},
		{"an order that is paid in this moment: the money goes back", func(t *testing.T) *counter {
			c := open(t)
			c.gate.tell(c.begin("k1"), pays)
			return c
		}, "", total},
		{"a paid order with a refund under way: all of it goes back", func(t *testing.T) *counter { c, _, _ := paid(t); return c }, "", total},
		{"an order whose payment is being made", func(t *testing.T) *counter {
			c := open(t)
			c.gate.tell(c.begin("k1"), becomes(payment.Processing))
			return c
		}, "payment_in_progress", 0},
		{"an order whose payment never began, and is refused", func(t *testing.T) *counter {
			c := open(t)
			c.change(func(o *order.Order) (order.Change, error) {
				return o.StartPayment(wants("k1", payment.Hosted), c.by1())
			})
			c.gate.say = once("start", false, of(fault.Declined))
			return c
		}, "", 0},
		{"an order that has expired", func(t *testing.T) *counter {
			c := open(t)
			c.wait(time.Hour)
			c.change(func(o *order.Order) (order.Change, error) { return o.Expire(c.by1()) })
			return c
		}, "order_state_conflict", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, f := tt.make(t), &flow{}
			for range 2 { // A repeat has the same answer.
				o, err := c.ending(f).Cancel(t.Context(), c.Cashier, c.order(), who)
				if fault.Code(err) != tt.code || tt.code == "" && o.Record().Status != order.Cancelled {
					t.Fatalf("got %v", err)
				}
			}
			given := int64(0)
			for a := range c.gate.payments {
				sum, _ := c.given(a)
				given += sum
			}
			if r := c.order().Record(); given != tt.given || r.Refunded() != tt.given {
				t.Errorf("%d went back, %d by our books, want %d", given, r.Refunded(), tt.given)
			}
			if tt.code == "" {
				c.stock(catalog.Stock{Free: 2})
			}
			if len(f.stopped) != 0 {
				t.Errorf("a machine that does not wait was told %v", f.stopped)
			}
		})
	}
}

func TestCancelTellsTheMachineThatWaits(t *testing.T) {
	for _, failure := range []error{nil, of(fault.Unavailable), of(fault.Conflict), of(fault.NotFound)} {
		c, _, _ := paid(t)
		c.change(func(o *order.Order) (order.Change, error) { return o.Prepare(1, c.by1()) })
		c.change(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token-1", c.by1()) })
		f := &flow{err: failure}
		o, err := c.ending(f).Cancel(t.Context(), c.Cashier, c.order(), who)
		if err != nil || o.Record().Status != order.Cancelled || len(f.stopped) != 1 || f.stopped[0] != "token-1" {
			t.Errorf("got %v; told %v", err, f.stopped)
		}
		if c.order().Record().Due.IsZero() {
			t.Error("a machine that may not know is on no list")
		}
	}
}

func TestCancelWhileTheGatewayIsDown(t *testing.T) {
	c, a, _ := paid(t)
	c.gate.say = func(call string, _ bool) error {
		if call == "refund" {
			return of(fault.Unavailable)
		}
		return nil
	}
	o, err := c.ending(&flow{}).Cancel(t.Context(), c.Cashier, c.order(), who)
	if err != nil || o.Record().Status != order.Cancelled || len(o.OpenRefunds()) != 2 || o.Record().Due.IsZero() {
		t.Errorf("got %v", err)
	}
	if sum, _ := c.given(a); sum != 0 {
		t.Errorf("%d went back", sum)
	}
}
