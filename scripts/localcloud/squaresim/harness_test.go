package squaresim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/squaresim"
	"till/shared/gateway/gatewaytest"
)

const (
	base     = "http://square.test/square"
	access   = "EAAA_of_the_tests"
	app      = "sandbox-sq0idb-tests"
	place    = "LTESTS"
	merchant = "MTESTS"
	receiver = "http://till.test/webhooks/square"
	hookKey  = "tests_key_0123456789ab"
)

// hook is a webhook as it arrived.
type hook struct {
	header http.Header
	body   []byte
	at     time.Time
}

// bench is a simulated Square and what has come of it.
type bench struct {
	*testing.T
	sim      *squaresim.Sim
	clock    *clock.Clock
	endpoint string
	hooks    []hook
	status   int // What the receiver answers.
}

func newBench(t *testing.T, alter func(*squaresim.Config)) *bench {
	t.Helper()
	b := &bench{T: t, status: http.StatusOK, clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), clock.Inline{})}
	c := squaresim.Config{BaseURL: base, AccessToken: access, ApplicationID: app, LocationID: place, MerchantID: merchant,
		Clock: gatewaysim.ClockOf(b.clock), Random: new(gatewaytest.Dice),
		Deliver: func(_ string, header http.Header, body []byte) (int, error) {
			b.hooks = append(b.hooks, hook{header, body, b.clock.Now()})
			return b.status, nil
		}}
	if alter != nil {
		alter(&c)
	}
	sim, err := squaresim.New(c)
	b.must(err)
	b.sim = sim
	b.endpoint, _, err = sim.AddEndpoint(receiver, hookKey, "*")
	b.must(err)
	return b
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) advance(d time.Duration) { b.must(b.clock.Advance(d)) }

// answer is what came back, flattened: "payment.card_details.status", "errors.0.code".
type answer struct {
	status int
	fields map[string]string
}

func (a answer) get(path string) string { return a.fields[path] }

func flatten(into map[string]string, path string, value any) {
	join := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			flatten(into, join(name), inner)
		}
	case []any:
		for i, inner := range v {
			flatten(into, join(fmt.Sprint(i)), inner)
		}
	default:
		into[path] = fmt.Sprint(v)
	}
}

// reply is an answer whose body was read.
type reply struct {
	StatusCode int
	Header     http.Header
}

// raw makes any request.
func (b *bench) raw(method, target, body string, header map[string]string) (reply, string) {
	b.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	b.must(err)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	res, err := b.sim.Transport().RoundTrip(r)
	b.must(err)
	defer func() { b.must(res.Body.Close()) }()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return reply{res.StatusCode, res.Header}, string(text)
}

var server = map[string]string{"Authorization": "Bearer " + access, "Square-Version": squaresim.Version, "Content-Type": "application/json"}

// call calls the API as the shop does.
func (b *bench) call(method, path, body string) answer {
	b.Helper()
	res, text := b.raw(method, base+path, body, server)
	return b.read(res, text)
}

func (b *bench) read(res reply, text string) answer {
	b.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		b.Fatalf("%d %s: %v", res.StatusCode, text, err)
	}
	a := answer{status: res.StatusCode, fields: map[string]string{}}
	flatten(a.fields, "", value)
	return a
}

// ok calls and expects success.
func (b *bench) ok(method, path, body string) answer {
	b.Helper()
	a := b.call(method, path, body)
	if a.status != http.StatusOK {
		b.Fatalf("%s %s: %d %v", method, path, a.status, a.fields)
	}
	return a
}

// refused calls and expects an error.
func (b *bench) refused(method, path, body string, status int, code, field string) {
	b.Helper()
	a := b.call(method, path, body)
	if a.status != status || a.get("errors.0.code") != code || a.get("errors.0.field") != field || a.get("errors.0.category") == "" {
		b.Errorf("%s %s %s: got %d %v, want %d %s %q", method, path, body, a.status, a.fields, status, code, field)
	}
}

const anOrder = `{"location_id":"LTESTS","reference_id":"pay_1","metadata":{"order_id":"ord_1","attempt_id":"pay_1"},
	"line_items":[{"name":"Order ord_1","quantity":"1","base_price_money":{"amount":1999,"currency":"EUR"}}]}`

// order makes an order; key is its idempotency key.
func (b *bench) order(key string) string {
	b.Helper()
	return b.ok("POST", "/v2/orders", `{"idempotency_key":"`+key+`","order":`+anOrder+`}`).get("order.id")
}

// link makes a page, and gives the ids of link and order.
func (b *bench) link(key string) (link, order string) {
	b.Helper()
	a := b.ok("POST", "/v2/online-checkout/payment-links", `{"idempotency_key":"`+key+`","payment_note":"ord_1/pay_1","order":`+anOrder+`,
		"checkout_options":{"redirect_url":"https://shop.test/back?a=b"}}`)
	return a.get("payment_link.id"), a.get("payment_link.order_id")
}

// payBody is a payment of an order with a token.
func payBody(key, order, token, more string) string {
	return fmt.Sprintf(`{"idempotency_key":%q,"source_id":%q,"order_id":%q,"amount_money":{"amount":1999,"currency":"EUR"}%s}`, key, token, order, more)
}

// paid makes an order and pays it.
func (b *bench) paid(key string, card string) (order, payment string) {
	b.Helper()
	order = b.order(key)
	return order, b.ok("POST", "/v2/payments", payBody(key, order, b.token(card).get("card_nonce"), "")).get("payment.id")
}

// token is the browser's call.
func (b *bench) token(number string) answer {
	b.Helper()
	res, text := b.raw("POST", base+"/v2/card-nonce", fmt.Sprintf(`{"client_id":%q,"location_id":%q,"card_data":{"number":%q,"cvv":"123"}}`, app, place, number),
		map[string]string{"Content-Type": "application/json"})
	return b.read(res, text)
}

// post sends a form, as a browser does.
func (b *bench) post(target string, fields ...string) (reply, string) {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.raw("POST", target, form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
}

func (b *bench) want(a answer, pairs ...string) {
	b.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := a.get(pairs[i]); got != pairs[i+1] {
			b.Errorf("%s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}

// book is the one of ord_1.
func (b *bench) book() squaresim.Book {
	b.Helper()
	for _, have := range b.sim.Books() {
		if have.Reference == "ord_1" {
			return have
		}
	}
	return squaresim.Book{}
}

// kinds are the types of the webhooks since the last look.
func (b *bench) kinds() []string {
	b.Helper()
	b.advance(0)
	var out []string
	for _, h := range b.hooks {
		var e struct {
			Type string `json:"type"`
		}
		b.must(json.Unmarshal(h.body, &e))
		out = append(out, e.Type)
	}
	b.hooks = nil
	return out
}
