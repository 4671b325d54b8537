package asl

import (
	"fmt"
	"math"
	"time"

	"till/scripts/localcloud/clock"
)

// thread is one line of control: the execution's own, or a branch of a Parallel, or an item of a Map.
type thread struct {
	run    *execution
	def    *Definition
	parent *fork
	index  int // in the parent
	item   any // of a Map, for the context object

	state   *State
	raw     any // the state's input
	entered time.Time
	retries []int // by retrier
	retried int
	attempt int // counts up, so that answers to an older try are known as such
	token   string
	timer   *clock.Timer // of a wait, a retry, a task's timeout
	beat    *clock.Timer
	every   time.Duration // the heartbeat
	fork    *fork         // what a Parallel or Map state waits for
	over    bool
}

// All below runs under the service's lock.

// enter goes into a state.
func (s *Service) enter(t *thread, name string, input any) {
	e := t.run
	if len(e.history) > eventsMax {
		s.close(e, Failed, nil, &failure{errRuntime, fmt.Sprintf("The execution reached the maximum number of history events (%d).", eventsMax)})
		return
	}
	now := s.Clock.Now()
	t.state, t.raw, t.entered = t.def.States[name], input, now
	t.retries, t.retried = make([]int, len(t.state.Retry)), 0
	e.transitions++
	e.machine.covered[name]++
	e.note(now, t.state.Type+"StateEntered", name, "")
	s.work(t)
}

// work does what the state is for: at once, or later through a timer or a task.
func (s *Service) work(t *thread) {
	t.attempt++
	st := t.state
	if st.Resource == resourceCallback { // A new token for every try, there before the parameters that name it.
		t.token = tokenPrefix + s.IDs.Hex()
		s.tokens[t.token] = t
	}
	input, err := s.input(t)
	if err != nil {
		s.fail(t, asFailure(err))
		return
	}
	switch st.Type {
	case "Pass":
		if st.Result != nil {
			input = st.Result
		}
		s.succeed(t, input)
	case "Succeed":
		s.succeed(t, input)
	case "Task":
		s.task(t, input)
	case "Wait":
		s.wait(t, input)
	case "Choice":
		s.choose(t, input)
	case "Fail":
		s.fail(t, s.ownFailure(t, input))
	case "Parallel":
		s.parallel(t, input)
	case "Map":
		s.mapItems(t, input)
	}
}

// input is the raw input through InputPath and Parameters. A Map's Parameters are for its items.
func (s *Service) input(t *thread) (any, error) {
	st := t.state
	v, err := s.through(t, st.InputPath, t.raw)
	if err != nil || st.Parameters == nil || st.Type == "Map" {
		return v, err
	}
	return fill(st.Parameters, s.scope(t, v))
}

// through applies InputPath or OutputPath: null stands for an empty object.
func (s *Service) through(t *thread, p pathField, v any) (any, error) {
	if p.null {
		return map[string]any{}, nil
	}
	if p.or("$") == "$" {
		return v, nil
	}
	where, err := parsePath(p.text)
	if err != nil {
		return nil, err
	}
	return where.eval(s.scope(t, v))
}

func (s *Service) scope(t *thread, input any) scope {
	return scope{input: input, context: func() map[string]any { return s.context(t) }, random: s.Random, newID: s.IDs.UUID}
}

// succeed leads a state's result to its output, and on.
func (s *Service) succeed(t *thread, result any) {
	output, err := s.output(t, result)
	if err != nil {
		s.fail(t, asFailure(err))
		return
	}
	st, e := t.state, t.run
	s.still(t)
	e.note(s.Clock.Now(), st.Type+"StateExited", st.name, "")
	switch {
	case st.End || st.Type == "Succeed":
		s.finish(t, output)
	default:
		s.enter(t, st.Next, output)
	}
}

func (s *Service) output(t *thread, result any) (any, error) {
	st := t.state
	output := result
	var err error
	switch st.Type {
	case "Task", "Parallel", "Map", "Pass":
		if st.ResultSelector != nil {
			if result, err = fill(st.ResultSelector, s.scope(t, result)); err != nil {
				return nil, err
			}
		}
		if output, err = putResult(st.ResultPath, t.raw, result); err != nil {
			return nil, err
		}
	}
	if output, err = s.through(t, st.OutputPath, output); err != nil {
		return nil, err
	}
	if len(encode(output)) > dataBytesMax {
		return nil, &failure{errDataLimit, "the output of a state is larger than 256 KiB"}
	}
	return output, nil
}

