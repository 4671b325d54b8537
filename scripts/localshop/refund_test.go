package localshop_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/stripesim"
	"till/shared/ledger"
)

// fulfilling is an order that is paid and waits for staff to ship it.
func (w *world) fulfilling(b basket) orderSeen {
	w.t.Helper()
	o := w.buy(b, "hosted")
	w.pass(10 * time.Second)
	return w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
}

// refunded is how an answer to a refund says that it stands.
func (w *world) refunded(r reply) string {
	w.t.Helper()
	var got struct {
		Refund struct {
			ID     string `json:"id"`
			Status string `json:"status"`
		} `json:"refund"`
	}
	r.want(w.t, http.StatusCreated).into(w.t, &got)
	return got.Refund.Status
}

func TestAnOrderIsRefundedInPartAndThenInFull(t *testing.T) {
	w := open(t)
	o := w.fulfilling(of("mug-blue", 2, "EUR")) // 45.81
	if got := w.refunded(w.refund(o.ID, 1000, "first")); got != "succeeded" {
		t.Fatalf("refund is %s", got)
	}
	w.refund(o.ID, 1000, "first").want(t, http.StatusCreated) // A repeat gives nothing back.
	w.refund(o.ID, 1001, "first").want(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	w.refund(o.ID, 0, w.key()).want(t, http.StatusUnprocessableEntity, "refund_invalid")
	w.refund(o.ID, 3582, w.key()).want(t, http.StatusConflict, "refund_exceeds_captured")
	w.pass(10 * time.Second)
	w.wantStatus(o, "fulfilling", "partially_refunded", "unfulfilled")
	w.sound()

	w.refund(o.ID, 3581, w.key()).want(t, http.StatusCreated)
	w.wantStatus(o, "cancelled", "refunded", "unfulfilled") // Nothing is left to ship.
	if s := w.stock("mug-blue"); s.Reserved != 0 || s.Free != 500 {
		t.Errorf("stock: %+v", s)
	}
	w.ship(o.ID, "JD0140").want(t, http.StatusConflict, "order_state_conflict")
	w.refund(o.ID, 1, w.key()).want(t, http.StatusConflict, "refund_exceeds_captured")
	w.pass(time.Hour)
	if n := w.Cloud.Machines.Count(); n[asl.Running] != 0 || n[asl.Succeeded] != 1 {
		t.Errorf("executions: %v", n)
	}
	if w.mailed(o.ID, "refund_sent") != 2 || w.mailed(o.ID, "order_cancelled") != 0 {
		t.Errorf("mails: %+v", w.Mails.All())
	}
	if diff := cmp.Diff(map[ledger.Account]int64{}, w.balances()); diff != "" {
		t.Error(diff)
	}
	w.settled()
}

func TestAShippedOrderIsRefundedInFullAndStaysShipped(t *testing.T) {
	w := open(t)
	o := w.fulfilling(of("mug-blue", 1, "EUR"))
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.refund(o.ID, o.Total.Amount, w.key()).want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.wantStatus(o, "shipped", "refunded", "fulfilled")
	w.settled()
}

func TestTwentyRefundsAtOnceGiveNoMoreBackThanWasPaid(t *testing.T) {
	w := open(t, crowded)
	o := w.buy(of("tee-organic", 1, "USD"), "hosted") // To Germany: 32.00 + 5.90 + 19 %.
	w.pass(10 * time.Second)
	part := w.view(o.ID).Total.Amount / 10
	statuses := make([]int, 20)
	w.signIn()
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() {
			statuses[i] = w.refund(o.ID, part, fmt.Sprintf("refund-%d", i)).status
		})
	}
	all.Wait()
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	if count[http.StatusCreated] != 10 || count[http.StatusConflict] != 10 {
		t.Fatalf("answers: %v", count)
	}
	w.pass(time.Hour)
	if b := w.stories()[0].book; b.Refunded != 10*part {
		t.Errorf("gateway: %+v", b)
	}
	w.settled()
}

