package stripegw_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

func TestWhatAnIntentsStatusMeans(t *testing.T) {
	tests := map[string]payment.State{
		"requires_payment_method": payment.RequiresAction, "requires_confirmation": payment.RequiresAction,
		"requires_action": payment.RequiresAction, "processing": payment.Processing, "requires_capture": payment.Authorized,
		"succeeded": payment.Captured, "canceled": payment.Canceled, "": "", "exalted": "",
	}
	for status, want := range tests {
		t.Run(status, func(t *testing.T) {
			f, err := newGateway(t, answers(200, `{"id":"pi_1","amount":1999,"currency":"eur","status":"`+status+`"}`)).Fetch(t.Context(), attempt)
			if f.State != want || (want == "") != fault.Is(err, fault.Internal) {
				t.Errorf("got %q, %v; want %q", f.State, err, want)
			}
		})
	}
}

func TestWhatASessionMeansTogetherWithItsIntent(t *testing.T) {
	tests := []struct {
		session, intent string
		want            payment.State
	}{
		{"open", "", payment.RequiresAction},
		{"open", "requires_payment_method", payment.RequiresAction},
		{"open", "requires_action", payment.RequiresAction},
		{"open", "processing", payment.Processing},
		{"complete", "", payment.Processing},
		{"complete", "processing", payment.Processing},
		{"complete", "succeeded", payment.Captured},
		{"complete", "requires_capture", payment.Authorized},
		{"complete", "requires_payment_method", payment.Canceled}, // A slow payment that failed: its page is over.
		{"complete", "canceled", payment.Canceled},
		{"expired", "", payment.Expired},
		{"expired", "requires_payment_method", payment.Expired},
		{"expired", "requires_action", payment.Expired},
		{"expired", "canceled", payment.Expired},
		{"expired", "succeeded", payment.Captured},
		{"folded", "", ""},
		{"open", "exalted", ""},
	}
	for _, tt := range tests {
		t.Run(tt.session+"/"+tt.intent, func(t *testing.T) {
			intent := "null"
			if tt.intent != "" {
				intent = `{"id":"pi_1","amount":1999,"currency":"eur","status":"` + tt.intent + `"}`
			}
			g := newGateway(t, answers(200, fmt.Sprintf(`{"id":"cs_1","amount_total":1999,"currency":"eur","status":%q,"payment_intent":%s,
				"metadata":{"order_id":"ord_1","attempt_id":"pay_1"}}`, tt.session, intent)))
			f, err := g.Fetch(t.Context(), payment.Attempt{Session: "cs_1"})
			if f.State != tt.want || (tt.want == "") != fault.Is(err, fault.Internal) {
				t.Fatalf("got %q, %v; want %q", f.State, err, tt.want)
			}
			if err == nil && (f.Session != "cs_1" || f.Order != "ord_1" || f.Attempt != "pay_1" || f.Amount != money.Of(1999, "EUR")) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// paidIntent is a paid one with everything in it.
const paidIntent = `{"id":"pi_1","amount":1999,"amount_received":1999,"currency":"eur","status":"succeeded",
	"metadata":{"order_id":"ord_1","attempt_id":"pay_1"},"last_payment_error":{"code":"card_declined"},
	"latest_charge":{"id":"ch_1","disputed":true,"refunds":{"has_more":%v,"data":[%s]}}}`

func TestFactsAreWhole(t *testing.T) {
	const refunds = `{"id":"re_1","amount":700,"currency":"eur","status":"succeeded","metadata":{"refund_id":"ref_1"}},
		{"id":"re_2","amount":100,"currency":"eur","status":"pending"},{"id":"re_3","amount":100,"currency":"eur","status":"requires_action"},
		{"id":"re_4","amount":100,"currency":"eur","status":"failed","metadata":{"refund_id":"not <ours>"}},
		{"id":"re_5","amount":100,"currency":"eur","status":"canceled"}`
	const disputes = `{"data":[
		{"id":"dp_1","amount":1999,"currency":"eur","status":"needs_response"},{"id":"dp_2","amount":1,"currency":"eur","status":"under_review"},
		{"id":"dp_3","amount":2,"currency":"eur","status":"warning_needs_response"},{"id":"dp_4","amount":3,"currency":"eur","status":"warning_under_review"},
		{"id":"dp_5","amount":4,"currency":"eur","status":"warning_closed"},{"id":"dp_6","amount":5,"currency":"eur","status":"won"},
		{"id":"dp_7","amount":2150,"currency":"usd","status":"lost"}]}`
	want := payment.Facts{State: payment.Captured, Order: "ord_1", Attempt: "pay_1", Intent: "pi_1", Amount: money.Of(1999, "EUR"), Captured: 1999,
		Refunds: []payment.RefundFacts{{ID: "ref_1", Ref: "re_1", State: payment.RefundSucceeded, Amount: 700},
			{Ref: "re_2", State: payment.RefundPending, Amount: 100}, {Ref: "re_3", State: payment.RefundPending, Amount: 100},
			{Ref: "re_4", State: payment.RefundFailed, Amount: 100}, {Ref: "re_5", State: payment.RefundCanceled, Amount: 100}},
		Disputes: []payment.DisputeFacts{{Ref: "dp_1", Reason: payment.ReasonOther, State: payment.DisputeNeedsResponse, Amount: 1999}, {Ref: "dp_2", Reason: payment.ReasonOther, State: payment.DisputeUnderReview, Amount: 1},
			{Ref: "dp_3", Reason: payment.ReasonOther, State: payment.DisputeInquiry, Amount: 2}, {Ref: "dp_4", Reason: payment.ReasonOther, State: payment.DisputeInquiry, Amount: 3},
			{Ref: "dp_5", Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 4}, {Ref: "dp_6", Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 5}, {Ref: "dp_7", Reason: payment.ReasonOther, State: payment.DisputeLost, Amount: 1999}}}
	for _, more := range []bool{false, true} { // With more than came along, the refunds are listed.
		g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
			switch {
			case strings.HasPrefix(r.URL.Path, "/v1/disputes"):
				return answers(200, disputes)(r)
			case strings.HasPrefix(r.URL.Path, "/v1/refunds"):
				return answers(200, `{"data":[`+refunds+`]}`)(r)
			case more:
				return answers(200, fmt.Sprintf(paidIntent, true, ""))(r)
			default:
				return answers(200, fmt.Sprintf(paidIntent, false, refunds))(r)
			}
		}))
		got, err := g.Find(t.Context(), "pi_1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(money.Amount{})); diff != "" {
			t.Error(diff)
		}
	}
}

func TestARefusedTryIsACode(t *testing.T) {
	for said, want := range map[string]string{
		`{"code":"card_declined","decline_code":"lost_card","message":"` + quote + `"}`: "lost_card",
		`{"code":"expired_card"}`:                            "expired_card",
		`{"code":"` + quote + `","message":"` + quote + `"}`: "",
		`null`: "",
	} {
		f, err := newGateway(t, answers(200, `{"id":"pi_1","amount":1999,"currency":"eur","status":"requires_payment_method","last_payment_error":`+said+`}`)).Fetch(t.Context(), attempt)
		if err != nil || f.LastError != want || f.State != payment.RequiresAction {
			t.Errorf("%s gives %q, %v", said, f.LastError, err)
		}
	}
}

func TestForeignAndOddPaymentsAreNotTakenForOurs(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		kind fault.Kind
	}{
		"a payment of something else on the account": {`{"id":"pi_1","amount":1,"currency":"eur","status":"succeeded","metadata":{"cart":"7"}}`, fault.NotFound},
		"references that are none of ours":           {`{"id":"pi_1","amount":1,"currency":"eur","status":"canceled","metadata":{"order_id":"<b>","attempt_id":"a b"}}`, fault.NotFound},
		"a currency that does not exist":             {`{"id":"pi_1","amount":1,"currency":"zzz","status":"succeeded"}`, fault.Internal},
		"crowns with cents":                          {`{"id":"pi_1","amount":150,"currency":"isk","status":"succeeded"}`, fault.Internal},
		"less than nothing received":                 {`{"id":"pi_1","amount":1,"amount_received":-1,"currency":"eur","status":"succeeded"}`, fault.Internal},
		"a refund that is null":                      {fmt.Sprintf(paidIntent, false, "null"), fault.Internal},
		"a refund in a state that nobody knows":      {fmt.Sprintf(paidIntent, false, `{"id":"re_1","currency":"eur","status":"exalted"}`), fault.Internal},
		"a page of disputes without any":             {strings.Replace(fmt.Sprintf(paidIntent, false, ""), "{", `{"has_more":true,`, 1), fault.Unavailable},
		"a page of disputes with a null":             {strings.Replace(fmt.Sprintf(paidIntent, false, ""), "{", `{"data":[null],`, 1), fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newGateway(t, answers(200, tt.body)).Find(t.Context(), "pi_1")
			check(t, err, tt.kind, "")
		})
	}
}

func TestALookThatDoesNotEndIsNotAnAnswer(t *testing.T) {
	calls := 0
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		calls++
		return answers(200, `{"has_more":true,"data":[`+strings.TrimSuffix(strings.Repeat(`{"id":"x_1"},`, 100), ",")+`]}`)(r)
	}))
	for _, mode := range []payment.Mode{payment.Hosted, payment.Embedded} {
		calls = 0
		_, err := g.Fetch(t.Context(), payment.Attempt{ID: "pay_1", Mode: mode, At: hosted.At})
		check(t, err, fault.Unavailable, "too_many_payments")
		if calls != 10 {
			t.Errorf("%d calls", calls)
		}
	}
	_, err := g.FetchRefund(t.Context(), attempt, payment.Refund{ID: "ref_1"})
	check(t, err, fault.Unavailable, "too_many_payments")
}
