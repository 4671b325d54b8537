package world_test

import (
	"testing"
	"time"

	"till/scripts/simulate/actors"
	"till/scripts/simulate/world"
)

// BenchmarkAnEmptyWorld is what every world costs before anybody comes, its week included.
func BenchmarkAnEmptyWorld(b *testing.B) {
	for b.Loop() {
		run(b, config(b, "golden", 1, 0))
	}
}

// BenchmarkSwarm is what an order costs when everything can go wrong.
func BenchmarkSwarm(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		r := run(b, config(b, "swarm", seed, 500))
		b.ReportMetric(r.Took.Seconds()*1000/float64(r.Orders), "ms/order")
	}
}

// BenchmarkAPath is what one walk of the golden path costs: pairs of faults take tens of thousands.
func BenchmarkAPath(b *testing.B) {
	path := actors.Paths()[0]
	for b.Loop() {
		c := config(b, "golden", 1, 1)
		c.Profile, c.Scripted, c.After = world.Profile{Name: path.Name, Mix: path.Mix}, true, 48*time.Hour
		run(b, c)
	}
}
