package stripegw_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/money"
	"till/shared/payment"
)

// quote is what a shopper typed, as Stripe's messages may repeat it.
const quote = "nobody@example.test"

type answerer func(*http.Request) (*http.Response, error)

func (f answerer) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answers(status int, body string) answerer {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Request-Id": {"req_1"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

func refuses(status int, kind, code, decline, param string) answerer {
	return answers(status, fmt.Sprintf(`{"error":{"type":%q,"code":%q,"decline_code":%q,"param":%q,"message":%q,
		"payment_intent":{"id":"pi_1","client_secret":%[5]q}}}`, kind, code, decline, param, quote))
}

func newGateway(t *testing.T, transport http.RoundTripper) *stripegw.Gateway {
	t.Helper()
	g, err := stripegw.New(stripegw.Config{APIKey: "sk_test_1", PublishableKey: "pk_test_1", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

var (
	hosted   = payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: payment.Hosted, Amount: money.Of(1999, "EUR"), Title: "Order ord_1", ReturnURL: "https://shop.test/", At: time.Unix(1_770_000_000, 0)}
	embedded = payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: payment.Embedded, Amount: money.Of(1999, "EUR"), Title: "Order ord_1", ReturnURL: "https://shop.test/", At: time.Unix(1_770_000_000, 0)}
	attempt  = payment.Attempt{ID: "pay_1", Mode: payment.Embedded, Intent: "pi_1"}
)

func TestRefusalsAreClassified(t *testing.T) {
	const inv = "invalid_request_error"
	tests := []struct {
		name          string
		stripe        answerer
		change, asked fault.Kind
		code          string // Of the changing call.
	}{
		{"a declined card is declined, with the bank's code", refuses(402, "card_error", "card_declined", "insufficient_funds", ""), fault.Declined, fault.Declined, "insufficient_funds"},
		{"a declined card without the bank's code has Stripe's", refuses(402, "card_error", "expired_card", "", ""), fault.Declined, fault.Declined, "expired_card"},
		{"402 is declined whatever its type", refuses(402, inv, "payment_intent_authentication_failure", "", ""), fault.Declined, fault.Declined, "payment_intent_authentication_failure"},
		{"too many requests did not happen", refuses(429, inv, "rate_limit", "", ""), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"429 without a body did not happen", answers(429, ""), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"a lock that was not got did not happen", refuses(429, inv, "lock_timeout", "", ""), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"a lock that was not got is not 429 only", refuses(400, inv, "lock_timeout", "", ""), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"the same call under way is unknown", refuses(409, "idempotency_error", "idempotency_key_in_use", "", ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"another 409 is unknown", refuses(409, inv, "", "", ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a key with other parameters is unknown: something was sent with it", refuses(400, "idempotency_error", "", "", ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"500 is unknown", refuses(500, "api_error", "", "", ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"502 in HTML is unknown", answers(502, "<html>"+quote), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"503 is unknown even with a code", refuses(503, "card_error", "card_declined", "", ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"408 of something in between is unknown", answers(408, ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a state that does not allow it is a conflict", refuses(400, inv, "payment_intent_unexpected_state", "", ""), fault.Conflict, fault.Conflict, "payment_intent_unexpected_state"},
		{"what does not exist is not found", refuses(404, inv, "resource_missing", "", "id"), fault.NotFound, fault.NotFound, "payment_not_found"},
		{"what a parameter names and does not exist is not found", refuses(400, inv, "resource_missing", "", "payment_intent"), fault.NotFound, fault.NotFound, "payment_not_found"},
		{"a wrong key is ours to repair", refuses(401, inv, "", "", ""), fault.Internal, fault.Internal, "gateway_refused"},
		{"an expired key is ours to repair", refuses(401, inv, "api_key_expired", "", ""), fault.Internal, fault.Internal, "api_key_expired"},
		{"a key without the right is ours to repair", refuses(403, inv, "", "", ""), fault.Internal, fault.Internal, "gateway_refused"},
		{"a parameter that Stripe does not know is ours to repair", refuses(400, inv, "parameter_unknown", "", "x"), fault.Internal, fault.Internal, "parameter_unknown"},
		{"400 that cannot be read is ours to repair", answers(400, "<html>"+quote), fault.Internal, fault.Internal, "gateway_refused"},
		{"too small an amount is invalid", refuses(400, inv, "amount_too_small", "", "amount"), fault.Invalid, fault.Invalid, "amount_too_small"},
		{"too large an amount is invalid", refuses(400, inv, "amount_too_large", "", "amount"), fault.Invalid, fault.Invalid, "amount_too_large"},
		{"a code that is no code is not repeated", refuses(400, inv, quote, quote, quote), fault.Internal, fault.Internal, "gateway_refused"},
		{"a redirect is not followed and unknown", answers(302, `{"id":"pi_1"}`), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"an empty success is unknown", answers(200, ""), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a success that is no object is unknown", answers(200, `"`+quote+`"`), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a cut success is unknown", answers(200, `{"id":"pi_1","client_se`), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a success with words for an object is unknown", answers(200, `{"id":"pi_1","metadata":"`+quote+`"}`), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a success of more than a megabyte is unknown", answers(200, `{"id":"pi_1"}`+strings.Repeat(" ", 1<<20)), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a success of nothing is ours to look into", answers(200, `{}`), fault.Internal, fault.Internal, "answer_unreadable"},
		{"a name that does not resolve did not happen", failing(&net.DNSError{Err: quote, Name: "api.stripe.com"}), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"a refused connection did not happen", failing(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"a bad certificate did not happen", failing(&tls.CertificateVerificationError{Err: errors.New(quote)}), fault.Unavailable, fault.Unavailable, "dependency_unavailable"},
		{"a reset connection is unknown", failing(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"no answer in time is unknown", failing(context.DeadlineExceeded), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"a caller that gave up does not know", failing(context.Canceled), fault.Unknown, fault.Unavailable, "outcome_unknown"},
		{"any other failure of the transport is unknown", failing(errors.New("malformed HTTP response: " + quote)), fault.Unknown, fault.Unavailable, "outcome_unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, tt.stripe)
			for _, s := range []payment.Start{hosted, embedded} {
				_, err := g.Start(t.Context(), s)
				check(t, err, tt.change, tt.code)
			}
			_, err := g.Fetch(t.Context(), attempt)
			check(t, err, tt.asked, "")
			_, err = g.Resume(t.Context(), payment.Attempt{Session: "cs_1"})
			check(t, err, tt.asked, "")
		})
	}
}

func failing(err error) answerer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func check(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || code != "" && fault.Code(err) != code {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
	var e *fault.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Op, "stripegw.") || e.Code == "" || strings.Contains(fmt.Sprintf("%+v %#v %s", err, e.Err, e.Msg), quote) {
		t.Errorf("the error tells too much or too little: %+v", err)
	}
}

func TestAPageThatIsBegunTooLateIsDeclined(t *testing.T) {
	_, err := newGateway(t, refuses(400, "invalid_request_error", "", "", "expires_at")).Start(t.Context(), hosted)
	check(t, err, fault.Declined, "start_too_late")
}

func TestACloseThatIsRefusedWhileThePaymentIsOpenIsAFault(t *testing.T) {
	for _, a := range []payment.Attempt{attempt, {Session: "cs_1"}} {
		_, err := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return refuses(400, "invalid_request_error", "parameter_unknown", "", "x")(r)
			}
			status := map[bool]string{true: "open", false: "requires_payment_method"}[a.Session != ""]
			return answers(200, `{"id":"x_1","currency":"eur","status":"`+status+`"}`)(r)
		})).Close(t.Context(), a)
		check(t, err, fault.Internal, "parameter_unknown")
	}
}

func TestRefundsThatStripeRefuses(t *testing.T) {
	tests := []struct {
		name   string
		create answerer
		kind   fault.Kind
		code   string
	}{
		{"a charge that is refunded already", refuses(400, "invalid_request_error", "charge_already_refunded", "", ""), fault.Declined, "charge_already_refunded"},
		{"a charge that was charged back", refuses(400, "invalid_request_error", "charge_disputed", "", ""), fault.Declined, "charge_disputed"},
		{"more than is left", refuses(400, "invalid_request_error", "", "", "amount"), fault.Declined, "gateway_refused"},
		{"too little money on the account", refuses(400, "invalid_request_error", "balance_insufficient", "", ""), fault.Declined, "balance_insufficient"},
		{"a parameter of ours", refuses(400, "invalid_request_error", "parameter_unknown", "", "x"), fault.Internal, "parameter_unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
				switch {
				case r.Method == http.MethodPost:
					return tt.create(r)
				case strings.HasPrefix(r.URL.Path, "/v1/refunds"):
					return answers(200, `{"object":"list","data":[{"id":"re_other","metadata":{"refund_id":"ref_other"}}]}`)(r)
				default:
					return answers(200, `{"id":"pi_1","amount":1999,"currency":"eur"}`)(r)
				}
			}))
			_, err := g.Refund(t.Context(), attempt, payment.Refund{ID: "ref_1", Amount: 700})
			check(t, err, tt.kind, tt.code)
		})
	}
}

