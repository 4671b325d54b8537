package world

import (
	"testing"

	"till/scripts/simulate/faults"
)

// Where a point is passed once a world, every kind has struck once when there were as many worlds as kinds.
func TestWhereLittlePassesKindsStrikeInTurn(t *testing.T) {
	menu := faults.Gateway.Kinds()
	all := map[faults.Kind]int{}
	for seed := range uint64(len(menu)) {
		w := &World{config: Config{Seed: seed + 1}}
		var n faults.Count
		for range 3 { // And in one world none twice before all others.
			k := w.turn(menu, &n)
			n.Struck[k]++
			all[k]++
		}
	}
	for _, k := range menu {
		if all[k] != 3 {
			t.Errorf("%s struck %d times, want 3", k, all[k])
		}
	}
}
