package clock_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"till/scripts/localcloud/clock"
)

func start() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func TestTimersRunInOrderOfTimeThenOfCreation(t *testing.T) {
	c := clock.New(start(), clock.Inline{})
	var got []string
	at := func(d time.Duration, name string) { c.After(d, name, func() { got = append(got, name) }) }
	at(2*time.Second, "late")
	at(time.Second, "first")
	at(time.Second, "second")
	c.After(time.Second, "third", func() {
		got = append(got, "third")
		at(0, "follow-up")
	})
	stopped := c.After(time.Second, "stopped", func() { got = append(got, "stopped") })
	if !stopped.Stop() || stopped.Stop() {
		t.Fatal("a timer stops once")
	}
	at(time.Hour, "never")
	if err := c.Advance(2 * time.Second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"first", "second", "third", "follow-up", "late"}, got); diff != "" {
		t.Fatal(diff)
	}
	if want := start().Add(2 * time.Second); !c.Now().Equal(want) || c.Pending() != 1 {
		t.Fatalf("now %s, pending %d", c.Now(), c.Pending())
	}
}

func TestATimerSeesItsOwnTime(t *testing.T) {
	c := clock.New(start(), clock.Inline{})
	var seen time.Time
	c.After(time.Minute, "look", func() { seen = c.Now() })
	if err := c.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if !seen.Equal(start().Add(time.Minute)) {
		t.Fatalf("ran at %s", seen)
	}
}

func TestEqualTimersGiveEqualHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delays := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 50).Draw(t, "delays")
		run := func() []int {
			c := clock.New(start(), clock.Inline{})
			var got []int
			for i, d := range delays {
				c.After(time.Duration(d)*time.Second, "x", func() {
					got = append(got, i)
					if i%3 == 0 {
						c.After(time.Duration(i%2)*time.Second, "y", func() { got = append(got, -i) })
					}
				})
			}
			if err := c.Advance(time.Minute); err != nil {
				t.Fatal(err)
			}
			return got
		}
		if diff := cmp.Diff(run(), run()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAdvanceWaitsForWorkAndWhatItStarts(t *testing.T) {
	pool := clock.NewPool()
	c := clock.New(start(), pool)
	var done atomic.Int32
	for range 50 {
		c.After(time.Second, "deliver", func() {
			c.Go("work", func() {
				c.After(0, "next", func() { c.Go("more", func() { done.Add(1) }) })
			})
		})
	}
	if err := c.Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	if done.Load() != 50 {
		t.Fatalf("%d of 50 done when Advance returned", done.Load())
	}
}

func TestFollowingTheWallClockRunsTimersAndJumps(t *testing.T) {
	var mu sync.Mutex
	wall := start().Add(-1000 * time.Hour)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return wall }
	c := clock.New(start(), clock.NewPool())
	ctx, cancel := context.WithCancel(context.Background())
	followed := make(chan struct{})
	ran := make(chan time.Time, 2)
	c.After(10*time.Minute, "jumped to", func() { ran <- c.Now() })
	go func() { defer close(followed); c.Follow(ctx, now) }()
	if err := c.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := <-ran; got.Before(start().Add(10 * time.Minute)) {
		t.Fatalf("ran at %s", got)
	}
	mu.Lock()
	wall = wall.Add(2 * time.Hour)
	mu.Unlock()
	c.After(0, "wakes the follower", func() { ran <- c.Now() })
	if got := <-ran; got.Before(start().Add(time.Hour)) {
		t.Fatalf("ran at %s", got)
	}
	cancel()
	<-followed
	before := c.Now()
	mu.Lock()
	wall = wall.Add(-24 * time.Hour)
	mu.Unlock()
	if c.Now().Before(before) {
		t.Fatal("the clock went back")
	}
}

func TestWorkThatNeverEndsIsAnError(t *testing.T) {
	c := clock.New(start(), clock.Inline{})
	var again func()
	again = func() { c.After(0, "the loop", again) }
	again()
	if err := c.Settle(); err == nil || !strings.Contains(err.Error(), "the loop") {
		t.Fatalf("got %v", err)
	}
}

func TestPoolLeavesWorkBehindAtItsLimit(t *testing.T) {
	c := clock.New(start(), clock.NewPool())
	release := make(chan struct{})
	ended := make(chan error, 1)
	inTime := c.Call(time.Millisecond, func(ctx context.Context) {
		if deadline, ok := ctx.Deadline(); !ok || deadline.Before(start()) {
			t.Errorf("the deadline %s is not in the cloud's time", deadline)
		}
		<-ctx.Done()
		ended <- ctx.Err()
		<-release
	})
	close(release)
	if err := <-ended; inTime || err == nil {
		t.Fatalf("in time: %v, context: %v", inTime, err)
	}
}

func TestInlineShowsTheDeadlineAndEndsNothing(t *testing.T) {
	c := clock.New(start(), clock.Inline{})
	ok := c.Call(time.Second, func(ctx context.Context) {
		if deadline, _ := ctx.Deadline(); !deadline.Equal(start().Add(time.Second)) || ctx.Err() != nil {
			t.Errorf("deadline %s, error %v", deadline, ctx.Err())
		}
	})
	if !ok {
		t.Fatal("inline work always ends")
	}
}
