package stripegw_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/payment"
)

func TestDisputesAreReadWithTheirMoney(t *testing.T) {
	const taken, given = `{"id":"txn_1","amount":-1999,"fee":2000,"currency":"eur"}`, `{"id":"txn_2","amount":1999,"fee":0,"currency":"eur"}`
	due := time.Unix(1770604800, 0).UTC()
	tests := []struct {
		name, status, moved string
		want                payment.DisputeFacts
	}{
		{"a bank's question takes nothing", "warning_needs_response", "", payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeInquiry, DueBy: due}},
		{"a question that was answered cannot be answered again", "warning_under_review", "", payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeInquiry}},
		{"a dispute takes the money and a fee", "needs_response", taken, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeNeedsResponse, DueBy: due, Withdrawn: 1999, Fee: 2000}},
		{"one that is being decided still holds it", "under_review", taken, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeUnderReview, Withdrawn: 1999, Fee: 2000}},
		{"one that is won gives the money back, and the fee is gone", "won", taken + "," + given, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeWon, Fee: 2000}},
		{"one that is won may give the fee back", "won", taken + "," + strings.Replace(given, `"fee":0`, `"fee":-2000`, 1), payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeWon}},
		{"one that is lost keeps it", "lost", taken, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeLost, Withdrawn: 1999, Fee: 2000}},
		{"a balance in another currency says only what rules say", "needs_response", strings.ReplaceAll(taken, "eur", "usd"),
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeNeedsResponse, DueBy: due, Withdrawn: 1999}},
		{"nor when it was won", "won", strings.ReplaceAll(taken+","+given, "eur", "usd"), payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeWon}},
		{"more is not withdrawn than is disputed", "lost", taken + "," + taken, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeLost, Withdrawn: 1999, Fee: 4000}},
		{"null is no movement", "lost", "null," + taken, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeLost, Withdrawn: 1999, Fee: 2000}},
		{"an amount that cannot be is in no currency of ours", "lost", `{"amount":-9223372036854775808,"fee":-9223372036854775808,"currency":"eur"}`,
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeLost, Withdrawn: 1999}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
				switch {
				case strings.HasPrefix(r.URL.Path, "/v1/disputes"):
					return answers(200, fmt.Sprintf(`{"data":[{"id":"dp_1","amount":1999,"currency":"eur","status":%q,"evidence_details":{"due_by":1770604800},
						"balance_transactions":[%s]}]}`, tt.status, tt.moved))(r)
				case strings.HasPrefix(r.URL.Path, "/v1/radar"):
					return answers(200, `{"data":[]}`)(r)
				default:
					return answers(200, fmt.Sprintf(paidIntent, false, ""))(r)
				}
			}))
			f, err := g.Find(t.Context(), "pi_1")
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Ref, tt.want.Amount = "dp_1", 1999
			if diff := cmp.Diff([]payment.DisputeFacts{tt.want}, f.Disputes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWarningsAreAskedForOnceAPaymentIsKnown(t *testing.T) {
	for _, tt := range []struct {
		name    string
		known   payment.State
		status  string
		answer  string
		asked   bool
		want    bool
		failure fault.Kind
	}{
		{"while the shopper waits nothing more is asked", payment.RequiresAction, "succeeded", `{"data":[{"id":"issfr_1"}]}`, false, false, 0},
		{"a paid one was warned of", payment.Captured, "succeeded", `{"data":[{"id":"issfr_1"}]}`, true, true, 0},
		{"an authorized one was warned of", payment.Authorized, "requires_capture", `{"data":[{"id":"issfr_1"}]}`, true, true, 0},
		{"a paid one was not", payment.Captured, "succeeded", `{"data":[]}`, true, false, 0},
		{"what was given up needs no warning", payment.Authorized, "canceled", `{"data":[{"id":"issfr_1"}]}`, false, false, 0},
		{"no answer is no news", payment.Captured, "succeeded", ``, true, false, fault.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := false
			g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
				if strings.HasPrefix(r.URL.Path, "/v1/radar/early_fraud_warnings") {
					asked = r.URL.Query().Get("payment_intent") == "pi_1"
					return answers(200, tt.answer)(r)
				}
				return answers(200, `{"id":"pi_1","amount":1999,"currency":"eur","status":"`+tt.status+`"}`)(r)
			}))
			f, err := g.Fetch(t.Context(), payment.Attempt{ID: "pay_1", Intent: "pi_1", State: tt.known})
			if f.Warned != tt.want || asked != tt.asked || (err != nil) != (tt.failure != 0) || err != nil && !fault.Is(err, tt.failure) {
				t.Errorf("got %v, asked: %v, %v", f.Warned, asked, err)
			}
		})
	}
}
