// Package sqs is queues that behave as SQS standard queues do, and the pollers that feed them to functions.
package sqs

import (
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

// BytesMax is the largest message, 1 MiB since August 2025 (256 KiB before).
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const BytesMax = 1 << 20

// DelayMax is the longest delay of a message. Same source.
const DelayMax = 15 * time.Minute

// HiddenMax is the longest that a received message can be hidden.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
const HiddenMax = 12 * time.Hour

// Errors that calls answer with; SQS's own codes.
var (
	ErrNoQueue = errors.New("AWS.SimpleQueueService.NonExistentQueue")
	ErrInvalid = errors.New("InvalidParameterValue")
	ErrTooLong = errors.New("InvalidParameterValue: message must be shorter than the queue's maximum")
	ErrReceipt = errors.New("ReceiptHandleIsInvalid")
	// ErrNotInFlight is a message that others see again.
	ErrNotInFlight = errors.New("MessageNotInflight")
)

// Config is one queue, as the template has it.
type Config struct {
	Name, ARN, URL string
	Visibility     time.Duration
	Delay          time.Duration
	Retention      time.Duration
	Bytes          int // The largest message; 0 for BytesMax.
	DeadARN        string
	MaxReceive     int
}

// SendFault decides what becomes of a message sent to queue: one copy per element, each late by that much more. An
// empty list loses it; a list of one zero is the normal course.
type SendFault func(queue, body string) []time.Duration

// Service holds the queues. Safe for concurrent use.
type Service struct {
	clock  *clock.Clock
	ids    *ident.Source
	runner *invoke.Runner
	region string
	fault  SendFault

	mu     sync.Mutex
	queues map[string]*queue // by ARN
	byURL  map[string]*queue
	order  []*queue
	seq    uint64
}

// New makes a service without queues. fault may be nil.
func New(c *clock.Clock, r *invoke.Runner, ids *ident.Source, region string, fault SendFault) *Service {
	return &Service{
		clock: c, ids: ids, runner: r, region: region, fault: fault,
		queues: map[string]*queue{}, byURL: map[string]*queue{},
	}
}

// Add makes a queue.
func (s *Service) Add(c Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queues[c.ARN] != nil || c.ARN == "" {
		return fmt.Errorf("sqs: queue %q twice, or without ARN", c.Name)
	}
	if c.Bytes == 0 {
		c.Bytes = BytesMax
	}
	if c.Visibility < 0 || c.Retention < time.Minute || c.Retention > 14*24*time.Hour || c.Bytes > BytesMax {
		return fmt.Errorf("sqs: queue %q: visibility, retention or size out of SQS's limits", c.Name)
	}
	q := &queue{Config: c}
	s.queues[c.ARN], s.byURL[c.URL] = q, q
	s.order = append(s.order, q)
	return nil
}

// Check is an error if a queue's dead-letter queue does not exist.
func (s *Service) Check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var faults []error
	for _, q := range s.order {
		if q.DeadARN != "" && s.queues[q.DeadARN] == nil {
			faults = append(faults, fmt.Errorf("sqs: queue %q: no dead-letter queue %s", q.Name, q.DeadARN))
		}
	}
	return errors.Join(faults...)
}

// Send puts a message into the queue with that URL; the queue's own delay if delay is negative. It gives the
// message's id. Errors: ErrNoQueue, ErrInvalid, ErrTooLong.
func (s *Service) Send(url, body string, delay time.Duration) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send(s.byURL[url], body, delay)
}

// SendARN is Send by the queue's ARN, as failure destinations name it.
func (s *Service) SendARN(arn, body string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send(s.queues[arn], body, -1)
}

func (s *Service) send(q *queue, body string, delay time.Duration) (string, error) {
	switch {
	case q == nil:
		return "", ErrNoQueue
	case body == "" || delay > DelayMax || !utf8.ValidString(body):
		return "", ErrInvalid
	case len(body) > q.Bytes:
		return "", ErrTooLong
	}
	if delay < 0 {
		delay = q.Delay
	}
	copies := []time.Duration{0}
	if s.fault != nil {
		copies = s.fault(q.Name, body)
	}
	id, now := s.ids.UUID(), s.clock.Now()
	q.sent++
	for _, late := range copies {
		m := s.newMessage(q, id, body, now)
		s.showAt(q, m, now.Add(delay+late))
	}
	return id, nil
}

func (s *Service) newMessage(q *queue, id, body string, sent time.Time) *message {
	s.seq++
	m := &message{seq: s.seq, id: id, body: body, sent: sent}
	q.messages = append(q.messages, m)
	return m
}

// showAt makes m visible at t and wakes the poller then.
func (s *Service) showAt(q *queue, m *message, t time.Time) {
	m.timer.Stop()
	m.visibleAt = t
	m.timer = s.clock.At(t, "sqs show "+q.Name, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if m.gone || m.ready {
			return
		}
		m.ready = true
		q.ready = append(q.ready, m)
		s.wake(q)
	})
}

// Redrive moves the messages of a dead-letter queue back to where they came from, as new messages, and tells how many.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
func (s *Service) Redrive(deadARN string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dead := s.queues[deadARN]
	if dead == nil {
		return 0, ErrNoQueue
	}
	s.expire(dead)
	moved := 0
	for _, m := range append([]*message{}, dead.messages...) {
		source := s.queues[m.source]
		if source == nil || !m.ready {
			continue // Never came from a queue (a stream's failure), or is being looked at.
		}
		dead.remove(m)
		now := s.clock.Now()
		s.showAt(source, s.newMessage(source, s.ids.UUID(), m.body, now), now)
		moved++
	}
	return moved, nil
}

// Drop forgets all messages of a queue, as PurgeQueue does.
func (s *Service) Drop(arn string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[arn]
	if q == nil {
		return ErrNoQueue
	}
	for _, m := range append([]*message{}, q.messages...) {
		q.remove(m)
	}
	return nil
}
