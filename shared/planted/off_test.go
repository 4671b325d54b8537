//go:build !planted

package planted_test

import (
	"testing"

	"till/shared/planted"
)

func TestNoBugCanBeSwitchedOnInAnOrdinaryProgram(t *testing.T) {
	if planted.Possible {
		t.Error("it says that bugs are possible")
	}
	for n := range planted.Count + 1 {
		if err := planted.Choose(n); (err == nil) != (n == 0) {
			t.Errorf("choosing %d gives %v", n, err)
		}
		for other := range planted.Count + 1 {
			if planted.Bug(other) {
				t.Errorf("bug %d is on", other)
			}
		}
	}
}
