package main

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"till/scripts/simulate/world"
)

// TestMain does errands when the command starts itself, which is this program here.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-child") {
		main()
		return
	}
	os.Exit(m.Run())
}

// simulate runs the command in the project's folder.
func simulate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	t.Chdir("../..")
	var out bytes.Buffer
	err := run(args, &out)
	return out.String(), err
}

func TestASummaryTellsWhatCameOfAllSeeds(t *testing.T) {
	out, err := simulate(t, "-seeds", "2", "-orders", "20", "-coverage", "-hashes", "-workers", "2")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"shopper/placeorder/store.Save", "pairs of point and kind", "2 seeds, ", "0 violations", "seed=1 hash=", "seed=2 hash="} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing of %q in\n%s", want, out)
		}
	}
}

func TestAnOrderOfASeedIsTold(t *testing.T) {
	out, err := simulate(t, "-seed", "3", "-orders", "20", "-order", "ord_none")
	if err == nil {
		t.Error("an order that is not there was told")
	}
	out, err = first(t, out)
	if err != nil || !strings.Contains(out, " placed ") || !strings.Contains(out, "write INSERT ORDER#") {
		t.Errorf("%v\n%.2000s", err, out)
	}
}

// first tells what happened to the first order of the seed.
func first(t *testing.T, out string) (string, error) {
	t.Helper()
	if !strings.Contains(out, "seed=3 hash=") {
		t.Fatalf("no line of the seed in\n%s", out)
	}
	var steps bytes.Buffer
	err := run([]string{"-seed", "3", "-orders", "20", "-order", "ord_"}, &steps)
	_, rest, found := strings.Cut(steps.String(), "write INSERT ORDER#")
	if !found {
		t.Fatalf("%v: no order in\n%.2000s", err, steps.String())
	}
	id, _, _ := strings.Cut(rest, "/")
	var told bytes.Buffer
	err = run([]string{"-seed", "3", "-orders", "20", "-order", id}, &told)
	return told.String(), err
}

func TestWhatCannotBeRunIsSaid(t *testing.T) {
	t.Chdir("../..")
	for _, args := range [][]string{{"-profile", "none"}, {"-exhaustive", "-path", "golden", "-blows", "x"}, {"-planted", "1"}, {"-nonsense"}} {
		if err := run(args, &bytes.Buffer{}); err == nil || errors.Is(err, errViolated) {
			t.Errorf("%v gives %v", args, err)
		}
	}
}

func TestBlowsAreReadAsTheyAreTold(t *testing.T) {
	calls := make([]world.Call, 50)
	const text = "3:crash-after(),40:lost()"
	blows, err := blowsOf(text)
	if err != nil || told(walk{blows: blows}, calls) != text {
		t.Errorf("%+v, %v", blows, err)
	}
}

func TestABlowOfAPathIsWithstood(t *testing.T) {
	t.Chdir("../..")
	for _, blow := range []string{"20:crash-after", "20:throttle", "5:no-answer"} {
		var out bytes.Buffer
		if err := run([]string{"-exhaustive", "-path", "golden", "-blows", blow}, &out); err != nil || out.Len() > 0 {
			t.Errorf("%s: %v\n%s", blow, err, out.String())
		}
	}
}

func TestAProcessThatDiesIsAnErrorWithWhatItSaid(t *testing.T) {
	t.Chdir("../..")
	o, err := flags([]string{"-workers", "2", "-profile", "none"}) // A process of its own looks at its flags itself.
	if err != nil {
		t.Fatal(err)
	}
	err = o.send(func(n uint64) (errand, bool) { return errand{Seed: n + 1}, n < 3 }, func(uint64, report) { t.Error("a report came") })
	if err == nil || !strings.Contains(err.Error(), `no profile is named "none"`) {
		t.Errorf("%v", err)
	}
}

func TestAWorldThatCannotRunIsAnError(t *testing.T) {
	t.Chdir("../..")
	o, err := flags([]string{"-workers", "1", "-orders", "1"})
	if err != nil {
		t.Fatal(err)
	}
	err = o.send(func(n uint64) (errand, bool) { return errand{Seed: n + 1, Bug: 99}, n < 1 }, func(uint64, report) { t.Error("a report came") })
	if err == nil || strings.Contains(err.Error(), "a process that ran worlds") {
		t.Errorf("%v", err)
	}
}
