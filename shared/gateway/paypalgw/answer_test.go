package paypalgw_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"till/scripts/localcloud/gatewaysim"
	"till/shared/payment"
)

// TestWhatEvidencePayPalGets: a form of JSON and one document, neither of which names the shopper, whom PayPal knows.
func TestWhatEvidencePayPalGets(t *testing.T) {
	const capture = `{"id":"5O190127TN364715T","status":"COMPLETED","intent":"CAPTURE","purchase_units":[{"reference_id":"default","custom_id":"pay_1","invoice_id":"pay_1",
		"amount":{"currency_code":"EUR","value":"19.99"},"payments":{"captures":[{"id":"C1","status":"COMPLETED","final_capture":true,"amount":{"currency_code":"EUR","value":"19.99"}}]}}]}`
	state := "WAITING_FOR_SELLER_RESPONSE"
	var sent []gatewaysim.Part
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/provide-evidence"):
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			sent, _ = gatewaysim.PartsOf(r.Header.Get("Content-Type"), body)
			state = "UNDER_REVIEW"
			return response(r, 200, `{"links":[]}`), nil
		case r.URL.Path == "/v1/customer/disputes":
			return response(r, 200, `{"items":[{"dispute_id":"PP-D-1"}]}`), nil
		case strings.HasPrefix(r.URL.Path, "/v1/customer/disputes/"):
			return response(r, 200, `{"dispute_id":"PP-D-1","status":"`+state+`","dispute_amount":{"currency_code":"EUR","value":"19.99"},"seller_response_due_date":"2026-03-08T12:00:00Z"}`), nil
		default:
			return response(r, 200, capture), nil
		}
	}))
	e := payment.Evidence{Key: "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa", Product: "2 x Blue mug", Name: "Ada", Email: "ada@shop.example", Shipping: "Hauptstr. 1", Statement: "It came."}
	if _, err := g.AnswerDispute(t.Context(), attempt, "PP-D-1", e); err != nil {
		t.Fatal(err)
	}
	if len(sent) != 2 || sent[0].Name != "input" || sent[0].Kind != "application/json" || sent[1].Name != "evidence-file" || sent[1].File != "evidence.pdf" || sent[1].Kind != "application/pdf" {
		t.Fatalf("got %.300q", sent)
	}
	for _, part := range sent {
		if text := string(part.Data); strings.Contains(text, "Ada") || strings.Contains(text, "ada@") || strings.Contains(text, "Haupt") || !strings.Contains(text, "Blue mug") {
			t.Errorf("%s says %s", part.Name, text)
		}
	}
}
