package cashier_test

import (
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

func TestBeginOpensAPage(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.is(order.AwaitingPayment, a, payment.RequiresAction)
	if got, _ := c.order().Attempt(a); got.Session != "cs_"+string(a) || got.Amount != total {
		t.Errorf("the attempt is %+v", got)
	}
}

// I13: the same key, the same answer, and one payment at the gateway.
func TestBeginAgainGivesTheSameAnswer(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.wait(time.Minute)
	if b := c.begin("k1"); b != a || c.gate.times("start") != 1 || c.gate.times("resume") != 1 {
		t.Errorf("again %s for %s; calls %v", b, a, c.gate.calls)
	}
	if b := c.begin("k2"); b != a || c.gate.times("start") != 1 { // A shopper who comes back to pay the same way.
		t.Errorf("another key gave %s for %s; calls %v", b, a, c.gate.calls)
	}
	_, _, err := c.Begin(t.Context(), c.order(), order.NewAttempt{Key: "k1", Print: "another", Gateway: "stripe"}, who)
	if fault.Code(err) != "idempotency_key_reused" {
		t.Errorf("another request of the key: %v", err)
	}
}

// N9.
func TestTheSameKeyWhileItsCallRuns(t *testing.T) {
	c := open(t)
	c.gate.say = func(call string, done bool) error {
		if call != "start" || done || c.gate.times("start") > 1 {
			return nil
		}
		_, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who)
		if fault.Code(err) != "idempotency_in_progress" {
			t.Errorf("the same key meanwhile: %v", err)
		}
		_, _, err = c.Begin(t.Context(), c.order(), wants("k2", payment.Hosted), who)
		if fault.Code(err) != "payment_in_progress" {
			t.Errorf("another key meanwhile: %v", err)
		}
		return nil
	}
	c.is(order.AwaitingPayment, c.begin("k1"), payment.RequiresAction)
}

// Lesson 24: the operation and its key are stored before the call, so that a crash after the write is begun again with it.
func TestACrashAfterTheWriteIsBegunAgainWithTheSameKey(t *testing.T) {
	c := open(t)
	c.change(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(wants("k1", payment.Hosted), c.by1())
	})
	c.wait(14 * time.Second)
	if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); fault.Code(err) != "idempotency_in_progress" {
		t.Errorf("while its caller may live: %v", err)
	}
	c.wait(time.Second)
	c.is(order.AwaitingPayment, c.begin("k1"), payment.RequiresAction)
}

// Lesson 27: a lost answer is unknown; no other payment begins, and the same key finds what was begun.
func TestALostAnswerIsUnknownAndTheSameKeyFindsIt(t *testing.T) {
	for _, after := range []bool{false, true} {
		c := open(t)
		c.gate.say = once("start", after, of(fault.Unknown))
		a := order.AttemptIDFor(c.id, "k1")
		if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Unknown) {
			t.Errorf("got %v", err)
		}
		if got, _ := c.order().Attempt(a); got.State != payment.Unknown {
			t.Errorf("the attempt is %s", got.State)
		}
		for _, mode := range []payment.Mode{payment.Hosted, payment.Embedded} {
			if _, _, err := c.Begin(t.Context(), c.order(), wants("k2", mode), who); fault.Code(err) != "payment_in_progress" {
				t.Errorf("another key: %v", err)
			}
		}
		if got := c.begin("k1"); got != a {
			t.Errorf("the same key gave %s, want %s", got, a)
		}
		c.is(order.AwaitingPayment, a, payment.RequiresAction)
	}
}

// N49: the gateway is down; the same key asks again.
func TestWhatDidNotHappenMayBeTriedAtOnce(t *testing.T) {
	c := open(t)
	c.gate.say = once("start", false, of(fault.Unavailable))
	if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	c.is(order.AwaitingPayment, c.begin("k1"), payment.RequiresAction)
}

func TestARefusedStartLeavesTheOrderPayable(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Declined, fault.Invalid, fault.Internal} {
		c := open(t)
		c.gate.say = once("start", false, of(kind))
		if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, kind) {
			t.Errorf("got %v", err)
		}
		c.is(order.AwaitingPayment, order.AttemptIDFor(c.id, "k1"), payment.Failed)
		c.is(order.AwaitingPayment, c.begin("k2"), payment.RequiresAction)
	}
}

