package asl

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

// Limits of Step Functions. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	dataBytesMax = 256 << 10
	eventsMax    = 25_000
	nameMax      = 80
	nameReuse    = 90 * 24 * time.Hour
	redriveLimit = 14 * 24 * time.Hour
)

// Resources of Task states that are known here, beside a function's own ARN.
const (
	resourceInvoke   = "arn:aws:states:::lambda:invoke"
	resourceCallback = "arn:aws:states:::lambda:invoke.waitForTaskToken"
)

// Config is what a service needs. All fields are required.
type Config struct {
	Clock     *clock.Clock
	IDs       *ident.Source
	Runner    *invoke.Runner
	Functions map[string]*invoke.Function // By ARN.
	Random    func() float64              // In [0, 1), for jitter.
	Region    string
	Account   string
}

// Service holds state machines and their executions. Safe for concurrent use.
type Service struct {
	Config

	mu         sync.Mutex
	machines   map[string]*machine   // by ARN
	executions map[string]*execution // by ARN
	started    []*execution
	tokens     map[string]*thread // of tasks that wait
	spent      map[string]bool    // tokens of tasks that are over
}

type machine struct {
	name, arn string
	def       *Definition
	covered   map[string]int
}

// New makes a service without machines.
func New(c Config) *Service {
	return &Service{
		Config: c, machines: map[string]*machine{}, executions: map[string]*execution{},
		tokens: map[string]*thread{}, spent: map[string]bool{},
	}
}

// Add makes a state machine. The error names functions that do not exist.
func (s *Service) Add(name, arn string, d *Definition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.machines[arn] != nil {
		return fmt.Errorf("asl: state machine %s twice", arn)
	}
	m := &machine{name: name, arn: arn, def: d, covered: map[string]int{}}
	if err := s.functionsOf(d); err != nil {
		return fmt.Errorf("asl: %s: %w", name, err)
	}
	points(d, m.covered)
	s.machines[arn] = m
	return nil
}

func (s *Service) functionsOf(d *Definition) error {
	for _, name := range sortedStates(d) {
		st := d.States[name]
		for _, branch := range st.branches {
			if err := s.functionsOf(branch); err != nil {
				return err
			}
		}
		if st.Type != "Task" {
			continue
		}
		target := any(st.Resource)
		if p, ok := st.Parameters.(map[string]any); ok && strings.HasPrefix(st.Resource, resourceInvoke) {
			if target = p["FunctionName"]; target == nil {
				continue // Computed: known when it runs.
			}
		}
		if s.function(fmt.Sprint(target)) == nil {
			return fmt.Errorf("state %s: no function %v", name, target)
		}
	}
	return nil
}

// function finds one by ARN, qualified ARN or name.
func (s *Service) function(id string) *invoke.Function {
	if f := s.Functions[id]; f != nil {
		return f
	}
	for arn, f := range s.Functions {
		if f.Name == id || strings.HasPrefix(id, arn+":") {
			return f
		}
	}
	return nil
}

// Start starts an execution; name "" makes one up. A name in use answers with the running execution if the input is the
// same, and otherwise, or if that one is closed, with ExecutionAlreadyExists, for 90 days.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (s *Service) Start(machineARN, name, input string) (arn string, started time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.machines[machineARN]
	if m == nil {
		return "", time.Time{}, &APIError{CodeMachineDoesNotExist, "State Machine Does Not Exist"}
	}
	if name == "" {
		name = s.IDs.UUID()
	}
	if len(name) > nameMax || strings.ContainsAny(name, " \t\r\n<>{}[]?*\"#%\\^|~`$&,;:/") {
		return "", time.Time{}, &APIError{CodeInvalidName, "Invalid Name"}
	}
	value, problem := decode([]byte(input))
	if problem != nil || len(input) > dataBytesMax {
		return "", time.Time{}, &APIError{CodeInvalidInput, "Invalid State Machine Execution Input"}
	}
	arn = fmt.Sprintf("arn:aws:states:%s:%s:execution:%s:%s", s.Region, s.Account, m.name, name)
	now := s.Clock.Now()
	if before := s.executions[arn]; before != nil {
		switch {
		case before.status == Running && before.input == input:
			return arn, before.started, nil
		case before.status == Running || now.Sub(before.stopped) < nameReuse:
			return "", time.Time{}, &APIError{CodeExecutionAlreadyExists, "Execution Already Exists: '" + arn + "'"}
		}
	}
	e := &execution{machine: m, arn: arn, name: name, input: input, status: Running, started: now}
	s.executions[arn] = e
	s.started = append(s.started, e)
	e.note(now, "ExecutionStarted", "", "")
	s.limit(e)
	e.root = &thread{run: e, def: m.def}
	// Not before this call has returned: the caller may still be writing down that it started it.
	s.Clock.After(0, "asl start "+name, func() { s.locked(func() { s.begin(e, value) }) })
	return arn, now, nil
}

func (s *Service) begin(e *execution, input any) {
	if e.status == Running {
		s.enter(e.root, e.machine.def.StartAt, input)
	}
}

// limit ends the whole execution when its time is over.
func (s *Service) limit(e *execution) {
	if e.machine.def.Timeout <= 0 {
		return
	}
	e.timer = s.Clock.After(time.Duration(e.machine.def.Timeout)*time.Second, "asl limit "+e.name, func() {
		s.locked(func() {
			if e.status == Running {
				e.machine.covered["Timeout"]++
				s.close(e, TimedOut, nil, &failure{errTimeout, ""})
			}
		})
	})
}

func (s *Service) locked(work func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	work()
}

// Stop ends an execution as ABORTED. One that has ended stays as it is.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
func (s *Service) Stop(arn, name, cause string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.executions[arn]
	if e == nil {
		return &APIError{CodeExecutionDoesNotExist, "Execution Does Not Exist"}
	}
	if e.status == Running {
		s.close(e, Aborted, nil, &failure{name, cause})
	}
	return nil
}

// Redrive lets a failed, timed out or aborted execution go on from the state at which it stopped (the outermost one:
// a Parallel or Map state starts over).
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
func (s *Service) Redrive(arn string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.executions[arn]
	if e == nil {
		return &APIError{CodeExecutionDoesNotExist, "Execution Does Not Exist"}
	}
	now := s.Clock.Now()
	if e.status == Running || e.status == Succeeded || now.Sub(e.stopped) > redriveLimit || e.root.state == nil {
		return &APIError{CodeExecutionNotRedrivable, "Execution is not redrivable"}
	}
	e.status, e.stopped, e.failed = Running, time.Time{}, nil
	e.redrives++
	e.note(now, "ExecutionRedriven", "", "")
	s.limit(e)
	last, input := e.root.state.name, e.root.raw
	e.root = &thread{run: e, def: e.machine.def}
	s.Clock.After(0, "asl redrive "+e.name, func() {
		s.locked(func() {
			if e.status == Running {
				s.enter(e.root, last, input)
			}
		})
	})
	return nil
}
