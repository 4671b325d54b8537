package approve_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/order"
)

// roles are who may.
var roles = append(shoptest.Roles(200, "manager", "admin"),
	shoptest.Row{Name: "money needs a fresh sign-in", File: "signed-in-16-minutes-ago", Status: 403, Code: "sign_in_again"})

var rows = []shoptest.Row{
	{Name: "a refund is approved", File: "approved", Status: 200},
	{Name: "no body approves", File: "no-body", Status: 200},
	{Name: "a refund is withdrawn", File: "withdrawn", Status: 200},
	{Name: "a decision that is none", File: "decision-unknown", Status: 422, Code: "decision_invalid", At: []string{"#/decision"}},
	{Name: "a decision that is no text", File: "decision-as-number", Status: 422, Code: "decision_invalid", At: []string{"#/decision"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "a body that is no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about, with a refund that awaits approval.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Paid("order-one")
	_, _, err := s.Cashier().Book.Change(s.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 2000, Alone: 1000}, order.By{Who: asked, At: s.Now()})
	})
	if err != nil {
		s.Fatal(err)
	}
	return append(o.Words(), "REFUND_ID", string(order.RefundIDFor(o.ID, "r1")))
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "approve", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "approve", rows, ready)
	eventfile.AllIn(t, "approve", shoptest.Files(roles, rows))
}
