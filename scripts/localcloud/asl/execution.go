package asl

import (
	"sort"
	"strings"
	"time"

	"till/scripts/localcloud/clock"
)

// Status is where an execution stands.
type Status string

// The statuses of executions.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// Event is one line of an execution's history. Type is AWS's name of it, Detail an error name or the like.
type Event struct {
	ID     int       `json:"id"`
	At     time.Time `json:"at"`
	Type   string    `json:"type"`
	State  string    `json:"state,omitempty"`
	Detail string    `json:"detail,omitempty"`
}

// Execution is an execution at one moment. Input and Output are JSON.
type Execution struct {
	ARN         string    `json:"arn"`
	MachineARN  string    `json:"machine_arn"`
	Name        string    `json:"name"`
	Status      Status    `json:"status"`
	Started     time.Time `json:"started"`
	Stopped     time.Time `json:"stopped,omitzero"`
	Input       string    `json:"input"`
	Output      string    `json:"output,omitempty"`
	Error       string    `json:"error,omitempty"`
	Cause       string    `json:"cause,omitempty"`
	State       string    `json:"state,omitempty"` // The outermost state that it is in, or was in last.
	Transitions int       `json:"transitions"`     // States entered and retried, as AWS bills them.
	Redrives    int       `json:"redrives"`
	History     []Event   `json:"history"`
}

type execution struct {
	machine          *machine
	arn, name, input string
	status           Status
	started, stopped time.Time
	output           []byte
	failed           *failure
	root             *thread
	timer            *clock.Timer
	transitions      int
	redrives         int
	history          []Event
}

func (e *execution) note(at time.Time, kind, state, detail string) {
	e.history = append(e.history, Event{ID: len(e.history) + 1, At: at, Type: kind, State: state, Detail: detail})
}

func (e *execution) show(history bool) Execution {
	out := Execution{
		ARN: e.arn, MachineARN: e.machine.arn, Name: e.name, Status: e.status, Started: e.started, Stopped: e.stopped,
		Input: e.input, Output: string(e.output), Transitions: e.transitions, Redrives: e.redrives,
	}
	if e.failed != nil {
		out.Error, out.Cause = e.failed.name, e.failed.cause
	}
	if e.root.state != nil {
		out.State = e.root.state.name
	}
	if history {
		out.History = append([]Event{}, e.history...)
	}
	return out
}

// Describe shows an execution with its history. Errors: ExecutionDoesNotExist.
func (s *Service) Describe(arn string) (Execution, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.executions[arn]
	if e == nil {
		return Execution{}, &APIError{CodeExecutionDoesNotExist, "Execution Does Not Exist"}
	}
	return e.show(true), nil
}

// Executions shows the latest executions, newest first, at most limit of them.
func (s *Service) Executions(limit int) []Execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Execution{}
	for i := len(s.started) - 1; i >= 0 && len(out) < limit; i-- {
		out = append(out, s.started[i].show(true))
	}
	return out
}

// Count is how many executions have each status.
func (s *Service) Count() map[Status]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[Status]int{}
	for _, e := range s.started {
		out[e.status]++
	}
	return out
}

// Point is a place of a state machine that a run may enter: a state, its Retry and Catch, a choice, a Default, a
// timeout, a heartbeat.
type Point struct {
	Name  string `json:"name"`
	Times int    `json:"times"`
}

// Coverage is how often each point of a machine was entered, by name; never entered ones too.
func (s *Service) Coverage(machineARN string) []Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.machines[machineARN]
	if m == nil {
		return nil
	}
	out := make([]Point, 0, len(m.covered))
	for name, times := range m.covered {
		out = append(out, Point{name, times})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// points lists everything that can be entered, never yet.
func points(d *Definition, into map[string]int) {
	if d.Timeout > 0 {
		into["Timeout"] = 0
	}
	for name, st := range d.States {
		into[name] = 0
		for i := range st.Retry {
			into[name+place("Retry", i)] = 0
		}
		for i := range st.Catch {
			into[name+place("Catch", i)] = 0
		}
		for i := range st.Choices {
			into[name+place("Choices", i)] = 0
		}
		if st.Default != "" {
			into[name+".Default"] = 0
		}
		if st.TimeoutSeconds > 0 || st.TimeoutSecondsPath != "" {
			into[name+".Timeout"] = 0
		}
		if st.HeartbeatSeconds > 0 || st.HeartbeatSecondsPath != "" {
			into[name+".Heartbeat"] = 0
		}
		for _, branch := range st.branches {
			points(branch, into)
		}
	}
}

// Running lists the ARNs of the executions that run and whose names begin so, oldest first.
func (s *Service) Running(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, e := range s.started {
		if e.status == Running && strings.HasPrefix(e.name, name) {
			out = append(out, e.arn)
		}
	}
	return out
}
