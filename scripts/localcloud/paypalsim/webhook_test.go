package paypalsim_test

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/gatewaysim"
	"till/shared/gateway/paypalgw"
)

func (s *shop) verifier() *paypalgw.Verifier {
	s.t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.sim.RootPEM())
	v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhook}, Now: s.clock.Now, Roots: roots,
		CertURLs: []string{base + "/v1/notifications/certs/"}, Transport: s.sim.Transport()})
	s.must(err)
	return v
}

// kinds are the event types of the webhooks that arrived.
func (s *shop) kinds() []string {
	s.t.Helper()
	var out []string
	for _, h := range s.hooks {
		var e struct {
			Type string `json:"event_type"`
		}
		s.must(json.Unmarshal(h.body, &e))
		out = append(out, e.Type)
	}
	return out
}

func TestEventsOfAPayment(t *testing.T) {
	s := newShop(t)
	o := s.paid(disputed)
	s.advance(5 * time.Second)
	if got, want := fmt.Sprint(s.kinds()), "[CHECKOUT.ORDER.APPROVED PAYMENT.CAPTURE.COMPLETED CUSTOMER.DISPUTE.CREATED]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	v := s.verifier()
	for _, h := range s.hooks {
		e, err := v.Verify(t.Context(), h.body, h.header.Get)
		if err != nil || e.Attempt != "pay_1" || e.Order != "ord_1" || e.Intent != o.ID && e.Intent != o.Units[0].Payments.Captures[0].ID {
			t.Errorf("got %+v, %v", e, err)
		}
	}
}

func TestNoForgeryIsTaken(t *testing.T) {
	s := newShop(t)
	v := s.verifier()
	s.answer = func(h hook) (int, error) {
		_, refused := v.Verify(t.Context(), h.body, h.header.Get)
		return map[bool]int{true: http.StatusOK, false: http.StatusBadRequest}[refused == nil], nil
	}
	s.must(s.sim.SetFaults(gatewaysim.Faults{Webhooks: gatewaysim.WebhookFaults{Forge: true}}))
	for i := range 100 {
		o := s.create(fmt.Sprint(i), wanted("CAPTURE", strings.ReplaceAll(unit, "_1", fmt.Sprint("_", i))))
		s.form(s.page(o), "card", pays, "action", "pay")
		s.advance(time.Second)
	}
	forged := map[string]int{}
	for _, d := range s.sim.Deliveries() {
		forged[d.Forged]++
	}
	if st := s.sim.Stats(); st.Forged != 100 || st.ForgedAccepted != 0 || st.Accepted != 100 || len(forged) != 10 {
		t.Errorf("got %+v, %v", st, forged)
	}
}

func TestWebhooksAreRepeatedForThreeDays(t *testing.T) {
	s := newShop(t)
	s.answer = func(hook) (int, error) { return http.StatusServiceUnavailable, nil }
	o := s.create("k1", wanted("CAPTURE", unit))
	s.form(s.page(o), "card", pays, "action", "pay")
	s.advance(4 * 24 * time.Hour)
	if n := len(s.hooks); n < 23 || n > 26 || s.sim.Pending() != 0 || s.sim.Stats().GivenUp != 1 {
		t.Errorf("%d tries, %d pending, %+v", n, s.sim.Pending(), s.sim.Stats())
	}
	ids := map[string]bool{}
	for _, h := range s.hooks {
		ids[h.header.Get("Paypal-Transmission-Id")] = true
	}
	if len(ids) != len(s.hooks) {
		t.Error("two transmissions have one id")
	}
}

func TestLostEventsAreListedAndSentAgain(t *testing.T) {
	s := newShop(t)
	s.must(s.sim.SetFaults(gatewaysim.Faults{Webhooks: gatewaysim.WebhookFaults{Drop: 1}}))
	s.paid(pays)
	s.advance(time.Hour)
	s.must(s.sim.SetFaults(gatewaysim.Faults{}))
	if len(s.hooks) != 0 || s.sim.Stats().Lost != 2 {
		t.Errorf("%d arrived, %+v", len(s.hooks), s.sim.Stats())
	}
	var seen []string
	query := "?page_size=1&start_time=2026-03-01T12:00:00Z"
	for range 5 {
		var page struct {
			Events []struct {
				ID   string
				Type string `json:"event_type"`
			}
			Links []struct{ Href, Rel string }
		}
		s.call("GET", "/v1/notifications/webhooks-events"+query, "", "").into(t, &page)
		for _, e := range page.Events {
			seen = append(seen, e.Type)
			if r := s.call("POST", "/v1/notifications/webhooks-events/"+e.ID+"/resend", "", "{}"); r.status != http.StatusAccepted {
				t.Errorf("%d %s", r.status, r.body)
			}
		}
		if len(page.Links) == 0 {
			break
		}
		_, rest, _ := strings.Cut(page.Links[0].Href, "?")
		query = "?" + rest
	}
	if got := fmt.Sprint(seen); got != "[PAYMENT.CAPTURE.COMPLETED CHECKOUT.ORDER.APPROVED]" {
		t.Errorf("got %s", got)
	}
	s.advance(0)
	if len(s.hooks) != 2 {
		t.Errorf("%d arrived after they were sent again", len(s.hooks))
	}
	if r := s.call("GET", "/v1/notifications/webhooks-events?end_time=2026-03-01T11:00:00Z", "", ""); strings.Contains(r.body, "WH-") {
		t.Errorf("of an hour before there is %s", r.body)
	}
}

