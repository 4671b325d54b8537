package complete_test

import (
	"testing"

	"till/functions/assembly"
	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// run gives a file to the task. It gives the name of its error, "" if it has none.
func run(t *testing.T, s *shoptest.Shop, file string, replace ...string) string {
	t.Helper()
	return shoptest.Step(t, assembly.Complete(s.Tools("complete"), s.Store), "complete", file, replace...)
}

func TestAShippedOrderIsClosedOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	for range 2 {
		shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "")
	}
	if r := s.Order(o).Record(); r.TaskIn != 0 {
		t.Errorf("a task still waits: %d", r.TaskIn)
	}
}

func TestWhatIsNotShippedIsNotComplete(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "OrderConflict")
	shoptest.WantError(t, run(t, s, "order-unknown"), "OrderNotFound")
	eventfile.AllIn(t, "complete", []string{"order", "order-unknown"})
}

func TestErrorsOfTheStoreAreNamed(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	s.Break("Save", shoptest.Down())
	shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "DependencyUnavailable")
}
