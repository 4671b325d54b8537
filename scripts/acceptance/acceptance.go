// Package acceptance is what people do with a shop, from outside: through its API, the gateways' pages and nothing else.
// The same scenarios run on the shop in one process and on a deployed one.
package acceptance

import (
	"context"
	"net/http"
	"time"

	"till/scripts/evidence"
	"till/scripts/localcloud/stripesim"
)

// Shop is a shop with its gateways, as people outside reach them. Safe for concurrent use: twenty shoppers may come at
// once.
type Shop interface {
	// Do sends a request to the API. Its URL holds path and query alone: "/orders".
	Do(*http.Request) Reply
	// Gateway sends a request to a gateway: to a URL that it gave, or below Place.Gateway. It does not follow redirects.
	Gateway(*http.Request) Reply
	// Place tells where things are.
	Place() Place
	// StaffToken signs a member of staff in, with a second factor and fresh enough to move money: "viewer", "packer",
	// "manager" or "admin"; "" is one without a role.
	StaffToken(ctx context.Context, group string) (string, error)
	// Trouble lets the gateway misbehave from now on, for everyone; the zero Faults make it well again.
	Trouble(stripesim.Faults) error
	// Now is the shop's time.
	Now() time.Time
	// Eventually waits until something is so. The error says that the shop's patience was over before.
	Eventually(ctx context.Context, what string, until func() bool) error
	// Later lets time pass at once, and false where only waiting does.
	Later(d time.Duration) bool
	// Evidence is what the shop holds: these parts at least, or everything if none is named.
	Evidence(ctx context.Context, parts ...evidence.Part) (evidence.Evidence, error)
}

// Place is where a shop and its gateway are, and what is known of them.
type Place struct {
	Shop       string        // "http://localhost:8080": where browsers find the shop. Returns come back below it.
	Gateway    string        // "http://localhost:8090/stripe".
	PublicKey  string        // The gateway's key for browsers.
	Dashboard  string        // The gateway's secret key: what people do on its dashboard, scenarios do with it.
	Gateways   []string      // With which shoppers can pay; nil: Stripe alone.
	Manual     bool          // Money is promised when shoppers pay, and taken later.
	StockHold  time.Duration // How long stock is held for an unpaid order.
	SweepEvery time.Duration // How often the sweep comes.
}

// Reply is an answer of the API, or of a page. Status 0: none came.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// T is told how a scenario goes. *testing.T is one. Fatalf does not return.
type T interface {
	Helper()
	Logf(format string, values ...any)
	Errorf(format string, values ...any)
	Fatalf(format string, values ...any)
}

// Scenario is one thing that people do. It uses products, keys and orders of its own, so others may run before, after and,
// unless it is Alone, beside it.
type Scenario struct {
	Name string
	// Alone says that it makes the gateway misbehave for everyone while Begin runs.
	Alone bool
	// Wait is how long must pass between Begin and the end; nil: no time.
	Wait func(Place) time.Duration
	// Begin does it, and gives what is left to do once Wait has passed; nil if nothing is.
	Begin func(*Visit) (end func())
}

// Span is how long must pass between Begin and the end.
func (s Scenario) Span(p Place) time.Duration {
	if s.Wait == nil {
		return 0
	}
	return s.Wait(p)
}

// All lists every scenario, those that must run Alone last.
func All() []Scenario {
	var out, alone []Scenario
	for _, group := range [][]Scenario{purchases(), gatewayPurchases(), refusals(), cancellations(), refunds(), crowds(), staffs(), disputes(), expiries(), troubles()} {
		for _, s := range group {
			if s.Alone {
				alone = append(alone, s)
			} else {
				out = append(out, s)
			}
		}
	}
	return append(out, alone...)
}

// Play runs one scenario to its end and gives the visit. Time that must pass is let pass, or slept through on the wall's
// clock.
func Play(ctx context.Context, shop Shop, s Scenario, t T, prefix string) *Visit {
	t.Helper()
	v := Enter(ctx, shop, t, prefix)
	end := s.Begin(v)
	if end == nil {
		return v
	}
	if span := s.Span(shop.Place()); span > 0 && !shop.Later(span) {
		timer := time.NewTimer(span)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			t.Fatalf("%s: %v", s.Name, ctx.Err())
		}
	}
	end()
	return v
}
