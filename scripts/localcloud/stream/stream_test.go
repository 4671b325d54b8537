package stream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/pattern"
	"till/scripts/localcloud/stream"
)

type code func([]events.DynamoDBEventRecord) (string, error)

func (c code) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var e events.DynamoDBEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	out, err := c(e.Records)
	return []byte(out), err
}

type world struct {
	clock   *clock.Clock
	streams *stream.Service
	dead    []string
}

func fatal(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t rapid.TB, c stream.Consumer, fault stream.Fault, handler code) *world {
	t.Helper()
	cl := clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), clock.Inline{})
	w := &world{clock: cl, streams: stream.New(cl, &invoke.Runner{Clock: cl, IDs: ident.New("r")}, ident.New("s"), "x", fault)}
	fatal(t, w.streams.Add(stream.Config{Table: "orders", ARN: "arn:stream", View: "NEW_IMAGE", HashKey: "pk", RangeKey: "sk"}))
	c.Function = &invoke.Function{Name: "relay", ARN: "arn:relay", Timeout: time.Second, Handler: handler}
	c.OnFailure = func(body string) { w.dead = append(w.dead, body) }
	c.Lanes = max(1, c.Lanes)
	fatal(t, w.streams.Consume("arn:stream", c))
	return w
}

func (w *world) put(t rapid.TB, keys ...string) {
	t.Helper()
	for _, key := range keys {
		pk, sk, _ := strings.Cut(key, "/")
		image, err := stream.Plain(map[string]any{"pk": pk, "sk": sk, "n": int64(7), "raw": []byte{1}})
		fatal(t, err)
		fatal(t, w.streams.Put(stream.Change{Table: "orders", Name: "INSERT", New: image, Old: image}))
	}
}

func keys(records []events.DynamoDBEventRecord) string {
	var out []string
	for _, r := range records {
		out = append(out, r.Change.Keys["pk"].String()+"/"+r.Change.Keys["sk"].String())
	}
	return strings.Join(out, " ")
}

