package paypalsim_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

func TestMoneyRules(t *testing.T) {
	amount := func(currency, value, breakdown string) string {
		if breakdown != "" {
			breakdown = `,"breakdown":{` + breakdown + `}`
		}
		return `{"custom_id":"ord_1/pay_1","amount":{"currency_code":"` + currency + `","value":"` + value + `"` + breakdown + `}}`
	}
	part := func(name, value string) string {
		return `"` + name + `":{"currency_code":"EUR","value":"` + value + `"}`
	}
	items := func(breakdown, list string) string {
		return `{"amount":{"currency_code":"EUR","value":"10.00","breakdown":{` + breakdown + `}},"items":[` + list + `]}`
	}
	const item = `{"name":"Lamp","quantity":"2","unit_amount":{"currency_code":"EUR","value":"4.00"},"tax":{"currency_code":"EUR","value":"1.00"}}`
	tests := []struct{ name, unit, issue string }{
		{"euros and cents", amount("EUR", "19.99", ""), ""},
		{"whole euros", amount("EUR", "19", ""), ""},
		{"yen", amount("JPY", "1999", ""), ""},
		{"forints", amount("HUF", "1999", ""), ""},
		{"parts that sum", amount("EUR", "19.99", part("item_total", "15.00")+","+part("shipping", "4.90")+","+part("tax_total", "1.09")+","+part("discount", "1.00")), ""},
		{"items that sum", items(part("item_total", "8.00")+","+part("tax_total", "2.00"), item), ""},
		{"parts that miss a cent", amount("EUR", "19.99", part("item_total", "19.98")), "AMOUNT_MISMATCH"},
		{"items that miss the total", items(part("item_total", "7.00")+","+part("tax_total", "3.00"), item), "ITEM_TOTAL_MISMATCH"},
		{"items without a total", `{"amount":{"currency_code":"EUR","value":"10.00"},"items":[` + item + `]}`, "ITEM_TOTAL_REQUIRED"},
		{"tax that misses the total", items(part("item_total", "8.00")+","+part("tax_total", "1.00")+","+part("shipping", "1.00"), item), "TAX_TOTAL_MISMATCH"},
		{"a part of another currency", amount("USD", "5.00", part("item_total", "5.00")), "CURRENCY_MISMATCH"},
		{"three decimals", amount("EUR", "19.999", ""), "DECIMAL_PRECISION"},
		{"decimals of yen", amount("JPY", "1999.00", ""), "DECIMALS_NOT_SUPPORTED"},
		{"decimals of forints", amount("HUF", "1999.5", ""), "DECIMALS_NOT_SUPPORTED"},
		{"nothing", amount("EUR", "0.00", ""), "CANNOT_BE_ZERO_OR_NEGATIVE"},
		{"less than nothing", amount("EUR", "-1.00", ""), "CANNOT_BE_NEGATIVE"},
		{"eight digits", amount("EUR", "10000000.00", ""), "MAX_VALUE_EXCEEDED"},
		{"dinars", amount("KWD", "5.123", ""), "CURRENCY_NOT_SUPPORTED"},
		{"no currency", amount("euro", "5", ""), "INVALID_CURRENCY_CODE"},
		{"no number", amount("EUR", "1e3", ""), "INVALID_PARAMETER_SYNTAX"},
		{"a member that PayPal does not know", `{"sum":1}`, "MALFORMED_REQUEST_JSON"},
		{"too long a description", `{"description":"` + strings.Repeat("x", 128) + `","amount":{"currency_code":"EUR","value":"1.00"}}`, "INVALID_STRING_MAX_LENGTH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t)
			r := s.call("POST", "/v2/checkout/orders", "k1", wanted("CAPTURE", tt.unit))
			if tt.issue == "" {
				if r.status != http.StatusCreated {
					t.Errorf("%d %s", r.status, r.body)
				}
				return
			}
			if got := r.issue(t); got != tt.issue || r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
				t.Errorf("%d %s, want %s", r.status, r.body, tt.issue)
			}
			if len(s.sim.Books()) != 0 {
				t.Error("something was begun")
			}
		})
	}
}

