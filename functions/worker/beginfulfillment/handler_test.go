package beginfulfillment_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/order"
)

func read(t *testing.T, file string, replace ...string) events.SQSEvent {
	t.Helper()
	return eventfile.Read[events.SQSEvent](t, "beginfulfillment", file, replace...)
}

// begin gives a file about an order to the function.
func begin(t *testing.T, s *shoptest.Shop, file string, id order.ID) []string {
	t.Helper()
	return s.BeginFulfillment(read(t, file, "ORDER_ID", string(id)))
}

func TestAConfirmedOrderBeginsOneExecutionWithIdsAlone(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	for range 2 {
		if failed := begin(t, s, "twice-in-one-batch", o.ID); len(failed) > 0 {
			t.Errorf("these come again: %v", failed)
		}
	}
	got := s.Machine.Executions()
	if want := `{"order_id":"` + string(o.ID) + `","try":1}`; len(got) != 1 || got[string(o.ID)+"-1"] != want {
		t.Errorf("the executions are %v", got)
	}
}

func TestNothingBeginsForAnOrderThatIsNotToBeFulfilled(t *testing.T) {
	for name, open := range map[string]func(*shoptest.Shop) shoptest.Opened{
		"unpaid": func(s *shoptest.Shop) shoptest.Opened { return s.Place("order-one") },
		"cancelled": func(s *shoptest.Shop) shoptest.Opened {
			o, _ := s.Paid("order-one")
			s.Serve(eventfile.Request(s, "cancelorder", "cancelled", o.Words()...))
			return o
		},
	} {
		s := shoptest.New(t)
		o := open(s)
		if failed := begin(t, s, "begin", o.ID); len(failed) > 0 || len(s.Machine.Executions()) > 0 {
			t.Errorf("%s: failed %v, begun %v", name, failed, s.Machine.Executions())
		}
	}
}

func TestAnotherTryIsNotBegun(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	if failed := begin(t, s, "another-try", o.ID); len(failed) > 0 || len(s.Machine.Executions()) > 0 {
		t.Errorf("failed %v, begun %v", failed, s.Machine.Executions())
	}
}

func TestAnExecutionThatEndedWithoutAWordHoldsTheOrderAndLiftingBeginsAnew(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	begin(t, s, "begin", o.ID)
	s.Machine.Kill(string(o.ID) + "-1")
	for range 2 {
		if failed := begin(t, s, "begin", o.ID); len(failed) > 0 || !s.Order(o).Held("fulfillment_failed") {
			t.Fatalf("failed %v, held %v", failed, s.Order(o).Record().Holds)
		}
	}
	lift := s.Staff("lift", "lifted", "ORDER_ID", string(o.ID), "manual", "fulfillment_failed")
	if resp := s.Serve(lift); resp.StatusCode != 200 {
		t.Fatal(resp.Body)
	}
	if failed := begin(t, s, "another-try", o.ID); len(failed) > 0 || len(s.Machine.Executions()) != 2 {
		t.Errorf("failed %v, begun %v", failed, s.Machine.Executions())
	}
}

func TestMessagesThatCannotBeUsedComeAgainUntilPeopleSeeThem(t *testing.T) {
	files := []string{"no-json", "version-unknown", "order-unknown"}
	for _, file := range files {
		if failed := shoptest.New(t).BeginFulfillment(read(t, file)); !slices.Equal(failed, []string{"1"}) {
			t.Errorf("%s: these come again: %v", file, failed)
		}
	}
	eventfile.AllIn(t, "beginfulfillment", append(files, "begin", "twice-in-one-batch", "another-try"))
}

func TestAMessageComesAgainWhileAnythingIsDown(t *testing.T) {
	for _, operation := range []string{"Order", "machine.Start", "after machine.Start"} {
		s := shoptest.New(t)
		o, _ := s.Paid("order-one")
		s.Break(operation, shoptest.Lost())
		if failed := begin(t, s, "begin", o.ID); !slices.Equal(failed, []string{"1"}) {
			t.Errorf("%s: these come again: %v", operation, failed)
		}
		s.Mend()
		if failed := begin(t, s, "begin", o.ID); len(failed) > 0 || len(s.Machine.Executions()) != 1 {
			t.Errorf("%s: failed %v, begun %v", operation, failed, s.Machine.Executions())
		}
	}
}
