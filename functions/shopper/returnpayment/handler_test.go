package returnpayment_test

import (
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

var rows = []shoptest.Row{
	{Name: "the browser is sent on to the shop", File: "returned", Status: 303},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
	{Name: "a payment of another order", File: "payment-unknown", Status: 404, Code: "not_found"},
	{Name: "a path that is no payment", File: "payment-malformed", Status: 404, Code: "not_found"},
	{Name: "a path that is no order", File: "order-malformed", Status: 404, Code: "not_found"},
}

func TestReturns(t *testing.T) {
	shoptest.Rows(t, "returnpayment", rows, func(s *shoptest.Shop) []string {
		o := s.Place("order-one")
		return []string{"ORDER_ID", string(o.ID), "PAYMENT_ID", string(s.Pay(o, "key-one"))}
	})
	eventfile.AllIn(t, "returnpayment", shoptest.Files(rows))
}

func back(t *testing.T, o shoptest.Opened, id payment.AttemptID) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "returnpayment", "returned", "ORDER_ID", string(o.ID), "PAYMENT_ID", string(id))
}

func TestThePaymentOfAnotherOrderIsNotThere(t *testing.T) {
	s := shoptest.New(t)
	mine, other := s.Place("order-one"), s.Place("order-two")
	s.Try(shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}, back(t, mine, s.Pay(other, "key-one")))
}

func TestThePageOpenedTwiceConfirmsOnce(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, paymenttest.Paid)
	for range 2 {
		s.Return(o, id)
	}
	r := s.Order(o).Record()
	if r.Status != order.Confirmed || s.Gateway.Calls("Fetch") != 1 {
		t.Errorf("the order is %s and the gateway was asked %d times", r.Status, s.Gateway.Calls("Fetch"))
	}
}

func TestTheBrowserGoesWhereItWasToGo(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	want := map[string]string{"hosted": shoptest.Origin + "/shop/order.html#order=" + string(o.ID)}
	want["return-url-with-path-and-query"] = "https://shop.example/thanks?from=till"
	for file, to := range want {
		other := s.Place(file)
		if file == "hosted" {
			other = o
		}
		s.Serve(eventfile.Request(t, "startpayment", file, other.Words()...))
		a, _ := s.Order(other).OpenAttempt()
		if got := s.Serve(back(t, other, a.ID)).Headers["Location"]; got != to {
			t.Errorf("%s: it goes to %q", file, got)
		}
	}
}

func TestTheBrowserIsSentOnThoughTheGatewayOrTheStoreCannotBeAskedNow(t *testing.T) {
	for _, operation := range []string{"gateway.Fetch", "Save"} {
		s := shoptest.New(t)
		o := s.Place("order-one")
		id := s.Pay(o, "key-one")
		s.Tell(id, paymenttest.Paid)
		s.Break(operation, shoptest.Down())
		s.Return(o, id)
		s.Mend()
		s.Return(o, id)
		if got := s.Order(o).Record().Status; got != order.Confirmed {
			t.Errorf("%s: the order is %s", operation, got)
		}
	}
}

func TestWhileTheOrderCannotBeReadTheAnswerIs503(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Break("Order", shoptest.Down())
	s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, back(t, o, id))
}
