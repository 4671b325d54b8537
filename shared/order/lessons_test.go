package order_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

// What broke in other shops, each as a test that bears the lesson's number and sentence. Some are kept beside what they are about:
// lesson 20 in authorize_test.go, and those that need a gateway in package cashier.

func TestLesson11AFailureEndsOnlyTheAttemptThatItBelongsTo(t *testing.T) {
	d := place(t)
	first := begun(d, "k1")
	d.do(news(d, facts(d, first, payment.Expired)))
	second := begun(d, "k2")
	d.do(news(d, facts(d, second, payment.Captured)))
	for _, state := range []payment.State{payment.Canceled, payment.Expired, payment.RequiresAction, payment.Processing} {
		late := facts(d, first, state)
		late.LastError = "card_declined"
		d.again("a late failure of the first", news(d, late))
		late = facts(d, second, state)
		late.LastError = "card_declined"
		d.again("a late failure of the one that paid", news(d, late))
	}
	d.is(order.Confirmed, "paid")
}

func TestLesson12MoneyStateComesOfTheLedgerAndEndsAreClosedToEvents(t *testing.T) {
	d, a := paid(t)
	d.do(cancel(d))
	back := d.o.OpenRefunds()[0]
	d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(a, payment.RefundFacts{ID: back.ID, Ref: "re_1", State: payment.RefundSucceeded, Amount: total}, d.gateway())
	})
	d.again("late news that it is paid", news(d, facts(d, a, payment.Captured)))
	d.is(order.Cancelled, "refunded")
}

func TestLesson13LateEventsAreNoOpsAndNotErrors(t *testing.T) {
	d, a := packed(t)
	d.do(shipAll(d, "1"))
	for _, state := range payment.States() {
		if f := facts(d, a, state); state != payment.Initiating && state != payment.Unknown {
			d.again("news after shipping", news(d, f))
		}
	}
}

func TestLesson14TheSameStateIsSuccess(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	for _, state := range []payment.State{payment.RequiresAction, payment.Processing, payment.Captured} {
		d.do(news(d, facts(d, a, state)))
		d.again(string(state), news(d, facts(d, a, state)))
	}
}

func TestLesson15ThreeDeliveriesSettleOnceAndTellOnce(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	mails := 0
	for range 3 {
		c := d.do(news(d, facts(d, a, payment.Captured)))
		mails += len(messages(c))
	}
	if got := d.balances(); got[ledger.GatewayClearing] != total || mails != 2 { // The mail, and the machine's start.
		t.Errorf("the books stand at %v, %d messages", got, mails)
	}
}

func TestLesson16ADeclinedCardIsNotTheEndOfAnAttempt(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	f := facts(d, a, payment.RequiresAction)
	f.LastError = "card_declined"
	d.do(news(d, f))
	d.is(order.AwaitingPayment, "failed")
	if open, there := d.o.OpenAttempt(); !there || open.ID != a {
		t.Error("the attempt has ended")
	}
	d.do(news(d, facts(d, a, payment.Captured)))
	d.is(order.Confirmed, "paid")
}

func TestLesson17ProcessingIsAStateOfItsOwnWithALongerHold(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.do(news(d, facts(d, a, payment.Processing)))
	d.is(order.PaymentProcessing, "processing")
	if r := d.o.Record(); r.ExpiresAt.Before(d.now.Add(13 * 24 * time.Hour)) {
		t.Errorf("its stock is held until %v", r.ExpiresAt)
	}
	d.refused(fault.Conflict, "payment_in_progress", func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "k2", Gateway: "stripe"}, d.by("shopper"))
	})
}

func TestLesson22PartsOfARefundSumToItByTheLargestRemainder(t *testing.T) {
	for amount := int64(1); amount <= total; amount += 7 {
		d, _ := paid(t)
		d.do(askBack(d, "r1", amount))
		r := d.o.Record().Refunds[0]
		if r.Goods+r.Shipping+r.Tax != amount {
			t.Fatalf("%d is parted into %d, %d and %d", amount, r.Goods, r.Shipping, r.Tax)
		}
	}
	if p := (payment.Parts{Goods: 2500, Shipping: 490, Tax: 568}); p.Sum() != total {
		t.Errorf("the parts sum to %d", p.Sum())
	}
}