func TestKeysAreKept(t *testing.T) {
	s := newShop(t)
	first := s.create("k1", wanted("CAPTURE", unit))
	s.advance(6*time.Hour - time.Second)
	if again := s.create("k1", wanted("CAPTURE", strings.Replace(unit, "19.99", "29.99", 1))); again.ID != first.ID {
		t.Error("a repeat made another order")
	}
	s.advance(time.Second)
	if late := s.create("k1", wanted("CAPTURE", unit)); late.ID == first.ID {
		t.Error("the key is kept for longer than 6 hours")
	}
	if r := s.call("POST", "/v2/checkout/orders", "", wanted("CAPTURE", unit)); r.issue(t) != "PAYPAL_REQUEST_ID_REQUIRED" {
		t.Errorf("%d %s", r.status, r.body)
	}

	s = newShop(t)
	id := s.paid(pays).Units[0].Payments.Captures[0].ID
	refund := func() reply {
		return s.call("POST", "/v2/payments/captures/"+id+"/refund", "r1", `{"amount":{"currency_code":"EUR","value":"5.00"}}`)
	}
	one := refund()
	s.advance(45*24*time.Hour - time.Second)
	s.login()
	if two := refund(); two.body != one.body {
		t.Errorf("got %s, want %s", two.body, one.body)
	}
	s.advance(time.Second)
	s.login()
	if three := refund(); three.body == one.body || s.book().Refunded != 1000 {
		t.Errorf("the key is kept for longer than 45 days: %s", three.body)
	}
}

func TestAnOrderIsCapturedOnceAndOnlyWhenApproved(t *testing.T) {
	s := newShop(t)
	o := s.create("k1", wanted("CAPTURE", unit))
	capture := func(key string) reply { return s.call("POST", "/v2/checkout/orders/"+o.ID+"/capture", key, "{}") }
	if r := capture("c1"); r.issue(t) != "ORDER_NOT_APPROVED" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", "/v2/checkout/orders/"+o.ID+"/authorize", "a1", "{}"); r.issue(t) != "ACTION_DOES_NOT_MATCH_INTENT" {
		t.Errorf("%d %s", r.status, r.body)
	}
	s.form(s.page(o), "card", declined, "action", "pay")
	if r := capture("c1"); r.issue(t) != "INSTRUMENT_DECLINED" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := capture("c1"); r.issue(t) != "ORDER_NOT_APPROVED" {
		t.Errorf("after a declined card: %d %s", r.status, r.body)
	}
	s.form(s.page(o), "card", pays, "action", "pay")
	first := capture("c1")
	if again := capture("c1"); first.status != http.StatusCreated || again.body != first.body {
		t.Errorf("%d %s", again.status, again.body)
	}
	if r := capture("c2"); r.issue(t) != "ORDER_ALREADY_CAPTURED" {
		t.Errorf("%d %s", r.status, r.body)
	}
	other := s.create("k2", wanted("CAPTURE", unit))
	s.form(s.page(other), "card", pays, "action", "pay")
	if r := s.call("POST", "/v2/checkout/orders/"+other.ID+"/capture", "c3", "{}"); r.issue(t) != "DUPLICATE_INVOICE_ID" {
		t.Errorf("%d %s", r.status, r.body)
	}
	want := gatewaysim.Book{Reference: "ord_1", Currency: "EUR", Captured: 1999, Fees: 98, Charges: 1, Chargeable: 2, Waiting: 1}
	if got := s.book(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnOrderThatNobodyPaysIsForgotten(t *testing.T) {
	s := newShop(t)
	o := s.create("k1", wanted("CAPTURE", unit))
	s.form(s.page(o), "iban", "AT611904300234573201", "action", "pay")
	s.advance(3 * time.Hour)
	if r := s.call("GET", "/v2/checkout/orders/"+o.ID, "", ""); r.status != http.StatusNotFound || r.issue(t) != "INVALID_RESOURCE_ID" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", "/v2/checkout/orders/"+o.ID+"/capture", "c1", "{}"); r.status != http.StatusNotFound {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.form(s.page(o), "card", pays, "action", "pay"); r.status != http.StatusGone {
		t.Errorf("%d", r.status)
	}
	if b := s.book(); b.Chargeable != 0 {
		t.Errorf("got %+v", b)
	}
	last := s.hooks[len(s.hooks)-1]
	if !strings.Contains(string(last.body), "CHECKOUT.PAYMENT-APPROVAL.REVERSED") || !strings.Contains(string(last.body), o.ID) {
		t.Errorf("the last webhook is %s", last.body)
	}
}

