package startpayment_test

import (
	"encoding/json"
	"testing"
	"time"

	"till/shared/money"
	"till/shared/payment"
	"till/shared/shop"
)

// TestTheShopsRulesSayPerOrderWhetherMoneyIsPromisedFirst: by total, where the gateway can; and what began stays as it began.
func TestTheShopsRulesSayPerOrderWhetherMoneyIsPromisedFirst(t *testing.T) {
	above := func(minor int64) shop.Settings {
		return shop.Settings{Payments: &shop.Payments{Capture: shop.Automatic, CaptureRules: []shop.CaptureRule{
			{AtLeast: map[money.Currency]int64{"EUR": minor}, Capture: shop.Manual}}}}
	}
	for name, tt := range map[string]struct {
		decided shop.Settings
		can     bool
		body    string
		want    string
	}{
		"a total above the limit":                 {above(5000), true, auto, "manual"},
		"the same at a gateway that was named":    {above(5000), true, `{"gateway":"paypal","mode":"hosted"}`, "manual"},
		"a total below it":                        {above(6000), true, auto, ""},
		"at a gateway that takes money only once": {above(5000), false, auto, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSeveral(t)
			for _, g := range s.gateways {
				g.Can = payment.Capabilities{Modes: []payment.Mode{payment.Hosted}, KeyLife: time.Hour, Manual: tt.can}
			}
			s.decided = tt.decided
			o := s.Place("order-one") // Of 53.41 euros.
			for range 2 {
				req := pay(t, o, "auto", "k1")
				req.Body = tt.body
				resp, err := s.handle(t.Context(), req)
				var got struct{ Payment struct{ Capture string } }
				if err == nil {
					err = json.Unmarshal([]byte(resp.Body), &got)
				}
				if err != nil || resp.StatusCode != 201 || got.Payment.Capture != tt.want {
					t.Fatalf("%d %s, %v", resp.StatusCode, resp.Body, err)
				}
				s.decided = shop.Settings{} // Decided anew, the repeat gets what began.
			}
			if a := s.Order(o).Record().Attempts; len(a) != 1 || a[0].Manual != (tt.want == "manual") {
				t.Errorf("the attempts are %+v", a)
			}
		})
	}
}
