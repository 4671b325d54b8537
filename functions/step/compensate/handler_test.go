package compensate_test

import (
	"testing"

	"till/functions/assembly"
	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// run gives a file to the task. It gives the name of its error, "" if it has none.
func run(t *testing.T, s *shoptest.Shop, file string, replace ...string) string {
	t.Helper()
	return shoptest.Step(t, assembly.Compensate(s.Tools("compensate"), s.Store), "compensate", file, replace...)
}

func TestAnOrderWhoseMachineFailedIsHeldOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	for range 2 {
		shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "")
	}
	if r := s.Order(o).Record(); len(r.Holds) != 1 || r.Holds[0].Key != "fulfillment_failed" || s.Gateway.Captured(string(o.ID)) != 5341 {
		t.Errorf("held %v, the gateway keeps %d", r.Holds, s.Gateway.Captured(string(o.ID)))
	}
}

func TestACancelledOrderIsNoFailure(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
	shoptest.WantError(t, run(t, s, "order-cancelled", "ORDER_ID", string(o.ID)), "")
	if r := s.Order(o).Record(); len(r.Holds) != 0 || r.TaskIn != 0 {
		t.Errorf("held %v, waiting %d", r.Holds, r.TaskIn)
	}
}

func TestAnExecutionThatALaterTryReplacedChangesNothing(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	before := s.Order(o).Record().N
	shoptest.WantError(t, run(t, s, "replaced-try", "ORDER_ID", string(o.ID)), "")
	if after := s.Order(o).Record().N; after != before {
		t.Errorf("%d changes", after-before)
	}
	shoptest.WantError(t, run(t, s, "order-unknown"), "OrderNotFound")
	eventfile.AllIn(t, "compensate", []string{"order", "order-cancelled", "replaced-try", "order-unknown"})
}

func TestErrorsOfTheStoreAreNamed(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Break("Save", shoptest.Lost())
	shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "OutcomeUnknown")
}
