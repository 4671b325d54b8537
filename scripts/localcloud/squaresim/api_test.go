package squaresim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/squaresim"
)

func TestWhoCallsAndHow(t *testing.T) {
	b := newBench(t, nil)
	for name, tt := range map[string]struct {
		method, path, body string
		alter              func(map[string]string)
		status             int
		code               string
	}{
		"no token":               {"GET", "/v2/orders/o", "", func(h map[string]string) { delete(h, "Authorization") }, 401, "UNAUTHORIZED"},
		"another token":          {"GET", "/v2/orders/o", "", func(h map[string]string) { h["Authorization"] = "Bearer x" }, 401, "UNAUTHORIZED"},
		"no version":             {"GET", "/v2/orders/o", "", func(h map[string]string) { delete(h, "Square-Version") }, 400, "API_VERSION_INCOMPATIBLE"},
		"another version":        {"GET", "/v2/orders/o", "", func(h map[string]string) { h["Square-Version"] = "2020-01-22" }, 400, "API_VERSION_INCOMPATIBLE"},
		"no such path":           {"GET", "/v2/moons", "", nil, 404, "NOT_FOUND"},
		"a path with other uses": {"DELETE", "/v2/orders/o", "", nil, 405, "METHOD_NOT_ALLOWED"},
		"a search as a question": {"GET", "/v2/orders/search", "", nil, 405, "METHOD_NOT_ALLOWED"},
		"a form":                 {"POST", "/v2/orders", "a=b", func(h map[string]string) { h["Content-Type"] = "application/x-www-form-urlencoded" }, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"no JSON":                {"POST", "/v2/orders", "{", nil, 400, "EXPECTED_JSON_BODY"},
		"a list":                 {"POST", "/v2/orders", "[]", nil, 400, "EXPECTED_JSON_BODY"},
		"two objects":            {"POST", "/v2/orders", "{}{}", nil, 400, "EXPECTED_JSON_BODY"},
		"too much":               {"POST", "/v2/orders", strings.Repeat(" ", 1<<20+1), nil, 413, "REQUEST_ENTITY_TOO_LARGE"},
	} {
		header := map[string]string{}
		for k, v := range server {
			header[k] = v
		}
		if tt.alter != nil {
			tt.alter(header)
		}
		res, text := b.raw(tt.method, base+tt.path, tt.body, header)
		if a := b.read(res, text); a.status != tt.status || a.get("errors.0.code") != tt.code {
			t.Errorf("%s: got %d %v", name, a.status, a.fields)
		}
	}
	if res, _ := b.raw("OPTIONS", base+"/v2/card-nonce", "", nil); res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("browsers are not let in")
	}
}

