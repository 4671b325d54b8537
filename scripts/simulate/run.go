package main

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"till/scripts/localshop"
	"till/scripts/simulate/faults"
	"till/scripts/simulate/world"
	"till/shared/order"
)

// options are the flags.
type options struct {
	seeds               uint64
	orders, workers     int
	progress            int
	seed, first         uint64
	profile, order      string
	coverage, hashes    bool
	steps, log, planted string
	path, blows         string
	exhaustive, pairs   bool
	child               bool
	cpu                 string
	args                []string // As they came.
}

func flags(args []string) (o options, err error) {
	f := flag.NewFlagSet("simulate", flag.ContinueOnError)
	f.Uint64Var(&o.seeds, "seeds", 100, "how many seeds")
	f.IntVar(&o.orders, "orders", 0, "orders per seed; 0: 1000, or with -profile all as many as each profile needs")
	f.IntVar(&o.workers, "workers", runtime.NumCPU(), "seeds at once, each in a process of its own")
	f.Uint64Var(&o.first, "first", 1, "the first seed")
	f.Uint64Var(&o.seed, "seed", 0, "this seed alone")
	f.StringVar(&o.profile, "profile", swarm, "what kind of world; all: each in its size")
	f.StringVar(&o.order, "order", "", "with -seed: show what happened to this order")
	f.IntVar(&o.progress, "progress", 10, "after how many seeds to tell so; 0: never")
	f.BoolVar(&o.coverage, "coverage", false, "print what struck where")
	f.BoolVar(&o.hashes, "hashes", false, "print each seed's history hash")
	f.BoolVar(&o.exhaustive, "exhaustive", false, "every single fault at every call of the paths")
	f.BoolVar(&o.pairs, "pairs", false, "with -exhaustive: every pair, too")
	f.StringVar(&o.path, "path", "", "with -exhaustive: the paths whose names begin so; with -blows: this path")
	f.StringVar(&o.blows, "blows", "", "with -path: these blows alone, as a failure tells them (15:crash-after,40:lost)")
	f.StringVar(&o.planted, "planted", "", "with -tags planted: this bug, or all, until a seed finds it")
	f.StringVar(&o.steps, "steps", "", "with -seed: write each step of the history to this file")
	f.StringVar(&o.log, "log", "", "with -seed: write the functions' log to this file")
	f.StringVar(&o.cpu, "cpu", "", "with -seed: write where the processor's time goes to this file, as go tool pprof reads it")
	f.BoolVar(&o.child, "child", false, "do what standard input asks for: the command starts itself so")
	o.args = args
	return o, f.Parse(args)
}

// staffKeyBits is how long the key is that signs staff's tokens: the shortest that is allowed, as signing is dear.
const staffKeyBits = 1024

// oneThread is how many threads a world is given: its work takes turns, and between threads a turn passes by way of the operating system.
const oneThread = 1

var errViolated = errors.New("an invariant did not hold")

func run(args []string, out io.Writer) error {
	o, err := flags(args)
	if err != nil {
		return err
	}
	if o.profile == everyone {
		return everyProfile(o, out)
	}
	if o.orders == 0 {
		o.orders = fullOrders
	}
	debug.SetMemoryLimit(room + int64(o.orders)*roomFor)
	key, err := rsa.GenerateKey(rand.Reader, staffKeyBits)
	if err != nil {
		return err
	}
	profile, known := world.Named(o.profile)
	if !known {
		return fmt.Errorf("no profile is named %q", o.profile)
	}
	if o.seed > 0 {
		o.first, o.seeds = o.seed, 1
	}
	plans := localshop.NewPlans(os.DirFS("."))
	if _, err := plans.Of(nil); err != nil {
		return err
	}
	config := world.Config{Orders: o.orders, Profile: profile, Plans: plans, StaffKey: key}
	if o.seed > 0 || o.blows != "" {
		if config.Steps, err = file(o.steps); err != nil {
			return err
		}
		if config.Log, err = file(o.log); err != nil {
			return err
		}
		if o.order != "" && config.Steps == nil {
			config.Steps = linesOf(out, o.order)
		}
	}
	if o.child {
		return serve(config, os.Stdin, out)
	}
	if o.exhaustive {
		return exhaust(o, config, out)
	}
	if o.planted != "" {
		return hunt(o, out)
	}
	begun := time.Now()
	sum := summary{cover: faults.Cover{}, ends: map[string]int{}, ways: map[string]int{}, out: out, o: o, commit: commit()}
	if o.seed > 0 { // Here, so that it can be looked into, and with one thread, as a process of its own would have.
		runtime.GOMAXPROCS(oneThread)
		config.Seed = o.seed
		r, err := o.profiled(config)
		sum.add(r, err, config)
		return sum.close(time.Since(begun))
	}
	sum.err = o.send(func(n uint64) (errand, bool) { return errand{Seed: o.first + n}, n < o.seeds }, func(n uint64, r report) {
		c := config
		c.Seed = o.first + n
		sum.add(r.Result, nil, c)
	})
	return sum.close(time.Since(begun))
}

