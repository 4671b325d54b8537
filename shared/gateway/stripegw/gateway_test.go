package stripegw_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/money"
	"till/shared/payment"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	tests := []struct {
		name string
		c    stripegw.Config
		ok   bool
	}{
		{"test keys for tests", stripegw.Config{APIKey: "sk_test_1", PublishableKey: "pk_test_1"}, true},
		{"restricted keys are keys", stripegw.Config{APIKey: "rk_live_1", WantLive: true}, true},
		{"live keys for real money", stripegw.Config{APIKey: "sk_live_1", PublishableKey: "pk_live_1", WantLive: true}, true},
		{"a local Stripe for tests", stripegw.Config{APIKey: "sk_test_1", BaseURL: "http://localhost:8090/stripe"}, true},
		{"no key", stripegw.Config{}, false},
		{"test keys for real money", stripegw.Config{APIKey: "sk_test_1", WantLive: true}, false},
		{"live keys for tests", stripegw.Config{APIKey: "sk_live_1"}, false},
		{"the publishable key as the secret one", stripegw.Config{APIKey: "pk_test_1"}, false},
		{"the secret key as the publishable one", stripegw.Config{APIKey: "sk_test_1", PublishableKey: "sk_test_1"}, false},
		{"a publishable key of the other mode", stripegw.Config{APIKey: "sk_test_1", PublishableKey: "pk_live_1"}, false},
		{"a key with a line break", stripegw.Config{APIKey: "sk_test_1\r\nX: y"}, false}, //nolint:gosec // no key of anything
		{"an address without encryption for real money", stripegw.Config{APIKey: "sk_live_1", WantLive: true, BaseURL: "http://api.stripe.com"}, false},
		{"an address that is none", stripegw.Config{APIKey: "sk_test_1", BaseURL: "stripe"}, false},
		{"an address with a name and password", stripegw.Config{APIKey: "sk_test_1", BaseURL: "https://a:b@stripe.test"}, false}, //nolint:gosec // no key of anything
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := stripegw.New(tt.c)
			if tt.ok != (err == nil) {
				t.Fatalf("got %v", err)
			}
			if err != nil && (!fault.Is(err, fault.Internal) || fault.Code(err) != "config_invalid" || tt.c.APIKey != "" && strings.Contains(err.Error(), tt.c.APIKey)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	g := newGateway(t, answers(200, "{}"))
	v, err := stripegw.NewVerifier(stripegw.VerifierConfig{Secrets: []string{secretNew}, Now: func() time.Time { return arrived }})
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %v %+v %#v", g, g, g, v, v, v); strings.Contains(text, "sk_test_1") || strings.Contains(text, "whsec") {
		t.Error(text)
	}
}

// sent is what a start sends to Stripe.
func sent(t *testing.T, s payment.Start) (*http.Request, url.Values, error) {
	t.Helper()
	var request *http.Request
	var form url.Values
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		request = r
		if form, err = url.ParseQuery(string(body)); err != nil {
			return nil, err
		}
		return answers(200, `{"id":"x_1","status":"requires_payment_method","client_secret":"x_1_secret"}`)(r)
	}))
	_, err := g.Start(t.Context(), s)
	return request, form, err
}

func TestWhatAHostedStartSends(t *testing.T) {
	r, form, _ := sent(t, hosted)
	if r.URL.String() != "https://api.stripe.com/v1/checkout/sessions" || r.Header.Get("Idempotency-Key") != "start/pay_1" ||
		r.Header.Get("Stripe-Version") != "2023-10-16" || r.Header.Get("Authorization") != "Bearer sk_test_1" {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	same(t, form, map[string]string{
		"mode": "payment", "client_reference_id": "ord_1", "success_url": "https://shop.test/", "cancel_url": "https://shop.test/",
		"metadata[order_id]": "ord_1", "metadata[attempt_id]": "pay_1", "payment_intent_data[description]": "Order ord_1",
		"payment_intent_data[metadata][order_id]": "ord_1", "payment_intent_data[metadata][attempt_id]": "pay_1",
		"expires_at": "1770002100", "line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "eur",
		"line_items[0][price_data][unit_amount]": "1999", "line_items[0][price_data][product_data][name]": "Order ord_1",
	})
}

func TestWhatAnEmbeddedStartSends(t *testing.T) {
	r, form, err := sent(t, embedded)
	if err != nil || r.URL.Path != "/v1/payment_intents" || r.Header.Get("Idempotency-Key") != "start/pay_1" {
		t.Errorf("%s %v %v", r.URL, r.Header, err)
	}
	same(t, form, map[string]string{"amount": "1999", "currency": "eur", "automatic_payment_methods[enabled]": "true",
		"description": "Order ord_1", "metadata[order_id]": "ord_1", "metadata[attempt_id]": "pay_1"})
}

func same(t *testing.T, form url.Values, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if form.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, form.Get(name), value)
		}
	}
	for name := range form {
		if _, wanted := want[name]; !wanted {
			t.Errorf("%s is sent, too", name)
		}
	}
}

func TestAmountsOnTheWire(t *testing.T) {
	tests := []struct {
		name   string
		amount money.Amount
		wire   string
		code   string
	}{
		{"cents are cents", money.Of(1999, "EUR"), "1999", ""},
		{"yen are yen", money.Of(1999, "JPY"), "1999", ""},
		{"won are won", money.Of(5000, "KRW"), "5000", ""},
		{"dinars are sent in thousandths", money.Of(1990, "KWD"), "1990", ""},
		{"dinars finer than hundredths are refused", money.Of(1999, "BHD"), "", "amount_too_fine"},
		{"crowns of Iceland have no cents, and are sent with two noughts", money.Of(15, "ISK"), "1500", ""},
		{"shillings of Uganda as well", money.Of(15, "UGX"), "1500", ""},
		{"ariary are counted in hundredths by ISO 4217, and whole at Stripe", money.Of(1500, "MGA"), "15", ""},
		{"hundredths of an ariary are refused", money.Of(1501, "MGA"), "", "amount_too_fine"},
		{"forints are charged in hundredths", money.Of(100000, "HUF"), "100000", ""},
		{"new dollars of Taiwan too", money.Of(100000, "TWD"), "100000", ""},
		{"nothing is refused", money.Of(0, "EUR"), "", "amount_too_small"},
		{"a debt is refused", money.Of(-1, "EUR"), "", "amount_too_small"},
		{"what overflows is refused", money.Of(1<<62, "ISK"), "", "amount_too_large"},
		{"a currency that Stripe does not have is refused", money.Of(1999, "KPW"), "", "currency_invalid"},
		{"a part of the list is no currency", money.Of(1999, "D A"), "", "currency_invalid"},
		{"no currency is refused", money.Amount{}, "", "currency_invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := embedded
			s.Amount = tt.amount
			_, form, err := sent(t, s)
			if fault.Code(err) != tt.code || err != nil && !fault.Is(err, fault.Invalid) || form.Get("amount") != tt.wire {
				t.Errorf("sent %q, %v; want %q %s", form.Get("amount"), err, tt.wire, tt.code)
			}
		})
	}
}

func TestAnEmbeddedStartNeedsAPublishableKey(t *testing.T) {
	g, err := stripegw.New(stripegw.Config{APIKey: "sk_test_1", Transport: answers(200, "{}")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Start(t.Context(), embedded)
	check(t, err, fault.Internal, "config_invalid")
	odd := embedded
	odd.Mode = "by_pigeon"
	_, err = g.Start(t.Context(), odd)
	check(t, err, fault.Internal, "mode_unknown")
}
