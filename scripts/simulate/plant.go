package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"till/shared/planted"
)

// errMissed says that a bug was there, and nobody noticed.
var errMissed = errors.New("a planted bug was not found")

// hunt switches bugs on one after the other, and lets seeds run until one notices.
func hunt(o options, out io.Writer) error {
	if !planted.Possible {
		return errors.New("build with -tags planted to switch a bug on")
	}
	bugs := make([]int, planted.Count)
	for i := range bugs {
		bugs[i] = i + 1
	}
	if o.planted != "all" {
		var one int
		if _, err := fmt.Sscan(o.planted, &one); err != nil {
			return fmt.Errorf("no bug is numbered %q", o.planted)
		}
		bugs = []int{one}
	}
	missed := 0
	for _, n := range bugs {
		seeds, broken, err := until(o, n)
		if err != nil {
			return err
		}
		if len(broken) == 0 {
			missed++
			fmt.Fprintf(out, "bug=%d found=no seeds=%d\n", n, seeds)
			continue
		}
		fmt.Fprintf(out, "bug=%d found=yes seeds=%d %s\n", n, seeds, strings.Join(broken, "; "))
	}
	if missed > 0 {
		return errMissed
	}
	return nil
}

// until lets seeds run with a bug until one breaks an invariant, and gives how many it took and what broke.
func until(o options, bug int) (seeds uint64, broken []string, err error) {
	var found atomic.Uint64
	found.Store(o.seeds)
	what := map[uint64][]string{}
	err = o.send(func(n uint64) (errand, bool) { return errand{Seed: o.first + n, Bug: bug}, n < found.Load() }, func(n uint64, r report) {
		for _, f := range r.Result.Failures {
			if !slices.Contains(what[n], f.Invariant) {
				what[n] = append(what[n], f.Invariant)
			}
			found.Store(min(found.Load(), n))
		}
	})
	first := found.Load()
	return min(first+1, o.seeds), what[first], err
}
