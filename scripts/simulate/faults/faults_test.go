package faults_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"till/scripts/simulate/faults"
)

func TestEveryKindHasANameOfItsOwnAndAPlaceToStrike(t *testing.T) {
	seen := map[string]bool{}
	last := faults.Rotated
	for k := faults.None + 1; k <= last; k++ {
		got, known := faults.Of(k.String())
		if !known || got != k || seen[k.String()] {
			t.Errorf("%d is named %q, which names %d", k, k, got)
		}
		seen[k.String()] = true
		strikes := 0
		for p := faults.StoreRead; int(p) < faults.Ports; p++ {
			if p.Strikes(k) != slices.Contains(p.Kinds(), k) {
				t.Errorf("%s: the table and the set of port %d differ", k, p)
			}
			if p.Strikes(k) {
				strikes++
			}
		}
		if strikes == 0 {
			t.Errorf("%s strikes nowhere", k)
		}
	}
	if _, known := faults.Of("none"); known {
		t.Error("nothing is a kind")
	}
}

func TestASeedHasHalfOfTheKindsAndNoneTooOften(t *testing.T) {
	on, all, highest := 0, 0, 0.0
	for seed := range uint64(200) {
		r := faults.Draw(rand.New(rand.NewPCG(seed, 1)))
		if r[faults.None] != 0 {
			t.Error("nothing strikes")
		}
		for k, rate := range r[1:] {
			all++
			if rate > 0 {
				on++
			}
			highest = max(highest, rate)
			if rate < 0 || rate > 0.30 {
				t.Errorf("%s strikes at a rate of %f", faults.Kind(k+1), rate)
			}
		}
	}
	if share := float64(on) / float64(all); share < 0.45 || share > 0.55 || highest < 0.25 {
		t.Errorf("%f of the kinds are on, at most at %f", share, highest)
	}
}

func TestCountsAddUp(t *testing.T) {
	save := faults.Point{Function: "shopper/placeorder", Call: "store.Save", Port: faults.StoreWrite}
	one, two := faults.Cover{}, faults.Cover{}
	for _, c := range []faults.Cover{one, two} {
		c.At(save).Passed += 2
		c.At(save).Struck[faults.Throttle] += 60
	}
	two.At(faults.Point{Call: "webhook", Port: faults.Webhook}).Struck[faults.Lost]++
	one.Add(two)
	all, few := one.Pairs(100)
	if want := len(faults.StoreWrite.Kinds()) + len(faults.Webhook.Kinds()); all != want || len(few) != want-1 {
		t.Errorf("%d pairs, of which few struck often: %v", all, few)
	}
	table := one.Table()
	if !strings.Contains(table, "throttle=120") || !strings.HasPrefix(table, "webhook") || strings.Count(table, "\n") != 2 {
		t.Errorf("table:\n%s", table)
	}
}
