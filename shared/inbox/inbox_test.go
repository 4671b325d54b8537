package inbox_test

import (
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/payment"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.FixedZone("CET", 3600))

func received() inbox.Item {
	return inbox.Receive(payment.Event{Gateway: "stripe", ID: "evt_1"}, noon)
}

// legal is every pair of states that an event may go through.
func legal() map[[2]inbox.State]bool {
	const r, a, i, p, f = inbox.Received, inbox.Applied, inbox.Ignored, inbox.Parked, inbox.Failed
	return map[[2]inbox.State]bool{
		{r, r}: false, {r, a}: true, {r, i}: true, {r, p}: true, {r, f}: true,
		{a, r}: false, {a, a}: false, {a, i}: false, {a, p}: false, {a, f}: false,
		{i, r}: false, {i, a}: false, {i, i}: false, {i, p}: false, {i, f}: false,
		{p, r}: false, {p, a}: true, {p, i}: true, {p, p}: false, {p, f}: true,
		{f, r}: false, {f, a}: true, {f, i}: true, {f, p}: true, {f, f}: false,
	}
}

func TestEveryMoveOfAnEvent(t *testing.T) {
	want := legal()
	for _, from := range append(inbox.States(), "", "lost") {
		for _, to := range append(inbox.States(), "", "lost") {
			if got := from.CanBecome(to); got != want[[2]inbox.State{from, to}] {
				t.Errorf("%q to %q: %v", from, to, got)
			}
		}
		if got := from.Settled(); got != (from == inbox.Applied || from == inbox.Ignored) {
			t.Errorf("%q settled: %v", from, got)
		}
	}
	if len(want) != len(inbox.States())*len(inbox.States()) {
		t.Errorf("%d states, %d pairs", len(inbox.States()), len(want))
	}
}

func TestANewEventIsDueAndIsKept(t *testing.T) {
	i, at := received(), noon.UTC().Truncate(time.Second)
	if i.State != inbox.Received || !i.ReceivedAt.Equal(at) || !i.Due.Equal(at.Add(2*time.Minute)) || !i.Forget.Equal(at.Add(inbox.Keep)) {
		t.Errorf("got %+v", i)
	}
	if inbox.Keep < 30*24*time.Hour || inbox.Lease < 30*time.Second {
		t.Errorf("kept for %v, leased for %v", inbox.Keep, inbox.Lease)
	}
}

// TestSettle drives every pair through the verb: I19, what is not settled is due.
func TestSettle(t *testing.T) {
	later := noon.Add(time.Hour)
	for pair, moves := range legal() {
		i := received()
		i.State, i.Reason, i.LeaseUntil = pair[0], "before", later
		if pair[0].Settled() {
			i.Due = time.Time{}
		}
		got, err := i.Settle(pair[1], "after", later)
		switch {
		case pair[0] == pair[1] && pair[0].Settled():
			if err != nil || got != i {
				t.Errorf("a repeat of %s changed it to %+v, %v", pair[0], got, err)
			}
		case moves, pair[0] == pair[1]:
			if err != nil || got.State != pair[1] || got.Reason != "after" || !got.LeaseUntil.IsZero() {
				t.Errorf("%v: got %+v, %v", pair, got, err)
			}
			if got.Due.IsZero() != pair[1].Settled() || got.SettledAt.IsZero() == pair[1].Settled() {
				t.Errorf("%v: due %v, settled at %v", pair, got.Due, got.SettledAt)
			}
			if !got.Due.IsZero() && !got.Due.Equal(later.UTC().Truncate(time.Second).Add(time.Hour)) {
				t.Errorf("%v is tried again at %v", pair, got.Due)
			}
		case !fault.Is(err, fault.Conflict) || fault.Code(err) != "inbox_settled" || got != i:
			t.Errorf("%v: got %+v, %v", pair, got, err)
		}
	}
}

func TestWhatWaitsIsTriedAgainEverMoreSeldom(t *testing.T) {
	tests := []struct {
		name              string
		waited, untilNext time.Duration
	}{
		{"soon at first", 0, 5 * time.Minute},
		{"as long again as it has waited", 40 * time.Minute, 40 * time.Minute},
		{"but four times a day at least", 7 * 24 * time.Hour, 6 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i, now := received(), noon.Add(tt.waited)
			got, err := i.Settle(inbox.Parked, "unmatched_event", now)
			if want := now.UTC().Truncate(time.Second).Add(tt.untilNext); err != nil || !got.Due.Equal(want) {
				t.Errorf("due %v, %v, want %v", got.Due, err, want)
			}
		})
	}
}

func TestClaim(t *testing.T) {
	for _, s := range inbox.States() {
		i := received()
		i.State = s
		mine, err := i.Claim(noon)
		if s.Settled() {
			if fault.Code(err) != "inbox_settled" || mine != i {
				t.Errorf("%s was claimed: %+v, %v", s, mine, err)
			}
			continue
		}
		if err != nil || mine.Tries != 1 || !mine.LeaseUntil.Equal(noon.Truncate(time.Second).Add(inbox.Lease)) || mine.State != s {
			t.Errorf("%s: got %+v, %v", s, mine, err)
		}
		if theirs, err := mine.Claim(mine.LeaseUntil.Add(-time.Nanosecond)); fault.Code(err) != "inbox_claimed" || theirs != mine {
			t.Errorf("two workers have an event %s: %+v, %v", s, theirs, err)
		}
		if theirs, err := mine.Claim(mine.LeaseUntil); err != nil || theirs.Tries != 2 {
			t.Errorf("a lease that is over is not taken over: %+v, %v", theirs, err)
		}
	}
}
