package sqs

import (
	"crypto/md5" //nolint:gosec // what SQS puts into md5OfBody
	"encoding/hex"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/clock"
)

type queue struct {
	Config
	messages []*message // all, in order of arrival
	ready    []*message // the visible ones, in order of becoming visible
	poller   *poller

	sent, deleted, expired, moved int
}

// message is one copy of a message. A copy is in flight while it has a receipt and is not ready.
type message struct {
	seq       uint64
	id, body  string
	sent      time.Time
	first     time.Time // first received
	receives  int
	receipt   string
	visibleAt time.Time
	timer     *clock.Timer
	ready     bool
	gone      bool
	source    string // ARN of the queue it died in
}

func (q *queue) remove(m *message) {
	m.gone, m.ready = true, false
	m.timer.Stop()
	q.messages = without(q.messages, m)
	q.ready = without(q.ready, m)
}

func without(list []*message, m *message) []*message {
	for i, each := range list {
		if each == m {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// expire drops what is older than the retention. A dead letter keeps its first time of sending.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
func (s *Service) expire(q *queue) {
	oldest := s.clock.Now().Add(-q.Retention)
	for _, m := range append([]*message{}, q.messages...) {
		if !m.sent.After(oldest) {
			q.remove(m)
			q.expired++
		}
	}
}

// take receives up to n visible messages within limit bytes. What was received too often goes to the dead-letter
// queue instead.
func (s *Service) take(q *queue, n, bytesMax int) []*message {
	var batch []*message
	size := 0
	oldest := s.clock.Now().Add(-q.Retention)
	for len(batch) < n && len(q.ready) > 0 {
		m := q.ready[0]
		switch {
		case !m.sent.After(oldest):
			q.remove(m)
			q.expired++
			continue
		case q.DeadARN != "" && m.receives >= q.MaxReceive:
			s.bury(q, m)
			continue
		case len(batch) > 0 && size+len(m.body) > bytesMax:
			return batch
		}
		q.ready = q.ready[1:]
		size += len(m.body)
		s.receive(q, m, q.Visibility)
		batch = append(batch, m)
	}
	return batch
}

func (s *Service) receive(q *queue, m *message, visibility time.Duration) {
	now := s.clock.Now()
	m.ready = false
	m.receives++
	m.receipt = s.ids.Hex()
	if m.first.IsZero() {
		m.first = now
	}
	s.showAt(q, m, now.Add(visibility))
}

// bury moves m to the dead-letter queue with its id and time of sending.
func (s *Service) bury(q *queue, m *message) {
	q.remove(m)
	q.moved++
	dead := s.queues[q.DeadARN]
	if dead == nil {
		return
	}
	buried := s.newMessage(dead, m.id, m.body, m.sent)
	buried.source, buried.receives, buried.first = q.ARN, m.receives, m.first
	s.showAt(dead, buried, s.clock.Now())
}

// event is m as Lambda shows it. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func (s *Service) event(q *queue, m *message) events.SQSMessage {
	sum := md5.Sum([]byte(m.body)) //nolint:gosec // as above
	out := events.SQSMessage{
		MessageId: m.id, ReceiptHandle: m.receipt, Body: m.body, Md5OfBody: hex.EncodeToString(sum[:]),
		Attributes: map[string]string{
			"ApproximateReceiveCount":          strconv.Itoa(m.receives),
			"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
			"SenderId":                         "AROALOCAL:till",
			"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.first.UnixMilli(), 10),
		},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
		EventSourceARN:    q.ARN, EventSource: "aws:sqs", AWSRegion: s.region,
	}
	if m.source != "" {
		out.Attributes["DeadLetterQueueSourceArn"] = m.source
	}
	return out
}

// Receive takes up to n messages by hand, as a person at the console would. Errors: ErrNoQueue.
func (s *Service) Receive(url string, n int) ([]events.SQSMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.byURL[url]
	if q == nil {
		return nil, ErrNoQueue
	}
	out := []events.SQSMessage{}
	for _, m := range s.take(q, min(n, 10), 10*BytesMax) {
		out = append(out, s.event(q, m))
	}
	return out, nil
}

// Delete removes the message that was last received under this receipt. Errors: ErrNoQueue, ErrReceipt.
func (s *Service) Delete(url, receipt string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.byURL[url]
	if q == nil {
		return ErrNoQueue
	}
	for _, m := range q.messages {
		if m.receipt == receipt && receipt != "" {
			q.remove(m)
			q.deleted++
			return nil
		}
	}
	return ErrReceipt
}

// Hide lets a message that was received under this receipt stay invisible for d from now, whatever it was; 0 shows it at once.
// Errors: ErrNoQueue, ErrInvalid, ErrReceipt, ErrNotInFlight.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
func (s *Service) Hide(url, receipt string, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.byURL[url]
	switch {
	case q == nil:
		return ErrNoQueue
	case d < 0 || d > HiddenMax:
		return ErrInvalid
	}
	for _, m := range q.messages {
		if m.receipt != receipt || receipt == "" {
			continue
		}
		if m.ready {
			return ErrNotInFlight
		}
		s.showAt(q, m, s.clock.Now().Add(d))
		return nil
	}
	return ErrReceipt
}
