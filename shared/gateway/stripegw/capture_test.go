package stripegw_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

var taking = payment.Capture{ID: "cap_1", Amount: 700, Final: true}

func TestAManualStartOnlyPromises(t *testing.T) {
	for name, s := range map[string]payment.Start{"payment_intent_data[capture_method]": hosted, "capture_method": embedded} {
		s.Manual = true
		_, form, _ := sent(t, s)
		if form.Get(name) != "manual" {
			t.Errorf("%s: %v", name, form)
		}
	}
}

func TestWhatACaptureSends(t *testing.T) {
	var request *http.Request
	var form url.Values
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			request = r
			if form, err = url.ParseQuery(string(body)); err != nil {
				return nil, err
			}
		}
		return answers(200, `{"id":"pi_1","amount":1999,"amount_received":700,"currency":"eur","status":"succeeded","latest_charge":{"id":"ch_1","refunds":{"data":[]}}}`)(r)
	}))
	f, err := g.Capture(t.Context(), attempt, taking)
	if err != nil || f.State != payment.Captured || f.Captured != 700 {
		t.Fatalf("got %+v, %v", f, err)
	}
	if request.URL.Path != "/v1/payment_intents/pi_1/capture" || request.Header.Get("Idempotency-Key") != "cap_1" {
		t.Errorf("%s %v", request.URL, request.Header)
	}
	same(t, form, map[string]string{"amount_to_capture": "700", "metadata[capture_id]": "cap_1", "expand[0]": "latest_charge.refunds",
		"expand[1]": "latest_charge.balance_transaction"})
}

func TestCapturesThatStripeRefuses(t *testing.T) {
	const unexpected, inv = "payment_intent_unexpected_state", "invalid_request_error"
	tests := []struct {
		name, status, by string
		amount           int64
		create           answerer
		kind             fault.Kind
		code             string
	}{
		{"one that was made before is found again", "succeeded", "cap_1", 700, refuses(400, inv, unexpected, "", ""), 0, ""},
		{"one after another of ours is refused", "succeeded", "cap_0", 700, refuses(400, inv, unexpected, "", ""), fault.Declined, unexpected},
		{"one after what people captured on the dashboard is refused", "succeeded", "", 700, refuses(400, inv, unexpected, "", ""), fault.Declined, unexpected},
		{"one of an authorization that ran out is refused", "canceled", "", 700, refuses(400, inv, "charge_expired_for_capture", "", ""), fault.Declined, "charge_expired_for_capture"},
		{"more than there is", "requires_capture", "", 2000, refuses(400, inv, "amount_too_large", "", "amount_to_capture"), fault.Conflict, "capture_exceeds_authorized"},
		{"one before the shopper has paid", "requires_payment_method", "", 700, refuses(400, inv, unexpected, "", ""), fault.Conflict, unexpected},
		{"a parameter of ours", "requires_capture", "", 700, refuses(400, inv, "parameter_unknown", "", "x"), fault.Internal, "parameter_unknown"},
		{"a bank that breaks its promise", "requires_capture", "", 700, refuses(402, "card_error", "card_declined", "do_not_honor", ""), fault.Declined, "do_not_honor"},
		{"a key that cannot capture", "requires_capture", "", 700, refuses(403, inv, "", "", ""), fault.Internal, "gateway_refused"},
		{"one that is being made", "requires_capture", "", 700, refuses(409, "idempotency_error", "idempotency_key_in_use", "", ""), fault.Unknown, "outcome_unknown"},
		{"another amount under the same id", "requires_capture", "", 700, refuses(400, "idempotency_error", "", "", ""), fault.Unknown, "outcome_unknown"},
		{"no answer", "requires_capture", "", 700, answers(502, "<html>"), fault.Unknown, "outcome_unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			received := map[bool]int{true: 700}[tt.status == "succeeded"]
			g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPost {
					return tt.create(r)
				}
				return answers(200, fmt.Sprintf(`{"id":"pi_1","amount":1999,"amount_received":%d,"currency":"eur","status":%q,"metadata":{"capture_id":%q},
					"latest_charge":{"id":"ch_1","refunds":{"data":[]}}}`, received, tt.status, tt.by))(r)
			}))
			f, err := g.Capture(t.Context(), attempt, payment.Capture{ID: "cap_1", Amount: tt.amount})
			if tt.code == "" {
				if err != nil || f.Captured != 700 {
					t.Errorf("got %+v, %v", f, err)
				}
				return
			}
			check(t, err, tt.kind, tt.code)
		})
	}
}

func TestAnAuthorizationSaysUntilWhen(t *testing.T) {
	const held = `{"id":"pi_1","amount":1999,"currency":"eur","status":%q,"latest_charge":{"id":"ch_1","payment_method_details":{"card":{"capture_before":%d}}}}`
	for _, tt := range []struct {
		status string
		before int64
		want   time.Time
	}{
		{"requires_capture", 1770604800, time.Unix(1770604800, 0).UTC()},
		{"requires_capture", 0, time.Time{}},
		{"requires_capture", -1, time.Time{}},
		{"requires_capture", 1 << 60, time.Time{}},
		{"succeeded", 1770604800, time.Time{}},
		{"canceled", 1770604800, time.Time{}},
	} {
		f, err := newGateway(t, answers(200, fmt.Sprintf(held, tt.status, tt.before))).Fetch(t.Context(), attempt)
		if err != nil || !f.CaptureBefore.Equal(tt.want) {
			t.Errorf("%s %d: got %v, %v", tt.status, tt.before, f.CaptureBefore, err)
		}
	}
}

