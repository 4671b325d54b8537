package squaregw_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

var when = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestWhatAnOrderMeansTogetherWithItsPayments(t *testing.T) {
	const manual = `,"capture":"manual"`
	tender := func(status string) string {
		return fmt.Sprintf(`{"id":"p1","card_details":{"status":%q}}`, status)
	}
	tests := []struct {
		name                              string
		order, metadata, tenders, payment string
		want                              payment.State
	}{
		{"nobody has tried", "OPEN", "", "", "", payment.RequiresAction},
		{"a page nobody has paid on", "DRAFT", "", "", "", payment.RequiresAction},
		{"a try that failed", "OPEN", "", tender("FAILED"), "FAILED", payment.RequiresAction},
		{"a try that was given up", "OPEN", "", tender("VOIDED"), "", payment.RequiresAction},
		{"a payment that failed late", "OPEN", "", tender("AUTHORIZED"), "FAILED", payment.RequiresAction},
		{"a bank at work", "OPEN", "", `{"id":"p1","bank_account_details":{"status":"PENDING"}}`, "PENDING", payment.Processing},
		{"approved, and completed by Square", "OPEN", "", tender("AUTHORIZED"), "APPROVED", payment.Processing},
		{"approved, and completed by us", "OPEN", manual, tender("AUTHORIZED"), "APPROVED", payment.Authorized},
		{"an approval that ran out", "OPEN", manual, tender("VOIDED"), "", payment.Expired},
		{"an approval that is given up just now", "OPEN", manual, tender("AUTHORIZED"), "CANCELED", payment.Expired},
		{"an approval that was given up with its order", "CANCELED", manual, tender("VOIDED"), "", payment.Canceled},
		{"paid", "COMPLETED", "", tender("CAPTURED"), "COMPLETED", payment.Captured},
		{"paid on a page, whose order stays open", "OPEN", "", tender("CAPTURED"), "COMPLETED", payment.Captured},
		{"captured", "COMPLETED", manual, tender("CAPTURED"), "COMPLETED", payment.Captured},
		{"closed", "CANCELED", "", "", "", payment.Canceled},
		{"closed after a try that failed", "CANCELED", "", tender("FAILED"), "", payment.Canceled},
		{"closed, and paid all the same", "CANCELED", "", tender("CAPTURED"), "COMPLETED", payment.Captured},
		{"completed by nobody", "COMPLETED", "", "", "", ""},
		{"an order in a state of its own", "EXALTED", "", "", "", ""},
		{"a payment in a state of its own", "OPEN", "", tender("AUTHORIZED"), "EXALTED", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{lines: map[string]string{"GET /v2/orders/o1": anOrder(tt.order, tt.metadata, tt.tenders)}}
			if tt.payment != "" {
				s.lines["GET /v2/payments/p1"] = aPayment(tt.payment, `,"card_details":{"errors":[{"code":"GENERIC_DECLINE"}]}`)
			}
			f, err := newGateway(t, s).Fetch(t.Context(), embedded)
			if f.State != tt.want || (tt.want == "") != fault.Is(err, fault.Internal) {
				t.Fatalf("got %q, %v; want %q", f.State, err, tt.want)
			}
			if err == nil && (f.Order != "ord_1" || f.Attempt != "pay_1" || f.Intent != "o1" || f.Amount != money.Of(1999, "EUR") || f.Ready) {
				t.Errorf("got %+v", f)
			}
			if wants := tt.payment == "FAILED"; err == nil && (f.LastError == "generic_decline") != wants {
				t.Errorf("the last error is %q", f.LastError)
			}
		})
	}
}

