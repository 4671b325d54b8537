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
	{Name: "a product that the caller has already", File: "not-modified", Status: 304},
	{Name: "an EAN that passes the card check", File: "sku-ean", Status: 200},
	{Name: "an unknown product", File: "unknown", Status: 404, Code: "not_found"},
	{Name: "a product that is not sold any more", File: "inactive", Status: 404, Code: "not_found"},
	{Name: "a path that is no SKU", File: "sku-malformed", Status: 404, Code: "not_found"},
	{Name: "a currency that the shop does not sell in", File: "currency-not-enabled", Status: 422, Code: "currency_invalid", At: []string{"currency"}},
	{Name: "a card number in the path", File: "card-in-the-path", Status: 422, Code: "card_data_rejected"},
}

func TestProducts(t *testing.T) {
	shoptest.Rows(t, "showproduct", rows, func(s *shoptest.Shop) []string {
		return []string{"CONTENT_TAG", s.Tag(eventfile.Request(t, "showproduct", "shown"))}
	})
	eventfile.AllIn(t, "showproduct", shoptest.Files(rows))
}

func TestAProductThatWasNeverCountedIsNotAvailable(t *testing.T) {
	s := shoptest.New(t)
	if _, err := catalog.Put(t.Context(), s.Store, catalog.Product{SKU: "tea", Name: "Tea", Active: true, Prices: map[money.Currency]int64{"EUR": 500}}, "staff:1", s.Now()); err != nil {
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

func TestAVariantShowsItsFamily(t *testing.T) {
	s := shoptest.New(t)
	for sku, size := range map[catalog.SKU]string{"tee-m": "M", "tee-l": "L", "tee-s": "S"} {
		p := catalog.Product{SKU: sku, Name: "Tee " + size, Active: true, Prices: map[money.Currency]int64{"EUR": 500}, Family: "tee",
			Options: []catalog.Option{{Name: "Size", Value: size}}, Images: []catalog.Image{{URL: "/assets/tee.svg", Alt: "A tee"}}}
		if sku == "tee-s" {
			p.Until = s.Now() // Not any more.
		}
		if _, err := catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := catalog.Count(t.Context(), s.Store, "tee-l", 2); err != nil {
		t.Fatal(err)
	}
	req := eventfile.Request(t, "showproduct", "shown")
	req.RawPath, req.PathParameters["sku"] = "/products/tee-m", "tee-m"
	var p struct {
		Images   []catalog.Image
		Variants []struct {
			SKU       string
			Options   []catalog.Option
			Available any
		}
	}
	if err := json.Unmarshal([]byte(s.Serve(req).Body), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Images) != 1 || len(p.Variants) != 2 || p.Variants[0].SKU != "tee-l" || p.Variants[0].Available != "low" || p.Variants[1].Available != false ||
		p.Variants[1].Options[0].Value != "M" {
		t.Errorf("got %+v", p)
	}
	for _, operation := range []string{"Family", "Products", "Stocks"} {
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: 503, Code: "dependency_unavailable"}, req)
		s.Mend()
	}
}
