package storetest

import (
	"fmt"
	"reflect"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
)

var catalogRows = []row{
	{"a product comes back as it was put, and is replaced whole", productComesBack},
	{"many products are read at once, the missing left out", productsMany},
	{"what is on sale is listed by SKU, page by page", productsListed},
	{"what is not on sale any more is not listed, and still there", productWithdrawn},
	{"a place in the catalogue that was altered is refused", productCursorAltered},
}

func product(sku catalog.SKU) catalog.Product {
	return catalog.Product{SKU: sku, Name: "Thing " + string(sku), Prices: map[money.Currency]int64{"EUR": 1999, "JPY": 3000}, Active: true}
}

func mustPut(t *testing.T, s Store, p catalog.Product) {
	t.Helper()
	if _, err := catalog.Put(t.Context(), s, p, "staff:1", noon); err != nil {
		t.Fatal(err)
	}
}

func productComesBack(t *testing.T, s Store) {
	p := product("mug")
	p.Description, p.WeightGrams = "Blue — “very”", 350
	p.Images, p.Quantities = []catalog.Image{{URL: "https://shop.example/mug.jpg", Alt: "A mug"}}, catalog.Quantities{Min: 2}
	p.Family, p.Options, p.From = "mug", []catalog.Option{{Name: "Colour", Value: "Blue"}}, noon
	for version := range 2 {
		mustPut(t, s, p)
		p.Version = version + 1
		if got, err := s.Product(t.Context(), "mug"); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("got %+v, %v; want %+v", got, err, p)
		}
		p = product("mug")
	}
}

func productsMany(t *testing.T, s Store) {
	mustPut(t, s, product("mug"))
	mustPut(t, s, product("tea"))
	got, err := s.Products(t.Context(), []catalog.SKU{"mug", "none", "tea", "mug"})
	if err != nil || len(got) != 2 || !got["tea"].Same(product("tea")) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := s.Products(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %v", got, err)
	}
}

func listed(t *testing.T, s Store, list catalog.List, limit int) string {
	t.Helper()
	text, cursor := "", ""
	for {
		page, next, err := s.ListProducts(t.Context(), list, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page {
			text += string(p.SKU) + " "
		}
		if next == "" {
			return text + "end"
		}
		text, cursor = text+"| ", next
	}
}

func productsListed(t *testing.T, s Store) {
	if got := listed(t, s, catalog.Listed, 2); got != "end" {
		t.Errorf("of nothing: %s", got)
	}
	for _, i := range []int{3, 1, 4, 2, 5, 6} {
		mustPut(t, s, product(catalog.SKU(fmt.Sprintf("sku-%d", i))))
	}
	mustSet(t, s, "sku-0", 1) // Stock is no product.
	if got, want := listed(t, s, catalog.Listed, 2), "sku-1 sku-2 | sku-3 sku-4 | sku-5 sku-6 end"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func productWithdrawn(t *testing.T, s Store) {
	mustPut(t, s, product("mug"))
	mustPut(t, s, product("tea"))
	p := product("mug")
	p.Active = false
	mustPut(t, s, p)
	if got := listed(t, s, catalog.Listed, 10); got != "tea end" {
		t.Errorf("listed: %s", got)
	}
	if got := listed(t, s, catalog.Unlisted, 10); got != "mug end" {
		t.Errorf("not listed: %s", got)
	}
	if got, err := s.Product(t.Context(), "mug"); err != nil || got.Active {
		t.Errorf("got %+v, %v", got, err)
	}
}

func productCursorAltered(t *testing.T, s Store) {
	for _, cursor := range []string{"x", "§", "IA", "eyJhIjoxfQ"} {
		_, _, err := s.ListProducts(t.Context(), catalog.Listed, cursor, 2)
		wantFault(t, "cursor "+cursor, err, fault.Unreadable, "cursor_invalid")
	}
}
