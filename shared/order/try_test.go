package order_test

import (
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

func tries(d *desk, a payment.AttemptID) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.TryPayment(a, d.by("shopper")) }
}

func tryFails(d *desk, a payment.AttemptID, kind fault.Kind) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.TryFailed(a, fault.New(kind, "gateway", "card_declined", ""), d.by("shopper"))
	}
}

func TestWhileATryRunsThereIsNoSecondOne(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.do(tries(d, a))
	d.is(order.AwaitingPayment, "processing")
	d.refused(fault.Conflict, "payment_in_progress", tries(d, a))
	d.again("an outcome that is not known", tryFails(d, a, fault.Unknown))
	d.wait(10 * time.Second)
	if got := d.o.Overdue(d.now); len(got) != 1 || got[0] != order.AskPayment {
		t.Errorf("overdue are %v", got)
	}
	d.again("what others say meanwhile", news(d, facts2(d, a)))
	d.wait(10 * time.Second)
	d.do(tries(d, a)) // The gateway was asked: that one is tried again.
	if got, _ := d.o.Attempt(a); got.Tries != 1 {
		t.Errorf("tried %d times", got.Tries)
	}
	d.do(news(d, facts(d, a, payment.Captured)))
	if got, _ := d.o.Attempt(a); !got.Try.IsZero() {
		t.Errorf("it is still tried: %+v", got)
	}
	d.refused(fault.Conflict, "order_state_conflict", tries(d, a))
}

// facts2 is what is known of an attempt whose page is open and whose references are known.
func facts2(d *desk, a payment.AttemptID) payment.Facts {
	f := facts(d, a, payment.RequiresAction)
	f.Intent = ""
	return f
}

func TestATryThatTookNothingIsOver(t *testing.T) {
	for _, row := range []struct {
		kind      fault.Kind
		refusal   string
		pays, was string
	}{
		{fault.Declined, "card_declined", "failed", "payment_declined"},
		{fault.Unavailable, "", "unpaid", "payment_unavailable"},
		{fault.Invalid, "", "unpaid", "payment_unavailable"},
	} {
		d := place(t)
		a := begun(d, "k1")
		d.do(tries(d, a))
		if c := d.do(tryFails(d, a, row.kind)); c.Kind != row.was {
			t.Errorf("%v makes %q", row.kind, c.Kind)
		}
		d.again("the failure", tryFails(d, a, row.kind))
		d.is(order.AwaitingPayment, row.pays)
		if got, _ := d.o.Attempt(a); got.LastError != row.refusal || got.State != payment.RequiresAction {
			t.Errorf("%v leaves %+v", row.kind, got)
		}
		d.do(tries(d, a)) // Another card.
	}
}

func TestWhatTheGatewaySaysAfterATryEndsIt(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.do(tries(d, a))
	d.do(func(o *order.Order) (order.Change, error) { return o.ApplyTried(facts2(d, a), true, d.gateway()) })
	d.is(order.AwaitingPayment, "unpaid")
}

func TestLesson32AListOfCardsIsNotTested(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	for range 3 {
		d.do(tries(d, a))
		d.do(tryFails(d, a, fault.Declined))
	}
	d.refused(fault.TooMany, "too_many_attempts", tries(d, a))
	d = place(t)
	a = begun(d, "k1")
	for range 20 {
		d.do(tries(d, a))
		d.do(tryFails(d, a, fault.Invalid))
	}
	d.refused(fault.TooMany, "too_many_attempts", tries(d, a))
}

func TestNothingIsTriedForAnOrderThatHasEndedOrHoldsMoney(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.do(news(d, facts(d, a, payment.Expired)))
	d.refused(fault.Conflict, "order_state_conflict", tries(d, a))
	b := begun(d, "k2")
	less := facts(d, a, payment.Captured)
	less.Captured = 5
	d.do(news(d, less))
	d.refused(fault.Conflict, "order_state_conflict", tries(d, b))
	d.refused(fault.NotFound, "not_found", tries(d, "pay_none"))

	gone := place(t)
	c := begun(gone, "k1")
	gone.do(news(gone, facts(gone, c, payment.Canceled)))
	gone.do(cancel(gone))
	gone.refused(fault.Conflict, "order_state_conflict", tries(gone, c))
}