func TestFactsAreWhole(t *testing.T) {
	s := &script{lines: map[string]string{
		"GET /v2/orders/o1": anOrder("COMPLETED", "", `{"id":"p0","card_details":{"status":"FAILED"}},`+paidTender),
		"GET /v2/payments/p1": aPayment("COMPLETED", `,"total_money":{"amount":1999,"currency":"EUR"},"refunded_money":{"amount":700,"currency":"EUR"},
			"refund_ids":["p1_r1","p1_r2","p1_r3","p1_r4"],"processing_fee":[{"amount_money":{"amount":53,"currency":"EUR"}},{"amount_money":{"amount":-3,"currency":"EUR"}}]`),
		"GET /v2/refunds/p1_r1": `{"refund":{"id":"p1_r1","payment_id":"p1","status":"COMPLETED","reason":"ref_1","amount_money":{"amount":700,"currency":"EUR"}}}`,
		"GET /v2/refunds/p1_r2": `{"refund":{"id":"p1_r2","payment_id":"p1","status":"PENDING","reason":"` + quote + `","amount_money":{"amount":100,"currency":"EUR"}}}`,
		"GET /v2/refunds/p1_r3": `{"refund":{"id":"p1_r3","payment_id":"p1","status":"REJECTED","reason":"ref_2 <b>","amount_money":{"amount":100,"currency":"EUR"}}}`,
		"GET /v2/refunds/p1_r4": `{"refund":{"id":"p1_r4","payment_id":"p1","status":"FAILED","amount_money":{"amount":100,"currency":"EUR"}}}`,
	}}
	for id, d := range map[string]string{
		"d1": `"state":"INQUIRY_EVIDENCE_REQUIRED","due_at":"2026-03-08T12:00:00Z","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":1,"currency":"EUR"}`,
		"d2": `"state":"INQUIRY_PROCESSING","due_at":"2026-03-08T12:00:00Z","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":2,"currency":"EUR"}`,
		"d3": `"state":"INQUIRY_CLOSED","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":3,"currency":"EUR"}`,
		"d4": `"state":"EVIDENCE_REQUIRED","due_at":"2026-03-08T12:00:00Z","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":4,"currency":"EUR"}`,
		"d5": `"state":"PROCESSING","due_at":"2026-03-08T12:00:00Z","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":5,"currency":"EUR"}`,
		"d6": `"state":"WON","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":6,"currency":"EUR"}`,
		"d7": `"state":"LOST","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":2150,"currency":"USD"}`,
		"d8": `"state":"ACCEPTED","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":8,"currency":"EUR"}`,

		"of-another-payment": `"state":"LOST","disputed_payment":{"payment_id":"p9"},"amount_money":{"amount":9,"currency":"EUR"}`,
	} {
		s.lines["GET /v2/disputes/"+id] = fmt.Sprintf(`{"dispute":{"id":%q,%s}}`, id, d)
	}
	due := when.Add(7 * 24 * time.Hour)
	want := payment.Facts{State: payment.Captured, Order: "ord_1", Attempt: "pay_1", Intent: "o1", Charge: "p1", Amount: money.Of(1999, "EUR"), Captured: 1999, Fee: 50,
		Refunds: []payment.RefundFacts{{ID: "ref_1", Ref: "p1_r1", State: payment.RefundSucceeded, Amount: 700}, {Ref: "p1_r2", State: payment.RefundPending, Amount: 100},
			{Ref: "p1_r3", State: payment.RefundFailed, Amount: 100}, {Ref: "p1_r4", State: payment.RefundFailed, Amount: 100}},
		Disputes: []payment.DisputeFacts{{Ref: "d1", Reason: payment.ReasonOther, State: payment.DisputeInquiry, Amount: 1, DueBy: due}, {Ref: "d2", Reason: payment.ReasonOther, State: payment.DisputeInquiry, Amount: 2},
			{Ref: "d3", Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 3}, {Ref: "d4", Reason: payment.ReasonOther, State: payment.DisputeNeedsResponse, Amount: 4, Withdrawn: 4, DueBy: due},
			{Ref: "d5", Reason: payment.ReasonOther, State: payment.DisputeUnderReview, Amount: 5, Withdrawn: 5}, {Ref: "d6", Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 6},
			{Ref: "d7", Reason: payment.ReasonOther, State: payment.DisputeLost, Amount: 1999, Withdrawn: 1999}, {Ref: "d8", Reason: payment.ReasonOther, State: payment.DisputeAccepted, Amount: 8, Withdrawn: 8}}}
	named := []string{"d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "of-another-payment", "nobody", "../refunds"}
	got, err := newGateway(t, refusing(s, "GET /v2/disputes/nobody", 404, errorBody("INVALID_REQUEST_ERROR", "NOT_FOUND", "dispute_id"))).
		Fetch(t.Context(), embedded.About(named...))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(money.Amount{})); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(s.asked, "GET /v2/payments/p0") {
		t.Error("a try that failed was asked for, though the order is paid")
	}
}

func TestAnAuthorizationSaysHowLongItIsGood(t *testing.T) {
	s := &script{lines: map[string]string{"GET /v2/orders/o1": anOrder("OPEN", `,"capture":"manual"`, `{"id":"p1","card_details":{"status":"AUTHORIZED"}}`)}}
	for text, want := range map[string]time.Time{"2026-03-08T12:00:00.000Z": when.Add(7 * 24 * time.Hour), "soon": {}, "": {}} {
		s.lines["GET /v2/payments/p1"] = aPayment("APPROVED", `,"delayed_until":"`+text+`"`)
		f, err := newGateway(t, s).Fetch(t.Context(), embedded)
		if err != nil || !f.CaptureBefore.Equal(want) {
			t.Errorf("%q: got %v, %v", text, f.CaptureBefore, err)
		}
	}
}

