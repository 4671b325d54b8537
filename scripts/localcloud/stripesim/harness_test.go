package stripesim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"till/scripts/localcloud/stripesim"
)

const (
	base          = "http://localhost:8090/stripe"
	hookURL       = "http://localhost:8080/webhooks/stripe"
	hookSecret    = "whsec_test_of_the_simulation_0123"
	secretKey     = "sk_test_simulation"
	publicKey     = "pk_test_simulation"
	pays          = "4242 4242 4242 4242"
	declined      = "4000000000000002"
	poor          = "4000 0000 0000 9995"
	authenticates = "4000002500003155"
	disputed      = "4000000000000259"
)

// handClock moves by hand. It starts at the wall's time, by which stripe-go judges signatures.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []handTimer
}

type handTimer struct {
	at time.Time
	f  func()
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) After(d time.Duration, _ string, f func()) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timers = append(c.timers, handTimer{c.now.Add(d), f})
	return len(c.timers)
}

// advance runs what becomes due within d, in order of time, then of asking.
func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	end := c.now.Add(d)
	for {
		at := -1
		for i, timer := range c.timers {
			if !timer.at.After(end) && (at < 0 || timer.at.Before(c.timers[at].at)) {
				at = i
			}
		}
		if at < 0 {
			break
		}
		timer := c.timers[at]
		c.timers = slices.Delete(c.timers, at, at+1)
		if timer.at.After(c.now) {
			c.now = timer.at
		}
		c.mu.Unlock()
		timer.f()
		c.mu.Lock()
	}
	c.now = end
	c.mu.Unlock()
}

// hook is a webhook as it arrived.
type hook struct {
	header http.Header
	body   []byte
	at     time.Time
}

// shop is a simulated Stripe, a client of it, and a receiver of its webhooks.
type shop struct {
	t        *testing.T
	sim      *stripesim.Sim
	clock    *handClock
	api      *client.API
	endpoint string

	mu     sync.Mutex
	hooks  []hook
	answer func(hook) (int, error) // nil: 200.
}

func newShop(t *testing.T, change ...func(*stripesim.Config)) *shop {
	t.Helper()
	s := &shop{t: t, clock: &handClock{now: time.Now().Truncate(time.Second)}}
	cfg := stripesim.Config{BaseURL: base, SecretKey: secretKey, PublishableKey: publicKey, Clock: stripesim.ClockOf(s.clock),
		Random: rand.NewPCG(1, 2), Deliver: s.receive}
	for _, f := range change {
		f(&cfg)
	}
	sim, err := stripesim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.sim = sim
	if s.endpoint, _, err = sim.AddEndpoint(hookURL, hookSecret, "*"); err != nil {
		t.Fatal(err)
	}
	s.api = newAPI(base, sim.Transport())
	return s
}

func newAPI(url string, transport http.RoundTripper) *client.API {
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{URL: stripe.String(url),
		HTTPClient: &http.Client{Transport: transport}, MaxNetworkRetries: stripe.Int64(0), EnableTelemetry: stripe.Bool(false),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}})
	return client.New(secretKey, &stripe.Backends{API: backend, Connect: backend, Uploads: backend})
}

func (s *shop) receive(target string, header http.Header, body []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if target != hookURL {
		return 404, nil
	}
	h := hook{header.Clone(), slices.Clone(body), s.clock.Now()}
	s.hooks = append(s.hooks, h)
	if s.answer != nil {
		return s.answer(h)
	}
	return 200, nil
}

// settle lets what is due at once happen, and gives the hooks since the last call.
func (s *shop) settle() []hook {
	s.clock.advance(0)
	return s.taken()
}

func (s *shop) taken() []hook {
	s.mu.Lock()
	defer s.mu.Unlock()
	hooks := s.hooks
	s.hooks = nil
	return hooks
}

