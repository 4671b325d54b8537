package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/pattern"
	"till/scripts/localcloud/sqs"
)

type code func(events.SQSEvent) (string, error)

func (c code) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var e events.SQSEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	out, err := c(e)
	return []byte(out), err
}

const (
	mainURL, mainARN = "https://sqs/main", "arn:aws:sqs:x:0:main"
	deadURL, deadARN = "https://sqs/dead", "arn:aws:sqs:x:0:dead"
)

type world struct {
	t     *testing.T
	clock *clock.Clock
	sqs   *sqs.Service
}

func newWorld(t *testing.T, exec clock.Executor, fault sqs.SendFault, c sqs.Consumer, handler code) *world {
	t.Helper()
	cl := clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), exec)
	r := &invoke.Runner{Clock: cl, IDs: ident.New("r")}
	w := &world{t: t, clock: cl, sqs: sqs.New(cl, r, ident.New("q"), "x", fault)}
	must(t, w.sqs.Add(sqs.Config{Name: "main", ARN: mainARN, URL: mainURL, Visibility: time.Minute, Retention: 14 * 24 * time.Hour, DeadARN: deadARN, MaxReceive: 3}))
	must(t, w.sqs.Add(sqs.Config{Name: "dead", ARN: deadARN, URL: deadURL, Visibility: time.Minute, Retention: 14 * 24 * time.Hour}))
	must(t, w.sqs.Check())
	if handler != nil {
		c.Function = &invoke.Function{Name: "f", ARN: "arn:f", Timeout: 10 * time.Second, Handler: handler}
		if c.BatchSize == 0 {
			c.BatchSize = 10
		}
		must(t, w.sqs.Consume(mainARN, c))
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) send(bodies ...string) {
	w.t.Helper()
	for _, body := range bodies {
		if _, err := w.sqs.Send(mainURL, body, -1); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) advance(d time.Duration) {
	w.t.Helper()
	must(w.t, w.clock.Advance(d))
}

func (w *world) state(name string) sqs.State {
	w.t.Helper()
	for _, s := range w.sqs.State(100) {
		if s.Name == name {
			return s
		}
	}
	w.t.Fatalf("no queue %s", name)
	return sqs.State{}
}

func bodies(e events.SQSEvent) []string {
	var out []string
	for _, m := range e.Records {
		out = append(out, m.Body)
	}
	return out
}

func TestMessagesSentTogetherComeTogether(t *testing.T) {
	var got [][]string
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{BatchSize: 2}, func(e events.SQSEvent) (string, error) {
		got = append(got, bodies(e))
		m := e.Records[0]
		if m.EventSource != "aws:sqs" || m.EventSourceARN != mainARN || m.Attributes["ApproximateReceiveCount"] != "1" ||
			len(m.Md5OfBody) != 32 || m.Attributes["SentTimestamp"] != "1772323200000" {
			t.Errorf("record %+v", m)
		}
		return "", nil
	})
	w.send("a", "b", "c")
	w.advance(0)
	if diff := cmp.Diff([][]string{{"a", "b"}, {"c"}}, got); diff != "" {
		t.Fatal(diff)
	}
	if s := w.state("main"); s.Deleted != 3 || len(s.Messages) != 0 {
		t.Fatalf("state %+v", s)
	}
}

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func TestPartialBatchResponses(t *testing.T) {
	for _, row := range []struct {
		name, answer string
		err          error
		want         []string // What comes again.
	}{
		{"an empty answer is success", ``, nil, nil},
		{"an empty list is success", `{"batchItemFailures":[]}`, nil, nil},
		{"a null list is success", `{"batchItemFailures":null}`, nil, nil},
		{"a null answer is success", `null`, nil, nil},
		{"only the named message comes again", `{"batchItemFailures":[{"itemIdentifier":"ID1"}]}`, nil, []string{"b"}},
		{"an empty id fails the whole batch", `{"batchItemFailures":[{"itemIdentifier":""}]}`, nil, []string{"a", "b", "c"}},
		{"a null id fails the whole batch", `{"batchItemFailures":[{"itemIdentifier":null}]}`, nil, []string{"a", "b", "c"}},
		{"a wrong key fails the whole batch", `{"batchItemFailures":[{"itemId":"ID1"}]}`, nil, []string{"a", "b", "c"}},
		{"an unknown id fails the whole batch", `{"batchItemFailures":[{"itemIdentifier":"nobody"}]}`, nil, []string{"a", "b", "c"}},
		{"an answer that is not JSON fails the whole batch", `oops`, nil, []string{"a", "b", "c"}},
		{"an error fails the whole batch", ``, errors.New("down"), []string{"a", "b", "c"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			calls, again := 0, []string(nil)
			w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{PartialFailure: true}, func(e events.SQSEvent) (string, error) {
				if calls++; calls > 1 {
					again = append(again, bodies(e)...)
					return "", nil
				}
				return strings.ReplaceAll(row.answer, "ID1", e.Records[1].MessageId), row.err
			})
			w.send("a", "b", "c")
			w.advance(59 * time.Second)
			if calls != 1 {
				t.Fatalf("%d calls before the visibility ended", calls)
			}
			w.advance(time.Second)
			if diff := cmp.Diff(row.want, again); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestEveryFailingSubsetOfABatchComesAgain(t *testing.T) {
	for set := 1; set < 1024; set++ {
		first := true
		again := 0
		w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{PartialFailure: true}, func(e events.SQSEvent) (string, error) {
			var failures events.SQSEventResponse
			for _, m := range e.Records {
				var i int
				if _, err := fmt.Sscan(m.Body, &i); err != nil {
					t.Fatal(err)
				}
				if !first {
					again |= 1 << i
				} else if set&(1<<i) != 0 {
					failures.BatchItemFailures = append(failures.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
				}
			}
			first = false
			out, err := json.Marshal(failures)
			return string(out), err
		})
		w.send("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
		w.advance(time.Minute)
		if again != set {
			t.Fatalf("set %010b failed, %010b came again", set, again)
		}
	}
}

func TestWithoutTheSettingAnswersAreNotRead(t *testing.T) {
	calls := 0
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, func(e events.SQSEvent) (string, error) {
		calls++
		return `{"batchItemFailures":[{"itemIdentifier":"` + e.Records[0].MessageId + `"}]}`, nil
	})
	w.send("a")
	w.advance(time.Hour)
	if calls != 1 {
		t.Fatalf("%d calls", calls)
	}
}

func TestAPoisonMessageDiesAfterMaxReceivesAndCanBeRedriven(t *testing.T) {
	calls, broken := 0, true
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, func(e events.SQSEvent) (string, error) {
		calls++
		if want := fmt.Sprint(min(calls, 4-len(e.Records))); broken && e.Records[0].Attributes["ApproximateReceiveCount"] != want {
			t.Errorf("call %d has receive count %s", calls, e.Records[0].Attributes["ApproximateReceiveCount"])
		}
		if broken {
			return "", errors.New("poison")
		}
		return "", nil
	})
	w.send("bad")
	w.advance(time.Hour)
	dead := w.state("dead")
	if calls != 3 || len(w.state("main").Messages) != 0 || len(dead.Messages) != 1 || !dead.Dead {
		t.Fatalf("%d calls, dead %+v", calls, dead)
	}
	if sent := dead.Messages[0].Sent; !sent.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("a dead letter was sent at %s", sent)
	}
	broken = false
	moved, err := w.sqs.Redrive(deadARN)
	if err != nil || moved != 1 {
		t.Fatalf("moved %d, %v", moved, err)
	}
	w.advance(0)
	if calls != 4 || len(w.state("dead").Messages) != 0 || len(w.state("main").Messages) != 0 {
		t.Fatalf("%d calls", calls)
	}
}

func TestOldMessagesAreForgottenAfterTheRetention(t *testing.T) {
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, nil)
	w.send("old")
	w.advance(14*24*time.Hour - time.Second)
	if s := w.state("main"); s.Visible != 1 {
		t.Fatalf("before: %+v", s)
	}
	w.advance(time.Second)
	if s := w.state("main"); s.Visible != 0 || s.Expired != 1 {
		t.Fatalf("after: %+v", s)
	}
}