func TestClosingAPageGivesItsAuthorizationUp(t *testing.T) {
	var calls []string
	state := "requires_capture"
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		calls = append(calls, r.Method+" "+r.URL.Path)
		switch {
		case strings.HasSuffix(r.URL.Path, "/expire"):
			return refuses(400, "invalid_request_error", "", "", "")(r)
		case strings.HasSuffix(r.URL.Path, "/cancel"):
			state = "canceled"
		case strings.HasPrefix(r.URL.Path, "/v1/checkout"):
			return answers(200, `{"id":"cs_1","status":"complete","amount_total":1999,"currency":"eur","payment_intent":{"id":"pi_1","amount":1999,"currency":"eur","status":"`+state+`"}}`)(r)
		}
		return answers(200, `{"id":"pi_1","amount":1999,"currency":"eur","status":"`+state+`"}`)(r)
	}))
	f, err := g.Close(t.Context(), payment.Attempt{ID: "pay_1", Mode: payment.Hosted, Session: "cs_1"})
	want := []string{"POST /v1/checkout/sessions/cs_1/expire", "GET /v1/checkout/sessions/cs_1", "POST /v1/payment_intents/pi_1/cancel"}
	if diff := cmp.Diff(want, calls); err != nil || f.State != payment.Canceled || diff != "" {
		t.Errorf("got %+v, %v %s", f, err, diff)
	}
}

func TestWhatWasGivenUpIsNoRefund(t *testing.T) {
	const partly = `{"id":"pi_1","amount":1999,"amount_received":700,"currency":"eur","status":"succeeded",
		"latest_charge":{"id":"ch_1","amount":1999,"amount_captured":%d,"refunds":{"data":[%s]}}}`
	const ours, theirs = `{"id":"re_2","amount":1299,"currency":"eur","status":"succeeded","metadata":{"refund_id":"ref_1"}}`,
		`{"id":"re_1","amount":1299,"currency":"eur","status":"succeeded"}`
	for name, tt := range map[string]struct {
		captured int
		refunds  string
		want     string
	}{
		"the rest alone":                      {700, theirs, ""},
		"a refund of ours after the rest":     {700, ours + "," + theirs, "re_2"},
		"a refund of ours, and no rest shown": {700, ours, "re_2"},
		"a refund of another amount":          {1000, theirs, "re_1"},
		"a refund of a whole capture":         {1999, theirs, "re_1"},
		"no refund":                           {700, "", ""},
	} {
		f, err := newGateway(t, answers(200, fmt.Sprintf(partly, tt.captured, tt.refunds))).Fetch(t.Context(), attempt)
		refs := ""
		for _, r := range f.Refunds {
			refs += r.Ref
		}
		if err != nil || refs != tt.want {
			t.Errorf("%s: got %+v, %v", name, f.Refunds, err)
		}
	}
}

func TestFeesAreSaidInThePaymentsCurrencyOnly(t *testing.T) {
	for movement, want := range map[string]int64{
		`{"id":"txn_1","fee":55,"currency":"eur"}`: 55, `{"id":"txn_1","fee":55,"currency":"usd"}`: 0, `{"id":"txn_1","fee":-55,"currency":"eur"}`: 0,
		`{"id":"txn_1","fee":-9223372036854775808,"currency":"eur"}`: 0, `"txn_1"`: 0, `null`: 0, `{"id":"txn_1","fee":55,"currency":"zzz"}`: 0,
	} {
		f, err := newGateway(t, answers(200, `{"id":"pi_1","amount":1999,"amount_received":1999,"currency":"eur","status":"succeeded",
			"latest_charge":{"id":"ch_1","refunds":{"data":[]},"balance_transaction":`+movement+`}}`)).Fetch(t.Context(), attempt)
		if err != nil || f.Fee != want {
			t.Errorf("%s: got %d, %v", movement, f.Fee, err)
		}
	}
}

func TestEventsAreThoseThatTheEndpointGets(t *testing.T) {
	var query url.Values
	const told = `{"id":%q,"type":"charge.refunded","created":1769999000,"livemode":false,"api_version":"2023-10-16","data":{"object":{"id":"ch_1"}}}`
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		query = r.URL.Query()
		more := query.Get("starting_after") == ""
		return answers(200, fmt.Sprintf(`{"has_more":%v,"data":[`+told+`,`+told+`]}`, more, "evt_2", "evt_1"))(r)
	}))
	page, next, err := g.Events(t.Context(), arrived, "")
	if err != nil || len(page) != 2 || next != "evt_1" || query.Get("created[gte]") != "1770000000" || query.Get("limit") != "100" {
		t.Errorf("got %+v, %q, %v; asked %v", page, next, err, query)
	}
	if diff := cmp.Diff(stripegw.EventTypes(), query["types[]"]); diff != "" || len(query["types[]"]) > 20 { // Stripe takes 20.
		t.Error(diff)
	}
	if page, next, err = g.Events(t.Context(), arrived, next); err != nil || len(page) != 2 || next != "" || query.Get("starting_after") != "evt_1" {
		t.Errorf("got %+v, %q, %v; asked %v", page, next, err, query)
	}
	for body, kind := range map[string]fault.Kind{
		`{"has_more":true,"data":[]}`: fault.Unavailable, `{"data":[null]}`: fault.Internal, `{"data":[{"id":"evt_1"}]}`: fault.Internal, `[]`: fault.Unavailable,
	} {
		_, _, err := newGateway(t, answers(200, body)).Events(t.Context(), arrived, "")
		check(t, err, kind, "")
	}
}
