package storetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/payment"
)

var inboxRows = []row{
	{"a new event is kept as it came", eventNew},
	{"a repeat is known, and changes nothing", eventRepeat},
	{"events of other accounts with that id are other events", eventOtherAccount},
	{"a claimed event is its worker's until the lease is over", eventClaim},
	{"an event that was never received cannot be claimed or settled", eventUnknown},
	{"a settled event is not claimed again", eventSettled},
	{"settling twice alike succeeds", eventSettledTwice},
	{"a late worker does not overwrite what another settled", eventLateWorker},
	{"a parked event is due again, and then applied", eventParked},
	{"an unsettled event is due, a settled one is not", eventDue},
	{"the earliest due events come first, at most as many as asked", eventDueEarliest},
	{"an event whose time to be forgotten has come is new again", eventForgotten},
	{"an event of 256 KiB is kept", eventLarge},
	{"events are listed by their state, page by page", eventsListed},
	{"received events are listed by when they are due, page by page", eventsReceivedListed},
	{"a place that is none of the list is refused", eventsBadPlace},
	{"what was given up or ignored is applied again, at somebody's word", eventReplayed},
	{"what is applied is not applied again, and what is not known is not there", eventNotReplayed},
	{"a replay does not keep an event for longer", eventReplayForgotten},
}

func event(id string, at time.Time) inbox.Item {
	return inbox.Receive(payment.Event{Gateway: "stripe", ID: id, Type: "payment_intent.succeeded", Subject: payment.AboutPayment,
		Object: "pi_1", Intent: "pi_1", Amount: 1999, Currency: "EUR", APIVersion: "2023-10-16", Created: at, BodySHA256: "hash"}, at)
}

// mustReceive stores a new event. An engine that loses an answer lets the adapter's second try find what its first has stored: that is as
// new, and eventNew says that nothing else is.
func mustReceive(t *testing.T, s Store, i inbox.Item) string {
	t.Helper()
	if existing, fresh, err := s.PutEvent(t.Context(), i); err != nil || !fresh && !reflect.DeepEqual(existing, i) {
		t.Fatalf("receiving %s: fresh %v, %v", i.Event.Key(), fresh, err)
	}
	return i.Event.Key()
}

func wantEvent(t *testing.T, s Store, key string, state inbox.State, reason string) {
	t.Helper()
	if got, err := s.Event(t.Context(), key); err != nil || got.State != state || got.Reason != reason {
		t.Errorf("the event is %+v, %v; want %s %q", got, err, state, reason)
	}
}

func eventNew(t *testing.T, s Store) {
	want := event("evt_1", noon)
	if _, fresh, err := s.PutEvent(t.Context(), want); err != nil || !fresh {
		t.Fatalf("fresh %v, %v", fresh, err)
	}
	if got, err := s.Event(t.Context(), want.Event.Key()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func eventRepeat(t *testing.T, s Store) {
	want := event("evt_1", noon)
	key := mustReceive(t, s, want)
	got, fresh, err := s.PutEvent(t.Context(), event("evt_1", noon.Add(time.Hour)))
	if err != nil || fresh || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, fresh %v, %v", got, fresh, err)
	}
	if got, err := s.Event(t.Context(), key); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("stored is %+v, %v", got, err)
	}
}

func eventOtherAccount(t *testing.T, s Store) {
	mustReceive(t, s, event("evt_1", noon))
	other := event("evt_1", noon)
	other.Event.Account = "acct_2"
	mustReceive(t, s, other)
}

func eventClaim(t *testing.T, s Store) {
	ctx := t.Context()
	key := mustReceive(t, s, event("evt_1", noon))
	got, err := s.ClaimEvent(ctx, key, noon)
	if err != nil || got.Tries != 1 || got.Event.ID != "evt_1" || !got.LeaseUntil.Equal(noon.Add(inbox.Lease)) {
		t.Fatalf("claimed %+v, %v", got, err)
	}
	_, err = s.ClaimEvent(ctx, key, noon.Add(inbox.Lease-time.Second))
	wantFault(t, "a second worker", err, fault.Conflict, "inbox_claimed")
	if got, err = s.ClaimEvent(ctx, key, noon.Add(inbox.Lease)); err != nil || got.Tries != 2 {
		t.Errorf("after the lease: %+v, %v", got, err)
	}
}

