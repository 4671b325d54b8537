package reconcile_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

func TestTheScheduleTellsNothing(t *testing.T) {
	var tick map[string]any
	if err := json.Unmarshal([]byte(eventfile.Text(t, "reconcile", "tick")), &tick); err != nil || len(tick["detail"].(map[string]any)) != 0 {
		t.Errorf("%v, %v", tick, err)
	}
	eventfile.AllIn(t, "reconcile", []string{"tick"})
}

// event is one that the gateway has told, or meant to, some time ago.
func event(s *shoptest.Shop, n int, ago time.Duration) payment.Event {
	return payment.Event{Gateway: "stripe", ID: fmt.Sprint("evt_", n), Type: "payment_intent.succeeded", Subject: payment.AboutPayment,
		APIVersion: "2023-10-16", Created: s.Now().Add(-ago)}
}

func reconciled(t *testing.T, s *shoptest.Shop) {
	t.Helper()
	if err := s.Reconcile(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatNeverCameIsTakenInOnceAndApplied(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, paymenttest.Paid)
	lost := event(s, 1, 10*time.Minute)
	lost.Order, lost.Attempt = string(o.ID), id
	s.Gateway.Told = []payment.Event{lost}
	for range 3 {
		reconciled(t, s)
	}
	if all := s.Events.All(); len(all) != 1 {
		t.Fatalf("the queue holds %v", all)
	}
	s.Pump()
	if got := s.Order(o).Record().Status; got != order.Fulfilling {
		t.Errorf("the order is %s", got)
	}
}

func TestWhatCameIsLeftToTheWorker(t *testing.T) {
	s := shoptest.New(t)
	e := event(s, 1, 10*time.Minute)
	if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now())); err != nil {
		t.Fatal(err)
	}
	s.Gateway.Told = []payment.Event{e}
	reconciled(t, s)
	if all := s.Events.All(); len(all) != 0 {
		t.Errorf("the queue holds %v", all)
	}
}

func TestItNotesWhenAGatewayWasHeardLastAndWhatItDidNotTell(t *testing.T) {
	s := shoptest.New(t)
	told, brought, lost := event(s, 1, 20*time.Minute), event(s, 2, 15*time.Minute), event(s, 3, 10*time.Minute)
	for _, i := range []inbox.Item{inbox.Receive(told, told.Created.Add(time.Second)), inbox.Fetch(brought, s.Now())} {
		if _, _, err := s.Store.PutEvent(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	s.Gateway.Told = []payment.Event{told, brought, lost}
	reconciled(t, s)
	b, err := s.Store.Breakers(t.Context(), []string{"stripe"})
	if got := b["stripe"]; err != nil || !got.Heard.Equal(told.Created.Add(time.Second).UTC().Truncate(time.Second)) || got.Missed != 1 {
		t.Errorf("noted is %+v, %v", got, err)
	}
	s.Break("SaveBreaker", shoptest.Down())
	reconciled(t, s) // What cannot be noted is noted by the next run.
}

func TestWhatAListNamesTwiceIsTakenInOnce(t *testing.T) {
	s := shoptest.New(t)
	e := event(s, 1, 10*time.Minute)
	s.Gateway.Told = []payment.Event{e, e}
	reconciled(t, s)
	if all := s.Events.All(); len(all) != 1 {
		t.Errorf("the queue holds %v", all)
	}
}

func TestAnEventOfJustNowMayBeOnItsWay(t *testing.T) {
	s := shoptest.New(t)
	s.Gateway.Told = []payment.Event{event(s, 1, time.Minute)}
	reconciled(t, s)
	if got := s.Store.AllEvents(); len(got) != 0 {
		t.Errorf("the inbox holds %v", got)
	}
	s.Wait(2 * time.Minute)
	reconciled(t, s)
	if got := s.Store.AllEvents(); len(got) != 1 {
		t.Errorf("the inbox holds %v", got)
	}
}

func TestItLooksFartherBackOnceAnHourAndFarBackOnceADay(t *testing.T) {
	s := shoptest.New(t)
	looks := map[time.Duration]int{}
	for range 96 {
		reconciled(t, s)
		looks[s.Now().Sub(s.Gateway.Since).Round(time.Minute)]++
		s.Wait(15 * time.Minute)
	}
	if looks[30*time.Minute] != 72 || looks[2*time.Hour] != 23 || looks[96*time.Hour] != 1 {
		t.Errorf("it looked back %v", looks)
	}
}

func TestAGatewayWhoseWebhooksDoNotComeAtAllWakesSomebody(t *testing.T) {
	for _, tt := range []struct {
		name          string
		missing, came int
		loud          bool
	}{
		{"five are missing and none came", 5, 0, true},
		{"four are too few to tell", 4, 0, false},
		{"one came", 9, 1, false},
		{"all came", 0, 9, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shoptest.New(t)
			for n := range tt.missing + tt.came {
				e := event(s, n, 30*time.Minute)
				s.Gateway.Told = append(s.Gateway.Told, e)
				if n >= tt.missing {
					if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now())); err != nil {
						t.Fatal(err)
					}
				}
			}
			reconciled(t, s)
			if got := loud(s); got != tt.loud {
				t.Errorf("it said so: %t", got)
			}
		})
	}
}

// loud tells whether the latest run said that a gateway is silent.
func loud(s *shoptest.Shop) bool {
	return slices.ContainsFunc(s.Logged.Take(), func(line string) bool {
		return strings.Contains(line, `"webhook_silence"`) && strings.Contains(line, `"ERROR"`)
	})
}

func TestSilenceLastsUntilAWebhookComesAndNotUntilItsEventsWereFetched(t *testing.T) {
	s := shoptest.New(t)
	for n := range 6 {
		s.Gateway.Told = append(s.Gateway.Told, event(s, n, 5*time.Minute))
	}
	for run := range 2 {
		reconciled(t, s)
		if !loud(s) {
			t.Errorf("run %d heard nothing and said nothing", run)
		}
		s.Wait(5 * time.Minute)
	}
	e := event(s, 7, 5*time.Minute)
	if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now())); err != nil {
		t.Fatal(err)
	}
	s.Gateway.Told = append(s.Gateway.Told, e)
	reconciled(t, s)
	if loud(s) {
		t.Error("a webhook has come, and it is called silent")
	}
}

func TestAGatewayThatCannotBeAskedDoesNotKeepTheOthersWaiting(t *testing.T) {
	s := shoptest.New(t)
	s.Gateway.Told = []payment.Event{event(s, 1, 10*time.Minute)}
	calls := 0
	s.Gateway.Fault = func(call string, after bool) error {
		if call != "Events" || after {
			return nil
		}
		if calls++; calls == 1 {
			return fault.New(fault.Unavailable, "gateway", "down", "")
		}
		return nil
	}
	if err := s.Reconcile(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if got := s.Store.AllEvents(); len(got) != 1 {
		t.Errorf("the inbox holds %v", got)
	}
}

func TestWhatCannotBeStoredIsLookedForAgain(t *testing.T) {
	s := shoptest.New(t)
	s.Gateway.Told = []payment.Event{event(s, 1, 10*time.Minute)}
	s.Break("PutEvent", fault.New(fault.Unavailable, "store", "dependency_unavailable", ""))
	if err := s.Reconcile(); err == nil {
		t.Fatal("it says that all is well")
	}
	s.Mend()
	reconciled(t, s)
	if got := s.Store.AllEvents(); len(got) != 1 {
		t.Errorf("the inbox holds %v", got)
	}
}
