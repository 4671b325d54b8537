package order_test

import (
	"context"
	"fmt"
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

func startAgain(d *desk, key, print string) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: key, Print: print, Gateway: "stripe", Mode: payment.Embedded}, d.by("shopper"))
	}
}

// Lesson 5: one open payment per order.
func TestLesson05OneOpenPaymentPerOrder(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.refused(fault.Conflict, "payment_in_progress", startAgain(d, "k2", "f"))
	d.refused(fault.Invalid, "idempotency_key_reused", startAgain(d, "k1", "another"))
	d.again("the same key", startAgain(d, "k1", "f-k1"))
	d.do(news(d, facts(d, a, payment.Expired)))
	d.do(startAgain(d, "k2", "f"))
	if open, is := d.o.OpenAttempt(); !is || open.ID != order.AttemptIDFor(d.o.ID(), "k2") {
		t.Errorf("open is %+v, %v", open, is)
	}
}

func TestWhenAnOrderCannotBePaid(t *testing.T) {
	d := place(t)
	d.wait(30 * time.Minute)
	d.refused(fault.Conflict, "order_state_conflict", startAgain(d, "k1", "f")) // Its hold is over, though nobody has ended it yet.
	d.do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
	d.refused(fault.Conflict, "order_state_conflict", startAgain(d, "k1", "f"))
	d, _ = paid(t)
	d.refused(fault.Conflict, "order_state_conflict", startAgain(d, "k2", "f"))
}

// N32.
func TestAnOrderBeginsTenPaymentsAnHour(t *testing.T) {
	d := place(t)
	for i := range 10 {
		a := start(d, fmt.Sprint(i))
		d.do(news(d, facts(d, a, payment.Expired)))
		d.wait(time.Minute)
	}
	d.refused(fault.TooMany, "rate_limited", startAgain(d, "11", "f"))
	if got, want := d.o.Quota(d.now), (order.Quota{Cards: 3, Again: d.now.Add(50 * time.Minute)}); got != want {
		t.Errorf("the quota is %+v, want %+v", got, want)
	}
	if got, want := d.o.Quota(d.now.Add(50*time.Minute)), (order.Quota{Payments: 1, Cards: 3}); got != want {
		t.Errorf("once the first is an hour old the quota is %+v, want %+v", got, want)
	}
}

// N32.
func TestAnOrderTakesThreeCardsThatAreRefused(t *testing.T) {
	d := place(t)
	for i := range 3 {
		a := begun(d, fmt.Sprint(i))
		declined := facts(d, a, payment.RequiresAction)
		declined.LastError = "card_declined"
		d.do(news(d, declined))
		d.again("the same news", news(d, declined))
		d.do(news(d, facts(d, a, payment.Expired)))
	}
	d.refused(fault.TooMany, "too_many_attempts", startAgain(d, "4", "f"))
	if got := d.o.Quota(d.now); got.Cards != 0 || got.Payments != 7 || !got.Again.Equal(d.now.Add(time.Hour)) {
		t.Errorf("the quota is %+v", got)
	}
}

// Lessons 11 and 16: a declined card is not the end of an attempt, and its failure never touches the order.
func TestFailureCanOnlyEndTheAttemptItBelongsTo(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	declined := facts(d, a, payment.RequiresAction)
	declined.LastError = "card_declined"
	if c := d.do(news(d, declined)); c.Kind != "payment_declined" {
		t.Errorf("the change is %q", c.Kind)
	}
	d.is(order.AwaitingPayment, "failed")
	d.again("the decline", news(d, declined))
	if open, is := d.o.OpenAttempt(); !is || open.State != payment.RequiresAction || open.LastError != "card_declined" {
		t.Errorf("after a decline the attempt is %+v", open)
	}
	d.do(news(d, facts(d, a, payment.Captured)))
	d.is(order.Confirmed, "paid")
	for _, late := range []payment.State{payment.RequiresAction, payment.Canceled, payment.Expired, payment.Failed} {
		f := facts(d, a, late)
		f.LastError = "card_declined"
		d.again("a late "+string(late), news(d, f))
	}
	d.is(order.Confirmed, "paid")
}

func TestTheEndOfAnOldAttemptLeavesTheOpenOneAlone(t *testing.T) {
	d := place(t)
	first := begun(d, "k1")
	expired := facts(d, first, payment.Expired)
	expired.Intent = ""
	d.do(news(d, expired))
	second := begun(d, "k2")
	d.do(news(d, facts(d, second, payment.Processing)))
	before := d.o.Record().ExpiresAt
	d.wait(time.Hour).do(news(d, facts(d, first, payment.Expired))) // Only now its intent becomes known.
	d.is(order.PaymentProcessing, "processing")
	if !d.o.Record().ExpiresAt.Equal(before) {
		t.Errorf("the stock is held until %v, not %v", d.o.Record().ExpiresAt, before)
	}
}

