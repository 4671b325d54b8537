package setstock_test

import (
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// roles are who may.
var roles = shoptest.Roles(200, "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "a stock-take is noted", File: "counted", Status: 200},
	{Name: "fewer on hand than are reserved", File: "below-reserved", Status: 409, Code: "stock_reserved", At: []string{"#/on_hand"}},
	{Name: "exactly as many on hand as are reserved", File: "exactly-reserved", Status: 200},
	{Name: "fewer than none", File: "below-nothing", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "more than anybody has", File: "too-many", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "a count as text", File: "as-text", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "no count", File: "no-count", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "a SKU of other characters", File: "sku-malformed", Status: 404, Code: "not_found"},
	{Name: "sold is counted by shipping alone", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/sold"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	return s.Place("order-one").Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "setstock", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "setstock", rows, ready)
	eventfile.AllIn(t, "setstock", shoptest.Files(roles, rows))
}

func TestACountChangesWhatIsFreeAndNothingThatIsPromised(t *testing.T) {
	s := shoptest.New(t)
	ready(s)
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "exactly-reserved"))
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Free != 0 || got.Reserved != 2 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"SetStock"} {
		s := shoptest.New(t)
		req := s.Staff("setstock", "counted")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
