package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"till/scripts/acceptance"
	"till/scripts/deployed"
	"till/shared/catalog"
)

// stockHold is the least that the product takes: the clock is the wall's, and expiry is waited for.
const stockHold = "5m"

// mostTold is how many faults of a step are told again at the end: who sees only the last lines of the output learns why.
const mostTold = 20

// run is one end-to-end run.
type run struct {
	ctx    context.Context
	dir    string
	began  time.Time
	wanted *regexp.Regexp
	whole  bool // Everything, not only some scenarios.
	atOnce int

	shop *deployed.Local

	mu       sync.Mutex
	out      io.Writer
	failed   []string
	received map[catalog.SKU]int64
	visits   int
	passed   int
}

// all puts the shop up, does everything, and gives the verdict.
func (r *run) all() (err error) {
	r.received = map[catalog.SKU]int64{}
	sam, err := os.Create(filepath.Join(r.dir, "deploy.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sam.Close()) }()
	r.say("deploying; SAM's output is in %s", sam.Name())
	r.shop, err = deployed.Put(r.ctx, deployed.LocalOptions{Root: ".", Dir: r.dir, StockHold: stockHold, Log: sam},
		func(_ *deployed.Local, api http.Handler) http.Handler { return api })
	if err != nil {
		return fmt.Errorf("%w (see %s)", err, sam.Name())
	}
	defer func() { err = errors.Join(err, r.shop.Close(context.WithoutCancel(r.ctx))) }()
	r.say("deployed: the API is at %s, AWS at %s", r.shop.ShopURL, r.shop.Stack.Endpoint)
	r.step("the stack is as its template says", r.asTemplate)
	r.step("the catalogue is seeded through the API", r.seed)
	finish := r.scenarios()
	if r.whole {
		r.step("before anything is killed every invariant holds, and no mail came twice", r.calm)
		r.misfortunes()
	}
	finish()
	r.verdict()
	if len(r.failed) > 0 {
		for _, f := range r.failed {
			r.say("FAILED: %s", f)
		}
		return fmt.Errorf("%d of %d failed; logs and all output are kept in %s", len(r.failed), len(r.failed)+r.passed, r.dir)
	}
	r.say("all %d passed; output is kept in %s", r.passed, r.dir)
	return nil
}

// say prints a line of progress.
func (r *run) say(format string, values ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.out, "%6.1f s  %s\n", time.Since(r.began).Seconds(), fmt.Sprintf(format, values...))
}

// Write prints what a scenario is told, line by line.
func (r *run) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Fprintf(r.out, "%6.1f s    %s", time.Since(r.began).Seconds(), line)
}

// step does one thing under a name, and notes how it went.
func (r *run) step(name string, do func(*acceptance.Visit)) {
	r.attempt(name, func(t acceptance.T) { do(r.enter(t)) })
}

// attempt runs something that may fail. What it was, how long it took and whether it held is printed and counted.
func (r *run) attempt(name string, do func(acceptance.T)) bool {
	began := time.Now()
	t := &acceptance.Recorder{Name: name, Log: r}
	ok := t.Run(do)
	r.mu.Lock()
	if ok {
		r.passed++
	} else {
		r.failed = append(r.failed, name+"\n"+t.Summary(mostTold))
	}
	r.mu.Unlock()
	mark := "ok    "
	if !ok {
		mark = "FAILED"
	}
	r.say("%s  %s (%.1f s)", mark, name, time.Since(began).Seconds())
	return ok
}

// enter lets people in, with keys and products of their own.
func (r *run) enter(t acceptance.T) *acceptance.Visit {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.visits++
	return acceptance.Enter(r.ctx, r.shop, t, fmt.Sprintf("v%d", r.visits))
}

// note remembers what a visit put on the shelves.
func (r *run) note(v *acceptance.Visit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(r.received, v.Received())
}
