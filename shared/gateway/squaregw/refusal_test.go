package squaregw_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/payment"
)

var (
	embedded = payment.Attempt{ID: "pay_1", Mode: payment.Embedded, Intent: "o1", Amount: 1999}
	refund   = payment.Refund{ID: "ref_1", Attempt: "pay_1", Amount: 700}
)

// anOrder is an order with tenders, which are given as JSON.
func anOrder(state, metadata, tenders string) string {
	return fmt.Sprintf(`{"order":{"id":"o1","location_id":"L1","state":%q,"version":3,"total_money":{"amount":1999,"currency":"EUR"},
		"metadata":{"order_id":"ord_1","attempt_id":"pay_1"%s},"tenders":[%s]}}`, state, metadata, tenders)
}

const paidTender = `{"id":"p1","payment_id":"p1","card_details":{"status":"CAPTURED"}}`

func aPayment(status, more string) string {
	return fmt.Sprintf(`{"payment":{"id":"p1","order_id":"o1","status":%q,"amount_money":{"amount":1999,"currency":"EUR"},"created_at":"2026-03-01T12:00:00Z"%s}}`, status, more)
}

// paidScript is a paid order.
func paidScript() *script {
	return &script{lines: map[string]string{"GET /v2/orders/o1": anOrder("COMPLETED", "", paidTender), "GET /v2/payments/p1": aPayment("COMPLETED", "")}}
}

// refusing refuses the one call with a status and a body, and plays a script otherwise.
func refusing(s http.RoundTripper, call string, status int, body string) answerer {
	return func(r *http.Request) (*http.Response, error) {
		if r.Method+" "+r.URL.Path == call {
			return reply(r, status, body), nil
		}
		return s.RoundTrip(r)
	}
}

func errorBody(category, code, field string) string {
	return fmt.Sprintf(`{"errors":[{"category":%q,"code":%q,"field":%q,"detail":%q}]}`, category, code, field, quote)
}

func TestWhatRefusalsMean(t *testing.T) {
	const request, method, refunds, api, auth = "INVALID_REQUEST_ERROR", "PAYMENT_METHOD_ERROR", "REFUND_ERROR", "API_ERROR", "AUTHENTICATION_ERROR"
	tests := []struct {
		name           string
		status         int
		category, code string
		want           fault.Kind
		wantCode       string
	}{
		{"a refund of too much", 400, refunds, "REFUND_AMOUNT_INVALID", fault.Declined, "refund_amount_invalid"},
		{"a payment that is disputed", 400, refunds, "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", fault.Declined, "payment_not_refundable_due_to_dispute"},
		{"a refund that the bank refuses", 400, refunds, "REFUND_DECLINED", fault.Declined, "refund_declined"},
		{"a refund while another is on its way", 400, refunds, "REFUND_ALREADY_PENDING", fault.Unavailable, "dependency_unavailable"},
		{"a refund for a reason newer than the table", 400, refunds, "MOON_IN_WRONG_PHASE", fault.Declined, "moon_in_wrong_phase"},
		{"a card that is declined", 402, method, "CARD_DECLINED", fault.Declined, "card_declined"},
		{"a card that must be verified, as forbidden", 403, method, "CARD_DECLINED_VERIFICATION_REQUIRED", fault.Declined, "card_declined_verification_required"},
		{"payment required, without a code", 402, method, "", fault.Declined, "declined"},
		{"a key used for another call", 400, request, "IDEMPOTENCY_KEY_REUSED", fault.Unknown, "outcome_unknown"},
		{"a call that is running", 409, request, "CONFLICT", fault.Unknown, "outcome_unknown"},
		{"a version that is not current", 409, request, "VERSION_MISMATCH", fault.Conflict, "version_mismatch"},
		{"too many calls", 429, "RATE_LIMIT_ERROR", "RATE_LIMITED", fault.Unavailable, "dependency_unavailable"},
		{"a payment that Square has just shown", 404, request, "NOT_FOUND", fault.Internal, "answer_unreadable"},
		{"not found without a code", 404, request, "", fault.Internal, "answer_unreadable"},
		{"a token that was revoked", 401, auth, "ACCESS_TOKEN_REVOKED", fault.Internal, "access_token_revoked"},
		{"a right that is missing", 403, auth, "INSUFFICIENT_SCOPES", fault.Internal, "insufficient_scopes"},
		{"forbidden without a code", 403, auth, "", fault.Internal, "gateway_refused"},
		{"our mistake", 400, request, "MISSING_REQUIRED_PARAMETER", fault.Internal, "missing_required_parameter"},
		{"an amount too high", 400, request, "AMOUNT_TOO_HIGH", fault.Invalid, "amount_too_large"},
		{"an amount too low", 400, request, "VALUE_TOO_LOW", fault.Invalid, "amount_too_small"},
		{"another currency than the account's", 400, request, "CURRENCY_MISMATCH", fault.Internal, "currency_mismatch"},
		{"Square's own failure", 500, api, "INTERNAL_SERVER_ERROR", fault.Unknown, "outcome_unknown"},
		{"Square's own failure, as a refusal", 400, api, "TEMPORARY_ERROR", fault.Unknown, "outcome_unknown"},
		{"a gateway that gave up", 504, api, "GATEWAY_TIMEOUT", fault.Unknown, "outcome_unknown"},
		{"a request that took too long", 408, api, "REQUEST_TIMEOUT", fault.Unknown, "outcome_unknown"},
		{"a code that is none", 400, request, quote, fault.Internal, "gateway_refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, refusing(paidScript(), "POST /v2/refunds", tt.status, errorBody(tt.category, tt.code, "")))
			_, err := g.Refund(t.Context(), embedded, refund)
			check(t, err, tt.want, tt.wantCode)
		})
	}
}

