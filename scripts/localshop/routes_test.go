package localshop_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/cognito"
)

// routes is every route of the API with its methods, and a path that fits it.
var routes = []struct {
	path, methods string
}{
	{"/products", "GET"}, {"/products/mug-blue", "GET"}, {"/quotes", "POST"}, {"/orders", "POST"},
	{"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "GET"}, {"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/payments", "POST"},
	{"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/payments/pay_aaaaaaaaaaaaaaaaaaaaaaaaaa/return", "GET"},
	{"/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/cancellation", "POST"}, {"/webhooks/stripe", "POST"},
	{"/staff/orders", "GET"}, {"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "GET"},
	{"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/refunds", "POST"}, {"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/holds/manual", "DELETE, PUT"},
	{"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/shipments", "POST"},
	{"/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/shipments/shp_1/delivery", "POST"},
	{"/staff/products/mug-blue", "PUT"}, {"/staff/stock/mug-blue", "PUT"},
}

var every = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"}

func TestAMethodThatAPathDoesNotHaveIsToldWhichItHas(t *testing.T) {
	w := open(t)
	for _, route := range routes {
		for _, method := range every {
			if slices.Contains(strings.Split(route.methods, ", "), method) {
				continue
			}
			r := w.call(method, route.path, nil, nil)
			if r.status != http.StatusMethodNotAllowed || r.code() != "method_not_allowed" || r.header.Get("Allow") != route.methods {
				t.Errorf("%s %s: %d %s, Allow %q", method, route.path, r.status, r.body, r.header.Get("Allow"))
			}
		}
	}
}

func TestAPathThatIsNotThereIsNotFoundInOurShape(t *testing.T) {
	w := open(t)
	for _, path := range []string{"/", "/nothing", "/order", "/orders/x/y/z/1", "/staff", "/staff/nothing", "/products/mug-blue/price", "/%2e%2e/orders",
		"/products//", "/../../etc/passwd", "/webhooks/paypal", "/orders/ord_a%00b/none", "/staff/orders/x/refunds/y"} {
		for _, method := range every {
			r := w.call(method, path, map[string]string{"Accept": "text/html"}, nil)
			if r.status != http.StatusNotFound || r.code() != "not_found" || r.header.Get("Content-Type") != "application/problem+json; charset=utf-8" ||
				r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %d %s %v", method, path, r.status, r.body, r.header)
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
	staff := "Bearer " + w.signIn()
	for _, route := range routes {
		for _, method := range strings.Split(route.methods, ", ") {
			for name, body := range bodies {
				for _, header := range []map[string]string{
					{}, {"Content-Type": "text/plain"}, {"Authorization": "Bearer x"}, {"Authorization": staff, "Idempotency-Key": "a"},
					{"Authorization": staff, "Idempotency-Key": strings.Repeat("k", 256)},
				} {
					r := w.call(method, route.path+"?next=x&day=x&currency=x", header, body)
					shape := r.header.Get("Content-Type")
					if r.status < 400 && route.path != "/staff/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa/holds/manual" || r.status >= 500 || !json.Valid(r.body) || !strings.HasPrefix(shape, "application/") {
						t.Errorf("%s %s with %s: %d %s", method, route.path, name, r.status, r.body)
					}
					if name == "large" && header["Authorization"] == staff && method != "GET" && method != "DELETE" && r.status != http.StatusRequestEntityTooLarge &&
						!strings.HasSuffix(route.path, "/cancellation") && !strings.HasSuffix(route.path, "/delivery") && route.path != "/webhooks/stripe" {
						t.Errorf("%s %s: %d for 65 KiB", method, route.path, r.status)
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
	o := w.place(of("mug-blue", 1, "EUR"))
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
		{"none", "", 401, ""}, {"a shopper's", w.token(o.ID), 401, ""}, {"an expired one", old, 401, ""},
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
				if r := w.call(method, route.path, header, map[string]any{}); r.status != tt.status || r.code() != tt.code {
					t.Errorf("%s %s with %s: %d %s", method, route.path, tt.name, r.status, r.body)
				}
			}
		}
	}
	viewer := map[string]string{"Authorization": "Bearer " + token(cognito.Person{Username: "v", Groups: []string{"viewer"}, MFA: true}), "Idempotency-Key": "k"}
	w.call(http.MethodGet, "/staff/orders", viewer, nil).want(t, http.StatusOK)
	w.call(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds", viewer, map[string]any{"amount": 1}).want(t, http.StatusForbidden, "forbidden")
	manager := w.signIn()
	w.pass(20 * time.Minute)
	w.call(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds", map[string]string{"Authorization": "Bearer " + manager, "Idempotency-Key": "k"},
		map[string]any{"amount": 1}).want(t, http.StatusForbidden, "sign_in_again")
}

func TestAnOrdersLinkOpensThatOrderAlone(t *testing.T) {
	w := open(t)
	mine, other := w.place(of("mug-blue", 1, "EUR")), w.place(of("mug-blue", 1, "EUR"))
	own := w.token(mine.ID)
	for name, token := range map[string]string{
		"another order's": w.token(other.ID), "an altered one": own[:len(own)-1] + "A", "a cut one": own[:len(own)-2], "no token at all": "x",
	} {
		header := map[string]string{"Authorization": "Bearer " + token, "Idempotency-Key": "k"}
		for _, path := range []string{"", "/payments", "/cancellation"} {
			method := map[bool]string{true: http.MethodGet, false: http.MethodPost}[path == ""]
			r := w.call(method, "/orders/"+string(mine.ID)+path, header, map[string]string{"gateway": "stripe", "mode": "hosted"})
			if token != own {
				r.want(t, http.StatusNotFound, "not_found")
			} else {
				t.Errorf("%s is the right one", name)
			}
		}
	}
	w.call(http.MethodGet, "/orders/"+string(mine.ID), nil, nil).want(t, http.StatusUnauthorized, "unauthorized")
	w.pass(8 * day)
	w.call(http.MethodGet, "/orders/"+string(mine.ID), map[string]string{"Authorization": "Bearer " + own}, nil).want(t, http.StatusNotFound, "not_found")
}

func TestBrowsersOfOtherSitesMayNotCall(t *testing.T) {
	w := open(t)
	ask := func(origin string) reply {
		return w.call(http.MethodOptions, "/orders", map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST",
			"Access-Control-Request-Headers": "content-type,idempotency-key"}, nil)
	}
	ours := ask(shopURL).want(t, http.StatusNoContent)
	if ours.header.Get("Access-Control-Allow-Origin") != shopURL || !strings.Contains(ours.header.Get("Access-Control-Allow-Headers"), "idempotency-key") {
		t.Errorf("%v", ours.header)
	}
	foreign := ask("https://evil.example")
	for name := range foreign.header {
		if strings.HasPrefix(name, "Access-Control") {
			t.Errorf("a foreign preflight got %s", name)
		}
	}
	for i, origin := range []string{shopURL, "https://evil.example", "null", shopURL + ".evil.example"} {
		r := w.call(http.MethodPost, "/orders", map[string]string{"Origin": origin, "Idempotency-Key": fmt.Sprint(i)}, of("mug-blue", 1, "EUR"))
		if origin == shopURL {
			r.want(t, http.StatusCreated)
			continue
		}
		r.want(t, http.StatusForbidden, "origin_not_allowed")
		if r.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s was allowed", origin)
		}
	}
}
