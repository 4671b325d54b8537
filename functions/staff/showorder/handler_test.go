package showorder_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/vault"
)

// roles are who may.
var roles = shoptest.Roles(200, "viewer", "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "staff see everything of an order", File: "shown", Status: 200},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
	{Name: "a path that is no order", File: "id-malformed", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Paid("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "showorder", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "showorder", rows, ready)
	eventfile.AllIn(t, "showorder", shoptest.Files(roles, rows))
}

type shown struct {
	Order struct {
		Contact *struct {
			Email, Phone string
			Shipping     struct{ Name, Line1 string } `json:"shipping_address"`
		}
		Attempts []struct{ Status, Reference string }
		Ledger   []struct {
			Account string
			Balance int64
		}
		Holds []struct{ Key, By string }
	}
	Timeline []struct {
		Kind, By, Note string
		N              int
	}
}

func show(t *testing.T, s *shoptest.Shop, words []string) shown {
	t.Helper()
	resp := s.Serve(s.Staff("showorder", "shown", words[:2]...))
	var out shown
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", resp.StatusCode, resp.Body, err)
	}
	return out
}

func TestStaffSeeContactAttemptsBooksHoldsAndNotes(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Serve(s.Staff("hold", "held", words[:2]...))
	got := show(t, s, words)
	if c := got.Order.Contact; c == nil || c.Email != "ada@example.com" || c.Phone != "+49301234567" || c.Shipping.Name != "Ada Byron" {
		t.Errorf("the contact is %+v", got.Order.Contact)
	}
	if a := got.Order.Attempts; len(a) != 1 || a[0].Status != "captured" || !strings.HasPrefix(a[0].Reference, "pi_") {
		t.Errorf("the attempts are %+v", a)
	}
	sum := int64(0)
	for _, b := range got.Order.Ledger {
		sum += b.Balance
	}
	if len(got.Order.Ledger) < 3 || sum != 0 {
		t.Errorf("the books are %+v", got.Order.Ledger)
	}
	last := got.Timeline[len(got.Timeline)-1]
	if last.Kind != "held" || last.Note != "The address of Ada Byron looks wrong." || !strings.HasPrefix(last.By, "staff:") || last.N != len(got.Timeline) {
		t.Errorf("the last line is %+v", last)
	}
}

func TestOfAnErasedCustomerThereIsNothing(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Serve(s.Staff("hold", "held", words[:2]...))
	o, err := s.Store.Order(t.Context(), s.Store.AllOrders()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Vault.Shred(t.Context(), vault.CustomerID(o.Record().Customer)); err != nil {
		t.Fatal(err)
	}
	got := show(t, s, words)
	if got.Order.Contact != nil || got.Timeline[len(got.Timeline)-1].Note != "" {
		t.Errorf("still shown: %+v", got)
	}
}

func TestWhileADependencyIsDownTheAnswerIs503(t *testing.T) {
	for _, operation := range []string{"Order", "Changes", "LoadCustomer"} {
		s := shoptest.New(t)
		req := s.Staff("showorder", "shown", ready(s)[:2]...)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
	}
}
