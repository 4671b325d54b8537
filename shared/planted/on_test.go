//go:build planted

package planted_test

import (
	"testing"

	"till/shared/planted"
)

func TestOneBugIsOnAtATime(t *testing.T) {
	t.Cleanup(func() { _ = planted.Choose(0) })
	if !planted.Possible {
		t.Error("it says that bugs are not possible")
	}
	for n := range planted.Count + 1 {
		if err := planted.Choose(n); err != nil {
			t.Fatal(err)
		}
		for other := 1; other <= planted.Count; other++ {
			if planted.Bug(other) != (other == n) {
				t.Errorf("%d is chosen, and bug %d is %t", n, other, planted.Bug(other))
			}
		}
	}
	for _, n := range []int{-1, planted.Count + 1} {
		if err := planted.Choose(n); err == nil {
			t.Errorf("bug %d can be chosen", n)
		}
	}
}
