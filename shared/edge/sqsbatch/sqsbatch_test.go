package sqsbatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/edge/sqsbatch"
	"till/shared/fault"
)

func batch(n int) events.SQSEvent {
	var e events.SQSEvent
	for i := range n {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprintf("m-%d", i), Body: fmt.Sprint(i),
			Attributes: map[string]string{"ApproximateReceiveCount": "2"}})
	}
	return e
}

func logTo(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewJSONHandler(b, nil)) }

func ids(r events.SQSEventResponse) []string {
	out := []string{}
	for _, f := range r.BatchItemFailures {
		out = append(out, f.ItemIdentifier)
	}
	return out
}

func TestEverySubsetOfFailuresComesBackAndNothingElse(t *testing.T) {
	const size = 10
	kinds := []error{fault.New(fault.Invalid, "x", "c", ""), fault.New(fault.Unavailable, "x", "c", ""), errors.New("boom")}
	for set := range 1 << size {
		var log bytes.Buffer
		want, tried := []string{}, 0
		for i := range size {
			if set>>i&1 == 1 {
				want = append(want, fmt.Sprintf("m-%d", i))
			}
		}
		resp, err := sqsbatch.Run(context.Background(), logTo(&log), time.Now, batch(size), func(_ context.Context, m events.SQSMessage) error {
			i := tried
			tried++
			switch {
			case m.Body != fmt.Sprint(i):
				t.Fatalf("message %s came as number %d", m.Body, i)
			case set>>i&1 == 0:
				return nil
			case i%4 == 3:
				panic("boom")
			}
			return kinds[i%len(kinds)]
		})
		if err != nil || tried != size || !slices.Equal(ids(resp), want) {
			t.Fatalf("set %b: got %v after %d, %v", set, ids(resp), tried, err)
		}
		if lines := strings.Count(log.String(), "\n"); lines != len(want) {
			t.Fatalf("set %b: %d lines in the log for %d failures", set, lines, len(want))
		}
	}
}

func TestNoFailureIsAnEmptyListNotNull(t *testing.T) {
	for _, n := range []int{0, 1} {
		resp, err := sqsbatch.Run(context.Background(), slog.New(slog.DiscardHandler), time.Now, batch(n),
			func(context.Context, events.SQSMessage) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if out, err := json.Marshal(resp); err != nil || string(out) != `{"batchItemFailures":[]}` {
			t.Errorf("got %s, %v", out, err)
		}
	}
}

func TestRunStopsBeforeTheFunctionIsCutOff(t *testing.T) {
	tests := []struct {
		name  string
		left  time.Duration
		tried int
	}{
		{"plenty of time", time.Hour, 3},
		{"little time: one message, so that something is done", 8 * time.Second, 1},
		{"no time", -time.Second, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), tt.left)
			defer cancel()
			var log bytes.Buffer
			tried := 0
			resp, err := sqsbatch.Run(ctx, logTo(&log), time.Now, batch(3), func(context.Context, events.SQSMessage) error { tried++; return nil })
			if err != nil || tried != tt.tried || len(resp.BatchItemFailures) != 3-tt.tried {
				t.Errorf("%d tried, %v came back, %v", tried, ids(resp), err)
			}
			if (tt.tried < 3) != strings.Contains(log.String(), `"messages_left":`+fmt.Sprint(3-tt.tried)) {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

func TestRunStopsWhenTheContextEndsOnTheWay(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	resp, err := sqsbatch.Run(ctx, slog.New(slog.DiscardHandler), time.Now, batch(5), func(_ context.Context, m events.SQSMessage) error {
		if m.Body == "1" {
			cancel()
		}
		return nil
	})
	if err != nil || !slices.Equal(ids(resp), []string{"m-2", "m-3", "m-4"}) {
		t.Errorf("got %v, %v", ids(resp), err)
	}
}

func TestFailuresAreLoggedWithoutBodies(t *testing.T) {
	const canary = "ada@example.com"
	event := batch(1)
	event.Records[0].Body = canary
	tests := []struct {
		name   string
		handle func(context.Context, events.SQSMessage) error
		want   []string
	}{
		{"what can never succeed wakes someone", func(context.Context, events.SQSMessage) error { return fault.New(fault.NotFound, "x", "gone", "") },
			[]string{`"level":"ERROR"`, `"kind":"not_found"`, `"code":"gone"`, `"message_id":"m-0"`, `"receives":"2"`}},
		{"what heals by itself does not", func(context.Context, events.SQSMessage) error { return fault.New(fault.Conflict, "x", "moved", "") },
			[]string{`"level":"WARN"`, `"kind":"conflict"`}},
		{"a kind nobody knows is loud", func(context.Context, events.SQSMessage) error { return fault.New(fault.Kind(99), "x", "", "") },
			[]string{`"level":"ERROR"`}},
		{"a panic says where, not what", func(_ context.Context, m events.SQSMessage) error { panic(m.Body) },
			[]string{`"level":"ERROR"`, `"code":"panicked"`, "sqsbatch_test.go"}},
		{"the runtime's panics say what", func(_ context.Context, m events.SQSMessage) error { return errors.New(m.Body[:99]) },
			[]string{"slice bounds out of range"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			resp, err := sqsbatch.Run(context.Background(), logTo(&log), time.Now, event, tt.handle)
			if err != nil || len(resp.BatchItemFailures) != 1 {
				t.Errorf("got %v, %v", ids(resp), err)
			}
			for _, want := range tt.want {
				if !strings.Contains(log.String(), want) {
					t.Errorf("%s is not in %s", want, log.String())
				}
			}
			if strings.Contains(log.String(), canary) {
				t.Errorf("logged the body: %s", log.String())
			}
		})
	}
}
