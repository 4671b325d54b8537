package main

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

var everyGateway = []string{"stripe", "paypal", "square"}

// bought is an order that was paid on a gateway's own page.
func (s *server) bought(gateway string) placed {
	s.t.Helper()
	p := s.place("with " + gateway)
	page := s.pay(p, gateway, "hosted").Payment.RedirectURL
	if !strings.HasPrefix(page, s.gateways+"/"+gateway+"/") {
		s.t.Fatalf("redirected to %s", page)
	}
	if got := s.ask("POST", page, nil, url.Values{"card": {"4242424242424242"}, "action": {"pay"}}); got.status != 200 || got.at.Path != "/shop/order.html" {
		s.t.Fatalf("after paying the browser is at %s: %d", got.at, got.status)
	}
	s.advance("10s")
	return p
}

func TestWhatHappensAtAGatewayIsShownAndReachesTheShop(t *testing.T) {
	s := start(t)
	for _, gateway := range everyGateway {
		t.Run(gateway, func(t *testing.T) {
			s.t = t
			p := s.bought(gateway)
			s.refundsThere(gateway, p)
			s.disputes(gateway, p)
		})
	}
}

// refundsThere gives a part back at the gateway.
func (s *server) refundsThere(gateway string, p placed) {
	s.t.Helper()
	got := s.state()
	paid := got.Payments[gateway]
	if len(paid) == 0 || paid[0].Reference != p.Order.ID || paid[0].Captured != 4582 || len(got.Deliveries[gateway]) == 0 {
		s.t.Fatalf("payments %+v, deliveries %+v", paid, got.Deliveries[gateway])
	}
	for _, each := range everyGateway {
		if charges := got.Gateways[each][p.Order.ID].Charges; (charges == 1) != (each == gateway) {
			s.t.Errorf("%s has %d charges", each, charges)
		}
	}
	for _, bad := range []map[string]any{
		{"gateway": gateway, "charge": paid[0].Charge, "amount": 4583}, {"gateway": gateway, "charge": paid[0].Charge, "amount": 0},
		{"gateway": gateway, "charge": "none", "amount": 1}, {"gateway": gateway, "amount": 1},
	} {
		s.want(400, "POST", "/_dev/refunds", nil, bad, nil)
	}
	s.want(200, "POST", "/_dev/refunds", nil, map[string]any{"gateway": gateway, "charge": paid[0].Charge, "amount": 581}, nil)
	s.advance("5m")
	got = s.state()
	if b := got.Gateways[gateway][p.Order.ID]; b.Refunded != 581 || b.Captured != 4582 || got.Payments[gateway][0].Refunded != 581 {
		s.t.Errorf("refunded: %+v", b)
	}
}

// disputes has the rest disputed, and decided.
func (s *server) disputes(gateway string, p placed) {
	s.t.Helper()
	var raised struct{ Dispute string }
	charge := s.state().Payments[gateway][0].Charge
	s.want(200, "POST", "/_dev/disputes", nil, map[string]any{"gateway": gateway, "charge": charge}, &raised)
	s.want(400, "POST", "/_dev/disputes", nil, map[string]any{"gateway": gateway, "charge": charge}, nil)
	s.advance("1m")
	got := s.state()
	i := slices.IndexFunc(got.Orders, func(o shownOrder) bool { return o.ID == p.Order.ID })
	if b := got.Gateways[gateway][p.Order.ID]; raised.Dispute == "" || b.Disputed != 4001 || got.Payments[gateway][0].Dispute != raised.Dispute {
		s.t.Errorf("disputed: %+v, %+v", b, got.Payments[gateway][0])
	}
	if i < 0 || len(got.Orders[i].Disputes) != 1 || got.Orders[i].Disputes[0].DueBy.Before(got.Now) {
		s.t.Errorf("the shop knows of no dispute: %+v", got.Orders)
	}
	decision := map[string]any{"gateway": gateway, "dispute": raised.Dispute, "won": true}
	s.want(200, "POST", "/_dev/disputes/decision", nil, decision, nil)
	s.want(400, "POST", "/_dev/disputes/decision", nil, decision, nil)
	s.advance("1m")
	if b := s.state().Gateways[gateway][p.Order.ID]; b.Disputed != 0 || b.Captured-b.Refunded != 4001 {
		s.t.Errorf("won: %+v", b)
	}
}

func TestEachGatewayHasItsOwnFaults(t *testing.T) {
	s := start(t)
	for i, gateway := range everyGateway {
		s.want(200, "POST", "/_dev/faults", nil, map[string]any{"gateway": gateway, "webhooks": map[string]int{"duplicate": i + 2}}, nil)
	}
	for i, gateway := range everyGateway {
		if got := s.state().Faults[gateway].Webhooks.Duplicate; got != i+2 {
			t.Errorf("%s: %d", gateway, got)
		}
	}
	s.want(200, "POST", "/_dev/faults", nil, map[string]any{}, nil) // The usual one is Stripe.
	if got := s.state().Faults; got["stripe"].Webhooks.Duplicate != 0 || got["paypal"].Webhooks.Duplicate != 3 {
		t.Errorf("%+v", got)
	}
	for _, path := range []string{"/_dev/faults", "/_dev/disputes", "/_dev/disputes/decision", "/_dev/refunds"} {
		var problem struct{ Error string }
		s.want(400, "POST", path, nil, map[string]any{"gateway": "adyen"}, &problem)
		if !strings.Contains(problem.Error, "stripe, paypal, square") {
			t.Errorf("%s: %q names no gateways", path, problem.Error)
		}
	}
	s.want(400, "POST", "/_dev/faults", nil, map[string]any{"gateway": 7}, nil)
}
