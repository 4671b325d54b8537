package localshop

import (
	"context"
	"time"

	"till/scripts/evidence/view"
	"till/shared/routing"
)

// State takes a snapshot for people and for checks from outside: the evidence, how gateways misbehave and what they did, and
// which calls of functions failed.
func (s *Shop) State(ctx context.Context) (view.State, error) {
	e, err := s.Evidence(ctx)
	if err != nil {
		return view.State{}, err
	}
	out := view.Of(e)
	seen := s.Gateways.Look()
	out.Faults, out.Payments, out.Deliveries, out.Failures = seen.Faults, seen.Payments, seen.Deliveries, s.Cloud.State().Failures
	if out.Health, err = s.health(ctx); err != nil {
		return view.State{}, err
	}
	out.Checked, err = s.Store.StockCheck(ctx)
	return out, err
}

// health is what the shop believes of one gateway.
type health struct {
	State  routing.State     `json:"state"`
	Until  time.Time         `json:"until,omitzero"` // From when one payment may try.
	Last   []routing.Failure `json:"last,omitempty"`
	Heard  time.Time         `json:"heard,omitzero"` // When the latest webhook came, as far as was looked.
	Missed int               `json:"missed"`
}

func (s *Shop) health(ctx context.Context) (map[string]health, error) {
	var names []string
	for _, g := range s.Gateways.All() {
		names = append(names, g.Name)
	}
	breakers, err := s.Store.Breakers(ctx, names)
	if err != nil {
		return nil, err
	}
	out, now := map[string]health{}, s.Clock.Now()
	for _, name := range names {
		b := breakers[name]
		one := health{State: b.State(now), Last: b.Last, Heard: b.Heard, Missed: b.Missed}
		if one.State != routing.Closed {
			one.Until = b.Retry
		}
		out[name] = one
	}
	return out, nil
}
