package stream

import (
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/invoke"
)

type record struct {
	at    time.Time
	event events.DynamoDBEventRecord
}

func (r record) sequence() string { return r.event.Change.SequenceNumber }

// batch is records that are delivered together, tries times so far.
type batch struct {
	records []record
	tries   int
	twice   bool
	id      string // of the last invocation that failed
}

// lane is one poller: one batch at a time, the next only when the one before is done or given up.
type lane struct {
	stream   *stream
	consumer Consumer
	number   int
	of       int

	unread  []record
	pending []*batch // read and not done, in order
	busy    bool     // a batch runs, or waits for its next try
	timer   *clock.Timer

	delivered, retried, givenUp, lost int
}

// retention is how long a stream keeps a record.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
const retention = 24 * time.Hour

// Backoff between tries: AWS tells no figures, only that it grows.
const (
	firstBackoff   = time.Second
	longestBackoff = time.Minute
)

func (l *lane) wants(r *record) bool {
	if len(l.consumer.Filters) == 0 {
		return true
	}
	for _, f := range l.consumer.Filters {
		if f.Fits(whole{&r.event}) {
			return true
		}
	}
	return false
}

// wake reads the lane after d, or at once when a batch is full.
func (s *Service) wake(l *lane, d time.Duration) {
	if l.busy {
		return
	}
	if len(l.unread) >= l.consumer.BatchSize || len(l.pending) > 0 {
		d = 0
	}
	at := s.clock.Now().Add(d)
	if l.timer != nil {
		if d > 0 {
			return // The window runs already.
		}
		l.timer.Stop()
	}
	l.timer = s.clock.At(at, "stream "+l.stream.Table, func() { s.read(l) })
}

// read starts the next batch.
func (s *Service) read(l *lane) {
	s.mu.Lock()
	l.timer = nil
	if l.busy {
		s.mu.Unlock()
		return
	}
	if len(l.pending) == 0 && len(l.unread) > 0 {
		n := min(len(l.unread), l.consumer.BatchSize)
		var f Delivery
		if s.fault != nil {
			f = s.fault(l.stream.Table, n)
		}
		if f.First > 0 {
			n = min(n, f.First)
		}
		b := &batch{records: append([]record{}, l.unread[:n]...)}
		l.unread = append([]record{}, l.unread[n:]...)
		if f.Drop {
			l.lost += n
			s.wake(l, 0)
			s.mu.Unlock()
			return
		}
		b.twice = f.Twice
		l.pending = append(l.pending, b)
		if f.Delay > 0 {
			s.again(l, f.Delay)
			s.mu.Unlock()
			return
		}
	}
	s.mu.Unlock()
	s.deliver(l)
}

// again tries the first pending batch after d.
func (s *Service) again(l *lane, d time.Duration) {
	l.busy = true
	s.clock.After(d, "stream retry "+l.stream.Table, func() {
		s.mu.Lock()
		l.busy = false
		s.mu.Unlock()
		s.deliver(l)
	})
}

func (s *Service) deliver(l *lane) {
	s.mu.Lock()
	s.dropOld(l)
	if l.busy || len(l.pending) == 0 {
		if len(l.unread) > 0 {
			s.wake(l, 0)
		}
		s.mu.Unlock()
		return
	}
	b := l.pending[0]
	l.busy = true
	var event events.DynamoDBEvent
	for _, r := range b.records {
		event.Records = append(event.Records, r.event)
	}
	s.mu.Unlock()
	s.clock.Go("stream "+l.stream.Table, func() {
		out, failure := s.runner.CallWith(l.consumer.Function, invoke.Of(event))
		s.finish(l, b, out, failure)
	})
}

// dropOld gives up the records that are older than the consumer or the stream allows.
func (s *Service) dropOld(l *lane) {
	for len(l.pending) > 0 {
		b := l.pending[0]
		limit, condition := retention, ""
		if l.consumer.MaxAge >= 0 && l.consumer.MaxAge < retention {
			limit, condition = l.consumer.MaxAge, "RecordAgeExceeded"
		}
		oldest := s.clock.Now().Add(-limit)
		n := 0
		for n < len(b.records) && b.records[n].at.Before(oldest) {
			n++
		}
		if n > 0 && condition == "" {
			l.lost += n // The stream forgets; nobody is told.
		} else if n > 0 {
			s.giveUp(l, &batch{records: b.records[:n], tries: b.tries, id: b.id}, condition)
		}
		b.records = b.records[n:]
		if len(b.records) > 0 {
			return
		}
		l.pending = l.pending[1:]
	}
}
