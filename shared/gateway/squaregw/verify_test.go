package squaregw_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/gateway/squaregw"
	"till/shared/payment"
)

// hookBody is an event as Square writes it; object is JSON.
func hookBody(kind, object string) string {
	return fmt.Sprintf(`{"merchant_id":"M1","location_id":"L1","type":%q,"event_id":"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc","created_at":"2026-03-01T12:00:00.308Z",
		"data":{"type":"payment","id":"p1","object":%s}}`, kind, object)
}

// signed signs independently of adapter and simulator, as https://developer.squareup.com/docs/webhooks/step3validate says.
func signed(url, body, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(url + body))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func newVerifier(t testing.TB, alter func(*squaregw.VerifierConfig)) *squaregw.Verifier {
	t.Helper()
	c := squaregw.VerifierConfig{Keys: []string{secretNew, secretOld}, URL: hookURL, MerchantID: "M1"}
	if alter != nil {
		alter(&c)
	}
	v, err := squaregw.NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// headers are those of a webhook; names are looked up as net/http writes them.
func headers(signature, environment string) func(string) string {
	return func(name string) string {
		return map[string]string{"X-Square-Hmacsha256-Signature": signature, "Square-Environment": environment}[name]
	}
}

func TestAVerifierNeedsKeysAnAddressAndAMerchant(t *testing.T) {
	for name, alter := range map[string]func(*squaregw.VerifierConfig){
		"no key":                    func(c *squaregw.VerifierConfig) { c.Keys = nil },
		"an empty key":              func(c *squaregw.VerifierConfig) { c.Keys = []string{secretNew, ""} },
		"a short key":               func(c *squaregw.VerifierConfig) { c.Keys = []string{"0123456789abcde"} },
		"no address":                func(c *squaregw.VerifierConfig) { c.URL = "" },
		"half an address":           func(c *squaregw.VerifierConfig) { c.URL = "/webhooks/square" },
		"plain http for real money": func(c *squaregw.VerifierConfig) { c.WantLive = true },
		"no merchant":               func(c *squaregw.VerifierConfig) { c.MerchantID = "" },
		"a merchant that is no id":  func(c *squaregw.VerifierConfig) { c.MerchantID = "M 1" },
	} {
		c := squaregw.VerifierConfig{Keys: []string{secretNew}, URL: hookURL, MerchantID: "M1"}
		alter(&c)
		_, err := squaregw.NewVerifier(c)
		if !fault.Is(err, fault.Internal) || fault.Code(err) != "config_invalid" || strings.Contains(err.Error(), secretNew) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", newVerifier(t, nil), newVerifier(t, nil), newVerifier(t, nil)); strings.Contains(text, secretNew) {
		t.Error("the keys are shown")
	}
}

func TestEventsOfTheOtherEnvironmentAreRefused(t *testing.T) {
	body := hookBody("payment.updated", `{"payment":{"id":"p1"}}`)
	live := func(c *squaregw.VerifierConfig) { c.WantLive, c.URL = true, "https://shop.example/webhooks/square" }
	for _, tt := range []struct {
		alter       func(*squaregw.VerifierConfig)
		url, header string
		want        string
	}{
		{nil, hookURL, "Sandbox", ""},
		{nil, hookURL, "Production", "mode_mismatch"},
		{nil, hookURL, "", "mode_mismatch"},
		{nil, hookURL, "sandbox", "mode_mismatch"},
		{live, "https://shop.example/webhooks/square", "Production", ""},
		{live, "https://shop.example/webhooks/square", "Sandbox", "mode_mismatch"},
	} {
		e, err := newVerifier(t, tt.alter).Verify([]byte(body), headers(signed(tt.url, body, secretNew), tt.header))
		if fault.Code(err) != tt.want || err == nil && e.Live != (tt.alter != nil) || err != nil && !fault.Is(err, fault.Unreadable) {
			t.Errorf("%q: got %+v, %v", tt.header, e, err)
		}
	}
}

func TestAnEventNamesWhatItIsAbout(t *testing.T) {
	const money = `"amount_money":{"amount":1999,"currency":"EUR"}`
	base := payment.Event{Gateway: "square", ID: "6a8f5f28-54a1-4eb0-a98a-3111513fd4fc", APIVersion: squaregw.Version, Created: when.Add(308_000_000)}
	for name, tt := range map[string]struct {
		kind, object string
		want         func(*payment.Event)
	}{
		"a payment": {"payment.updated", `{"payment":{"id":"p1","order_id":"o1","note":"ord_1/pay_1","reference_id":"pay_9",` + money + `}}`, func(e *payment.Event) {
			e.Subject, e.Object, e.Intent, e.Order, e.Attempt, e.Amount, e.Currency = payment.AboutPayment, "p1", "o1", "ord_1", "pay_1", 1999, "EUR"
		}},
		"a payment with tip and without a note": {"payment.created", `{"payment":{"id":"p1","order_id":"o1","reference_id":"pay_1",` + money + `,"total_money":{"amount":2100,"currency":"EUR"}}}`,
			func(e *payment.Event) {
				e.Subject, e.Object, e.Intent, e.Attempt, e.Amount, e.Currency = payment.AboutPayment, "p1", "o1", "pay_1", 2100, "EUR"
			}},
		"a sale in the shop": {"payment.created", `{"payment":{"id":"p1","order_id":"o1","note":"two coffees, for ` + quote + `"}}`, func(e *payment.Event) {
			e.Subject, e.Object, e.Intent = payment.AboutPayment, "p1", "o1"
		}},
		"a payment with words of Square's": {"payment.created", `{"payment":{"id":"p1","order_id":"o1","note":"Online Transaction a/b ord_1/pay_1 (2)"}}`, func(e *payment.Event) {
			e.Subject, e.Object, e.Intent, e.Order, e.Attempt = payment.AboutPayment, "p1", "o1", "ord_1", "pay_1"
		}},
		"a refund, whose order is its own": {"refund.updated", `{"refund":{"id":"p1_r1","payment_id":"p1","order_id":"o2",` + money + `}}`, func(e *payment.Event) {
			e.Subject, e.Object, e.Intent, e.Amount, e.Currency = payment.AboutRefund, "p1_r1", "p1", 1999, "EUR"
		}},
		"a dispute": {"dispute.state.updated", `{"dispute":{"id":"d1","disputed_payment":{"payment_id":"p1"},` + money + `}}`, func(e *payment.Event) {
			e.Subject, e.Object, e.Intent, e.Amount, e.Currency = payment.AboutDispute, "d1", "p1", 1999, "EUR"
		}},
		"an order": {"order.updated", `{"order_updated":{"order_id":"o1"}}`, func(e *payment.Event) { e.Subject, e.Object = payment.AboutOther, "p1" }},
		"a payout": {"payout.paid", `{"payout":{"id":"po1"}}`, func(e *payment.Event) { e.Subject, e.Object = payment.AboutOther, "p1" }},
		"a type nobody has heard of": {"bank.dance.begun", `{"payment":{"id":"p9","order_id":"o1"}}`, func(e *payment.Event) {
			e.Subject, e.Object = payment.AboutOther, "p1"
		}},
		"a payment of a later version": {"payment.updated", `{"payment":{"id":"p1","order_id":"o1","amount_money":"EUR 19.99","note":7}}`, func(e *payment.Event) {
			e.Subject, e.Object, e.Intent = payment.AboutPayment, "p1", "o1"
		}},
		"no object": {"payment.updated", `null`, func(e *payment.Event) { e.Subject, e.Object = payment.AboutPayment, "p1" }},
	} {
		t.Run(name, func(t *testing.T) {
			body := hookBody(tt.kind, tt.object)
			got, err := newVerifier(t, nil).Verify([]byte(body), headers(signed(hookURL, body, secretOld), "Sandbox"))
			if err != nil || got.BodySHA256 == "" {
				t.Fatalf("got %+v, %v", got, err)
			}
			want := base
			want.Type, want.BodySHA256 = tt.kind, got.BodySHA256
			if tt.want(&want); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if raw, _ := json.Marshal(got); strings.Contains(string(raw), "Mustermann") {
				t.Error("the event quotes")
			}
		})
	}
}

func TestWhatIsSubscribedTo(t *testing.T) {
	want := []string{"dispute.created", "dispute.state.updated", "payment.created", "payment.updated", "refund.created", "refund.updated"}
	if got := squaregw.EventTypes(); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestEventsThatAreAskedForAreTheWebhooks(t *testing.T) {
	body := hookBody("payment.updated", `{"payment":{"id":"p1","order_id":"o1","note":"ord_1/pay_1"}}`)
	told, err := newVerifier(t, nil).Verify([]byte(body), headers(signed(hookURL, body, secretNew), "Sandbox"))
	if err != nil {
		t.Fatal(err)
	}
	s := &script{lines: map[string]string{"POST /v2/events": `{"events":[` + body + `],"metadata":[{"event_id":"` + told.ID + `","api_version":"2025-01-23"}],"cursor":"c2"}`}}
	page, next, err := newGateway(t, s).Events(t.Context(), when, "")
	if err != nil || next != "c2" || len(page) != 1 || page[0].Key() != told.Key() || page[0].APIVersion != "2025-01-23" || page[0].Attempt != "pay_1" {
		t.Fatalf("got %+v, %q, %v", page, next, err)
	}
	if sent := s.sent["POST /v2/events"]; !strings.Contains(sent, `"start_at":"2026-03-01T12:00:00Z"`) || !strings.Contains(sent, `"merchant_ids":["M1"]`) {
		t.Errorf("asked for %s", sent)
	}
	_, _, err = newGateway(t, s).Events(t.Context(), when, "c2")
	check(t, err, fault.Unavailable, "") // A page that leads to itself.
	s.lines["POST /v2/events"] = `{"events":[{"type":"payment.updated"}]}`
	_, _, err = newGateway(t, s).Events(t.Context(), when, "")
	check(t, err, fault.Internal, "answer_unreadable")
}

// FuzzVerify sends any header for one body: only that of who has a key is taken.
func FuzzVerify(f *testing.F) {
	body := hookBody("payment.updated", `{"payment":{"id":"p1"}}`)
	good, older := signed(hookURL, body, secretNew), signed(hookURL, body, secretOld)
	for _, seed := range []string{good, older, signed(hookURL, body, secretFake), signed("", body, secretNew), "", "=", good + "=", " " + good, good + "\n", strings.ToLower(good),
		strings.TrimRight(good, "="), strings.Repeat("A", 5000)} {
		f.Add(seed, "Sandbox")
	}
	f.Add(good, "Production")
	v := newVerifier(f, nil)
	f.Fuzz(func(t *testing.T, signature, environment string) {
		e, err := v.Verify([]byte(body), headers(signature, environment))
		switch {
		case err == nil && (signature == good || signature == older) && environment == "Sandbox":
		case err == nil:
			t.Fatalf("%q of %q was taken", signature, environment)
		case !fault.Is(err, fault.Unreadable) || e != (payment.Event{}):
			t.Fatalf("%q: %+v, %v", signature, e, err)
		}
	})
}

// FuzzEvent lets who has the key say anything: it is an event that can be stored, or it is none.
func FuzzEvent(f *testing.F) {
	for _, object := range []string{`{"payment":{"id":"p1","order_id":"o1","note":"ord_1/pay_1","amount_money":{"amount":1,"currency":"EUR"}}}`,
		`{"refund":{"id":"r1","payment_id":"p1"}}`, `{"dispute":{"id":"d1","disputed_payment":{"payment_id":"p1"}}}`, `[]`, `{"payment":{"id":"` + quote + `"}}`} {
		for kind := range strings.SplitSeq("payment.updated refund.created dispute.created order.updated x", " ") {
			f.Add([]byte(hookBody(kind, object)))
		}
	}
	f.Add([]byte(`{"merchant_id":"M1","type":"x","event_id":"e","created_at":"9999-12-31T23:59:59Z","data":{}}`))
	v := newVerifier(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := v.Verify(body, headers(signed(hookURL, string(body), secretNew), "Sandbox"))
		if err != nil {
			if !fault.Is(err, fault.Unreadable, fault.TooLarge) || e != (payment.Event{}) {
				t.Fatalf("%q: %+v, %v", body, e, err)
			}
			return
		}
		if e.ID == "" || e.Type == "" || e.Created.IsZero() || e.Amount < 0 || len(e.Order)+len(e.Attempt) > 128 || len(e.Object)+len(e.Intent) > 510 {
			t.Fatalf("%q: %+v", body, e)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
	})
}