// putResult puts a result into the state's input where ResultPath says; null throws it away.
func putResult(p pathField, raw, result any) (any, error) {
	if p.null {
		return raw, nil
	}
	where, err := parsePath(p.or("$"))
	if err != nil {
		return nil, err
	}
	out, err := where.put(raw, result)
	if err != nil {
		return nil, &failure{errResultPath, err.Error()}
	}
	return out, nil
}

// fail leads an error through the state's Retry and Catch, or out of the thread.
func (s *Service) fail(t *thread, f *failure) {
	st, e := t.state, t.run
	s.still(t)
	for i, r := range st.Retry {
		if !matches(r.ErrorEquals, f.name) {
			continue
		}
		if t.retries[i] >= r.attempts() {
			break // The first that matches decides, also that it is enough.
		}
		t.retries[i]++
		t.retried++
		e.machine.covered[st.name+place("Retry", i)]++
		e.transitions++
		e.note(s.Clock.Now(), st.Type+"Retried", st.name, f.name)
		s.later(t, s.delay(r, t.retries[i]), func() { s.work(t) })
		return
	}
	for i, c := range st.Catch {
		if !matches(c.ErrorEquals, f.name) {
			continue
		}
		output, err := putResult(c.ResultPath, t.raw, map[string]any{"Error": f.name, "Cause": f.cause})
		if err != nil {
			f = asFailure(err)
			break
		}
		e.machine.covered[st.name+place("Catch", i)]++
		e.note(s.Clock.Now(), st.Type+"StateExited", st.name, f.name)
		s.enter(t, c.Next, output)
		return
	}
	if t.parent == nil {
		s.close(e, Failed, nil, f)
		return
	}
	owner := t.parent.owner
	s.cancel(t.parent)
	s.fail(owner, f)
}

// later runs work for the state that t is in now, unless it has left it by then.
func (s *Service) later(t *thread, d time.Duration, work func()) {
	attempt := t.attempt
	t.timer = s.Clock.After(d, "asl "+t.run.name+" "+t.state.name, func() {
		s.locked(func() {
			if t.current(attempt) {
				work()
			}
		})
	})
}

// current tells whether t still waits in the try with that number.
func (t *thread) current(attempt int) bool {
	return !t.over && t.run.status == Running && t.attempt == attempt
}

// still ends all waiting of the state's try.
func (s *Service) still(t *thread) {
	t.attempt++
	t.timer.Stop()
	t.beat.Stop()
	if t.token != "" {
		delete(s.tokens, t.token)
		s.spent[t.token] = true
		t.token = ""
	}
}

func (r Retrier) interval() int64 {
	if r.IntervalSeconds == nil {
		return 1
	}
	return *r.IntervalSeconds
}

func (r Retrier) attempts() int {
	if r.MaxAttempts == nil {
		return 3
	}
	return *r.MaxAttempts
}

// delay is how long to wait before the n-th retry. https://states-language.net/spec.html#retrying-after-error
func (s *Service) delay(r Retrier, n int) time.Duration {
	rate := 2.0
	if r.BackoffRate != nil {
		rate = *r.BackoffRate
	}
	seconds := float64(r.interval()) * math.Pow(rate, float64(n-1))
	if r.MaxDelaySeconds > 0 {
		seconds = min(seconds, float64(r.MaxDelaySeconds))
	}
	seconds = min(seconds, 365*24*3600) // A year is as good as never, and fits.
	if r.JitterStrategy == "FULL" {
		seconds *= s.Random()
	}
	return time.Duration(seconds * float64(time.Second))
}

func place(kind string, i int) string { return fmt.Sprintf(".%s[%d]", kind, i) }

func asFailure(err error) *failure {
	if f, ok := err.(*failure); ok { //nolint:errorlint // made here, never wrapped
		return f
	}
	return &failure{errRuntime, err.Error()}
}

// finish ends a thread with its output.
func (s *Service) finish(t *thread, output any) {
	t.over = true
	if t.parent != nil {
		s.joined(t.parent, t.index, output)
		return
	}
	s.close(t.run, Succeeded, encode(output), nil)
}

// close ends an execution and everything in it.
func (s *Service) close(e *execution, status Status, output []byte, f *failure) {
	now := s.Clock.Now()
	s.stop(e.root)
	e.timer.Stop()
	e.status, e.stopped, e.output, e.failed = status, now, output, f
	detail := ""
	if f != nil {
		detail = f.name
	}
	kind := map[Status]string{Succeeded: "ExecutionSucceeded", Failed: "ExecutionFailed", TimedOut: "ExecutionTimedOut", Aborted: "ExecutionAborted"}
	e.note(now, kind[status], "", detail)
}

// stop ends a thread where it is.
func (s *Service) stop(t *thread) {
	t.over = true
	s.still(t)
	if t.fork != nil {
		s.cancel(t.fork)
	}
}
