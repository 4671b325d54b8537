package requestshipment_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/functions/assembly"
	"till/functions/step/requestshipment"
	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// run gives a file to the task. It gives the name of its error, "" if it has none.
func run(t *testing.T, s *shoptest.Shop, file string, replace ...string) string {
	t.Helper()
	in := eventfile.Read[requestshipment.Input](t, "requestshipment", file, replace...)
	_, err := assembly.RequestShipment(s.Tools("requestshipment"), s.Store)(t.Context(), in)
	var named messages.InvokeResponse_Error
	if err != nil && !errors.As(err, &named) {
		t.Fatalf("an error that the machine cannot catch by name: %v", err)
	}
	return named.Type
}

func want(t *testing.T, got, name string) {
	t.Helper()
	if got != name {
		t.Errorf("the error is %q, want %q", got, name)
	}
}

func TestTheTokenStaysWithTheOrderAndTheLastOneCounts(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Logged.Take()
	for _, token := range []string{"token-one", "token-two"} {
		want(t, run(t, s, "order", "ORDER_ID", string(o.ID), "TASK_TOKEN", token), "")
	}
	c, err := s.Store.Change(t.Context(), o.ID, s.Order(o).Record().TaskIn)
	if err != nil || c.Task != "token-two" {
		t.Errorf("the token is %q, %v", c.Task, err)
	}
	for _, line := range s.Logged.All() {
		t.Errorf("the log says %s", line)
	}
}

func TestATokenThatIsNone(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	want(t, run(t, s, "no-token", "ORDER_ID", string(o.ID)), "InvalidInput")
	want(t, run(t, s, "token-too-long", "ORDER_ID", string(o.ID)), "InvalidInput")
	eventfile.AllIn(t, "requestshipment", []string{"order", "no-token", "token-too-long", "order-unknown"})
}

func TestOrdersThatAreNotTheExecutionsOwn(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
	want(t, run(t, s, "order", "ORDER_ID", string(o.ID), "TASK_TOKEN", "token-one"), "OrderCancelled")
	want(t, run(t, s, "order-unknown", "TASK_TOKEN", "token-one"), "OrderNotFound")
}
