package turns_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/simulate/turns"
)

// stage is turns with their clock.
type stage struct {
	*turns.Turns
	clock *clock.Clock
	said  []string
}

func open(t *testing.T, seed uint64) *stage {
	t.Helper()
	s := &stage{Turns: turns.New(seed, 0)}
	s.clock = clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), s)
	s.Use(s.clock)
	t.Cleanup(s.Close)
	return s
}

func (s *stage) say(format string, values ...any) {
	s.said = append(s.said, fmt.Sprintf(format, values...))
}

func (s *stage) advance(t *testing.T, d time.Duration) {
	t.Helper()
	if err := s.clock.Advance(d); err != nil {
		t.Fatal(err)
	}
	if p := s.Panics(); len(p) > 0 {
		t.Fatal(p)
	}
}

// chat is three people who say three words each.
func chat(t *testing.T, seed uint64) string {
	s := open(t, seed)
	for _, who := range []string{"a", "b", "c"} {
		s.Go(who, func() {
			for n := range 3 {
				s.say("%s%d", who, n)
				s.Point("a breath")
			}
		})
	}
	s.advance(t, 0)
	return strings.Join(s.said, " ")
}

func TestTheSeedDecidesWhoGoesOn(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(50) {
		once := chat(t, seed)
		if again := chat(t, seed); again != once {
			t.Fatalf("seed %d: %s, then %s", seed, once, again)
		}
		if strings.Count(once, " ") != 8 || strings.Index(once, "b0") > strings.Index(once, "b2") {
			t.Fatalf("said %s", once)
		}
		seen[once] = true
	}
	if len(seen) < 40 {
		t.Errorf("%d histories of 50 seeds", len(seen))
	}
}

func TestTimePassesOnlyWhenNobodyCanGoOn(t *testing.T) {
	s := open(t, 1)
	s.Go("sleeper", func() {
		s.Sleep(time.Minute, "rest")
		s.say("woke at %s", s.clock.Now().Format("04:05"))
	})
	s.Go("worker", func() {
		for range 100 {
			s.Point("work")
		}
		s.say("done at %s", s.clock.Now().Format("04:05"))
	})
	s.advance(t, time.Hour)
	if got := strings.Join(s.said, ", "); got != "done at 00:00, woke at 01:00" {
		t.Error(got)
	}
	if s.Live() != 0 {
		t.Errorf("%d still live", s.Live())
	}
}

func TestTimersOfThisInstantComeBetween(t *testing.T) {
	between := 0
	for seed := range uint64(20) {
		s := open(t, seed)
		s.Go("long", func() {
			s.clock.After(0, "timer", func() { s.say("timer") })
			for range 20 {
				s.Point("step")
			}
			s.say("end")
		})
		s.advance(t, 0)
		if s.said[0] == "timer" {
			between++
		}
	}
	if between < 15 {
		t.Errorf("only %d of 20 timers came before the work had ended", between)
	}
}

// invoke runs a function with a time limit of ten seconds, as an engine does, and tells how it ended.
func (s *stage) invoke(fn func(ctx context.Context)) {
	s.Go("engine", func() {
		answered := false
		inTime := s.Call(s.clock.Now().Add(10*time.Second), 10*time.Second, func(ctx context.Context) {
			fn(ctx)
			answered = true
		})
		s.say("in time %t, answered %t, at %s", inTime, answered, s.clock.Now().Format("05"))
	})
}