func TestAWindowCollectsABatch(t *testing.T) {
	var got [][]string
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{BatchSize: 3, Window: 5 * time.Second}, func(e events.SQSEvent) (string, error) {
		got = append(got, bodies(e))
		return "", nil
	})
	w.send("a")
	w.advance(2 * time.Second)
	w.send("b")
	w.advance(3 * time.Second)
	w.send("c", "d", "e")
	w.advance(0)
	if diff := cmp.Diff([][]string{{"a", "b"}, {"c", "d", "e"}}, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestDelaysAndRefusals(t *testing.T) {
	var got []string
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, func(e events.SQSEvent) (string, error) {
		got = append(got, bodies(e)...)
		return "", nil
	})
	if _, err := w.sqs.Send(mainURL, "later", 10*time.Second); err != nil {
		t.Fatal(err)
	}
	w.advance(9 * time.Second)
	if s := w.state("main"); len(got) != 0 || s.Delayed != 1 {
		t.Fatalf("too early: %v, %+v", got, s)
	}
	w.advance(time.Second)
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	for _, row := range []struct {
		name, url, body string
		delay           time.Duration
		want            error
	}{
		{"a queue that does not exist", "https://sqs/nope", "x", 0, sqs.ErrNoQueue},
		{"an empty body", mainURL, "", 0, sqs.ErrInvalid},
		{"a body that is no text", mainURL, "\xff", 0, sqs.ErrInvalid},
		{"a delay over a quarter of an hour", mainURL, "x", time.Hour, sqs.ErrInvalid},
		{"a body over a mebibyte", mainURL, strings.Repeat("x", sqs.BytesMax+1), 0, sqs.ErrTooLong},
	} {
		if _, err := w.sqs.Send(row.url, row.body, row.delay); !errors.Is(err, row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if _, err := w.sqs.Send(mainURL, strings.Repeat("x", sqs.BytesMax), 0); err != nil {
		t.Errorf("a body of a mebibyte: %v", err)
	}
}

func TestFaultsDuplicateDelayReorderAndDrop(t *testing.T) {
	var got []string
	fault := func(_, body string) []time.Duration {
		switch body {
		case "twice":
			return []time.Duration{0, time.Second}
		case "late":
			return []time.Duration{3 * time.Second}
		case "lost":
			return nil
		}
		return []time.Duration{0}
	}
	ids := map[string]string{}
	w := newWorld(t, clock.Inline{}, fault, sqs.Consumer{BatchSize: 1}, func(e events.SQSEvent) (string, error) {
		m := e.Records[0]
		if id, seen := ids[m.Body]; seen && id != m.MessageId {
			t.Errorf("a duplicate has another id")
		}
		ids[m.Body] = m.MessageId
		got = append(got, m.Body)
		return "", nil
	})
	w.send("twice", "late", "lost", "plain")
	w.advance(time.Minute)
	if diff := cmp.Diff([]string{"twice", "plain", "twice", "late"}, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestConcurrencyIsBoundedAndAdvanceWaits(t *testing.T) {
	var running, most, done atomic.Int32
	w := newWorld(t, clock.NewPool(), nil, sqs.Consumer{BatchSize: 1, MaxConcurrency: 3}, func(events.SQSEvent) (string, error) {
		n := running.Add(1)
		if n > 3 {
			most.Store(n)
		}
		_ = strings.Repeat("work", 1<<16)
		running.Add(-1)
		done.Add(1)
		return "", nil
	})
	for i := range 100 {
		w.send(fmt.Sprint(i))
	}
	w.advance(0)
	if done.Load() != 100 || most.Load() > 3 || w.sqs.Busy() {
		t.Fatalf("%d done, %d at once", done.Load(), most.Load())
	}
}

func TestFilteredMessagesAreDeleted(t *testing.T) {
	p, err := pattern.Compile(`{"body":{"kind":["wanted"]}}`)
	must(t, err)
	var got []string
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{Filters: []*pattern.Pattern{p}}, func(e events.SQSEvent) (string, error) {
		got = append(got, bodies(e)...)
		return "", nil
	})
	w.send(`{"kind":"other"}`, `{"kind":"wanted"}`, `text`)
	w.advance(0)
	if len(got) != 1 || len(w.state("main").Messages) != 0 {
		t.Fatalf("got %v", got)
	}
}

func TestByHandReceiptsAndPurge(t *testing.T) {
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, nil)
	w.send("a", "b")
	w.advance(0)
	first, err := w.sqs.Receive(mainURL, 1)
	if err != nil || len(first) != 1 || w.state("main").InFlight != 1 {
		t.Fatalf("received %v, %v", first, err)
	}
	w.advance(time.Minute)
	if _, err := w.sqs.Receive(mainURL, 10); err != nil {
		t.Fatal(err)
	}
	if err := w.sqs.Delete(mainURL, first[0].ReceiptHandle); !errors.Is(err, sqs.ErrReceipt) {
		t.Fatalf("an old receipt deletes: %v", err)
	}
	must(t, w.sqs.Drop(mainARN))
	if len(w.state("main").Messages) != 0 {
		t.Fatal("a purged queue holds messages")
	}
}

func TestAReceivedMessageIsShownAgainWhenItsReceiverSays(t *testing.T) {
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, nil)
	w.send("a")
	w.advance(0)
	got, err := w.sqs.Receive(mainURL, 1)
	if err != nil || len(got) != 1 {
		t.Fatalf("received %v, %v", got, err)
	}
	must(t, w.sqs.Hide(mainURL, got[0].ReceiptHandle, 10*time.Minute))
	w.advance(9 * time.Minute)
	if s := w.state("main"); s.InFlight != 1 {
		t.Fatalf("its visibility ended though it was put off: %+v", s)
	}
	must(t, w.sqs.Hide(mainURL, got[0].ReceiptHandle, 0))
	w.advance(0)
	if s := w.state("main"); s.Visible != 1 {
		t.Fatalf("it is not shown again: %+v", s)
	}
	for _, row := range []struct {
		name, url, receipt string
		d                  time.Duration
		want               error
	}{
		{"a message that others see", mainURL, got[0].ReceiptHandle, time.Minute, sqs.ErrNotInFlight},
		{"a receipt that nobody has", mainURL, "other", time.Minute, sqs.ErrReceipt},
		{"no receipt", mainURL, "", time.Minute, sqs.ErrReceipt},
		{"more than half a day", mainURL, got[0].ReceiptHandle, 13 * time.Hour, sqs.ErrInvalid},
		{"a queue that does not exist", "https://sqs/nope", got[0].ReceiptHandle, 0, sqs.ErrNoQueue},
	} {
		if err := w.sqs.Hide(row.url, row.receipt, row.d); !errors.Is(err, row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestADeadLetterNamesTheQueueThatItDiedIn(t *testing.T) {
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, func(events.SQSEvent) (string, error) { return "", errors.New("poison") })
	w.send("bad")
	w.advance(time.Hour)
	got, err := w.sqs.Receive(deadURL, 1)
	if err != nil || len(got) != 1 || got[0].Attributes["DeadLetterQueueSourceArn"] != mainARN || got[0].Attributes["ApproximateReceiveCount"] != "4" {
		t.Fatalf("received %+v, %v", got, err)
	}
}

func TestAVisibilityUnderTheTimeoutIsRefused(t *testing.T) {
	w := newWorld(t, clock.Inline{}, nil, sqs.Consumer{}, nil)
	err := w.sqs.Consume(mainARN, sqs.Consumer{BatchSize: 1, Function: &invoke.Function{Name: "slow", Timeout: 2 * time.Minute}})
	if err == nil || !strings.Contains(err.Error(), "visibility") {
		t.Fatalf("got %v", err)
	}
}
