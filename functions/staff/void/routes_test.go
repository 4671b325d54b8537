package void_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// roles are who may.
var roles = append(shoptest.Roles(200, "manager", "admin"),
	shoptest.Row{Name: "money needs a fresh sign-in", File: "signed-in-16-minutes-ago", Status: 403, Code: "sign_in_again"})

var rows = []shoptest.Row{
	{Name: "what is promised is given up", File: "given-up", Status: 200},
	{Name: "nobody need say why", File: "no-body", Status: 200},
	{Name: "a new line in the reason", File: "reason-with-a-new-line", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a card number in the reason", File: "card-in-the-reason", Status: 422, Code: "card_data_rejected", At: []string{"#/reason"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "a body that is no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Promised("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "void", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "void", rows, ready)
	eventfile.AllIn(t, "void", shoptest.Files(roles, rows))
}