func TestHowACallEnds(t *testing.T) {
	tests := []struct {
		name string
		fn   func(*stage, context.Context)
		want string
	}{
		{"by its answer", func(s *stage, ctx context.Context) {
			if deadline, ok := ctx.Deadline(); !ok || deadline.Sub(s.clock.Now()) != 10*time.Second || ctx.Err() != nil {
				s.say("deadline %s", deadline)
			}
			s.Point("x")
			s.Sleep(9*time.Second, "the store")
			s.say("effect")
		}, "effect, in time true, answered true, at 09"},
		{"by a crash", func(s *stage, _ context.Context) {
			defer s.say("unwound")
			s.Crash()
			s.say("effect")
		}, "unwound, in time true, answered false, at 00"},
		{"by a crash that deferred functions do not survive", func(s *stage, _ context.Context) {
			defer s.say("lock released")
			defer func() { s.Point("a write"); s.say("effect") }()
			defer func() { _ = recover() }()
			s.Crash()
		}, "lock released, in time true, answered false, at 00"},
		{"at its limit, without the effect", func(s *stage, _ context.Context) {
			s.Hang(false)
			s.say("effect")
		}, "in time false, answered false, at 10"},
		{"at its limit, by sleeping over it", func(s *stage, _ context.Context) {
			s.Sleep(3*time.Second, "a")
			s.Sleep(8*time.Second, "b")
			s.say("effect")
		}, "in time false, answered false, at 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(10) {
				s := open(t, seed)
				s.invoke(func(ctx context.Context) { tt.fn(s, ctx) })
				s.advance(t, time.Minute)
				if got := strings.Join(s.said, ", "); got != tt.want {
					t.Errorf("got %s", got)
				}
				if s.Live() != 0 {
					t.Errorf("%d still live", s.Live())
				}
			}
		})
	}
}

func TestALateEffectHappensOnceAndNothingAfterIt(t *testing.T) {
	orders := map[string]bool{}
	for seed := range uint64(20) {
		s := open(t, seed)
		s.invoke(func(context.Context) {
			s.Hang(true)
			s.say("effect")
			s.Here()
			s.say("more")
		})
		s.advance(t, time.Minute)
		orders[strings.Join(s.said, ", ")] = true
	}
	for _, want := range []string{"effect, in time false, answered false, at 10", "in time false, answered false, at 10, effect"} {
		if !orders[want] || len(orders) != 2 {
			t.Errorf("never %q: %v", want, orders)
		}
	}
}

func TestWorkThatWaitsForALockOfParkedWorkIsReported(t *testing.T) {
	s := &stage{Turns: turns.New(1, 50*time.Millisecond)}
	s.clock = clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), s)
	s.Use(s.clock)
	var mu sync.Mutex
	for range 8 {
		s.Go("locker", func() {
			mu.Lock()
			defer mu.Unlock()
			s.Point("a point under a lock")
		})
	}
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "stuck") || !strings.Contains(p, "locker waits for a point under a lock") {
			t.Errorf("reported %.200s", p)
		}
	}()
	s.Wait()
	t.Error("nobody noticed")
}

func TestAPanicOfWorkIsKept(t *testing.T) {
	s := open(t, 1)
	s.Go("clumsy", func() { panic("oops") })
	s.Go("other", func() { s.Point("x"); s.say("on") })
	if err := s.clock.Advance(0); err != nil {
		t.Fatal(err)
	}
	if p := s.Panics(); len(p) != 1 || !strings.HasPrefix(p[0], "clumsy: oops") || len(s.said) != 1 {
		t.Errorf("%v, %v", p, s.said)
	}
}

func TestClosingEndsWhoWaits(t *testing.T) {
	s := turns.New(1, 0)
	c := clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), s)
	s.Use(c)
	unwound := 0
	for range 3 {
		s.Go("sleeper", func() {
			defer func() { unwound++ }()
			s.Sleep(time.Hour, "for ever")
		})
	}
	if err := c.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	s.Go("never begun", func() { t.Error("it began") })
	s.Close()
	if unwound != 3 || s.Live() != 0 {
		t.Errorf("%d unwound, %d live", unwound, s.Live())
	}
}

func TestWithoutCurrentWorkPointsDoNothing(t *testing.T) {
	s := open(t, 1)
	s.Point("x")
	s.Sleep(time.Hour, "x")
	s.Here()
	ran := false
	if !s.Call(s.clock.Now(), 0, func(context.Context) { ran = true }) || !ran || s.Current() != nil {
		t.Error("who drives the clock cannot call")
	}
}

func BenchmarkPoint(b *testing.B) {
	s := turns.New(1, 0)
	c := clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), s)
	s.Use(c)
	for range 4 {
		s.Go("w", func() {
			for range b.N / 4 {
				s.Point("x")
			}
		})
	}
	b.ResetTimer()
	_ = c.Advance(0)
}
