package localshop_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/cognito"
)

// routes is every route of the API with its methods, and a path that fits it.
var routes = []struct {
	path, methods string
}{
	{"/products", "GET"}, {"/products/mug-blue", "GET"}, {"/quotes", "POST"}, {"/orders", "POST"},
	{"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "GET, PATCH"}, {"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/payments", "POST"},
	{"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/payments/pay_aaaaaaaaaaaaaaaaaaaaaaaaaa/return", "GET"},
	{"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/cancellation", "POST"}, {"/webhooks/stripe", "POST"},
	{"/account/orders", "GET"}, {"/account/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "GET"},
	{"/staff/orders", "GET"}, {"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "GET"},
	{"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/refunds", "POST"}, {"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/holds/manual", "DELETE, PUT"},
	{"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/shipments", "POST"},
	{"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/shipments/shp_1/delivery", "POST"},
	{"/staff/products", "GET"}, {"/staff/products/mug-blue", "GET, PUT"}, {"/staff/products/mug-blue/history", "GET"}, {"/staff/stock", "GET"}, {"/staff/stock/mug-blue", "GET, PUT"}, {"/staff/stock/mug-blue/entries", "POST"},
}

var every = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"}

func TestAMethodThatAPathDoesNotHaveIsToldWhichItHas(t *testing.T) {
	w := open(t)
	for _, route := range routes {
		for _, method := range every {
			if slices.Contains(strings.Split(route.methods, ", "), method) {
				continue
			}
			r := w.Call(method, route.path, nil, nil)
			if r.Status != http.StatusMethodNotAllowed || r.Code() != "method_not_allowed" || r.Header.Get("Allow") != route.methods {
				t.Errorf("%s %s: %d %s, Allow %q", method, route.path, r.Status, r.Body, r.Header.Get("Allow"))
			}
		}
	}
}

func TestAPathThatIsNotThereIsNotFoundInOurShape(t *testing.T) {
	w := open(t)
	for _, path := range []string{"/", "/nothing", "/order", "/orders/x/y/z/1", "/staff", "/staff/nothing", "/products/mug-blue/price", "/%2e%2e/orders",
		"/products//", "/../../etc/passwd", "/webhooks/adyen", "/orders/ord_a%00b/none", "/staff/orders/x/refunds/y"} {
		for _, method := range every {
			r := w.Call(method, path, map[string]string{"Accept": "text/html"}, nil)
			if r.Status != http.StatusNotFound || r.Code() != "not_found" || r.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" ||
				r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %d %s %v", method, path, r.Status, r.Body, r.Header)
			}
		}
	}
}

func TestEveryRouteRefusesWhatItCannotRead(t *testing.T) {
	w := open(t)
	bodies := map[string]any{
		"none": nil, "empty": []byte{}, "cut": []byte(`{"a":`), "a list": []byte(`[]`), "null": []byte(`null`), "a number": []byte(`1e999`),
		"unknown members": []byte(`{"total":1,"status":"paid","Lines":[]}`), "repeated members": []byte(`{"currency":"EUR","currency":"USD"}`),
		"no UTF-8": []byte("{\"email\":\"\xff\"}"), "deep": []byte(strings.Repeat("[", 10_000)), "large": []byte(`"` + strings.Repeat("a", 65<<10) + `"`),
		"wrong types": []byte(`{"lines":{"sku":1},"amount":"1","reason":[],"on_hand":"x","prices":[],"carrier":1,"gateway":[],"currency":true}`),
		"a card":      []byte(`{"email":"4242 4242 4242 4242","reason":"4242424242424242","carrier":"4242424242424242","gateway":"4242424242424242"}`),
	}
	staff := "Bearer " + w.SignIn("manager")
	for _, route := range routes {
		for _, method := range strings.Split(route.methods, ", ") {
			for name, body := range bodies {
				for _, header := range []map[string]string{
					{}, {"Content-Type": "text/plain"}, {"Authorization": "Bearer x"}, {"Authorization": staff, "Idempotency-Key": "a"},
					{"Authorization": staff, "Idempotency-Key": strings.Repeat("k", 256)},
				} {
					r := w.Call(method, route.path+"?next=x&day=x&currency=x", header, body)
					shape := r.Header.Get("Content-Type")
					if method == "GET" && route.path == "/staff/products/mug-blue" && r.Status == http.StatusOK {
						continue // It reads nothing but its path and its token.
					}
					if r.Status < 400 && route.path != "/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/holds/manual" || r.Status >= 500 || !json.Valid(r.Body) || !strings.HasPrefix(shape, "application/") {
						t.Errorf("%s %s with %s: %d %s", method, route.path, name, r.Status, r.Body)
					}
					if name == "large" && header["Authorization"] == staff && method != "GET" && method != "DELETE" && r.Status != http.StatusRequestEntityTooLarge &&
						!strings.HasSuffix(route.path, "/cancellation") && !strings.HasSuffix(route.path, "/delivery") && route.path != "/webhooks/stripe" {
						t.Errorf("%s %s: %d for 65 KiB", method, route.path, r.Status)
					}
				}
			}
		}
	}
	if errors := w.log.errors(); errors != "" {
		t.Error(errors)
	}
	w.sound()
}

func TestStaffRoutesWantAStaffTokenWithASecondFactor(t *testing.T) {
	w := open(t)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	token := func(p cognito.Person) string {
		text, err := w.Cloud.StaffToken(p)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	old := token(cognito.Person{Username: "mona", Groups: []string{"manager"}, MFA: true})
	w.pass(61 * time.Minute)
	tests := []struct {
		name, token string
		status      int
		code        string
	}{
		{"none", "", 401, ""}, {"a shopper's", w.Token(o.ID), 401, ""}, {"an expired one", old, 401, ""},
		{"an unsigned one", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", 401, ""},
		{"one without a second factor", token(cognito.Person{Username: "a", Groups: []string{"manager"}}), 403, "mfa_required"},
		{"one without a role", token(cognito.Person{Username: "b", MFA: true}), 403, "forbidden"},
	}
	for _, route := range routes {
		if !strings.HasPrefix(route.path, "/staff") {
			continue
		}
		for _, tt := range tests {
			for _, method := range strings.Split(route.methods, ", ") {
				header := map[string]string{"Idempotency-Key": "k"}
				if tt.token != "" {
					header["Authorization"] = "Bearer " + tt.token
				}
				if r := w.Call(method, route.path, header, map[string]any{}); r.Status != tt.status || r.Code() != tt.code {
					t.Errorf("%s %s with %s: %d %s", method, route.path, tt.name, r.Status, r.Body)
				}
			}
		}
	}
	viewer := map[string]string{"Authorization": "Bearer " + token(cognito.Person{Username: "v", Groups: []string{"viewer"}, MFA: true}), "Idempotency-Key": "k"}
	w.Call(http.MethodGet, "/staff/orders", viewer, nil).Want(t, http.StatusOK)
	w.Call(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds", viewer, map[string]any{"amount": 1}).Want(t, http.StatusForbidden, "forbidden")
	manager := w.SignIn("manager")
	w.pass(20 * time.Minute)
	w.Call(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds", map[string]string{"Authorization": "Bearer " + manager, "Idempotency-Key": "k"},
		map[string]any{"amount": 1}).Want(t, http.StatusForbidden, "sign_in_again")
}

func TestAnOrdersLinkEndsAfterAWeek(t *testing.T) {
	w := open(t)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	w.pass(7*day - time.Hour)
	w.View(o.ID)
	w.pass(2 * time.Hour)
	_, late := w.TryView(o.ID)
	late.Want(t, http.StatusNotFound, "not_found")
}

func TestBrowsersOfOtherSitesMayNotCall(t *testing.T) {
	w := open(t)
	ask := func(origin string) acceptance.Reply {
		return w.Call(http.MethodOptions, "/orders", map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST",
			"Access-Control-Request-Headers": "content-type,idempotency-key"}, nil)
	}
	ours := ask(shopURL).Want(t, http.StatusNoContent)
	if ours.Header.Get("Access-Control-Allow-Origin") != shopURL || !strings.Contains(ours.Header.Get("Access-Control-Allow-Headers"), "idempotency-key") {
		t.Errorf("%v", ours.Header)
	}
	foreign := ask("https://evil.example")
	for name := range foreign.Header {
		if strings.HasPrefix(name, "Access-Control") {
			t.Errorf("a foreign preflight got %s", name)
		}
	}
	for i, origin := range []string{shopURL, "https://evil.example", "null", shopURL + ".evil.example"} {
		r := w.Call(http.MethodPost, "/orders", map[string]string{"Origin": origin, "Idempotency-Key": fmt.Sprint(i)}, acceptance.Of("mug-blue", 1, "EUR"))
		if origin == shopURL {
			r.Want(t, http.StatusCreated)
			continue
		}
		r.Want(t, http.StatusForbidden, "origin_not_allowed")
		if r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s was allowed", origin)
		}
	}
}
