package order_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

func askBack(d *desk, key string, amount int64) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: key, Amount: amount, Note: []byte("sealed")}, d.by("staff:1"))
	}
}

// refundNews is what the gateway says of our refund of a key.
func refundNews(d *desk, key string, s payment.RefundState) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		r, _ := o.Refund(order.RefundIDFor(o.ID(), key))
		return o.ApplyRefund(r.Attempt, payment.RefundFacts{ID: r.ID, Ref: "re_" + key, State: s, Amount: r.Amount}, d.gateway())
	}
}

// N28 and I14: refunds, open ones included, never exceed what was captured.
func TestRefundsAreBounded(t *testing.T) {
	d := place(t)
	d.refused(fault.Invalid, "refund_invalid", askBack(d, "r0", 100)) // Nothing is captured.
	d, _ = paid(t)
	for _, amount := range []int64{0, -1, -total} {
		d.refused(fault.Invalid, "refund_invalid", askBack(d, "r0", amount))
	}
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r0", total+1))
	for i := range 20 { // Twenty at once, each of a tenth.
		if _, err := d.try(askBack(d, fmt.Sprint(i), total/10)); (err == nil) != (i < 10) || i >= 10 && fault.Code(err) != "refund_exceeds_captured" {
			t.Errorf("refund %d: %v", i, err)
		}
	}
	d.do(askBack(d, "rest", total-10*(total/10)))
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "one more", 1))
	d.again("a repeat of the key", askBack(d, "rest", total-10*(total/10)))
	d.refused(fault.Invalid, "idempotency_key_reused", askBack(d, "rest", 1))
	d.do(refundNews(d, "rest", payment.RefundFailed)) // Its amount is free again.
	d.do(askBack(d, "again", total-10*(total/10)))
}

func TestAPartialThenAFullRefundGiveBackThePartsOfTheSale(t *testing.T) {
	d, _ := paid(t)
	c := d.do(askBack(d, "r1", 1000))
	if c.Kind != "refund_requested" || string(c.Note) != "sealed" {
		t.Errorf("the change is %+v", c)
	}
	d.do(refundNews(d, "r1", payment.RefundSucceeded))
	d.is(order.Confirmed, "partially_refunded")
	d.do(askBack(d, "r2", total-1000))
	d.do(refundNews(d, "r2", payment.RefundPending))
	d.is(order.Confirmed, "partially_refunded")
	if c := d.do(refundNews(d, "r2", payment.RefundSucceeded)); len(c.Stock) != 2 || c.Stock[0].Kind != catalog.Release {
		t.Errorf("its stock: %v", c.Stock) // Nothing was shipped, so that is its end.
	}
	d.is(order.Cancelled, "refunded")
	for account, balance := range d.balances() {
		if balance != 0 {
			t.Errorf("%s stands at %d", account, balance)
		}
	}
}

// anyRefundsShareOut: whatever is refunded and fails, no part of the sale is given back twice; and a full refund gives back
// exactly the parts of the sale. The desk checks the parts after each step.
func anyRefundsShareOut(t *rapid.T) {
	d, _ := paid(t)
	for i := range rapid.IntRange(1, 8).Draw(t, "refunds") {
		key := fmt.Sprint(i)
		if _, err := d.try(askBack(d, key, rapid.Int64Range(1, total).Draw(t, "amount"))); err != nil {
			continue
		}
		for _, s := range rapid.SliceOfN(rapid.SampledFrom(payment.RefundStates()), 0, 3).Draw(t, "news") {
			d.do(refundNews(d, key, s))
		}
	}
	r := d.o.Record()
	left := r.Captured()
	for _, f := range r.Refunds {
		if f.State.Live() {
			left -= f.Amount
		}
	}
	if left > 0 {
		d.do(askBack(d, "rest", left))
	}
	if got := d.balances(); got[ledger.Revenue] != 0 || got[ledger.Shipping] != 0 || got[ledger.Tax] != 0 || got[ledger.Receivable] != 0 {
		t.Fatalf("all refunded, and the books stand at %v: %+v", got, d.o.Record().Refunds)
	}
}

func TestShares(t *testing.T) { rapid.Check(t, anyRefundsShareOut) }

