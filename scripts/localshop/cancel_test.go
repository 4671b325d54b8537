package localshop_test

import (
	"net/http"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
	"till/shared/order"
	"till/shared/payment"
)

func TestAnOrderThatIsPaidAtTheLastMomentDoesNotExpire(t *testing.T) {
	w := open(t)
	w.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Drop: 1}})
	o := w.Place(acceptance.Of("tea-assam", 4, "EUR"))
	p := w.Pay(o.ID, "embedded")
	w.pass(29*time.Minute + 59*time.Second)
	w.Confirm(p, acceptance.Pays).Want(t, http.StatusOK) // Nobody tells us; the sweep asks before it lets the order expire.
	w.pass(3 * time.Minute)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	w.settled()
}

func TestABankDebitHoldsTheOrderForDays(t *testing.T) {
	for account, want := range map[string][2]string{
		"DE89370400440532013000": {"fulfilling", "paid"},
		"DE62370400440532013001": {"expired", "failed"},
	} {
		t.Run(want[1], func(t *testing.T) {
			w := open(t)
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			p := w.Pay(o.ID, "hosted")
			w.Follow(w.Form(p.RedirectURL, map[string][]string{"iban": {account}, "action": {"pay"}})).Want(t, http.StatusSeeOther)
			w.Is(o, "payment_processing", "processing", "unfulfilled")
			w.Cancel(o.ID).Want(t, http.StatusConflict, "payment_in_progress")
			w.pass(50 * time.Minute)
			w.Is(o, "payment_processing", "processing", "unfulfilled")
			w.sound()
			w.pass(day)
			w.Is(o, want[0], want[1], "unfulfilled")
			w.settled()
		})
	}
}

// expiredButPayable is an order that has expired because we were told, wrongly, that its payment is over: the shopper's form
// is open still. No honest gateway does this; a race at one may.
func (w *world) expiredButPayable(b acceptance.Basket) (acceptance.Order, acceptance.Payment) {
	w.t.Helper()
	o := w.Place(b)
	p := w.Pay(o.ID, "embedded")
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
	w.Is(o, "expired", "unpaid", "unfulfilled")
	return o, p
}

func TestLateMoneyReopensAnExpiredOrder(t *testing.T) {
	w := open(t)
	o, p := w.expiredButPayable(acceptance.Of("tea-assam", 4, "EUR"))
	if s := w.stock("tea-assam"); s.Free != 4 {
		t.Fatalf("stock: %+v", s)
	}
	w.Confirm(p, acceptance.Pays).Want(t, http.StatusOK)
	w.pass(time.Minute)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	if s := w.stock("tea-assam"); s.Free != 0 || s.Reserved != 4 || w.mailed(o.ID, "order_confirmed") != 1 {
		t.Errorf("stock: %+v, mails %+v", s, w.Mails.All())
	}
	w.pass(time.Hour)
	w.settled()
}

func TestLateMoneyGoesBackWhenTheStockIsGone(t *testing.T) {
	w := open(t)
	o, p := w.expiredButPayable(acceptance.Of("tea-assam", 4, "EUR"))
	w.Buy(acceptance.Of("tea-assam", 1, "EUR"), "hosted")
	w.Confirm(p, acceptance.Pays).Want(t, http.StatusOK)
	w.pass(time.Minute)
	w.Is(o, "expired", "refunded", "unfulfilled")
	if w.mailed(o.ID, "late_payment_refunded") != 1 || w.mailed(o.ID, "order_confirmed") != 0 {
		t.Errorf("mails %+v", w.Mails.All())
	}
	w.pass(time.Hour)
	w.settled()
}
