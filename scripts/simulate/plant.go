package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"till/scripts/simulate/world"
	"till/shared/planted"
)

// errMissed says that a bug was there, and nobody noticed.
var errMissed = errors.New("a planted bug was not found")

// hunt switches bugs on one after the other, and lets seeds run until one notices.
func hunt(o options, config world.Config, out io.Writer) error {
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
		if err := planted.Choose(n); err != nil {
			return err
		}
		seeds, broken := until(o, config)
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
	return planted.Choose(0)
}

// until lets seeds run until one breaks an invariant, and gives how many it took and what broke.
func until(o options, config world.Config) (seeds uint64, broken []string) {
	var next atomic.Uint64
	var found atomic.Uint64
	found.Store(o.seeds + 1)
	var mu sync.Mutex
	what := map[uint64][]string{}
	var all sync.WaitGroup
	for range o.workers {
		all.Go(func() {
			for {
				n := next.Add(1)
				if n > o.seeds || n > found.Load() {
					return
				}
				c := config
				c.Seed = o.first + n - 1
				r, err := world.Run(c)
				if err != nil || len(r.Failures) == 0 {
					continue
				}
				mu.Lock()
				for _, f := range r.Failures {
					if !slices.Contains(what[n], f.Invariant) {
						what[n] = append(what[n], f.Invariant)
					}
				}
				found.Store(min(found.Load(), n))
				mu.Unlock()
			}
		})
	}
	all.Wait()
	first := found.Load()
	return min(first, o.seeds), what[first]
}
