package gateways_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/gatewaysim"
)

func simulated(t *testing.T) *gateways.Gateways {
	t.Helper()
	g, err := gateways.New(gateways.Config{
		URL: "http://localhost:8090", ShopURL: "http://localhost:8080", Seed: "sims",
		Clock:   clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.NewPool()),
		Deliver: func(string, http.Header, []byte) (int, error) { return http.StatusOK, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestEveryGatewayThatIsOfferedIsLookedAfter(t *testing.T) {
	g := simulated(t)
	var names []string
	for _, each := range g.All() {
		names = append(names, each.Name)
		if len(each.Books())+len(each.Payments())+len(each.Deliveries()) != 0 {
			t.Errorf("%s: a new gateway knows of payments", each.Name)
		}
		if err := each.SetFaults(gatewaysim.Faults{Refunds: "failed"}); err != nil {
			t.Error(err)
		}
		if got := g.Look().Faults[each.Name].Refunds; got != "failed" {
			t.Errorf("%s: refunds %q", each.Name, got)
		}
	}
	if got := strings.Join(names, ","); got != gateways.Offered {
		t.Errorf("%s, offered are %s", got, gateways.Offered)
	}
}

func TestWhatIsNotThereIsRefused(t *testing.T) {
	g := simulated(t)
	for _, name := range []string{"stripe", "paypal", "square", "adyen", ""} {
		if _, err := g.RaiseDispute(name, "none", "fraudulent", 0); err == nil {
			t.Errorf("%s: a dispute about nothing", name)
		}
		if err := g.Refund(t.Context(), name, "none", 1); err == nil {
			t.Errorf("%s: a refund of nothing", name)
		}
	}
	if _, err := g.Of("adyen"); err == nil || !strings.Contains(err.Error(), "stripe, paypal, square") {
		t.Errorf("%v names no gateways", err)
	}
}
