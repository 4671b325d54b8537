package localshop

import (
	"context"

	"till/scripts/evidence/view"
)

// State takes a snapshot for people and for checks from outside: the evidence, how gateways misbehave, and which calls of
// functions failed.
func (s *Shop) State(ctx context.Context) (view.State, error) {
	e, err := s.Evidence(ctx)
	if err != nil {
		return view.State{}, err
	}
	out := view.Of(e)
	out.Faults, out.Failures = map[string]any{stripeName: s.Stripe.Faults()}, s.Cloud.State().Failures
	return out, nil
}
