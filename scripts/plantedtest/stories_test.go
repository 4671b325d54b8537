//go:build planted

package plantedtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud/stripesim"
)

const (
	day       = 24 * time.Hour
	oversell  = "I1 NoOversell"
	unpaid    = "I2 NeverShipUnpaid"
	twice     = "I3 NeverChargeTwice"
	books     = "I4 LedgerEqualsGateway"
	eventOnce = "I5 EventOnce"
	terminal  = "I6 Terminal"
	totals    = "I7 Totals"
	moves     = "I8 LegalMoves"
	leak      = "I9 NoLeak"
	returned  = "I10 ReturnedOnce"
	late      = "I11 LateMoney"
	match     = "I12 AmountMatch"
	same      = "I13 SameAnswer"
	bounded   = "I14 RefundBounded"
	lost      = "I15 NothingLost"
	stepBack  = "I18 NoStepBack"
	deadline  = "I19 Deadline"
	chain     = "I20 ChainWhole"
	balance   = "I21 BooksBalance"
	one       = "I22 OneChargeable"
	effects   = "I23 EffectsOnce"
)

func stories() []story {
	return slices.Concat(storiesOfStock(), storiesOfPayments(), storiesOfMoney(), storiesOfMessages())
}

func storiesOfStock() []story {
	return []story{
		{1, "more is ordered than there is", []string{oversell}, func(w *world) {
			sku := w.Product("mug", 1680, 3)
			for range 2 {
				w.TryPlace(acceptance.Of(sku, 2, "EUR"), w.Key())
			}
		}},
		{2, "an order is cancelled while the sweep lets it expire", []string{returned, moves, oversell}, func(w *world) {
			sku := w.Product("mug", 1680, 3)
			o := w.Place(acceptance.Of(sku, 1, "EUR"))
			w.pass(29*time.Minute + 30*time.Second)
			w.Place(acceptance.Of(sku, 1, "EUR"))
			w.meanwhile(func() { w.Cancel(o.ID).Want(w.t, http.StatusOK) })
			w.pass(2 * time.Minute)
		}},
		{16, "the sweep looks at an order", []string{chain}, func(w *world) {
			w.Pay(w.Place(w.basket("EUR")).ID, acceptance.Hosted)
			w.pass(10 * time.Minute)
		}},
		{22, "an order is put on hold while the machine's task leaves its token", []string{chain}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			p := w.Pay(o.ID, acceptance.Hosted)
			asked := func() bool { return w.View(o.ID).Status == "fulfilling" }
			w.between(asked, func() { w.Hold(o.ID, "manual").Want(w.t, http.StatusOK) })
			w.PayUp(p)
			w.pass(time.Minute)
		}},
		{24, "an order is placed", []string{leak}, func(w *world) { w.Place(w.basket("EUR")) }},
		{21, "the price changes between a request and its repeat", []string{same}, func(w *world) {
			b := w.basket("EUR")
			b["expected_total"] = w.Place(b).Total.Amount
			_, first := w.TryPlace(b, "once and again")
			w.Put(w.Named("mug"), 1690)
			if _, again := w.TryPlace(b, "once and again"); again.Status != first.Status {
				w.seen = append(w.seen, evidence.Violation{Invariant: same, What: fmt.Sprintf("answered %d, then %d", first.Status, again.Status)})
			}
		}},
	}
}

// basket is one mug that there is enough of.
func (w *world) basket(currency string) acceptance.Basket {
	return acceptance.Of(w.Product("mug", 1680, 20), 1, currency)
}

// api is a gateway whose calls go wrong.
func api(f stripesim.APIFaults) stripesim.Faults { return stripesim.Faults{API: f} }

func storiesOfPayments() []story {
	return []story{
		{3, "the answer to a start is lost, and it is made again", []string{one}, func(w *world) {
			o, key := w.Place(w.basket("EUR")), w.Key()
			w.Trouble(api(stripesim.APIFaults{TimeoutAfter: 1}))
			w.TryPay(o.ID, acceptance.Hosted, key)
			w.Trouble(stripesim.Faults{})
			w.TryPay(o.ID, acceptance.Hosted, key)
		}},
		{3, "a start that was refused for the moment is made twice at once, and both pages are paid", []string{twice}, func(w *world) {
			o, key := w.Place(w.basket("EUR")), w.Key()
			w.Trouble(api(stripesim.APIFaults{ErrorRate: 1, Status: http.StatusTooManyRequests}))
			w.TryPay(o.ID, acceptance.Hosted, key)
			w.Trouble(stripesim.Faults{})
			var other acceptance.Payment
			w.meanwhile(func() { other, _ = w.TryPay(o.ID, acceptance.Hosted, key) })
			p, _ := w.TryPay(o.ID, acceptance.Hosted, key)
			w.Enter(p.RedirectURL, acceptance.Pays)
			w.Enter(other.RedirectURL, acceptance.Pays)
			w.pass(time.Hour)
		}},
		{4, "the store fails while a payment is begun, and it is paid", []string{books}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			w.store = failing("Save")
			p, r := w.TryPay(o.ID, acceptance.Embedded, w.Key())
			w.store = nil
			if r.Status == http.StatusCreated {
				w.PayUp(p)
			}
			w.pass(time.Hour)
		}},
		{5, "the answer to a start is lost, and another is made", []string{one}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			w.Trouble(api(stripesim.APIFaults{TimeoutAfter: 1}))
			w.TryPay(o.ID, acceptance.Hosted, w.Key())
			w.Trouble(stripesim.Faults{})
			w.TryPay(o.ID, acceptance.Embedded, w.Key())
		}},
		{6, "a card is declined, and the shopper begins anew", []string{one}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			w.Card(w.Pay(o.ID, acceptance.Hosted), acceptance.Declined).Want(w.t, http.StatusPaymentRequired)
			w.pass(time.Minute)
			w.TryPay(o.ID, acceptance.Hosted, w.Key())
		}},
		{7, "a card is declined and the next one charged while we hear of the first", []string{stepBack}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			page := w.Pay(o.ID, acceptance.Hosted).RedirectURL
			w.Enter(page, acceptance.Declined).Want(w.t, http.StatusPaymentRequired)
			w.meanwhile(func() { w.Enter(page, acceptance.Pays).Want(w.t, http.StatusSeeOther) })
			w.pass(time.Hour)
		}},
		{11, "a payment that was said to be over is charged after all", []string{late}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			p := w.Pay(o.ID, acceptance.Embedded)
			w.pass(28 * time.Minute)
			w.overAtGateway(o.ID)
			w.pass(4 * time.Minute)
			w.Confirm(p, acceptance.Pays).Want(w.t, http.StatusOK)
			w.pass(time.Hour)
		}},
		{17, "a bank debit", []string{deadline}, func(w *world) {
			w.debit(w.Place(w.basket("EUR")))
		}},
		{19, "a bank debit is shipped before it is through", []string{unpaid, match, books}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			w.debit(o)
			w.pass(time.Minute)
			w.Ship(o.ID, "JD0140")
		}},
	}
}