func eventUnknown(t *testing.T, s Store) {
	_, err := s.ClaimEvent(t.Context(), "stripe##evt_none", noon)
	wantFault(t, "claiming", err, fault.NotFound, "not_found")
	err = s.SettleEvent(t.Context(), "stripe##evt_none", inbox.Applied, "", noon)
	wantFault(t, "settling", err, fault.NotFound, "not_found")
}

func mustSettle(t *testing.T, s Store, key string, state inbox.State, reason string, at time.Time) {
	t.Helper()
	if err := s.SettleEvent(t.Context(), key, state, reason, at); err != nil {
		t.Fatalf("settling %s as %s: %v", key, state, err)
	}
}

func eventSettled(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	mustSettle(t, s, key, inbox.Ignored, "duplicate", noon)
	wantEvent(t, s, key, inbox.Ignored, "duplicate")
	_, err := s.ClaimEvent(t.Context(), key, noon.Add(time.Hour))
	wantFault(t, "claiming", err, fault.Conflict, "inbox_settled")
}

func eventSettledTwice(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	mustSettle(t, s, key, inbox.Applied, "", noon)
	mustSettle(t, s, key, inbox.Applied, "", noon.Add(time.Hour))
	if got, err := s.Event(t.Context(), key); err != nil || !got.SettledAt.Equal(noon) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func eventLateWorker(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	for i := range 2 { // The first worker's lease runs out, the second takes over.
		if _, err := s.ClaimEvent(t.Context(), key, noon.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	mustSettle(t, s, key, inbox.Applied, "", noon.Add(time.Hour))
	for _, state := range []inbox.State{inbox.Failed, inbox.Parked, inbox.Ignored} {
		err := s.SettleEvent(t.Context(), key, state, "late", noon.Add(2*time.Hour))
		wantFault(t, "the late worker's "+string(state), err, fault.Conflict, "inbox_settled")
	}
	wantEvent(t, s, key, inbox.Applied, "")
}

func dueEvents(t *testing.T, s Store, before time.Time, limit int) []string {
	t.Helper()
	keys, err := s.DueEvents(t.Context(), before, limit)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func eventParked(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	mustSettle(t, s, key, inbox.Parked, "unmatched_event", noon)
	wantEvent(t, s, key, inbox.Parked, "unmatched_event")
	if got := dueEvents(t, s, noon.Add(time.Hour), 10); !slices.Equal(got, []string{key}) {
		t.Errorf("due: %v", got)
	}
	if _, err := s.ClaimEvent(t.Context(), key, noon.Add(time.Hour)); err != nil {
		t.Errorf("claiming the parked event: %v", err)
	}
	mustSettle(t, s, key, inbox.Applied, "", noon.Add(time.Hour))
	wantEvent(t, s, key, inbox.Applied, "")
}

func eventDue(t *testing.T, s Store) {
	i := event("evt_1", noon)
	key := mustReceive(t, s, i)
	if got := dueEvents(t, s, i.Due.Add(-time.Second), 10); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	if got := dueEvents(t, s, i.Due, 10); !slices.Equal(got, []string{key}) {
		t.Errorf("due: %v", got)
	}
	mustSettle(t, s, key, inbox.Applied, "", noon)
	if got := dueEvents(t, s, noon.Add(inbox.Keep), 10); len(got) != 0 {
		t.Errorf("after it was applied: %v", got)
	}
}

func eventDueEarliest(t *testing.T, s Store) {
	var want []string
	for i := range 20 {
		want = append(want, mustReceive(t, s, event("evt_"+string(rune('a'+i)), noon.Add(time.Duration(-i)*time.Minute))))
	}
	slices.Reverse(want)
	if got := dueEvents(t, s, noon.Add(time.Hour), 100); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := dueEvents(t, s, noon.Add(time.Hour), 6); !slices.Equal(got, want[:6]) {
		t.Errorf("six: %v, want %v", got, want[:6])
	}
}

func eventForgotten(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	over := noon.Add(inbox.Keep)
	if _, fresh, err := s.PutEvent(t.Context(), event("evt_1", over.Add(-time.Second))); err != nil || fresh {
		t.Errorf("a second too early: fresh %v, %v", fresh, err)
	}
	_, err := s.ClaimEvent(t.Context(), key, over)
	wantFault(t, "claiming", err, fault.NotFound, "")
	wantFault(t, "settling", s.SettleEvent(t.Context(), key, inbox.Applied, "", over), fault.NotFound, "")
	mustReceive(t, s, event("evt_1", over))
	if got, err := s.Event(t.Context(), key); err != nil || !got.ReceivedAt.Equal(over) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func eventLarge(t *testing.T, s Store) {
	i := event("evt_1", noon)
	i.Event.Type = strings.Repeat("x", 256<<10)
	key := mustReceive(t, s, i)
	if got, err := s.Event(t.Context(), key); err != nil || got.Event.Type != i.Event.Type {
		t.Errorf("%d bytes, %v", len(got.Event.Type), err)
	}
}

// eventsOf goes through a list to its end, and gives the events' ids.
func eventsOf(t *testing.T, s Store, state inbox.State, limit int) []string {
	t.Helper()
	var out []string
	cursor := ""
	for range 100 {
		keys, next, err := s.EventsIn(t.Context(), state, cursor, limit)
		if err != nil || len(keys) > limit {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		items, err := s.Events(t.Context(), append(keys, "stripe##evt_none"))
		if err != nil || len(items) != len(keys) {
			t.Fatalf("%d of %d events, %v", len(items), len(keys), err)
		}
		for n, i := range items {
			if i.State != state && state != inbox.Received || i.Event.Key() != keys[n] {
				t.Errorf("%s is %s", i.Event.ID, i.State)
			}
			if i.State == state {
				out = append(out, i.Event.ID)
			}
		}
		if cursor = next; cursor == "" {
			return out
		}
	}
	t.Fatal("the list has no end")
	return nil
}

func eventsListed(t *testing.T, s Store) {
	want := map[inbox.State][]string{}
	states := []inbox.State{inbox.Parked, inbox.Failed, inbox.Ignored, inbox.Applied}
	for i := range 12 {
		id, state := "evt_"+string(rune('a'+i)), states[i%4]
		key := mustReceive(t, s, event(id, noon.Add(time.Duration(i)*time.Second)))
		mustSettle(t, s, key, state, "reason", noon.Add(time.Minute))
		want[state] = append(want[state], id)
	}
	delete(want, inbox.Applied)
	for _, state := range append(states, inbox.Received) {
		for _, limit := range []int{1, 2, 3, 50} {
			if got := eventsOf(t, s, state, limit); !slices.Equal(got, want[state]) {
				t.Errorf("%s by %d: %v, want %v", state, limit, got, want[state])
			}
		}
	}
	key := mustReceive(t, s, event("evt_known", noon))
	mustSettle(t, s, key, inbox.Ignored, inbox.NothingNew, noon)
	if got := eventsOf(t, s, inbox.Ignored, 50); !slices.Equal(got, want[inbox.Ignored]) {
		t.Errorf("ignored: %v, want %v", got, want[inbox.Ignored])
	}
	mustSettle(t, s, "stripe##evt_a", inbox.Applied, "", noon.Add(time.Hour))
	mustSettle(t, s, "stripe##evt_e", inbox.Failed, "broken", noon.Add(time.Hour))
	if got := eventsOf(t, s, inbox.Parked, 2); !slices.Equal(got, []string{"evt_i"}) {
		t.Errorf("parked: %v", got)
	}
	if got := eventsOf(t, s, inbox.Failed, 2); !slices.Equal(got, []string{"evt_b", "evt_e", "evt_f", "evt_j"}) {
		t.Errorf("failed: %v", got)
	}
}

func eventsReceivedListed(t *testing.T, s Store) {
	var want []string
	for i := range 20 {
		id := "evt_" + string(rune('a'+i))
		key := mustReceive(t, s, event(id, noon.Add(time.Duration(i)*time.Second)))
		switch i % 3 {
		case 0:
			want = append(want, id)
		case 1:
			mustSettle(t, s, key, inbox.Parked, "unmatched_event", noon)
		case 2:
			mustSettle(t, s, key, inbox.Applied, "", noon)
		}
	}
	for _, limit := range []int{1, 3, 50} {
		got := eventsOf(t, s, inbox.Received, limit)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", limit, got, want)
		}
	}
}

func eventsBadPlace(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	mustSettle(t, s, key, inbox.Parked, "unmatched_event", noon)
	other := inbox.Place{Part: "failed", Sort: "2026-03-01T12:00:00Z", Key: key}.Cursor()
	for _, cursor := range []string{"x", "!", other, other + "=", strings.Repeat("A", 5000)} {
		_, _, err := s.EventsIn(t.Context(), inbox.Parked, cursor, 10)
		wantFault(t, cursor[:min(len(cursor), 20)], err, fault.Unreadable, "cursor_invalid")
	}
}

func eventReplayed(t *testing.T, s Store) {
	later := noon.Add(24 * time.Hour)
	for i, state := range []inbox.State{inbox.Parked, inbox.Failed, inbox.Ignored, inbox.Received} {
		key := mustReceive(t, s, event("evt_"+string(rune('a'+i)), noon))
		if state != inbox.Received {
			mustSettle(t, s, key, state, "reason", noon)
		}
		for n := range 2 {
			got, err := s.ReplayEvent(t.Context(), key, "staff:1", later)
			if err != nil || got.State != inbox.Received || got.Replays != n+1 || got.ReplayedBy != "staff:1" || !got.ReplayedAt.Equal(later) {
				t.Errorf("%s: %+v, %v", state, got, err)
			}
		}
		if got := dueEvents(t, s, later.Add(time.Hour), 10); !slices.Contains(got, key) {
			t.Errorf("%s is not due: %v", state, got)
		}
		if got := eventsOf(t, s, state, 10); state != inbox.Received && len(got) != 0 {
			t.Errorf("still %s: %v", state, got)
		}
		if _, err := s.ClaimEvent(t.Context(), key, later); err != nil {
			t.Errorf("claiming what was %s: %v", state, err)
		}
		mustSettle(t, s, key, inbox.Applied, "", later)
	}
}

func eventNotReplayed(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	mustSettle(t, s, key, inbox.Applied, "", noon)
	if got, err := s.ReplayEvent(t.Context(), key, "staff:1", noon.Add(time.Hour)); err != nil || got.State != inbox.Applied || got.Replays != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got := dueEvents(t, s, noon.Add(inbox.Keep), 10); len(got) != 0 {
		t.Errorf("due: %v", got)
	}
	_, err := s.ReplayEvent(t.Context(), "stripe##evt_none", "staff:1", noon)
	wantFault(t, "one that is not there", err, fault.NotFound, "not_found")
}

func eventReplayForgotten(t *testing.T, s Store) {
	key := mustReceive(t, s, event("evt_1", noon))
	mustSettle(t, s, key, inbox.Ignored, "reason", noon)
	got, err := s.ReplayEvent(t.Context(), key, "staff:1", noon.Add(44*24*time.Hour))
	if err != nil || !got.Forget.Equal(noon.Add(inbox.Keep)) {
		t.Errorf("forgotten at %v, %v", got.Forget, err)
	}
	_, err = s.ReplayEvent(t.Context(), key, "staff:1", noon.Add(inbox.Keep))
	wantFault(t, "when its time is over", err, fault.NotFound, "not_found")
}
