package sweep_test

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	worker "till/functions/worker/sweep"
	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/telemetry"
)

func sweep(t *testing.T, s *shoptest.Shop) {
	t.Helper()
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
}

// minutes lets time pass, with a sweep each minute.
func minutes(t *testing.T, s *shoptest.Shop, n int) {
	t.Helper()
	for range n {
		s.Wait(time.Minute)
		sweep(t, s)
	}
}

func TestTheScheduleTellsNothing(t *testing.T) {
	var tick map[string]any
	if err := json.Unmarshal([]byte(eventfile.Text(t, "sweep", "tick")), &tick); err != nil || len(tick["detail"].(map[string]any)) != 0 {
		t.Errorf("%v, %v", tick, err)
	}
	eventfile.AllIn(t, "sweep", []string{"tick"})
}

func TestLesson07APaymentOfWhichNoBrowserAndNoWebhookToldIsFound(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Tell(s.Pay(o, "key-one"), paymenttest.Paid)
	minutes(t, s, 15)
	if got := s.Order(o).Record().Status; got != order.Confirmed {
		t.Errorf("the order is %s", got)
	}
}

func TestAnAttemptWhoseCallerWasLostIsAskedAbout(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Break("after gateway.Start", shoptest.Lost())
	req := eventfile.Request(t, "startpayment", "hosted", o.Words()...)
	if got := s.Serve(req).StatusCode; got != 503 {
		t.Fatalf("got %d", got)
	}
	s.Mend()
	minutes(t, s, 3)
	if a, open := s.Order(o).OpenAttempt(); !open || a.State != payment.RequiresAction || s.Gateway.Calls("Start") != 1+1 {
		t.Errorf("the attempt is %s after %d calls", a.State, s.Gateway.Calls("Start"))
	}
}

func TestLesson06AnOrderThatStaysUnpaidExpiresItsPaymentClosedAndItsStockFree(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	minutes(t, s, 45)
	if got := s.Order(o).Record().Status; got != order.Expired {
		t.Fatalf("the order is %s", got)
	}
	if a, _ := s.Order(o).Attempt(id); a.State.Open() {
		t.Errorf("the payment is %s", a.State)
	}
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Free != 50 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}

func TestAnOrderPaidInTheLastSecondIsConfirmedInstead(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Wait(30*time.Minute - time.Second)
	s.Tell(id, paymenttest.Paid)
	minutes(t, s, 5)
	if got := s.Order(o).Record().Status; got != order.Confirmed {
		t.Errorf("the order is %s", got)
	}
}

func TestNoStockIsGivenBackWhileTheGatewayCannotBeAsked(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Pay(o, "key-one")
	s.Break("gateway.Close", shoptest.Down())
	minutes(t, s, 45)
	if got := s.Order(o).Record().Status; got != order.AwaitingPayment {
		t.Fatalf("the order is %s", got)
	}
	s.Mend()
	minutes(t, s, 60)
	if got := s.Order(o).Record().Status; got != order.Expired {
		t.Errorf("the order is %s", got)
	}
}

func TestAConfirmedOrderThatNobodyBeganIsBegunAgain(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	minutes(t, s, 10)
	if got := s.Fulfillment.All(); !slices.Contains(got, message.ForFulfillment(o.ID, 1)) {
		t.Errorf("sent %v", got)
	}
}

func TestAMailThatWasNotSentIsSentAgain(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	minutes(t, s, 25)
	if !slices.ContainsFunc(s.Mail.All(), func(m string) bool { return strings.Contains(m, string(o.ID)) }) {
		t.Errorf("sent %v", s.Mail.All())
	}
}

func TestAShipmentThatTheMachineWasNotToldOfIsToldAgain(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Break("machine.Succeed", shoptest.Lost())
	s.Serve(s.Staff("ship", "everything", o.Words()[:2]...))
	s.Mend()
	minutes(t, s, 15)
	if told, _ := s.Machine.Answers(); !slices.Contains(told, shoptest.TaskToken(o.ID)) {
		t.Errorf("the machine was told %v", told)
	}
}