func failing(r events.DynamoDBEventRecord) string {
	return fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q}]}`, r.Change.SequenceNumber)
}

func TestRecordsComeInOrderWithTheirImages(t *testing.T) {
	var got []string
	w := newWorld(t, stream.Consumer{BatchSize: 2, MaxRetries: -1, MaxAge: -1}, nil, func(records []events.DynamoDBEventRecord) (string, error) {
		got = append(got, keys(records))
		r := records[0]
		if r.EventName != "INSERT" || r.EventSource != "aws:dynamodb" || r.Change.StreamViewType != "NEW_IMAGE" ||
			r.Change.OldImage != nil || r.Change.NewImage["n"].Number() != "7" || r.Change.SizeBytes == 0 ||
			!slices.Equal(r.Change.NewImage["raw"].Binary(), []byte{1}) {
			t.Errorf("record %+v", r)
		}
		return "", nil
	})
	w.put(t, "a/1", "a/2", "b/1")
	fatal(t, w.clock.Advance(0))
	if diff := cmp.Diff([]string{"a/1 a/2", "b/1"}, got); diff != "" {
		t.Fatal(diff)
	}
}

// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
func TestPartialFailuresMoveTheCheckpoint(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer func([]events.DynamoDBEventRecord) string
		want   []string
	}{
		{"an empty answer is success", func([]events.DynamoDBEventRecord) string { return "" }, []string{"a/1 a/2 a/3"}},
		{"a null list is success", func([]events.DynamoDBEventRecord) string { return `{"batchItemFailures":null}` }, []string{"a/1 a/2 a/3"}},
		{"the rest comes again from the failed one", func(r []events.DynamoDBEventRecord) string { return failing(r[1]) }, []string{"a/1 a/2 a/3", "a/2 a/3"}},
		{"the lowest of several counts", func(r []events.DynamoDBEventRecord) string {
			return fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q},{"itemIdentifier":%q}]}`, r[2].Change.SequenceNumber, r[1].Change.SequenceNumber)
		}, []string{"a/1 a/2 a/3", "a/2 a/3"}},
		{"an empty id fails all", func([]events.DynamoDBEventRecord) string { return `{"batchItemFailures":[{"itemIdentifier":""}]}` }, []string{"a/1 a/2 a/3", "a/1 a/2 a/3"}},
		{"a wrong key fails all", func([]events.DynamoDBEventRecord) string { return `{"batchItemFailures":[{"id":"1"}]}` }, []string{"a/1 a/2 a/3", "a/1 a/2 a/3"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			w := newWorld(t, stream.Consumer{BatchSize: 10, MaxRetries: -1, MaxAge: -1, PartialFailure: true}, nil, func(records []events.DynamoDBEventRecord) (string, error) {
				got = append(got, keys(records))
				if len(got) > 1 {
					return "", nil
				}
				return row.answer(records), nil
			})
			w.put(t, "a/1", "a/2", "a/3")
			fatal(t, w.clock.Advance(time.Minute))
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestABadRecordIsCutOutAndReported(t *testing.T) {
	done := map[string]int{}
	c := stream.Consumer{BatchSize: 10, MaxRetries: 2, MaxAge: 6 * time.Hour, Bisect: true}
	w := newWorld(t, c, nil, func(records []events.DynamoDBEventRecord) (string, error) {
		if strings.Contains(keys(records), "a/bad") {
			return "", errors.New("poison")
		}
		for _, r := range records {
			done[keys([]events.DynamoDBEventRecord{r})]++
		}
		return "", nil
	})
	w.put(t, "a/1", "a/2", "a/bad", "a/3", "a/4")
	fatal(t, w.clock.Advance(time.Hour))
	if diff := cmp.Diff(map[string]int{"a/1": 1, "a/2": 1, "a/3": 1, "a/4": 1}, done); diff != "" {
		t.Fatal(diff)
	}
	if len(w.dead) != 1 {
		t.Fatalf("%d failure messages", len(w.dead))
	}
	var m struct {
		RequestContext struct {
			Condition   string
			FunctionArn string
			Count       int `json:"approximateInvokeCount"`
		}
		Version string
		Batch   struct {
			Size       int    `json:"batchSize"`
			Start, End string `json:"-"`
			StreamArn  string
		} `json:"DDBStreamBatchInfo"`
	}
	fatal(t, json.Unmarshal([]byte(w.dead[0]), &m))
	if m.RequestContext.Condition != "RetryAttemptsExhausted" || m.RequestContext.Count != 3 || m.Batch.Size != 1 ||
		m.Version != "1.0" || m.RequestContext.FunctionArn != "arn:relay" || m.Batch.StreamArn != "arn:stream" || strings.Contains(w.dead[0], "bad") {
		t.Fatalf("failure message %s", w.dead[0])
	}
}

// The failure record, member by member: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
func TestAFailureRecordSaysWhereTheBatchIsAndNotWhatIsInIt(t *testing.T) {
	c := stream.Consumer{BatchSize: 10, MaxRetries: 0, MaxAge: -1}
	var sequence []string
	w := newWorld(t, c, nil, func(records []events.DynamoDBEventRecord) (string, error) {
		for _, r := range records {
			sequence = append(sequence, r.Change.SequenceNumber)
		}
		return "", errors.New("down")
	})
	w.put(t, "a/1", "a/2", "a/3")
	fatal(t, w.clock.Advance(0))
	if len(w.dead) != 1 || len(sequence) != 3 {
		t.Fatalf("%d failure records of %v", len(w.dead), sequence)
	}
	var got map[string]any
	fatal(t, json.Unmarshal([]byte(w.dead[0]), &got))
	id, _ := got["requestContext"].(map[string]any)["requestId"].(string)
	if id == "" {
		t.Error("no request id")
	}
	want := map[string]any{
		"requestContext":  map[string]any{"requestId": id, "functionArn": "arn:relay", "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 1.0},
		"responseContext": map[string]any{"statusCode": 200.0, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"version":         "1.0", "timestamp": "2026-03-01T00:00:00.000Z",
		"DDBStreamBatchInfo": map[string]any{
			"shardId": "shardId-00000000000000000000-local", "startSequenceNumber": sequence[0], "endSequenceNumber": sequence[2],
			"approximateArrivalOfFirstRecord": "2026-03-01T00:00:00Z", "approximateArrivalOfLastRecord": "2026-03-01T00:00:00Z",
			"batchSize": 3.0, "streamArn": "arn:stream",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

// The relay's own settings, all at once, as template.yaml has them: what is done stays done, what cannot be done is cut out alone,
// tried eleven times as a batch of its own, and set aside; nothing behind it is skipped.
func TestPartialFailuresAndBisectingTogetherSetOneRecordAside(t *testing.T) {
	c := stream.Consumer{BatchSize: 25, MaxRetries: 10, MaxAge: 6 * time.Hour, Bisect: true, PartialFailure: true}
	sent := map[string]int{}
	alone := 0
	var bad string
	w := newWorld(t, c, nil, func(records []events.DynamoDBEventRecord) (string, error) {
		for i, r := range records {
			key := keys(records[i : i+1])
			if strings.HasSuffix(key, "/bad") {
				bad = r.Change.SequenceNumber
				if len(records) == 1 {
					alone++
				}
				return failing(r), nil
			}
			sent[key]++
		}
		return `{"batchItemFailures":[]}`, nil
	})
	var all []string
	for n := range 40 {
		key := fmt.Sprintf("%c/%d", 'a'+n%3, n)
		if n == 17 {
			key = "b/bad"
		}
		all = append(all, key)
	}
	w.put(t, all...)
	fatal(t, w.clock.Advance(5*time.Hour))
	if len(sent) != 39 || alone != 11 {
		t.Errorf("%d records sent, the bad one tried %d times alone", len(sent), alone)
	}
	for key, n := range sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", key, n)
		}
	}
	if len(w.dead) != 1 || strings.Count(w.dead[0], fmt.Sprintf("%q", bad)) != 2 || !strings.Contains(w.dead[0], `"batchSize":1`) {
		t.Errorf("set aside: %v", w.dead)
	}
}

func TestABadRecordHoldsUpItsOwnLaneAlone(t *testing.T) {
	sent := map[string]bool{}
	c := stream.Consumer{BatchSize: 1, Lanes: 8, MaxRetries: -1, MaxAge: -1}
	w := newWorld(t, c, nil, func(records []events.DynamoDBEventRecord) (string, error) {
		if keys(records) == "a/bad" {
			return "", errors.New("poison")
		}
		sent[keys(records)] = true
		return "", nil
	})
	w.put(t, "a/bad", "a/behind")
	for n := range 20 {
		w.put(t, fmt.Sprintf("k%d/1", n))
	}
	fatal(t, w.clock.Advance(time.Hour))
	if sent["a/behind"] || len(sent) < 10 {
		t.Fatalf("%d sent: %v", len(sent), sent)
	}
}

func TestWithoutBisectingTheWholeBatchIsGivenUp(t *testing.T) {
	calls := 0
	w := newWorld(t, stream.Consumer{BatchSize: 10, MaxRetries: 2, MaxAge: -1}, nil, func([]events.DynamoDBEventRecord) (string, error) {
		calls++
		return "", errors.New("down")
	})
	w.put(t, "a/1", "a/2")
	fatal(t, w.clock.Advance(time.Hour))
	if s := w.streams.State()[0]; calls != 3 || len(w.dead) != 1 || s.GivenUp != 2 || s.Waiting != 0 {
		t.Fatalf("%d calls, state %+v", calls, s)
	}
}

func TestRecordsThatAreTooOldAreGivenUp(t *testing.T) {
	w := newWorld(t, stream.Consumer{BatchSize: 10, MaxRetries: -1, MaxAge: time.Hour}, nil, func([]events.DynamoDBEventRecord) (string, error) {
		return "", errors.New("down")
	})
	w.put(t, "a/1")
	fatal(t, w.clock.Advance(59*time.Minute))
	if len(w.dead) != 0 {
		t.Fatal("given up too early")
	}
	fatal(t, w.clock.Advance(3*time.Minute))
	if len(w.dead) != 1 || !strings.Contains(w.dead[0], "RecordAgeExceeded") {
		t.Fatalf("failure messages %v", w.dead)
	}
}

func TestAStreamForgetsAfterADayWithoutALimit(t *testing.T) {
	w := newWorld(t, stream.Consumer{BatchSize: 10, MaxRetries: -1, MaxAge: -1}, nil, func([]events.DynamoDBEventRecord) (string, error) {
		return "", errors.New("down")
	})
	w.put(t, "a/1")
	fatal(t, w.clock.Advance(25*time.Hour))
	if s := w.streams.State()[0]; s.Lost != 1 || s.Waiting != 0 || len(w.dead) != 0 {
		t.Fatalf("state %+v", s)
	}
}

func TestFiltersKeepRecordsOut(t *testing.T) {
	p, err := pattern.Compile(`{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"CHANGE#"}]}},"NewImage":{"n":{"N":[{"exists":true}]}}}}`)
	fatal(t, err)
	var got []string
	w := newWorld(t, stream.Consumer{BatchSize: 10, MaxRetries: -1, MaxAge: -1, Filters: []*pattern.Pattern{p}}, nil, func(records []events.DynamoDBEventRecord) (string, error) {
		got = append(got, keys(records))
		return "", nil
	})
	w.put(t, "a/ORDER", "a/CHANGE#1", "a/REF")
	fatal(t, w.clock.Advance(0))
	if diff := cmp.Diff([]string{"a/CHANGE#1"}, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestAFilterSeesARecordAsItsJSON(t *testing.T) {
	image := stream.Image{
		"pk": events.NewStringAttribute("a"), "sk": events.NewStringAttribute("CHANGE#1"), "n": events.NewNumberAttribute("12"),
		"raw": events.NewBinaryAttribute([]byte("ab")), "on": events.NewBooleanAttribute(true), "many": events.NewStringSetAttribute([]string{"x", "y"}),
	}
	for source, want := range map[string]int{
		`{"eventName":["INSERT"],"eventSource":["aws:dynamodb"]}`:                                   1,
		`{"eventName":["REMOVE"]}`:                                                                  0,
		`{"dynamodb":{"NewImage":{"n":{"N":["12"]}}}}`:                                              1,
		`{"dynamodb":{"NewImage":{"n":{"S":[{"exists":true}]}}}}`:                                   0,
		`{"dynamodb":{"NewImage":{"n":{"S":[{"exists":false}]}}}}`:                                  1,
		`{"dynamodb":{"NewImage":{"none":{"N":[{"exists":true}]}}}}`:                                0,
		`{"dynamodb":{"NewImage":{"none":{"N":[{"exists":false}]}}}}`:                               1,
		`{"dynamodb":{"OldImage":{"n":{"N":[{"exists":true}]}}}}`:                                   0,
		`{"dynamodb":{"NewImage":{"raw":{"B":["YWI="]},"on":{"BOOL":[true]},"many":{"SS":["y"]}}}}`: 1,
		`{"dynamodb":{"StreamViewType":["NEW_IMAGE"],"Keys":{"sk":{"S":[{"prefix":"CHANGE#"}]}}}}`:  1,
	} {
		p, err := pattern.Compile(source)
		fatal(t, err)
		seen := 0
		w := newWorld(t, stream.Consumer{BatchSize: 10, MaxRetries: -1, MaxAge: -1, Filters: []*pattern.Pattern{p}}, nil, func(records []events.DynamoDBEventRecord) (string, error) {
			for _, r := range records {
				text, err := json.Marshal(r)
				if seen++; err != nil || !p.Match(text) {
					t.Errorf("%s let through %s, %v", source, text, err)
				}
			}
			return "", nil
		})
		fatal(t, w.streams.Put(stream.Change{Table: "orders", Name: "INSERT", New: image}))
		fatal(t, w.clock.Advance(0))
		if seen != want {
			t.Errorf("%s let %d through, want %d", source, seen, want)
		}
	}
}

func TestFaultsDelayRepeatAndDropABatch(t *testing.T) {
	verdicts := []stream.Delivery{{Delay: time.Minute}, {Twice: true}, {Drop: true}, {}}
	fault := func(string, int) stream.Delivery { v := verdicts[0]; verdicts = verdicts[1:]; return v }
	var got []string
	w := newWorld(t, stream.Consumer{BatchSize: 1, MaxRetries: -1, MaxAge: -1}, fault, func(records []events.DynamoDBEventRecord) (string, error) {
		got = append(got, keys(records))
		return "", nil
	})
	w.put(t, "a/late", "a/twice", "a/lost", "a/plain")
	fatal(t, w.clock.Advance(59*time.Second))
	if len(got) != 0 {
		t.Fatalf("too early: %v", got)
	}
	fatal(t, w.clock.Advance(time.Second))
	if diff := cmp.Diff([]string{"a/late", "a/twice", "a/twice", "a/plain"}, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestAFaultCutsABatchInPieces(t *testing.T) {
	verdicts := []stream.Delivery{{First: 1}, {First: 9}}
	fault := func(string, int) stream.Delivery { v := verdicts[0]; verdicts = verdicts[1:]; return v }
	var got []string
	w := newWorld(t, stream.Consumer{BatchSize: 3, MaxRetries: -1, MaxAge: -1}, fault, func(records []events.DynamoDBEventRecord) (string, error) {
		got = append(got, keys(records))
		return "", nil
	})
	w.put(t, "a/one", "a/two", "a/three")
	fatal(t, w.clock.Advance(time.Second))
	if diff := cmp.Diff([]string{"a/one", "a/two a/three"}, got); diff != "" {
		t.Fatal(diff)
	}
}

// Whatever fails, a key's records end in order, each at least once, and equal runs are equal.
func TestAKeysRecordsStayInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 30).Draw(t, "keys")
		fails := rapid.SliceOfN(rapid.IntRange(0, 5), 40, 40).Draw(t, "fails")
		c := stream.Consumer{
			BatchSize: rapid.IntRange(1, 7).Draw(t, "size"), Lanes: rapid.IntRange(1, 3).Draw(t, "lanes"), MaxRetries: -1, MaxAge: -1,
			PartialFailure: rapid.Bool().Draw(t, "partial"), Bisect: rapid.Bool().Draw(t, "bisect"),
		}
		run := func() []string {
			calls, order := 0, []string{}
			next := map[string]int{}
			w := newWorld(t, c, nil, func(records []events.DynamoDBEventRecord) (string, error) {
				calls++
				for i, r := range records {
					if calls < len(fails) && fails[calls] == i {
						if c.PartialFailure {
							return failing(r), nil
						}
						return "", errors.New("down")
					}
					key := r.Change.Keys["pk"].String()
					var n int
					if _, err := fmt.Sscan(r.Change.Keys["sk"].String(), &n); err != nil || n > next[key] {
						t.Fatalf("%s/%d before %d: %v", key, n, next[key], err)
					}
					next[key] = max(next[key], n+1)
					order = append(order, keys(records[i:i+1]))
				}
				return "", nil
			})
			count := map[string]int{}
			for _, key := range items {
				w.put(t, fmt.Sprintf("%s/%d", key, count[key]))
				count[key]++
			}
			fatal(t, w.clock.Advance(20*time.Hour))
			if diff := cmp.Diff(count, next); diff != "" {
				t.Fatal(diff)
			}
			return order
		}
		if diff := cmp.Diff(run(), run()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestChangesWithoutStreamOrKey(t *testing.T) {
	w := newWorld(t, stream.Consumer{BatchSize: 1}, nil, nil)
	fatal(t, w.streams.Put(stream.Change{Table: "catalog", Name: "INSERT"}))
	if err := w.streams.Put(stream.Change{Table: "orders", Name: "INSERT"}); err == nil {
		t.Fatal("a change without its key was taken")
	}
	if _, err := stream.Plain(map[string]any{"x": 1.5}); err == nil {
		t.Fatal("a value of an unknown type was taken")
	}
}
