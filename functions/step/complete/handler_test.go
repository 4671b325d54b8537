package complete_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/functions/assembly"
	"till/functions/step/complete"
	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// run gives a file to the task. It gives the name of its error, "" if it has none.
func run(t *testing.T, s *shoptest.Shop, file string, replace ...string) string {
	t.Helper()
	in := eventfile.Read[complete.Input](t, "complete", file, replace...)
	_, err := assembly.Complete(s.Tools("complete"), s.Store)(t.Context(), in)
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

func TestAShippedOrderIsClosedOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	for range 2 {
		want(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "")
	}
	if r := s.Order(o).Record(); r.TaskIn != 0 {
		t.Errorf("a task still waits: %d", r.TaskIn)
	}
}

func TestWhatIsNotShippedIsNotComplete(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	want(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "OrderConflict")
	want(t, run(t, s, "order-unknown"), "OrderNotFound")
	eventfile.AllIn(t, "complete", []string{"order", "order-unknown"})
}

func TestErrorsOfTheStoreAreNamed(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	s.Break("Save", shoptest.Down())
	want(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "DependencyUnavailable")
}
