package order_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// promised is an order that waits for staff to ship, with its money promised until a week later.
func promised(t tester) (*desk, payment.AttemptID) { return promisedOf(t, quote()) }

func promisedOf(t tester, q pricing.Quote) (*desk, payment.AttemptID) {
	t.Helper()
	d := placed(t, q)
	d.do(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "k1", Print: "f-k1", Gateway: "stripe", Mode: payment.Hosted, Manual: true}, d.by("shopper"))
	})
	a := order.AttemptIDFor(d.o.ID(), "k1")
	d.do(ready(d, a))
	if c := d.wait(time.Minute).do(news(d, authorized(d, a))); c.Kind != "confirmed" {
		t.Fatalf("promised money makes %q", c.Kind)
	}
	d.do(func(o *order.Order) (order.Change, error) { return o.Prepare(1, d.by("fulfillment")) })
	d.do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token-1", d.by("fulfillment")) })
	return d, a
}

// authorized is what the gateway says of promised money, of which nothing is taken.
func authorized(d *desk, a payment.AttemptID) payment.Facts {
	f := facts(d, a, payment.Authorized)
	f.CaptureBefore = noon.Add(7 * 24 * time.Hour)
	return f
}

func capture(d *desk, n order.NewCapture) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.RequestCapture(n, d.by("staff:1")) }
}

// took is what a gateway says after a capture: how much it has taken in all, and whether that is all it will take.
func took(d *desk, a payment.AttemptID, key string, captured int64, over bool) func(*order.Order) (order.Change, error) {
	f := authorized(d, a)
	if f.Captured = captured; over {
		f.State, f.CaptureBefore = payment.Captured, time.Time{}
	}
	return func(o *order.Order) (order.Change, error) {
		return o.ApplyCapture(order.CaptureIDFor(o.ID(), key), "", f, d.by("staff:1"))
	}
}

func TestPromisedMoneyConfirmsAnOrderAndDoesNotShipIt(t *testing.T) {
	d, a := promised(t)
	d.is(order.Fulfilling, "authorized")
	if got := d.balances(); got[ledger.Receivable] != total || got[ledger.GatewayClearing] != 0 || got[ledger.Revenue] != -2500 {
		t.Errorf("the books stand at %v", got)
	}
	d.again("the same news", news(d, authorized(d, a)))
	d.refused(fault.Conflict, "payment_not_captured", shipAll(d, "1"))
	d.do(capture(d, order.NewCapture{Key: "c1"}))
	d.again("the same capture", capture(d, order.NewCapture{Key: "c1"}))
	d.refused(fault.Conflict, "payment_not_captured", shipAll(d, "1"))
	if c := d.do(took(d, a, "c1", total, true)); c.Kind != "payment_captured" {
		t.Errorf("a capture is %q", c.Kind)
	}
	d.again("the capture", took(d, a, "c1", total, true))
	d.is(order.Fulfilling, "paid")
	d.do(shipAll(d, "1"))
	if got := d.balances(); got[ledger.Receivable] != 0 || got[ledger.GatewayClearing] != total {
		t.Errorf("the books stand at %v", got)
	}
}

// Lesson 20.
func TestLesson20CaptureBeforeIsKeptAnAlarmComesADayBeforeAndNothingShipsWithoutCapture(t *testing.T) {
	d, a := promised(t)
	if got, _ := d.o.Attempt(a); !got.CaptureBefore.Equal(noon.Add(7 * 24 * time.Hour)) {
		t.Fatalf("the promise ends %v", got.CaptureBefore)
	}
	lapse := func(o *order.Order) (order.Change, error) { return o.CaptureExpires(d.by("sweep")) }
	d.again("a hold too early", lapse)
	for d.now.Before(noon.Add(6 * 24 * time.Hour)) { // Asked each day, the deadline is never later than the day before the end.
		mailed(d)
		if due := d.o.Record().Due; due.IsZero() || due.After(noon.Add(6*24*time.Hour)) {
			t.Fatalf("due %v", due)
		}
		d.do(asked(d))
		d.wait(12 * time.Hour)
	}
	d.now = noon.Add(6 * 24 * time.Hour)
	if tasks := d.o.Overdue(d.now); !slices.Contains(tasks, order.WarnOfLapse) || !d.o.Lapsing(d.now) {
		t.Fatalf("overdue are %v", tasks)
	}
	d.do(lapse)
	d.again("the hold", lapse)
	if !d.o.Held("capture_expiring") || slices.Contains(d.o.Overdue(d.now), order.WarnOfLapse) {
		t.Errorf("held %v", d.o.Record().Holds)
	}
	d.refused(fault.Conflict, "order_on_hold", shipAll(d, "1"))
	d.do(capture(d, order.NewCapture{Key: "c1"}))
	d.do(took(d, a, "c1", total, true))
	if d.o.Held("capture_expiring") || d.o.Lapsing(d.now) {
		t.Error("held although the money is taken")
	}
	d.do(shipAll(d, "1"))
}