// lapses is a context whose time is over at a moment that the test chooses, however slow the machine is.
type lapses struct {
	context.Context
	over chan struct{}
}

func (l lapses) Done() <-chan struct{} { return l.over }

func (l lapses) Err() error {
	select {
	case <-l.over:
		return context.DeadlineExceeded
	default:
		return l.Context.Err()
	}
}

func TestOverRealConnections(t *testing.T) {
	var hits atomic.Int32
	hung := make(chan struct{})
	hang := sync.OnceFunc(func() { close(hung) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // Only then does the server notice that the client is gone.
		switch {
		case strings.Contains(r.URL.Path, "pi_redirect"):
			http.Redirect(w, r, "/v1/elsewhere", http.StatusFound)
		case strings.Contains(r.URL.Path, "pi_cut"):
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":`)
		case strings.Contains(r.URL.Path, "pi_hang"):
			hang()
			<-r.Context().Done()
		case strings.Contains(r.URL.Path, "pi_gone"):
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	g, err := stripegw.New(stripegw.Config{APIKey: "rk_test_1", BaseURL: server.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"pi_redirect", "pi_cut", "pi_gone", "pi_hang"} {
		hits.Store(0)
		_, err := g.Close(lapses{t.Context(), hung}, payment.Attempt{Intent: id})
		check(t, err, fault.Unknown, "outcome_unknown")
		if id != "pi_gone" && hits.Load() != 1 { // A connection that died may be tried once more: the call is harmless.
			t.Errorf("%s: called %d times", id, hits.Load())
		}
	}
	server.Close()
	_, err = g.Close(t.Context(), attempt)
	check(t, err, fault.Unavailable, "dependency_unavailable")
}
