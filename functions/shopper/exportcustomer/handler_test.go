package exportcustomer_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/vault"
)

var rows = []shoptest.Row{
	{Name: "no code", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "no base64", File: "not-base64", Status: 401, Code: "code_invalid"},
	{Name: "an address without a code", File: "without-a-colon", Status: 401, Code: "code_invalid"},
	{Name: "a code of no address", File: "no-address", Status: 401, Code: "code_invalid"},
	{Name: "an empty code", File: "empty-code", Status: 401, Code: "code_invalid"},
	{Name: "the link of an order", File: "an-order-token", Status: 401, Code: "code_invalid"},
}

func TestWhatIsNoCode(t *testing.T) {
	shoptest.Rows(t, "exportcustomer", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words() })
	eventfile.AllIn(t, "exportcustomer", append(shoptest.Files(rows), "exported"))
}

type export struct {
	Customer struct{ ID, Email string }
	Orders   []struct {
		Order    struct{ ID string }
		Contacts []struct {
			Email, Phone, Language string
			Shipping               struct{ Line1 string } `json:"shipping_address"`
		}
		Payments []struct{ Gateway string }
		Mails    []struct{ Kind string }
		Notes    int `json:"staff_notes"`
	}
	More bool
}

func request(t *testing.T, code string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "exportcustomer", "exported", "CODE_TOKEN", shoptest.CodeToken("Ada@example.com", code))
}

func get(t *testing.T, s *shoptest.Shop, code string) (out export) {
	t.Helper()
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, request(t, code))
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestACustomerGetsAllThatIsKeptAndNobodyElses(t *testing.T) {
	s := shoptest.New(t)
	first, _ := s.Paid("order-one")
	second := s.Place("order-two")
	s.Pump()
	bob := eventfile.Request(t, "placeorder", "no-expected-total")
	bob.Body = strings.ReplaceAll(bob.Body, "ada@example.com", "bob@example.com")
	bob.Headers["idempotency-key"] = "of-bob"
	other := s.PlaceWith(bob)
	got := get(t, s, s.Code("export"))
	if got.Customer.Email != "ada@example.com" || len(got.Orders) != 2 || got.More {
		t.Fatalf("got %+v", got)
	}
	if got.Orders[0].Order.ID != string(second.ID) || got.Orders[1].Order.ID != string(first.ID) || got.Orders[0].Order.ID == string(other.ID) {
		t.Errorf("got %+v", got.Orders)
	}
	paid := got.Orders[1]
	if len(paid.Contacts) != 1 || paid.Contacts[0].Email != "ada@example.com" || paid.Contacts[0].Shipping.Line1 == "" || len(paid.Payments) != 1 ||
		len(paid.Mails) != 1 || paid.Mails[0].Kind != "order_confirmed" {
		t.Errorf("of the first order there is %+v", paid)
	}
}

func TestACodeOpensOnce(t *testing.T) {
	s := shoptest.New(t)
	s.Place("order-one")
	code := s.Code("export")
	get(t, s, code[:4]+" "+code[4:])
	s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, code))
	get(t, s, s.Code("export")) // Who has used one need not wait for the next.
	s.Wait(15 * time.Minute)
	old := s.Code("export")
	s.Wait(15 * time.Minute)
	s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, old))
	s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, s.Code("erasure")))
}

func TestTheSixthTryIsRefusedForAnyAddress(t *testing.T) {
	s := shoptest.New(t)
	s.Place("order-one")
	code := s.Code("export")
	wrong := "00000000"
	if code == wrong {
		wrong = "00000001"
	}
	s.Try(shoptest.Row{Status: 202}, eventfile.Request(t, "sendlink", "code-for-nobody"))
	s.Pump()
	nobodys := eventfile.Request(t, "exportcustomer", "exported", "CODE_TOKEN", shoptest.CodeToken("nobody@example.com", wrong))
	for range 5 {
		s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, wrong))
		s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, nobodys)
	}
	for _, req := range []apigw.Request{request(t, code), request(t, wrong), nobodys} {
		if resp := s.Try(shoptest.Row{Status: 429, Code: "rate_limited"}, req); resp.Headers["Retry-After"] == "" {
			t.Errorf("it does not say when: %v", resp.Headers)
		}
	}
	s.Wait(2 * time.Minute)
	get(t, s, s.Code("export"))
}

func TestACodeIsNotSpentWhileSomethingIsDown(t *testing.T) {
	for _, operation := range []string{"LoadCode", "LoadIndex", "LoadCustomer", "NotedOrders", "Orders", "Changes", "SaveCode"} {
		s := shoptest.New(t)
		s.Place("order-one")
		code := s.Code("export")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: 503, Code: "dependency_unavailable"}, request(t, code))
		s.Mend()
		get(t, s, code)
	}
}

func TestOfWhoWasErasedThereIsNothing(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	code := s.Code("export")
	if err := s.Vault.Shred(t.Context(), vault.CustomerID(s.Order(o).Record().Customer)); err != nil {
		t.Fatal(err)
	}
	s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, code))
	s.Wait(2 * time.Minute)
	if code := s.Code("export"); code != "" {
		t.Error("a code is mailed")
	}
}
