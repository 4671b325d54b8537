package reportledger_test

import (
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// roles are who may.
var roles = shoptest.Roles(200, "manager", "admin")

var rows = []shoptest.Row{
	{Name: "today's report", File: "today", Status: 200},
	{Name: "the report of a day", File: "of-a-day", Status: 200},
	{Name: "the report for a spreadsheet", File: "as-csv", Status: 200},
	{Name: "the report as JSON", File: "as-json", Status: 200},
	{Name: "a format that is none", File: "format-unknown", Status: 422, Code: "format_invalid", At: []string{"format"}},
	{Name: "a day that is none", File: "day-invalid", Status: 422, Code: "day_invalid", At: []string{"day"}},
	{Name: "a day that its month has not", File: "day-of-no-month", Status: 422, Code: "day_invalid", At: []string{"day"}},
	{Name: "where the books and the gateways differ", File: "differences", Status: 200},
	{Name: "how the gateways did", File: "gateways", Status: 200},
	{Name: "the differences of a day that was never compared", File: "differences-of-a-day", Status: 404, Code: "not_found"},
	{Name: "the gateways on a day without orders", File: "gateways-of-a-day", Status: 200},
	{Name: "the differences of a day that is none", File: "differences-day-invalid", Status: 422, Code: "day_invalid", At: []string{"day"}},
	{Name: "the gateways of a day that is none", File: "gateways-day-invalid", Status: 422, Code: "day_invalid", At: []string{"day"}},
	{Name: "the differences for a packer", File: "differences-as-packer", Status: 403, Code: "forbidden"},
	{Name: "the gateways for a packer", File: "gateways-as-packer", Status: 403, Code: "forbidden"},
	{Name: "a card number in the query", File: "card-in-the-query", Status: 422, Code: "card_data_rejected"},
}

// ready makes a day that moved something.
func ready(s *shoptest.Shop) []string {
	s.Paid("order-one")
	if err := s.Settle(); err != nil {
		s.Fatal(err)
	}
	return nil
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "reportledger", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "reportledger", rows, ready)
	eventfile.AllIn(t, "reportledger", shoptest.Files(roles, rows))
}
