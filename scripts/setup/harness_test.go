package setup_test

import (
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/stripesim"
	"till/scripts/setup/setuptest"
	"till/scripts/setup/stripehooks"
	"till/shared/gateway/stripegw"
)

const (
	stripeURL  = "http://localhost:8090/stripe"
	secretKey  = "sk_test_canary_of_the_account_0123"
	publicKey  = "pk_test_of_the_account_0123"
	webhookURL = "https://api.shop.example/webhooks/stripe"
	// others is what other gateways have in the secret, with a member that nobody knows.
	others = `{"paypal":{"client_id":"app","client_secret":"canary-of-paypal-0123456789","webhook_ids":["WH-1"],"later":[1,2.50,"<&>"]},"note":"kept"}`
)

// delivery is a webhook as the shop gets it.
type delivery struct {
	url, signature string
	body           []byte
}

// account is a Stripe account, with a shop that sets itself up at it.
type account struct {
	*setuptest.Shop
	t     *testing.T
	sim   *stripesim.Sim
	clock *clock.Clock

	mu    sync.Mutex
	posts []delivery
	calls []string // Changing calls of the API.
	// lose tells whether the answer of a call is lost after it was done.
	lose func(r *http.Request) bool
	// block tells whether a call never reaches Stripe.
	block func(r *http.Request) bool
}

func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{t: t, clock: clock.New(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), clock.Inline{})}
	sim, err := stripesim.New(stripesim.Config{BaseURL: stripeURL, SecretKey: secretKey, PublishableKey: publicKey,
		Clock: stripesim.ClockOf(a.clock), Random: rand.NewPCG(1, 2), Deliver: a.receive})
	if err != nil {
		t.Fatal(err)
	}
	a.sim = sim
	a.Shop = &setuptest.Shop{Cloud: setuptest.New(t, "dev", others), Gateway: stripehooks.Gateway(), URL: stripeURL, Transport: a,
		Env: map[string]string{"STRIPE_KEY": secretKey, "STRIPE_PUBLISHABLE_KEY": publicKey}}
	return a
}

func (a *account) receive(to string, header http.Header, body []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.posts = append(a.posts, delivery{to, header.Get("Stripe-Signature"), slices.Clone(body)})
	return http.StatusOK, nil
}

// RoundTrip is http.RoundTripper's: it leads to the simulated Stripe.
func (a *account) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	if r.Method != http.MethodGet {
		a.calls = append(a.calls, r.Method+" "+r.URL.Path)
	}
	lose, block := a.lose, a.block
	a.mu.Unlock()
	if block != nil && block(r) {
		return nil, io.ErrUnexpectedEOF
	}
	answer, err := a.sim.Transport().RoundTrip(r)
	if err == nil && lose != nil && lose(r) {
		_ = answer.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return answer, err
}

// changing are the changing calls since the last time.
func (a *account) changing() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	calls := a.calls
	a.calls = nil
	return calls
}

// call is one that the account's owner makes by hand.
func (a *account) call(method, path string, form url.Values) map[string]any {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, stripeURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secretKey)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := a.sim.Transport().RoundTrip(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil || answer.StatusCode != http.StatusOK {
		a.t.Fatalf("%s %s answered %d, %v, %v", method, path, answer.StatusCode, out, err)
	}
	return out
}

// endpoints are Stripe's, newest first.
func (a *account) endpoints() []map[string]any {
	a.t.Helper()
	var out []map[string]any
	list, _ := a.call(http.MethodGet, "/v1/webhook_endpoints", nil)["data"].([]any)
	for _, each := range list {
		one, _ := each.(map[string]any)
		out = append(out, one)
	}
	return out
}

func (a *account) ids() []string {
	a.t.Helper()
	var out []string
	for _, e := range a.endpoints() {
		out = append(out, e["id"].(string))
	}
	return out
}

// stored are the signing secrets.
func (a *account) stored() []string {
	a.t.Helper()
	list, _ := a.Cloud.Account("stripe")["webhook_secrets"].([]any)
	var out []string
	for _, each := range list {
		out = append(out, each.(string))
	}
	return out
}

// deliveries lets something happen at Stripe, and gives the webhooks of it.
func (a *account) deliveries() []delivery {
	a.t.Helper()
	intent := a.call(http.MethodPost, "/v1/payment_intents", url.Values{"amount": {"1999"}, "currency": {"eur"}, "automatic_payment_methods[enabled]": {"true"}})
	a.call(http.MethodPost, "/v1/payment_intents/"+intent["id"].(string)+"/cancel", nil)
	if err := a.clock.Settle(); err != nil {
		a.t.Fatal(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	posts := a.posts
	a.posts = nil
	return posts
}

// verified counts the deliveries that a shop with these secrets takes.
func (a *account) verified(posts []delivery, secrets []string) int {
	a.t.Helper()
	v, err := stripegw.NewVerifier(stripegw.VerifierConfig{Secrets: secrets, Now: a.clock.Now})
	if err != nil {
		a.t.Fatal(err)
	}
	n := 0
	for _, p := range posts {
		if e, err := v.Verify(p.body, p.signature); err == nil && e.Type == "payment_intent.canceled" && e.APIVersion == stripesim.Version && p.url == webhookURL {
			n++
		}
	}
	return n
}

func (a *account) run(args ...string) setuptest.Result {
	a.t.Helper()
	return a.Run(a.t.Context(), a.t, args...)
}

// apply sets the shop up.
func (a *account) apply() {
	a.t.Helper()
	a.run("-apply").Want(a.t, 0)
	a.changing()
	a.Cloud.Calls()
}

// othersKept fails the test unless the other members of the secret are what they were.
func (a *account) othersKept() {
	a.t.Helper()
	a.othersKeptBeside("stripe")
}

func (a *account) othersKeptBeside(mine ...string) {
	a.t.Helper()
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal([]byte(others), &before); err != nil {
		a.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(a.Cloud.Secret()), &after); err != nil {
		a.t.Fatal(err)
	}
	for _, name := range mine {
		delete(after, name)
	}
	if !maps.EqualFunc(before, after, func(x, y json.RawMessage) bool { return string(x) == string(y) }) {
		a.t.Errorf("the others' members became %s", a.Cloud.Secret())
	}
}
