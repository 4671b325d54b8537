package cashier_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

func TestSettle(t *testing.T) {
	tests := []struct {
		name   string
		change func(*payment.Facts)
		status order.Status
		state  payment.State
	}{
		{"what was paid confirms the order", pays, order.Confirmed, payment.Captured},
		{"what is being paid makes it wait", becomes(payment.Processing), order.PaymentProcessing, payment.Processing},
		{"a page that ran out leaves it payable", becomes(payment.Expired), order.AwaitingPayment, payment.Expired},
		{"a declined card leaves the page open", func(f *payment.Facts) { f.LastError = "card_declined" }, order.AwaitingPayment, payment.RequiresAction},
		{"another amount is held", func(f *payment.Facts) { pays(f); f.Captured-- }, order.AwaitingPayment, payment.Captured},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t)
			a := c.begin("k1")
			c.gate.tell(a, tt.change)
			if !c.settle(a) {
				t.Error("there was no news")
			}
			c.is(tt.status, a, tt.state)
			if c.settle(a) {
				t.Error("the same again was news")
			}
		})
	}
}

// Lessons 8 and 15: webhook, return page and sweep settle the same attempt at once: one confirmation, one sale.
func TestLesson03SimultaneousDeliveriesOfOnePaymentConfirmOneOrderOnce(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, pays)
	var all sync.WaitGroup
	news := make(chan bool, 5)
	for i := range cap(news) {
		all.Go(func() {
			_, kind, err := c.Settle(t.Context(), c.id, a, cashier.Who{Who: "gateway:stripe", Cause: fmt.Sprint("evt_", i)})
			if err != nil {
				t.Error(err)
			}
			news <- kind != ""
		})
	}
	all.Wait()
	close(news)
	told := 0
	for fresh := range news {
		if fresh {
			told++
		}
	}
	changes, err := c.store.Changes(t.Context(), c.id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	confirmed := 0
	for _, change := range changes {
		if change.Kind == "confirmed" {
			confirmed++
		}
	}
	if confirmed != 1 || told != 1 {
		t.Errorf("%d confirmations, %d were told of news", confirmed, told)
	}
	c.is(order.Confirmed, a, payment.Captured)
}

// I22 under a storm: many tabs, two ways to pay, and only one payment that can be charged.
func TestLesson05ManyTabsOpenOnePayment(t *testing.T) {
	c := open(t)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			mode := []payment.Mode{payment.Hosted, payment.Embedded}[i%2]
			key := string(rune('a' + i))
			o, err := c.store.Order(t.Context(), c.id)
			if err != nil {
				t.Error(err)
				return
			}
			if _, _, err := c.Begin(t.Context(), o, wants(key, mode), who); err != nil && !fault.Is(err, fault.Conflict, fault.TooMany) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := c.gate.chargeable(); n > 1 {
		t.Errorf("I22: %d payments can be charged", n)
	}
}

func TestSettleOfNoAttempt(t *testing.T) {
	c := open(t)
	if _, _, err := c.Settle(t.Context(), c.id, "pay_none", who); fault.Code(err) != "attempt_unknown" {
		t.Errorf("got %v", err)
	}
	if _, _, err := c.Settle(t.Context(), order.IDFor("none"), "pay_none", who); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

// unknown is an order with an attempt whose answer was lost, done at the gateway or not.
func unknown(t *testing.T, done bool) (*counter, payment.AttemptID) {
	t.Helper()
	c := open(t)
	c.gate.say = once("start", done, of(fault.Unknown))
	if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Unknown) {
		t.Fatal(err)
	}
	return c, order.AttemptIDFor(c.id, "k1")
}

// Lesson 18: unknown is resolved by asking, and "there is no such thing" is an answer.
func TestUnknownIsResolvedByAsking(t *testing.T) {
	t.Run("it is begun again with its key, and so its references are learnt", func(t *testing.T) {
		c, a := unknown(t, true)
		c.settle(a)
		c.is(order.AwaitingPayment, a, payment.RequiresAction)
	})
	t.Run("a refusal of that ends it", func(t *testing.T) {
		c, a := unknown(t, false)
		c.gate.say = once("start", false, of(fault.Declined))
		c.settle(a)
		c.is(order.AwaitingPayment, a, payment.Failed)
	})
	t.Run("a gateway that is down leaves it unknown", func(t *testing.T) {
		for _, kind := range []fault.Kind{fault.Unavailable, fault.Internal} {
			c, a := unknown(t, false)
			c.gate.say = once("start", false, of(kind))
			if _, _, err := c.Settle(t.Context(), c.id, a, who); !fault.Is(err, kind) {
				t.Errorf("got %v", err)
			}
			c.is(order.AwaitingPayment, a, payment.Unknown)
		}
	})
}

