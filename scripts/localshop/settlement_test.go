package localshop_test

import (
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

// payBy pays an order on a gateway's page. It gives the answer to the start of the payment.
func (w *world) payBy(o acceptance.Order, gateway string) acceptance.Reply {
	w.t.Helper()
	p, r := w.TryPayBy(o.ID, gateway, acceptance.Hosted, w.Key())
	if r.Status == http.StatusCreated {
		w.Enter(p.RedirectURL, acceptance.Pays)
	}
	return r
}

// found is what staff read of yesterday's comparison.
func (w *world) found() reconcile.Findings {
	w.t.Helper()
	var f reconcile.Findings
	w.AsStaff(http.MethodGet, "/staff/reports/differences", "", nil).Want(w.t, http.StatusOK).Into(w.t, &f)
	return f
}

// bookOf is what a gateway itself knows of an order.
func bookOf(books []gatewaysim.Book, id order.ID) gatewaysim.Book {
	i := slices.IndexFunc(books, func(b gatewaysim.Book) bool { return b.Reference == string(id) })
	if i < 0 {
		return gatewaysim.Book{}
	}
	return books[i]
}

// Lesson 21: what is charged is looked up in the gateway's own books, in its own smallest units, not through our adapter. Yen have none
// below them, and dinars a thousand.
func TestLesson21YenEuroAndDinarAreChargedRefundedAndSettledRightOrClearlyRefused(t *testing.T) {
	w := open(t)
	books := map[string]func() []gatewaysim.Book{"stripe": w.Stripe.Books, "paypal": w.Gateways.PayPal.Books, "square": w.Gateways.Square.Books}
	takes := map[string][]string{"stripe": {"EUR", "JPY", "KWD"}, "paypal": {"EUR", "JPY"}, "square": {"EUR"}}
	back := map[string]int64{"EUR": 301, "JPY": 301, "KWD": 1230} // Of dinars the last digit is 0.
	paid := map[string]int{}
	for gateway, currencies := range takes {
		for _, currency := range []string{"EUR", "JPY", "KWD"} {
			o := w.Place(acceptance.Of("mug-blue", 2, currency))
			r := w.payBy(o, gateway)
			if !slices.Contains(currencies, currency) {
				r.Want(t, http.StatusUnprocessableEntity, "gateway_unavailable")
				if got := bookOf(books[gateway](), o.ID); !reflect.DeepEqual(got, gatewaysim.Book{}) {
					t.Errorf("%s knows of an order in %s: %+v", gateway, currency, got)
				}
				continue
			}
			o = w.Becomes(o, "fulfilling", "paid", "unfulfilled")
			w.Refund(o.ID, back[currency], w.Key()).Want(t, http.StatusCreated)
			w.Becomes(o, "fulfilling", "partially_refunded", "unfulfilled")
			if got := bookOf(books[gateway](), o.ID); got.Currency != currency || got.Captured != o.Total.Amount || got.Refunded != back[currency] || got.Charges != 1 {
				t.Errorf("%s has %+v of %d %s", gateway, got, o.Total.Amount, currency)
			}
			w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
			paid[gateway]++
		}
	}
	for range 7 { // Until what is missing in a settlement would be a difference.
		w.pass(24 * time.Hour)
	}
	f := w.found()
	if len(f.Differences) != 0 || f.Waiting != 0 {
		t.Errorf("they differ: %+v", f)
	}
	for _, g := range f.Gateways {
		if g.Fault != "" || g.Rows < 2*paid[g.Gateway] {
			t.Errorf("%d rows of %s, %q", g.Rows, g.Gateway, g.Fault)
		}
	}
	var r daybook.Report
	yesterday := w.Clock.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	w.AsStaff(http.MethodGet, "/staff/reports/ledger?day="+yesterday, "", nil).Want(t, http.StatusOK).Into(t, &r)
	if !r.Balanced || !r.OpeningKnown {
		t.Errorf("yesterday's books: balanced %v, begun with what was known %v", r.Balanced, r.OpeningKnown)
	}
	// What stands on a gateway's clearing account is what it holds: all that it took, less refunds, fees and what it sent to the bank.
	for _, g := range r.Groups {
		closes := map[ledger.Account]int64{}
		for _, a := range g.Accounts {
			closes[a.Account] = a.Closing
		}
		clearing, bank := closes[ledger.GatewayClearing], closes[ledger.Bank]
		var want int64
		for _, b := range books[g.Gateway]() {
			if b.Currency == string(g.Currency) {
				want += b.Captured - b.Refunded - b.Fees
			}
		}
		if clearing+bank != want {
			t.Errorf("%s in %s: %d at the gateway and %d at the bank, want %d in all", g.Gateway, g.Currency, clearing, bank, want)
		}
	}
	w.settled()
}

func TestAnOrderShipsInParcelsThatEachTakeTheirOwnMoney(t *testing.T) {
	manual := func(o *localshop.Options) { o.Parameters = map[string]string{"CaptureMode": "manual"} }
	for gateway, parts := range map[string]bool{"paypal": true, "stripe": false} {
		t.Run(gateway, func(t *testing.T) {
			w := open(t, manual)
			books := map[string]func() []gatewaysim.Book{"stripe": w.Stripe.Books, "paypal": w.Gateways.PayPal.Books}[gateway]
			o := w.Place(acceptance.Of("mug-blue", 2, "EUR"))
			w.payBy(o, gateway).Want(t, http.StatusCreated)
			o = w.Becomes(o, "fulfilling", "authorized", "unfulfilled")
			w.ShipLines(o.ID, "JD0001", map[string]int{"mug-blue": 1}).Want(t, http.StatusCreated)
			got := bookOf(books(), o.ID).Captured
			if parts && (got <= o.Total.Amount/2 || got >= o.Total.Amount) || !parts && got != o.Total.Amount {
				t.Errorf("for the first parcel %d of %d were taken", got, o.Total.Amount)
			}
			w.sound()
			w.Ship(o.ID, "JD0002").Want(t, http.StatusCreated)
			w.Becomes(o, "shipped", "paid", "fulfilled")
			if got := bookOf(books(), o.ID); got.Captured != o.Total.Amount || got.Authorized != 0 {
				t.Errorf("in the end %+v", got)
			}
			w.pass(26 * time.Hour)
			if f := w.found(); len(f.Differences) != 0 {
				t.Errorf("they differ: %+v", f.Differences)
			}
			w.settled()
		})
	}
}

func TestNothingShipsWhileTheGatewayDoesNotGiveItsMoney(t *testing.T) {
	w := open(t, func(o *localshop.Options) { o.Parameters = map[string]string{"CaptureMode": "manual"} })
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	w.payBy(o, "stripe").Want(t, http.StatusCreated)
	o = w.Becomes(o, "fulfilling", "authorized", "unfulfilled")
	w.Trouble(stripesim.Faults{API: stripesim.APIFaults{TimeoutAfter: 1}})
	for range 2 {
		w.Ship(o.ID, "JD0001").Want(t, http.StatusConflict, "capture_in_progress")
	}
	w.sound()
	w.Trouble(stripesim.Faults{})
	w.pass(10 * time.Minute)
	w.Ship(o.ID, "JD0001").Want(t, http.StatusCreated)
	if got := bookOf(w.Stripe.Books(), o.ID); got.Captured != o.Total.Amount || got.Charges != 1 {
		t.Errorf("the gateway has %+v", got)
	}
	w.pass(time.Hour)
	w.settled()
}