// file makes a file to write to; nil without a name. It is closed when the program ends.
func file(name string) (io.Writer, error) {
	if name == "" {
		return nil, nil
	}
	return os.Create(name)
}

// shrinks is for how many failures a smaller world is looked for.
const shrinks = 3

// summary is what came of all seeds.
type summary struct {
	out    io.Writer
	o      options
	commit string

	seeds, orders, failures int
	shrunk                  int // Failures that a smaller world was looked for.
	runs, steps             uint64
	cover                   faults.Cover
	ends, ways              map[string]int
	err                     error
}

func (s *summary) add(r world.Result, err error, c world.Config) {
	if err != nil {
		s.err = err
		return
	}
	s.seeds++
	s.orders += r.Orders
	s.runs += r.Runs
	s.steps += r.Steps
	s.cover.Add(r.Cover)
	for how, n := range r.Ends {
		s.ends[how] += n
	}
	for how, n := range r.Ways {
		s.ways[how] += n
	}
	for _, f := range r.Failures {
		s.failures++
		fmt.Fprintf(s.out, "seed=%d commit=%s profile=%s invariant=%q order=%s step=%d %s\n", r.Seed, s.commit, s.o.profile, f.Invariant, f.Order, f.Step, f.What)
	}
	if len(r.Failures) > 0 && s.o.seed == 0 && s.shrunk < shrinks {
		s.shrunk++
		if n := fewer(c, r.Failures[0].Invariant); n > 0 {
			fmt.Fprintf(s.out, "seed=%d breaks %q with %d orders, too: -profile %s -seed %d -orders %d\n", r.Seed, r.Failures[0].Invariant, n, s.o.profile, r.Seed, n)
		}
	}
	if s.o.order != "" {
		s.err = timeline(s.out, r.World, order.ID(s.o.order))
	}
	if s.o.seed == 0 && s.o.progress > 0 && s.seeds%s.o.progress == 0 {
		fmt.Fprintf(s.out, "%d of %d seeds\n", s.seeds, s.o.seeds)
	}
	if s.o.hashes || s.o.seed > 0 {
		fmt.Fprintf(s.out, "seed=%d hash=%s orders=%d runs=%d steps=%d took=%s\n", r.Seed, r.Hash, r.Orders, r.Runs, r.Steps, r.Took.Round(time.Millisecond))
	}
}

func (s *summary) close(took time.Duration) error {
	uncovered := s.covered()
	if s.o.coverage {
		for _, how := range slices.Sorted(maps.Keys(s.ways)) {
			fmt.Fprintf(s.out, "%-60s %9d\n", how, s.ways[how])
		}
	}
	fmt.Fprintln(s.out, s.ends)
	fmt.Fprintf(s.out, "%d seeds, %d orders, %d runs of functions, %d steps, %d violations in %s: %.0f orders/s, %.2f ms each\n", s.seeds, s.orders, s.runs, s.steps,
		s.failures, took.Round(time.Millisecond), float64(s.orders)/took.Seconds(), took.Seconds()*1000/float64(max(1, s.orders)))
	if s.err != nil {
		return s.err
	}
	if s.failures > 0 {
		return errViolated
	}
	return uncovered
}

// commit names what was simulated.
func commit() string {
	text, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output() //nolint:noctx // short
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// profiled lets a world run, and writes where its time goes if that is asked for.
func (o options) profiled(config world.Config) (world.Result, error) {
	if o.cpu == "" {
		return world.Run(config)
	}
	out, err := os.Create(o.cpu)
	if err != nil {
		return world.Result{}, err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return world.Result{}, err
	}
	r, err := world.Run(config)
	pprof.StopCPUProfile()
	return r, errors.Join(err, out.Close())
}