func TestAskingIsNeverUnknown(t *testing.T) {
	for _, status := range []int{302, 408, 409, 429, 500, 502, 503, 504} {
		g := newGateway(t, answers(status, errorBody("API_ERROR", "TEMPORARY_ERROR", "")))
		for name, ask := range map[string]func() error{
			"fetch":  func() error { _, err := g.Fetch(t.Context(), embedded); return err },
			"look":   func() error { _, err := g.Fetch(t.Context(), payment.Attempt{ID: "pay_1"}); return err },
			"events": func() error { _, _, err := g.Events(t.Context(), when, ""); return err },
		} {
			if err := ask(); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s, %d: got %v", name, status, err)
			}
		}
	}
}

func TestErrorsThatCannotBeReadSayNothing(t *testing.T) {
	for _, body := range []string{"", "<html>", "null", "[]", `{"errors":[]}`, `{"errors":"none"}`, `{"errors":[{"code":7}]}`} {
		for status, want := range map[int]fault.Kind{400: fault.Unknown, 401: fault.Internal, 402: fault.Unknown, 404: fault.Unknown, 409: fault.Unknown, 429: fault.Unavailable, 500: fault.Unknown} {
			_, err := newGateway(t, refusing(paidScript(), "POST /v2/refunds", status, body)).Refund(t.Context(), embedded, refund)
			if !fault.Is(err, want) {
				t.Errorf("%d %q: got %v, want %v", status, body, err, want)
			}
		}
		_, err := newGateway(t, answers(404, body)).Fetch(t.Context(), embedded) // Not found would mean: never begun.
		check(t, err, fault.Unavailable, "dependency_unavailable")
	}
}

func TestCodesAreWrittenAsTillWritesThem(t *testing.T) {
	_, err := newGateway(t, refusing(paidScript(), "POST /v2/refunds", 400, errorBody("REFUND_ERROR", strings.Repeat("A", 101), ""))).Refund(t.Context(), embedded, refund)
	check(t, err, fault.Declined, "declined")
}
