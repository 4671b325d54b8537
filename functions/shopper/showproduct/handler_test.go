package showproduct_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
	"till/shared/money"
)

var rows = []shoptest.Row{
	{Name: "a product is shown", File: "shown", Status: 200},
	{Name: "an EAN that passes the card check", File: "sku-ean", Status: 200},
	{Name: "an unknown product", File: "unknown", Status: 404, Code: "not_found"},
	{Name: "a product that is not sold any more", File: "inactive", Status: 404, Code: "not_found"},
	{Name: "a path that is no SKU", File: "sku-malformed", Status: 404, Code: "not_found"},
	{Name: "a currency that the shop does not sell in", File: "currency-not-enabled", Status: 422, Code: "currency_invalid", At: []string{"currency"}},
	{Name: "a card number in the path", File: "card-in-the-path", Status: 422, Code: "card_data_rejected"},
}

func TestProducts(t *testing.T) {
	shoptest.Rows(t, "showproduct", rows, nil)
	eventfile.AllIn(t, "showproduct", shoptest.Files(rows))
}

func TestAProductThatWasNeverCountedIsNotAvailable(t *testing.T) {
	s := shoptest.New(t)
	if err := s.Store.PutProduct(t.Context(), catalog.Product{SKU: "tea", Name: "Tea", Active: true, Prices: map[money.Currency]int64{"EUR": 500}}); err != nil {
		t.Fatal(err)
	}
	req := eventfile.Request(t, "showproduct", "shown")
	req.RawPath, req.PathParameters["sku"] = "/products/tea", "tea"
	var p struct{ Available any }
	if err := json.Unmarshal([]byte(s.Serve(req).Body), &p); err != nil || p.Available != false {
		t.Errorf("it is available: %v, %v", p.Available, err)
	}
}

func TestWhileTheCatalogueIsDownTheAnswerIs503(t *testing.T) {
	for _, operation := range []string{"Product", "Stock"} {
		s := shoptest.New(t)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, eventfile.Request(t, "showproduct", "shown"))
	}
}