// browser is a shopper's: it follows no redirect.
func (s *shop) browser() *http.Client {
	return &http.Client{Transport: s.sim.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type page struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (s *shop) send(method, target string, header http.Header, body string) page {
	s.t.Helper()
	p, err := s.try(method, target, header, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *shop) try(method, target string, header http.Header, body string) (page, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	if err != nil {
		return page{}, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := s.browser().Do(r)
	if err != nil {
		return page{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return page{}, err
	}
	return page{answer.StatusCode, answer.Header.Get("Location"), string(text), answer.Header}, nil
}

func (s *shop) post(target string, fields ...string) page {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return s.send(http.MethodPost, target, nil, form.Encode())
}

func (s *shop) get(target string) page {
	s.t.Helper()
	return s.send(http.MethodGet, target, nil, "")
}

func sessionParams(order string, amount int64) *stripe.CheckoutSessionParams {
	return &stripe.CheckoutSessionParams{
		Mode: stripe.String("payment"), SuccessURL: stripe.String("http://shop.test/done?s={CHECKOUT_SESSION_ID}"),
		CancelURL: stripe.String("http://shop.test/cancel"), ClientReferenceID: stripe.String(order),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{Currency: stripe.String("eur"), UnitAmount: stripe.Int64(amount),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Order")}}}},
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: map[string]string{"order_id": order}},
	}
}

func (s *shop) session(order string, amount int64) *stripe.CheckoutSession {
	s.t.Helper()
	session, err := s.api.CheckoutSessions.New(sessionParams(order, amount))
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// paid is a session that was paid by a card.
func (s *shop) paid(order string, amount int64, card string) *stripe.CheckoutSession {
	s.t.Helper()
	session := s.session(order, amount)
	if p := s.post(session.URL, "card", card, "action", "pay"); p.status != 303 {
		s.t.Fatalf("paying answered %d: %s", p.status, p.body)
	}
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("payment_intent.latest_charge")
	session, err := s.api.CheckoutSessions.Get(session.ID, params)
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

func intentParams(order string, amount int64, currency string) *stripe.PaymentIntentParams {
	p := &stripe.PaymentIntentParams{Amount: stripe.Int64(amount), Currency: stripe.String(currency),
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true)}}
	p.AddMetadata("order_id", order)
	return p
}

func (s *shop) intent(order string, amount int64) *stripe.PaymentIntent {
	s.t.Helper()
	pi, err := s.api.PaymentIntents.New(intentParams(order, amount, "eur"))
	if err != nil {
		s.t.Fatal(err)
	}
	return pi
}

// confirm is the browser's call with the publishable key.
func (s *shop) confirm(pi *stripe.PaymentIntent, card string) page {
	s.t.Helper()
	return s.post(base+"/v1/payment_intents/"+pi.ID+"/confirm", "key", publicKey, "client_secret", pi.ClientSecret,
		"payment_method_data[type]", "card", "payment_method_data[card][number]", card, "payment_method_data[card][exp_month]", "12",
		"payment_method_data[card][exp_year]", "34", "payment_method_data[card][cvc]", "123", "return_url", "http://shop.test/back?order=1")
}

func (s *shop) intentNow(id string) *stripe.PaymentIntent {
	s.t.Helper()
	params := &stripe.PaymentIntentParams{}
	params.AddExpand("latest_charge")
	pi, err := s.api.PaymentIntents.Get(id, params)
	if err != nil {
		s.t.Fatal(err)
	}
	return pi
}

func (s *shop) refund(pi string, amount int64) (*stripe.Refund, error) {
	params := &stripe.RefundParams{PaymentIntent: stripe.String(pi)}
	if amount != 0 {
		params.Amount = stripe.Int64(amount)
	}
	return s.api.Refunds.New(params)
}

func (s *shop) faults(f stripesim.Faults) {
	s.t.Helper()
	if err := s.sim.SetFaults(f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) book(order string) stripesim.Book {
	s.t.Helper()
	for _, b := range s.sim.Books() {
		if b.Reference == order {
			return b
		}
	}
	s.t.Fatalf("no book of %s", order)
	return stripesim.Book{}
}

// stripeError is err as stripe-go's own error.
func stripeError(t *testing.T, err error) *stripe.Error {
	t.Helper()
	var e *stripe.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, not an error of Stripe's shape", err)
	}
	return e
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func kinds(t *testing.T, hooks []hook) []string {
	t.Helper()
	var list []string
	for _, h := range hooks {
		_, rest, ok := bytes.Cut(h.body, []byte("\n  \"type\": \""))
		if !ok {
			t.Fatalf("no type in %s", h.body)
		}
		kind, _, _ := bytes.Cut(rest, []byte(`"`))
		list = append(list, string(kind))
	}
	return list
}

func sameKinds(t *testing.T, hooks []hook, want ...string) {
	t.Helper()
	if got := kinds(t, hooks); !slices.Equal(got, want) {
		t.Errorf("webhooks:\n got %q\nwant %q", got, want)
	}
}

var _ http.Handler = (*stripesim.Sim)(nil)

// overHTTP serves the simulation on a port.
func (s *shop) overHTTP() *httptest.Server {
	server := httptest.NewServer(s.sim)
	s.t.Cleanup(server.Close)
	return server
}