// Lesson 17.
func TestProcessingIsAFirstClassState(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.do(news(d, facts(d, a, payment.Processing)))
	d.is(order.PaymentProcessing, "processing")
	if got := d.o.Record().ExpiresAt; !got.Equal(noon.Add(14 * 24 * time.Hour)) {
		t.Errorf("stock is held until %v", got)
	}
	d.refused(fault.Conflict, "payment_in_progress", startAgain(d, "k2", "f"))
	d.refused(fault.Conflict, "payment_in_progress", func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) })
	d.wait(3 * 24 * time.Hour).do(news(d, facts(d, a, payment.Canceled)))
	d.is(order.AwaitingPayment, "unpaid")
	if got := d.o.Record().ExpiresAt; !got.Equal(d.now.Add(30 * time.Minute)) {
		t.Errorf("another try may last until %v", got)
	}
	b := begun(d, "k2")
	d.do(news(d, facts(d, b, payment.Captured)))
	d.is(order.Confirmed, "paid")
}

// Lesson 2: the webhook is normally before the browser, and before our own call has returned.
func TestLesson02WebhookFirstIsTheNormalOrder(t *testing.T) {
	d := place(t)
	a := start(d, "k1")
	c := d.do(news(d, facts(d, a, payment.Captured)))
	d.is(order.Confirmed, "paid")
	if !slices.Equal(c.Refs, []order.Ref{{Gateway: "stripe", Ref: "pi_" + string(a)}}) {
		t.Errorf("its references are %v", c.Refs)
	}
	d.do(func(o *order.Order) (order.Change, error) { // Our own call comes back at last.
		return o.PaymentStarted(a, payment.Started{Session: "cs_1", Intent: "pi_other"}, nil, d.by("shopper"))
	})
	d.again("an unknown outcome", func(o *order.Order) (order.Change, error) {
		return o.PaymentStarted(a, payment.Started{}, fault.New(fault.Unknown, "x", "", ""), d.by("shopper"))
	})
	d.is(order.Confirmed, "paid")
}

// Lesson 27.
func TestAmbiguousReplyIsUnknown(t *testing.T) {
	tests := []struct {
		name         string
		first, later error
		want         payment.State
	}{
		{"a lost answer is unknown", fault.New(fault.Unknown, "x", "", ""), nil, payment.Unknown},
		{"a deadline is unknown", context.DeadlineExceeded, nil, payment.Unknown},
		{"a conflict is unknown: there is something to be in conflict with", fault.New(fault.Conflict, "x", "", ""), nil, payment.Unknown},
		{"a refusal is final", fault.New(fault.Declined, "x", "card_declined", ""), nil, payment.Failed},
		{"what we sent wrong did not begin", fault.New(fault.Internal, "x", "", ""), nil, payment.Failed},
		{"what cannot succeed did not begin", fault.New(fault.Invalid, "x", "", ""), nil, payment.Failed},
		{"what did not happen may be tried again", fault.New(fault.Unavailable, "x", "", ""), nil, payment.Initiating},
		{"a lost answer, then a refusal, is final", context.Canceled, fault.New(fault.Declined, "x", "", ""), payment.Failed},
		{"a lost answer, then our own mistake, is still unknown", context.Canceled, fault.New(fault.Internal, "x", "", ""), payment.Unknown},
		{"a lost answer, then a gateway that is down, is still unknown", context.Canceled, fault.New(fault.Unavailable, "x", "", ""), payment.Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := place(t)
			a := start(d, "k1")
			for _, failure := range []error{tt.first, tt.first, tt.later} {
				if failure != nil {
					d.do(func(o *order.Order) (order.Change, error) {
						return o.PaymentStarted(a, payment.Started{}, failure, d.by("shopper"))
					})
				}
			}
			got, _ := d.o.Attempt(a)
			if got.State != tt.want {
				t.Fatalf("the attempt is %s, want %s", got.State, tt.want)
			}
			if _, err := d.try(startAgain(d, "k2", "f")); (fault.Code(err) == "payment_in_progress") != tt.want.Open() {
				t.Errorf("another attempt: %v", err)
			}
		})
	}
}