// I22: another way to pay closes the first before the second begins.
func TestAnotherWayToPayClosesTheFirst(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	a, _, err := c.Begin(t.Context(), c.order(), wants("k2", payment.Embedded), who)
	if err != nil || a.Mode != payment.Embedded || c.gate.times("close") != 1 {
		t.Fatalf("got %+v, %v", a, err)
	}
	c.is(order.AwaitingPayment, first, payment.Expired)
	c.is(order.AwaitingPayment, a.ID, payment.RequiresAction)
}

func TestAPageThatRanOutIsReplaced(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	c.gate.tell(first, becomes(payment.Expired))
	second := c.begin("k2")
	if second == first {
		t.Fatal("the shopper was given a page that has run out")
	}
	c.is(order.AwaitingPayment, second, payment.RequiresAction)
	a, started, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who)
	if err != nil || a.ID != first || a.State != payment.Expired || started.RedirectURL != "" {
		t.Errorf("a repeat of the first key: %+v, %+v, %v", a, started, err)
	}
}

func TestPaidInAnotherTab(t *testing.T) {
	for name, mode := range map[string]payment.Mode{"the same way": payment.Hosted, "another way": payment.Embedded} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			first := c.begin("k1")
			c.gate.tell(first, pays)
			a, started, err := c.Begin(t.Context(), c.order(), wants("k2", mode), who)
			if mode == payment.Hosted && (err != nil || a.ID != first || a.State != payment.Captured || started.RedirectURL != "") {
				t.Errorf("got %+v, %+v, %v", a, started, err)
			}
			if mode == payment.Embedded && fault.Code(err) != "order_state_conflict" {
				t.Errorf("got %+v, %v", a, err)
			}
			c.is(order.Confirmed, first, payment.Captured)
			if c.gate.times("start") != 1 {
				t.Errorf("calls %v", c.gate.calls)
			}
		})
	}
}

func TestAPaymentThatIsBeingMadeIsLeftAlone(t *testing.T) {
	for _, mode := range []payment.Mode{payment.Hosted, payment.Embedded} {
		c := open(t)
		first := c.begin("k1")
		c.gate.tell(first, becomes(payment.Processing))
		a, started, err := c.Begin(t.Context(), c.order(), wants("k2", mode), who)
		if mode == payment.Hosted && (err != nil || a.ID != first || a.State != payment.Processing || started.RedirectURL != "") {
			t.Errorf("got %+v, %+v, %v", a, started, err)
		}
		if mode == payment.Embedded && fault.Code(err) != "payment_in_progress" {
			t.Errorf("got %+v, %v", a, err)
		}
		c.is(order.PaymentProcessing, first, payment.Processing)
	}
}

func TestBeginOnAStaleReadOfTheOrder(t *testing.T) {
	c := open(t)
	stale := c.order()
	c.begin("k1")
	if _, _, err := c.Begin(t.Context(), stale, wants("k2", payment.Embedded), who); err != nil {
		t.Fatal(err)
	}
	if n := c.gate.chargeable(); n != 1 {
		t.Errorf("I22: %d payments can be charged", n)
	}
}

func TestAnUnknownGateway(t *testing.T) {
	c := open(t)
	if _, _, err := c.Begin(t.Context(), c.order(), order.NewAttempt{Key: "k1", Gateway: "cash"}, who); fault.Code(err) != "gateway_unavailable" {
		t.Errorf("got %v", err)
	}
	if len(c.order().Record().Attempts) != 0 {
		t.Error("an attempt was kept")
	}
}

// Our own store is no better than a gateway: a write whose answer is lost is found again.
func TestAStoreWhoseAnswersAreLost(t *testing.T) {
	for save := 1; save <= 2; save++ {
		c := open(t)
		n := 0
		c.store.Fault = func(op string, after bool) error {
			if op == "Save" && after {
				n++
				if n == save {
					return of(fault.Unknown)
				}
			}
			return nil
		}
		c.is(order.AwaitingPayment, c.begin("k1"), payment.RequiresAction)
		if c.gate.times("start") != 1 {
			t.Errorf("save %d: calls %v", save, c.gate.calls)
		}
	}
}
