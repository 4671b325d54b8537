package inbox_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/orderview"
	"till/shared/payment"
)

// settled stores an event that was brought to a state, and gives its name in paths.
func settled(s *shoptest.Shop, id string, state inbox.State) string {
	s.Helper()
	e := payment.Event{Gateway: "stripe", ID: id, Type: "payment_intent.succeeded", Subject: payment.AboutPayment, Object: "pi_1", Intent: "pi_1",
		Amount: 1999, Currency: "EUR", APIVersion: "2023-10-16", Created: s.Now(), BodySHA256: "hash"}
	if _, _, err := s.Store.PutEvent(s.Context(), inbox.Receive(e, s.Now())); err != nil {
		s.Fatal(err)
	}
	if state != inbox.Received {
		if err := s.Store.SettleEvent(s.Context(), e.Key(), state, "unmatched_event", s.Now()); err != nil {
			s.Fatal(err)
		}
	}
	return base64.RawURLEncoding.EncodeToString([]byte(e.Key()))
}

type page struct {
	State  inbox.State
	Events []orderview.Inbox
	Next   string
}

func get(t *testing.T, s *shoptest.Shop, state, next string) page {
	t.Helper()
	req := s.Staff("inbox", "parked")
	req.QueryStringParameters = map[string]string{"state": state}
	if next != "" {
		req.QueryStringParameters["next"] = next
	}
	var out page
	if resp := s.Serve(req); json.Unmarshal([]byte(resp.Body), &out) != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s", resp.StatusCode, resp.Body)
	}
	return out
}

func replay(s *shoptest.Shop, name string) apigw.Response {
	return s.Serve(s.Staff("inbox", "replayed", "EVENT_NAME", name))
}

func TestEventsAreLookedThroughPageByPage(t *testing.T) {
	s := shoptest.New(t)
	var want []string
	for i := range 120 {
		id := fmt.Sprintf("evt_%03d", i)
		settled(s, id, inbox.Parked)
		settled(s, "f"+id, inbox.Failed)
		want = append(want, id)
		s.Wait(time.Second)
	}
	var got []string
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		p := get(t, s, "parked", next)
		if len(p.Events) > 50 || p.State != inbox.Parked {
			t.Fatalf("%d events that are %s", len(p.Events), p.State)
		}
		for _, e := range p.Events {
			got = append(got, e.Event)
		}
		next = p.Next
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestWhatIsShownOfAnEvent(t *testing.T) {
	s := shoptest.New(t)
	name := settled(s, "evt_1", inbox.Parked)
	e := get(t, s, "parked", "").Events[0]
	if e.ID != name || e.Gateway != "stripe" || e.Type != "payment_intent.succeeded" || e.Reason != "unmatched_event" || e.Amount.Minor() != 1999 ||
		!e.Forget.Equal(e.ReceivedAt.Add(inbox.Keep)) {
		t.Errorf("it is %+v", e)
	}
}

func TestAReplayIsNotedAndSentOnce(t *testing.T) {
	for _, state := range []inbox.State{inbox.Parked, inbox.Failed, inbox.Ignored, inbox.Received} {
		s := shoptest.New(t)
		name := settled(s, "evt_1", state)
		s.Wait(time.Hour)
		for n := range 2 {
			resp := replay(s, name)
			var out struct{ Event orderview.Inbox }
			if err := json.Unmarshal([]byte(resp.Body), &out); err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("%s: got %d %s", state, resp.StatusCode, resp.Body)
			}
			if e := out.Event; e.State != inbox.Received || e.Replays != n+1 || !strings.HasPrefix(e.ReplayedBy, "staff:") {
				t.Errorf("%s: it is %+v", state, e)
			}
		}
		if got := s.Events.All(); len(got) != 2 || got[0] != message.ForEvent("stripe##evt_1") {
			t.Errorf("%s: sent %v", state, got)
		}
		if !strings.Contains(strings.Join(s.Logged.All(), ""), "event_replayed") {
			t.Errorf("%s: nothing is logged", state)
		}
	}
}

func TestWhatIsAppliedStaysSo(t *testing.T) {
	s := shoptest.New(t)
	name := settled(s, "evt_1", inbox.Applied)
	if resp := replay(s, name); resp.StatusCode != http.StatusOK || !strings.Contains(resp.Body, `"state":"applied"`) {
		t.Errorf("got %d %s", resp.StatusCode, resp.Body)
	}
	if got := s.Events.All(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestAParkedEventIsAppliedOnceItsOrderIsThereAndItIsReplayed(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "pay-one")
	s.Tell(id, func(f *payment.Facts) {
		f.State, f.Captured, f.Intent = payment.Captured, f.Amount.Minor(), "pi_1"
	})
	e := payment.Event{Gateway: "stripe", ID: "evt_1", Type: "payment_intent.succeeded", Subject: payment.AboutPayment, Object: "pi_1", Intent: "pi_1",
		Order: string(o.ID), Attempt: id, APIVersion: "2023-10-16", Created: s.Now()}
	if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now())); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.SettleEvent(t.Context(), e.Key(), inbox.Failed, "attempt_unknown", s.Now()); err != nil {
		t.Fatal(err)
	}
	replay(s, base64.RawURLEncoding.EncodeToString([]byte(e.Key())))
	s.Pump()
	r := s.Order(o).Record()
	if got, err := s.Store.Event(t.Context(), e.Key()); err != nil || got.State != inbox.Applied || r.PaymentStatus() != "paid" {
		t.Errorf("it is %+v, %v; the order %s", got, err, r.PaymentStatus())
	}
}

func TestWhileTheQueueIsDownTheEventIsDueAllTheSame(t *testing.T) {
	s := shoptest.New(t)
	name := settled(s, "evt_1", inbox.Ignored)
	s.Break("queue.events", shoptest.Down())
	if resp := replay(s, name); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d %s", resp.StatusCode, resp.Body)
	}
	s.Mend()
	s.Wait(10 * time.Minute)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if got := s.Events.All(); len(got) != 1 {
		t.Errorf("sent %v", got)
	}
}
