package paypalgw_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

const euro = `{"currency_code":"EUR","value":"%s"}`

func eur(value string) string { return fmt.Sprintf(euro, value) }

// orderWith is an order with a status and payments.
func orderWith(status, payments string) string {
	return `{"id":"5O190127TN364715T","status":"` + status + `","purchase_units":[{"custom_id":"ord_1/pay_1","amount":` + eur("19.99") + `,"payments":{` + payments + `}}]}`
}

func captures(statuses ...string) string {
	list := []string{}
	for i, status := range statuses {
		list = append(list, fmt.Sprintf(`{"id":"CAP%d","status":%q,"amount":%s}`, i, status, eur("5.00")))
	}
	return `"captures":[` + strings.Join(list, ",") + `]`
}

func held(status string) string {
	return `"authorizations":[{"id":"AUTH1","status":"` + status + `","amount":` + eur("19.99") + `,"expiration_time":"2026-03-30T12:00:00Z"}]`
}

func TestStatesOfOrders(t *testing.T) {
	tests := []struct {
		name     string
		order    string
		state    payment.State
		captured int64
		ready    bool
		last     string
	}{
		{name: "a new order waits for the shopper", order: orderWith("CREATED", ""), state: payment.RequiresAction},
		{name: "so does one that asks for action", order: orderWith("PAYER_ACTION_REQUIRED", ""), state: payment.RequiresAction},
		{name: "so does a saved one", order: orderWith("SAVED", ""), state: payment.RequiresAction},
		{name: "an approved one waits for us", order: orderWith("APPROVED", ""), state: payment.RequiresAction, ready: true},
		{name: "a voided one is over", order: orderWith("VOIDED", ""), state: payment.Canceled},
		{name: "a capture is money", order: orderWith("COMPLETED", captures("COMPLETED")), state: payment.Captured, captured: 500},
		{name: "what was refunded was captured", order: orderWith("COMPLETED", captures("REFUNDED", "PARTIALLY_REFUNDED")), state: payment.Captured, captured: 1000},
		{name: "a completed order is no money: its capture is pending", order: orderWith("COMPLETED", captures("PENDING")), state: payment.Processing},
		{name: "a completed order is no money: its capture was declined", order: orderWith("COMPLETED", captures("DECLINED")), state: payment.Canceled, last: "capture_declined"},
		{name: "denied is declined", order: orderWith("COMPLETED", captures("DENIED")), state: payment.Canceled, last: "capture_denied"},
		{name: "a failed one too", order: orderWith("COMPLETED", captures("FAILED")), state: payment.Canceled, last: "capture_failed"},
		{name: "an order that is open after a declined capture is open", order: orderWith("APPROVED", captures("DECLINED")), state: payment.RequiresAction, ready: true, last: "capture_declined"},
		{name: "money beside what was declined is money", order: orderWith("COMPLETED", captures("DECLINED", "COMPLETED")), state: payment.Captured, captured: 500},
		{name: "an authorization is a promise", order: orderWith("COMPLETED", held("CREATED")), state: payment.Authorized},
		{name: "one that is looked at is processed", order: orderWith("COMPLETED", held("PENDING")), state: payment.Processing},
		{name: "a denied one is none", order: orderWith("COMPLETED", held("DENIED")), state: payment.Canceled, last: "authorization_denied"},
		{name: "one that was given up is none", order: orderWith("COMPLETED", held("VOIDED")), state: payment.Canceled},
		{name: "one that ran out is none", order: orderWith("COMPLETED", held("EXPIRED")), state: payment.Expired},
		{name: "a part of one is captured, more may be", order: orderWith("COMPLETED", held("PARTIALLY_CAPTURED")+","+captures("COMPLETED")), state: payment.Authorized, captured: 500},
		{name: "all that is wanted of one is captured", order: orderWith("COMPLETED", held("CAPTURED")+","+captures("COMPLETED")), state: payment.Captured, captured: 500},
		{name: "a part, and the rest given up", order: orderWith("COMPLETED", held("VOIDED")+","+captures("COMPLETED")), state: payment.Captured, captured: 500},
		{name: "a capture of one is on its way", order: orderWith("COMPLETED", held("CAPTURED")+","+captures("PENDING")), state: payment.Authorized},
		{name: "a capture of one did not come", order: orderWith("COMPLETED", held("CAPTURED")+","+captures("DECLINED")), state: payment.Canceled, last: "capture_declined"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := newGateway(t, afterAsking(tt.order, answers(500, ""))).Fetch(t.Context(), attempt)
			if err != nil {
				t.Fatal(err)
			}
			if f.State != tt.state || f.Captured != tt.captured || f.Ready != tt.ready || f.LastError != tt.last || f.Attempt != "pay_1" || f.Order != "ord_1" {
				t.Errorf("got %+v", f)
			}
			if good := f.State == payment.Authorized; good != f.CaptureBefore.Equal(time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC)) {
				t.Errorf("it is good until %v", f.CaptureBefore)
			}
		})
	}
}

