package permissions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/scripts/permissions"
	"till/scripts/permissions/rehearse"
	"till/scripts/templatecheck"
)

const (
	project = "../.."
	sender  = "shop@example.com" // The template's default.
	stack   = "till-local"       // The local cloud's.
)

func read(t testing.TB) *templatecheck.Template {
	t.Helper()
	tpl, err := templatecheck.Load(project + "/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// localNames are those of the local cloud, which calls everything after the stack and its logical id.
func localNames(t testing.TB, tpl *templatecheck.Template) permissions.Names {
	t.Helper()
	resources, _ := tpl.Root["Resources"].(map[string]any)
	physical := map[string]string{}
	for id := range resources {
		physical[id] = stack + "-" + id
	}
	names, err := permissions.NewNames(tpl, physical, sender)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// world is a shop whose functions have AWS's adapters, as they are deployed, and people around it.
type world struct {
	*localshop.Shop
	t     testing.TB
	watch *rehearse.Watch

	// What goes wrong at the moment.
	before func(function string) error
	port   func(call string) error
	lost   string // Messages to queues whose name ends so are lost.
	broken string // Calls to gateways whose path ends so fail.

	tokens map[string]string // Of orders.
	keys   int
}

// plans are read once for all shops.
var plans = sync.OnceValue(func() *localshop.Plans { return localshop.NewPlans(os.DirFS(project)) })

// open opens a shop with the demo catalogue on a clock that stands until it is advanced. parameters are those that its owner sets.
func open(t testing.TB, parameters map[string]string) *world {
	t.Helper()
	at := clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.Inline{})
	w := &world{t: t, watch: rehearse.New(localNames(t, read(t)), at.Now), tokens: map[string]string{}}
	plan, err := plans().Of(parameters)
	if err != nil {
		t.Fatal(err)
	}
	shop, err := localshop.New(localshop.Options{
		Plan: plan, Clock: at, Seed: t.Name(), Log: io.Discard, Parameters: parameters,
		Give: func(f template.Function, p localshop.Parts) localshop.Parts {
			p = w.watch.Give(f, p)
			p.Gateway = cable{p.Gateway, w}
			return p
		},
		Faults: localcloud.Faults{
			Before: func(function string, _ *invoke.JSON) error {
				if w.before == nil {
					return nil
				}
				return w.before(strings.TrimPrefix(function, stack+"-"))
			},
			Send: func(name, _ string) []time.Duration {
				if w.lost != "" && strings.HasSuffix(name, w.lost) {
					return nil
				}
				return []time.Duration{0}
			},
		},
		Port: func(call string, after bool) error {
			if w.port == nil || after {
				return nil
			}
			return w.port(call)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Shop = shop
	w.watch.Follow(shop)
	if err := shop.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// pass lets time go by.
// cable is between the functions and the gateways.
type cable struct {
	http.RoundTripper
	w *world
}

// RoundTrip is http.RoundTripper's.
func (c cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.w.broken != "" && strings.HasSuffix(r.URL.Path, c.w.broken) {
		return nil, errors.New("connection reset by peer")
	}
	return c.RoundTripper.RoundTrip(r)
}

func (w *world) pass(d time.Duration) {
	w.t.Helper()
	if err := w.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

// webhooks lets the gateway tell us of events, or not.
func (w *world) webhooks(arrive bool) {
	w.t.Helper()
	faults := stripesim.Faults{}
	if !arrive {
		faults.Webhooks.Drop = 1
	}
	if err := w.Stripe.SetFaults(faults); err != nil {
		w.t.Fatal(err)
	}
}

// reply is an answer of the API, or of a gateway's page.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// want fails the test unless the answer is of that status.
func (w *world) want(r reply, status int) reply {
	w.t.Helper()
	if r.status != status {
		w.t.Fatalf("got %d %s, want %d", r.status, r.body, status)
	}
	return r
}

func serve(h http.Handler, method, target string, header map[string]string, body io.Reader) reply {
	req := httptest.NewRequestWithContext(context.Background(), method, target, body)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, req)
	return reply{answer.Code, answer.Header(), answer.Body.Bytes()}
}

// api sends a request with a JSON body, or none.
func (w *world) api(method, path, token string, body any) reply {
	w.t.Helper()
	header := map[string]string{"Content-Type": "application/json"}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	if body == nil {
		text = nil
		delete(header, "Content-Type")
	}
	w.keys++
	header["Idempotency-Key"] = fmt.Sprintf("key-%d", w.keys)
	if m, isMap := body.(map[string]any); isMap && m["key"] != nil {
		header["Idempotency-Key"] = m["key"].(string)
		delete(m, "key")
		if text, err = json.Marshal(m); err != nil {
			w.t.Fatal(err)
		}
	}
	return serve(w.Cloud.API(""), method, "http://localhost:8080"+path, header, bytes.NewReader(text))
}

// staff sends a request of a manager who has just signed in.
func (w *world) staff(method, path string, body any) reply {
	w.t.Helper()
	return w.staffed("mona", method, path, body)
}

// staffed is staff, of a manager and admin with a name.
func (w *world) staffed(name, method, path string, body any) reply {
	w.t.Helper()
	token, err := w.Cloud.StaffToken(cognito.Person{Username: name, Groups: []string{"manager", "admin"}, MFA: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.api(method, path, token, body)
}

// basket is one line of blue mugs, sent to Berlin.
func basket() map[string]any {
	return map[string]any{
		"currency": "EUR", "lines": []map[string]any{{"sku": "mug-blue", "quantity": 1}}, "email": "ada@example.com", "shipping_method": "standard",
		"shipping_address": map[string]string{"name": "Ada Byron", "line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"},
	}
}

// place orders a mug.
func (w *world) place() (id string) {
	w.t.Helper()
	var got struct {
		Order struct{ ID string }
		Token string
	}
	if err := json.Unmarshal(w.want(w.api(http.MethodPost, "/orders", "", basket()), http.StatusCreated).body, &got); err != nil {
		w.t.Fatal(err)
	}
	w.tokens[got.Order.ID] = got.Token
	return got.Order.ID
}

type payment struct {
	ID           string `json:"id"`
	RedirectURL  string `json:"redirect_url"`
	ClientSecret string `json:"client_secret"`
}

// pay begins a payment by Stripe under a key.
func (w *world) pay(id, mode, key string) payment {
	w.t.Helper()
	return w.payBy(id, "stripe", mode, key)
}

func (w *world) payBy(id, gateway, mode, key string) payment {
	w.t.Helper()
	var got struct{ Payment payment }
	r := w.api(http.MethodPost, "/orders/"+id+"/payments", w.tokens[id], map[string]any{
		"key": key, "gateway": gateway, "mode": mode, "return_url": "http://localhost:8080/shop/order.html",
	})
	if err := json.Unmarshal(w.want(r, http.StatusCreated).body, &got); err != nil {
		w.t.Fatal(err)
	}
	return got.Payment
}

func (w *world) gateway(target, token string, values url.Values) reply {
	w.t.Helper()
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	return serve(w.Gateways, http.MethodPost, target, header, strings.NewReader(values.Encode()))
}

const gatewayURL = "http://localhost:8090/stripe"

// confirm enters a good card into the form inside the shop's page.
func (w *world) confirm(p payment) (intent string) {
	w.t.Helper()
	intent, _, _ = strings.Cut(p.ClientSecret, "_secret_")
	w.want(w.gateway(gatewayURL+"/v1/payment_intents/"+intent+"/confirm", "", url.Values{
		"key": {localshop.StripePublicKey}, "client_secret": {p.ClientSecret}, "return_url": {"http://localhost:8080/shop/order.html"},
		"payment_method_data[type]": {"card"}, "payment_method_data[card][number]": {"4242424242424242"},
	}), http.StatusOK)
	return intent
}

// giveBack refunds a payment in full on the gateway's own dashboard.
func (w *world) giveBack(intent string) {
	w.t.Helper()
	w.want(w.gateway(gatewayURL+"/v1/refunds", gateways.StripeSecretKey, url.Values{"payment_intent": {intent}}), http.StatusOK)
}

// letGo gives up promised money on the gateway's own dashboard.
func (w *world) letGo(intent string) {
	w.t.Helper()
	w.want(w.gateway(gatewayURL+"/v1/payment_intents/"+intent+"/cancel", gateways.StripeSecretKey, nil), http.StatusOK)
}

// buy pays on the gateway's page and comes back.
func (w *world) buy() (id string) {
	w.t.Helper()
	id = w.place()
	r := w.gateway(w.pay(id, "hosted", "pay-"+id).RedirectURL, "", url.Values{"card": {"4242424242424242"}, "action": {"pay"}})
	back := strings.TrimPrefix(w.want(r, http.StatusSeeOther).header.Get("Location"), "http://localhost:8080")
	w.want(w.api(http.MethodGet, back, "", nil), http.StatusSeeOther)
	return id
}

// fulfilling is an order that waits for its parcel.
func (w *world) fulfilling() (id string) {
	w.t.Helper()
	id = w.buy()
	w.pass(time.Minute)
	w.status(id, "fulfilling")
	return id
}

func (w *world) status(id, want string) {
	w.t.Helper()
	var got struct{ Order struct{ Status string } }
	err := json.Unmarshal(w.want(w.api(http.MethodGet, "/orders/"+id, w.tokens[id], nil), http.StatusOK).body, &got)
	if err != nil || got.Order.Status != want {
		w.t.Fatalf("the order is %q, want %q: %v", got.Order.Status, want, err)
	}
}

func (w *world) ship(id string) reply {
	w.t.Helper()
	return w.staff(http.MethodPost, "/staff/orders/"+id+"/shipments", map[string]any{"carrier": "DHL", "tracking_number": "JD0140"})
}

// bring tells the shop what a form in its page brought: a token, or nothing.
func (w *world) bring(id string, p payment, token string) reply {
	w.t.Helper()
	body := map[string]any{}
	if token != "" {
		body["token"] = token
	}
	return w.api(http.MethodPost, "/orders/"+id+"/payments/"+p.ID+"/confirm", w.tokens[id], body)
}

func (w *world) cancel(id string) {
	w.t.Helper()
	w.want(w.api(http.MethodPost, "/orders/"+id+"/cancellation", w.tokens[id], nil), http.StatusOK)
}
