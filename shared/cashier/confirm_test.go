package cashier_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"till/shared/cashier"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

func (c *counter) confirm(a payment.AttemptID, token string) error {
	c.Helper()
	_, err := c.Confirm(c.Context(), c.order(), a, token, who)
	return err
}

// agrees lets the shopper agree at a gateway that takes the money only when it is told.
func agrees(f *payment.Facts) { f.Ready, f.Intent = true, "pi_1" }

func TestWhoeverLearnsThatTheShopperAgreedTakesTheMoney(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, agrees)
	_, kind, err := c.Settle(t.Context(), c.id, a, who)
	if err != nil || kind != "confirmed" {
		t.Fatalf("settled as %q, %v", kind, err)
	}
	c.is(order.Confirmed, a, payment.Captured)
	c.settle(a)
	if n := c.gate.times("confirm"); n != 1 {
		t.Errorf("told %d times to take the money", n)
	}
}

func TestATokenTakesTheMoney(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	if err := c.confirm(a, "tok_1"); err != nil {
		t.Fatal(err)
	}
	c.is(order.Confirmed, a, payment.Captured)
	if err := c.confirm(a, "tok_2"); err != nil || c.gate.times("confirm") != 1 {
		t.Errorf("another token for a paid order: %v, told %d times", err, c.gate.times("confirm"))
	}
	if err := c.confirm("pay_none", "tok_1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an attempt that is none: %v", err)
	}
}

func TestWithoutATokenAndWithoutAgreementNothingIsTaken(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	if err := c.confirm(a, ""); err != nil || c.gate.times("confirm") != 0 {
		t.Errorf("got %v, told %d times", err, c.gate.times("confirm"))
	}
	c.is(order.AwaitingPayment, a, payment.RequiresAction)
}

func TestARefusedTokenLeavesTheAttemptOpenForAnother(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	if err := c.confirm(a, "tok_declined"); !fault.Is(err, fault.Declined) || fault.Code(err) != "card_declined" {
		t.Fatalf("got %v", err)
	}
	c.is(order.AwaitingPayment, a, payment.RequiresAction)
	if got, _ := c.order().Attempt(a); got.LastError != "card_declined" {
		t.Errorf("its last error is %q", got.LastError)
	}
	if err := c.confirm(a, "tok_1"); err != nil {
		t.Fatal(err)
	}
	c.is(order.Confirmed, a, payment.Captured)
}

func TestLesson27AnAmbiguousReplyLocksThePaymentUntilTheGatewayWasAsked(t *testing.T) {
	for _, taken := range []bool{true, false} {
		c := open(t)
		a := c.begin("k1")
		c.gate.say = once("confirm", taken, of(fault.Unknown))
		if err := c.confirm(a, "tok_1"); !fault.Is(err, fault.Unknown) {
			t.Fatalf("got %v", err)
		}
		r := c.order().Record()
		if r.PaymentStatus() != "processing" || r.Due.After(c.clock().Add(10*time.Second)) {
			t.Errorf("it is %s, due %v", r.PaymentStatus(), r.Due)
		}
		if err := c.confirm(a, "tok_2"); fault.Code(err) != "payment_in_progress" {
			t.Errorf("a second token at once: %v", err)
		}
		if _, err := c.Cashier.Close(t.Context(), c.id, who); fault.Code(err) != "payment_in_progress" {
			t.Errorf("closed meanwhile: %v", err)
		}
		c.wait(16 * time.Second)
		c.settle(a)
		if taken {
			c.is(order.Confirmed, a, payment.Captured)
			continue
		}
		r = c.order().Record()
		if c.is(order.AwaitingPayment, a, payment.RequiresAction); r.PaymentStatus() != "unpaid" {
			t.Errorf("it is %s", r.PaymentStatus())
		}
		if err := c.confirm(a, "tok_2"); err != nil {
			t.Fatal(err)
		}
		c.is(order.Confirmed, a, payment.Captured)
	}
}

func TestATryThatWasNotMadeMayBeMadeAgainAtOnce(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Unavailable, fault.Invalid, fault.Internal} {
		c := open(t)
		a := c.begin("k1")
		c.gate.say = once("confirm", false, of(kind))
		if err := c.confirm(a, "tok_1"); !fault.Is(err, kind) {
			t.Fatalf("got %v", err)
		}
		if err := c.confirm(a, "tok_1"); err != nil {
			t.Fatal(err)
		}
		c.is(order.Confirmed, a, payment.Captured)
	}
}

