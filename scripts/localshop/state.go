package localshop

import (
	"context"

	"till/scripts/evidence/view"
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
	return out, nil
}
