package showproducts_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/money"
)

// roles are who may.
var roles = shoptest.Roles(200, "viewer", "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "a product with its version", File: "one", Status: 200},
	{Name: "a product that is not there", File: "unknown", Status: 404, Code: "not_found"},
	{Name: "what is no SKU", File: "malformed", Status: 404, Code: "not_found"},
	{Name: "what was changed", File: "history", Status: 200},
	{Name: "the history of what is not there", File: "history-of-nothing", Status: 404, Code: "not_found"},
	{Name: "an altered cursor", File: "history-cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "the whole catalogue", File: "list", Status: 200},
	{Name: "a cursor of another list", File: "list-cursor-of-another-list", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
}

func ready(s *shoptest.Shop) []string {
	cursor, err := apigw.EncodeCursor("products", "bXVnLWJsdWU")
	if err != nil {
		s.Fatal(err)
	}
	return []string{"CURSOR", cursor}
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "showproducts", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "showproducts", rows, ready)
	eventfile.AllIn(t, "showproducts", shoptest.Files(roles, rows))
}

// all reads every page behind an event.
func all[T any](t *testing.T, s *shoptest.Shop, file string, items func([]byte) []T) (out []T, pages int) {
	t.Helper()
	req := s.Staff("showproducts", file)
	for {
		resp := s.Try(shoptest.Row{Status: http.StatusOK}, req)
		out = append(out, items([]byte(resp.Body))...)
		var page struct{ Next string }
		if err := json.Unmarshal([]byte(resp.Body), &page); err != nil {
			t.Fatal(err)
		}
		if pages++; page.Next == "" {
			return out, pages
		}
		req.RawQueryString, req.QueryStringParameters = "next="+page.Next, map[string]string{"next": page.Next}
	}
}

func TestTheListHasWhatIsWithdrawnToo(t *testing.T) {
	s := shoptest.New(t)
	for i := range 150 {
		p := catalog.Product{SKU: catalog.SKU(fmt.Sprintf("tea-%03d", i)), Name: "Tea", Active: i%2 == 0, Prices: map[money.Currency]int64{"EUR": 1}}
		if _, err := catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	got, pages := all(t, s, "list", func(body []byte) []catalog.Product {
		var page struct{ Products []catalog.Product }
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		return page.Products
	})
	seen := map[catalog.SKU]bool{}
	for _, p := range got {
		seen[p.SKU] = true
	}
	if len(got) != 156 || len(seen) != 156 || pages != 2 {
		t.Errorf("%d products, %d different, on %d pages", len(got), len(seen), pages)
	}
}

func TestTheHistorySaysWhoChangedWhatNewestFirst(t *testing.T) {
	s := shoptest.New(t)
	for i := range 45 {
		p := catalog.Product{SKU: "mug-blue", Name: fmt.Sprintf("Mug %d", i), Active: true, Prices: map[money.Currency]int64{"EUR": 1}}
		if _, err := catalog.Put(t.Context(), s.Store, p, fmt.Sprintf("staff:%d", i), s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	got, pages := all(t, s, "history", func(body []byte) []catalog.Version {
		var page struct{ Versions []catalog.Version }
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		return page.Versions
	})
	if len(got) != 46 || pages != 3 || got[0].N != 46 || got[0].By != "staff:44" || got[45].By != "seed" || got[45].Product.Name != "Blue mug" {
		t.Errorf("%d versions on %d pages: %+v", len(got), pages, got[0])
	}
}

func TestTheVersionShownIsTheOneToChange(t *testing.T) {
	s := shoptest.New(t)
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("showproducts", "one"))
	if resp.Headers["ETag"] != `"1"` || !strings.Contains(resp.Body, `"version":1`) {
		t.Errorf("got %v %s", resp.Headers, resp.Body)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503(t *testing.T) {
	for operation, file := range map[string]string{"Product": "one", "ListProducts": "list", "ProductVersions": "history"} {
		s := shoptest.New(t)
		req := s.Staff("showproducts", file)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
	}
}
