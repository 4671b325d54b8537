package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"till/scripts/simulate/faults"
	"till/scripts/simulate/world"
	"till/shared/planted"
)

// errand is a world that a child process lets run: a seed, or a walk of a path.
type errand struct {
	Seed  uint64       `json:"seed,omitempty"`
	Bug   int          `json:"bug,omitempty"` // The planted bug that is switched on.
	Path  string       `json:"path,omitempty"`
	Blows []world.Blow `json:"blows,omitempty"`
}

// report is what came of it.
type report struct {
	Result world.Result `json:"result"` // Of a seed; without World and Cover.
	Cover  []passed     `json:"cover,omitempty"`
	Walk   outcome      `json:"walk"`
	Err    string       `json:"err,omitempty"`
}

// passed is one point of a cover.
type passed struct {
	Point faults.Point
	Count *faults.Count
}

// run does an errand in this process.
func (e errand) run(config world.Config) (r report) {
	err := planted.Choose(e.Bug)
	if err == nil && e.Path != "" {
		r.Walk, err = walked(walk{pathOf(e.Path), e.Blows}, config)
	} else if err == nil {
		config.Seed = e.Seed
		r.Result, err = world.Run(config)
		for p, n := range r.Result.Cover {
			r.Cover = append(r.Cover, passed{p, n})
		}
	}
	if err != nil {
		r.Err = err.Error()
	}
	return r
}

// serve does the errands that come in, one after the other.
func serve(config world.Config, in io.Reader, out io.Writer) error {
	errands, reports := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var e errand
		err := errands.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = reports.Encode(e.run(config))
			runtime.GC() // Of that world nothing is left.
		}
		if err != nil {
			return err
		}
	}
}

// send lets worlds run in as many processes as there are workers, each with one thread. It asks for errands by number until there is none, and
// gives each report to take, one at a time. Errors: a world that cannot run, and a process that died, with what it said.
func (o options) send(next func(n uint64) (errand, bool), take func(n uint64, r report)) error {
	var number atomic.Uint64
	var all sync.WaitGroup
	var mu sync.Mutex
	var faults []error
	for range o.workers {
		all.Go(func() {
			err := o.process(func(ask func(errand) (report, error)) error {
				for {
					n := number.Add(1) - 1
					e, more := next(n)
					if !more {
						return nil
					}
					r, err := ask(e)
					if err != nil {
						return fmt.Errorf("%+v: %w", e, err)
					}
					mu.Lock()
					take(n, r)
					mu.Unlock()
				}
			})
			mu.Lock()
			defer mu.Unlock()
			faults = append(faults, err)
		})
	}
	all.Wait()
	return errors.Join(faults...)
}

// process starts one, lets work ask it, and ends it.
func (o options) process(work func(ask func(errand) (report, error)) error) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, append(slices.Clone(o.args), "-child")...) //nolint:noctx // ourselves, until we close its input
	cmd.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", oneThread))
	var said bytes.Buffer
	cmd.Stderr = &said
	in, noIn := cmd.StdinPipe()
	out, noOut := cmd.StdoutPipe()
	if err := errors.Join(noIn, noOut); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	errands, reports := json.NewEncoder(in), json.NewDecoder(out)
	err = work(func(e errand) (r report, err error) {
		if err = errands.Encode(e); err == nil {
			err = reports.Decode(&r)
		}
		if err == nil && r.Err != "" {
			err = errors.New(r.Err)
		}
		r.Result.Cover = faults.Cover{}
		for _, p := range r.Cover {
			r.Result.Cover[p.Point] = p.Count
		}
		return r, err
	})
	_ = in.Close() // It ends by that, if it has not ended.
	if died := cmd.Wait(); died != nil {
		return errors.Join(err, fmt.Errorf("a process that ran worlds: %w\n%s", died, said.Bytes()))
	}
	return err
}
