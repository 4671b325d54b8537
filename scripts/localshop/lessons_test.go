package localshop_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
)

// The lessons of other shops that need a whole one: infra/lessons.md lists all of them.

func TestLesson04AWebhookNeedsNothingOfTheBrowserAndWhatIsPaidIsTheBasketThatWasOrdered(t *testing.T) {
	w := open(t)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	p := w.Pay(o.ID, acceptance.Hosted)
	other := w.Place(acceptance.Of("tea-assam", 2, "EUR")) // The same shopper goes on shopping in another tab.
	w.Form(p.RedirectURL, map[string][]string{"card": {acceptance.Pays}, "action": {"pay"}}).Want(t, http.StatusSeeOther)
	w.pass(time.Minute) // No browser comes back.
	if got := w.Is(o, "fulfilling", "paid", "unfulfilled"); got.Total != o.Total || bookOf(w.Stripe.Books(), o.ID).Captured != o.Total.Amount {
		t.Errorf("charged is %+v for %+v", bookOf(w.Stripe.Books(), o.ID), got.Total)
	}
	w.Is(other, "awaiting_payment", "unpaid", "unfulfilled")
	if got := bookOf(w.Stripe.Books(), other.ID); got.Charges != 0 {
		t.Errorf("the other basket was charged: %+v", got)
	}
	w.pass(time.Hour)
	w.settled()
}

func TestLesson08WhoeverHearsOfAPaymentFirstDoesTheSameAndOnlyOnce(t *testing.T) {
	deaf := stripesim.Faults{Webhooks: stripesim.WebhookFaults{Drop: 1}}
	var first []string
	for _, tt := range []struct {
		name           string
		hooks, browser bool
		until          time.Duration
	}{
		{"the webhook", true, false, time.Minute},
		{"the way back to the shop", false, true, time.Minute},
		{"the sweep", false, false, 10 * time.Minute},
		{"all of them", true, true, 10 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			if !tt.hooks {
				w.Trouble(deaf)
			}
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			back := w.Form(w.Pay(o.ID, acceptance.Hosted).RedirectURL, map[string][]string{"card": {acceptance.Pays}, "action": {"pay"}})
			for range map[bool]int{false: 0, true: 3}[tt.browser] {
				w.Follow(back).Want(t, http.StatusSeeOther)
			}
			w.pass(tt.until)
			w.Is(o, "fulfilling", "paid", "unfulfilled")
			w.pass(time.Hour)
			got := w.History(o.ID)
			slices.Sort(got)
			if first == nil {
				first = got
			}
			if !slices.Equal(got, first) || w.mailed(o.ID, "order_confirmed") != 1 {
				t.Errorf("%v, not %v; %d mails", got, first, w.mailed(o.ID, "order_confirmed"))
			}
			w.settled()
		})
	}
}

func TestLesson09AnEventIsAppliedWhenItComesAndNotAfterAWait(t *testing.T) {
	w := open(t)
	began := w.Clock.Now()
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	w.Confirm(w.Pay(o.ID, acceptance.Embedded), acceptance.Pays).Want(t, http.StatusOK)
	if err := w.Settle(); err != nil {
		t.Fatal(err)
	}
	if got := w.View(o.ID); got.PaymentStatus != "paid" || w.Clock.Now().Sub(began) > 0 {
		t.Errorf("%s after the payment began it is %s", w.Clock.Now().Sub(began), got.PaymentStatus)
	}
	w.pass(time.Hour)
	w.settled()
}
