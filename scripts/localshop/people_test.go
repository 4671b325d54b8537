package localshop_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"till/scripts/localcloud/stream"
	"till/scripts/localshop"
	"till/shared/order"
	"till/shared/payment"
)

type streamDelivery = stream.Delivery

type amount struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// orderSeen is an order as the API shows it.
type orderSeen struct {
	ID                order.ID `json:"id"`
	Status            string   `json:"status"`
	PaymentStatus     string   `json:"payment_status"`
	FulfillmentStatus string   `json:"fulfillment_status"`
	Total             amount   `json:"total"`
	OnHold            bool     `json:"on_hold"`
	Holds             []struct {
		Key string `json:"key"`
	} `json:"holds"`
	Shipments []struct {
		ID string `json:"id"`
	} `json:"shipments"`
	Refunds []struct {
		Status string `json:"status"`
		Amount amount `json:"amount"`
	} `json:"refunds"`
}

// paymentSeen is a payment as the API shows it.
type paymentSeen struct {
	ID           payment.AttemptID `json:"id"`
	Status       string            `json:"status"`
	Mode         string            `json:"mode"`
	RedirectURL  string            `json:"redirect_url"`
	ClientSecret string            `json:"client_secret"`
	PublicKey    string            `json:"public_key"`
}

// basket is what a shopper sends.
type basket map[string]any

// of makes a basket of one product, sent to Berlin.
func of(sku string, quantity int, currency string) basket {
	return basket{
		"currency": currency, "lines": []map[string]any{{"sku": sku, "quantity": quantity}}, "email": "ada@example.com",
		"shipping_method":  "standard",
		"shipping_address": map[string]string{"name": "Ada Byron", "line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"},
	}
}

// key is an Idempotency-Key that was not used before.
func (w *world) key() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys++
	return fmt.Sprintf("key-%d", w.keys)
}

func (w *world) post(path, token, key string, body any) reply {
	header := map[string]string{}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	if key != "" {
		header["Idempotency-Key"] = key
	}
	return w.call(http.MethodPost, path, header, body)
}

// place sends an order; 201 gives it.
func (w *world) tryPlace(b basket, key string) (orderSeen, reply) {
	r := w.post("/orders", "", key, b)
	var got struct {
		Order orderSeen `json:"order"`
		Token string    `json:"token"`
	}
	if r.status == http.StatusCreated && json.Unmarshal(r.body, &got) == nil {
		w.mu.Lock()
		w.tokens[got.Order.ID] = got.Token
		w.mu.Unlock()
	}
	return got.Order, r
}

func (w *world) place(b basket) orderSeen {
	w.t.Helper()
	o, r := w.tryPlace(b, w.key())
	r.want(w.t, http.StatusCreated)
	return o
}

func (w *world) token(id order.ID) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tokens[id]
}

// view is the order as its shopper sees it.
func (w *world) view(id order.ID) orderSeen {
	w.t.Helper()
	var got struct {
		Order orderSeen `json:"order"`
	}
	r := w.call(http.MethodGet, "/orders/"+string(id), map[string]string{"Authorization": "Bearer " + w.token(id)}, nil)
	r.want(w.t, http.StatusOK).into(w.t, &got)
	return got.Order
}

// tryPay begins a payment; 201 gives it.
func (w *world) tryPay(id order.ID, mode, key string) (paymentSeen, reply) {
	r := w.post("/orders/"+string(id)+"/payments", w.token(id), key,
		map[string]string{"gateway": "stripe", "mode": mode, "return_url": shopURL + "/shop/order.html?from=" + mode})
	var got struct {
		Payment paymentSeen `json:"payment"`
	}
	if r.status == http.StatusCreated && json.Unmarshal(r.body, &got) != nil {
		w.t.Errorf("payment answered %s", r.body)
	}
	return got.Payment, r
}

func (w *world) pay(id order.ID, mode string) paymentSeen {
	w.t.Helper()
	p, r := w.tryPay(id, mode, w.key())
	r.want(w.t, http.StatusCreated)
	return p
}