func TestConfirmsThatRacePayOnce(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, agrees)
	var all sync.WaitGroup
	var paid, waits atomic.Int64
	for i := range 20 {
		all.Go(func() {
			var err error
			who := cashier.Who{Who: "shopper", Cause: fmt.Sprint("request ", i)} // At one instant, only that tells who stored the try.
			switch token := []string{"tok_1", "tok_2", ""}[i%3]; i % 4 {
			case 0:
				_, _, err = c.Settle(t.Context(), c.id, a, who)
			default:
				var o *order.Order
				if o, err = c.Book.Load(t.Context(), c.id); err == nil {
					_, err = c.Confirm(t.Context(), o, a, token, who)
				}
			}
			switch {
			case err == nil:
				paid.Add(1)
			case fault.Is(err, fault.Conflict):
				waits.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	c.is(order.Confirmed, a, payment.Captured)
	if c.gate.times("confirm") != 1 || paid.Load() == 0 {
		t.Errorf("told %d times; %d went well, %d were to wait", c.gate.times("confirm"), paid.Load(), waits.Load())
	}
}

func TestNothingIsTakenForWhatHasEnded(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	if _, err := c.Cashier.Close(t.Context(), c.id, who); err != nil {
		t.Fatal(err)
	}
	c.gate.tell(a, func(f *payment.Facts) { f.State = payment.RequiresAction; agrees(f) }) // A gateway that forgets nothing.
	c.settle(a)
	if err := c.confirm(a, "tok_1"); fault.Code(err) != "order_state_conflict" {
		t.Errorf("got %v", err)
	}
	if n := c.gate.times("confirm"); n != 0 {
		t.Errorf("told %d times to take money", n)
	}
	c.is(order.AwaitingPayment, a, payment.Expired)
}

func TestNothingIsTakenForAnOrderThatHoldsMoney(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	if _, err := c.Cashier.Close(t.Context(), c.id, who); err != nil {
		t.Fatal(err)
	}
	second := c.begin("k2")
	c.gate.tell(first, func(f *payment.Facts) { f.State, f.Captured = payment.Captured, 5 })
	c.settle(first)
	c.gate.tell(second, agrees)
	c.settle(second)
	if n := c.gate.times("confirm"); n != 0 {
		t.Errorf("told %d times to take money", n)
	}
}

func TestAnEndThatIsOurWordDoesNotHoldIfTheMoneyIsBeingTaken(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.say = func(call string, done bool) error {
		if call == "close" && done { // The shopper's answer comes while the sweep closes.
			c.change(func(o *order.Order) (order.Change, error) { return o.TryPayment(a, c.by1()) })
		}
		return nil
	}
	if _, err := c.Cashier.Close(t.Context(), c.id, who); fault.Code(err) != "payment_in_progress" {
		t.Errorf("got %v", err)
	}
	c.is(order.AwaitingPayment, a, payment.RequiresAction)
}

func TestADeclineWhenTheMoneyIsTakenIsNewsAndNotAnError(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, agrees)
	c.gate.say = once("confirm", false, fault.New(fault.Declined, "gateway", "instrument_declined", ""))
	if _, kind, err := c.Settle(t.Context(), c.id, a, who); err != nil || kind != "payment_declined" {
		t.Fatalf("settled as %q, %v", kind, err)
	}
	c.is(order.AwaitingPayment, a, payment.RequiresAction)
	c.gate.say = once("confirm", false, fault.New(fault.Declined, "gateway", "instrument_declined", ""))
	if err := c.confirm(a, ""); fault.Code(err) != "instrument_declined" {
		t.Errorf("the shopper is told %v", err)
	}
}

func TestAnUnknownOutcomeOfTakingAgreedMoneyIsFoundOut(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Unknown, fault.Unavailable} {
		c := open(t)
		a := c.begin("k1")
		c.gate.tell(a, agrees)
		c.gate.say = once("confirm", kind == fault.Unknown, of(kind))
		if _, _, err := c.Settle(t.Context(), c.id, a, who); !fault.Is(err, kind) {
			t.Fatalf("got %v", err)
		}
		c.wait(16 * time.Second)
		c.settle(a)
		c.is(order.Confirmed, a, payment.Captured)
	}
}
