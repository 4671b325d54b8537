package asl

import (
	"strings"
	"time"

	"till/scripts/localcloud/invoke"
)

// task calls the function, under the lock of the service; the call itself comes in a moment, without it.
func (s *Service) task(t *thread, input any) {
	st := t.state
	f, payload, err := s.request(st, input)
	if err != nil {
		s.fail(t, asFailure(err))
		return
	}
	if !s.watch(t) {
		return
	}
	attempt := t.attempt
	t.run.note(s.Clock.Now(), "TaskScheduled", st.name, f.Name)
	s.Clock.After(0, "asl task "+st.name, func() {
		s.Clock.Go("asl "+st.name, func() {
			out, failed := s.Runner.Call(f, payload)
			s.locked(func() { s.returned(t, attempt, out, failed) })
		})
	})
}

// request is the function that a task calls and what it is called with.
func (s *Service) request(st *State, input any) (*invoke.Function, []byte, error) {
	target, payload := any(st.Resource), input
	if strings.HasPrefix(st.Resource, resourceInvoke) {
		p, _ := input.(map[string]any)
		target, payload = p["FunctionName"], p["Payload"]
		if payload == nil {
			payload = map[string]any{}
		}
	}
	id, _ := target.(string)
	f := s.function(id)
	if f == nil {
		return nil, nil, &failure{"Lambda.ResourceNotFoundException", "Function not found"}
	}
	text := encode(payload)
	if len(text) > dataBytesMax {
		return nil, nil, &failure{errDataLimit, "the input of a task is larger than 256 KiB"}
	}
	return f, text, nil
}

// watch sets the task's timeout and heartbeat; false if the times are not readable, and the state has failed.
func (s *Service) watch(t *thread) bool {
	st := t.state
	limit, every := st.TimeoutSeconds, st.HeartbeatSeconds
	var err error
	if st.TimeoutSecondsPath != "" {
		limit, err = s.number(t, st.TimeoutSecondsPath, t.raw)
	}
	if st.HeartbeatSecondsPath != "" && err == nil {
		every, err = s.number(t, st.HeartbeatSecondsPath, t.raw)
	}
	if err != nil {
		s.fail(t, &failure{errRuntime, err.Error()})
		return false
	}
	s.later(t, time.Duration(limit)*time.Second, func() {
		t.run.machine.covered[st.name+".Timeout"]++
		t.run.note(s.Clock.Now(), "TaskTimedOut", st.name, errTimeout)
		s.fail(t, &failure{errTimeout, ""})
	})
	t.every = time.Duration(every) * time.Second
	s.heartbeat(t)
	return true
}

// heartbeat waits for the next sign of life.
func (s *Service) heartbeat(t *thread) {
	t.beat.Stop()
	if t.every <= 0 {
		return
	}
	attempt, st := t.attempt, t.state
	t.beat = s.Clock.After(t.every, "asl heartbeat "+st.name, func() {
		s.locked(func() {
			if !t.current(attempt) {
				return
			}
			t.run.machine.covered[st.name+".Heartbeat"]++
			t.run.note(s.Clock.Now(), "TaskTimedOut", st.name, errHeartbeat)
			s.fail(t, &failure{errHeartbeat, ""})
		})
	})
}

// returned takes the function's answer, unless the task is over by another way: timed out, stopped, or its token answered.
func (s *Service) returned(t *thread, attempt int, out []byte, failed *invoke.Error) {
	if !t.current(attempt) {
		return
	}
	st := t.state
	now := s.Clock.Now()
	if failed != nil {
		t.run.note(now, "TaskFailed", st.name, failed.Type)
		s.fail(t, &failure{failed.Type, string(failed.Payload())})
		return
	}
	if st.Resource == resourceCallback {
		t.run.note(now, "TaskSubmitted", st.name, "")
		return // Whoever has the token goes on.
	}
	var result any
	if len(out) > 0 {
		v, err := decode(out)
		if err != nil {
			s.fail(t, &failure{errRuntime, "the function's answer is not JSON"})
			return
		}
		result = v
	}
	if len(out) > dataBytesMax {
		s.fail(t, &failure{errDataLimit, "the result of a task is larger than 256 KiB"})
		return
	}
	if st.Resource == resourceInvoke {
		result = map[string]any{"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": number200}
	}
	t.run.note(now, "TaskSucceeded", st.name, "")
	s.succeed(t, result)
}
