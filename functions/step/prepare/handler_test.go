package prepare_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"

	"till/functions/assembly"
	"till/functions/step/compensate"
	"till/functions/step/complete"
	"till/functions/step/prepare"
	"till/functions/step/requestshipment"
	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/order"
)

// run gives a file to the task. It gives the name of its error, "" if it has none.
func run(t *testing.T, s *shoptest.Shop, file string, replace ...string) string {
	t.Helper()
	return shoptest.Step(t, assembly.Prepare(s.Tools("prepare"), s.Store), "prepare", file, replace...)
}

func TestAPaidOrderIsTakenIntoFulfillmentOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	for range 2 {
		shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "")
	}
	if r := s.Order(o).Record(); r.Status != order.Fulfilling || r.N != 5 {
		t.Errorf("the order is %s after %d changes", r.Status, r.N)
	}
}

func TestOrdersThatAreNotTheExecutionsOwn(t *testing.T) {
	s := shoptest.New(t)
	unpaid := s.Place("order-one")
	cancelled, _ := s.Paid("order-two")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", cancelled.Words()...))
	paid, _ := s.Paid("order-three")
	shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(cancelled.ID)), "OrderCancelled")
	shoptest.WantError(t, run(t, s, "replaced-try", "ORDER_ID", string(paid.ID)), "OrderCancelled")
	shoptest.WantError(t, run(t, s, "replaced-try", "ORDER_ID", string(unpaid.ID)), "OrderCancelled")
	shoptest.WantError(t, run(t, s, "order-unknown"), "OrderNotFound")
	eventfile.AllIn(t, "prepare", []string{"order", "replaced-try", "order-unknown"})
}

func TestErrorsOfTheStoreAreNamed(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	for _, row := range []struct {
		operation string
		err       error
		name      string
	}{
		{"Order", shoptest.Down(), "DependencyUnavailable"}, {"Save", shoptest.Down(), "DependencyUnavailable"},
		{"Save", shoptest.Lost(), "OutcomeUnknown"}, {"Save", errors.New("a bug"), "InternalError"},
	} {
		s.Break(row.operation, row.err)
		shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), row.name)
		s.Mend()
	}
	shoptest.WantError(t, run(t, s, "order", "ORDER_ID", string(o.ID)), "")
}

func TestTheMachineHandsEveryTaskWhatItReads(t *testing.T) {
	text, err := os.ReadFile("../../../infra/fulfillment.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	var machine struct {
		States map[string]struct {
			Parameters struct{ Payload map[string]any }
		}
	}
	if err := json.Unmarshal(text, &machine); err != nil {
		t.Fatal(err)
	}
	for state, input := range map[string]any{
		"Prepare": prepare.Input{}, "RequestShipment": requestshipment.Input{}, "Complete": complete.Input{}, "Compensate": compensate.Input{},
	} {
		handed := machine.States[state].Parameters.Payload
		for field := range reflect.TypeOf(input).Fields() {
			if name := field.Tag.Get("json"); handed[name+".$"] == nil {
				t.Errorf("%s reads %s and is not handed it: %v", state, name, handed)
			}
		}
	}
}
