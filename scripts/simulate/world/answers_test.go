package world_test

import (
	"testing"
	"time"

	"till/scripts/simulate/world"
)

// TestWorldsAnswerDisputesAndRenewPromises among faults: what nobody does there is not tried.
func TestWorldsAnswerDisputesAndRenewPromises(t *testing.T) {
	for call, terms := range map[string]world.Terms{
		"staff/dispute/gateway.Answer": {Gateways: []string{"stripe", "paypal", "square"}, Slow: time.Hour},
		"worker/sweep/gateway.Renew":   {Gateways: []string{"paypal"}, Slow: time.Hour, Manual: true, Late: true},
	} {
		struck := uint64(0)
		for seed := uint64(1); seed <= 6 && struck == 0; seed++ {
			c := config(t, "swarm", seed, 40)
			c.Profile.Terms = &terms
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
		}
		if struck == 0 {
			t.Errorf("%s was never struck", call)
		}
	}
}