// form posts a form to the gateway, as a browser does.
func (w *world) form(target string, values url.Values) reply {
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, target, strings.NewReader(values.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return serve(w.Stripe, req)
}

// enter puts a card into the hosted page, and follows the way back to the shop if the gateway shows it.
func (w *world) enter(page, card string) reply {
	return w.follow(w.form(page, url.Values{"card": {card}, "action": {"pay"}}))
}

// press presses a button of a gateway's page: "cancel"; "complete" or "fail" on the bank's.
func (w *world) press(page, action string) reply {
	return w.follow(w.form(page, url.Values{"action": {action}}))
}

// follow opens our own page of return if the gateway sends the browser there.
func (w *world) follow(r reply) reply {
	to := r.header.Get("Location")
	if r.status != http.StatusSeeOther || !strings.HasPrefix(to, shopURL) {
		return r
	}
	return w.call(http.MethodGet, strings.TrimPrefix(to, shopURL), nil, nil)
}

// confirm is what the gateway's form inside the shop's page does: the card goes from the browser to the gateway.
func (w *world) confirm(p paymentSeen, card string) reply {
	intent, _, _ := strings.Cut(p.ClientSecret, "_secret_")
	return w.form(gatewayURL+"/v1/payment_intents/"+intent+"/confirm", url.Values{
		"key": {localshop.StripePublicKey}, "client_secret": {p.ClientSecret}, "return_url": {shopURL + "/shop/order.html"},
		"payment_method_data[type]": {"card"}, "payment_method_data[card][number]": {card},
	})
}

// buy places an order and pays it in the mode, but lets nothing else happen yet.
func (w *world) buy(b basket, mode string) orderSeen {
	w.t.Helper()
	o := w.place(b)
	p := w.pay(o.ID, mode)
	if mode == "hosted" {
		w.enter(p.RedirectURL, pays).want(w.t, http.StatusSeeOther)
	} else {
		w.confirm(p, pays).want(w.t, http.StatusOK)
	}
	return o
}

func (w *world) cancel(id order.ID) reply {
	return w.post("/orders/"+string(id)+"/cancellation", w.token(id), "", nil)
}

// asStaff sends a request of a manager.
func (w *world) asStaff(method, path, key string, body any) reply {
	header := map[string]string{"Authorization": "Bearer " + w.signIn()}
	if key != "" {
		header["Idempotency-Key"] = key
	}
	return w.call(method, path, header, body)
}

func (w *world) refund(id order.ID, minor int64, key string) reply {
	return w.asStaff(http.MethodPost, "/staff/orders/"+string(id)+"/refunds", key, map[string]any{"amount": minor, "reason": "as promised"})
}

func (w *world) ship(id order.ID, number string) reply {
	return w.asStaff(http.MethodPost, "/staff/orders/"+string(id)+"/shipments", "", map[string]any{"carrier": "DHL", "tracking_number": number})
}

func (w *world) deliver(id order.ID, shipment string) reply {
	return w.asStaff(http.MethodPost, "/staff/orders/"+string(id)+"/shipments/"+shipment+"/delivery", "", nil)
}

// setStock counts what is on hand, and remembers it for the invariants.
func (w *world) setStock(sku string, onHand int64) {
	w.t.Helper()
	var got struct{ Sold int64 }
	w.asStaff(http.MethodPut, "/staff/stock/"+sku, "", map[string]any{"on_hand": onHand}).want(w.t, http.StatusOK).into(w.t, &got)
	w.received[skuOf(sku)] = onHand + got.Sold
}

// staffView is the order as staff see it.
func (w *world) staffView(id order.ID) orderSeen {
	w.t.Helper()
	var got struct {
		Order orderSeen `json:"order"`
	}
	w.asStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil).want(w.t, http.StatusOK).into(w.t, &got)
	return got.Order
}

// asShop calls the gateway with the shop's secret key, as people do on its dashboard.
func (w *world) asShop(path string, pairs ...string) reply {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, gatewayURL+path, strings.NewReader(values.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer sk_test_till_local_0123456789abcdef")
	return serve(w.Stripe, req)
}
