package fallback_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

var rows = []shoptest.Row{
	{Name: "PUT where orders are created", File: "put-on-a-create-route", Status: 405, Code: "method_not_allowed"},
	{Name: "TRACE", File: "trace", Status: 405, Code: "method_not_allowed"},
	{Name: "DELETE on an order", File: "delete-on-an-order", Status: 405, Code: "method_not_allowed"},
	{Name: "POST on a hold", File: "post-on-a-hold", Status: 405, Code: "method_not_allowed"},
	{Name: "an unknown path", File: "unknown-path", Status: 404, Code: "not_found"},
	{Name: "a path below an order that does not exist", File: "path-too-deep", Status: 404, Code: "not_found"},
	{Name: "a path with an empty part", File: "empty-part", Status: 405, Code: "method_not_allowed"},
	{Name: "a card number in an unknown path", File: "card-in-the-path", Status: 422, Code: "card_data_rejected"},
}

func TestWhatNoRouteTakes(t *testing.T) {
	shoptest.Rows(t, "fallback", rows, nil)
	eventfile.AllIn(t, "fallback", shoptest.Files(rows))
}

func TestAllowListsTheMethodsOfThePath(t *testing.T) {
	s := shoptest.New(t)
	for file, want := range map[string]string{
		"put-on-a-create-route": "POST", "trace": "GET", "delete-on-an-order": "GET, PATCH", "post-on-a-hold": "DELETE, PUT",
	} {
		if got := s.Serve(eventfile.Request(t, "fallback", file)).Headers["Allow"]; got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}