func TestWhatIsWrongWithARequestIsNamed(t *testing.T) {
	b := newBench(t, nil)
	order := b.order("k")
	in := func(old, put string) string { return `{"order":` + strings.Replace(anOrder, old, put, 1) + `}` }
	for _, tt := range []struct {
		method, path, body string
		status             int
		code, field        string
	}{
		{"POST", "/v2/orders", `{}`, 400, "MISSING_REQUIRED_PARAMETER", "order"},
		{"POST", "/v2/orders", `{"order":[]}`, 400, "EXPECTED_OBJECT", "order"},
		{"POST", "/v2/orders", `{"order":{}}`, 400, "MISSING_REQUIRED_PARAMETER", "order.location_id"},
		{"POST", "/v2/orders", in("LTESTS", "LOTHER"), 400, "INVALID_LOCATION", "order.location_id"},
		{"POST", "/v2/orders", in(`"pay_1"`, `"`+strings.Repeat("p", 41)+`"`), 400, "VALUE_TOO_LONG", "order.reference_id"},
		{"POST", "/v2/orders", in(`"order_id"`, `"order id"`), 400, "INVALID_VALUE", "order.metadata"},
		{"POST", "/v2/orders", in(`"1"`, `1`), 400, "EXPECTED_STRING", "order.line_items[0].quantity"},
		{"POST", "/v2/orders", in(`1999`, `19.99`), 400, "EXPECTED_INTEGER", "order.line_items[0].base_price_money.amount"},
		{"POST", "/v2/orders", in(`1999`, `-1`), 400, "VALUE_TOO_LOW", "order.line_items[0].base_price_money.amount"},
		{"POST", "/v2/orders", in(`1999`, `1000000000001`), 400, "VALUE_TOO_HIGH", "order.line_items[0].base_price_money.amount"},
		{"POST", "/v2/orders", in(`EUR`, `USD`), 400, "INVALID_VALUE", "order.line_items[0].base_price_money.currency"},
		{"POST", "/v2/orders", in(`"reference_id"`, `"referenz"`), 400, "UNKNOWN_BODY_PARAMETER", "order.referenz"},
		{"POST", "/v2/orders", `{"idempotency_key":"` + strings.Repeat("k", 193) + `"}`, 400, "VALUE_TOO_LONG", "idempotency_key"},
		{"PUT", "/v2/orders/" + order, `{"order":{"state":"CANCELED"}}`, 400, "MISSING_REQUIRED_PARAMETER", "order.version"},
		{"PUT", "/v2/orders/" + order, `{"order":{"version":7,"state":"CANCELED"}}`, 409, "VERSION_MISMATCH", "order.version"},
		{"PUT", "/v2/orders/" + order, `{"order":{"version":1,"state":"OPEN"}}`, 400, "INVALID_ENUM_VALUE", "order.state"},
		{"GET", "/v2/orders/nobody", "", 404, "NOT_FOUND", "order_id"},
		{"POST", "/v2/orders/search", `{"location_ids":["LOTHER"]}`, 400, "INVALID_LOCATION", "location_ids"},
		{"POST", "/v2/orders/search", `{"location_ids":["LTESTS"],"limit":1001}`, 400, "INVALID_VALUE", "limit"},
		{"POST", "/v2/orders/search", `{"location_ids":["LTESTS"],"query":{"filter":{"date_time_filter":{"created_at":{"start_at":"2026-01-01T00:00:00Z"}}}}}`, 400, "BAD_REQUEST", "query.sort.sort_field"},
		{"POST", "/v2/orders/search", `{"location_ids":["LTESTS"],"query":{"filter":{"date_time_filter":{"created_at":{"start_at":"now"}}}}}`, 400, "INVALID_TIME", "query.filter.date_time_filter.created_at.start_at"},
		{"POST", "/v2/orders/search", `{"location_ids":["LTESTS"],"cursor":"x"}`, 400, "INVALID_CURSOR", "cursor"},
		{"POST", "/v2/payments", payBody("", order, "cnon:card-nonce-ok", ""), 400, "VALUE_EMPTY", "idempotency_key"},
		{"POST", "/v2/payments", payBody(strings.Repeat("k", 46), order, "cnon:card-nonce-ok", ""), 400, "VALUE_TOO_LONG", "idempotency_key"},
		{"POST", "/v2/payments", payBody("a", "nobody", "cnon:card-nonce-ok", ""), 404, "NOT_FOUND", "order_id"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:nobody", ""), 404, "NOT_FOUND", "source_id"},
		{"POST", "/v2/payments", payBody("a", order, "CASH", ""), 404, "NOT_FOUND", "source_id"},
		{"POST", "/v2/payments", payBody("a", order, "bnon:bank-nonce-ok", ""), 400, "UNSUPPORTED_SOURCE_TYPE", "source_id"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-already-used", ""), 400, "CARD_TOKEN_USED", "source_id"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-ok", `,"reference_id":"`+strings.Repeat("p", 41)+`"`), 400, "VALUE_TOO_LONG", "reference_id"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-ok", `,"autocomplete":"yes"`), 400, "EXPECTED_BOOLEAN", "autocomplete"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-ok", `,"delay_duration":"PT1H"`), 400, "BAD_REQUEST", "delay_duration"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-ok", `,"autocomplete":false,"delay_duration":"a week"`), 400, "INVALID_VALUE", "delay_duration"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-ok", `,"autocomplete":false,"delay_duration":"P8D"`), 400, "INVALID_VALUE", "delay_duration"},
		{"POST", "/v2/payments", payBody("a", order, "cnon:card-nonce-ok", `,"autocomplete":false,"delay_action":"COMPLETE"`), 400, "BAD_REQUEST", "delay_action"},
		{"POST", "/v2/payments", strings.Replace(payBody("a", order, "cnon:card-nonce-ok", ""), "1999", "1998", 1), 400, "BAD_REQUEST", "amount_money"},
		{"GET", "/v2/payments/nobody", "", 404, "NOT_FOUND", "payment_id"},
		{"GET", "/v2/payments?limit=x", "", 400, "INVALID_VALUE", "limit"},
		{"POST", "/v2/refunds", `{"idempotency_key":"a","payment_id":"nobody","amount_money":{"amount":1,"currency":"EUR"}}`, 404, "NOT_FOUND", "payment_id"},
		{"GET", "/v2/refunds/nobody", "", 404, "NOT_FOUND", "refund_id"},
		{"GET", "/v2/disputes/nobody", "", 404, "NOT_FOUND", "dispute_id"},
		{"GET", "/v2/online-checkout/payment-links/nobody", "", 404, "NOT_FOUND", "id"},
		{"POST", "/v2/online-checkout/payment-links", `{"order":` + anOrder + `,"checkout_options":{"redirect_url":"back"}}`, 400, "INVALID_VALUE", "checkout_options.redirect_url"},
		{"POST", "/v2/online-checkout/payment-links", `{"order":` + anOrder + `,"checkout_options":{"allow_tipping":true}}`, 400, "INVALID_VALUE", "checkout_options.allow_tipping"},
		{"POST", "/v2/events", `{"limit":101}`, 400, "INVALID_VALUE", "limit"},
		{"POST", "/v2/events", `{"cursor":"x"}`, 400, "INVALID_CURSOR", "cursor"},
	} {
		b.refused(tt.method, tt.path, tt.body, tt.status, tt.code, tt.field)
	}
	if got := b.book(); got.Chargeable != 1 || got.Charges != 0 {
		t.Errorf("refused requests left %+v", got)
	}
}

