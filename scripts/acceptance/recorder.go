package acceptance

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Recorder is a T for programs: it prints what it is told. Safe for concurrent use.
type Recorder struct {
	Name string
	Log  io.Writer

	mu       sync.Mutex
	failures []string
}

// Run calls f in a goroutine of its own, which Fatalf ends, and tells whether nothing failed so far.
func (r *Recorder) Run(f func(T)) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		f(r)
	}()
	<-done
	return len(r.Failures()) == 0
}

// Failures lists what went wrong.
func (r *Recorder) Failures() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.failures)
}

// Summary is at most so many of the failures, a line each, and how many more there are.
func (r *Recorder) Summary(most int) string {
	var out strings.Builder
	failures := r.Failures()
	for i, f := range failures {
		if i == most {
			fmt.Fprintf(&out, "  and %d more\n", len(failures)-most)
			break
		}
		fmt.Fprintf(&out, "  %s\n", f)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// Helper is T's.
func (r *Recorder) Helper() {}

// Logf is T's.
func (r *Recorder) Logf(format string, values ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.Log, "%s: %s\n", r.Name, fmt.Sprintf(format, values...))
}

// Errorf is T's.
func (r *Recorder) Errorf(format string, values ...any) {
	r.Logf("FAILED: "+format, values...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, values...))
}

// Fatalf is T's: it ends the goroutine.
func (r *Recorder) Fatalf(format string, values ...any) {
	r.Errorf(format, values...)
	runtime.Goexit()
}
