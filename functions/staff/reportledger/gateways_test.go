package reportledger_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"till/functions/staff/reportledger"
	"till/scripts/shoptest"
	"till/shared/cashier"
	"till/shared/fault"
	"till/shared/payment"
	"till/shared/routing"
)

// seen is a gateway in the report.
type seen struct {
	Gateway                                                                 string
	Payments, Succeeded, Declined, Failed, Abandoned, Open, Unknown, Missed int
	Percent                                                                 *int `json:"success_percent"`
	State                                                                   string
	Until, Heard                                                            time.Time
	Last                                                                    []struct{ Code string } `json:"last_failures"`
}

func gatewaysOf(t *testing.T, s *shoptest.Shop, h reportledger.Handler, day string) map[string]seen {
	t.Helper()
	req := s.Staff("reportledger", "gateways")
	req.RouteKey = reportledger.Gateways
	req.QueryStringParameters = map[string]string{"day": day}
	resp, err := h.Handle(t.Context(), req)
	var got struct {
		Day      string
		Gateways []seen
	}
	if err == nil {
		err = json.Unmarshal([]byte(resp.Body), &got)
	}
	if err != nil || resp.StatusCode != http.StatusOK || len(got.Gateways) != 2 {
		t.Fatalf("%d %s, %v", resp.StatusCode, resp.Body, err)
	}
	out := map[string]seen{}
	for _, g := range got.Gateways {
		out[g.Gateway] = g
	}
	return out
}

func TestGatewaysAreJudgedByWhatBecameOfTheirPayments(t *testing.T) {
	s := shoptest.New(t)
	today := s.Now().UTC().Format(time.DateOnly)
	s.Paid("order-one")
	s.Paid("order-two")
	s.Pay(s.Place("order-open"), "pay")
	o := s.Place("order-refused")
	id := s.Pay(o, "pay")
	s.Tell(id, func(f *payment.Facts) { f.State, f.LastError = payment.Canceled, "insufficient_funds" })
	c := s.Cashier()
	if _, _, err := c.Settle(t.Context(), o.ID, id, cashier.Who{Who: "shopper"}); err != nil {
		t.Fatal(err)
	}
	left := routing.Breaker{Gateway: "paypal"}
	for range 5 {
		left = left.Failed("dependency_unavailable", s.Now())
		left.N = 1
	}
	left, _ = left.Listened(s.Now(), 3)
	left.N = 1
	if err := s.Store.SaveBreaker(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	got := gatewaysOf(t, s, handler(s), today)
	if g := got["stripe"]; g.Payments != 4 || g.Succeeded != 2 || g.Declined != 1 || g.Open != 1 || g.Percent == nil || *g.Percent != 66 || g.State != "closed" {
		t.Errorf("Stripe is %+v", g)
	}
	if g := got["paypal"]; g.Payments != 0 || g.Percent != nil || g.State != "open" || g.Until.IsZero() || len(g.Last) != 5 || g.Missed != 3 || g.Heard.IsZero() {
		t.Errorf("PayPal is %+v", g)
	}
	if g := gatewaysOf(t, s, handler(s), "2020-01-01")["stripe"]; g.Payments != 0 {
		t.Errorf("on another day %+v", g)
	}
}

func TestWhileTheStoreIsDownThereIsNoReportOfGateways(t *testing.T) {
	for _, method := range []string{"Breakers", "DayOrders", "Orders"} {
		s := shoptest.New(t)
		s.Paid("order-one")
		s.Break(method, shoptest.Down())
		req := s.Staff("reportledger", "gateways")
		req.RouteKey = reportledger.Gateways
		if _, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without %s: %v", method, err)
		}
	}
}