func TestAKeyStandsForOneRequest(t *testing.T) {
	b := newBench(t, nil)
	order, again := b.order("one"), b.order("one")
	if order != again {
		t.Errorf("one key made %s and %s", order, again)
	}
	b.refused("POST", "/v2/orders", `{"idempotency_key":"one","order":`+strings.Replace(anOrder, "1999", "2999", 1)+`}`, 400, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")
	b.refused("POST", "/v2/payments", payBody("two", "nobody", "cnon:card-nonce-ok", ""), 404, "NOT_FOUND", "order_id")
	first := b.ok("POST", "/v2/payments", payBody("two", order, "cnon:card-nonce-ok", "")) // What was refused is not kept.
	second := b.ok("POST", "/v2/payments", payBody("two", order, "cnon:card-nonce-ok", ""))
	b.want(second, "payment.id", first.get("payment.id"), "payment.status", "COMPLETED")

	declined := b.order("three")
	for range 2 { // A decline is kept, as a payment that failed.
		a := b.call("POST", "/v2/payments", payBody("four", declined, "cnon:card-nonce-declined", ""))
		b.want(a, "errors.0.code", "GENERIC_DECLINE", "errors.0.category", "PAYMENT_METHOD_ERROR", "payment.status", "FAILED")
	}
	if got := b.ok("GET", "/v2/orders/"+declined, ""); got.get("order.tenders.0.card_details.status") != "FAILED" || got.get("order.tenders.1.id") != "" {
		t.Errorf("got %v", got.fields)
	}
	b.advance(24 * time.Hour)
	if b.order("one") == order {
		t.Error("a key of yesterday is still known")
	}
}

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	for _, tt := range []struct {
		faults squaresim.APIFaults
		status int
		effect bool
	}{
		{squaresim.APIFaults{ErrorRate: 1}, 503, false},
		{squaresim.APIFaults{ErrorRate: 1, Status: 429}, 429, false},
		{squaresim.APIFaults{ErrorRate: 1, Status: 409}, 409, false},
		{squaresim.APIFaults{ErrorAfter: 1, Status: 500}, 500, true},
		{squaresim.APIFaults{ErrorAfter: 1, Status: 502}, 502, true},
	} {
		b := newBench(t, nil)
		b.must(b.sim.SetFaults(squaresim.Faults{API: tt.faults}))
		a := b.call("POST", "/v2/orders", `{"idempotency_key":"one","order":`+anOrder+`}`)
		if a.status != tt.status || a.get("errors.0.code") == "" {
			t.Errorf("got %d %v", a.status, a.fields)
		}
		b.must(b.sim.SetFaults(squaresim.Faults{}))
		if made := b.book().Chargeable == 1; made != tt.effect {
			t.Errorf("%d: the order is made: %v", tt.status, made)
		}
		b.order("one")
		if got := b.book().Chargeable; got != 1 {
			t.Errorf("%d: %d orders after the repeat", tt.status, got)
		}
	}
}

func TestOrdersAreFoundByWhenTheyWereMade(t *testing.T) {
	b := newBench(t, nil)
	var ids []string
	for i := range 5 {
		ids = append(ids, b.order(fmt.Sprint("k", i)))
		b.advance(time.Minute)
	}
	search := func(more string) (found []string, cursor string) {
		a := b.ok("POST", "/v2/orders/search", `{"location_ids":["LTESTS"],"query":{"filter":{"state_filter":{"states":["OPEN","DRAFT"]},
			"date_time_filter":{"created_at":{"start_at":"2026-03-01T12:01:00Z","end_at":"2026-03-01T12:03:00Z"}}},"sort":{"sort_field":"CREATED_AT","sort_order":"ASC"}}`+more+`}`)
		for i := 0; a.get(fmt.Sprintf("orders.%d.id", i)) != ""; i++ {
			found = append(found, a.get(fmt.Sprintf("orders.%d.id", i)))
		}
		return found, a.get("cursor")
	}
	if found, cursor := search(""); !slices.Equal(found, ids[1:4]) || cursor != "" {
		t.Errorf("got %v %q, want %v", found, cursor, ids[1:4])
	}
	first, cursor := search(`,"limit":2`)
	rest, end := search(`,"limit":2,"cursor":"` + cursor + `"`)
	if !slices.Equal(append(first, rest...), ids[1:4]) || cursor == "" || end != "" {
		t.Errorf("got %v, %v", first, rest)
	}
}

func TestTheSameSeedGivesTheSameSquare(t *testing.T) {
	story := func() string {
		b := newBench(t, nil)
		_, payment := b.paid("one", "4000000000000259")
		b.link("two")
		b.advance(time.Hour)
		return payment + fmt.Sprint(b.sim.Payments()) + strings.Join(b.kinds(), " ")
	}
	if one, two := story(), story(); one != two {
		t.Errorf("got\n%s\n%s", one, two)
	}
}
