package listproducts_test

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
	"till/shared/money"
)

var rows = []shoptest.Row{
	{Name: "the first page", File: "first-page", Status: 200},
	{Name: "a page that the caller has already", File: "not-modified", Status: 304},
	{Name: "prices in another currency", File: "prices-in-yen", Status: 200},
	{Name: "the body of a GET is ignored", File: "with-a-body", Status: 200},
	{Name: "XXX is no currency of the shop", File: "currency-xxx", Status: 422, Code: "currency_invalid", At: []string{"currency"}},
	{Name: "an altered cursor", File: "cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a cursor of another list", File: "cursor-of-another-list", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "what is found", File: "search", Status: 200},
	{Name: "nothing is found", File: "search-nothing-found", Status: 200},
	{Name: "all faults are told in one answer", File: "many-faults", Status: 422, Code: "validation_failed", At: []string{"currency", "q"}},
	{Name: "a search by one letter", File: "search-too-short", Status: 422, Code: "query_invalid", At: []string{"q"}},
	{Name: "the list's cursor in a search", File: "search-cursor-of-the-list", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a card number in the query", File: "card-in-the-query", Status: 422, Code: "card_data_rejected"},
	{Name: "a parameter named cvv", File: "cvv-in-the-query", Status: 422, Code: "card_data_rejected"},
}

func TestLists(t *testing.T) {
	shoptest.Rows(t, "listproducts", rows, func(s *shoptest.Shop) []string {
		cursor, err := apigw.EncodeCursor("orders/2026-11-22", "bXVnLWJsdWU")
		if err != nil {
			t.Fatal(err)
		}
		inList, err := apigw.EncodeCursor("products", "bXVnLWJsdWU")
		if err != nil {
			t.Fatal(err)
		}
		return []string{"CONTENT_TAG", s.Tag(eventfile.Request(t, "listproducts", "first-page")), "LIST_PLACE", inList, "CURSOR", cursor}
	})
	eventfile.AllIn(t, "listproducts", shoptest.Files(rows))
}

type page struct {
	Products []struct {
		SKU       string
		Available any
		Price     money.Amount
	}
	Next string
}

func list(t *testing.T, s *shoptest.Shop, req apigw.Request) page {
	t.Helper()
	var p page
	if err := json.Unmarshal([]byte(s.Serve(req).Body), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAvailabilityIsTrueLowOrFalseAndNeverACount(t *testing.T) {
	s := shoptest.New(t)
	if _, err := catalog.Count(t.Context(), s.Store, "gold", 0); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, p := range list(t, s, eventfile.Request(t, "listproducts", "first-page")).Products {
		got[p.SKU] = p.Available
	}
	want := map[string]any{"mug-blue": true, "poster-a2": "low", "lamp": "low", "4006381000093": true, "gold": false}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAProductWithoutAPriceInTheCurrencyIsNotListed(t *testing.T) {
	s := shoptest.New(t)
	if _, err := catalog.Put(t.Context(), s.Store, catalog.Product{SKU: "tea", Name: "Tea", Active: true, Prices: map[money.Currency]int64{"GBP": 500}}, "staff:1", s.Now()); err != nil {
		t.Fatal(err)
	}
	for _, p := range list(t, s, eventfile.Request(t, "listproducts", "prices-in-yen")).Products {
		if p.SKU == "tea" || p.Price.Currency() != "JPY" {
			t.Errorf("%s is listed at %v", p.SKU, p.Price)
		}
	}
}

func TestPagesHoldEveryProductOnce(t *testing.T) {
	s := shoptest.New(t)
	for i := range 60 {
		p := catalog.Product{SKU: catalog.SKU(fmt.Sprintf("tea-%02d", i)), Name: "Tea", Active: true, Prices: map[money.Currency]int64{"EUR": 500}}
		if _, err := catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	req, pages := eventfile.Request(t, "listproducts", "first-page"), 0
	for {
		p := list(t, s, req)
		for _, each := range p.Products {
			seen = append(seen, each.SKU)
		}
		if pages++; p.Next == "" {
			break
		}
		req.QueryStringParameters, req.RawQueryString = map[string]string{"next": p.Next}, "next="+p.Next
	}
	slices.Sort(seen)
	if unique := slices.Compact(slices.Clone(seen)); len(seen) != 65 || len(unique) != 65 || pages != 3 {
		t.Errorf("%d products, %d of them different, on %d pages", len(seen), len(unique), pages)
	}
}

func TestWhileTheCatalogueIsDownTheAnswerIs503(t *testing.T) {
	for operation, file := range map[string]string{"ListProducts": "first-page", "Stocks": "first-page", "FindProducts": "search"} {
		s := shoptest.New(t)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, eventfile.Request(t, "listproducts", file))
	}
}

func TestASearchFindsWhatBeginsSo(t *testing.T) {
	s := shoptest.New(t)
	got := list(t, s, eventfile.Request(t, "listproducts", "search"))
	if len(got.Products) != 1 || got.Products[0].SKU != "mug-blue" || got.Next != "" {
		t.Errorf("got %+v", got)
	}
}

func TestTheRarestWordOfASearchLeads(t *testing.T) {
	s := shoptest.New(t)
	for i := range 400 {
		p := catalog.Product{SKU: catalog.SKU(fmt.Sprintf("bowl-%03d", i)), Name: fmt.Sprintf("Bowl %03d of walnut, %s", i, []string{"oiled", "waxed"}[i%2]),
			Active: true, Prices: map[money.Currency]int64{"EUR": 500}}
		if _, err := catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]struct{ products, pages int }{
		"walnut 299": {1, 1}, "299 walnut": {1, 1}, "walnut 999": {0, 1}, "walnut": {400, 17}, "walnut bowl": {400, 17}, "waxed walnut": {200, 9},
		"oiled waxed": {0, 2},
	} {
		seen, pages := map[string]bool{}, 0
		req := eventfile.Request(t, "listproducts", "search")
		for next := ""; pages == 0 || next != ""; pages++ {
			req.QueryStringParameters = map[string]string{"q": query}
			if next != "" {
				req.QueryStringParameters["next"] = next
			}
			p := list(t, s, req)
			for _, each := range p.Products {
				if seen[each.SKU] {
					t.Errorf("%q finds %s twice", query, each.SKU)
				}
				seen[each.SKU] = true
			}
			next = p.Next
		}
		if len(seen) != want.products || pages != want.pages {
			t.Errorf("%q finds %d products on %d pages, want %+v", query, len(seen), pages, want)
		}
	}
}

func TestACursorOfAnotherSearchIsRefused(t *testing.T) {
	s := shoptest.New(t)
	for i := range 60 {
		p := catalog.Product{SKU: catalog.SKU(fmt.Sprintf("bowl-%02d", i)), Name: "Bowl of walnut", Active: true, Prices: map[money.Currency]int64{"EUR": 500}}
		if _, err := catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	req := eventfile.Request(t, "listproducts", "search")
	req.QueryStringParameters = map[string]string{"q": "walnut bowl"}
	next := list(t, s, req).Next
	req.QueryStringParameters = map[string]string{"q": "bowl", "next": next}
	s.Try(shoptest.Row{Status: http.StatusBadRequest, Code: "cursor_invalid", At: []string{"next"}}, req)
}

func TestWhatIsNotYetOrNotAnyMoreOnSaleIsNotListed(t *testing.T) {
	s := shoptest.New(t)
	for sku, p := range map[catalog.SKU]catalog.Product{
		"tea-soon": {From: s.Now().Add(time.Minute)}, "tea-gone": {Until: s.Now()}, "tea-now": {From: s.Now(), Until: s.Now().Add(time.Second)},
	} {
		p.SKU, p.Name, p.Active, p.Prices = sku, "Tea", true, map[money.Currency]int64{"EUR": 500}
		if _, err := catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for _, after := range []struct {
		wait time.Duration
		want string
	}{{0, "tea-now"}, {time.Minute, "tea-soon"}} {
		s.Wait(after.wait)
		var seen []string
		for _, p := range list(t, s, eventfile.Request(t, "listproducts", "first-page")).Products {
			if strings.HasPrefix(p.SKU, "tea") {
				seen = append(seen, p.SKU)
			}
		}
		if strings.Join(seen, " ") != after.want {
			t.Errorf("after %v: %v", after.wait, seen)
		}
	}
}
