package stripesim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzAnyRequestIsAnswered sends nonsense: never a panic, never a 500, always JSON below /v1.
func FuzzAnyRequestIsAnswered(f *testing.F) {
	for _, seed := range [][2]string{
		{"POST /v1/payment_intents", "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa&return_url=http://x.test"},
		{"POST /v1/checkout/sessions", "mode=payment&success_url=http://x.test&line_items[0][price_data][currency]=eur" +
			"&line_items[0][price_data][unit_amount]=9223372036854775807&line_items[0][quantity]=2&line_items[0][price_data][product_data][name]=x&expires_at=-9223372036854775808"},
		{"GET /v1/payment_intents/search", "query=metadata['a']:'b'"},
		{"GET /v1/events", "limit=3&created[gte]=x&types[]=charge.*&expand[]=data.object"},
		{"POST /v1/refunds", "payment_intent=pi&amount=-1&metadata[a]=b&metadata[=c"},
		{"POST /pay/x", "card=4242&action=pay"},
		{"POST /v1/webhook_endpoints", "url=http://x.test&enabled_events[]=*&expand[]=a.b.c.d.e"},
		{"DELETE /v1/webhook_endpoints/we_1", "%zz"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, line, parameters string) {
		s := newShop(t)
		method, path, _ := strings.Cut(line, " ")
		u := url.URL{Scheme: "http", Host: "localhost:8090", Path: "/stripe/" + strings.TrimPrefix(path, "/")}
		body := parameters
		if method != http.MethodPost {
			u.RawQuery, body = parameters, ""
		}
		header := http.Header{"Authorization": {"Bearer " + secretKey}}
		p, err := s.try(method, u.String(), header, body)
		if err != nil {
			return // Not even a request.
		}
		if p.status >= 500 {
			t.Errorf("%s %q answered %d", line, parameters, p.status)
		}
		if strings.HasPrefix(u.Path, "/stripe/v1/") && p.status != http.StatusNoContent && method != http.MethodHead && !json.Valid([]byte(p.body)) {
			t.Errorf("%s %q answered no JSON: %s", line, parameters, p.body)
		}
	})
}
