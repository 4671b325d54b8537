package requestshipment_test

import (
	"testing"

	"till/functions/assembly"
	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// run gives a file to the task. It gives the name of its error, "" if it has none.
func run(t *testing.T, s *shoptest.Shop, file string, replace ...string) string {
	t.Helper()
	return shoptest.Step(t, assembly.RequestShipment(s.Tools("requestshipment"), s.Store), "requestshipment", file, replace...)
}

func TestTheTokenStaysWithTheOrderAndTheLastOneCounts(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Logged.Take()
	for _, token := range []string{"token-one", "token-two"} {
		shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID), "TASK_TOKEN", token), "")
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
	shoptest.WantError(t, run(t, s, "no-token", "ORDER_ID", string(o.ID)), "InvalidInput")
	shoptest.WantError(t, run(t, s, "token-too-long", "ORDER_ID", string(o.ID)), "InvalidInput")
	eventfile.AllIn(t, "requestshipment", []string{"order", "no-token", "token-too-long", "order-unknown"})
}

func TestOrdersThatAreNotTheExecutionsOwn(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
	shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID), "TASK_TOKEN", "token-one"), "OrderCancelled")
	shoptest.WantError(t, run(t, s, "order-unknown", "TASK_TOKEN", "token-one"), "OrderNotFound")
}