func TestWhatNobodyKnowsOfIsGone(t *testing.T) {
	t.Run("one whose key answers with a failure for ever is looked for", func(t *testing.T) {
		for _, there := range []bool{true, false} {
			c, a := unknown(t, there)
			c.gate.say = func(call string, done bool) error {
				if call == "start" && !done {
					return of(fault.Unknown)
				}
				return nil
			}
			c.settle(a)
			if there {
				c.is(order.AwaitingPayment, a, payment.RequiresAction)
			} else {
				c.is(order.AwaitingPayment, a, payment.Expired)
			}
		}
	})
	t.Run("one whose first call may be running is not given up", func(t *testing.T) {
		c := open(t)
		c.change(func(o *order.Order) (order.Change, error) {
			return o.StartPayment(wants("k1", payment.Hosted), c.by1())
		})
		c.gate.say = once("start", false, of(fault.Unknown))
		if _, err := c.Close(t.Context(), c.id, who); fault.Code(err) != "payment_in_progress" {
			t.Errorf("got %v", err)
		}
		c.is(order.AwaitingPayment, order.AttemptIDFor(c.id, "k1"), payment.Unknown)
	})
	t.Run("one that is older than its key is gone, and is not begun again", func(t *testing.T) {
		c, a := unknown(t, false)
		c.wait(24*time.Hour + time.Second)
		c.settle(a)
		c.is(order.AwaitingPayment, a, payment.Expired)
		if c.gate.times("start") != 1 {
			t.Errorf("calls %v", c.gate.calls)
		}
	})
	t.Run("one that the gateway does not know is gone", func(t *testing.T) {
		c := open(t)
		a := c.begin("k1")
		c.gate.mu.Lock()
		delete(c.gate.payments, a)
		c.gate.mu.Unlock()
		c.settle(a)
		c.is(order.AwaitingPayment, a, payment.Expired)
	})
}

// Money is never kept in silence: not even on an attempt that was refused, and of which we know no reference.
func TestMoneyOnAnAttemptThatWasRefused(t *testing.T) {
	c := open(t)
	c.gate.say = once("start", true, of(fault.Declined))
	if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Declined) {
		t.Fatal(err)
	}
	a := order.AttemptIDFor(c.id, "k1")
	c.is(order.AwaitingPayment, a, payment.Failed)
	c.gate.tell(a, pays)
	c.settle(a)
	c.is(order.Confirmed, a, payment.Captured)
}

// Lesson 17: a slow method failed days later. The gateway's page is closed, and the shopper may pay anew.
func TestASlowPaymentThatFailsIsClosed(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, becomes(payment.Processing))
	c.settle(a)
	c.wait(3 * 24 * time.Hour)
	c.gate.tell(a, func(f *payment.Facts) { f.State, f.LastError = payment.RequiresAction, "debit_not_authorized" })
	c.settle(a)
	c.is(order.AwaitingPayment, a, payment.Expired)
	c.is(order.AwaitingPayment, c.begin("k2"), payment.RequiresAction)
}

// I22: money on an attempt that had ended leaves a later one open; that is closed at once.
func TestASpareAttemptIsClosed(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	c.gate.tell(first, becomes(payment.Expired))
	second := c.begin("k2")
	c.gate.tell(first, pays)
	c.settle(first)
	c.is(order.Confirmed, first, payment.Captured)
	c.is(order.Confirmed, second, payment.Expired)
}

func TestASpareAttemptThatCannotBeClosedStaysDue(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	c.gate.tell(first, becomes(payment.Expired))
	second := c.begin("k2")
	c.gate.tell(first, pays)
	c.gate.say = once("close", false, of(fault.Unavailable))
	c.settle(first)
	if got, open := c.order().OpenAttempt(); !open || got.ID != second || c.order().Record().Due.IsZero() {
		t.Errorf("open is %+v, %v", got, open)
	}
	c.settle(second) // The sweep comes back to it.
	c.is(order.Confirmed, second, payment.Expired)
}

