package capture_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// roles are who may.
var roles = append(shoptest.Roles(201, "manager", "admin"),
	shoptest.Row{Name: "money needs a fresh sign-in", File: "signed-in-16-minutes-ago", Status: 403, Code: "sign_in_again"})

var rows = []shoptest.Row{
	{Name: "all that is promised is taken", File: "all-of-it", Status: 201},
	{Name: "no body is all that is promised", File: "no-body", Status: 201},
	{Name: "a part is taken", File: "a-part", Status: 201},
	{Name: "a part is taken, and the rest given up", File: "the-last-part", Status: 201},
	{Name: "more than is promised", File: "more-than-is-promised", Status: 409, Code: "capture_exceeds_authorized", At: []string{"#/amount"}},
	{Name: "a capture of nothing", File: "nothing", Status: 422, Code: "capture_invalid", At: []string{"#/amount"}},
	{Name: "a capture of a fraction", File: "a-fraction", Status: 422, Code: "capture_invalid", At: []string{"#/amount"}},
	{Name: "final as text", File: "final-as-text", Status: 422, Code: "capture_invalid", At: []string{"#/final"}},
	{Name: "a new line in the reason", File: "reason-with-a-new-line", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a card number in the reason", File: "card-in-the-reason", Status: 422, Code: "card_data_rejected", At: []string{"#/reason"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "no key", File: "no-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "a body that is no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Promised("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "capture", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "capture", rows, ready)
	eventfile.AllIn(t, "capture", shoptest.Files(roles, rows))
}
