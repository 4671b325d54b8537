package acceptance_test

import (
	"io"
	"testing"

	"till/scripts/acceptance"
)

func TestASummaryOfFailuresTellsTheFirstAndHowManyMoreThereAre(t *testing.T) {
	r := &acceptance.Recorder{Name: "a step", Log: io.Discard}
	held := r.Run(func(t acceptance.T) {
		t.Errorf("one")
		t.Errorf("two")
		t.Fatalf("three")
	})
	if held {
		t.Error("it held")
	}
	for most, want := range map[int]string{1: "  one\n  and 2 more", 3: "  one\n  two\n  three", 9: "  one\n  two\n  three"} {
		if got := r.Summary(most); got != want {
			t.Errorf("at most %d: %q, want %q", most, got, want)
		}
	}
}