func storiesOfMoney() []story {
	return []story{
		{8, "an amount is changed on the gateway's dashboard", []string{match}, func(w *world) {
			p := w.Pay(w.Place(w.basket("EUR")).ID, acceptance.Embedded)
			w.AsShop("/v1/payment_intents/"+p.Intent(), "amount", "100").Want(w.t, http.StatusOK)
			w.PayUp(p)
			w.pass(time.Hour)
		}},
		{9, "a payment in yen is begun", []string{totals}, func(w *world) { w.Pay(w.Place(w.basket("JPY")).ID, acceptance.Hosted) }},
		{9, "a payment in yen is made", []string{twice}, func(w *world) {
			w.Buy(w.basket("JPY"), acceptance.Hosted)
			w.pass(time.Hour)
		}},
		{10, "a refund is asked for while another is pending", []string{bounded}, func(w *world) {
			o := w.Fulfilling(w.basket("EUR"))
			w.Trouble(stripesim.Faults{Refunds: stripesim.RefundsPending})
			w.Refund(o.ID, 1000, w.Key()).Want(w.t, http.StatusCreated)
			w.Refund(o.ID, o.Total.Amount-999, w.Key())
			w.Trouble(stripesim.Faults{})
			w.pass(time.Hour)
		}},
		{18, "a disputed order is shipped", []string{unpaid}, func(w *world) {
			o := w.Place(w.basket("EUR"))
			w.Card(w.Pay(o.ID, acceptance.Hosted), acceptance.Disputed).Want(w.t, http.StatusSeeOther)
			w.pass(time.Minute)
			w.Ship(o.ID, "JD0140")
		}},
		{20, "staff give money back", []string{balance}, func(w *world) {
			w.Refund(w.Fulfilling(w.basket("EUR")).ID, 500, w.Key())
			w.pass(time.Hour)
		}},
		{20, "money is given back on the gateway's dashboard", []string{balance, books}, func(w *world) {
			p := w.Pay(w.Place(w.basket("EUR")).ID, acceptance.Embedded)
			w.PayUp(p)
			w.pass(time.Minute)
			w.AsShop("/v1/refunds", "payment_intent", p.Intent(), "amount", "500").Want(w.t, http.StatusOK)
			w.pass(day)
		}},
	}
}

func storiesOfMessages() []story {
	return []story{
		{12, "the inbox cannot be written", []string{eventOnce}, func(w *world) {
			p := w.Pay(w.Place(w.basket("EUR")).ID, acceptance.Embedded)
			w.store = failing("PutEvent")
			w.PayUp(p)
			w.pass(time.Minute)
			w.store = nil
			w.pass(10 * time.Minute) // Stripe sends again; a quarter of an hour later we would have asked it ourselves.
		}},
		{13, "the gateway is down while an event is to be applied", []string{eventOnce}, func(w *world) {
			p := w.Pay(w.Place(w.basket("EUR")).ID, acceptance.Embedded)
			w.PayUp(p)
			w.Trouble(api(stripesim.APIFaults{Down: true}))
			w.pass(6 * time.Hour)
			w.Trouble(stripesim.Faults{})
			w.pass(day)
		}},
		{14, "something else is paid through the same account", []string{eventOnce}, func(w *world) {
			w.AsShop("/v1/payment_intents", "amount", "500", "currency", "eur", "payment_method", "pm_card_visa", "confirm", "true",
				"automatic_payment_methods[enabled]", "true", "return_url", "http://localhost:8080/").Want(w.t, http.StatusOK)
			w.pass(day)
		}},
		{15, "a mail cannot be sent", []string{lost}, func(w *world) {
			w.port = failing("mailer.Send")
			w.Fulfilling(w.basket("EUR"))
			w.port = nil
			w.pass(time.Hour)
		}},
		{23, "the stream comes twice", []string{effects, lost, terminal}, func(w *world) {
			w.twice = true
			w.Buy(w.basket("EUR"), acceptance.Hosted)
			w.pass(time.Hour)
		}},
	}
}
