package paypalgw_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/gateway/paypalgw"
	"till/shared/money"
	"till/shared/payment"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	now := func() time.Time { return moment }
	tests := []struct {
		name string
		c    paypalgw.Config
		ok   bool
	}{
		{"an app for tests", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now}, true},
		{"an app for real money", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, WantLive: true}, true},
		{"a local PayPal for tests", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: "http://localhost:8090/paypal"}, true},
		{"the live address for real money", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: paypalgw.LiveURL, WantLive: true}, true},
		{"pages of another address for tests", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: "http://paypal:80", PagesURL: "http://localhost:8090/paypal"}, true},
		{"pages without encryption for real money", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, WantLive: true, PagesURL: "http://localhost:8090"}, false},
		{"no app", paypalgw.Config{Now: now}, false},
		{"no secret", paypalgw.Config{ClientID: "a", Now: now}, false},
		{"no clock", paypalgw.Config{ClientID: "a", ClientSecret: "b"}, false},
		{"a secret with a line break", paypalgw.Config{ClientID: "a", ClientSecret: "b\r\nX: y", Now: now}, false},
		{"the sandbox for real money", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: paypalgw.SandboxURL, WantLive: true}, false},
		{"the live address for tests", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: paypalgw.LiveURL}, false},
		{"an address without encryption for real money", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: "http://api-m.paypal.com", WantLive: true}, false},
		{"an address that is none", paypalgw.Config{ClientID: "a", ClientSecret: "b", Now: now, BaseURL: "paypal"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := paypalgw.New(tt.c)
			if tt.ok != (err == nil) {
				t.Fatalf("got %v", err)
			}
			if err != nil && (!fault.Is(err, fault.Internal) || fault.Code(err) != "config_invalid") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	g := newGateway(t, answers(200, "{}"))
	if text := fmt.Sprintf("%v %+v %#v", g, g, g); strings.Contains(text, "secret-1") || strings.Contains(text, "Basic") {
		t.Error(text)
	}
}

// tokenPayPal counts tokens, and takes those that are not in refused.
type tokenPayPal struct {
	given, calls atomic.Int64
	refused      sync.Map
	status       int
	body         string
}

func (p *tokenPayPal) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/v1/oauth2/token") {
		n := p.given.Add(1)
		if p.status != 0 {
			return response(r, p.status, p.body), nil
		}
		return response(r, http.StatusOK, fmt.Sprintf(`{"access_token":"token-%d","token_type":"Bearer","expires_in":600}`, n)), nil
	}
	p.calls.Add(1)
	if _, no := p.refused.Load(r.Header.Get("Authorization")); no {
		return response(r, http.StatusUnauthorized, `{"name":"AUTHENTICATION_FAILURE"}`), nil
	}
	return response(r, http.StatusNotFound, `{"name":"RESOURCE_NOT_FOUND"}`), nil
}

func TestTokens(t *testing.T) {
	p := &tokenPayPal{}
	now := moment
	var mu sync.Mutex
	g, err := paypalgw.New(paypalgw.Config{ClientID: "a", ClientSecret: "b", Transport: p, Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	if err != nil {
		t.Fatal(err)
	}
	later := func(d time.Duration) { mu.Lock(); now = now.Add(d); mu.Unlock() }
	ask := func(want int64, what string) {
		t.Helper()
		if _, err := g.Fetch(t.Context(), attempt); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: got %v", what, err)
		}
		if got := p.given.Load(); got != want {
			t.Errorf("%s: %d tokens were fetched, want %d", what, got, want)
		}
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { _, _ = g.Fetch(t.Context(), attempt) })
	}
	all.Wait()
	ask(1, "many at once")
	later(9*time.Minute - time.Second)
	ask(1, "before its end")
	later(time.Second)
	ask(2, "a minute before its end")
	p.refused.Store("Bearer token-2", true)
	ask(3, "taken back")
	ask(3, "after another was given")
	p.refused.Store("Bearer token-3", true)
	p.refused.Store("Bearer token-4", true)
	calls := p.calls.Load()
	_, err = g.Fetch(t.Context(), attempt)
	check(t, err, fault.Internal, "authentication_failure")
	if made := p.calls.Load() - calls; made != 2 {
		t.Errorf("%d calls were made with tokens that are not taken, want 2", made)
	}
}

func TestNoTokenMeansThatNothingHappened(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		kind   fault.Kind
	}{
		{"a wrong secret is ours to repair", 401, `{"error":"invalid_client","error_description":"` + quote + `"}`, fault.Internal},
		{"a broken token service", 503, "", fault.Unavailable},
		{"a busy token service", 429, "", fault.Unavailable},
		{"a token of nothing", 200, "{}", fault.Unavailable},
		{"a token that no header can hold", 200, `{"access_token":"a\r\nb","token_type":"Bearer","expires_in":600}`, fault.Unavailable},
		{"a token of another type", 200, `{"access_token":"a","token_type":"MAC","expires_in":600}`, fault.Unavailable},
		{"a cut answer", 200, `{"access_to`, fault.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &tokenPayPal{status: tt.status, body: tt.body}
			g := newGateway(t, p)
			_, err := g.Start(t.Context(), hosted)
			check(t, err, tt.kind, "")
			if p.calls.Load() != 0 {
				t.Error("the call was made without a token")
			}
		})
	}
}

// sent is what a start sends to PayPal.
func sent(t *testing.T, s payment.Start) (http.Header, map[string]any) {
	t.Helper()
	var header http.Header
	var body map[string]any
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		header = r.Header
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return nil, err
		}
		unit, err := json.Marshal(body["purchase_units"])
		return response(r, http.StatusCreated, `{"id":"5O190127TN364715T","status":"PAYER_ACTION_REQUIRED","purchase_units":`+string(unit)+`}`), err
	}))
	if _, err := g.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return header, body
}

