package paypalsim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"till/scripts/localcloud/gatewaysim"
)

func TestThePageOfAnOrder(t *testing.T) {
	s := newShop(t)
	o := s.create("k1", wanted("CAPTURE", strings.Replace(unit, `"invoice_id"`, `"description":"<b>Order</b>","invoice_id"`, 1)))
	r, err := s.try("GET", s.page(o), nil, "")
	if err != nil || r.status != http.StatusOK || !strings.Contains(r.body, "19.99 EUR") || !strings.Contains(r.body, "&lt;b&gt;Order") || !strings.Contains(r.body, "PayPal") {
		t.Errorf("%d %s, %v", r.status, r.body, err)
	}
	if strings.Contains(r.header.Get("Content-Security-Policy"), "script") {
		t.Error("the page may run scripts")
	}
	if r := s.form(s.page(o), "action", "cancel"); r.status != http.StatusSeeOther || r.header.Get("Location") != "https://shop.test/cart?token="+o.ID {
		t.Errorf("%d %v", r.status, r.header)
	}
	for _, tt := range []struct {
		card, action string
		status       int
	}{{"4242424242424241", "pay", 402}, {"1", "pay", 402}, {"5105105105105100", "pay", 402}, {pays, "", 400}} {
		if r := s.form(s.page(o), "card", tt.card, "action", tt.action); r.status != tt.status || len(tt.card) == 16 && strings.Contains(r.body, tt.card) {
			t.Errorf("%s %s: %d", tt.card, tt.action, r.status)
		}
	}
	r = s.form(s.page(o), "card", "4000002500003155", "action", "pay")
	proof := r.header.Get("Location")
	if r.status != http.StatusSeeOther || !strings.HasPrefix(proof, base+"/checkoutnow/authenticate") {
		t.Fatalf("%d %v", r.status, r.header)
	}
	if r := s.form(proof, "action", "dance"); r.status != 400 {
		t.Errorf("%d", r.status)
	}
	if r := s.form(proof, "action", "complete"); r.status != http.StatusSeeOther || r.header.Get("Location") != "https://shop.test/back?PayerID=TILLSHOPPER01&a=1&token="+o.ID {
		t.Errorf("%d %v", r.status, r.header)
	}
	for _, gone := range []string{"/checkoutnow?token=NOBODY", "/checkoutnow", "/elsewhere"} {
		if r, err := s.try("GET", base+gone, nil, ""); err != nil || r.status != http.StatusGone && r.status != http.StatusNotFound {
			t.Errorf("%s: %d, %v", gone, r.status, err)
		}
	}
}

func TestWhenPayPalIsDownNobodyIsServed(t *testing.T) {
	s := newShop(t)
	o := s.create("k1", wanted("CAPTURE", unit))
	s.must(s.sim.SetFaults(gatewaysim.Faults{API: gatewaysim.APIFaults{Down: true}}))
	for _, target := range []string{s.page(o), base + "/v1/oauth2/token", base + "/v2/checkout/orders/" + o.ID, s.sim.CertURL()} {
		if _, err := s.try("GET", target, nil, ""); err == nil {
			t.Errorf("%s was answered", target)
		}
	}
}

// FuzzAnyRequestIsAnswered sends nonsense: never a panic, never a 500, always JSON from the API.
func FuzzAnyRequestIsAnswered(f *testing.F) {
	for _, seed := range [][2]string{
		{"POST /v2/checkout/orders", wanted("CAPTURE", unit)}, {"POST /v2/checkout/orders", wanted("AUTHORIZE", `{"amount":{"currency_code":"EUR","value":"9223372036854775807.99"}}`)},
		{"POST /v2/checkout/orders", `{"intent":"CAPTURE","purchase_units":[null]}`}, {"POST /v2/checkout/orders", `{"intent":"CAPTURE","purchase_units":[` + unit + `],"payment_source":{"paypal":null}}`},
		{"GET /v2/checkout/orders/x", ""}, {"POST /v2/payments/captures/x/refund", `{"amount":null}`}, {"POST /v2/payments/authorizations/x/void", "null"},
		{"GET /v1/customer/disputes?disputed_transaction_id=%00", ""}, {"GET /v1/notifications/webhooks-events?page_size=-1&start_time=x", ""},
		{"GET /v1/notifications/webhooks-events?next_page_token=x", ""}, {"POST /checkoutnow?token=x", "card=4242&action=pay"}, {"GET /v1/notifications/certs/x", ""},
		{"POST /v1/oauth2/token", "%zz"},
	} {
		f.Add(seed[0], seed[1])
	}
	s := newShop(f)
	f.Fuzz(func(t *testing.T, line, body string) {
		method, path, _ := strings.Cut(line, " ")
		path, query, _ := strings.Cut(path, "?")
		u := url.URL{Scheme: "http", Host: "localhost:8090", Path: "/paypal/" + strings.TrimPrefix(path, "/"), RawQuery: query}
		header := http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/json"}, "Paypal-Request-Id": {line + body}}
		if len(line)+len(body) > 100 {
			header.Set("PayPal-Request-Id", "k")
		}
		r, err := s.try(method, u.String(), header, body)
		if err != nil {
			return // Not even a request.
		}
		if r.status >= 500 {
			t.Errorf("%s %q answered %d", line, body, r.status)
		}
		api := strings.HasPrefix(u.Path, "/paypal/v1/") || strings.HasPrefix(u.Path, "/paypal/v2/")
		if api && r.status != http.StatusNoContent && method != http.MethodHead && !strings.HasPrefix(u.Path, "/paypal/v1/notifications/certs/") && !json.Valid([]byte(r.body)) {
			t.Errorf("%s %q answered no JSON: %s", line, body, r.body)
		}
	})
}
