package cashier_test

import (
	"sync"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// The lessons that need a gateway; the others are in package order. Lesson 27 is in confirm_test.go.

func TestLesson15ThreeSimultaneousDeliveriesSettleOnce(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, pays)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if _, _, err := c.Settle(t.Context(), c.id, a, who); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// The same event at the same instant makes the same change, which is stored once: whoever stored it is told of it, and so may be
	// who finds it stored.
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
	if confirmed != 1 {
		t.Errorf("%d confirmations are stored", confirmed)
	}
	c.is(order.Confirmed, a, payment.Captured)
}

func TestLesson18UnknownEndsByAskingAndNotFoundIsAnAnswer(t *testing.T) {
	c := open(t)
	c.gate.say = once("start", false, of(fault.Unknown))
	if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Unknown) {
		t.Fatalf("got %v", err)
	}
	a := order.AttemptIDFor(c.id, "k1")
	c.is(order.AwaitingPayment, a, payment.Unknown)
	c.wait(25 * time.Hour) // Its key is forgotten, and nobody was ever given the means to pay it.
	c.settle(a)
	c.is(order.AwaitingPayment, a, payment.Expired)
}

func TestLesson24ATimeOutAndARetryGiveTheMoneyBackOnce(t *testing.T) {
	for _, done := range []bool{true, false} {
		c := open(t)
		a := c.begin("k1")
		c.gate.tell(a, pays)
		c.settle(a)
		c.change(func(o *order.Order) (order.Change, error) {
			return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 1000}, c.by1())
		})
		id := order.RefundIDFor(c.id, "r1")
		c.gate.say = once("refund", done, of(fault.Unknown))
		if _, err := c.Refund(t.Context(), c.id, id, who); !fault.Is(err, fault.Unknown) {
			t.Fatalf("got %v", err)
		}
		for range 3 {
			c.wait(time.Minute)
			if _, err := c.Refund(t.Context(), c.id, id, who); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.gate.payments[a].Refunds; len(got) != 1 || c.order().Record().Refunds[0].State != payment.RefundSucceeded {
			t.Errorf("given back %+v", got)
		}
	}
}

func TestLesson26ASecondPaymentGoesBack(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	if _, err := c.Cashier.Close(t.Context(), c.id, who); err != nil {
		t.Fatal(err)
	}
	second := c.begin("k2")
	c.gate.tell(second, pays)
	c.settle(second)
	c.gate.tell(first, pays) // The gateway charged the closed one after all.
	c.settle(first)
	if got := c.gate.payments[first].Refunds; len(got) != 1 || got[0].Amount != total {
		t.Errorf("given back %+v", got)
	}
}
