package myorders_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/order"
	"till/shared/person"
)

var rows = []shoptest.Row{
	{Name: "the customer's orders", File: "first-page", Status: 200},
	{Name: "the address in other letters", File: "in-capitals", Status: 200},
	{Name: "somebody who has not ordered", File: "of-another", Status: 200},
	{Name: "the next page", File: "next-page", Status: 200},
	{Name: "an altered cursor", File: "cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "another customer's cursor", File: "cursor-of-another-customer", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "an access token, which says no address", File: "access-token", Status: 401, Code: "unauthorized"},
	{Name: "a token of staff", File: "staff-token", Status: 401, Code: "unauthorized"},
	{Name: "the token of an order's link", File: "order-token", Status: 401, Code: "unauthorized"},
	{Name: "an address that nobody has confirmed", File: "email-unverified", Status: 403, Code: "email_unverified"},
	{Name: "a token that does not say whether", File: "no-verification", Status: 403, Code: "email_unverified"},
	{Name: "a token without an address", File: "no-email", Status: 200},
	{Name: "an address that no order can have", File: "email-no-order-has", Status: 200},
	{Name: "an expired token", File: "expired-token", Status: 401, Code: "unauthorized"},
	{Name: "a token for ever", File: "no-expiry", Status: 401, Code: "unauthorized"},
	{Name: "a token of nobody", File: "nobody", Status: 401, Code: "unauthorized"},
	{Name: "a card number in the query", File: "card-in-the-query", Status: 422, Code: "card_data_rejected"},
	{Name: "one order", File: "opened", Status: 200},
	{Name: "another's order", File: "opened-by-another", Status: 404, Code: "not_found"},
	{Name: "an order, by an address that nobody has confirmed", File: "opened-unverified", Status: 403, Code: "email_unverified"},
	{Name: "an order, by an access token", File: "opened-by-access-token", Status: 401, Code: "unauthorized"},
	{Name: "an order, by staff", File: "opened-by-staff", Status: 401, Code: "unauthorized"},
	{Name: "an order, by its own link's token", File: "opened-by-order-token", Status: 401, Code: "unauthorized"},
	{Name: "an order, too late", File: "opened-expired", Status: 401, Code: "unauthorized"},
	{Name: "an order that is not there", File: "order-unknown", Status: 404, Code: "not_found"},
	{Name: "what is no order", File: "id-malformed", Status: 404, Code: "not_found"},
	{Name: "a card number in the path", File: "card-in-the-path", Status: 422, Code: "card_data_rejected"},
}

// ready opens a shop with accounts, an order of Ada's, and cursors.
func ready(s *shoptest.Shop) []string {
	s.Accounts = true
	o := s.Place("order-one")
	customer := s.Order(o).Record().Customer
	position := "MjAyNi0xMS0yMlQxMjowMDowMC4wMDBa" + "b3JkX2FhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh" // 2026-11-22T12:00:00.000Z, ord_aaa…
	own, bad := apigw.EncodeCursor("account_orders "+customer, position)
	another, worse := apigw.EncodeCursor("account_orders cus_"+strings.Repeat("b", 26), position)
	if bad != nil || worse != nil {
		s.Fatal(bad, worse)
	}
	return append(o.Words(), "LIST_PLACE", another, "PAGE_ALTERED", own[1:], "PAGE_NEXT", own)
}

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "myorders", rows, ready)
	eventfile.AllIn(t, "myorders", shoptest.Files(rows))
}

type page struct {
	Orders []struct{ ID order.ID }
	Next   string
}

