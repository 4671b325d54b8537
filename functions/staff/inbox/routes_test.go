package inbox_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/inbox"
)

// roles are who may look.
var roles = shoptest.Roles(200, "viewer", "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "parked events, unless asked otherwise", File: "parked", Status: 200},
	{Name: "received events", File: "received", Status: 200},
	{Name: "failed events", File: "failed", Status: 200},
	{Name: "ignored events", File: "ignored", Status: 200},
	{Name: "applied events are not listed: nearly all are", File: "state-applied", Status: 422, Code: "state_invalid", At: []string{"state"}},
	{Name: "a state that is none", File: "state-unknown", Status: 422, Code: "state_invalid", At: []string{"state"}},
	{Name: "a cursor that was altered", File: "cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a cursor of another list", File: "cursor-of-another-list", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a manager has an event applied again", File: "replayed", Status: 200},
	{Name: "a viewer may only look", File: "replayed-by-a-viewer", Status: 403, Code: "forbidden"},
	{Name: "an event that never came", File: "event-unknown", Status: 404, Code: "not_found"},
	{Name: "what is no event's name", File: "event-of-no-form", Status: 404, Code: "not_found"},
}

// ready parks an event.
func ready(s *shoptest.Shop) []string {
	other, err := apigw.EncodeCursor("inbox/failed", "place")
	if err != nil {
		s.Fatal(err)
	}
	return []string{"EVENT_NAME", settled(s, "evt_1", inbox.Parked), "CURSOR", other}
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "inbox", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "inbox", rows, ready)
	eventfile.AllIn(t, "inbox", shoptest.Files(roles, rows))
}
