package hold_test

import (
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/order"
)

// roles are who may.
var roles = shoptest.Roles(200, "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "an order is put on hold", File: "held", Status: 200},
	{Name: "a hold with an id behind a colon", File: "key-with-an-id", Status: 200},
	{Name: "a key that is no word", File: "key-malformed", Status: 422, Code: "hold_invalid"},
	{Name: "a reason that is no text", File: "reason-as-number", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a reason that is too long", File: "reason-too-long", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a card number in the reason", File: "card-in-the-reason", Status: 422, Code: "card_data_rejected", At: []string{"#/reason"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Paid("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "hold", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "hold", rows, ready)
	eventfile.AllIn(t, "hold", shoptest.Files(roles, rows))
}

func TestAHoldThatIsThereStaysAsItIs(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	first := s.Serve(s.Staff("hold", "held", words[:2]...))
	s.Wait(60)
	if again := s.Serve(s.Staff("hold", "held", words[:2]...)); again.Body != first.Body {
		t.Errorf("two answers:\n%s\n%s", first.Body, again.Body)
	}
}

func TestAnOrderThatHasEndedIsNotHeld(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", words...))
	s.Try(shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}, s.Staff("hold", "held", words[:2]...))
}

func TestStaffsWordsAreSealed(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Serve(s.Staff("hold", "held", words[:2]...))
	changes, err := s.Store.Changes(t.Context(), order.ID(words[1]), 0, 50)
	if err != nil || len(changes[len(changes)-1].Note) < 30 {
		t.Errorf("the note is %q, %v", changes[len(changes)-1].Note, err)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "LoadCustomer"} {
		s := shoptest.New(t)
		words := ready(s)
		req := s.Staff("hold", "held", words[:2]...)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