func TestAPromiseThatLapsesEndsTheOrderAndTellsTheShopper(t *testing.T) {
	for state, kind := range map[payment.State]string{payment.Expired: "authorization_lapsed", payment.Canceled: "cancelled"} {
		d, a := promised(t)
		c := d.do(news(d, facts(d, a, state)))
		if c.Kind != kind || len(c.Stock) != 2 || !slices.Contains(messages(c), "mail order_cancelled") {
			t.Errorf("%s: %q, stock %v, messages %v", state, c.Kind, c.Stock, messages(c))
		}
		d.is(order.Cancelled, "unpaid")
		for account, balance := range d.balances() {
			if balance != 0 {
				t.Errorf("%s stands at %d", account, balance)
			}
		}
		d.again("the end", news(d, facts(d, a, state)))
		d.do(news(d, authorized(d, a)))
		if _, spare := d.o.SpareAttempt(); !spare {
			t.Error("a promise that comes after the end stays open")
		}
	}
}

func TestMoneyTakenAfterAPromiseWasGivenUpGoesBack(t *testing.T) {
	d, a := promised(t)
	d.do(news(d, facts(d, a, payment.Canceled)))
	if c := d.do(news(d, facts(d, a, payment.Captured))); c.Kind != "late_payment_refunded" || len(d.o.OpenRefunds()) != 1 {
		t.Errorf("it is %q, with refunds %+v", c.Kind, d.o.OpenRefunds())
	}
	d.is(order.Cancelled, "processing")
}

func TestAPromiseOfAnotherAmountIsHeldAndConfirmsNothing(t *testing.T) {
	d := place(t)
	d.do(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "k1", Gateway: "stripe", Manual: true}, d.by("shopper"))
	})
	f := authorized(d, order.AttemptIDFor(d.o.ID(), "k1"))
	f.Amount = money.Of(total-1, "EUR")
	if c := d.do(news(d, f)); c.Kind != "amount_mismatch" {
		t.Errorf("it is %q", c.Kind)
	}
	d.again("the same", news(d, f))
	d.is(order.AwaitingPayment, "authorized")
	if _, spare := d.o.SpareAttempt(); !spare {
		t.Error("it is kept")
	}
}

func TestAnOrderIsFreeAgainOnceAPromiseOfAnotherAmountIsGivenUp(t *testing.T) {
	d := place(t)
	d.do(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "k1", Gateway: "stripe", Manual: true}, d.by("shopper"))
	})
	f := authorized(d, order.AttemptIDFor(d.o.ID(), "k1"))
	f.Amount = money.Of(total-1, "EUR")
	d.do(news(d, f))
	f.State = payment.Canceled
	d.do(news(d, f))
	if r := d.o.Record(); d.o.Held("amount_mismatch") || r.HoldsMoney() {
		t.Errorf("nobody has any money, and holds are %v", r.Holds)
	}
	b := begun(d, "k2")
	d.do(news(d, facts(d, b, payment.Captured)))
	if r := d.o.Record(); r.PaidBy != b || r.Status != order.Confirmed {
		t.Errorf("paid by %q, %s", r.PaidBy, r.Status)
	}
}

// A promise that comes after its attempt's end may be old news, or one that the gateway made after all: nobody counts on it.
func TestALatePromiseConfirmsNothingAndIsToBeClosed(t *testing.T) {
	d := place(t)
	d.do(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "k1", Gateway: "stripe", Manual: true}, d.by("shopper"))
	})
	a := order.AttemptIDFor(d.o.ID(), "k1")
	d.do(news(d, facts(d, a, payment.Expired)))
	b := begun(d, "k2")
	d.again("a promise of the past beside a payment", news(d, authorized(d, a)))
	d.do(news(d, facts(d, b, payment.Canceled)))
	d.do(news(d, authorized(d, a)))
	d.is(order.AwaitingPayment, "unpaid")
	if got, spare := d.o.SpareAttempt(); !spare || got.ID != a {
		t.Errorf("%+v is to be closed, %v", got, spare)
	}
	d.do(news(d, facts(d, a, payment.Canceled)))
	d.wait(time.Hour).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
	d.do(news(d, authorized(d, a)))
	if _, spare := d.o.SpareAttempt(); !spare {
		t.Error("it stays open after the order's end")
	}
}

