package sweep_test

import (
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

// parkedHours puts an event into the inbox that has waited for hours: its next try is hours away.
func parkedHours(t *testing.T, s *shoptest.Shop, e payment.Event) {
	t.Helper()
	if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now().Add(-5*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.SettleEvent(t.Context(), e.Key(), inbox.Parked, "unmatched_event", s.Now()); err != nil {
		t.Fatal(err)
	}
	if i, err := s.Store.Event(t.Context(), e.Key()); err != nil || i.Due.Sub(s.Now()) < 4*time.Hour {
		t.Fatalf("its next try is at %v, %v", i.Due, err)
	}
}

// TestAParkedEventIsDrivenWithinAMinuteOfTheArrivalOfWhatItWaitsFor: hours before its own next try.
func TestAParkedEventIsDrivenWithinAMinuteOfTheArrivalOfWhatItWaitsFor(t *testing.T) {
	for name, about := range map[string]func(o order.ID, a payment.Attempt) payment.Event{
		"named by our own reference": func(o order.ID, a payment.Attempt) payment.Event {
			return payment.Event{Gateway: "stripe", ID: "evt_1", Subject: payment.AboutPayment, Order: string(o), Attempt: a.ID}
		},
		"named by the gateway's": func(_ order.ID, a payment.Attempt) payment.Event {
			return payment.Event{Gateway: "stripe", ID: "evt_1", Subject: payment.AboutDispute, Intent: a.Intent}
		},
	} {
		t.Run(name, func(t *testing.T) {
			model := shoptest.New(t) // Ids come from keys: what will be in the shop is known from another.
			o := model.Place("order-one")
			model.Tell(model.Pay(o, "key-one"), paymenttest.Paid)
			minutes(t, model, 10)
			a := model.Order(o).Record().Attempts[0]

			s := shoptest.New(t)
			e := about(o.ID, a)
			parkedHours(t, s, e)
			minutes(t, s, 2)
			if sent := s.Events.All(); len(sent) != 0 {
				t.Fatalf("nothing has come, and %v were sent", sent)
			}
			s.Tell(s.Pay(s.Place("order-one"), "key-one"), paymenttest.Paid)
			if e.Order == "" {
				minutes(t, s, 9) // The gateway's reference of a page's payment becomes known when it is paid.
			}
			minutes(t, s, 1)
			if sent := s.Events.All(); len(sent) == 0 || sent[0] != message.ForEvent(e.Key()) {
				t.Fatalf("sent are %v", sent)
			}
			s.Pump()
			if i, err := s.Store.Event(t.Context(), e.Key()); err != nil || !i.State.Settled() {
				t.Errorf("it is %s, %v", i.State, err)
			}
			if got := s.Order(o).Record().Status; got == order.AwaitingPayment {
				t.Errorf("the order is %s", got)
			}
			minutes(t, s, 5)
			if sent := s.Events.All(); len(sent) != 0 {
				t.Errorf("it is sent again: %v", sent)
			}
		})
	}
}

// TestWhatNeverComesCostsALookAMinute: and not an event sent.
func TestWhatNeverComesCostsALookAMinute(t *testing.T) {
	s := shoptest.New(t)
	s.Place("order-one")
	parkedHours(t, s, payment.Event{Gateway: "stripe", ID: "evt_1", Subject: payment.AboutRefund, Intent: "pi_unknown"})
	parkedHours(t, s, payment.Event{Gateway: "stripe", ID: "evt_2", Subject: payment.AboutPayment, Order: "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: "pay_1"})
	parkedHours(t, s, payment.Event{Gateway: "stripe", ID: "evt_3", Subject: payment.AboutPayment})
	minutes(t, s, 5)
	if sent := s.Events.All(); len(sent) != 0 {
		t.Errorf("sent are %v", sent)
	}
	s.Break("EventsIn", shoptest.Down())
	if s.Sweep() == nil {
		t.Error("a list that cannot be read is no error")
	}
}
