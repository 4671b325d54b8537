package squaresim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/squaresim"
	"till/shared/gateway/squaregw"
)

func (b *bench) verifier() *squaregw.Verifier {
	b.Helper()
	v, err := squaregw.NewVerifier(squaregw.VerifierConfig{Keys: []string{hookKey}, URL: receiver, MerchantID: merchant})
	b.must(err)
	return v
}

func TestWebhooksAreSignedAndNamedAsSquareDoes(t *testing.T) {
	b := newBench(t, nil)
	order, payment := b.paid("one", "4242424242424242")
	b.advance(0)
	if len(b.hooks) == 0 {
		t.Fatal("nothing came")
	}
	v, ids := b.verifier(), map[string]bool{}
	for _, h := range b.hooks {
		e, err := v.Verify(h.body, h.header.Get)
		if err != nil || e.Account != "" || ids[e.ID] {
			t.Errorf("got %+v, %v", e, err)
		}
		ids[e.ID] = true
		if e.Type == "payment.updated" && (e.Intent != order || e.Object != payment || e.Amount != 1999) {
			t.Errorf("got %+v", e)
		}
		if h.header.Get("Square-Environment") != "Sandbox" || h.header.Get("Square-Initial-Delivery-Timestamp") == "" || h.header.Get("Square-Retry-Number") != "" {
			t.Errorf("got %v", h.header)
		}
	}
	b.must(b.sim.SetFaults(squaresim.Faults{Webhooks: squaresim.WebhookFaults{Livemode: true}}))
	b.hooks = nil
	b.order("two")
	b.advance(0)
	if len(b.hooks) != 1 || b.hooks[0].header.Get("Square-Environment") != "Production" {
		t.Errorf("got %+v", b.hooks)
	}
}

func TestAWebhookIsRepeatedForADay(t *testing.T) {
	b := newBench(t, nil)
	b.status = http.StatusServiceUnavailable
	start := b.clock.Now()
	b.order("one")
	b.advance(48 * time.Hour)
	var after []time.Duration
	for i, h := range b.hooks {
		after = append(after, h.at.Sub(start))
		if want := map[bool]string{true: "", false: fmt.Sprint(i)}[i == 0]; h.header.Get("Square-Retry-Number") != want {
			t.Errorf("try %d says it is number %q", i, h.header.Get("Square-Retry-Number"))
		}
		if h.header.Get("X-Square-Hmacsha256-Signature") != b.hooks[0].header.Get("X-Square-Hmacsha256-Signature") {
			t.Error("a repeat is signed otherwise")
		}
	}
	if len(after) != 11 || after[1] != time.Minute || after[2] != 3*time.Minute || after[10] > 24*time.Hour {
		t.Errorf("tried after %v", after)
	}
	if got := b.sim.Stats(); got.GivenUp != 1 || got.Accepted != 0 || got.Sent != 11 || b.sim.Pending() != 0 {
		t.Errorf("got %+v, %d pending", got, b.sim.Pending())
	}
}

func TestANewKeySignsFromThenOn(t *testing.T) {
	b := newBench(t, nil)
	value, err := b.sim.RollKey(b.endpoint, "another_key_0123456789")
	b.must(err)
	b.order("one")
	b.advance(0)
	h := b.hooks[0]
	if _, err := b.verifier().Verify(h.body, h.header.Get); err == nil {
		t.Error("the old key still signs")
	}
	if h.header.Get(squaregw.SignatureHeader) != squaresim.Signature(receiver, h.body, value) {
		t.Error("the new key does not sign")
	}
	if _, err := b.sim.RollKey("nobody", ""); err == nil {
		t.Error("an endpoint that is none has a new key")
	}
}

func TestForgedWebhooksAreNeverTaken(t *testing.T) {
	kinds := map[string]bool{}
	b := newBench(t, func(c *squaresim.Config) {})
	v := b.verifier()
	b.must(b.sim.SetFaults(squaresim.Faults{Webhooks: squaresim.WebhookFaults{Forge: true}}))
	for i := range 200 {
		b.order(fmt.Sprint("k", i))
	}
	b.advance(time.Minute)
	for i, line := range b.sim.Deliveries() {
		_, err := v.Verify(b.hooks[i].body, b.hooks[i].header.Get)
		if (err == nil) != (line.Forged == "") {
			t.Errorf("%q: %v", line.Forged, err)
		}
		kinds[line.Forged] = true
	}
	if len(kinds) != 9 { // Eight, and the real thing.
		t.Errorf("only %v", kinds)
	}
}