func TestAnUnknownAttemptIsEndedByTheGatewaysAnswer(t *testing.T) {
	for _, s := range []payment.State{payment.RequiresAction, payment.Processing, payment.Authorized, payment.Captured, payment.Canceled, payment.Expired} {
		d := place(t)
		a := start(d, "k1")
		d.do(func(o *order.Order) (order.Change, error) {
			return o.PaymentStarted(a, payment.Started{}, context.DeadlineExceeded, d.by("shopper"))
		})
		d.is(order.AwaitingPayment, "processing")
		d.do(news(d, facts(d, a, s)))
		if got, _ := d.o.Attempt(a); got.State != s {
			t.Errorf("the attempt is %s, want %s", got.State, s)
		}
	}
}

// I12 and lesson 23: compare amount and currency on every confirmation; mismatch is a hold.
func TestAnotherAmountOrCurrencyIsNeverPaid(t *testing.T) {
	tests := []struct {
		name     string
		amount   money.Amount
		captured int64
		books    int64
	}{
		{"a cent too little", money.Of(total-1, "EUR"), total - 1, total - 1},
		{"a cent too much", money.Of(total+1, "EUR"), total + 1, total + 1},
		{"less than was asked for", money.Of(total, "EUR"), total - 1, total - 1},
		{"asked for less, and yet all", money.Of(total-1, "EUR"), total, total},
		{"another currency, which our books cannot count", money.Of(total, "USD"), total, 0},
		{"captured, but nothing", money.Of(total, "EUR"), 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := place(t)
			a := begun(d, "k1")
			f := facts(d, a, payment.Captured)
			f.Amount, f.Captured = tt.amount, tt.captured
			if c := d.do(news(d, f)); c.Kind != "amount_mismatch" || len(c.Messages) > 0 {
				t.Errorf("the change is %q and sends %v", c.Kind, c.Messages)
			}
			d.is(order.AwaitingPayment, "processing")
			if !d.o.Held("amount_mismatch") || d.balances()[ledger.GatewayClearing] != tt.books {
				t.Errorf("held: %v; booked %v", d.o.Record().Holds, d.balances())
			}
			d.again("the same money", news(d, f))
			d.refused(fault.Conflict, "order_state_conflict", startAgain(d, "k2", "f")) // I3: never charged twice.
			d.wait(time.Hour)
			d.refused(fault.Conflict, "order_state_conflict", func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
			if got := d.o.Overdue(d.now); slices.Contains(got, order.EndUnpaid) {
				t.Errorf("the sweep would %v", got)
			}
		})
	}
}

func TestMismatchedMoneyCanBeGivenBackAndTheOrderEnds(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	f := facts(d, a, payment.Captured)
	f.Captured = total - 1
	d.do(news(d, f))
	d.do(func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: total - 1}, d.by("staff:1"))
	})
	if c := d.do(refundNews(d, "r1", payment.RefundSucceeded)); len(c.Stock) != 2 || c.Stock[0].Kind != catalog.Release {
		t.Errorf("its stock: %v", c.Stock)
	}
	d.is(order.Cancelled, "refunded")
	mailed(d)
	d.do(func(o *order.Order) (order.Change, error) { return o.Lift("amount_mismatch", d.by("staff:1")) })
	if due := d.o.Record().Due; !due.IsZero() {
		t.Errorf("it is due at %v", due)
	}
	for account, balance := range d.balances() {
		if balance != 0 {
			t.Errorf("%s stands at %d", account, balance)
		}
	}
}

// Lesson 26 and I3: a second payment of a paid order goes back, all of it, from itself.
func TestADuplicatePaymentIsRefunded(t *testing.T) {
	d := place(t)
	first := begun(d, "k1")
	d.do(news(d, facts(d, first, payment.Expired)))
	second := begun(d, "k2")
	d.do(news(d, facts(d, first, payment.Captured))) // It was paid in its last second.
	d.is(order.Confirmed, "paid")
	c := d.do(news(d, facts(d, second, payment.Captured)))
	if c.Kind != "duplicate_payment" || len(c.Stock) > 0 {
		t.Errorf("the change is %+v", c)
	}
	r := d.o.Record()
	if len(r.Refunds) != 1 || r.Refunds[0].Attempt != second || r.Refunds[0].Amount != total || r.Refunds[0].Cause != payment.DuplicatePayment || r.PaidBy != first {
		t.Errorf("refunds %+v, paid by %s", r.Refunds, r.PaidBy)
	}
	d.again("the second payment", news(d, facts(d, second, payment.Captured)))
	d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(second, payment.RefundFacts{ID: r.Refunds[0].ID, Ref: "re_1", State: payment.RefundSucceeded, Amount: total}, d.gateway())
	})
	d.is(order.Confirmed, "paid") // I18: the order itself is not refunded.
	if got := d.balances(); got[ledger.Receivable] != 0 || got[ledger.GatewayClearing] != total || got[ledger.RefundsPayable] != 0 {
		t.Errorf("the books stand at %v", got)
	}
}

