package sqs

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/pattern"
)

// Consumer is a function that a queue feeds.
type Consumer struct {
	Function       *invoke.Function
	BatchSize      int
	Window         time.Duration
	MaxConcurrency int // 0: five, with which Lambda starts. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
	PartialFailure bool
	Filters        []*pattern.Pattern
}

const concurrency = 5

// payloadBytesMax is what fits into one invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const payloadBytesMax = 6 << 20

type poller struct {
	Consumer
	running int
	wake    *clock.Timer
}

// Consume lets a queue feed a function. Errors: ErrNoQueue, or a setting that Lambda refuses.
func (s *Service) Consume(arn string, c Consumer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[arn]
	switch {
	case q == nil:
		return fmt.Errorf("sqs: consumer %s of %s: %w", c.Function.Name, arn, ErrNoQueue)
	case q.poller != nil:
		return fmt.Errorf("sqs: queue %s has two consumers, each would get a part", q.Name)
	case c.BatchSize < 1 || c.BatchSize > 10000 || (c.BatchSize > 10 && c.Window <= 0):
		return fmt.Errorf("sqs: queue %s: batch size %d (more than 10 want a window)", q.Name, c.BatchSize)
	case q.Visibility < c.Function.Timeout:
		// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
		return fmt.Errorf("sqs: queue %s: visibility %s is less than the function's timeout %s", q.Name, q.Visibility, c.Function.Timeout)
	}
	if c.MaxConcurrency == 0 {
		c.MaxConcurrency = concurrency
	}
	q.poller = &poller{Consumer: c}
	return nil
}

// wake polls in a moment: after all that happens at this instant, so that what was sent together comes together.
func (s *Service) wake(q *queue) {
	if q.poller == nil || q.poller.wake != nil {
		return
	}
	q.poller.wake = s.clock.After(0, "sqs poll "+q.Name, func() { s.poll(q) })
}

func (s *Service) poll(q *queue) {
	s.mu.Lock()
	q.poller.wake = nil
	s.mu.Unlock()
	for {
		batch, event := s.batch(q)
		if batch == nil {
			return
		}
		s.clock.Go("sqs "+q.Name, func() {
			out, err := s.runner.CallWith(q.poller.Function, event)
			s.finish(q, batch, out, err)
		})
	}
}

// receipt is a copy of a message under the receipt by which this batch holds it.
type receipt struct {
	message *message
	handle  string
}

// batch takes the next messages for the function; nil if there are none, it is not time, or enough run already.
func (s *Service) batch(q *queue) ([]receipt, *invoke.JSON) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := q.poller
	for p.running < p.MaxConcurrency && len(q.ready) > 0 {
		if due := q.ready[0].visibleAt.Add(p.Window); len(q.ready) < p.BatchSize && due.After(s.clock.Now()) {
			if p.wake == nil {
				p.wake = s.clock.At(due, "sqs window "+q.Name, func() { s.poll(q) })
			}
			return nil, nil
		}
		var batch []receipt
		var event events.SQSEvent
		for _, m := range s.take(q, p.BatchSize, payloadBytesMax) {
			record := s.event(q, m)
			if !p.wants(record) {
				q.remove(m) // Lambda deletes what the filter keeps out.
				continue
			}
			batch = append(batch, receipt{m, m.receipt})
			event.Records = append(event.Records, record)
		}
		if len(batch) == 0 {
			continue
		}
		p.running++
		return batch, invoke.Of(event)
	}
	return nil, nil
}

func (p *poller) wants(m events.SQSMessage) bool {
	if len(p.Filters) == 0 {
		return true
	}
	view := map[string]any{"messageId": m.MessageId, "body": m.Body}
	if json.Valid([]byte(m.Body)) {
		view["body"] = json.RawMessage(m.Body)
	}
	text, err := json.Marshal(view)
	if err != nil {
		return false
	}
	for _, f := range p.Filters {
		if f.Match(text) {
			return true
		}
	}
	return false
}

// finish deletes what the function has done. The rest comes back when its visibility ends.
func (s *Service) finish(q *queue, batch []receipt, out *invoke.JSON, failure *invoke.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.poller.running--
	failed, all := map[string]bool{}, failure != nil
	if answer, is := out.Is().(events.SQSEventResponse); !all && q.poller.PartialFailure && (!is || len(answer.BatchItemFailures) > 0) {
		failed, all = failures(batch, out.Text())
	}
	for _, r := range batch {
		// Under a newer receipt it belongs to someone else by now: visible again before this batch ended.
		if all || failed[r.message.id] || r.message.gone || r.message.receipt != r.handle {
			continue
		}
		q.remove(r.message)
		q.deleted++
	}
	if len(q.ready) > 0 {
		s.wake(q)
	}
}

// failures reads a partial batch response. All fail on an answer that is not readable, or names an empty or unknown
// message. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func failures(batch []receipt, out []byte) (failed map[string]bool, all bool) {
	var answer struct {
		Failures []struct {
			ID *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(out) > 0 && json.Unmarshal(out, &answer) != nil {
		return nil, true
	}
	known := make(map[string]bool, len(batch))
	for _, r := range batch {
		known[r.message.id] = true
	}
	failed = map[string]bool{}
	for _, f := range answer.Failures {
		if f.ID == nil || !known[*f.ID] {
			return nil, true
		}
		failed[*f.ID] = true
	}
	return failed, false
}
