package applyevent_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

// open is a shop with an order whose payment is open, and what the gateway's event says of it in the inbox.
func open(t *testing.T, file string) (*shoptest.Shop, shoptest.Opened, payment.AttemptID) {
	t.Helper()
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	arrive(t, s, file, o, id)
	return s, o, id
}

// arrive takes an event in, without applying it.
func arrive(t *testing.T, s *shoptest.Shop, file string, o shoptest.Opened, id payment.AttemptID) {
	t.Helper()
	var words []string
	for _, pair := range [][2]string{{"ORDER_ID", string(o.ID)}, {"PAYMENT_ID", string(id)}} {
		if strings.Contains(eventfile.Text(t, "receivestripe", file), pair[0]) {
			words = append(words, pair[0], pair[1])
		}
	}
	if resp := s.Serve(s.Webhook(t, file, words...)); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, resp.Body)
	}
}

// apply gives everything that is queued to the worker; nothing may come again.
func apply(t *testing.T, s *shoptest.Shop) {
	t.Helper()
	if failed := s.ApplyEvents(shoptest.Batch(s.Events.Take()...)); len(failed) > 0 {
		t.Fatalf("messages come again: %v\n%s", failed, strings.Join(s.Logged.All(), "\n"))
	}
}

func settled(t *testing.T, s *shoptest.Shop, state inbox.State, reason string) {
	t.Helper()
	for _, i := range s.Store.AllEvents() {
		if i.State != state || i.Reason != reason {
			t.Errorf("event %s is %s %q, want %s %q", i.Event.ID, i.State, i.Reason, state, reason)
		}
	}
}

func loud(s *shoptest.Shop) bool {
	return slices.ContainsFunc(s.Logged.All(), func(line string) bool { return strings.Contains(line, `"level":"ERROR"`) })
}

func TestWhatTheGatewaySaysConfirmsAnOrderOnce(t *testing.T) {
	s, o, id := open(t, "succeeded")
	s.Tell(id, paymenttest.Paid)
	queued := s.Events.Take()
	for range 3 {
		if failed := s.ApplyEvents(shoptest.Batch(queued[0], queued[0])); len(failed) > 0 {
			t.Fatal(failed)
		}
	}
	settled(t, s, inbox.Applied, "")
	if r := s.Order(o).Record(); r.Status != order.Confirmed || r.N != 4 {
		t.Errorf("the order is %s after %d changes", r.Status, r.N)
	}
}

func TestAnEventAloneProvesNothing(t *testing.T) {
	s, o, _ := open(t, "succeeded") // It says paid; the gateway, asked, says open.
	apply(t, s)
	settled(t, s, inbox.Ignored, "nothing_new")
	if r := s.Order(o).Record(); r.Status != order.AwaitingPayment {
		t.Errorf("the order is %s", r.Status)
	}
}

func TestLesson01AnEventOfAnOrderThatNobodyKnowsIsParkedAndAppliedWhenItIsKnown(t *testing.T) {
	s, _, _ := open(t, "order-unknown")
	apply(t, s)
	settled(t, s, inbox.Parked, "unmatched_event")
	s.Wait(6 * time.Minute)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if got := s.Events.All(); len(got) != 1 {
		t.Errorf("it is tried again %d times", len(got))
	}
}

func TestAnUnknownTypeIsIgnored(t *testing.T) {
	s, _, _ := open(t, "type-unknown")
	apply(t, s)
	settled(t, s, inbox.Ignored, "ignored")
}

func TestAnEventOfAnotherAccountIsAnAlarm(t *testing.T) {
	s, o, id := open(t, "other-account")
	s.Tell(id, paymenttest.Paid)
	apply(t, s)
	settled(t, s, inbox.Ignored, "unmatched_event")
	if s.Order(o).Record().Status != order.AwaitingPayment || !loud(s) {
		t.Errorf("the order is %s; the log says %v", s.Order(o).Record().Status, s.Logged.All())
	}
}

func TestLesson34AnEventOfAnotherVersionIsAppliedAndAnAlarm(t *testing.T) {
	s, o, id := open(t, "other-version")
	s.Tell(id, paymenttest.Paid)
	apply(t, s)
	settled(t, s, inbox.Applied, "api_version_mismatch")
	if s.Order(o).Record().Status != order.Confirmed || !loud(s) {
		t.Errorf("the order is %s; the log says %v", s.Order(o).Record().Status, s.Logged.All())
	}
}

func TestAnotherAmountHoldsTheOrderAndIsAnAlarm(t *testing.T) {
	s, o, id := open(t, "succeeded")
	s.Tell(id, paymenttest.PaidOther(5340))
	apply(t, s)
	settled(t, s, inbox.Applied, "amount_mismatch")
	if got := s.Order(o); got.Record().Status != order.AwaitingPayment || !got.Held("amount_mismatch") || !loud(s) {
		t.Errorf("the order is %s, held %v", got.Record().Status, got.Record().Holds)
	}
}