func TestARefundWhoseAnswerWasLostGoesOnByItself(t *testing.T) {
	for name, f := range map[string]stripesim.APIFaults{
		"lost after the effect":  {TimeoutAfter: 1},
		"lost before the effect": {TimeoutBefore: 1},
		"500 after the effect":   {ErrorAfter: 1, Status: 500},
		"down":                   {Down: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			o := w.fulfilling(of("mug-blue", 1, "EUR"))
			w.trouble(stripesim.Faults{API: f})
			if got := w.refunded(w.refund(o.ID, 1000, "lost")); got != "unknown" && got != "requested" {
				t.Fatalf("refund is %s", got)
			}
			w.refund(o.ID, o.Total.Amount-999, w.key()).want(t, http.StatusConflict, "refund_exceeds_captured")
			w.sound()
			w.trouble(stripesim.Faults{})
			w.pass(time.Hour)
			w.wantStatus(o, "fulfilling", "partially_refunded", "unfulfilled")
			if got := w.refunded(w.refund(o.ID, 1000, "lost")); got != "succeeded" || w.mailed(o.ID, "refund_sent") != 1 {
				t.Errorf("refund is %s, mails %+v", got, w.Mails.All())
			}
			w.settled()
		})
	}
}

func TestARefundThatTakesItsTimeIsFollowed(t *testing.T) {
	tests := []struct{ name, how, first, last string }{
		{"pending, then sent", stripesim.RefundsPending, "pending", "succeeded"},
		{"pending, then failed", stripesim.RefundsPendingFail, "pending", "failed"},
		{"sent, and back again", stripesim.RefundsFailLate, "succeeded", "failed"},
		{"refused", stripesim.RefundsFailed, "failed", "failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			o := w.fulfilling(of("mug-blue", 1, "EUR"))
			w.trouble(stripesim.Faults{Refunds: tt.how})
			if got := w.refunded(w.refund(o.ID, 1000, "slow")); got != tt.first {
				t.Errorf("at first %s", got)
			}
			w.sound()
			w.pass(2 * time.Hour)
			if got := w.refunded(w.refund(o.ID, 1000, "slow")); got != tt.last {
				t.Errorf("in the end %s", got)
			}
			got := w.staffView(o.ID)
			if failed := tt.last == "failed"; got.OnHold != failed || (got.PaymentStatus == "paid") != failed {
				t.Errorf("%+v", got)
			}
			w.settled()
			if tt.last != "failed" {
				return
			}
			// The money is ours again: all of it can be sent once more, and then there is nothing to ship.
			w.trouble(stripesim.Faults{})
			w.refund(o.ID, o.Total.Amount, w.key()).want(t, http.StatusCreated)
			w.pass(time.Hour)
			w.wantStatus(o, "cancelled", "refunded", "unfulfilled")
			w.settled()
		})
	}
}

func TestARefundMadeAtTheGatewayIsOnTheBooks(t *testing.T) {
	w := open(t)
	o := w.fulfilling(of("mug-blue", 1, "EUR"))
	intent := w.Stripe.Payments()[0].Intent
	w.asShop("/v1/refunds", "payment_intent", intent, "amount", "500").want(t, http.StatusOK)
	w.pass(time.Minute)
	w.wantStatus(o, "fulfilling", "partially_refunded", "unfulfilled")
	w.settled()
	w.asShop("/v1/refunds", "payment_intent", intent).want(t, http.StatusOK)
	w.pass(time.Hour)
	w.wantStatus(o, "cancelled", "refunded", "unfulfilled")
	w.settled()
}

func TestADisputeHoldsTheOrderUntilItIsDecided(t *testing.T) {
	w := open(t)
	o := w.place(of("mug-blue", 1, "EUR"))
	w.enter(w.pay(o.ID, "hosted").RedirectURL, disputed).want(t, http.StatusSeeOther)
	w.pass(time.Minute)
	w.wantStatus(o, "fulfilling", "disputed", "unfulfilled")
	w.ship(o.ID, "JD0140").want(t, http.StatusConflict, "order_on_hold")
	w.settled()
	if err := w.Stripe.CloseDispute(w.Stripe.Payments()[0].Dispute, true); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.settled()
}