func TestAnswersThatSayNothing(t *testing.T) {
	tests := []struct{ name, order, code string }{
		{"a completed order without payments", orderWith("COMPLETED", ""), "status_unknown"},
		{"a status that nobody has heard of", orderWith("EXALTED", ""), "status_unknown"},
		{"a capture of such a status", orderWith("COMPLETED", captures("EXALTED")), "status_unknown"},
		{"an authorization of such a status", orderWith("COMPLETED", held("EXALTED")), "status_unknown"},
		{"a refund of such a status", orderWith("COMPLETED", `"refunds":[{"id":"R1","status":"EXALTED","amount":`+eur("1.00")+`}]`), "status_unknown"},
		{"a capture in another currency", orderWith("COMPLETED", `"captures":[{"id":"C1","status":"COMPLETED","amount":{"currency_code":"USD","value":"19.99"}}]`), "amount_unreadable"},
		{"a capture below nothing", orderWith("COMPLETED", `"captures":[{"id":"C1","status":"COMPLETED","amount":`+eur("-19.99")+`}]`), "amount_unreadable"},
		{"an amount that is no number", strings.Replace(orderWith("CREATED", ""), "19.99", "1e3", 1), "amount_unreadable"},
		{"an amount with too many decimals", strings.Replace(orderWith("CREATED", ""), "19.99", "19.999", 1), "amount_unreadable"},
		{"an amount of no currency", strings.Replace(orderWith("CREATED", ""), "EUR", "eur", 1), "amount_unreadable"},
		{"two purchase units", `{"id":"5O190127TN364715T","status":"CREATED","purchase_units":[{},{}]}`, "answer_unreadable"},
		{"no purchase unit", `{"id":"5O190127TN364715T","status":"CREATED"}`, "answer_unreadable"},
		{"an id that is none", strings.Replace(orderWith("CREATED", ""), "5O190127TN364715T", "../../x", 1), "answer_unreadable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newGateway(t, afterAsking(tt.order, answers(500, ""))).Fetch(t.Context(), attempt)
			check(t, err, fault.Internal, tt.code)
		})
	}
}

func TestReferencesThatAreNotOurs(t *testing.T) {
	for _, custom := range []string{"", "42", "a/b/c/d", "ord_1/", "/pay_1", "ord 1/pay_1", quote + "/pay_1", strings.Repeat("a", 65) + "/b"} {
		order := strings.Replace(orderWith("APPROVED", ""), "ord_1/pay_1", custom, 1)
		g := newGateway(t, afterAsking(order, answers(500, "")))
		f, err := g.Fetch(t.Context(), attempt)
		if err != nil || f.Order != "" || f.Attempt != "" {
			t.Errorf("%q: got %+v, %v", custom, f, err)
		}
		_, err = g.Find(t.Context(), attempt.Intent)
		check(t, err, fault.NotFound, "payment_not_ours")
	}
}

func TestIDsAreNotPutIntoAddresses(t *testing.T) {
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s was asked for", r.URL)
		return response(r, http.StatusOK, "{}"), nil
	}))
	for _, id := range []string{"", "../oauth2/token", "a?b", "a/b", "a b", "%2e", strings.Repeat("A", 65)} {
		a := payment.Attempt{ID: "pay_1", Intent: id}
		_, err := g.Fetch(t.Context(), a)
		check(t, err, fault.NotFound, "")
		_, err = g.Confirm(t.Context(), a, "")
		check(t, err, fault.NotFound, "")
		_, err = g.Find(t.Context(), id)
		check(t, err, fault.NotFound, "")
		if id != "" {
			_, err = g.FetchRefund(t.Context(), payment.Attempt{}, payment.Refund{Ref: id})
			check(t, err, fault.NotFound, "")
		}
	}
}

// disputed is a paid order with a dispute.
func disputed(dispute string) answerer {
	return func(r *http.Request) (*http.Response, error) {
		switch {
		case r.URL.Path == "/v1/customer/disputes":
			if of := r.URL.Query().Get("disputed_transaction_id"); of != "3C679366HH908993F" {
				return response(r, http.StatusBadRequest, "{}"), nil
			}
			return response(r, http.StatusOK, `{"items":[{"dispute_id":"PP-R-ABC-1"}]}`), nil
		case strings.HasPrefix(r.URL.Path, "/v1/customer/disputes/"):
			return response(r, http.StatusOK, dispute), nil
		}
		return response(r, http.StatusOK, paidOrder), nil
	}
}

