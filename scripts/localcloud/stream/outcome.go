package stream

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/invoke"
)

// clean tells whether an answer names no record that failed.
func clean(out *invoke.JSON) bool {
	answer, is := out.Is().(events.DynamoDBEventResponse)
	return is && len(answer.BatchItemFailures) == 0
}

// finish looks at how a batch ended and decides what comes next.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
func (s *Service) finish(l *lane, b *batch, out *invoke.JSON, failure *invoke.Error) {
	s.mu.Lock()
	l.busy = false
	b.tries++
	from := len(b.records)
	switch {
	case failure != nil:
		from, b.id = 0, failure.RequestID
	case l.consumer.PartialFailure && !clean(out):
		from = checkpoint(b.records, out.Text())
	}
	l.delivered += from
	if from == len(b.records) {
		s.done(l, b)
		s.mu.Unlock()
		s.deliver(l)
		return
	}
	if from == 0 && l.consumer.MaxRetries >= 0 && b.tries > l.consumer.MaxRetries && !l.splits(b) {
		s.giveUp(l, b, "RetryAttemptsExhausted")
		l.pending = l.pending[1:]
		s.mu.Unlock()
		s.deliver(l)
		return
	}
	s.retry(l, b, from)
	s.mu.Unlock()
}

func (s *Service) done(l *lane, b *batch) {
	if b.twice {
		b.twice, b.tries = false, 0
		l.delivered -= len(b.records)
		return // Once more, as at-least-once allows.
	}
	l.pending = l.pending[1:]
}

func (l *lane) splits(b *batch) bool { return l.consumer.Bisect && len(b.records) > 1 }

// retry tries b again from the checkpoint, in halves if the consumer bisects. Splitting uses up no try.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html
func (s *Service) retry(l *lane, b *batch, from int) {
	l.retried++
	switch {
	case from > 0:
		b.records = b.records[from:]
		if l.consumer.Bisect {
			b.tries--
		}
	case l.splits(b):
		b.tries--
		half := len(b.records) / 2
		rest := &batch{records: append([]record{}, b.records[half:]...), tries: b.tries, id: b.id}
		b.records = b.records[:half]
		l.pending = append([]*batch{b, rest}, l.pending[1:]...)
	}
	wait := firstBackoff
	for i := 1; i < b.tries && wait < longestBackoff; i++ {
		wait *= 2
	}
	s.again(l, min(wait, longestBackoff))
}

// checkpoint is how many records at the front are done: those before the lowest reported sequence number. An answer
// that is not readable, or names an empty or unknown one, fails the whole batch.
func checkpoint(records []record, out []byte) int {
	var answer struct {
		Failures []struct {
			ID *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(out) > 0 && json.Unmarshal(out, &answer) != nil {
		return 0
	}
	place := make(map[string]int, len(records))
	for i, r := range records {
		place[r.sequence()] = i
	}
	lowest := len(records)
	for _, f := range answer.Failures {
		if f.ID == nil {
			return 0
		}
		i, ok := place[*f.ID]
		if !ok {
			return 0
		}
		lowest = min(lowest, i)
	}
	return lowest
}

// giveUp tells the failure destination about a batch, in AWS's form: where it is, not what is in it.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
func (s *Service) giveUp(l *lane, b *batch, condition string) {
	l.givenUp += len(b.records)
	if l.consumer.OnFailure == nil {
		return
	}
	const form = "2006-01-02T15:04:05.000Z"
	first, last := b.records[0], b.records[len(b.records)-1]
	message := map[string]any{
		"requestContext": map[string]any{
			"requestId": b.id, "functionArn": l.consumer.Function.ARN,
			"condition": condition, "approximateInvokeCount": b.tries,
		},
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"version":         "1.0",
		"timestamp":       s.clock.Now().UTC().Format(form),
		"DDBStreamBatchInfo": map[string]any{
			"shardId":             fmt.Sprintf("shardId-%020d-local", l.number),
			"startSequenceNumber": first.sequence(), "endSequenceNumber": last.sequence(),
			"approximateArrivalOfFirstRecord": first.at.Truncate(time.Second).UTC().Format(time.RFC3339),
			"approximateArrivalOfLastRecord":  last.at.Truncate(time.Second).UTC().Format(time.RFC3339),
			"batchSize":                       len(b.records),
			"streamArn":                       l.stream.ARN,
		},
	}
	if text, err := json.Marshal(message); err == nil { // Texts and numbers always marshal.
		l.consumer.OnFailure(string(text))
	}
}

// State is a stream's reader at one moment.
type State struct {
	Table     string `json:"table"`
	Function  string `json:"function"`
	Lane      int    `json:"lane"`
	Waiting   int    `json:"waiting"` // Records not done.
	Tries     int    `json:"tries"`   // Of the batch in front.
	Delivered int    `json:"delivered"`
	Retried   int    `json:"retried"`
	GivenUp   int    `json:"given_up"`
	Lost      int    `json:"lost"`
}

// State is every reader, in order.
func (s *Service) State() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []State{}
	for _, st := range s.order {
		for _, l := range st.lanes {
			one := State{
				Table: st.Table, Function: l.consumer.Function.Name, Lane: l.number, Waiting: len(l.unread),
				Delivered: l.delivered, Retried: l.retried, GivenUp: l.givenUp, Lost: l.lost,
			}
			for i, b := range l.pending {
				one.Waiting += len(b.records)
				if i == 0 {
					one.Tries = b.tries
				}
			}
			out = append(out, one)
		}
	}
	return out
}
