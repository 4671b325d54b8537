package acceptance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"till/shared/order"
)

// TryPlace sends an order; 201 gives it.
func (v *Visit) TryPlace(b Basket, key string) (Order, Reply) {
	r := v.Post("/orders", "", key, b)
	var got struct {
		Order Order  `json:"order"`
		Token string `json:"token"`
	}
	if r.Status == http.StatusCreated && json.Unmarshal(r.Body, &got) == nil {
		v.mu.Lock()
		v.tokens[got.Order.ID] = got.Token
		v.mu.Unlock()
	}
	return got.Order, r
}

// Place places an order.
func (v *Visit) Place(b Basket) Order {
	v.T.Helper()
	o, r := v.TryPlace(b, v.Key())
	r.Want(v.T, http.StatusCreated)
	return o
}

// Token is what opens the order.
func (v *Visit) Token(id order.ID) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.tokens[id]
}

// TryView asks for the order as its shopper sees it.
func (v *Visit) TryView(id order.ID) (Order, Reply) {
	r := v.Call(http.MethodGet, "/orders/"+string(id), credentials(v.Token(id), ""), nil)
	var got struct {
		Order Order `json:"order"`
	}
	if r.Status == http.StatusOK && json.Unmarshal(r.Body, &got) != nil {
		v.T.Errorf("order answered %s", r.Body)
	}
	return got.Order, r
}

// View is the order as its shopper sees it.
func (v *Visit) View(id order.ID) Order {
	v.T.Helper()
	o, r := v.TryView(id)
	r.Want(v.T, http.StatusOK)
	return o
}

// Is compares what the shopper sees of an order now.
func (v *Visit) Is(o Order, status, paid, fulfilled string) Order {
	v.T.Helper()
	got := v.View(o.ID)
	if !got.is(status, paid, fulfilled) {
		v.T.Fatalf("order is %s/%s/%s, want %s/%s/%s", got.Status, got.PaymentStatus, got.FulfillmentStatus, status, paid, fulfilled)
	}
	return got
}

// Becomes waits until the shopper sees the order so.
func (v *Visit) Becomes(o Order, status, paid, fulfilled string) Order {
	v.T.Helper()
	var got Order
	if err := v.Shop.Eventually(v.ctx, "order is "+status+"/"+paid+"/"+fulfilled, func() bool {
		var r Reply
		got, r = v.TryView(o.ID)
		return r.Status == http.StatusOK && got.is(status, paid, fulfilled)
	}); err != nil {
		v.T.Fatalf("order %s is %s/%s/%s, want %s/%s/%s: %v", o.ID, got.Status, got.PaymentStatus, got.FulfillmentStatus, status, paid, fulfilled, err)
	}
	return got
}

func (o Order) is(status, paid, fulfilled string) bool {
	return o.Status == status && o.PaymentStatus == paid && o.FulfillmentStatus == fulfilled
}

// TryPay begins a payment by Stripe; 201 gives it.
func (v *Visit) TryPay(id order.ID, mode, key string) (Payment, Reply) {
	return v.TryPayBy(id, "stripe", mode, key)
}

// TryPayBy begins a payment by a gateway; 201 gives it.
func (v *Visit) TryPayBy(id order.ID, gateway, mode, key string) (Payment, Reply) {
	r := v.Post("/orders/"+string(id)+"/payments", v.Token(id), key,
		map[string]string{"gateway": gateway, "mode": mode, "return_url": v.place.Shop + "/shop/order.html?from=" + mode})
	var got struct {
		Payment Payment `json:"payment"`
	}
	if r.Status == http.StatusCreated && json.Unmarshal(r.Body, &got) != nil {
		v.T.Errorf("payment answered %s", r.Body)
	}
	got.Payment.Order = id
	return got.Payment, r
}

// Pay begins a payment.
func (v *Visit) Pay(id order.ID, mode string) Payment {
	v.T.Helper()
	p, r := v.TryPay(id, mode, v.Key())
	r.Want(v.T, http.StatusCreated)
	return p
}

