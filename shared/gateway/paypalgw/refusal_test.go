package paypalgw_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/gateway/paypalgw"
	"till/shared/money"
	"till/shared/payment"
)

// quote is what a shopper typed, as PayPal's descriptions may repeat it.
const quote = "nobody@example.test"

type answerer func(*http.Request) (*http.Response, error)

// RoundTrip gives a token to who asks for one, and then answers.
func (f answerer) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/v1/oauth2/token") {
		return response(r, http.StatusOK, `{"access_token":"A21AA-token","token_type":"Bearer","expires_in":32400}`), nil
	}
	return f(r)
}

func response(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func answers(status int, body string) answerer {
	return func(r *http.Request) (*http.Response, error) { return response(r, status, body), nil }
}

func refuses(status int, name, issue string) answerer {
	return answers(status, fmt.Sprintf(`{"name":%q,"message":%q,"debug_id":"f1","details":[{"issue":%q,"description":%[2]q,"value":%[2]q}]}`, name, quote, issue))
}

func failing(err error) answerer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

var moment = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newGateway(t testing.TB, transport http.RoundTripper) *paypalgw.Gateway {
	t.Helper()
	g, err := paypalgw.New(paypalgw.Config{ClientID: "client-1", ClientSecret: "secret-1", Transport: transport, Now: func() time.Time { return moment }})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

var (
	hosted  = payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: payment.Hosted, Amount: money.Of(1999, "EUR"), Title: "Order ord_1", ReturnURL: "https://shop.test/", At: moment}
	attempt = payment.Attempt{ID: "pay_1", Mode: payment.Embedded, Intent: "5O190127TN364715T"}
)

const unp = "UNPROCESSABLE_ENTITY"

var refusals = []struct {
	name          string
	paypal        answerer
	change, asked fault.Kind
	code          string // Of the changing call.
}{
	{"a currency that the account does not take is invalid", refuses(422, unp, "CURRENCY_NOT_SUPPORTED"), fault.Invalid, fault.Invalid, "currency_invalid"},
	{"an amount that is too large is invalid", refuses(422, unp, "MAX_VALUE_EXCEEDED"), fault.Invalid, fault.Invalid, "amount_too_large"},
	{"PayPal's caution is declined", refuses(422, unp, "TRANSACTION_REFUSED"), fault.Declined, fault.Declined, "transaction_refused"},
	{"a shop that is blocked is declined", refuses(422, unp, "PAYEE_BLOCKED_TRANSACTION"), fault.Declined, fault.Declined, "payee_blocked_transaction"},
	{"parts that do not sum are ours to repair", refuses(422, unp, "AMOUNT_MISMATCH"), fault.Internal, fault.Internal, "amount_mismatch"},
	{"decimals too many are ours to repair", refuses(422, unp, "DECIMAL_PRECISION"), fault.Internal, fault.Internal, "decimal_precision"},
	{"an invoice that was paid before is ours to repair", refuses(422, unp, "DUPLICATE_INVOICE_ID"), fault.Internal, fault.Internal, "duplicate_invoice_id"},
	{"an issue that nobody has heard of is ours to look into", refuses(422, unp, "MOON_TOO_FULL"), fault.Internal, fault.Internal, "moon_too_full"},
	{"a body that PayPal cannot read is ours to repair", refuses(400, "INVALID_REQUEST", "MALFORMED_REQUEST_JSON"), fault.Internal, fault.Internal, "malformed_request_json"},
	{"what does not exist is not found", refuses(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"), fault.NotFound, fault.NotFound, "payment_not_found"},
	{"an order that has expired is not found", refuses(422, unp, "ORDER_EXPIRED"), fault.NotFound, fault.NotFound, "payment_not_found"},
	{"a wrong token twice is ours to repair", refuses(401, "AUTHENTICATION_FAILURE", ""), fault.Internal, fault.Internal, "authentication_failure"},
	{"an app without the right is ours to repair", refuses(403, "NOT_AUTHORIZED", "PERMISSION_DENIED"), fault.Internal, fault.Internal, "permission_denied"},
	{"too many requests did not happen", refuses(429, "RATE_LIMIT_REACHED", ""), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
	{"429 without a body did not happen", answers(429, ""), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
	{"the same call under way is unknown", refuses(409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS"), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"a completion under way is unknown", refuses(422, unp, "ORDER_COMPLETION_IN_PROGRESS"), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"500 is unknown", refuses(500, "INTERNAL_SERVER_ERROR", ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"502 in HTML is unknown", answers(502, "<html>"+quote), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"503 is unknown even with an issue", refuses(503, unp, "INSTRUMENT_DECLINED"), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"408 of something in between is unknown", answers(408, ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"400 that cannot be read is ours to repair", answers(400, "<html>"+quote), fault.Internal, fault.Internal, "gateway_refused"},
	{"an issue that is no code is not repeated", refuses(422, quote, quote), fault.Internal, fault.Internal, "gateway_refused"},
	{"a redirect is not followed and unknown", answers(302, `{"id":"5O190127TN364715T"}`), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"an empty success is unknown", answers(200, ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"a cut success is unknown", answers(201, `{"id":"5O190127TN364715T","purch`), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"a success of more than a megabyte is unknown", answers(200, `{"id":"1"}`+strings.Repeat(" ", 1<<20)), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"a success of nothing is ours to look into", answers(200, `{}`), fault.Internal, fault.Internal, "answer_unreadable"},
	{"a name that does not resolve did not happen", failing(&net.DNSError{Err: quote, Name: "api-m.paypal.com"}), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
	{"a refused connection did not happen", failing(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
	{"a bad certificate did not happen", failing(&tls.CertificateVerificationError{Err: errors.New(quote)}), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
	{"a reset connection is unknown", failing(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"no answer in time is unknown", failing(context.DeadlineExceeded), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	{"a caller that gave up does not know", failing(context.Canceled), fault.Unknown, fault.Unavailable, "outcome_unknown"},
}

func TestRefusalsAreClassified(t *testing.T) {
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, tt.paypal)
			_, err := g.Start(t.Context(), hosted)
			check(t, err, tt.change, tt.code)
			_, err = g.Fetch(t.Context(), attempt)
			check(t, err, tt.asked, "")
			_, err = g.Resume(t.Context(), attempt)
			check(t, err, tt.asked, "")
			_, err = g.FetchRefund(t.Context(), attempt, payment.Refund{ID: "ref_1"})
			check(t, err, tt.asked, "")
		})
	}
}

// check compares an error's kind and code, and that it quotes nobody.
func check(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || code != "" && fault.Code(err) != code {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
	if err != nil && strings.Contains(err.Error(), quote) {
		t.Errorf("the error quotes: %v", err)
	}
}

// paidOrder is an order with a capture.
const paidOrder = `{"id":"5O190127TN364715T","status":"COMPLETED","purchase_units":[{"custom_id":"ord_1/pay_1","amount":{"currency_code":"EUR","value":"19.99"},
	"payments":{"captures":[{"id":"3C679366HH908993F","status":"COMPLETED","amount":{"currency_code":"EUR","value":"19.99"}}]}}]}`

// afterAsking answers questions with an order, and what changes something as f does.
func afterAsking(order string, f answerer) answerer {
	return func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method != http.MethodGet:
			return f(r)
		case strings.HasPrefix(r.URL.Path, "/v1/customer/disputes"):
			return response(r, http.StatusOK, `{"items":[]}`), nil
		}
		return response(r, http.StatusOK, order), nil
	}
}

func TestRefusedRefunds(t *testing.T) {
	for _, issue := range []string{"CAPTURE_FULLY_REFUNDED", "REFUND_AMOUNT_EXCEEDED", "REFUND_TIME_LIMIT_EXCEEDED", "REFUND_FAILED_INSUFFICIENT_FUNDS",
		"REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "MAX_NUMBER_OF_REFUNDS_EXCEEDED", "PARTIAL_REFUND_NOT_ALLOWED", "REFUND_NOT_ALLOWED", "TRANSACTION_REFUSED",
		"PENDING_CAPTURE", "CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED"} {
		g := newGateway(t, afterAsking(paidOrder, refuses(422, unp, issue)))
		_, err := g.Refund(t.Context(), attempt, payment.Refund{ID: "ref_1", Amount: 500})
		check(t, err, fault.Declined, strings.ToLower(issue))
	}
	g := newGateway(t, afterAsking(paidOrder, answers(500, "")))
	_, err := g.Refund(t.Context(), attempt, payment.Refund{ID: "ref_1", Amount: 500})
	check(t, err, fault.Unknown, "outcome_unknown")
}

func TestRefusedConfirmations(t *testing.T) {
	const waits = `{"id":"5O190127TN364715T","status":"APPROVED","purchase_units":[{"custom_id":"ord_1/pay_1","amount":{"currency_code":"EUR","value":"19.99"}}]}`
	tests := []struct {
		name, issue, order string
		kind               fault.Kind
		code               string
		state              payment.State // Without an error.
	}{
		{name: "a declined means of payment may be followed by another", issue: "INSTRUMENT_DECLINED", order: waits, kind: fault.Declined, code: "instrument_declined"},
		{name: "a shopper who cannot pay is declined", issue: "PAYER_CANNOT_PAY", order: waits, kind: fault.Declined, code: "payer_cannot_pay"},
		{name: "an order that was captured before is asked about", issue: "ORDER_ALREADY_CAPTURED", order: paidOrder, state: payment.Captured},
		{name: "an order that is not approved is asked about", issue: "ORDER_NOT_APPROVED", order: waits, state: payment.RequiresAction},
		{name: "an order for which the shopper must act is asked about", issue: "PAYER_ACTION_REQUIRED", order: waits, state: payment.RequiresAction},
		{name: "an expired order is not found", issue: "ORDER_EXPIRED", order: waits, kind: fault.NotFound, code: "payment_not_found"},
		{name: "a completion under way is unknown", issue: "ORDER_COMPLETION_IN_PROGRESS", order: waits, kind: fault.Unknown, code: "outcome_unknown"},
		{name: "an invoice that was paid before is ours to look into", issue: "DUPLICATE_INVOICE_ID", order: waits, kind: fault.Internal, code: "duplicate_invoice_id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, afterAsking(tt.order, refuses(422, unp, tt.issue)))
			f, err := g.Confirm(t.Context(), attempt, "")
			if tt.state == "" {
				check(t, err, tt.kind, tt.code)
			} else if err != nil || f.State != tt.state {
				t.Errorf("got %+v, %v", f, err)
			}
		})
	}
}

func TestMoneyThatWasTakenIsNotForgotten(t *testing.T) {
	asked := 0
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			asked++
			return response(r, http.StatusServiceUnavailable, ""), nil
		}
		return response(r, http.StatusCreated, `{"id":"5O190127TN364715T","status":"COMPLETED"}`), nil
	}))
	_, err := g.Confirm(t.Context(), attempt, "")
	check(t, err, fault.Unknown, "outcome_unknown")
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
}
