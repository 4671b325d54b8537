package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"till/scripts/simulate/actors"
	"till/scripts/simulate/faults"
	"till/scripts/simulate/world"
)

// afterBlows is how long a scripted world is left alone before its end is looked at: the longest that the sweep waits before
// it looks again is hours.
const afterBlows = 24 * time.Hour

// walk is one path with the faults that strike it.
type walk struct {
	path  actors.Path
	blows []world.Blow
}

// exhaust walks every path without faults, then with every single fault at every call, then with every pair.
func exhaust(o options, config world.Config, out io.Writer) error {
	violations := 0
	for _, path := range actors.Paths() {
		if alone := o.path == path.Name; !alone && (o.blows != "" || !strings.HasPrefix(path.Name, o.path)) {
			continue
		}
		if o.blows != "" {
			blows, err := blowsOf(o.blows)
			if err != nil {
				return err
			}
			one := walk{path, blows}
			got, err := walked(one, config) // Here, so that its steps can be shown.
			if err != nil {
				return err
			}
			violations += tell(out, one, got)
			continue
		}
		begun := time.Now()
		clean, err := walked(walk{path: path}, config)
		if err != nil {
			return err
		}
		for _, what := range clean.Broken {
			fmt.Fprintf(out, "path=%s clean: %s\n", path.Name, what)
			violations++
		}
		singles := singlesOf(clean.Calls)
		broken, err := stride(o, out, each(path, singles))
		if err != nil {
			return err
		}
		violations += broken
		fmt.Fprintf(out, "path=%s calls=%d singles=%d in %s\n", path.Name, len(clean.Calls), len(singles), time.Since(begun).Round(time.Millisecond))
		if o.pairs {
			pairs := pairsOf(clean.Calls)
			fmt.Fprintf(out, "path=%s pairs=%d to come\n", path.Name, len(pairs))
			if broken, err = stride(o, out, both(path, pairs)); err != nil {
				return err
			}
			violations += broken
			fmt.Fprintf(out, "path=%s pairs=%d in %s\n", path.Name, len(pairs), time.Since(begun).Round(time.Millisecond))
		}
	}
	if violations > 0 {
		return errViolated
	}
	return nil
}

// blowsOf reads blows as told writes them.
func blowsOf(text string) (out []world.Blow, err error) {
	for _, one := range strings.Split(text, ",") {
		at, name, _ := strings.Cut(one, ":")
		name, _, _ = strings.Cut(name, "(")
		kind, known := faults.Of(name)
		n, err := strconv.Atoi(at)
		if err != nil || !known {
			return nil, fmt.Errorf("no blow is %q", one)
		}
		out = append(out, world.Blow{At: n, Kind: kind})
	}
	return out, nil
}

// outcome is how a walk went.
type outcome struct {
	Calls  []world.Call `json:"calls,omitempty"`
	Broken []string     `json:"broken,omitempty"`
}

func walked(w walk, config world.Config) (outcome, error) {
	config.Seed, config.Orders, config.Scripted, config.Blows, config.After = 1, 1, true, w.blows, afterBlows
	terms := world.Gateway(w.path.Gateway)
	terms.Manual = w.path.Manual
	config.Profile = world.Profile{Name: w.path.Name, Mix: w.path.Mix, Terms: terms}
	r, err := world.Run(config)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{Calls: r.Calls}
	for _, f := range r.Failures {
		out.Broken = append(out.Broken, fmt.Sprintf("invariant=%q order=%s step=%d %s", f.Invariant, f.Order, f.Step, f.What))
	}
	for how := range r.Ends {
		if !slices.Contains(w.path.Ends, how) {
			out.Broken = append(out.Broken, "the order ended "+how)
		}
	}
	if len(r.Ends) != 1 {
		out.Broken = append(out.Broken, fmt.Sprintf("%d orders", len(r.Ends)))
	}
	return out, nil
}

// singlesOf is every kind at every call that it can strike.
func singlesOf(calls []world.Call) []world.Blow {
	var out []world.Blow
	for at, c := range calls {
		for _, k := range c.Port.Kinds() {
			switch {
			case k == faults.Cold || k == faults.Ahead || k == faults.Behind || k == faults.Stale: // They are no blows: nothing fails by them alone.
			case k == faults.TooLarge: // It lasts until all is calm: people have given up by then.
			default:
				out = append(out, world.Blow{At: at, Kind: k})
			}
		}
	}
	return out
}