func TestClose(t *testing.T) {
	t.Run("nothing is open", func(t *testing.T) {
		c := open(t)
		if o, err := c.Close(t.Context(), c.id, who); err != nil || o.Record().Status != order.AwaitingPayment {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an open page can be paid no more", func(t *testing.T) {
		c := open(t)
		a := c.begin("k1")
		if _, err := c.Close(t.Context(), c.id, who); err != nil {
			t.Fatal(err)
		}
		c.is(order.AwaitingPayment, a, payment.Expired)
	})
	t.Run("it was paid in the meantime", func(t *testing.T) {
		c := open(t)
		a := c.begin("k1")
		c.gate.tell(a, pays)
		if o, err := c.Close(t.Context(), c.id, who); err != nil || o.Record().Status != order.Confirmed {
			t.Errorf("got %v", err)
		}
		c.is(order.Confirmed, a, payment.Captured)
	})
	t.Run("the gateway cannot let go of it now", func(t *testing.T) {
		c := open(t)
		a := c.begin("k1")
		c.gate.tell(a, becomes(payment.Processing))
		if _, err := c.Close(t.Context(), c.id, who); fault.Code(err) != "payment_in_progress" {
			t.Errorf("got %v", err)
		}
		c.is(order.PaymentProcessing, a, payment.Processing)
	})
	t.Run("the gateway is down", func(t *testing.T) {
		c := open(t)
		a := c.begin("k1")
		c.gate.say = once("close", true, of(fault.Unknown))
		if _, err := c.Close(t.Context(), c.id, who); !fault.Is(err, fault.Unknown) {
			t.Errorf("got %v", err)
		}
		c.is(order.AwaitingPayment, a, payment.RequiresAction)
	})
	t.Run("it had never begun, and the gateway refuses it", func(t *testing.T) {
		c := open(t)
		c.change(func(o *order.Order) (order.Change, error) {
			return o.StartPayment(wants("k1", payment.Hosted), c.by1())
		})
		c.gate.say = once("start", false, of(fault.Declined))
		if _, err := c.Close(t.Context(), c.id, who); err != nil {
			t.Fatal(err)
		}
		c.is(order.AwaitingPayment, order.AttemptIDFor(c.id, "k1"), payment.Failed)
	})
}

// I11 and lesson 29.
func TestLateMoney(t *testing.T) {
	late := func(t *testing.T) (*counter, payment.AttemptID) {
		c := open(t)
		a := c.begin("k1")
		c.gate.tell(a, becomes(payment.Expired))
		c.settle(a)
		c.wait(time.Hour)
		c.change(func(o *order.Order) (order.Change, error) { return o.Expire(c.by1()) })
		c.stock(catalog.Stock{Free: 2})
		return c, a
	}
	t.Run("takes its stock again", func(t *testing.T) {
		c, a := late(t)
		c.gate.tell(a, pays)
		c.settle(a)
		c.is(order.Confirmed, a, payment.Captured)
		c.stock(catalog.Stock{Reserved: 2})
	})
	t.Run("goes back in full when the stock is gone", func(t *testing.T) {
		c, a := late(t)
		c.place("k2")
		c.gate.tell(a, pays)
		c.settle(a)
		c.is(order.Expired, a, payment.Captured)
		c.stock(catalog.Stock{Reserved: 2})
		if r := c.order().Record(); r.Refunded() != total || len(r.Refunds) != 1 || r.Refunds[0].Cause != payment.LatePayment {
			t.Errorf("the refunds are %+v", r.Refunds)
		}
	})
	t.Run("goes back later when the gateway is down now", func(t *testing.T) {
		c, a := late(t)
		c.place("k2")
		c.gate.tell(a, pays)
		c.gate.say = once("refund", false, of(fault.Unavailable))
		if !c.settle(a) {
			t.Error("there was no news")
		}
		if got := c.order().OpenRefunds(); len(got) != 1 || got[0].State != payment.RefundRequested {
			t.Errorf("open are %+v", got)
		}
		c.settle(a) // Whoever asks next sends it.
		if r := c.order().Record(); r.Refunded() != total || len(r.Refunds) != 1 {
			t.Errorf("the refunds are %+v", r.Refunds)
		}
	})
}