// Lesson 25.
func TestOnlySucceededMovesMoneyAndFailedGivesItBack(t *testing.T) {
	for _, end := range []payment.RefundState{payment.RefundFailed, payment.RefundCanceled} {
		d, _ := paid(t)
		d.do(askBack(d, "r1", 1000))
		if got := d.balances(); got[ledger.GatewayClearing] != total || got[ledger.RefundsPayable] != -1000 {
			t.Errorf("a request moved money: %v", got)
		}
		if end == payment.RefundFailed { // Days after success.
			if c := d.do(refundNews(d, "r1", payment.RefundSucceeded)); !slices.Equal(messages(c), []string{"mail refund_sent"}) {
				t.Errorf("success sends %v", messages(c))
			}
			if got := d.balances(); got[ledger.GatewayClearing] != total-1000 || got[ledger.RefundsPayable] != 0 {
				t.Errorf("success moved no money: %v", got)
			}
		}
		d.wait(3 * 24 * time.Hour).do(refundNews(d, "r1", end))
		d.is(order.Confirmed, "paid")
		id := order.RefundIDFor(d.o.ID(), "r1")
		if got := d.balances(); got[ledger.GatewayClearing] != total || got[ledger.RefundsPayable] != 0 || got[ledger.Revenue] != -2500 || !d.o.Held("refund_failed:"+string(id)) {
			t.Errorf("%s left %v and holds %v", end, got, d.o.Record().Holds)
		}
		for _, late := range payment.RefundStates() {
			d.again("late news "+string(late), refundNews(d, "r1", late))
		}
	}
}

func TestAnUnknownRefundIsAskedForAgain(t *testing.T) {
	d, _ := paid(t)
	d.do(askBack(d, "r1", 1000))
	id := order.RefundIDFor(d.o.ID(), "r1")
	unknown := func(o *order.Order) (order.Change, error) { return o.RefundUnknown(id, d.by("sweep")) }
	if c := d.do(unknown); c.Kind != "refund_unknown" {
		t.Errorf("the change is %q", c.Kind)
	}
	d.again("an unknown outcome", unknown)
	if r, _ := d.o.Refund(id); !r.State.Open() || !r.State.Live() || len(d.o.OpenRefunds()) != 1 {
		t.Errorf("the refund is %+v", r)
	}
	d.do(refundNews(d, "r1", payment.RefundSucceeded))
	d.again("an unknown outcome that comes late", unknown)
	d.again("an unknown outcome of no refund", func(o *order.Order) (order.Change, error) { return o.RefundUnknown("ref_none", d.by("sweep")) })
}

// atGateway is a refund made on the gateway's own dashboard.
func atGateway(d *desk, a payment.AttemptID, refunds ...payment.RefundFacts) func(*order.Order) (order.Change, error) {
	f := facts(d, a, payment.Captured)
	f.Refunds = refunds
	return news(d, f)
}

func TestARefundMadeAtTheGatewayIsBooked(t *testing.T) {
	d, a := paid(t)
	f := payment.RefundFacts{Ref: "re_x", State: payment.RefundSucceeded, Amount: total}
	if c := d.do(atGateway(d, a, f)); c.Kind != "refund_succeeded" {
		t.Errorf("the change is %q", c.Kind)
	}
	d.again("it", atGateway(d, a, f))
	d.is(order.Cancelled, "refunded")
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r1", 1))
	if r := d.o.Record().Refunds[0]; r.Cause != payment.AtGateway || r.Ref != "re_x" {
		t.Errorf("it is kept as %+v", r)
	}
	d.again("one that came to nothing there", atGateway(d, a, f, payment.RefundFacts{Ref: "re_y", State: payment.RefundFailed, Amount: 5}))
	d.again("one of nothing", atGateway(d, a, f, payment.RefundFacts{Ref: "re_z", State: payment.RefundPending}))
}

func TestTwoRefundsAtOnceAreOneMail(t *testing.T) {
	d, a := paid(t)
	mailed(d)
	c := d.do(atGateway(d, a, payment.RefundFacts{Ref: "re_1", State: payment.RefundSucceeded, Amount: 5}, payment.RefundFacts{Ref: "re_2", State: payment.RefundSucceeded, Amount: 6}))
	if !slices.Equal(messages(c), []string{"mail refund_sent"}) || len(d.o.Record().Owed) != 1 {
		t.Errorf("it sends %v and owes %v", messages(c), d.o.Record().Owed)
	}
}