func TestLesson23AmountAndCurrencyAreComparedOnEveryConfirmation(t *testing.T) {
	for name, change := range map[string]func(*payment.Facts){
		"a cent less":         func(f *payment.Facts) { f.Captured, f.Amount = total-1, mustEuros(total-1) },
		"a cent more":         func(f *payment.Facts) { f.Captured, f.Amount = total+1, mustEuros(total+1) },
		"another currency":    func(f *payment.Facts) { f.Amount = money.Of(total, "USD") },
		"asked for the wrong": func(f *payment.Facts) { f.Amount = mustEuros(total - 1) },
	} {
		d := place(t)
		f := facts(d, begun(d, "k1"), payment.Captured)
		change(&f)
		d.do(news(d, f))
		if r := d.o.Record(); !d.o.Held("amount_mismatch") || r.PaidBy != "" || r.Status != order.AwaitingPayment {
			t.Errorf("%s: the order is %s, held %v", name, r.Status, r.Holds)
		}
	}
}

func TestLesson24ARefundIsStoredBeforeTheCallAndNeverForgotten(t *testing.T) {
	d, _ := paid(t)
	d.do(askBack(d, "r1", 1000))
	id := order.RefundIDFor(d.o.ID(), "r1")
	d.do(func(o *order.Order) (order.Change, error) { return o.RefundUnknown(id, d.by("staff:1")) })
	d.again("the same key", askBack(d, "r1", 1000))
	r, there := d.o.Refund(id)
	if !there || r.State != payment.RefundUnknown || r.Key() != string(id) || len(d.o.Record().Refunds) != 1 {
		t.Errorf("it is %+v", r)
	}
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r2", total-999))
}

func TestLesson25OnlyASuccessMovesMoneyAndAFailureGivesItBack(t *testing.T) {
	for _, states := range [][]payment.RefundState{{payment.RefundFailed}, {payment.RefundCanceled}, {payment.RefundPending, payment.RefundFailed},
		{payment.RefundSucceeded, payment.RefundFailed}} {
		d, a := paid(t)
		d.do(askBack(d, "r1", 1000))
		id := order.RefundIDFor(d.o.ID(), "r1")
		if got := d.balances(); got[ledger.GatewayClearing] != total {
			t.Errorf("asked for, the books stand at %v", got)
		}
		for _, s := range states {
			d.do(func(o *order.Order) (order.Change, error) {
				return o.ApplyRefund(a, payment.RefundFacts{ID: id, Ref: "re_1", State: s, Amount: 1000}, d.gateway())
			})
		}
		if got := d.balances(); got[ledger.GatewayClearing] != total || got[ledger.RefundsPayable] != 0 || got[ledger.Revenue] != -2500 {
			t.Errorf("after %v the books stand at %v", states, got)
		}
		d.do(askBack(d, "r2", total))
	}
}

func TestLesson26TheSameMoneyIsAddedOnce(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	f := facts(d, a, payment.Captured)
	f.Refunds = []payment.RefundFacts{{Ref: "re_1", State: payment.RefundSucceeded, Amount: 100}, {Ref: "re_2", State: payment.RefundSucceeded, Amount: 100}}
	for range 3 {
		d.do(news(d, f))
		d.do(func(o *order.Order) (order.Change, error) { return o.ApplyRefund(a, f.Refunds[0], d.gateway()) })
	}
	if r := d.o.Record(); r.Captured() != total || r.Refunded() != 200 || len(r.Refunds) != 2 {
		t.Errorf("captured %d, refunded %d in %d", r.Captured(), r.Refunded(), len(r.Refunds))
	}
}

