package paypalgw_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/gateway/gatewaytest"
	"till/shared/money"
	"till/shared/payment"
)

// authorized is an attempt whose money is held at the simulation.
func authorized(t *testing.T) (*bed, payment.Gateway, payment.Attempt) {
	t.Helper()
	b := newBed(t)
	g := b.gateway()
	s := hosted
	s.Manual, s.At = true, b.clock.Now()
	started, err := g.Start(t.Context(), s)
	b.must(err)
	a := payment.Attempt{ID: s.Attempt, Mode: s.Mode, Intent: started.Intent, Manual: true}
	if _, ok := b.pay(started, gatewaytest.Pays); !ok {
		t.Fatal("the shopper could not approve")
	}
	if f, err := g.Confirm(t.Context(), a, ""); err != nil || f.State != payment.Authorized {
		t.Fatalf("got %+v, %v", f, err)
	}
	return b, g, a
}

func TestARefundIsOfOneCapture(t *testing.T) {
	b, g, a := authorized(t)
	for _, c := range []payment.Capture{{ID: "cap_1", Amount: 700}, {ID: "cap_2", Amount: 500}, {ID: "cap_3", Amount: 799, Final: true}} {
		_, err := g.Capture(t.Context(), a, c)
		b.must(err)
	}
	for _, tt := range []struct {
		id    payment.RefundID
		minor int64
		code  string
	}{
		{"ref_1", 450, ""},                       // Of the 5.00: 0.50 left.
		{"ref_2", 51, ""},                        // Of the 7.00: 6.49 left.
		{"ref_3", 800, "refund_exceeds_capture"}, // 14.98 are left, and no capture has that.
		{"ref_4", 799, ""},                       // All of the 7.99.
		{"ref_5", 50, ""},                        // The rest of the 5.00.
		{"ref_6", 650, "refund_exceeds_capture"}, // 6.49 are left.
		{"ref_7", 649, ""},                       // And back they go.
		{"ref_8", 1, "refund_exceeds_capture"},   // Nothing is left.
		{"ref_7", 649, ""},                       // A repeat.
	} {
		r, err := g.Refund(t.Context(), a, payment.Refund{ID: tt.id, Attempt: a.ID, Amount: tt.minor})
		switch {
		case tt.code != "":
			check(t, err, fault.Declined, tt.code)
		case err != nil || r.Amount != tt.minor || r.ID != tt.id || r.State != payment.RefundSucceeded:
			t.Errorf("%s: got %+v, %v", tt.id, r, err)
		}
	}
	f, err := g.Fetch(t.Context(), a)
	if err != nil || f.Captured != 1999 || len(f.Refunds) != 5 || f.State != payment.Captured {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestTenCapturesAndNoMore(t *testing.T) {
	b, g, a := authorized(t)
	for i := range g.Capabilities().Captures {
		f, err := g.Capture(t.Context(), a, payment.Capture{ID: payment.CaptureID("cap_" + string(rune('a'+i))), Amount: 100})
		if err != nil || f.Captured != int64(i+1)*100 {
			t.Fatalf("capture %d: got %+v, %v", i, f, err)
		}
	}
	_, err := g.Capture(t.Context(), a, payment.Capture{ID: "cap_last", Amount: 100})
	check(t, err, fault.Declined, "max_capture_count_exceeded")
	b.must(b.clock.Advance(30 * 24 * time.Hour))
	f, err := g.Fetch(t.Context(), a)
	if err != nil || f.State != payment.Captured || f.Captured != 1000 {
		t.Errorf("got %+v, %v", f, err)
	}
	_, err = g.Capture(t.Context(), a, payment.Capture{ID: "cap_late", Amount: 100})
	check(t, err, fault.Declined, "authorization_over")
}

func TestADeclinedCaptureIsNotAskedForAgain(t *testing.T) {
	order := orderWith("COMPLETED", held("CREATED")+`,"captures":[{"id":"C1","status":"DECLINED","invoice_id":"cap_1","amount":`+eur("19.99")+`}]`)
	g := newGateway(t, afterAsking(order, answerer(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s was called", r.URL.Path)
		return response(r, 201, "{}"), nil
	})))
	_, err := g.Capture(t.Context(), attempt, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
	check(t, err, fault.Declined, "capture_declined")
}

// TestAnotherTryHasAnotherKey: after a refusal the same key might bring the same refusal, though another card was approved.
func TestAnotherTryHasAnotherKey(t *testing.T) {
	keys := map[string]bool{}
	g := newGateway(t, afterAsking(orderWith("APPROVED", ""), answerer(func(r *http.Request) (*http.Response, error) {
		keys[r.Header.Get("PayPal-Request-Id")] = true
		body, err := io.ReadAll(r.Body)
		if err != nil || strings.TrimSpace(string(body)) != "{}" {
			t.Errorf("sent %q, %v", body, err)
		}
		return response(r, 422, `{"details":[{"issue":"INSTRUMENT_DECLINED"}]}`), nil
	})))
	for _, tries := range []int{0, 1, 2, 3, 3} {
		a := attempt
		a.Tries = tries
		_, err := g.Confirm(t.Context(), a, "")
		check(t, err, fault.Declined, "instrument_declined")
	}
	if len(keys) != 3 {
		t.Errorf("the keys are %v", keys)
	}
}

func TestPagesOfEvents(t *testing.T) {
	page := func(next string) answerer {
		return answers(200, `{"events":[`+signedBody+`],"links":[{"rel":"self","href":"x"},{"rel":"next","href":"`+next+`"}]}`)
	}
	events, next, err := newGateway(t, page("https://api-m.paypal.com/v1/notifications/webhooks-events/?next_page_token=abc&page_size=100")).Events(t.Context(), moment.Add(-time.Hour), "")
	if err != nil || len(events) != 1 || next != "next_page_token=abc&page_size=100" {
		t.Errorf("got %+v, %q, %v", events, next, err)
	}
	for _, bad := range []string{"https://forger.test/elsewhere?a=b", "https://api-m.paypal.com/v1/notifications/webhooks-events", "", "https://x/v1/notifications/webhooks-events?a b",
		"https://x/v1/notifications/webhooks-events?" + strings.Repeat("a", 3000)} {
		_, _, err := newGateway(t, page(bad)).Events(t.Context(), moment, "")
		check(t, err, fault.Internal, "answer_unreadable")
	}
	for _, cursor := range []string{"a b", "a#b", "a\r\nX: y", "%zz", strings.Repeat("a", 3000)} {
		_, _, err := newGateway(t, answers(200, "{}")).Events(t.Context(), moment, cursor)
		check(t, err, fault.Invalid, "cursor_invalid")
	}
	_, _, err = newGateway(t, answers(200, `{"events":[{"id":7}]}`)).Events(t.Context(), moment, "")
	check(t, err, fault.Internal, "answer_unreadable")
}

// TestEveryCurrencyIsTakenBack pays a little of each currency at the simulation, and reads the same amount again.
func TestEveryCurrencyIsTakenBack(t *testing.T) {
	b := newBed(t)
	g := b.gateway()
	for i, c := range g.Capabilities().Currencies {
		s := hosted
		s.Attempt, s.Amount = payment.AttemptID("pay_"+string(c)), money.Of(int64(1700+i*100), c)
		started, err := g.Start(t.Context(), s)
		b.must(err)
		a := payment.Attempt{ID: s.Attempt, Mode: s.Mode, Intent: started.Intent}
		b.pay(started, gatewaytest.Pays)
		f, err := g.Confirm(t.Context(), a, "")
		if err != nil || f.Amount != s.Amount || f.Captured != s.Amount.Minor() {
			t.Errorf("%s: got %+v, %v", c, f, err)
		}
	}
}

func TestAnAuthorizationThatCannotBeGivenUpIsAskedAbout(t *testing.T) {
	for _, tt := range []struct {
		name, issue, after string
		state              payment.State
	}{
		{"it was given up before", "PREVIOUSLY_VOIDED", orderWith("COMPLETED", held("VOIDED")), payment.Canceled},
		{"it was captured in the meantime", "PREVIOUSLY_CAPTURED", orderWith("COMPLETED", held("CAPTURED")+","+captures("COMPLETED")), payment.Captured},
	} {
		t.Run(tt.name, func(t *testing.T) {
			order := orderWith("COMPLETED", held("CREATED"))
			g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
				if r.Method != http.MethodPost {
					return afterAsking(order, nil)(r)
				}
				order = tt.after
				return refuses(422, unp, tt.issue)(r)
			}))
			f, err := g.Close(t.Context(), attempt)
			if err != nil || f.State != tt.state {
				t.Errorf("got %+v, %v", f, err)
			}
		})
	}
	order := orderWith("COMPLETED", held("CREATED"))
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodPost {
			return afterAsking(order, nil)(r)
		}
		order = "<html>"
		return response(r, http.StatusNoContent, ""), nil
	}))
	_, err := g.Close(t.Context(), attempt)
	check(t, err, fault.Unknown, "outcome_unknown")
}

func TestListsOfDisputesThatCannotBe(t *testing.T) {
	for name, list := range map[string]string{
		"an id that climbs": `{"items":[{"dispute_id":"../../x"}]}`,
		"more than a page":  `{"items":[` + strings.TrimSuffix(strings.Repeat(`{"dispute_id":"PP-1"},`, 51), ",") + `]}`,
	} {
		g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/v1/customer/disputes" {
				return response(r, http.StatusOK, list), nil
			}
			return response(r, http.StatusOK, paidOrder), nil
		}))
		_, err := g.Fetch(t.Context(), attempt)
		if !fault.Is(err, fault.Internal) || fault.Code(err) != "answer_unreadable" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