func TestAnOpenPromiseIsNotSpareWhileTheOrderLives(t *testing.T) {
	d, a := promised(t)
	if _, spare := d.o.SpareAttempt(); spare {
		t.Error("the promise would be closed")
	}
	if got, there := d.o.Promised(); !there || got.ID != a {
		t.Errorf("promised %+v", got)
	}
	if got, there := d.o.Payer(); !there || got.ID != a {
		t.Errorf("paid by %+v", got)
	}
	d.refused(fault.Conflict, "payment_in_progress", cancel(d)) // Whoever cancels gives it up at the gateway first.
}

func TestVoid(t *testing.T) {
	void := func(d *desk) func(*order.Order) (order.Change, error) {
		return func(o *order.Order) (order.Change, error) { return o.RequestVoid([]byte("sealed"), d.by("staff:1")) }
	}
	d, a := promised(t)
	d.do(capture(d, order.NewCapture{Key: "c1", Amount: 1000}))
	d.refused(fault.Conflict, "capture_in_progress", void(d))
	d.do(took(d, a, "c1", 1000, false))
	d.is(order.Fulfilling, "authorized")
	d.do(void(d))
	d.again("the same wish", void(d))
	if !slices.Contains(d.o.Overdue(d.now.Add(time.Minute)), order.AskPayment) {
		t.Error("nobody goes on if its call is lost")
	}
	d.refused(fault.Conflict, "payment_not_authorized", capture(d, order.NewCapture{Key: "c2"}))
	f := facts(d, a, payment.Captured)
	f.Captured = 1000
	d.do(news(d, f))
	d.again("the end", news(d, f))
	r := d.o.Record()
	if r.Price() != 1000 || r.Released.Amount != total-1000 || len(r.Holds) != 0 {
		t.Errorf("the price is %d, released %+v, held %v", r.Price(), r.Released, r.Holds)
	}
	d.is(order.Fulfilling, "paid")
	d.again("a void that is done", void(d))
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r1", 1001))
	d.do(shipAll(d, "1"))

	paid, _ := packed(t)
	paid.refused(fault.Conflict, "payment_not_authorized", void(paid))
}

func TestLessTakenThanPromisedAndNobodyAskedForThatIsHeld(t *testing.T) {
	d, a := promised(t)
	f := facts(d, a, payment.Captured)
	f.Captured = 1000 // On the gateway's own dashboard.
	d.do(news(d, f))
	if r := d.o.Record(); !d.o.Held("amount_mismatch") || r.Price() != 1000 {
		t.Errorf("held %v, the price is %d", r.Holds, r.Price())
	}
	if got := d.balances(); got[ledger.Receivable] != 0 || got[ledger.GatewayClearing] != 1000 {
		t.Errorf("the books stand at %v", got)
	}
}

func TestFeesArePostedWhenTheyAreKnownAndCorrectedByTheDifference(t *testing.T) {
	d, a := paid(t)
	say := func(fee, captured int64) func(*order.Order) (order.Change, error) {
		f := facts(d, a, payment.Captured)
		f.Fee, f.Captured = fee, captured
		return news(d, f)
	}
	if c := d.do(say(80, total)); c.Kind != "fee_known" {
		t.Errorf("it is %q", c.Kind)
	}
	d.again("the fee", say(80, total))
	d.again("a fee that is not known", say(0, total))
	d.again("the fee of when less was taken", say(40, 1000))
	d.do(say(95, total))
	if got := d.balances(); got[ledger.Fees] != 95 || got[ledger.FeesPayable] != -95 || got[ledger.GatewayClearing] != total {
		t.Errorf("the books stand at %v", got)
	}
}

func TestAFraudWarningHoldsAnOrderOnce(t *testing.T) {
	d, a := packed(t)
	f := facts(d, a, payment.Captured)
	f.Warned = true
	if c := d.do(news(d, f)); c.Kind != "fraud_warning" {
		t.Errorf("it is %q", c.Kind)
	}
	d.refused(fault.Conflict, "order_on_hold", shipAll(d, "1"))
	d.do(func(o *order.Order) (order.Change, error) { return o.Lift("early_fraud_warning", d.by("staff:1")) })
	d.again("what staff have seen", news(d, f))
	d.do(shipAll(d, "2"))
}
