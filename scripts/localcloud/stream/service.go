// Package stream is DynamoDB streams and the pollers by which Lambda reads them: in order per partition key, tried
// again until done, too old or tried too often.
package stream

import (
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/pattern"
)

// Image is an item, or its keys.
type Image = map[string]events.DynamoDBAttributeValue

// Change is one item written. Name is INSERT, MODIFY or REMOVE. Keys may be left out if the image holds them.
type Change struct {
	Table string
	Name  string
	Keys  Image
	New   Image
	Old   Image
}

// Config is a table's stream.
type Config struct {
	Table    string
	ARN      string
	View     string // NEW_IMAGE and the like.
	HashKey  string
	RangeKey string
}

// Consumer is a function that a stream feeds. Negative maxima are none.
type Consumer struct {
	Function       *invoke.Function
	BatchSize      int
	Window         time.Duration
	Lanes          int // Batches at once: shards times parallelization. A partition key stays in its lane.
	MaxRetries     int
	MaxAge         time.Duration
	Bisect         bool
	PartialFailure bool
	Filters        []*pattern.Pattern
	// OnFailure takes the description of a batch that was given up. Nil: it is dropped.
	OnFailure func(body string)
}

// Delivery is what a fault makes of a batch: late, more than once, or lost (which DynamoDB never does by itself).
type Delivery struct {
	Delay time.Duration
	Twice bool
	Drop  bool
	First int // Only so many of its records come, the others with the next; 0: all.
}

// Fault decides about a batch of n records of a table, when it is first read.
type Fault func(table string, n int) Delivery

// Service holds the streams. Safe for concurrent use.
type Service struct {
	clock  *clock.Clock
	ids    *ident.Source
	runner *invoke.Runner
	region string
	fault  Fault

	mu      sync.Mutex
	streams map[string]*stream // by table name
	order   []*stream
	seq     uint64
}

type stream struct {
	Config
	lanes   []*lane
	records int
}

// New makes a service without streams. fault may be nil.
func New(c *clock.Clock, r *invoke.Runner, ids *ident.Source, region string, fault Fault) *Service {
	return &Service{clock: c, ids: ids, runner: r, region: region, fault: fault, streams: map[string]*stream{}}
}

// Add makes a table's stream.
func (s *Service) Add(c Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[c.Table] != nil || c.HashKey == "" {
		return fmt.Errorf("stream: table %q twice, or without key", c.Table)
	}
	st := &stream{Config: c}
	s.streams[c.Table] = st
	s.order = append(s.order, st)
	return nil
}

// Consume lets the stream with that ARN feed a function.
func (s *Service) Consume(arn string, c Consumer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.order {
		if st.ARN != arn {
			continue
		}
		if c.BatchSize < 1 || c.BatchSize > 10000 || c.Lanes < 1 {
			return fmt.Errorf("stream: table %s: batch size %d, lanes %d", st.Table, c.BatchSize, c.Lanes)
		}
		for i := range c.Lanes {
			st.lanes = append(st.lanes, &lane{stream: st, consumer: c, number: i, of: c.Lanes})
		}
		return nil
	}
	return fmt.Errorf("stream: no stream %s for %s", arn, c.Function.Name)
}

// Put records a change. A table without a stream has none, which is not an error. Errors: an image without its key.
func (s *Service) Put(c Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.streams[c.Table]
	if st == nil {
		return nil
	}
	keys := c.Keys
	if keys == nil {
		keys = st.keys(c.New, c.Old)
	}
	hash, ok := keys[st.HashKey]
	if !ok {
		return fmt.Errorf("stream: change of table %s without key %s", c.Table, st.HashKey)
	}
	s.seq++
	st.records++
	r, where := s.record(st, c, keys), spread(hash)
	for _, l := range st.lanes {
		if int(where%uint32(l.of)) == l.number && l.wants(&r) { //nolint:gosec // lanes are few
			if r.event.EventID == "" { // Few changes are wanted.
				s.number(&r)
			}
			l.unread = append(l.unread, r)
			s.wake(l, l.consumer.Window)
		}
	}
	return nil
}

func (st *stream) keys(images ...Image) Image {
	for _, image := range images {
		keys := Image{}
		for _, name := range [...]string{st.HashKey, st.RangeKey} {
			if v, ok := image[name]; ok && name != "" {
				keys[name] = v
			}
		}
		if len(keys) > 0 {
			return keys
		}
	}
	return nil
}

// record is the change as Lambda shows it, but for what number adds. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
func (s *Service) record(st *stream, c Change, keys Image) record {
	now := s.clock.Now()
	change := events.DynamoDBStreamRecord{
		// Streams give whole seconds.
		ApproximateCreationDateTime: events.SecondsEpochTime{Time: now.Truncate(time.Second)},
		Keys:                        keys, StreamViewType: st.View,
	}
	if strings.Contains(st.View, "NEW") {
		change.NewImage = c.New
	}
	if strings.Contains(st.View, "OLD") {
		change.OldImage = c.Old
	}
	return record{at: now, event: events.DynamoDBEventRecord{
		AWSRegion: s.region, Change: change, EventName: c.Name,
		EventSource: "aws:dynamodb", EventVersion: "1.1", EventSourceArn: st.ARN,
	}}
}

// number gives a record its place in the stream, its size and its id.
func (s *Service) number(r *record) {
	change := &r.event.Change
	for _, image := range [...]Image{change.Keys, change.NewImage, change.OldImage} {
		change.SizeBytes += size(image)
	}
	change.SequenceNumber, r.event.EventID = fmt.Sprintf("%021d", s.seq), s.ids.Hex()[:32]
}

func spread(key events.DynamoDBAttributeValue) uint32 {
	h := fnv.New32a()
	if key.DataType() == events.DataTypeString {
		_, _ = h.Write([]byte(key.String())) // A hash never fails.
	} else if text, err := key.MarshalJSON(); err == nil {
		_, _ = h.Write(text)
	}
	return h.Sum32()
}