func TestARefundThatTheGatewayDidNotTakeIsSentOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	s.Break("after gateway.Refund", shoptest.Lost())
	s.Serve(s.Staff("refund", "a-part", o.Words()[:2]...))
	s.Mend()
	minutes(t, s, 15)
	if got := s.Order(o).Record(); got.PaymentStatus() != "partially_refunded" || s.Gateway.Captured(string(o.ID)) != 4341 {
		t.Errorf("the order is %s and the gateway keeps %d", got.PaymentStatus(), s.Gateway.Captured(string(o.ID)))
	}
}

func TestADeliveredOrderIsCompletedAfterTwoWeeks(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	s.Serve(s.Staff("deliver", "delivered", o.Words()[:2]...))
	s.Pump()
	for range 15 {
		s.Wait(24 * time.Hour)
		sweep(t, s)
	}
	if got := s.Order(o).Record().Status; got != order.Completed {
		t.Errorf("the order is %s", got)
	}
}

func TestOneOrderThatCannotBeHelpedKeepsNoOtherWaiting(t *testing.T) {
	s := shoptest.New(t)
	stuck, fine := s.Place("order-one"), s.Place("order-two")
	s.Pay(stuck, "key-one") // Its gateway is down.
	s.Break("gateway.Close", shoptest.Down())
	s.Break("gateway.Fetch", shoptest.Down())
	minutes(t, s, 45)
	if a, b := s.Order(stuck).Record().Status, s.Order(fine).Record().Status; a != order.AwaitingPayment || b != order.Expired {
		t.Errorf("the orders are %s and %s", a, b)
	}
	if log := strings.Join(s.Logged.All(), ""); !strings.Contains(log, "sweep_failed") {
		t.Error("the log says nothing of it")
	}
}

func TestAnEventThatWasNotAppliedIsQueuedAgain(t *testing.T) {
	s := shoptest.New(t)
	s.Serve(s.Webhook(t, "succeeded"))
	s.Events.Take()
	minutes(t, s, 3)
	if got := s.Events.All(); !slices.Contains(got, message.ForEvent("stripe##evt_succeeded")) {
		t.Errorf("sent %v", got)
	}
}

func TestASweepThatCannotReadWhatIsDueFails(t *testing.T) {
	for _, operation := range []string{"DueOrders", "DueEvents"} {
		s := shoptest.New(t)
		s.Break(operation, shoptest.Down())
		if s.Sweep() == nil {
			t.Errorf("%s: it succeeds", operation)
		}
		if slices.ContainsFunc(s.Metrics.All(), func(m string) bool { return strings.Contains(m, "SweepDone") }) {
			t.Errorf("%s: it is counted as done", operation)
		}
	}
}

func TestAnEventThatCannotBeSentKeepsNoOtherWaiting(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var sent, putOff []string
	run := func(stuck ...string) error {
		sent, putOff = nil, nil
		return worker.Handler{
			DueEvents: func(context.Context, time.Time, int) ([]string, error) {
				return slices.Concat(stuck, []string{"stripe##evt_fine"}), nil
			},
			DueOrders: func(context.Context, time.Time, int) ([]order.ID, error) { return nil, nil },
			EventsIn: func(context.Context, inbox.State, string, int) ([]string, string, error) {
				return nil, "", nil
			},
			Event: func(context.Context, string) (inbox.Item, error) {
				return inbox.Receive(payment.Event{}, now.Add(-time.Hour)), nil
			},
			Events: func(_ context.Context, body string) error {
				sent = append(sent, body)
				if strings.Contains(body, "stuck") {
					return shoptest.Down()
				}
				return nil
			},
			Settle: func(_ context.Context, key string, _ inbox.State, _ string, _ time.Time) error {
				putOff = append(putOff, key)
				return nil
			},
			Now:   func() time.Time { return now },
			Meter: telemetry.NewMetrics(io.Discard, "test", func() time.Time { return now }),
		}.Handle(t.Context())
	}
	if err := run("stripe##evt_stuck"); err == nil || !slices.Equal(putOff, []string{"stripe##evt_fine"}) {
		t.Errorf("%v; sent %v, put off %v", err, sent, putOff)
	}
	if err := run(slices.Repeat([]string{"stripe##evt_stuck"}, 100)...); err == nil || len(sent) > 10 {
		t.Errorf("a queue that is down was asked %d times: %v", len(sent), err)
	}
}
