package inbox_test

import (
	"testing"
	"time"

	"till/shared/inbox"
)

func TestAPlaceIsWrittenAndReadAgain(t *testing.T) {
	p := inbox.Place{Part: "parked", Sort: "2026-03-01T12:00:00Z", Key: "stripe##evt_1"}
	if got, ok := inbox.ParsePlace(p.Cursor(), []string{"failed", "parked"}); !ok || got != p {
		t.Errorf("got %+v, %v", got, ok)
	}
	for name, cursor := range map[string]string{
		"of another list": inbox.Place{Part: "applied", Sort: "1", Key: "k"}.Cursor(), "without a key": inbox.Place{Part: "parked", Sort: "1"}.Cursor(),
		"with a line too many": inbox.Place{Part: "parked", Sort: "1", Key: "k\nk"}.Cursor(), "no cursor": "!", "nothing": "",
	} {
		if got, ok := inbox.ParsePlace(cursor, []string{"parked"}); ok {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func FuzzParsePlace(f *testing.F) {
	f.Add(inbox.Place{Part: "parked", Sort: "2026-03-01T12:00:00Z", Key: "stripe##evt_1"}.Cursor())
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		if p, ok := inbox.ParsePlace(cursor, []string{"parked", "0"}); ok && p.Cursor() != cursor {
			t.Errorf("%q is also %q", cursor, p.Cursor())
		}
	})
}

func TestAReplayedEventIsAsIfItHadJustCome(t *testing.T) {
	later := noon.Add(24 * time.Hour)
	at := later.UTC().Truncate(time.Second)
	for _, state := range inbox.States() {
		i := received()
		i.State, i.Reason, i.SettledAt, i.LeaseUntil = state, "reason", noon, later.Add(time.Minute)
		got := i.Replay("staff:1", later)
		switch {
		case state == inbox.Applied:
			if got != i {
				t.Errorf("an applied one became %+v", got)
			}
		case got.State != inbox.Received || got.ReplayedBy != "staff:1" || !got.ReplayedAt.Equal(at) || got.Replays != 1 || !got.Due.After(later) || !got.Forget.Equal(i.Forget):
			t.Errorf("%s became %+v", state, got)
		case state == inbox.Received && !got.LeaseUntil.Equal(i.LeaseUntil):
			t.Errorf("the worker's lease became %v", got.LeaseUntil)
		case state != inbox.Received && (got.Reason != "" || !got.SettledAt.IsZero() || !got.LeaseUntil.IsZero()):
			t.Errorf("%s became %+v", state, got)
		}
	}
}