func TestLesson28AKeyIsOfTheOperationAndRefusesOtherParameters(t *testing.T) {
	d, _ := paid(t)
	d.do(askBack(d, "r1", 1000))
	d.refused(fault.Invalid, "idempotency_key_reused", askBack(d, "r1", 1001))
	if order.RefundIDFor(d.o.ID(), "r1") == order.RefundIDFor("ord_another", "r1") || string(order.CaptureIDFor(d.o.ID(), "r1"))[4:] == string(order.RefundIDFor(d.o.ID(), "r1"))[4:] {
		t.Error("two operations have one key")
	}
}

func TestLesson29StockIsReservedBeforePaymentAndLateMoneyFindsItOrGoesBack(t *testing.T) {
	for _, there := range []bool{true, false} {
		d := place(t)
		if c := d.chain[0]; len(c.Stock) != 2 || c.Stock[0].Kind != catalog.Reserve {
			t.Fatalf("placed with %v", c.Stock)
		}
		a := begun(d, "k1")
		d.do(news(d, facts(d, a, payment.Expired)))
		d.wait(time.Hour).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
		c := d.do(func(o *order.Order) (order.Change, error) {
			return o.ApplyPayment(facts(d, a, payment.Captured), there, d.gateway())
		})
		want := map[bool]string{true: "late_payment_accepted", false: "late_payment_refunded"}[there]
		if c.Kind != want || (len(c.Stock) == 2) != there || len(d.o.OpenRefunds()) == 1 == there || !slices.ContainsFunc(c.Messages, func(m order.Message) bool { return m.To == order.ToMail }) {
			t.Errorf("it is %q, stock %v, refunds %v", c.Kind, c.Stock, d.o.OpenRefunds())
		}
	}
}

func TestLesson30TheHoldIsTheOrdersAndSurvivesAFailedAttempt(t *testing.T) {
	d := place(t)
	until := d.o.Record().ExpiresAt
	for _, key := range []string{"k1", "k2", "k3"} {
		a := begun(d, key)
		if c := d.do(news(d, facts(d, a, payment.Canceled))); len(c.Stock) != 0 || !d.o.Record().ExpiresAt.Equal(until) {
			t.Errorf("a failed attempt moves %v", c.Stock)
		}
	}
	d.do(news(d, facts(d, begun(d, "k4"), payment.Captured)))
	d.is(order.Confirmed, "paid")
}

func TestLesson31ADisputeIsAHoldByItsReferenceAndNeverALifecycleMove(t *testing.T) {
	lives := map[string]func() (*desk, payment.AttemptID){
		"confirmed": func() (*desk, payment.AttemptID) { return paid(t) },
		"shipped": func() (*desk, payment.AttemptID) {
			d, a := packed(t)
			d.do(shipAll(d, "1"))
			return d, a
		},
		"cancelled": func() (*desk, payment.AttemptID) {
			d, a := paid(t)
			d.do(cancel(d))
			return d, a
		},
	}
	for name, life := range lives {
		for _, end := range []payment.DisputeState{payment.DisputeWon, payment.DisputeLost, payment.DisputeAccepted} {
			d, a := life()
			was := d.o.Record().Status
			one := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeNeedsResponse, Amount: 100, Withdrawn: 100}
			two := payment.DisputeFacts{Ref: "dp_2", State: payment.DisputeUnderReview, Amount: 50, Withdrawn: 50}
			c := d.do(disputed(d, a, one, two))
			if one.State = end; end == payment.DisputeWon {
				one.Withdrawn = 0
			}
			c2 := d.do(disputed(d, a, one, two))
			if d.o.Record().Status != was || len(c.Stock)+len(c2.Stock) > 0 || d.o.Held("dispute:dp_1") || !d.o.Held("dispute:dp_2") {
				t.Errorf("%s, %s: the order is %s, held %v, stock %v %v", name, end, d.o.Record().Status, d.o.Record().Holds, c.Stock, c2.Stock)
			}
		}
	}
}
