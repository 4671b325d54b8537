package stripegw_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"till/scripts/localcloud/gatewaysim"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

// TestFilesGoToTheHostThatStripeHasForThem: unless all calls go elsewhere.
func TestFilesGoToTheHostThatStripeHasForThem(t *testing.T) {
	for base, want := range map[string]string{"": "files.stripe.com", "https://api.stripe.com/": "files.stripe.com", "https://stripe.shop.example": "stripe.shop.example"} {
		state, host := "needs_response", ""
		var sent []gatewaysim.Part
		var keys []string
		transport := answerer(func(r *http.Request) (*http.Response, error) {
			answer := `{"id":"pi_1","amount":1999,"amount_received":1999,"currency":"eur","status":"succeeded","latest_charge":{"id":"ch_1","amount":1999,"amount_captured":1999,"disputed":true}}`
			switch dispute := `{"id":"dp_1","amount":1999,"currency":"eur","status":"` + state + `"}`; {
			case r.URL.Path == "/v1/files":
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				host, answer = r.URL.Host, `{"id":"file_1"}`
				sent, _ = gatewaysim.PartsOf(r.Header.Get("Content-Type"), body)
			case r.URL.Path == "/v1/disputes":
				answer = `{"data":[` + dispute + `]}`
			case r.URL.Path == "/v1/disputes/dp_1":
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				if text := string(body); !strings.Contains(text, "evidence[uncategorized_file]=file_1") && !strings.Contains(text, "evidence%5Buncategorized_file%5D=file_1") {
					t.Errorf("submitted is %s", body)
				}
				keys = append(keys, r.Header.Get("Idempotency-Key"))
				state, answer = "under_review", dispute
			case strings.HasPrefix(r.URL.Path, "/v1/radar/"):
				answer = `{"data":[]}`
			}
			return answers(200, answer)(r)
		})
		g, err := stripegw.New(stripegw.Config{APIKey: "sk_test_1", BaseURL: base, Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.AnswerDispute(t.Context(), attempt, "dp_1", payment.Evidence{Key: "ans_1", Statement: "It came."}); err != nil {
			t.Errorf("%q: %v", base, err)
		}
		if host != want || len(sent) != 2 || sent[0].Name != "purpose" || string(sent[0].Data) != "dispute_evidence" || sent[1].Name != "file" || sent[1].File != "evidence.pdf" {
			t.Errorf("%q: got %.200q at %s", base, sent, host)
		}
		if len(keys) != 1 || keys[0] != "ans_1/file_1" {
			t.Errorf("the keys are %q", keys)
		}
	}
}

// TestEvidenceGoesWithoutADocumentThatStripeRefusesToUse though it took the file.
func TestEvidenceGoesWithoutADocumentThatStripeRefusesToUse(t *testing.T) {
	state, keys := "needs_response", []string(nil)
	transport := answerer(func(r *http.Request) (*http.Response, error) {
		status, answer := 200, `{"id":"pi_1","amount":1999,"amount_received":1999,"currency":"eur","status":"succeeded","latest_charge":{"id":"ch_1","amount":1999,"amount_captured":1999,"disputed":true}}`
		switch {
		case r.URL.Path == "/v1/files":
			answer = `{"id":"file_1"}`
		case r.URL.Path == "/v1/disputes/dp_1":
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			if strings.Contains(string(body), "uncategorized_file") {
				status, answer = 400, `{"error":{"type":"invalid_request_error","param":"evidence[uncategorized_file]"}}`
				break
			}
			state, answer = "under_review", `{"id":"dp_1"}`
		case r.URL.Path == "/v1/disputes":
			answer = `{"data":[{"id":"dp_1","amount":1999,"currency":"eur","status":"` + state + `"}]}`
		case strings.HasPrefix(r.URL.Path, "/v1/radar/"):
			answer = `{"data":[]}`
		}
		return answers(status, answer)(r)
	})
	g, err := stripegw.New(stripegw.Config{APIKey: "sk_test_1", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	f, err := g.AnswerDispute(t.Context(), attempt, "dp_1", payment.Evidence{Key: "ans_1", Statement: "It came."})
	if d, _ := f.Dispute("dp_1"); err != nil || d.State != payment.DisputeUnderReview || !slices.Equal(keys, []string{"ans_1/file_1", "ans_1"}) {
		t.Errorf("got %+v, %v by %q", f, err, keys)
	}
}