func TestForeignAndOddOrdersAreNotTakenForOurs(t *testing.T) {
	for name, tt := range map[string]struct {
		order string
		kind  fault.Kind
	}{
		"a sale at the till in the shop": {`{"order":{"id":"o1","state":"OPEN","total_money":{"amount":1,"currency":"EUR"}}}`, fault.NotFound},
		"references that are none of ours": {`{"order":{"id":"o1","state":"OPEN","total_money":{"amount":1,"currency":"EUR"},
			"metadata":{"order_id":"<b>","attempt_id":"a b"}}}`, fault.NotFound},
		"another order than was asked for":  {strings.Replace(anOrder("OPEN", "", ""), `"o1"`, `"o2"`, 1), fault.Internal},
		"no order":                          {`{}`, fault.Internal},
		"a currency without accounts":       {strings.Replace(anOrder("OPEN", "", ""), "EUR", "CHF", 1), fault.Internal},
		"less than nothing":                 {strings.Replace(anOrder("OPEN", "", ""), "1999", "-1", 1), fault.Internal},
		"another payment than was asked":    {anOrder("OPEN", "", `{"id":"p2","card_details":{"status":"CAPTURED"}}`), fault.Internal},
		"a tender without an id":            {anOrder("OPEN", "", `{"card_details":{"status":"CAPTURED"}}`), fault.Internal},
		"a tender with a path for an id":    {anOrder("OPEN", "", `{"id":"../refunds","card_details":{"status":"CAPTURED"}}`), fault.Internal},
		"a payment that Square then denies": {anOrder("OPEN", "", `{"id":"p9","card_details":{"status":"CAPTURED"}}`), fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{lines: map[string]string{"GET /v2/orders/o1": tt.order, "GET /v2/payments/p2": aPayment("COMPLETED", "")}}
			_, err := newGateway(t, s).Find(t.Context(), "o1")
			check(t, err, tt.kind, "")
		})
	}
}

func TestFindKnowsPaymentsToo(t *testing.T) {
	s := paidScript()
	f, err := newGateway(t, s).Find(t.Context(), "p1")
	if err != nil || f.Order != "ord_1" || f.Attempt != "pay_1" || f.Intent != "o1" || f.Captured != 1999 {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestNoAnswerMakesEndlessCalls(t *testing.T) {
	calls := 0
	endless := func(body string) answerer {
		calls = 0
		return func(r *http.Request) (*http.Response, error) {
			calls++
			switch {
			case strings.HasPrefix(r.URL.Path, "/v2/orders/o1"):
				return answers(200, anOrder("COMPLETED", "", paidTender))(r)
			case strings.HasPrefix(r.URL.Path, "/v2/payments/p1"):
				return answers(200, aPayment("COMPLETED", `,"refund_ids":["r1","r2","r3","r4","r5","r6","r7","r8","r9"]`))(r)
			default:
				return answers(200, body)(r)
			}
		}
	}
	_, err := newGateway(t, endless(`{"orders":[{"id":"o9"}],"cursor":"more"}`)).Fetch(t.Context(), payment.Attempt{ID: "pay_1", At: when})
	check(t, err, fault.Unavailable, "too_many_payments")
	if calls != 10 {
		t.Errorf("%d calls for a look", calls)
	}
	_, err = newGateway(t, endless(`{"refunds":[{"id":"r1","payment_id":"p9"}],"cursor":"more"}`)).Fetch(t.Context(), embedded)
	check(t, err, fault.Unavailable, "too_many_refunds")
	if calls != 12 {
		t.Errorf("%d calls for refunds", calls)
	}
	s := &script{lines: map[string]string{"GET /v2/orders/o1": anOrder("OPEN", "", strings.Repeat(`{"id":"p1"},`, 10)+`{"id":"p1"}`), "GET /v2/payments/p1": aPayment("PENDING", "")}}
	_, err = newGateway(t, s).Fetch(t.Context(), embedded)
	check(t, err, fault.Unavailable, "too_many_payments")
	if len(s.asked) != 11 {
		t.Errorf("%d calls for an order with many payments", len(s.asked))
	}
}

func TestARefundThatSquareNamesAndDoesNotKnowIsNoNews(t *testing.T) {
	s := paidScript()
	s.lines["GET /v2/payments/p1"] = aPayment("COMPLETED", `,"refund_ids":["p1_r1"]`)
	_, err := newGateway(t, s).Fetch(t.Context(), embedded)
	check(t, err, fault.Internal, "answer_unreadable")
}
