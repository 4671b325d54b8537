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
	for _, operation := range []string{"DayOrders", "Orders"} {
		s := shoptest.New(t)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, s.Staff("listorders", "today"))
	}
}