func TestAuthorizations(t *testing.T) {
	s := newShop(t)
	o := s.create("k1", wanted("AUTHORIZE", unit))
	s.form(s.page(o), "card", pays, "action", "pay")
	r := s.call("POST", "/v2/checkout/orders/"+o.ID+"/authorize", "a1", "{}")
	r.into(t, &o)
	id := o.Units[0].Payments.Authorizations[0].ID
	at := "/v2/payments/authorizations/" + id
	if r := s.call("GET", at, "", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"expiration_time":"2026-03-30T12:00:00Z"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", at+"/reauthorize", "", "{}"); r.issue(t) != "REAUTHORIZATION_TOO_SOON" {
		t.Errorf("%d %s", r.status, r.body)
	}
	euros := func(value string) string {
		return `{"amount":{"currency_code":"EUR","value":"` + value + `"},"invoice_id":"` + value + `"}`
	}
	if r := s.call("POST", at+"/capture", "c1", euros("22.99")); r.issue(t) != "MAX_CAPTURE_AMOUNT_EXCEEDED" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", at+"/capture", "c1", euros("5.00")); r.status != http.StatusCreated {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", at+"/capture", "c2", euros("5.00")); r.issue(t) != "DUPLICATE_INVOICE_ID" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if b := s.book(); b.Captured != 500 || b.Authorized != 1499 || b.Charges != 1 || b.Chargeable != 1 {
		t.Errorf("got %+v", b)
	}
	if r := s.call("POST", at+"/void", "", ""); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", at+"/void", "", ""); r.issue(t) != "PREVIOUSLY_VOIDED" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.call("POST", at+"/capture", "c3", euros("1.00")); r.issue(t) != "AUTHORIZATION_VOIDED" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAnAuthorizationIsRenewedWhileItLasts(t *testing.T) {
	s := newShop(t)
	o := s.create("k1", wanted("AUTHORIZE", unit))
	s.form(s.page(o), "card", pays, "action", "pay")
	s.call("POST", "/v2/checkout/orders/"+o.ID+"/authorize", "a1", "{}").into(t, &o)
	s.advance(4 * 24 * time.Hour)
	s.login()
	first := "/v2/payments/authorizations/" + o.Units[0].Payments.Authorizations[0].ID + "/reauthorize"
	var renewed struct{ ID, Status string }
	for range 2 {
		s.call("POST", first, "", "{}").into(t, &renewed)
		if renewed.Status != "CREATED" || s.book().Authorized != 1999 {
			t.Errorf("got %+v, %+v", renewed, s.book())
		}
		if r := s.call("POST", first, "", "{}"); r.issue(t) != "REAUTHORIZATION_TOO_SOON" {
			t.Errorf("at once again: %d %s", r.status, r.body)
		}
		s.advance(4 * 24 * time.Hour)
		s.login()
	}
	if r := s.call("POST", "/v2/payments/authorizations/"+renewed.ID+"/reauthorize", "", "{}"); r.issue(t) != "AUTHORIZATION_VOIDED" {
		t.Errorf("of the renewed one: %d %s", r.status, r.body)
	}
	s.sim.RenewOnce()
	if r := s.call("POST", first, "", "{}"); r.issue(t) != "REAUTHORIZATION_TOO_SOON" {
		t.Errorf("where it is renewed once: %d %s", r.status, r.body)
	}
	s.advance(18 * 24 * time.Hour)
	s.login()
	if r := s.call("POST", "/v2/payments/authorizations/"+renewed.ID+"/capture", "c1", "{}"); r.issue(t) != "AUTHORIZATION_EXPIRED" || s.book().Authorized != 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestTokens(t *testing.T) {
	s := newShop(t)
	for name, header := range map[string]http.Header{"none": {}, "another": {"Authorization": {"Bearer x"}}, "a basic one": {"Authorization": {"Basic " + s.token}}} {
		if r, err := s.try("GET", base+"/v2/checkout/orders/x", header, ""); err != nil || r.status != http.StatusUnauthorized {
			t.Errorf("%s: %d, %v", name, r.status, err)
		}
	}
	s.sim.RevokeTokens()
	if r := s.call("GET", "/v2/checkout/orders/x", "", ""); r.status != http.StatusUnauthorized {
		t.Errorf("a token that was taken back: %d", r.status)
	}
	s.login()
	s.advance(9 * time.Hour)
	if r := s.call("GET", "/v2/checkout/orders/x", "", ""); r.status != http.StatusUnauthorized {
		t.Errorf("a token after its end: %d", r.status)
	}
	for _, bad := range []string{"", "grant_type=password"} {
		r, err := s.try("POST", base+"/v1/oauth2/token", http.Header{"Authorization": {"Basic " + "Y2xpZW50OnNlY3JldA=="}}, bad)
		if err != nil || r.status != http.StatusUnauthorized {
			t.Errorf("%q: %d, %v", bad, r.status, err)
		}
	}
}
