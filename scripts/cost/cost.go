// Package cost counts what one checkout costs: units of the tables, calls of AWS and of the gateway, transitions.
package cost

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localshop"
)

// Count is what was counted of one checkout: an order of one line, from the basket's price until it is confirmed and the
// gateway's event is settled. Units are DynamoDB's request units.
type Count struct {
	WriteUnits   int
	ReadUnits    float64
	Messages     int // Sent to queues until the order waits for staff: three.
	GatewayCalls int
	Transitions  int // Of the machine, until the order waits for staff.
	KMS          int
	After        int     // Write units from there until the order waits for staff: mail, machine.
	Writes       []Write // Every write, in order.
}

// Write is one write of the store.
type Write struct {
	Operation string // The store's method.
	Units     int
}

// readUnits is what each of the store's reads is billed, in read request units: items here are under 4 KiB, so a
// consistent read is one and another a half. Due lists read one page of each shard.
var readUnits = map[string]float64{
	"Order": 1, "Change": 1, "Changes": 1, "OrderByRef": 1, "Product": 1, "Stock": 1, "Event": 1, "ClaimEvent": 1,
	"Products": 0.5, "Settings": 1, "Breakers": 0.5, "Stocks": 0.5, "Spreads": 0.5, "Spread": 1, "LoadDayKey": 1, "LoadIndex": 1, "LoadCustomer": 1, "LoadErasure": 1,
}

// Shop is a shop whose calls are counted.
type Shop struct {
	*localshop.Shop
	count Count
	api   http.Handler
	Meter *Meter // Time and allocations by function.
}

// start is a day like any other: what is counted does not depend on it.
var start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// New opens a shop on virtual time, from the project's files.
func New(files fs.FS) (*Shop, error) {
	meter := &Meter{uses: map[string]*Use{}}
	shop, err := localshop.New(localshop.Options{
		Files: files, Clock: clock.New(start, clock.Inline{}), Seed: "cost", Log: io.Discard, Faults: meter.hooks(),
	})
	if err != nil {
		return nil, err
	}
	s := &Shop{Shop: shop, api: shop.Cloud.API(""), Meter: meter}
	return s, shop.Seed(context.Background())
}

// watch counts from now on.
func (s *Shop) watch() {
	s.count = Count{}
	confirmed := false
	s.Store.OnUnits = func(op string, units int) {
		if confirmed {
			s.count.After += units
		} else {
			s.count.WriteUnits += units
		}
		confirmed = confirmed || op == "SettleEvent"
		s.count.Writes = append(s.count.Writes, Write{op, units})
	}
	s.Store.Fault = func(op string, after bool) error {
		if !after && !confirmed {
			s.count.ReadUnits += readUnits[op]
		}
		return nil
	}
}

// Checkout buys one mug, on the gateway's page or in its form, and counts.
func (s *Shop) Checkout(mode, key, email string) (Count, error) {
	s.watch()
	kms, calls, sent := s.KMS.Calls(), s.GatewayCalls(), s.sent()
	steps := s.transitions()
	if _, err := s.call("POST", "/quotes", "", "", map[string]any{"currency": "EUR", "lines": lines}); err != nil {
		return Count{}, err
	}
	placed, err := s.call("POST", "/orders", key, "", map[string]any{
		"currency": "EUR", "lines": lines, "email": email, "phone": "+49301234567", "shipping_method": "standard",
		"shipping_address": map[string]string{"name": "Ada Byron", "line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"},
	})
	if err != nil {
		return Count{}, err
	}
	id, token := text(placed, "order", "id"), text(placed, "token")
	started, err := s.call("POST", "/orders/"+id+"/payments", key, token, map[string]any{"gateway": "stripe", "mode": mode})
	if err != nil {
		return Count{}, err
	}
	if err := s.pay(mode, started); err != nil {
		return Count{}, err
	}
	if err := s.Settle(); err != nil {
		return Count{}, err
	}
	s.count.GatewayCalls = s.GatewayCalls() - calls
	s.count.KMS, s.count.Messages, s.count.Transitions = s.KMS.Calls()-kms, s.sent()-sent, s.transitions()-steps
	return s.count, s.confirmed(id, token)
}

// Deliver buys one mug and ships it, and gives the order's id.
func (s *Shop) Deliver(email string) (string, error) {
	if _, err := s.Checkout("hosted", "deliver-"+email, email); err != nil {
		return "", err
	}
	ids := s.Store.AllOrders()
	id := string(ids[len(ids)-1])
	token, err := s.Cloud.StaffToken(cognito.Person{Username: "packer", Groups: []string{"packer"}, MFA: true})
	if err != nil {
		return "", err
	}
	parcel := map[string]string{"carrier": "DHL", "tracking_number": "JJD0001"}
	if _, err := s.call("POST", "/staff/orders/"+id+"/shipments", "", token, parcel); err != nil {
		return "", err
	}
	return id, s.Settle()
}

var lines = []map[string]any{{"sku": "mug-blue", "quantity": 1}}

// pay does what the shopper does at the gateway.
func (s *Shop) pay(mode string, started map[string]any) error {
	form := url.Values{"card": {"4242424242424242"}, "action": {"pay"}}
	at := text(started, "payment", "redirect_url")
	if mode == "embedded" {
		secret := text(started, "payment", "client_secret")
		intent, _, _ := strings.Cut(secret, "_secret_")
		at = "/stripe/v1/payment_intents/" + intent + "/confirm"
		form = url.Values{
			"key": {localshop.StripePublicKey}, "client_secret": {secret}, "payment_method_data[type]": {"card"},
			"payment_method_data[card][number]": {"4242424242424242"}, "payment_method_data[card][exp_month]": {"12"},
			"payment_method_data[card][exp_year]": {"2034"}, "payment_method_data[card][cvc]": {"123"}, "return_url": {"http://localhost:8080/"},
		}
	}
	req := httptest.NewRequest(http.MethodPost, at, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	s.Stripe.ServeHTTP(answer, req)
	if answer.Code >= http.StatusBadRequest {
		return fmt.Errorf("cost: the gateway answered %d %s", answer.Code, answer.Body)
	}
	return nil
}

func (s *Shop) confirmed(id, token string) error {
	seen, err := s.call("GET", "/orders/"+id, "", token, nil)
	if err == nil && text(seen, "order", "status") != "fulfilling" {
		err = fmt.Errorf("cost: the order is %s", text(seen, "order", "status"))
	}
	return err
}

func (s *Shop) sent() int {
	sum := 0
	for _, q := range s.Cloud.State().Queues {
		sum += q.Sent
	}
	return sum
}

func (s *Shop) transitions() int {
	sum := 0
	for _, e := range s.Cloud.State().Executions {
		sum += e.Transitions
	}
	return sum
}

// call asks the API.
func (s *Shop) call(method, path, key, token string, body any) (map[string]any, error) {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return nil, err
		}
	}
	req := httptest.NewRequest(method, path, &sent)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "de-DE,de;q=0.9,en;q=0.8") // As a browser does where the order goes.
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer := httptest.NewRecorder()
	s.api.ServeHTTP(answer, req)
	got := map[string]any{}
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
		return nil, err
	}
	if answer.Code >= http.StatusBadRequest {
		return nil, errors.New("cost: " + path + " answered " + answer.Body.String())
	}
	return got, nil
}

// text finds a text in an answer by its members' names.
func text(from map[string]any, names ...string) string {
	var at any = from
	for _, name := range names {
		object, isObject := at.(map[string]any)
		if !isObject {
			return ""
		}
		at = object[name]
	}
	found, _ := at.(string)
	return found
}
