package localshop_test

import (
	"net/http"
	"testing"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/stripesim"
	"till/shared/order"
	"till/shared/payment"
)

func TestACancelledOrderGivesBackWhatItHeld(t *testing.T) {
	tests := []struct {
		name  string
		until func(w *world) orderSeen
		paid  string
	}{
		{"before it is paid", func(w *world) orderSeen { return w.place(of("mug-blue", 2, "EUR")) }, "unpaid"},
		{"while its pay page is open", func(w *world) orderSeen {
			o := w.place(of("mug-blue", 2, "EUR"))
			w.pay(o.ID, "hosted")
			return o
		}, "unpaid"},
		{"while its form is open", func(w *world) orderSeen {
			o := w.place(of("mug-blue", 2, "EUR"))
			w.pay(o.ID, "embedded")
			return o
		}, "unpaid"},
		{"while the bank asks for authentication", func(w *world) orderSeen {
			o := w.place(of("mug-blue", 2, "EUR"))
			w.confirm(w.pay(o.ID, "embedded"), authenticates).want(w.t, http.StatusOK)
			return o
		}, "unpaid"},
		{"the moment it is paid", func(w *world) orderSeen { return w.buy(of("mug-blue", 2, "EUR"), "embedded") }, "refunded"},
		{"when it is confirmed", func(w *world) orderSeen { return w.buy(of("mug-blue", 2, "EUR"), "hosted") }, "refunded"},
		{"when staff are packing it", func(w *world) orderSeen { return w.fulfilling(of("mug-blue", 2, "EUR")) }, "refunded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			o := tt.until(w)
			w.cancel(o.ID).want(t, http.StatusOK)
			w.wantStatus(o, "cancelled", tt.paid, "unfulfilled")
			w.sound()
			w.cancel(o.ID).want(t, http.StatusOK) // A repeat.
			w.pass(time.Hour)
			w.wantStatus(o, "cancelled", tt.paid, "unfulfilled")
			if s := w.stock("mug-blue"); s.Reserved != 0 || s.Free != 500 {
				t.Errorf("stock: %+v", s)
			}
			if w.mailed(o.ID, "order_cancelled") != 1 || w.Cloud.Machines.Count()[asl.Running] != 0 {
				t.Errorf("mails %+v, executions %v", w.Mails.All(), w.Cloud.Machines.Count())
			}
			_, late := w.tryPay(o.ID, "hosted", w.key())
			late.want(t, http.StatusConflict, "order_state_conflict")
			w.settled()
		})
	}
}

func TestAShippedOrderCannotBeCancelled(t *testing.T) {
	w := open(t)
	o := w.fulfilling(of("mug-blue", 2, "EUR"))
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.cancel(o.ID).want(t, http.StatusConflict, "order_state_conflict")
	w.pass(time.Hour)
	w.wantStatus(o, "shipped", "paid", "fulfilled")
	w.settled()
}

func TestAnUnpaidOrderExpiresAndCannotBePaidAnyMore(t *testing.T) {
	for _, mode := range []string{"", "hosted", "embedded"} {
		t.Run("with "+mode, func(t *testing.T) {
			w := open(t)
			o := w.place(of("tea-assam", 4, "EUR"))
			var p paymentSeen
			if mode != "" {
				p = w.pay(o.ID, mode)
			}
			w.pass(29 * time.Minute)
			w.sound()
			w.wantStatus(o, "awaiting_payment", "unpaid", "unfulfilled")
			if _, r := w.tryPlace(of("tea-assam", 1, "EUR"), w.key()); r.code() != "out_of_stock" {
				t.Fatalf("stock of an unpaid order was sold: %s", r.body)
			}
			w.pass(3 * time.Minute)
			w.wantStatus(o, "expired", "unpaid", "unfulfilled")
			switch mode {
			case "hosted":
				w.enter(p.RedirectURL, pays).want(t, http.StatusGone)
			case "embedded":
				w.confirm(p, pays).want(t, http.StatusBadRequest)
			}
			_, late := w.tryPay(o.ID, "hosted", w.key())
			late.want(t, http.StatusConflict, "order_state_conflict")
			w.cancel(o.ID).want(t, http.StatusConflict, "order_state_conflict")
			w.place(of("tea-assam", 4, "EUR"))
			w.pass(day)
			w.settled()
		})
	}
}