func TestDisputes(t *testing.T) {
	moved := func(party, kind, reason, value string) string {
		return fmt.Sprintf(`{"party":%q,"type":%q,"reason":%q,"amount":%s}`, party, kind, reason, eur(value))
	}
	due := time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, status, more string
		want               payment.DisputeFacts
	}{
		{"an inquiry has taken nothing", "WAITING_FOR_SELLER_RESPONSE", `,"dispute_life_cycle_stage":"INQUIRY"`,
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeInquiry, DueBy: due, Amount: 1999}},
		{"a claim has taken what its movements say", "WAITING_FOR_SELLER_RESPONSE", `,"dispute_life_cycle_stage":"CHARGEBACK","fund_movements":[` +
			moved("SELLER", "DEBIT", "DISPUTE_SETTLEMENT", "19.99") + "," + moved("SELLER", "DEBIT", "CHARGEBACK_FEE", "14.00") + "," +
			moved("BUYER", "CREDIT", "DISPUTE_SETTLEMENT", "19.99") + "]", payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeNeedsResponse, DueBy: due, Amount: 1999, Withdrawn: 1999, Fee: 1400}},
		{"movements by their older name count", "UNDER_REVIEW", `,"money_movements":[{"affected_party":"SELLER","type":"DEBIT","amount":` + eur("5.00") + `}]`,
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeUnderReview, Amount: 1999, Withdrawn: 500}},
		{"by both names they count once", "UNDER_REVIEW", `,"fund_movements":[` + moved("SELLER", "DEBIT", "DISPUTE_SETTLEMENT", "5.00") +
			`],"money_movements":[{"affected_party":"SELLER","type":"DEBIT","amount":` + eur("5.00") + `}]`,
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeUnderReview, Amount: 1999, Withdrawn: 500}},
		{"what is won comes back", "RESOLVED", `,"dispute_outcome":{"outcome_code":"RESOLVED_SELLER_FAVOUR"},"fund_movements":[` +
			moved("SELLER", "DEBIT", "DISPUTE_SETTLEMENT", "19.99") + "," + moved("SELLER", "CREDIT", "DISPUTE_SETTLEMENT", "19.99") + "]",
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 1999}},
		{"what is lost is gone", "RESOLVED", `,"dispute_outcome":{"outcome_code":"RESOLVED_BUYER_FAVOUR"},"fund_movements":[` +
			moved("SELLER", "DEBIT", "DISPUTE_SETTLEMENT", "19.99") + "]", payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeLost, Amount: 1999, Withdrawn: 1999}},
		{"a payment's own fee that comes back is not the dispute's", "RESOLVED", `,"dispute_outcome":{"outcome_code":"ACCEPTED"},"fund_movements":[` +
			moved("SELLER", "CREDIT", "REVERSED_TRANSACTION_FEE", "0.98") + "]", payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeAccepted, Amount: 1999}},
		{"PayPal pays itself", "RESOLVED", `,"dispute_outcome":{"outcome_code":"RESOLVED_WITH_PAYOUT"}`, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 1999}},
		{"the shopper gives up", "RESOLVED", `,"dispute_outcome":{"outcome_code":"CANCELED_BY_BUYER"}`, payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeWon, Amount: 1999}},
		{"more back than was taken is not a debt of the shop's", "UNDER_REVIEW", `,"fund_movements":[` + moved("SELLER", "CREDIT", "DISPUTE_SETTLEMENT", "1.00") + "]",
			payment.DisputeFacts{Reason: payment.ReasonOther, State: payment.DisputeUnderReview, Amount: 1999}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := `{"dispute_id":"PP-R-ABC-1","status":"` + tt.status + `","dispute_amount":` + eur("19.99") + `,"seller_response_due_date":"2026-03-11T00:00:00Z"` + tt.more + "}"
			f, err := newGateway(t, disputed(body)).Fetch(t.Context(), attempt)
			tt.want.Ref = "PP-R-ABC-1"
			if err != nil || len(f.Disputes) != 1 || !f.Disputes[0].Same(tt.want) {
				t.Errorf("got %+v, %v; want %+v", f.Disputes, err, tt.want)
			}
		})
	}
	for name, bad := range map[string]struct{ body, code string }{
		"of a status that nobody has heard of":   {`{"status":"EXALTED","dispute_amount":` + eur("1.00") + "}", "status_unknown"},
		"of an outcome that nobody has heard of": {`{"status":"RESOLVED","dispute_outcome":{"outcome_code":"EXALTED"},"dispute_amount":` + eur("1.00") + "}", "status_unknown"},
		"in another currency":                    {`{"status":"OPEN","dispute_amount":{"currency_code":"USD","value":"1.00"}}`, "amount_unreadable"},
		"with a movement in another currency": {`{"status":"OPEN","dispute_amount":` + eur("1.00") +
			`,"fund_movements":[{"party":"SELLER","type":"DEBIT","amount":{"currency_code":"USD","value":"1.00"}}]}`, "amount_unreadable"},
	} {
		_, err := newGateway(t, disputed(bad.body)).Fetch(t.Context(), attempt)
		if !fault.Is(err, fault.Internal) || fault.Code(err) != bad.code {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