func TestMoneyAfterExpiryTakesTheStockAgain(t *testing.T) {
	s, o, id := late(t)
	arrive(t, s, "succeeded", o, id)
	apply(t, s)
	settled(t, s, inbox.Applied, "late_payment")
	if r := s.Order(o).Record(); r.Status != order.Confirmed {
		t.Errorf("the order is %s", r.Status)
	}
}

func TestMoneyAfterExpiryGoesBackWhenTheStockIsGone(t *testing.T) {
	s, o, id := late(t)
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", 1); err != nil {
		t.Fatal(err)
	}
	arrive(t, s, "succeeded", o, id)
	apply(t, s)
	settled(t, s, inbox.Applied, "late_payment")
	if r := s.Order(o).Record(); r.Status != order.Expired || s.Gateway.Captured(string(o.ID)) != 0 {
		t.Errorf("the order is %s and the gateway keeps %d", r.Status, s.Gateway.Captured(string(o.ID)))
	}
}

// late is a shop whose order has expired and is paid all the same.
func late(t *testing.T) (*shoptest.Shop, shoptest.Opened, payment.AttemptID) {
	t.Helper()
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Wait(time.Hour)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if got := s.Order(o).Record().Status; got != order.Expired {
		t.Fatalf("the order is %s", got)
	}
	s.Tell(id, paymenttest.Paid)
	return s, o, id
}

func TestMoneyAfterACancellationGoesBack(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
	s.Tell(id, paymenttest.Paid)
	arrive(t, s, "succeeded", o, id)
	apply(t, s)
	settled(t, s, inbox.Applied, "late_payment")
	if r := s.Order(o).Record(); r.Status != order.Cancelled || s.Gateway.Captured(string(o.ID)) != 0 {
		t.Errorf("the order is %s and the gateway keeps %d", r.Status, s.Gateway.Captured(string(o.ID)))
	}
}

func TestARefundThatIsToldBeforeThePaymentFindsBoth(t *testing.T) {
	s, o, id := open(t, "refund-first")
	s.Tell(id, func(f *payment.Facts) {
		paymenttest.Paid(f)
		f.Refunds = append(f.Refunds, payment.RefundFacts{Ref: "re_dashboard", State: payment.RefundSucceeded, Amount: 1000})
	})
	apply(t, s)
	arrive(t, s, "succeeded", o, id)
	apply(t, s)
	if r := s.Order(o).Record(); r.Status != order.Confirmed || r.PaymentStatus() != "partially_refunded" {
		t.Errorf("the order is %s, %s", r.Status, r.PaymentStatus())
	}
}

func TestADisputeIsAHoldAndMovesNothing(t *testing.T) {
	s := shoptest.New(t)
	o, id := s.Packing("order-one")
	s.Tell(id, paymenttest.Disputed("dp_1"))
	arrive(t, s, "refund-first", o, id)
	apply(t, s)
	if got := s.Order(o); got.Record().Status != order.Fulfilling || !got.Held("dispute:dp_1") {
		t.Errorf("the order is %s, held %v", got.Record().Status, got.Record().Holds)
	}
}

// TestADisputeIsKnownByItsEventWhereAPaymentDoesNotTellIt: and from then on it is asked for by its reference.
func TestADisputeIsKnownByItsEventWhereAPaymentDoesNotTellIt(t *testing.T) {
	s := shoptest.New(t)
	s.Gateway.Names = true
	o, id := s.Packing("order-one")
	a, _ := s.Order(o).Attempt(id)
	tell := func(event string, e payment.Event) {
		t.Helper()
		e.Gateway, e.ID, e.Intent, e.Order, e.Attempt = "stripe", event, a.Intent, string(o.ID), id
		if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now())); err != nil {
			t.Fatal(err)
		}
		if failed := s.ApplyEvents(shoptest.Batch(message.ForEvent(e.Key()))); len(failed) > 0 {
			t.Fatalf("it comes again: %v", s.Logged.All())
		}
	}
	s.Tell(id, paymenttest.Disputed("dp_1"))
	s.Tell(id, paymenttest.Disputed("dp_2"))
	tell("evt_1", payment.Event{Subject: payment.AboutPayment, Object: "dp_1"})
	if got := s.Order(o).Record().Disputes; len(got) != 0 {
		t.Errorf("an event about a payment told of %+v", got)
	}
	tell("evt_2", payment.Event{Subject: payment.AboutDispute, Object: "dp_1"})
	if got := s.Order(o); !got.Held("dispute:dp_1") || len(got.Record().Disputes) != 1 {
		t.Errorf("it knows %+v, and holds it with %v", got.Record().Disputes, got.Record().Holds)
	}
	s.Tell(id, func(f *payment.Facts) { f.Disputes[0].State, f.Disputes[0].Withdrawn = payment.DisputeWon, 0 })
	tell("evt_3", payment.Event{Subject: payment.AboutPayment})
	if got, _ := s.Order(o).Dispute("dp_1"); got.State != payment.DisputeWon {
		t.Errorf("the dispute that is known is %+v", got)
	}
}