func TestAnOrderThatIsPaidAtTheLastMomentDoesNotExpire(t *testing.T) {
	w := open(t)
	w.trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Drop: 1}})
	o := w.place(of("tea-assam", 4, "EUR"))
	p := w.pay(o.ID, "embedded")
	w.pass(29*time.Minute + 59*time.Second)
	w.confirm(p, pays).want(t, http.StatusOK) // Nobody tells us; the sweep asks before it lets the order expire.
	w.pass(3 * time.Minute)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.settled()
}

func TestABankDebitHoldsTheOrderForDays(t *testing.T) {
	for account, want := range map[string][2]string{
		"DE89370400440532013000": {"fulfilling", "paid"},
		"DE62370400440532013001": {"expired", "failed"},
	} {
		t.Run(want[1], func(t *testing.T) {
			w := open(t)
			o := w.place(of("mug-blue", 1, "EUR"))
			p := w.pay(o.ID, "hosted")
			w.follow(w.form(p.RedirectURL, map[string][]string{"iban": {account}, "action": {"pay"}})).want(t, http.StatusSeeOther)
			w.wantStatus(o, "payment_processing", "processing", "unfulfilled")
			w.cancel(o.ID).want(t, http.StatusConflict, "payment_in_progress")
			w.pass(50 * time.Minute)
			w.wantStatus(o, "payment_processing", "processing", "unfulfilled")
			w.sound()
			w.pass(day)
			w.wantStatus(o, want[0], want[1], "unfulfilled")
			w.settled()
		})
	}
}

// expiredButPayable is an order that has expired because we were told, wrongly, that its payment is over: the shopper's form
// is open still. No honest gateway does this; a race at one may.
func (w *world) expiredButPayable(b basket) (orderSeen, paymentSeen) {
	w.t.Helper()
	o := w.place(b)
	p := w.pay(o.ID, "embedded")
	w.pass(28 * time.Minute)
	book := order.Book{Load: w.Store.Order, Save: w.Store.Save}
	_, _, err := book.Change(w.t.Context(), o.ID, func(stored *order.Order) (order.Change, error) {
		a, _ := stored.OpenAttempt()
		return stored.ApplyPayment(payment.Facts{State: payment.Canceled, Order: string(o.ID), Attempt: a.ID, Intent: a.Intent}, true,
			order.By{Who: "gateway:stripe", At: w.Clock.Now()})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.pass(4 * time.Minute)
	w.wantStatus(o, "expired", "unpaid", "unfulfilled")
	return o, p
}

func TestLateMoneyReopensAnExpiredOrder(t *testing.T) {
	w := open(t)
	o, p := w.expiredButPayable(of("tea-assam", 4, "EUR"))
	if s := w.stock("tea-assam"); s.Free != 4 {
		t.Fatalf("stock: %+v", s)
	}
	w.confirm(p, pays).want(t, http.StatusOK)
	w.pass(time.Minute)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	if s := w.stock("tea-assam"); s.Free != 0 || s.Reserved != 4 || w.mailed(o.ID, "order_confirmed") != 1 {
		t.Errorf("stock: %+v, mails %+v", s, w.Mails.All())
	}
	w.pass(time.Hour)
	w.settled()
}

func TestLateMoneyGoesBackWhenTheStockIsGone(t *testing.T) {
	w := open(t)
	o, p := w.expiredButPayable(of("tea-assam", 4, "EUR"))
	w.buy(of("tea-assam", 1, "EUR"), "hosted")
	w.confirm(p, pays).want(t, http.StatusOK)
	w.pass(time.Minute)
	w.wantStatus(o, "expired", "refunded", "unfulfilled")
	if w.mailed(o.ID, "late_payment_refunded") != 1 || w.mailed(o.ID, "order_confirmed") != 0 {
		t.Errorf("mails %+v", w.Mails.All())
	}
	w.pass(time.Hour)
	w.settled()
}
