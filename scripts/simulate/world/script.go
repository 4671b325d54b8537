package world

import (
	"till/scripts/localcloud/invoke"
	"till/scripts/simulate/faults"
)

// Blow is a fault at one call of a run: the first that it can strike, from the At-th on.
type Blow struct {
	At   int
	Kind faults.Kind
}

// script is a run in which exactly these faults strike, and what was called in it.
type script struct {
	blows []Blow
	calls int
	ports []faults.Port // Of each call, in order: what could have been struck.
	names []string
}

// begin forgets what was called before anybody came.
func (s *script) begin() {
	if s != nil {
		s.calls, s.ports, s.names = 0, nil, nil
	}
}

// next counts a call and gives what strikes it; nothing does once all is calm.
func (s *script) next(port faults.Port, name string, calm bool) faults.Kind {
	if calm {
		return faults.None
	}
	at := s.calls
	s.calls++
	s.ports, s.names = append(s.ports, port), append(s.names, name)
	for i, b := range s.blows {
		if b.At <= at && port.Strikes(b.Kind) {
			s.blows = append(s.blows[:i:i], s.blows[i+1:]...)
			return b.Kind
		}
	}
	return faults.None
}

// take takes a blow of a kind of the run of a function that has come due.
func (s *script) take(k faults.Kind) bool {
	if s == nil {
		return false
	}
	for i, b := range s.blows {
		if b.Kind == k && b.At < s.calls {
			s.blows = append(s.blows[:i:i], s.blows[i+1:]...)
			return true
		}
	}
	return false
}

// scripted counts the run of a function as a call, and gives what strikes it.
func (w *World) scripted(j *job, n *faults.Count) error {
	if w.script == nil {
		return nil
	}
	kind := w.script.next(faults.Function, j.function, w.calm)
	switch {
	case kind == faults.Refused:
		n.Struck[kind]++
		return invoke.Throttled()
	case kind == faults.CrashStart:
		n.Struck[kind]++
		return invoke.Crashed()
	}
	return nil
}
