package asl

import (
	"encoding/json"
	"fmt"
	"time"
)

// All below runs under the service's lock.

// context is the context object. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (s *Service) context(t *thread) map[string]any {
	e := t.run
	const form = "2006-01-02T15:04:05.000Z"
	var input any
	if v, err := decode([]byte(e.input)); err == nil {
		input = v
	}
	out := map[string]any{
		"Execution": map[string]any{
			"Id": e.arn, "Input": input, "Name": e.name, "StartTime": e.started.Format(form),
			"RoleArn": "arn:aws:iam::" + s.Account + ":role/local", "RedriveCount": json.Number(fmt.Sprint(e.redrives)),
		},
		"StateMachine": map[string]any{"Id": e.machine.arn, "Name": e.machine.name},
		"State": map[string]any{
			"Name": t.state.name, "EnteredTime": t.entered.Format(form), "RetryCount": json.Number(fmt.Sprint(t.retried)),
		},
	}
	if t.token != "" {
		out["Task"] = map[string]any{"Token": t.token}
	}
	if t.item != nil {
		out["Map"] = map[string]any{"Item": t.item}
	}
	return out
}

func (s *Service) wait(t *thread, input any) {
	d, err := s.waitTime(t, input)
	if err != nil {
		s.fail(t, &failure{errRuntime, err.Error()})
		return
	}
	s.later(t, d, func() { s.succeed(t, input) })
}

func (s *Service) waitTime(t *thread, input any) (time.Duration, error) {
	st := t.state
	at := st.Timestamp
	switch {
	case st.Seconds != nil:
		return time.Duration(*st.Seconds) * time.Second, nil
	case st.SecondsPath != "":
		n, err := s.number(t, st.SecondsPath, input)
		return time.Duration(n) * time.Second, err
	case st.TimestampPath != "":
		value, err := s.valueAt(t, st.TimestampPath, input)
		if err != nil {
			return 0, err
		}
		at, _ = value.(string)
	}
	when, err := parseTime(at)
	return max(0, when.Sub(s.Clock.Now())), err
}

func (s *Service) valueAt(t *thread, text string, input any) (any, error) {
	p, err := parsePath(text)
	if err != nil {
		return nil, err
	}
	return p.eval(s.scope(t, input))
}

// number is the seconds that a path names.
func (s *Service) number(t *thread, text string, input any) (int64, error) {
	v, err := s.valueAt(t, text, input)
	if err != nil {
		return 0, err
	}
	n, ok := whole(v)
	if !ok || n < 0 || n > 99_999_999 {
		return 0, fmt.Errorf("%s is not a number of seconds", text)
	}
	return n, nil
}

func (s *Service) choose(t *thread, input any) {
	for i, r := range t.state.rules {
		ok, err := r.holds(s.scope(t, input))
		if err != nil {
			s.fail(t, asFailure(err))
			return
		}
		if ok {
			s.take(t, r.next, place("Choices", i), input)
			return
		}
	}
	if t.state.Default == "" {
		s.fail(t, &failure{errNoChoice, "no choice fits and there is no Default"})
		return
	}
	s.take(t, t.state.Default, ".Default", input)
}

func (s *Service) take(t *thread, next, point string, input any) {
	output, err := s.through(t, t.state.OutputPath, input)
	if err != nil {
		s.fail(t, asFailure(err))
		return
	}
	t.run.machine.covered[t.state.name+point]++
	s.still(t)
	t.run.note(s.Clock.Now(), "ChoiceStateExited", t.state.name, next)
	s.enter(t, next, output)
}

// ownFailure is what a Fail state fails with.
func (s *Service) ownFailure(t *thread, input any) *failure {
	f := &failure{t.state.Error, t.state.Cause}
	for text, into := range map[string]*string{t.state.ErrorPath: &f.name, t.state.CausePath: &f.cause} {
		if text == "" {
			continue
		}
		e, err := parseExpression(text)
		if err != nil {
			return asFailure(err)
		}
		v, err := e.eval(s.scope(t, input))
		if err != nil {
			return asFailure(err)
		}
		*into, _ = v.(string)
	}
	return f
}

// fork is the branches of a Parallel state, or the items of a Map state.
type fork struct {
	owner   *thread
	threads []*thread
	inputs  []any
	results []any
	next    int // the first that has not begun
	left    int
	over    bool
}

func (s *Service) parallel(t *thread, input any) {
	f := &fork{owner: t, left: len(t.state.branches)}
	for i, d := range t.state.branches {
		f.threads = append(f.threads, &thread{run: t.run, def: d, parent: f, index: i, item: t.item})
		f.inputs = append(f.inputs, input)
	}
	s.spread(t, f, len(f.threads))
}

func (s *Service) mapItems(t *thread, input any) {
	st := t.state
	v, err := s.through(t, st.ItemsPath, input)
	items, ok := v.([]any)
	if err != nil || !ok {
		s.fail(t, &failure{errRuntime, "ItemsPath names no list"})
		return
	}
	selector := st.ItemSelector
	if selector == nil {
		selector = st.Parameters
	}
	f := &fork{owner: t, left: len(items)}
	for i, item := range items {
		inner := &thread{run: t.run, def: st.branches[0], parent: f, index: i}
		inner.item = map[string]any{"Index": json.Number(fmt.Sprint(i)), "Value": item}
		if selector != nil {
			sc := s.scope(t, input)
			sc.context = func() map[string]any {
				out := s.context(t)
				out["Map"] = map[string]any{"Item": inner.item}
				return out
			}
			if item, err = fill(selector, sc); err != nil {
				s.fail(t, asFailure(err))
				return
			}
		}
		f.threads, f.inputs = append(f.threads, inner), append(f.inputs, item)
	}
	limit := st.MaxConcurrency
	if limit == 0 {
		limit = 40 // https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
	}
	s.spread(t, f, limit)
}

// spread begins up to limit threads; the others follow as these end.
func (s *Service) spread(t *thread, f *fork, limit int) {
	t.fork, f.results = f, make([]any, len(f.threads))
	if f.left == 0 {
		s.join(f)
		return
	}
	for range min(limit, len(f.threads)) {
		s.begins(f)
	}
}

func (s *Service) begins(f *fork) {
	if f.over || f.next == len(f.threads) {
		return
	}
	t, input := f.threads[f.next], f.inputs[f.next]
	f.next++
	s.enter(t, t.def.StartAt, input)
}

func (s *Service) joined(f *fork, index int, output any) {
	if f.over {
		return
	}
	f.results[index] = output
	if f.left--; f.left == 0 {
		s.join(f)
		return
	}
	s.begins(f)
}

func (s *Service) join(f *fork) {
	f.over = true
	f.owner.fork = nil
	s.succeed(f.owner, f.results)
}

// cancel ends all threads of a fork where they are.
func (s *Service) cancel(f *fork) {
	f.over = true
	f.owner.fork = nil
	for _, t := range f.threads {
		if t.state != nil && !t.over {
			s.stop(t)
		}
		t.over = true
	}
}