func TestDuplicatesAndOtherVersions(t *testing.T) {
	s := newShop(t)
	s.must(s.sim.SetFaults(gatewaysim.Faults{Webhooks: gatewaysim.WebhookFaults{Duplicate: 3, Version: "3.0"}}))
	o := s.create("k1", wanted("CAPTURE", unit))
	s.form(s.page(o), "card", pays, "action", "pay")
	s.advance(0)
	if len(s.hooks) != 3 || string(s.hooks[0].body) != string(s.hooks[2].body) || !strings.Contains(string(s.hooks[0].body), `"resource_version":"3.0"`) {
		t.Errorf("%d arrived", len(s.hooks))
	}
}

func TestWebhooksAreManaged(t *testing.T) {
	const path = "/v1/notifications/webhooks"
	s := newShop(t)
	one := `{"url":"https://shop.test/hook","event_types":[{"name":"PAYMENT.CAPTURE.COMPLETED"}]}`
	var made struct{ ID, URL string }
	s.call("POST", path, "", one).into(t, &made)
	if r := s.call("GET", path, "", ""); strings.Count(r.body, `"url"`) != 2 || !strings.Contains(r.body, made.ID) {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, tt := range []struct{ method, path, body, name string }{
		{"POST", path, one, "WEBHOOK_URL_ALREADY_EXISTS"},
		{"POST", path, `{"url":"shop","event_types":[{"name":"*"}]}`, "INVALID_REQUEST"},
		{"POST", path, `{"url":"https://shop.test/2","event_types":[]}`, "INVALID_REQUEST"},
		{"POST", path, `{"url":"https://shop.test/2","event_types":[{"name":"no event"}]}`, "INVALID_REQUEST"},
		{"PATCH", path + "/" + made.ID, `[{"op":"replace","path":"/url","value":"https://shop.test/hook"}]`, "WEBHOOK_PATCH_REQUEST_NO_CHANGE"},
		{"PATCH", path + "/" + made.ID, `[{"op":"replace","path":"/url","value":"` + hookURL + `"}]`, "WEBHOOK_URL_ALREADY_EXISTS"},
		{"PATCH", path + "/" + made.ID, `[{"op":"remove","path":"/url"}]`, "INVALID_REQUEST"},
		{"PATCH", path + "/NOBODY", `[]`, "RESOURCE_NOT_FOUND"},
		{"GET", path + "/NOBODY", "", "RESOURCE_NOT_FOUND"},
		{"DELETE", path + "/NOBODY", "", "RESOURCE_NOT_FOUND"},
	} {
		if r := s.call(tt.method, tt.path, "", tt.body); r.status < 400 || !strings.Contains(r.body, `"name":"`+tt.name+`"`) {
			t.Errorf("%s %s %s: %d %s", tt.method, tt.path, tt.body, r.status, r.body)
		}
	}
	r := s.call("PATCH", path+"/"+made.ID, "", `[{"op":"replace","path":"/event_types","value":[{"name":"CHECKOUT.ORDER.APPROVED"}]},{"op":"replace","path":"/url","value":"https://shop.test/3"}]`)
	if now := s.call("GET", path+"/"+made.ID, "", ""); r.status != http.StatusOK || now.body != r.body || !strings.Contains(r.body, "https://shop.test/3") {
		t.Errorf("%d %s, then %s", r.status, r.body, now.body)
	}
	o := s.create("k1", wanted("CAPTURE", unit))
	s.must(s.sim.SetFaults(gatewaysim.Faults{Webhooks: gatewaysim.WebhookFaults{Delay: gatewaysim.Duration(time.Minute)}}))
	s.form(s.page(o), "card", pays, "action", "pay")
	if r := s.call("DELETE", path+"/"+made.ID, "", ""); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	s.advance(time.Minute)
	if len(s.hooks) != 1 {
		t.Errorf("%d arrived, one of them at a webhook that is gone", len(s.hooks))
	}
	for i := range 9 {
		s.call("POST", path, "", fmt.Sprintf(`{"url":"https://shop.test/hook%d","event_types":[{"name":"*"}]}`, i))
	}
	if r := s.call("POST", path, "", one); !strings.Contains(r.body, "WEBHOOK_NUMBER_LIMIT_EXCEEDED") {
		t.Errorf("%d %s", r.status, r.body)
	}
}