// I11 and lesson 12: late money re-opens what expired, if there is stock; else it goes back in full.
func TestLateMoney(t *testing.T) {
	expire := func(t *testing.T) (*desk, payment.AttemptID) {
		d := place(t)
		a := begun(d, "k1")
		d.do(news(d, facts(d, a, payment.Expired)))
		d.wait(31 * time.Minute).do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
		d.wait(time.Hour)
		return d, a
	}
	t.Run("late money re-opens an expired order and takes its stock again", func(t *testing.T) {
		d, a := expire(t)
		c := d.do(news(d, facts(d, a, payment.Captured)))
		d.is(order.Confirmed, "paid")
		if c.Kind != "late_payment_accepted" || !slices.Equal(messages(c), []string{"fulfillment ", "mail order_confirmed"}) ||
			!slices.Equal(c.Stock, []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 2}, {SKU: "tea", Kind: catalog.Reserve, Quantity: 1}}) {
			t.Errorf("the change is %+v", c)
		}
	})
	back := func(t *testing.T, d *desk, a payment.AttemptID, end order.Status) {
		c := d.do(func(o *order.Order) (order.Change, error) {
			return o.ApplyPayment(facts(d, a, payment.Captured), false, d.gateway())
		})
		d.is(end, "processing")
		r := d.o.Record()
		if c.Kind != "late_payment_refunded" || len(c.Stock) > 0 || !slices.Equal(messages(c), []string{"mail late_payment_refunded"}) ||
			len(r.Refunds) != 1 || r.Refunds[0].Amount != total || r.Refunds[0].Cause != payment.LatePayment {
			t.Errorf("the change is %+v, the refunds %+v", c, r.Refunds)
		}
		d.do(func(o *order.Order) (order.Change, error) {
			return o.ApplyRefund(a, payment.RefundFacts{ID: r.Refunds[0].ID, Ref: "re_1", State: payment.RefundSucceeded, Amount: total}, d.gateway())
		})
		d.is(end, "refunded")
		for account, balance := range d.balances() {
			if balance != 0 {
				t.Errorf("%s stands at %d", account, balance)
			}
		}
		mailed(d)
		if due := d.o.Record().Due; !due.IsZero() {
			t.Errorf("it is due at %v", due)
		}
	}
	t.Run("late money without stock goes back in full", func(t *testing.T) {
		d, a := expire(t)
		back(t, d, a, order.Expired)
	})
	t.Run("late money for a cancelled order goes back in full", func(t *testing.T) {
		d := place(t)
		a := begun(d, "k1")
		d.do(news(d, facts(d, a, payment.Canceled)))
		d.do(func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) })
		back(t, d, a, order.Cancelled)
	})
}

// N54: facts of another order, or of no attempt, touch nothing.
func TestFactsOfAnotherOrder(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	other, none := facts(d, a, payment.Captured), facts(d, "pay_none", payment.Captured)
	other.Order = string(order.IDFor("k2"))
	for _, f := range []payment.Facts{other, none} {
		d.refused(fault.Conflict, "attempt_unknown", news(d, f))
	}
	d.refused(fault.NotFound, "not_found", ready(d, "pay_none"))
	d.is(order.AwaitingPayment, "unpaid")
}

func TestWhatIsAuthorizedIsNotPaid(t *testing.T) {
	d := place(t)
	a := begun(d, "k1")
	d.do(news(d, facts(d, a, payment.Authorized)))
	d.is(order.AwaitingPayment, "authorized")
	d.do(news(d, facts(d, a, payment.Captured)))
	d.is(order.Confirmed, "paid")
}

func TestNewsWithoutAStateDoNotLookLikeAPayment(t *testing.T) {
	d, a := paid(t)
	f := facts(d, a, payment.Captured)
	f.Disputes = []payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeNeedsResponse, Amount: total}}
	if c := d.do(news(d, f)); c.Kind != "dispute_opened" {
		t.Errorf("a dispute is %q", c.Kind)
	}
	f.Disputes[0].State = payment.DisputeWon
	if c := d.do(news(d, f)); c.Kind != "dispute_closed" {
		t.Errorf("its end is %q", c.Kind)
	}
	f.Refunds = []payment.RefundFacts{{Ref: "re_1", State: payment.RefundPending, Amount: 5}}
	if c := d.do(news(d, f)); c.Kind != "refund_pending" {
		t.Errorf("a refund is %q", c.Kind)
	}
}

func mustEuros(minor int64) money.Amount { return money.Of(minor, "EUR") }