// list reads a page as whom a file's token is of.
func list(t *testing.T, s *shoptest.Shop, file, next string) (p page) {
	t.Helper()
	req := s.Staff("myorders", file)
	if next != "" {
		req.QueryStringParameters, req.RawQueryString = map[string]string{"next": next}, "next="+next
	}
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, req)
	if err := json.Unmarshal([]byte(resp.Body), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// placeAs places an order with an address.
func placeAs(s *shoptest.Shop, key, email string) order.ID {
	req := eventfile.Request(s, "placeorder", "placed")
	req.Headers["idempotency-key"] = key
	req.Body = strings.ReplaceAll(req.Body, "ada@example.com", email)
	return s.PlaceWith(req).ID
}

func TestEveryOrderOfOnesOwnComesOnceNewestFirst(t *testing.T) {
	s := shoptest.New(t)
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", 1000); err != nil {
		t.Fatal(err)
	}
	placeAs(s, "before-there-were-accounts", "ada@example.com")
	s.Accounts = true
	var placed, listed []order.ID
	for i := range 45 {
		s.Wait(7 * time.Hour)
		placed = append(placed, placeAs(s, fmt.Sprintf("order-%d", i), []string{"ada@example.com", "Ada@EXAMPLE.com"}[i%2]))
		if i%10 == 0 {
			placeAs(s, fmt.Sprintf("bobs-%d", i), "bob@example.com")
		}
	}
	next, pages := "", 0
	for ; pages == 0 || next != ""; pages++ {
		p := list(t, s, "first-page", next)
		for _, o := range p.Orders {
			listed = append(listed, o.ID)
		}
		next = p.Next
	}
	slices.Reverse(placed)
	if !slices.Equal(listed, placed) || pages != 3 {
		t.Errorf("%d of %d orders are listed on %d pages", len(listed), len(placed), pages)
	}
	if p := list(t, s, "of-another", ""); len(p.Orders) != 5 {
		t.Errorf("the other has %d", len(p.Orders))
	}
}

func TestWhatIsOpenedOpensAsALinkDoes(t *testing.T) {
	s := shoptest.New(t)
	s.Accounts = true
	o := s.Place("order-one")
	s.Wait(30 * 24 * time.Hour) // The link of the order itself has ended.
	view := func(token string) int {
		return s.Serve(eventfile.Request(t, "vieworder", "opened", "ORDER_ID", string(o.ID), "ORDER_TOKEN", token)).StatusCode
	}
	if view(o.Token) != http.StatusNotFound {
		t.Fatal("the old link lives")
	}
	var got struct{ Token string }
	if err := json.Unmarshal([]byte(s.Serve(s.Staff("myorders", "opened", o.Words()[:2]...)).Body), &got); err != nil {
		t.Fatal(err)
	}
	if view(got.Token) != http.StatusOK {
		t.Error("the new one opens nothing")
	}
	s.Wait(8 * 24 * time.Hour)
	if view(got.Token) != http.StatusNotFound {
		t.Error("it lives for ever")
	}
}

func TestNothingPersonalIsShown(t *testing.T) {
	s := shoptest.New(t)
	s.Accounts = true
	o := s.Place("order-one")
	for _, req := range []apigw.Request{s.Staff("myorders", "first-page"), s.Staff("myorders", "opened", o.Words()[:2]...)} {
		body := s.Serve(req).Body
		for _, word := range []string{"ada", "Ada", "Lovelace", "@", "cus_", "Street", "email"} {
			if strings.Contains(body, word) {
				t.Errorf("%s shows %q", req.RouteKey, word)
			}
		}
	}
}

func TestWhoWasErasedHasNone(t *testing.T) {
	s := shoptest.New(t)
	s.Accounts = true
	o := s.Place("order-one")
	email, err := person.ParseEmail("ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	customer, err := s.Vault.CustomerFor(t.Context(), email)
	if err != nil || string(customer) != s.Order(o).Record().Customer {
		t.Fatal(customer, err)
	}
	if err := s.Vault.Shred(t.Context(), customer); err != nil {
		t.Fatal(err)
	}
	if p := list(t, s, "first-page", ""); len(p.Orders) != 0 {
		t.Errorf("listed are %v", p)
	}
	s.Try(shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}, s.Staff("myorders", "opened", o.Words()[:2]...))
	// Who orders anew with the address is another customer.
	again := placeAs(s, "order-two", "ada@example.com")
	if p := list(t, s, "first-page", ""); len(p.Orders) != 1 || p.Orders[0].ID != again {
		t.Errorf("listed are %v", p)
	}
}

func TestAShopWithoutAccountsHasNothingHere(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	row := shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}
	for _, req := range []apigw.Request{s.Staff("myorders", "first-page"), s.Staff("myorders", "opened", o.Words()[:2]...), s.Staff("myorders", "staff-token")} {
		s.Try(row, req)
	}
	if r := s.Order(o).Record(); r.Listed {
		t.Error("its orders pay for an index")
	}
}

func TestWhileSomethingIsDownTheAnswerIs503(t *testing.T) {
	for operation, file := range map[string]string{"LoadIndex": "first-page", "LoadCustomer": "first-page", "CustomerOrders": "first-page", "Orders": "first-page", "Order": "opened"} {
		s := shoptest.New(t)
		s.Accounts = true
		words := s.Place("order-one").Words()[:2]
		if file == "first-page" {
			words = nil
		}
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, s.Staff("myorders", file, words...))
	}
}
