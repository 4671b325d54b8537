//go:build planted

package plantedtest_test

import (
	"slices"
	"testing"

	"till/scripts/evidence"
	"till/shared/planted"
)

// story is what brings a bug to light, and the invariants that see it then: all that its description names, over all of its
// stories.
type story struct {
	bug     int
	name    string
	sees    []string
	happens func(*world)
}

func TestEachPlantedBugIsSeen(t *testing.T) {
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			for _, v := range told(t, 0, s) {
				t.Errorf("without a bug: %s", v)
			}
			var seen []string
			found := told(t, s.bug, s)
			for _, v := range found {
				seen = append(seen, v.Invariant)
			}
			for _, invariant := range s.sees {
				if !slices.Contains(seen, invariant) {
					t.Errorf("%s does not see bug %d; seen: %v", invariant, s.bug, found)
				}
			}
		})
	}
}

// told tells a story with one bug, or with none, and gives what is wrong after it.
func told(t *testing.T, bug int, s story) []evidence.Violation {
	t.Helper()
	if err := planted.Choose(bug); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = planted.Choose(0) }()
	w := open(t)
	s.happens(w)
	return w.violations()
}

func TestEachDescriptionIsProvedByItsStories(t *testing.T) {
	sees := map[int][]string{}
	for _, s := range stories() {
		sees[s.bug] = append(sees[s.bug], s.sees...)
	}
	known := append(evidence.Invariants(), "I13 SameAnswer") // Of one order's two answers, evidence knows nothing.
	for _, m := range planted.Mistakes() {
		for _, invariant := range m.Trips {
			if !slices.Contains(sees[m.Number], invariant) {
				t.Errorf("no story shows that bug %d trips %s", m.Number, invariant)
			}
			if !slices.Contains(known, invariant) {
				t.Errorf("bug %d trips %s, which is no invariant", m.Number, invariant)
			}
		}
	}
}
