package startpayment_test

import (
	"net/http"
	"testing"
	"time"

	"till/shared/gateway/charges"
	"till/shared/money"
	"till/shared/payment"
)

// bounded has the shop's gateways charge as the real ones do, but PayPal at most 50 euros at once and Square at least 60.
func bounded(t *testing.T) *several {
	t.Helper()
	s := newSeveral(t)
	bounds := map[string]func(money.Currency) payment.Bounds{
		"stripe": func(c money.Currency) payment.Bounds { b, _ := charges.Stripe(c); return b },
		"paypal": func(money.Currency) payment.Bounds { return payment.Bounds{Least: 1, Most: 5000, Step: 1} },
		"square": func(money.Currency) payment.Bounds { return payment.Bounds{Least: 6000, Step: 1} },
	}
	for name, g := range s.gateways {
		g.Can = payment.Capabilities{Modes: []payment.Mode{payment.Hosted, payment.Embedded}, KeyLife: 24 * time.Hour, Bounds: bounds[name]}
	}
	return s
}

// The order is of 53.41 euros.
func TestAGatewayThatDoesNotTakeTheSumIsNotOffered(t *testing.T) {
	s := bounded(t)
	o := s.Place("k")
	if got := s.options(t, o); got != "stripe" {
		t.Errorf("offered are %s", got)
	}
	for gateway, code := range map[string]string{"paypal": "amount_too_large", "square": "amount_too_small"} {
		if status, got := s.pay(t, o, "pay "+gateway, `{"gateway":"`+gateway+`","mode":"hosted"}`); status != http.StatusUnprocessableEntity || got != code {
			t.Errorf("%s: %d %s", gateway, status, got)
		}
	}
	if status, gateway := s.pay(t, o, "any", `{}`); status != http.StatusCreated || gateway != "stripe" {
		t.Errorf("the shop's rules give %d %s", status, gateway)
	}
	if n := len(s.Order(o).Record().Attempts); n != 1 {
		t.Errorf("%d attempts were begun", n)
	}
}
