package world_test

import (
	"testing"
	"time"

	"till/scripts/simulate/actors"
	"till/scripts/simulate/world"
)

// TestWorldsAnswerDisputesAndRenewPromises among faults: what nobody does there is not tried.
func TestWorldsAnswerDisputesAndRenewPromises(t *testing.T) {
	for call, row := range map[string]struct {
		terms  world.Terms
		all    func(*actors.Shopper) // What everybody does; nil: as they are.
		orders int
	}{
		"staff/dispute/gateway.Answer": {world.Terms{Gateways: []string{"stripe", "paypal", "square"}, Slow: time.Hour}, (*actors.Shopper).Complains, 25},
		"worker/sweep/gateway.Renew":   {world.Terms{Gateways: []string{"paypal"}, Slow: time.Hour, Manual: true, Late: true}, nil, 40},
	} {
		struck := uint64(0)
		for seed := uint64(8); seed <= 18 && struck == 0; seed++ {
			c := config(t, "swarm", seed, row.orders)
			c.Profile.Terms, c.Profile.Mix.One = &row.terms, row.all
			r := run(t, c)
			for _, f := range r.Failures {
				t.Errorf("%s: seed %d: %+v", call, seed, f)
			}
			for point, n := range r.Cover {
				for _, times := range n.Struck {
					if point.String() == call {
						struck += times
					}
				}
			}
			t.Logf("%s: seed %d: %d", call, seed, struck)
		}
		if struck == 0 {
			t.Errorf("%s was never struck", call)
		}
	}
}