// pairsOf is every two of the blows that differ in what they do, at places that differ in what is called: the first and the
// last time that a function makes a call. A read has no effect, so that to die before it or after it is one thing; and so is an
// answer that was lost before the effect and one that says that nothing happened, for all who must then ask again.
func pairsOf(calls []world.Call) [][2]world.Blow {
	first, last := map[string]int{}, map[string]int{}
	for at, c := range calls {
		if _, seen := first[c.Name]; !seen {
			first[c.Name] = at
		}
		last[c.Name] = at
	}
	var blows []world.Blow
	for at, c := range calls {
		if first[c.Name] != at && last[c.Name] != at {
			continue
		}
		for _, k := range different[c.Port] {
			blows = append(blows, world.Blow{At: at, Kind: k})
		}
	}
	var out [][2]world.Blow
	for i, a := range blows {
		for _, b := range blows[i+1:] {
			if a.At != b.At {
				out = append(out, [2]world.Blow{a, b})
			}
		}
	}
	return out
}

// different are the kinds of a port that differ in what they do.
var different = map[faults.Port][]faults.Kind{
	faults.StoreRead:   {faults.Throttle, faults.CrashBefore},
	faults.StoreIndex:  {faults.Throttle},
	faults.StoreKeys:   {faults.Throttle, faults.TimeoutAfter, faults.CrashAfter},
	faults.StoreWrite:  {faults.Throttle, faults.TimeoutAfter, faults.CrashBefore, faults.CrashAfter},
	faults.Queue:       {faults.Throttle, faults.TimeoutAfter, faults.CrashAfter},
	faults.Machine:     {faults.Throttle, faults.TimeoutAfter, faults.CrashAfter},
	faults.Task:        {faults.Throttle, faults.TimeoutAfter, faults.CrashAfter},
	faults.Mailer:      {faults.Throttle, faults.TimeoutAfter},
	faults.KMS:         {faults.Throttle},
	faults.Gateway:     {faults.Throttle, faults.TimeoutAfter, faults.CrashAfter, faults.FailsAfter},
	faults.GatewayRead: {faults.Throttle, faults.CrashBefore},
	faults.Function:    {faults.CrashEnd},
	faults.Message:     {faults.Lost, faults.Double},
	faults.Stream:      {faults.Lost, faults.Double},
	faults.Webhook:     {faults.Lost, faults.Double},
	faults.Edge:        {faults.NoAnswer},
}

func each(path actors.Path, blows []world.Blow) []walk {
	out := make([]walk, len(blows))
	for i, b := range blows {
		out[i] = walk{path, []world.Blow{b}}
	}
	return out
}

func both(path actors.Path, pairs [][2]world.Blow) []walk {
	out := make([]walk, len(pairs))
	for i, p := range pairs {
		out[i] = walk{path, []world.Blow{p[0], p[1]}}
	}
	return out
}

// stride walks all, tells what broke, and gives how often.
func stride(o options, out io.Writer, walks []walk) (violations int, err error) {
	err = o.send(func(n uint64) (errand, bool) {
		if n >= uint64(len(walks)) {
			return errand{}, false
		}
		return errand{Path: walks[n].path.Name, Blows: walks[n].blows}, true
	}, func(n uint64, r report) { violations += tell(out, walks[n], r.Walk) })
	return violations, err
}

// tell tells what broke, and gives how much.
func tell(out io.Writer, w walk, got outcome) int {
	if len(got.Broken) > 0 {
		fmt.Fprintf(out, "path=%s blows=%s %s\n", w.path.Name, told(w, got.Calls), strings.Join(got.Broken, "; "))
	}
	return len(got.Broken)
}

// pathOf finds a path; one without steps if there is none.
func pathOf(name string) actors.Path {
	for _, p := range actors.Paths() {
		if p.Name == name {
			return p
		}
	}
	return actors.Path{}
}

// told is blows as people read them, and as -blows takes them.
func told(w walk, calls []world.Call) string {
	var out []string
	for _, b := range w.blows {
		name := "?"
		if b.At < len(calls) {
			name = calls[b.At].Name
		}
		out = append(out, fmt.Sprintf("%d:%s(%s)", b.At, b.Kind, name))
	}
	return strings.Join(out, ",")
}
