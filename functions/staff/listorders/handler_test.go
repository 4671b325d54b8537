package listorders_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/order"
)

// roles are who may.
var roles = shoptest.Roles(200, "viewer", "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "today's orders", File: "today", Status: 200},
	{Name: "the orders of a day", File: "of-a-day", Status: 200},
	{Name: "the orders in a status", File: "by-status", Status: 200},
	{Name: "the orders with any hold", File: "on-hold", Status: 200},
	{Name: "the orders with a return that waits", File: "returns", Status: 200},
	{Name: "the orders with a return that staff decide about", File: "returns-to-decide", Status: 200},
	{Name: "a return in a state that ends it", File: "returns-of-no-state", Status: 422, Code: "status_invalid", At: []string{"return"}},
	{Name: "all faults are told in one answer", File: "many-faults", Status: 422, Code: "validation_failed", At: []string{"return", "status", "day"}},
	{Name: "a day that is none", File: "day-invalid", Status: 422, Code: "day_invalid", At: []string{"day"}},
	{Name: "a status that is none", File: "status-invalid", Status: 422, Code: "status_invalid", At: []string{"status"}},
	{Name: "an altered cursor", File: "cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a cursor of another list", File: "cursor-of-another-list", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a card number in the query", File: "card-in-the-query", Status: 422, Code: "card_data_rejected"},
}

// ready makes an order to list, and a cursor of another list.
func ready(s *shoptest.Shop) []string {
	s.Place("order-one")
	cursor, err := apigw.EncodeCursor("products", "bXVnLWJsdWU")
	if err != nil {
		s.Fatal(err)
	}
	return []string{"CURSOR", cursor}
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "listorders", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "listorders", rows, ready)
	eventfile.AllIn(t, "listorders", shoptest.Files(roles, rows))
}

type page struct {
	Day    string
	Orders []struct {
		ID    order.ID
		Holds []struct{ Key, By string }
	}
	Next string
}

func list(t *testing.T, s *shoptest.Shop, query map[string]string) page {
	t.Helper()
	req := s.Staff("listorders", "today")
	req.QueryStringParameters, req.RawQueryString = query, ""
	for name, value := range query {
		req.RawQueryString += "&" + name + "=" + value
	}
	var p page
	if err := json.Unmarshal([]byte(s.Serve(req).Body), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFiltersAndDays(t *testing.T) {
	s := shoptest.New(t)
	open, held := s.Place("order-one"), s.Place("order-two")
	s.Serve(s.Staff("hold", "held", held.Words()[:2]...))
	s.Wait(24 * time.Hour)
	today := s.Place("order-three")
	for _, row := range []struct {
		name  string
		query map[string]string
		want  []order.ID
	}{
		{"today unless asked", nil, []order.ID{today.ID}},
		{"another day", map[string]string{"day": "2026-11-22"}, []order.ID{held.ID, open.ID}},
		{"a day without orders", map[string]string{"day": "2020-01-01"}, nil},
		{"a status that none has", map[string]string{"day": "2026-11-22", "status": "shipped"}, nil},
		{"any hold", map[string]string{"day": "2026-11-22", "hold": "any"}, []order.ID{held.ID}},
		{"one hold", map[string]string{"day": "2026-11-22", "hold": "manual"}, []order.ID{held.ID}},
		{"another hold", map[string]string{"day": "2026-11-22", "hold": "fraud_review"}, nil},
	} {
		var got []order.ID
		for _, o := range list(t, s, row.query).Orders {
			got = append(got, o.ID)
		}
		slices.Sort(got)
		slices.Sort(row.want)
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

func TestReturnsThatWaitAreListedUntilTheyEnd(t *testing.T) {
	s := shoptest.New(t)
	s.Place("order-one")
	asked, _ := s.Delivered("order-two")
	s.Wait(24 * time.Hour)
	accepted, _ := s.Delivered("order-three")
	over, _ := s.Delivered("order-four")
	s.SendBack(asked, "return-one")
	decide := func(o shoptest.Opened, back, file string) {
		s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("returns", file, append(o.Words()[:2:2], "RETURN_ID", back)...))
	}
	decide(accepted, string(s.SendBack(accepted, "return-two")), "accepted")
	decide(over, string(s.SendBack(over, "return-three")), "refused")
	for _, row := range []struct {
		name  string
		query map[string]string
		want  []order.ID
	}{
		{"all that wait, of all days, the newest order first", map[string]string{"return": "any"}, []order.ID{accepted.ID, asked.ID}},
		{"those to decide about", map[string]string{"return": "requested"}, []order.ID{asked.ID}},
		{"those that wait for their goods", map[string]string{"return": "accepted"}, []order.ID{accepted.ID}},
		{"those that are delivered, too", map[string]string{"return": "any", "status": "delivered"}, []order.ID{accepted.ID, asked.ID}},
		{"none of them is on hold", map[string]string{"return": "any", "hold": "any"}, nil},
	} {
		p := list(t, s, row.query)
		var got []order.ID
		for _, o := range p.Orders {
			got = append(got, o.ID)
		}
		if !slices.Equal(got, row.want) || p.Day != "" {
			t.Errorf("%s: got %v of day %q, want %v", row.name, got, p.Day, row.want)
		}
	}
}

func TestACursorOfADayIsNoneOfTheReturns(t *testing.T) {
	s := shoptest.New(t)
	cursor, err := apigw.EncodeCursor("orders/2026-11-22", "x")
	if err != nil {
		t.Fatal(err)
	}
	req := s.Staff("listorders", "returns")
	req.QueryStringParameters["next"] = cursor
	req.RawQueryString += "&next=" + cursor
	s.Try(shoptest.Row{Status: http.StatusBadRequest, Code: "cursor_invalid", At: []string{"next"}}, req)
}

func TestPagesHoldEveryOrderOnceNewestFirst(t *testing.T) {
	s := shoptest.New(t)
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", 1000); err != nil {
		t.Fatal(err)
	}
	var placed, listed []order.ID
	for i := range 60 {
		s.Wait(time.Second)
		placed = append(placed, s.Place(fmt.Sprintf("order-%d", i)).ID)
	}
	next := ""
	for range 3 {
		p := list(t, s, map[string]string{"day": "2026-11-22", "next": next})
		for _, o := range p.Orders {
			listed = append(listed, o.ID)
		}
		if next = p.Next; next == "" {
			break
		}
	}
	slices.Reverse(placed)
	if !slices.Equal(listed, placed) {
		t.Errorf("%d of %d orders are listed", len(listed), len(placed))
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503(t *testing.T) {
	for operation, file := range map[string]string{"DayOrders": "today", "Orders": "today", "ReturnOrders": "returns"} {
		s := shoptest.New(t)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, s.Staff("listorders", file))
	}
}
