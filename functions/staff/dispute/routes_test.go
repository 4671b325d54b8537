package dispute_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// roles are who may.
var roles = append(shoptest.Roles(201, "manager", "admin"),
	shoptest.Row{Name: "money needs a fresh sign-in", File: "signed-in-16-minutes-ago", Status: 403, Code: "sign_in_again"})

var rows = []shoptest.Row{
	{Name: "the evidence is shown", File: "shown", Status: 200},
	{Name: "the evidence is not for everybody", File: "shown-to-a-viewer", Status: 403, Code: "forbidden"},
	{Name: "there is no evidence against a dispute that is not there", File: "shown-of-an-unknown-dispute", Status: 404, Code: "not_found"},
	{Name: "there is no evidence of an order that is not there", File: "shown-of-an-unknown-order", Status: 404, Code: "not_found"},
	{Name: "what cannot be a dispute's reference is none", File: "shown-of-no-form", Status: 404, Code: "not_found"},
	{Name: "the evidence is sent", File: "sent", Status: 201},
	{Name: "staff need say nothing", File: "sent-without-words", Status: 201},
	{Name: "the shop gives in", File: "accepted", Status: 201},
	{Name: "who gives in has nothing to say", File: "accepted-with-words", Status: 422, Code: "unknown_field", At: []string{"#/statement"}},
	{Name: "a packer cannot give in", File: "accepted-by-a-packer", Status: 403, Code: "forbidden"},
	{Name: "no key", File: "no-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "a body that is no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "a card number in the statement", File: "card-in-the-statement", Status: 422, Code: "card_data_rejected", At: []string{"#/statement"}},
	{Name: "a new line in the statement", File: "statement-with-a-new-line", Status: 422, Code: "statement_invalid", At: []string{"#/statement"}},
	{Name: "a statement that is a number", File: "statement-is-a-number", Status: 422, Code: "statement_invalid", At: []string{"#/statement"}},
	{Name: "a dispute that is not there", File: "dispute-unknown", Status: 404, Code: "not_found"},
	{Name: "a dispute that cannot be", File: "dispute-of-no-form", Status: 404, Code: "not_found"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about, with a dispute.
func ready(s *shoptest.Shop) []string {
	o, _ := disputed(s)
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "dispute", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "dispute", rows, ready)
	eventfile.AllIn(t, "dispute", shoptest.Files(roles, rows))
}
