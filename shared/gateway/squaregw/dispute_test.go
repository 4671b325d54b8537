package squaregw_test

import (
	"net/http"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/gateway/gatewaytest"
	"till/shared/money"
	"till/shared/payment"
)

// paidOf is a paid attempt of an order at a simulated Square, and the reference of its payment.
func paidOf(t *testing.T, h *gatewaytest.Harness, order string, minor int64) (payment.Attempt, string) {
	t.Helper()
	s := payment.Start{Order: order, Attempt: payment.AttemptID("pay_" + order), Mode: payment.Hosted, Amount: money.Of(minor, "EUR"), Title: "Order " + order,
		At: h.Now(), ReturnURL: "https://api.shop.test/back"}
	started, err := h.Gateway.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, agreed := h.Pay(started, gatewaytest.Pays); !agreed {
		t.Fatal("the page takes no payment")
	}
	a := payment.Attempt{ID: s.Attempt, Mode: s.Mode, State: payment.RequiresAction, Amount: minor, Session: started.Session, Intent: started.Intent, At: s.At}
	f, err := h.Gateway.Fetch(t.Context(), a)
	if err != nil || f.State != payment.Captured {
		t.Fatalf("got %+v, %v", f, err)
	}
	return a, f.Intent
}

// TestAShopWithThousandsOfDisputesIsAskedAsOneWithFew: whatever else the shop was ever disputed, a payment takes the calls for its own.
func TestAShopWithThousandsOfDisputesIsAskedAsOneWithFew(t *testing.T) {
	const others = 5000
	bed := newBed(t, "EUR")
	h := bed.harness()
	_, contested := paidOf(t, h, "ord_others", others*10)
	for range others {
		h.Complain(contested, 1)
	}
	a, mine := paidOf(t, h, "ord_1", 1999)
	first, second := h.Complain(mine, 500), h.Complain(mine, 700)
	var asked []string
	bed.before = func(r *http.Request) { asked = append(asked, r.Method+" "+r.URL.Path) }

	f, err := h.Gateway.Fetch(t.Context(), a)
	if err != nil || len(f.Disputes) != 0 || len(asked) != 2 {
		t.Errorf("of a payment of which no dispute is known: got %+v, %v after %v", f.Disputes, err, asked)
	}
	asked = nil
	f, err = h.Gateway.Fetch(t.Context(), a.About(first, second))
	if err != nil || len(f.Disputes) != 2 || f.Disputes[0].Ref != first || f.Disputes[1].Amount != 700 || len(asked) != 4 {
		t.Errorf("got %+v, %v after %v", f.Disputes, err, asked)
	}
	f, err = h.Gateway.AnswerDispute(t.Context(), a, second, payment.Evidence{Key: "ans_aaaaaaaaaaaaaaaaaaaaaaaaaa", Statement: "It was delivered."})
	if d, _ := f.Dispute(second); err != nil || d.State != payment.DisputeUnderReview {
		t.Errorf("got %+v, %v", f.Disputes, err)
	}
	if found, err := h.Gateway.Find(t.Context(), f.Charge); err != nil || found.Attempt != a.ID {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestOfVeryManyDisputesOfAPaymentTheFirstAreAsked(t *testing.T) {
	s := paidScript()
	var named []string
	for i := range 50 {
		id := "d" + strings.Repeat("i", i)
		s.lines["GET /v2/disputes/"+id] = `{"dispute":{"id":"` + id + `","state":"LOST","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":5,"currency":"EUR"}}}`
		named = append(named, id)
	}
	f, err := newGateway(t, s).Fetch(t.Context(), embedded.About(named...))
	if err != nil || len(f.Disputes) != 20 || f.Disputes[0].Ref != named[0] {
		t.Errorf("got %d, %v", len(f.Disputes), err)
	}
}

func TestADisputeThatIsNotReadIsNoneThatIsGone(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   fault.Kind
	}{
		"Square is busy":             {429, errorBody("RATE_LIMIT_ERROR", "RATE_LIMITED", ""), fault.Unavailable},
		"a page in front of Square":  {404, "<html>", fault.Unavailable},
		"another dispute":            {200, `{"dispute":{"id":"d2","state":"LOST","disputed_payment":{"payment_id":"p1"}}}`, fault.Internal},
		"no dispute":                 {200, `{}`, fault.Internal},
		"in a state of its own":      {200, `{"dispute":{"id":"d1","state":"EXALTED","disputed_payment":{"payment_id":"p1"}}}`, fault.Internal},
		"we may not see any of them": {403, errorBody("AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", ""), fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, refusing(paidScript(), "GET /v2/disputes/d1", tt.status, tt.body))
			_, err := g.Fetch(t.Context(), embedded.About("d1"))
			check(t, err, tt.want, "")
		})
	}
}