// Lesson 24: what the gateway did is on the books, even if we took it for refused, or if it did it twice.
func TestMoneyThatLeftIsNeverForgotten(t *testing.T) {
	t.Run("a refund that was taken for refused is there after all", func(t *testing.T) {
		d, a := paid(t)
		d.do(askBack(d, "r1", 1000))
		id := order.RefundIDFor(d.o.ID(), "r1")
		d.do(func(o *order.Order) (order.Change, error) {
			return o.ApplyRefund(a, payment.RefundFacts{ID: id, State: payment.RefundFailed, Amount: 1000}, d.by("sweep"))
		})
		f := payment.RefundFacts{ID: id, Ref: "re_1", State: payment.RefundSucceeded, Amount: 1000}
		d.do(atGateway(d, a, f))
		d.again("it", atGateway(d, a, f))
		if r := d.o.Record(); r.Refunded() != 1000 {
			t.Errorf("%d is refunded", r.Refunded())
		}
		f.State = payment.RefundFailed
		d.do(atGateway(d, a, f))
		if got := d.balances()[ledger.GatewayClearing]; got != total {
			t.Errorf("after its failure the gateway holds %d", got)
		}
	})
	t.Run("a refund that was made twice counts twice", func(t *testing.T) {
		d, a := paid(t)
		d.do(askBack(d, "r1", 1000))
		d.do(refundNews(d, "r1", payment.RefundSucceeded))
		second := payment.RefundFacts{ID: order.RefundIDFor(d.o.ID(), "r1"), Ref: "re_again", State: payment.RefundSucceeded, Amount: 1000}
		d.do(atGateway(d, a, second))
		d.again("it", atGateway(d, a, second))
		if got := d.balances()[ledger.GatewayClearing]; got != total-2000 {
			t.Errorf("the gateway holds %d", got)
		}
	})
}

func TestWhatWasNeverOwedIsRefundedFirst(t *testing.T) {
	d := place(t)
	first := begun(d, "k1")
	d.do(news(d, facts(d, first, payment.Expired)))
	second := begun(d, "k2")
	d.do(news(d, facts(d, second, payment.Captured)))
	d.do(news(d, facts(d, first, payment.Captured)))
	r := d.o.Record().Refunds[0]
	d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(first, payment.RefundFacts{ID: r.ID, State: payment.RefundFailed, Amount: total}, d.by("sweep"))
	})
	d.do(askBack(d, "r1", total)) // Staff try the duplicate's refund again.
	if got, _ := d.o.Refund(order.RefundIDFor(d.o.ID(), "r1")); got.Attempt != first || got.Goods != 0 {
		t.Errorf("the refund is %+v", got)
	}
	d.do(askBack(d, "r2", 100))
	if got, _ := d.o.Refund(order.RefundIDFor(d.o.ID(), "r2")); got.Attempt != second || got.Goods == 0 {
		t.Errorf("the refund is %+v", got)
	}
}

// Lesson 31.
func TestADisputeIsAHoldAndNeverTouchesTheLifeOfTheOrder(t *testing.T) {
	d, a := packed(t)
	say := func(disputes ...payment.DisputeFacts) func(*order.Order) (order.Change, error) {
		f := facts(d, a, payment.Captured)
		f.Disputes = disputes
		return news(d, f)
	}
	one := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeNeedsResponse, Amount: 1000}
	two := payment.DisputeFacts{Ref: "dp_2", State: payment.DisputeUnderReview, Amount: 500}
	d.do(say(one, two))
	d.again("they", say(one, two))
	d.is(order.Fulfilling, "disputed")
	d.refused(fault.Conflict, "order_on_hold", shipAll(d, "1"))
	won := one
	won.State = payment.DisputeWon
	d.do(say(won, two))
	d.is(order.Fulfilling, "disputed") // A won dispute does not free the order of a second one.
	lost := two
	lost.State = payment.DisputeLost
	d.do(say(won, lost))
	d.is(order.Fulfilling, "paid")
	d.again("old news of a lost dispute", say(won, two))
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r1", total-500+1))
	d.do(askBack(d, "r1", total-500)) // I14: what a dispute took is not refundable.
	d.refused(fault.Conflict, "order_state_conflict", shipAll(d, "1"))
}

func TestARefundOfAnUnknownAttempt(t *testing.T) {
	d, _ := paid(t)
	d.refused(fault.Conflict, "attempt_unknown", func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund("pay_none", payment.RefundFacts{Ref: "re_1", State: payment.RefundSucceeded, Amount: 1}, d.gateway())
	})
}
