package machinepaths

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

const (
	machineARN = "arn:aws:states:local:0:stateMachine:fulfillment"
	// patience is longer than any execution may last.
	patience = 100 * day
)

// Trace is what only the local cloud can tell of a run.
type Trace struct {
	Took   time.Duration
	Points []string // What was entered, as Points names it.
}

// Load reads a definition for RunLocal; names are what tasks may fail with. Errors: as asl.Load.
func Load(definition []byte, names []string) (*asl.Definition, error) {
	return asl.Load(definition, names)
}

// RunLocal runs a case in process, on a clock of its own. The error says that the definition cannot be deployed.
func RunLocal(d *asl.Definition, c Case) (Outcome, Trace, error) {
	s := &stage{play: NewPlay(c.Tasks, "ord_1")}
	s.clock = clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), s)
	s.machine = asl.New(asl.Config{
		Clock: s.clock, IDs: ident.New("ids"), Runner: &invoke.Runner{Clock: s.clock, IDs: ident.New("requests")},
		Functions: map[string]*invoke.Function{}, Random: func() float64 { return 0.5 }, Region: "local", Account: "0",
	})
	for _, task := range Tasks() {
		arn := "${" + task + "Arn}" // The definition is taken as it is.
		s.machine.Functions[arn] = &invoke.Function{Name: task, ARN: arn, Timeout: 10 * time.Second, Handler: puppet{s, task}}
	}
	if err := s.machine.Add("fulfillment", machineARN, d); err != nil {
		return Outcome{}, Trace{}, err
	}
	arn, _, err := s.machine.Start(machineARN, "one", s.play.Input())
	if err == nil {
		err = s.clock.Advance(patience)
	}
	if err != nil {
		return Outcome{}, Trace{}, err
	}
	e, err := s.machine.Describe(arn)
	if err != nil {
		return Outcome{}, Trace{}, err
	}
	history := make([]Event, len(e.History))
	for i, each := range e.History {
		history[i] = Event{each.Type, each.State}
	}
	return s.play.Outcome(string(e.Status), e.Error, e.Output, history), s.trace(d, e), nil
}

func (s *stage) trace(d *asl.Definition, e asl.Execution) Trace {
	out := Trace{Took: e.Stopped.Sub(e.Started)}
	for _, p := range s.machine.Coverage(machineARN) {
		if p.Times > 0 {
			out.Points = append(out.Points, p.Name)
		}
	}
	for _, event := range e.History {
		if event.Type != "TaskRetried" {
			continue
		}
		for i, r := range d.States[event.State].Retry {
			for _, name := range r.ErrorEquals {
				if name == event.Detail {
					out.Points = append(out.Points, retryPoint(event.State, i, name))
				}
			}
		}
	}
	return out
}

// stage runs one execution in one goroutine. It is the clock's executor, so that it can leave a call without an answer.
type stage struct {
	play    *Play
	clock   *clock.Clock
	machine *asl.Service
	state   string // Whose call is running,
	call    Call   // and what it does.
}

// Go runs a task's call, unless nothing is ever heard of it.
func (s *stage) Go(name string, work func()) {
	s.state = strings.TrimPrefix(name, "asl ")
	s.call = s.play.Next(s.state)
	if s.call.Does != Hangs {
		work()
	}
}

// Wait has nothing to wait for.
func (s *stage) Wait() {}

// Call runs a function to its end, or to its time limit.
func (s *stage) Call(deadline time.Time, limit time.Duration, fn func(context.Context)) bool {
	return s.call.Does != Outlasts && clock.Inline{}.Call(deadline, limit, fn)
}

// puppet is a task's function.
type puppet struct {
	stage *stage
	task  string
}

// Invoke does what the script says.
func (p puppet) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	s := p.stage
	token := s.play.Saw(p.task, payload)
	if s.state != p.task {
		s.play.Blame("%s calls the function of %s", s.state, p.task)
	}
	if token != "" {
		for _, r := range s.call.Then {
			s.reply(token, r)
		}
	}
	switch s.call.Does {
	case Fails:
		return nil, messages.InvokeResponse_Error{Type: s.call.Error, Message: "scripted"}
	case Exits:
		return nil, invoke.Crashed()
	default:
		return []byte(`{"answer":"that nobody keeps"}`), nil
	}
}

func (s *stage) reply(token string, r Reply) {
	send := func() { s.sent(s.machine.Succeed(token, "{}")) }
	if r.Error != "" {
		send = func() { s.sent(s.machine.Fail(token, r.Error, "")) }
	}
	if r.After == Early {
		send()
		return
	}
	s.clock.After(r.After, fmt.Sprintf("reply %q", r.Error), send)
}

func (s *stage) sent(err error) {
	var refused *asl.APIError
	switch {
	case err == nil:
	case errors.As(err, &refused) && refused.Code == asl.CodeTaskTimedOut:
		s.play.Gone()
	default:
		s.play.Blame("a reply is refused: %v", err)
	}
}
