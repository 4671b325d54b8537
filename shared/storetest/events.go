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
}

func event(id string, at time.Time) inbox.Item {
	return inbox.Receive(payment.Event{Gateway: "stripe", ID: id, Type: "payment_intent.succeeded", Subject: payment.AboutPayment,
		Object: "pi_1", Intent: "pi_1", Amount: 1999, Currency: "EUR", APIVersion: "2023-10-16", Created: at, BodySHA256: "hash"}, at)
}

func mustReceive(t *testing.T, s Store, i inbox.Item) string {
	t.Helper()
	if _, fresh, err := s.PutEvent(t.Context(), i); err != nil || !fresh {
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
	key := mustReceive(t, s, want)
	if got, err := s.Event(t.Context(), key); err != nil || !reflect.DeepEqual(got, want) {
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