// TestEventsOfOnePaymentThatComeTogetherAskItsGatewayOnce: but what the gateway did not answer is asked for again by each.
func TestEventsOfOnePaymentThatComeTogetherAskItsGatewayOnce(t *testing.T) {
	s, o, id := open(t, "succeeded")
	a, _ := s.Order(o).Attempt(id)
	bodies := s.Events.Take()
	for name, subject := range map[string]payment.Subject{"evt_b": payment.AboutPayment, "evt_c": payment.AboutRefund} {
		e := payment.Event{Gateway: "stripe", ID: name, Subject: subject, Intent: a.Intent, Order: string(o.ID), Attempt: id, APIVersion: "2023-10-16"}
		if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, s.Now())); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, message.ForEvent(e.Key()))
	}
	s.Tell(id, paymenttest.Paid)
	s.Break("gateway.Fetch", shoptest.Down())
	if failed := s.ApplyEvents(shoptest.Batch(bodies...)); len(failed) != 3 {
		t.Errorf("%v come again of three that nobody could answer", failed)
	}
	s.Mend()
	before := s.Gateway.Calls("Fetch")
	if failed := s.ApplyEvents(shoptest.Batch(bodies...)); len(failed) > 0 || s.Gateway.Calls("Fetch")-before != 1 {
		t.Errorf("%v come again after %d questions", failed, s.Gateway.Calls("Fetch")-before)
	}
	states := map[string]int{}
	for _, i := range s.Store.AllEvents() {
		states[string(i.State)+" "+i.Reason]++
	}
	if s.Order(o).Record().Status != order.Confirmed || states["applied "] != 1 || states["ignored "+inbox.NothingNew] != 2 {
		t.Errorf("the order is %s, the events are %v", s.Order(o).Record().Status, states)
	}
}

func TestOfTenMessagesOnlyTheBadOneComesAgain(t *testing.T) {
	s, o, id := open(t, "succeeded")
	s.Tell(id, paymenttest.Paid)
	if got := s.ApplyEvents(eventfile.Read[events.SQSEvent](t, "applyevent", "one-bad-of-ten")); !slices.Equal(got, []string{"7"}) {
		t.Errorf("these come again: %v", got)
	}
	if r := s.Order(o).Record(); r.Status != order.Confirmed {
		t.Errorf("the order is %s", r.Status)
	}
}

func TestMessagesThatCannotBeUsedComeAgainUntilPeopleSeeThem(t *testing.T) {
	files := []string{"no-json", "version-unknown", "no-event", "event-not-in-the-inbox"}
	for _, file := range files {
		s, _, _ := open(t, "succeeded")
		s.Logged.Take()
		if got := s.ApplyEvents(eventfile.Read[events.SQSEvent](t, "applyevent", file)); !slices.Equal(got, []string{"1"}) {
			t.Errorf("%s: these come again: %v", file, got)
		}
		if log := s.Logged.All(); len(log) != 1 || !strings.Contains(log[0], `"level":"ERROR"`) {
			t.Errorf("%s: the log says %v", file, log)
		}
	}
	eventfile.AllIn(t, "applyevent", append(files, "one-event", "second-delivery", "one-bad-of-ten"))
}

func TestAnEventComesAgainWhileAnythingIsDownAndIsAppliedThen(t *testing.T) {
	for _, operation := range []string{"Event", "Order", "Save", "SettleEvent", "gateway.Fetch"} {
		t.Run(operation, func(t *testing.T) {
			s, o, id := open(t, "succeeded")
			s.Tell(id, paymenttest.Paid)
			s.Break(operation, shoptest.Down())
			if got := s.ApplyEvents(eventfile.Read[events.SQSEvent](t, "applyevent", "one-event")); !slices.Equal(got, []string{"1"}) {
				t.Errorf("these come again: %v", got)
			}
			s.Mend()
			s.Wait(inbox.Lease)
			if got := s.ApplyEvents(eventfile.Read[events.SQSEvent](t, "applyevent", "second-delivery")); len(got) > 0 {
				t.Errorf("these come again: %v", got)
			}
			if i := s.Store.AllEvents()[0]; !i.State.Settled() || s.Order(o).Record().Status != order.Confirmed {
				t.Errorf("the event is %s, the order %s", i.State, s.Order(o).Record().Status)
			}
		})
	}
}

func TestAFailureAfterSuccessIsRecordedAndChangesNothing(t *testing.T) {
	s := shoptest.New(t)
	o, id := s.Paid("order-one")
	before := s.Order(o).Record().N
	s.Tell(id, func(f *payment.Facts) { f.LastError = "card_declined" })
	arrive(t, s, "succeeded", o, id)
	apply(t, s)
	settled(t, s, inbox.Ignored, "nothing_new")
	if after := s.Order(o).Record(); after.N != before || after.PaymentStatus() != "paid" {
		t.Errorf("the order is %s after %d changes", after.PaymentStatus(), after.N-before)
	}
}
