package localshop_test

import (
	"net/http"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
)

func TestARefundWhoseAnswerWasLostGoesOnByItself(t *testing.T) {
	for name, f := range map[string]stripesim.APIFaults{
		"lost after the effect":  {TimeoutAfter: 1},
		"lost before the effect": {TimeoutBefore: 1},
		"500 after the effect":   {ErrorAfter: 1, Status: 500},
		"down":                   {Down: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.Trouble(stripesim.Faults{API: f})
			if got := w.Refunded(w.Refund(o.ID, 1000, "lost")); got != "unknown" && got != "requested" {
				t.Fatalf("refund is %s", got)
			}
			w.Refund(o.ID, o.Total.Amount-999, w.Key()).Want(t, http.StatusConflict, "refund_exceeds_captured")
			w.sound()
			w.Trouble(stripesim.Faults{})
			w.pass(time.Hour)
			w.Is(o, "fulfilling", "partially_refunded", "unfulfilled")
			if got := w.Refunded(w.Refund(o.ID, 1000, "lost")); got != "succeeded" || w.mailed(o.ID, "refund_sent") != 1 {
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
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.Trouble(stripesim.Faults{Refunds: tt.how})
			if got := w.Refunded(w.Refund(o.ID, 1000, "slow")); got != tt.first {
				t.Errorf("at first %s", got)
			}
			w.sound()
			w.pass(2 * time.Hour)
			if got := w.Refunded(w.Refund(o.ID, 1000, "slow")); got != tt.last {
				t.Errorf("in the end %s", got)
			}
			got := w.StaffView(o.ID)
			if failed := tt.last == "failed"; got.OnHold != failed || (got.PaymentStatus == "paid") != failed {
				t.Errorf("%+v", got)
			}
			w.settled()
			if tt.last != "failed" {
				return
			}
			// The money is ours again: all of it can be sent once more, and then there is nothing to ship.
			w.Trouble(stripesim.Faults{})
			w.Refund(o.ID, o.Total.Amount, w.Key()).Want(t, http.StatusCreated)
			w.pass(time.Hour)
			w.Is(o, "cancelled", "refunded", "unfulfilled")
			w.settled()
		})
	}
}

func TestADisputeHoldsTheOrderUntilItIsDecided(t *testing.T) {
	w := open(t)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	w.Enter(w.Pay(o.ID, "hosted").RedirectURL, acceptance.Disputed).Want(t, http.StatusSeeOther)
	w.pass(time.Minute)
	w.Is(o, "fulfilling", "disputed", "unfulfilled")
	w.Ship(o.ID, "JD0140").Want(t, http.StatusConflict, "order_on_hold")
	w.settled()
	if err := w.Stripe.CloseDispute(w.Stripe.Payments()[0].Dispute, true); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.settled()
}
