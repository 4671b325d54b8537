package paypalsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/paypalsim"
)

const (
	base     = "http://localhost:8090/paypal"
	hookURL  = "http://localhost:8080/webhooks/paypal"
	client   = "client-of-the-simulation"
	secret   = "secret-of-the-simulation"
	webhook  = "8PT597110X687430L"
	pays     = "4242 4242 4242 4242"
	declined = "4000000000000002"
	disputed = "4000000000000259"
)

// hook is a webhook as it arrived.
type hook struct {
	header http.Header
	body   []byte
}

// shop is a simulated PayPal, a client of it, and a receiver of its webhooks.
type shop struct {
	t     testing.TB
	sim   *paypalsim.Sim
	clock *clock.Clock
	token string

	mu     sync.Mutex
	hooks  []hook
	answer func(hook) (int, error) // nil: 200.
}

func newShop(t testing.TB) *shop {
	t.Helper()
	s := &shop{t: t, clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), clock.Inline{})}
	sim, err := paypalsim.New(paypalsim.Config{BaseURL: base, ClientID: client, ClientSecret: secret, Clock: gatewaysim.ClockOf(s.clock),
		Random: rand.NewPCG(1, 2), Deliver: s.receive})
	s.must(err)
	s.sim = sim
	_, err = sim.AddEndpoint(hookURL, webhook, "*")
	s.must(err)
	s.login()
	return s
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) receive(_ string, header http.Header, body []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := hook{header.Clone(), bytes.Clone(body)}
	s.hooks = append(s.hooks, h)
	if s.answer != nil {
		return s.answer(h)
	}
	return http.StatusOK, nil
}

// reply is an answer as a client sees it.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) into(t testing.TB, out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), out); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
}

// issue is the issue that a refusal names.
func (r reply) issue(t testing.TB) string {
	t.Helper()
	var said struct {
		Details []struct{ Issue string }
	}
	r.into(t, &said)
	if len(said.Details) == 0 {
		return ""
	}
	return said.Details[0].Issue
}

func (s *shop) try(method, target string, header http.Header, body string) (reply, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := s.sim.Transport().RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, errors.Join(err, res.Body.Close())
}

func (s *shop) login() {
	s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/v1/oauth2/token", strings.NewReader("grant_type=client_credentials"))
	s.must(err)
	r.SetBasicAuth(client, secret)
	res, err := s.sim.Transport().RoundTrip(r)
	s.must(err)
	defer func() { s.must(res.Body.Close()) }()
	var said struct {
		Token string `json:"access_token"`
	}
	s.must(json.NewDecoder(res.Body).Decode(&said))
	s.token = said.Token
}

// call is a call of the API; key "" is none.
func (s *shop) call(method, path, key, body string) reply {
	s.t.Helper()
	header := http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/json"}, "Prefer": {"return=representation"}}
	if key != "" {
		header.Set("PayPal-Request-Id", key)
	}
	r, err := s.try(method, base+path, header, body)
	s.must(err)
	return r
}

// form is what a shopper's browser sends.
func (s *shop) form(target string, fields ...string) reply {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r, err := s.try(http.MethodPost, target, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, values.Encode())
	s.must(err)
	return r
}

func wanted(intent, unit string) string {
	return `{"intent":"` + intent + `","purchase_units":[` + unit + `],"payment_source":{"paypal":{"experience_context":{"return_url":"https://shop.test/back?a=1","cancel_url":"https://shop.test/cart"}}}}`
}

const unit = `{"custom_id":"ord_1/pay_1","invoice_id":"pay_1","amount":{"currency_code":"EUR","value":"19.99"}}`

// order is what tests read of one.
type order struct {
	ID, Status string
	Units      []struct {
		Payments struct {
			Authorizations, Captures, Refunds []struct{ ID, Status string }
		}
	} `json:"purchase_units"`
}

func (s *shop) create(key, body string) order {
	s.t.Helper()
	r := s.call("POST", "/v2/checkout/orders", key, body)
	if r.status != http.StatusCreated {
		s.t.Fatalf("%d %s", r.status, r.body)
	}
	var o order
	r.into(s.t, &o)
	return o
}

func (s *shop) page(o order) string { return base + "/checkoutnow?token=" + o.ID }

// paid is an order that was paid by a card.
func (s *shop) paid(card string) order {
	s.t.Helper()
	o := s.create("k1", wanted("CAPTURE", unit))
	if r := s.form(s.page(o), "card", card, "action", "pay"); r.status != http.StatusSeeOther {
		s.t.Fatalf("%d %s", r.status, r.body)
	}
	r := s.call("POST", "/v2/checkout/orders/"+o.ID+"/capture", "c1", "{}")
	if r.status != http.StatusCreated {
		s.t.Fatalf("%d %s", r.status, r.body)
	}
	var done order
	r.into(s.t, &done)
	return done
}

func (s *shop) advance(d time.Duration) { s.t.Helper(); s.must(s.clock.Advance(d)) }

// book is the only one.
func (s *shop) book() gatewaysim.Book {
	s.t.Helper()
	books := s.sim.Books()
	if len(books) != 1 {
		s.t.Fatalf("got %+v", books)
	}
	return books[0]
}
