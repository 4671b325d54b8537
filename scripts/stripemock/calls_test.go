package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering is a server that answers every call alike.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// intent can be read as every object that is asked for.
const intent = `{"id":"x_1","status":"open","url":"https://stripe.test/x","client_secret":"x","amount":1999,"currency":"eur","data":[]}`

func TestACallThatIsNotTakenIsNamed(t *testing.T) {
	results, err := check(t.Context(), answering(t, 400, `{"error":{"type":"invalid_request_error","param":"colour"}}`))
	if err != nil {
		t.Fatal(err)
	}
	err = report(io.Discard, results)
	if err == nil || !strings.Contains(err.Error(), "POST /v1/payment_intents: 400") || !strings.Contains(err.Error(), "colour") {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerThatCannotBeReadIsNamed(t *testing.T) {
	results, err := check(t.Context(), answering(t, 200, `[]`))
	if err != nil {
		t.Fatal(err)
	}
	if err := report(io.Discard, results); err == nil || !strings.Contains(err.Error(), "GET /v1/checkout/sessions/{id}: stripegw.") {
		t.Errorf("got %v", err)
	}
}

func TestACallThatIsNotMadeIsNamed(t *testing.T) {
	var out strings.Builder
	err := report(&out, []result{{call: "GET /v1/events", times: 2}})
	if err == nil || !strings.Contains(err.Error(), "POST /v1/refunds was not called") || strings.Contains(err.Error(), "/v1/events") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(out.String(), "as specified") {
		t.Errorf("got %q", out.String())
	}
}

func TestAMockThatTakesEverythingIsNone(t *testing.T) {
	if err := control(t.Context(), answering(t, 200, intent)); err == nil {
		t.Error("it passed")
	}
	if err := control(t.Context(), answering(t, 400, "{}")); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestIdsInPathsAreNotTold(t *testing.T) {
	for path, want := range map[string]string{"/v1/payment_intents/pi_1/capture": "/v1/payment_intents/{id}/capture",
		"/v1/checkout/sessions": "/v1/checkout/sessions", "/v1/radar/early_fraud_warnings": "/v1/radar/early_fraud_warnings"} {
		if got := pattern(path); got != want {
			t.Errorf("%s: got %s", path, got)
		}
	}
}