func TestWhatAStartSends(t *testing.T) {
	s := hosted
	s.Parts, s.Manual, s.Title = payment.Parts{Goods: 1500, Shipping: 490, Tax: 109, Discount: 100}, true, strings.Repeat("ä", 200)
	header, body := sent(t, s)
	unit := body["purchase_units"].([]any)[0].(map[string]any)
	amount := unit["amount"].(map[string]any)
	parts, err := json.Marshal(amount["breakdown"])
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"discount":{"currency_code":"EUR","value":"1.00"},"item_total":{"currency_code":"EUR","value":"15.00"},` +
		`"shipping":{"currency_code":"EUR","value":"4.90"},"tax_total":{"currency_code":"EUR","value":"1.09"}}`
	if string(parts) != want || amount["value"] != "19.99" {
		t.Errorf("got %s of %v", parts, amount["value"])
	}
	if unit["custom_id"] != "ord_1/pay_1" || unit["invoice_id"] != "pay_1" || body["intent"] != "AUTHORIZE" || len([]rune(unit["description"].(string))) != 127 {
		t.Errorf("got %v", body)
	}
	if header.Get("PayPal-Request-Id") != "start/pay_1" || header.Get("Prefer") != "return=representation" || header.Get("Authorization") != "Bearer A21AA-token" {
		t.Errorf("got %v", header)
	}
	long := payment.AttemptID("pay_" + strings.Repeat("a", 26))
	if n := len(payment.Start{Attempt: long}.Key()); n > 38 {
		t.Errorf("a key has %d characters; some of PayPal's calls take 38", n)
	}
}

func TestPartsThatDoNotSumAreNotTold(t *testing.T) {
	for name, change := range map[string]func(*payment.Start){
		"none":                  func(*payment.Start) {},
		"a cent too little":     func(s *payment.Start) { s.Parts = payment.Parts{Goods: 1998} },
		"a part below nothing":  func(s *payment.Start) { s.Parts = payment.Parts{Goods: 2099, Shipping: -100} },
		"finer than PayPal has": func(s *payment.Start) { s.Amount, s.Parts = money.Of(200, "HUF"), payment.Parts{Goods: 150, Tax: 50} },
	} {
		s := hosted
		change(&s)
		_, body := sent(t, s)
		if b, told := body["purchase_units"].([]any)[0].(map[string]any)["amount"].(map[string]any)["breakdown"]; told {
			t.Errorf("%s: told %v", name, b)
		}
	}
}

func TestAmountsAreWrittenByPayPalsOwnList(t *testing.T) {
	tests := []struct {
		amount money.Amount
		value  string
	}{
		{money.Of(1, "EUR"), "0.01"}, {money.Of(10, "EUR"), "0.10"}, {money.Of(100, "EUR"), "1.00"}, {money.Of(1234567, "USD"), "12345.67"},
		{money.Of(1999, "JPY"), "1999"}, {money.Of(199900, "HUF"), "1999"}, {money.Of(199900, "TWD"), "1999"},
		{money.Of(999999999, "EUR"), "9999999.99"},
	}
	for _, tt := range tests {
		s := hosted
		s.Amount = tt.amount
		_, body := sent(t, s)
		if got := body["purchase_units"].([]any)[0].(map[string]any)["amount"].(map[string]any)["value"]; got != tt.value {
			t.Errorf("%v: got %v, want %s", tt.amount, got, tt.value)
		}
	}
	for _, tt := range []struct {
		amount money.Amount
		code   string
	}{
		{money.Of(199950, "HUF"), "amount_too_fine"}, {money.Of(1, "TWD"), "amount_too_fine"}, {money.Of(1000000000, "EUR"), "amount_too_large"}, {money.Of(100000000000000000, "EUR"), "amount_too_large"},
		{money.Of(1<<62, "JPY"), "amount_too_large"}, {money.Of(0, "EUR"), "amount_too_small"}, {money.Of(-5, "JPY"), "amount_too_small"},
		{money.Of(1999, "KWD"), "currency_invalid"}, {money.Of(1999, "XXX"), "currency_invalid"}, {money.Of(0, "ISK"), "currency_invalid"}, {money.Amount{}, "currency_invalid"},
	} {
		s := hosted
		s.Amount = tt.amount
		_, err := newGateway(t, answers(500, "")).Start(t.Context(), s)
		check(t, err, fault.Invalid, tt.code)
	}
}

func TestTheShopperIsSentToPayPalAndNowhereElse(t *testing.T) {
	for href, ok := range map[string]bool{
		"https://www.sandbox.paypal.com/checkoutnow?token=5O190127TN364715T": true,
		"https://www.sandbox.paypal.com.forger.test/checkoutnow?token=5O1":   false,
		"https://forger.test/checkoutnow":                                    false,
		"http://www.sandbox.paypal.com/checkoutnow":                          false,
		"javascript:alert(1)":                                                false,
	} {
		g := newGateway(t, answers(201, `{"id":"5O190127TN364715T","status":"CREATED","links":[{"rel":"self","href":"x"},{"rel":"payer-action","href":"`+href+`"}],
			"purchase_units":[{"custom_id":"ord_1/pay_1","amount":{"currency_code":"EUR","value":"19.99"}}]}`))
		s, err := g.Start(t.Context(), hosted)
		if ok != (err == nil) || ok && s.RedirectURL != href {
			t.Errorf("%s: got %+v, %v", href, s, err)
		}
	}
}
