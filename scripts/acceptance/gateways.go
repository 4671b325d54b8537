package acceptance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"till/shared/order"
)

// wallet is a way to pay: a gateway, and where the card is entered.
type wallet struct{ gateway, mode string }

// Square's tokens for its sandbox, which stand for what its form makes of a card.
// https://developer.squareup.com/docs/devtools/sandbox/payments
const (
	squarePays     = "cnon:card-nonce-ok"
	squareDeclines = "cnon:card-nonce-declined"
)

// gatewayPurchases are those who pay by another gateway than Stripe, in each way that it has.
func gatewayPurchases() []Scenario {
	var out []Scenario
	for _, w := range []wallet{{"paypal", Hosted}, {"paypal", Embedded}, {"square", Hosted}, {"square", Embedded}} {
		by := " by " + w.gateway + ", " + w.mode
		out = append(out,
			Scenario{Name: "a purchase" + by + ", is partly refunded and delivered", Begin: w.purchase},
			Scenario{Name: "a declined card" + by + ", leaves the order payable", Begin: w.declined},
			Scenario{Name: "a cancellation" + by + ", gives everything back", Begin: w.cancelled},
		)
	}
	for _, w := range []Way{{"paypal", Hosted}, {"square", Hosted}, {"square", Embedded}} {
		out = append(out, Scenario{Name: "the bank asks for authentication by " + w.Gateway + ", " + w.Mode, Begin: func(v *Visit) func() {
			(&play{Visit: v, way: w, currency: "EUR"}).authenticated()
			return nil
		}})
	}
	return append(out,
		Scenario{Name: "a shopper leaves one gateway for another", Begin: changesGateway},
		Scenario{Name: "a gateway that does not take the currency says so", Begin: wrongCurrency},
	)
}

// try begins a payment; 201 gives it.
func (w wallet) try(v *Visit, id order.ID) (Payment, Reply) {
	r := v.Post("/orders/"+string(id)+"/payments", v.Token(id), v.Key(), map[string]string{"gateway": w.gateway, "mode": w.mode})
	var got struct {
		Payment Payment `json:"payment"`
	}
	if r.Status == http.StatusCreated && json.Unmarshal(r.Body, &got) != nil {
		v.T.Errorf("payment answered %s", r.Body)
	}
	return got.Payment, r
}

func (w wallet) begin(v *Visit, id order.ID) Payment {
	v.T.Helper()
	p, r := w.try(v, id)
	r.Want(v.T, http.StatusCreated)
	return p
}

// confirm brings what the form in the shop's page made.
func (v *Visit) confirm(id order.ID, p Payment, token string) Reply {
	body := map[string]string{}
	if token != "" {
		body["token"] = token
	}
	return v.Post("/orders/"+string(id)+"/payments/"+string(p.ID)+"/confirm", v.Token(id), "", body)
}

// pay enters a card where the payment wants it, and tells the shop if that is the page's to do. It gives the last answer.
func (w wallet) pay(v *Visit, id order.ID, p Payment, card, token string) Reply {
	switch {
	case w.mode == Hosted:
		return v.Enter(p.RedirectURL, card)
	case w.gateway == "square":
		return v.confirm(id, p, token)
	}
	// PayPal's own window: its script learns of the approval, and the page of return is not opened.
	v.Form(p.RedirectURL, url.Values{"card": {card}, "action": {"pay"}}).Want(v.T, http.StatusSeeOther)
	return v.confirm(id, p, "")
}

// paid is an order that was paid so, and waits for staff.
func (w wallet) paid(v *Visit) Order {
	v.T.Helper()
	o := v.Place(Of(v.Product("mug", 1680, 20), 2, "EUR"))
	w.pay(v, o.ID, w.begin(v, o.ID), Pays, squarePays)
	o = v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	v.AwaitsStaff(o.ID)
	return o
}

func (w wallet) purchase(v *Visit) func() {
	o := w.paid(v)
	_, again := w.try(v, o.ID)
	again.Want(v.T, http.StatusConflict, "order_state_conflict")
	v.Refunded(v.Refund(o.ID, 500, v.Key()).Want(v.T, http.StatusCreated))
	v.Becomes(o, "fulfilling", "partially_refunded", "unfulfilled")
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
	v.Deliver(o.ID, "shp_1").Want(v.T, http.StatusOK)
	v.Becomes(o, "delivered", "partially_refunded", "delivered")
	return nil
}

func (w wallet) declined(v *Visit) func() {
	o := v.Place(Of(v.Product("tea", 990, 4), 4, "EUR"))
	p := w.begin(v, o.ID)
	r := w.pay(v, o.ID, p, Declined, squareDeclines)
	// The gateway's own news may have come first: then the shop knows already that the payment is open still.
	if r.Status == http.StatusOK && !strings.Contains(string(r.Body), `"status":"requires_action"`) {
		v.T.Errorf("a declined card answered %d %s", r.Status, r.Body)
	}
	if got := v.View(o.ID); got.PaymentStatus == "paid" {
		v.T.Fatalf("a declined card paid %s", o.ID)
	}
	w.pay(v, o.ID, w.begin(v, o.ID), Pays, squarePays)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}

func (w wallet) cancelled(v *Visit) func() {
	o := w.paid(v)
	v.Cancel(o.ID).Want(v.T, http.StatusOK)
	v.Becomes(o, "cancelled", "refunded", "unfulfilled")
	return nil
}

func changesGateway(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	paypal, square := wallet{"paypal", Hosted}, wallet{"square", Embedded}
	left := paypal.begin(v, o.ID)
	v.Press(left.RedirectURL, "cancel").Want(v.T, http.StatusSeeOther)
	p := square.begin(v, o.ID)
	v.Enter(left.RedirectURL, Pays) // The page that was left is still open at PayPal; nobody takes that money.
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	square.pay(v, o.ID, p, Pays, squarePays).Want(v.T, http.StatusOK)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}

func wrongCurrency(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 2600, 20), 1, "JPY"))
	_, r := wallet{"square", Hosted}.try(v, o.ID)
	r.Want(v.T, http.StatusUnprocessableEntity, "gateway_unavailable")
	dinars := v.Place(Of(v.Product("cup", 2600, 20), 1, "KWD"))
	_, r = wallet{"paypal", Hosted}.try(v, dinars.ID)
	r.Want(v.T, http.StatusUnprocessableEntity, "gateway_unavailable")
	wallet{"paypal", Hosted}.pay(v, o.ID, wallet{"paypal", Hosted}.begin(v, o.ID), Pays, "")
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}
