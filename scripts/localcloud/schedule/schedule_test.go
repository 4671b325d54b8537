package schedule_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/schedule"
)

func TestNextTimes(t *testing.T) {
	from := time.Date(2026, 2, 27, 23, 59, 30, 0, time.UTC) // A Friday.
	for _, row := range []struct{ name, text, zone, want string }{
		{"a rate counts from now", "rate(1 minute)", "", "2026-02-28T00:00:30Z"},
		{"a rate in days", "rate(2 days)", "", "2026-03-01T23:59:30Z"},
		{"every day at three", "cron(0 3 * * ? *)", "", "2026-02-28T03:00:00Z"},
		{"every quarter of an hour", "cron(0/15 * * * ? *)", "", "2026-02-28T00:00:00Z"},
		{"on weekdays", "cron(30 9 ? * MON-FRI *)", "", "2026-03-02T09:30:00Z"},
		{"on the first of April or June", "cron(0 0 1 APR,JUN ? *)", "", "2026-04-01T00:00:00Z"},
		{"on the next leap day", "cron(0 0 29 2 ? *)", "", "2028-02-29T00:00:00Z"},
		{"in Berlin, where summer is an hour ahead", "cron(0 3 30 3 ? *)", "Europe/Berlin", "2026-03-30T01:00:00Z"},
		{"once", "at(2026-03-01T10:00:00)", "", "2026-03-01T10:00:00Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			e, err := schedule.Parse(row.text, row.zone)
			if err != nil {
				t.Fatal(err)
			}
			next, ok := e.Next(from)
			if got := next.Format(time.RFC3339); !ok || got != row.want {
				t.Fatalf("got %s, %v", got, ok)
			}
		})
	}
}

func TestTimesThatNeverComeAndTextsThatAreNone(t *testing.T) {
	for _, text := range []string{"cron(0 0 31 2 ? *)", "cron(0 0 1 1 ? 2020)", "at(2020-01-01T00:00:00)"} {
		e, err := schedule.Parse(text, "")
		if err != nil {
			t.Fatal(err)
		}
		if next, ok := e.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
			t.Errorf("%s comes at %s", text, next)
		}
	}
	for _, text := range []string{"", "rate(1)", "rate(0 minutes)", "rate(1 fortnight)", "cron(* * * * *)", "cron(* * * * * *)",
		"cron(60 * * * ? *)", "cron(0 0 L * ? *)", "cron(5-1 * * * ? *)", "cron(1/0 * * * ? *)", "at(soon)", "every(1 day)", "rate(1 minute"} {
		if _, err := schedule.Parse(text, ""); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if _, err := schedule.Parse("rate(1 day)", "Mars/Olympus"); err == nil {
		t.Error("a zone of another planet was taken")
	}
}

type code func(payload []byte) error

func (c code) Invoke(_ context.Context, payload []byte) ([]byte, error) { return nil, c(payload) }

func newService(t *testing.T, r schedule.Rule, fault schedule.Fault, handler code) (*clock.Clock, *schedule.Service) {
	t.Helper()
	c := clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), clock.Inline{})
	s := schedule.New(c, &invoke.Runner{Clock: c, IDs: ident.New("r")}, ident.New("s"), "eu-central-1", "0", fault)
	r.Function = &invoke.Function{Name: "sweep", ARN: "arn:sweep", Timeout: time.Second, Handler: handler}
	if err := s.Add(r); err != nil {
		t.Fatal(err)
	}
	s.Start()
	return c, s
}

func TestARuleFiresEachMinuteAtItsTime(t *testing.T) {
	var times []string
	c, s := newService(t, schedule.Rule{Name: "each", ARN: "arn:each", Expression: "rate(1 minute)"}, nil, func(payload []byte) error {
		var e struct{ Time, Source string }
		if err := json.Unmarshal(payload, &e); err != nil || e.Source != "aws.events" {
			t.Errorf("event %s", payload)
		}
		times = append(times, e.Time)
		return nil
	})
	if err := c.Advance(3*time.Minute + 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2026-03-01T00:01:00Z", "2026-03-01T00:02:00Z", "2026-03-01T00:03:00Z"}, times); diff != "" {
		t.Fatal(diff)
	}
	if !s.Fire("each") || s.Fire("nobody") {
		t.Fatal("firing by name")
	}
	if err := c.Settle(); err != nil || len(times) != 4 || s.State()[0].Fired != 4 {
		t.Fatalf("%d times, %v", len(times), err)
	}
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
func TestAFailedInvocationIsTriedTwiceMore(t *testing.T) {
	var at []time.Duration
	var dead []string
	var c *clock.Clock
	var begin time.Time
	rule := schedule.Rule{Name: "once", Expression: "at(2026-03-01T01:00:00)", Retries: 2, Input: `{"x":1}`, OnFailure: func(b string) { dead = append(dead, b) }}
	c, s := newService(t, rule, nil, func(payload []byte) error {
		if string(payload) != `{"x":1}` {
			t.Errorf("payload %s", payload)
		}
		at = append(at, c.Now().Sub(begin))
		return errors.New("down")
	})
	begin = c.Now()
	if err := c.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{time.Hour, time.Hour + time.Minute, time.Hour + 3*time.Minute}, at); diff != "" {
		t.Fatal(diff)
	}
	if len(dead) != 1 || !json.Valid([]byte(dead[0])) || s.State()[0].GivenUp != 1 {
		t.Fatalf("given up: %v", dead)
	}
}

func TestFaultsLoseAndDoubleAFiring(t *testing.T) {
	n, calls := 0, 0
	fault := func(string) []time.Duration {
		if n++; n == 1 {
			return nil
		}
		return []time.Duration{0, 10 * time.Second}
	}
	c, _ := newService(t, schedule.Rule{Name: "x", Expression: "rate(1 minute)", V2: true}, fault, func(p []byte) error { calls++; return nil })
	if err := c.Advance(2*time.Minute + 30*time.Second); err != nil || calls != 2 {
		t.Fatalf("%d calls, %v", calls, err)
	}
}
