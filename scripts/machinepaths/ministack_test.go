//go:build engines

package machinepaths_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/machinepaths"
)

// hurried is the definition with its time-outs shortened as hurry shortens the waiting, and with nothing else changed. A minute is
// two seconds.
func hurried(t *testing.T, change func(root map[string]any)) string {
	t.Helper()
	root := parse(t, shipped(t))
	change(root)
	shorten := func(of map[string]any) {
		if seconds, there := of["TimeoutSeconds"].(float64); there {
			of["TimeoutSeconds"] = max(2, int(hurry(time.Duration(seconds)*time.Second).Seconds()))
		}
	}
	shorten(root)
	for _, state := range root["States"].(map[string]any) {
		shorten(state.(map[string]any))
	}
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// atOnce is how many cases run at the same time. MiniStack runs sixteen functions at once, and refuses more on small machines.
const atOnce = 12

// result is what came of a case.
type result struct {
	got machinepaths.Outcome
	err error
}

// TestMiniStackTakesTheSamePaths runs the table on MiniStack's Step Functions, and then holds every listed difference to what it says.
func TestMiniStackTakesTheSamePaths(t *testing.T) {
	e, probes := startEngine(t), probes()
	listed, instead := map[string]machinepaths.Difference{}, map[string]machinepaths.Outcome{}
	for _, d := range machinepaths.MiniStack() {
		for name, outcome := range d.Cases {
			listed[name], instead[name] = d, outcome
		}
	}
	cases := machinepaths.Cases()
	for i, r := range e.runAll(t, cases, listed) {
		c := cases[i]
		t.Run(c.Name, func(t *testing.T) {
			if r.err != nil {
				t.Fatal(r.err)
			}
			d, other := listed[c.Name]
			switch same := cmp.Equal(c.Want, r.got); {
			case !other && !same:
				t.Errorf("an unlisted difference: %s", cmp.Diff(c.Want, r.got))
			case other && same:
				t.Errorf("leads where it should. Strike the difference %q", d.Name)
			case other && !cmp.Equal(instead[c.Name], r.got):
				t.Errorf("another difference than %q: %s", d.Name, cmp.Diff(instead[c.Name], r.got))
			}
		})
	}
	for _, d := range machinepaths.MiniStack() {
		probe, there := probes[d.Name]
		delete(probes, d.Name)
		if there != (d.Cases == nil) {
			t.Errorf("%s: wants either cases or a test of its own", d.Name)
		} else if there {
			t.Run(d.Name, func(t *testing.T) { probe(t, e) })
		}
	}
	for name := range probes {
		t.Errorf("%s is tested and not listed", name)
	}
	t.Run("the product's own calls are understood", func(t *testing.T) { productCalls(t, e) })
}

// runAll runs all cases, several at once.
func (e *engine) runAll(t *testing.T, cases []machinepaths.Case, listed map[string]machinepaths.Difference) []result {
	t.Helper()
	d := loaded(t, shipped(t))
	asShipped, inAHurry := e.deploy(t, "shipped", string(shipped(t))), e.deploy(t, "hurried", hurried(t, func(map[string]any) {}))
	out := make([]result, len(cases))
	free := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, c := range cases {
		_, trace, err := machinepaths.RunLocal(d, c)
		if err != nil {
			t.Fatal(err)
		}
		machine := asShipped
		if _, other := listed[c.Name]; other || hangs(c) || trace.Took > 10*24*time.Hour {
			machine = inAHurry
		}
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			ctx, stop := context.WithTimeout(t.Context(), runLimit)
			defer stop()
			r, err := e.start(ctx, machine, fmt.Sprintf("%s-%d", e.prefix, i), c.Tasks)
			if err == nil {
				out[i].got, err = e.end(ctx, r)
			}
			out[i].err = err
		})
	}
	all.Wait()
	return out
}

func hangs(c machinepaths.Case) bool {
	for _, calls := range c.Tasks {
		for _, call := range calls {
			if call.Does == machinepaths.Hangs {
				return true
			}
		}
	}
	return false
}
