package cancelorder_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/link"
	"till/shared/order"
	"till/shared/payment/paymenttest"
)

var rows = []shoptest.Row{
	{Name: "the shopper cancels an order", File: "cancelled", Status: 200},
	{Name: "no token", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "an altered token", File: "token-altered", Status: 404, Code: "not_found"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
}

func TestCancellations(t *testing.T) {
	shoptest.Rows(t, "cancelorder", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words() })
	eventfile.AllIn(t, "cancelorder", shoptest.Files(rows))
}

func cancel(t *testing.T, o shoptest.Opened) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "cancelorder", "cancelled", o.Words()...)
}

var (
	done     = shoptest.Row{Status: http.StatusOK}
	conflict = shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}
)

func TestAnUnpaidOrderIsCancelledItsPaymentClosedAndItsStockFree(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	first := s.Try(done, cancel(t, o))
	if again := s.Try(done, cancel(t, o)); again.Body != first.Body {
		t.Errorf("two answers:\n%s\n%s", first.Body, again.Body)
	}
	if a, _ := s.Order(o).Attempt(id); a.State.Open() {
		t.Errorf("the payment is %s", a.State)
	}
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Free != 50 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}

func TestWhatWasPaidGoesBackOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	for range 3 {
		s.Try(done, cancel(t, o))
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 0 || s.Gateway.Calls("Refund") != 1 {
		t.Errorf("the gateway keeps %d after %d refunds", got, s.Gateway.Calls("Refund"))
	}
	if r := s.Order(o).Record(); r.PaymentStatus() != "refunded" {
		t.Errorf("the order is %s", r.PaymentStatus())
	}
	if _, cancelled := s.Machine.Answers(); !slices.Contains(cancelled, shoptest.TaskToken(o.ID)) {
		t.Errorf("the machine was told %v", cancelled)
	}
}

func TestAnOrderPaidWhileItIsCancelledIsRefunded(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Tell(s.Pay(o, "key-one"), paymenttest.Paid)
	s.Try(done, cancel(t, o))
	if got := s.Gateway.Captured(string(o.ID)); got != 0 {
		t.Errorf("the gateway keeps %d", got)
	}
}

func TestAfterShippingThereIsNoCancellation(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	s.Try(conflict, cancel(t, o))
	if got := s.Gateway.Captured(string(o.ID)); got != 5341 {
		t.Errorf("the gateway keeps %d", got)
	}
}

func TestWhileAPaymentIsProcessingThereIsNoCancellation(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, paymenttest.Processing)
	s.Return(o, id)
	s.Try(shoptest.Row{Status: http.StatusConflict, Code: "payment_in_progress"}, cancel(t, o))
}

func TestATokenToLookCancelsNothing(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	o.Token = s.Signer.Sign(string(o.ID), link.View, s.Now().Add(link.Life), 0)
	s.Try(shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}, cancel(t, o))
}

func TestWhileADependencyIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "gateway.Close"} {
		t.Run(operation, func(t *testing.T) {
			s := shoptest.New(t)
			o := s.Place("order-one")
			s.Pay(o, "key-one")
			s.Break(operation, shoptest.Down())
			s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, cancel(t, o))
			s.Mend()
			s.Try(done, cancel(t, o))
		})
	}
}

func TestACancellationStandsThoughRefundOrMachineMustBeTriedAgain(t *testing.T) {
	for _, operation := range []string{"gateway.Refund", "machine.Cancel"} {
		t.Run(operation, func(t *testing.T) {
			s := shoptest.New(t)
			o, _ := s.Packing("order-one")
			s.Break(operation, shoptest.Lost())
			s.Try(done, cancel(t, o))
			s.Mend()
			if got := s.Order(o).Record(); got.Status != order.Cancelled || got.Due.IsZero() {
				t.Fatalf("the order is %s, due %v", got.Status, got.Due)
			}
			for range 15 {
				s.Wait(time.Minute)
				if err := s.Sweep(); err != nil {
					t.Fatal(err)
				}
			}
			_, told := s.Machine.Answers()
			if s.Gateway.Captured(string(o.ID)) != 0 || len(told) == 0 {
				t.Errorf("the gateway keeps %d, the machine was told %v", s.Gateway.Captured(string(o.ID)), told)
			}
		})
	}
}
