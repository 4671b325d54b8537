package schedule

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

// Rule is one schedule of the template.
type Rule struct {
	Name, ARN        string
	Expression, Zone string
	Input            string // "" for the service's own event.
	V2               bool   // EventBridge Scheduler, not an event rule.
	Function         *invoke.Function
	Retries          int               // Of an invocation that fails.
	OnFailure        func(body string) // Nil: dropped after the last try.
}

// Fault decides what becomes of a firing: one invocation per element, each late by that much. Empty loses it.
type Fault func(rule string) []time.Duration

// Service fires rules. Safe for concurrent use.
type Service struct {
	clock           *clock.Clock
	ids             *ident.Source
	runner          *invoke.Runner
	region, account string
	fault           Fault

	mu    sync.Mutex
	rules []*rule
}

type rule struct {
	Rule
	when  Expression
	next  time.Time
	fired int
	gone  int // Given up after the last try.
}

// New makes a service without rules. fault may be nil.
func New(c *clock.Clock, r *invoke.Runner, ids *ident.Source, region, account string, fault Fault) *Service {
	return &Service{clock: c, ids: ids, runner: r, region: region, account: account, fault: fault}
}

// Add makes a rule, which fires once the service is started. The error says what is wrong with the expression.
func (s *Service) Add(r Rule) error {
	when, err := Parse(r.Expression, r.Zone)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &rule{Rule: r, when: when})
	return nil
}

// Start sets every rule's first time.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		s.plan(r, s.clock.Now())
	}
}

func (s *Service) plan(r *rule, after time.Time) {
	next, ok := r.when.Next(after)
	if !ok {
		r.next = time.Time{}
		return
	}
	r.next = next
	s.clock.At(next, "schedule "+r.Name, func() {
		s.mu.Lock()
		s.plan(r, next) // From the planned time, so that a late clock shifts nothing.
		s.mu.Unlock()
		s.fire(r, next)
	})
}

// Fire invokes the rule with that name now, beside its times. False: no such rule.
func (s *Service) Fire(name string) bool {
	s.mu.Lock()
	rules := append([]*rule{}, s.rules...)
	s.mu.Unlock()
	for _, r := range rules {
		if r.Name == name {
			s.fire(r, s.clock.Now())
			return true
		}
	}
	return false
}

func (s *Service) fire(r *rule, at time.Time) {
	late := []time.Duration{0}
	if s.fault != nil {
		late = s.fault(r.Name)
	}
	if len(late) == 0 {
		return
	}
	payload := s.event(r, at)
	for _, d := range late {
		s.clock.After(d, "fire "+r.Name, func() { s.invoke(r, payload, 0) })
	}
}

// invoke runs the function as Lambda's asynchronous queue does: on an error again after one minute, then two.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
func (s *Service) invoke(r *rule, payload []byte, try int) {
	s.clock.Go("schedule "+r.Name, func() {
		_, failure := s.runner.Call(r.Function, payload)
		s.mu.Lock()
		defer s.mu.Unlock()
		r.fired++
		switch {
		case failure == nil:
		case try < r.Retries:
			s.clock.After(time.Duration(try+1)*time.Minute, "retry "+r.Name, func() { s.invoke(r, payload, try+1) })
		default:
			r.gone++
			if r.OnFailure != nil {
				r.OnFailure(s.failure(r, payload, try+1, failure))
			}
		}
	})
}

// tick is the service's own event.
type tick struct {
	Version    string   `json:"version"`
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Time       string   `json:"time"`
	Region     string   `json:"region"`
	Resources  []string `json:"resources"`
	Detail     any      `json:"detail"` // An object of an event rule, a text of EventBridge Scheduler.
}

// event is what the function gets. https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
func (s *Service) event(r *rule, at time.Time) []byte {
	if r.Input != "" {
		return []byte(r.Input)
	}
	event := tick{
		Version: "0", ID: s.ids.UUID(), DetailType: "Scheduled Event", Source: "aws.events", Account: s.account, Time: at.UTC().Format(time.RFC3339),
		Region: s.region, Resources: []string{r.ARN}, Detail: struct{}{},
	}
	if r.V2 {
		event.Source, event.Detail = "aws.scheduler", "{}"
	}
	text, err := json.Marshal(event)
	if err != nil {
		return []byte("{}") // Texts always marshal.
	}
	return text
}

// failure is the record of an invocation that was given up.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
func (s *Service) failure(r *rule, payload []byte, tries int, failure *invoke.Error) string {
	record := map[string]any{
		"version": "1.0", "timestamp": s.clock.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": failure.RequestID, "functionArn": r.Function.ARN + ":$LATEST",
			"condition": "RetriesExhausted", "approximateInvokeCount": tries,
		},
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"responsePayload": json.RawMessage(failure.Payload()),
	}
	if json.Valid(payload) {
		record["requestPayload"] = json.RawMessage(payload)
	}
	text, err := json.Marshal(record)
	if err != nil {
		return "{}" // As above.
	}
	return string(text)
}

// State is a rule at one moment.
type State struct {
	Name       string    `json:"name"`
	Expression string    `json:"expression"`
	Next       time.Time `json:"next"`
	Fired      int       `json:"fired"`
	GivenUp    int       `json:"given_up"`
}

// State is every rule in order.
func (s *Service) State() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]State, 0, len(s.rules))
	for _, r := range s.rules {
		out = append(out, State{Name: r.Name, Expression: r.Expression, Next: r.next, Fired: r.fired, GivenUp: r.gone})
	}
	return out
}