// Enter puts a card into the hosted page, and follows the way back to the shop if the gateway shows it.
func (v *Visit) Enter(page, card string) Reply {
	return v.Follow(v.Form(page, url.Values{"card": {card}, "action": {"pay"}}))
}

// Press presses a button of a gateway's page: "cancel"; "complete" or "fail" on the bank's.
func (v *Visit) Press(page, action string) Reply {
	return v.Follow(v.Form(page, url.Values{"action": {action}}))
}

// Follow opens our own page of return if the gateway sends the browser there.
func (v *Visit) Follow(r Reply) Reply {
	path, ours := strings.CutPrefix(r.Location(), v.place.Shop)
	if r.Status != http.StatusSeeOther || !ours {
		return r
	}
	return v.Call(http.MethodGet, path, nil, nil)
}

// Confirm is what the gateway's form inside the shop's page does: the card goes from the browser to the gateway.
func (v *Visit) Confirm(p Payment, card string) Reply {
	return v.Form(v.place.Gateway+"/v1/payment_intents/"+p.Intent()+"/confirm", url.Values{
		"key": {v.place.PublicKey}, "client_secret": {p.ClientSecret}, "return_url": {v.place.Shop + "/shop/order.html"},
		"payment_method_data[type]": {"card"}, "payment_method_data[card][number]": {card},
	})
}

// Intent is the gateway's name of an embedded payment.
func (p Payment) Intent() string {
	intent, _, _ := strings.Cut(p.ClientSecret, "_secret_")
	return intent
}

// Card puts a card where the payment wants it, and tells the shop if that is the page's to do. It gives the last answer.
func (v *Visit) Card(p Payment, card string) Reply {
	switch {
	case p.Gateway == "square" && p.Mode == Embedded:
		token := map[string]string{Pays: squarePays, Declined: squareDeclines}[card]
		if token == "" {
			token, _ = v.Tokenized(p, card)
		}
		return v.Brought(p, token)
	case p.Gateway == "paypal" && p.Mode == Embedded:
		// PayPal's own window: its script learns of the approval, and the page of return is not opened.
		if r := v.Form(p.RedirectURL, url.Values{"card": {card}, "action": {"pay"}}); r.Status != http.StatusSeeOther {
			return r
		}
		return v.Brought(p, "")
	case p.RedirectURL != "":
		return v.Enter(p.RedirectURL, card)
	}
	return v.Confirm(p, card)
}

// Brought tells the shop what the form in its page made: a token, or "" for a gateway that remembers itself.
func (v *Visit) Brought(p Payment, token string) Reply { return v.confirm(p.Order, p, token) }

// PayUp puts the good card where the payment wants it.
func (v *Visit) PayUp(p Payment) {
	v.T.Helper()
	status := http.StatusOK
	if p.Mode == Hosted {
		status = http.StatusSeeOther
	}
	v.Card(p, Pays).Want(v.T, status)
}

// Buy places an order and pays it in the mode, but waits for nothing.
func (v *Visit) Buy(b Basket, mode string) Order {
	v.T.Helper()
	o := v.Place(b)
	v.PayUp(v.Pay(o.ID, mode))
	return o
}

// Fulfilling is an order that is paid and waits for staff to ship it.
func (v *Visit) Fulfilling(b Basket) Order {
	v.T.Helper()
	o := v.Becomes(v.Buy(b, Hosted), "fulfilling", "paid", "unfulfilled")
	v.AwaitsStaff(o.ID)
	return o
}

// Edit changes what is ordered; tag says which version was seen, "" says nothing.
func (v *Visit) Edit(id order.ID, tag string, what map[string]any) Reply {
	header := credentials(v.Token(id), "")
	if tag != "" {
		header["If-Match"] = tag
	}
	return v.Call(http.MethodPatch, "/orders/"+string(id), header, what)
}

// Cancel asks for an order's end.
func (v *Visit) Cancel(id order.ID) Reply {
	return v.Post("/orders/"+string(id)+"/cancellation", v.Token(id), "", nil)
}