func TestWebhooksGetLostDoubledAndMixed(t *testing.T) {
	b := newBench(t, nil)
	b.must(b.sim.SetFaults(squaresim.Faults{Webhooks: squaresim.WebhookFaults{Drop: 1}}))
	b.order("one")
	b.advance(time.Hour)
	if len(b.hooks) != 0 || b.sim.Stats().Lost != 1 {
		t.Errorf("%d came, %+v", len(b.hooks), b.sim.Stats())
	}
	b.must(b.sim.SetFaults(squaresim.Faults{Webhooks: squaresim.WebhookFaults{Duplicate: 3, Reorder: true}}))
	b.order("two")
	b.order("three")
	b.advance(time.Hour)
	if len(b.hooks) != 6 {
		t.Errorf("%d came", len(b.hooks))
	}
}

func TestEventsCanBeSearchedForFor28Days(t *testing.T) {
	b := newBench(t, nil)
	for i := range 5 {
		b.paid(fmt.Sprint("k", i), "4242424242424242")
		b.advance(time.Minute)
	}
	var told []string
	for _, h := range b.hooks {
		if e, err := b.verifier().Verify(h.body, h.header.Get); err == nil && strings.HasPrefix(e.Type, "payment.") {
			told = append(told, e.ID)
		}
	}
	search := func(more string) []string {
		var ids []string
		for cursor := ""; ; {
			a := b.ok("POST", "/v2/events", `{"limit":2,"query":{"filter":{"event_types":["payment.created","payment.updated"],"merchant_ids":["MTESTS"]`+more+`}}`+cursor+`}`)
			for i := 0; a.get(fmt.Sprintf("events.%d.event_id", i)) != ""; i++ {
				ids = append(ids, a.get(fmt.Sprintf("events.%d.event_id", i)))
				b.want(a, fmt.Sprintf("metadata.%d.event_id", i), ids[len(ids)-1], fmt.Sprintf("metadata.%d.api_version", i), squaresim.Version)
			}
			if a.get("cursor") == "" {
				return ids
			}
			cursor = `,"cursor":"` + a.get("cursor") + `"`
		}
	}
	all := search("")
	slices.Reverse(all)
	if !slices.Equal(all, told) || len(all) != 15 {
		t.Errorf("got %d, want %d", len(all), len(told))
	}
	if late := search(`,"created_at":{"start_at":"2026-03-01T12:03:00Z"}`); len(late) != 6 {
		t.Errorf("%d since the fourth", len(late))
	}
	b.advance(28*24*time.Hour + time.Hour)
	if left := search(""); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
	if b.sim.Resend(all[0]) != nil {
		t.Error("an event cannot be sent again")
	}
}

// FuzzRequests sends anything to every path. Nothing panics, every answer is JSON or a page, and money is where it was counted.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{"POST /v2/orders {\"order\":" + anOrder + "}", "POST /v2/payments " + payBody("k", "o", "cnon:card-nonce-ok", ""), "GET /v2/events ",
		"POST /v2/events {\"query\":{\"filter\":{\"created_at\":{\"start_at\":\"x\"}}}}", "POST /v2/card-nonce {\"card_data\":{\"number\":\"4242424242424242\"}}",
		"GET /pay/x ", "POST /authenticate/x action=complete", "PUT /v2/orders/x {\"order\":{\"version\":1}}", "DELETE /v2/online-checkout/payment-links/x ",
		"POST /v2/disputes/x/evidence-text {}", "POST /v2/refunds {\"amount_money\":7}", "GET /v2/refunds?limit=0&begin_time=x "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		method, rest, _ := strings.Cut(text, " ")
		path, body, _ := strings.Cut(rest, " ")
		if !slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "HEAD"}, method) || !strings.HasPrefix(path, "/") {
			return
		}
		b := newBench(t, nil)
		request, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			return
		}
		for name, value := range server {
			request.Header.Set(name, value)
		}
		res, err := b.sim.Transport().RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		var value map[string]any
		if res.StatusCode < 200 || res.StatusCode >= 500 || res.Header.Get("Content-Type") == "application/json" && json.NewDecoder(res.Body).Decode(&value) != nil {
			t.Fatalf("%q: %d", text, res.StatusCode)
		}
		if sum := b.sim.Totals(); len(sum) > 0 && (sum[0].Captured != 0 || sum[0].Refunded != 0) {
			t.Fatalf("%q: %+v", text, sum)
		}
	})
}
