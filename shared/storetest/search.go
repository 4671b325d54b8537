package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
)

var searchRows = []row{
	{"a product is found by the beginnings of its words, without case and accents", searchFinds},
	{"a product whose words begin alike is found once", searchOnce},
	{"what is found comes page by page", searchPages},
	{"a product is found by its new words and not by its old ones", searchMoves},
	{"what is withdrawn or unlisted is not found", searchHides},
	{"a place in a search that was altered is refused", searchAltered},
	{"a family lists its active variants", familyLists},
}

func named(sku catalog.SKU, name string) catalog.Product {
	p := product(sku)
	p.Name = name
	return p
}

// found searches page by page.
func found(t *testing.T, s Store, text string, limit int) string {
	t.Helper()
	search, err := catalog.ParseSearch(text)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for cursor := ""; ; {
		page, next, err := s.FindProducts(t.Context(), search, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page {
			out = append(out, string(p.SKU))
		}
		if cursor = next; next == "" {
			slices.Sort(out)
			return strings.Join(out, " ")
		}
	}
}

func searchFinds(t *testing.T, s Store) {
	mustPut(t, s, named("mug", "Harbour mug, Blue"))
	mustPut(t, s, named("cafe", "Café crème — très noir"))
	p := named("tee", "Organic tee")
	p.Family, p.Options = "tee", []catalog.Option{{Name: "Colour", Value: "Navy Blue"}}
	mustPut(t, s, p)
	for text, want := range map[string]string{"blue": "mug tee", "BLU": "mug tee", "harbour blue": "mug", "cafe": "cafe", "CRÈ": "cafe", "creme tres": "cafe",
		"mugs": "", "navy organic": "tee", "ha mu": "mug", "xx": ""} {
		if got := found(t, s, text, 10); got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
}

func searchOnce(t *testing.T, s Store) {
	mustPut(t, s, named("tea", "Tea, teapot and teaspoon"))
	for limit := range 4 {
		if got := found(t, s, "tea", limit+1); got != "tea" {
			t.Errorf("by pages of %d: %q", limit+1, got)
		}
	}
}

func searchPages(t *testing.T, s Store) {
	var want []string
	for i := range 7 {
		sku := fmt.Sprintf("mug-%d", i)
		mustPut(t, s, named(catalog.SKU(sku), fmt.Sprintf("Mug %d", i)))
		want = append(want, sku)
	}
	for _, limit := range []int{1, 2, 7, 10} {
		if got := found(t, s, "mug", limit); got != strings.Join(want, " ") {
			t.Errorf("by pages of %d: %q", limit, got)
		}
	}
}

func searchMoves(t *testing.T, s Store) {
	mustPut(t, s, named("mug", "Blue mug"))
	mustPut(t, s, named("mug", "White mug"))
	for text, want := range map[string]string{"blue": "", "white": "mug", "mug": "mug"} {
		if got := found(t, s, text, 10); got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
}

func searchHides(t *testing.T, s Store) {
	p := named("mug", "Blue mug")
	for _, step := range []struct {
		name             string
		unlisted, active bool
		want             string
	}{{"listed", false, true, "mug"}, {"unlisted", true, true, ""}, {"withdrawn", false, false, ""}, {"back again", false, true, "mug"}} {
		p.Unlisted, p.Active = step.unlisted, step.active
		mustPut(t, s, p)
		if got := found(t, s, "blue", 10); got != step.want {
			t.Errorf("%s: %q", step.name, got)
		}
	}
}

func searchAltered(t *testing.T, s Store) {
	search, err := catalog.ParseSearch("blue")
	if err != nil {
		t.Fatal(err)
	}
	for _, cursor := range []string{"x", "§", "IA", "bXVnI211Zw", "Ymx1ZQ"} {
		_, _, err := s.FindProducts(t.Context(), search, cursor, 2)
		wantFault(t, "cursor "+cursor, err, fault.Unreadable, "cursor_invalid")
	}
}

func familyLists(t *testing.T, s Store) {
	variant := func(sku catalog.SKU, family string, active bool) {
		p := product(sku)
		p.Family, p.Active, p.Unlisted = family, active, true
		p.Options = []catalog.Option{{Name: "Size", Value: string(sku)}}
		mustPut(t, s, p)
	}
	want := func(family string, skus ...catalog.SKU) {
		t.Helper()
		if got, err := s.Family(t.Context(), family); err != nil || !slices.Equal(got, skus) {
			t.Errorf("%s has %v, %v; want %v", family, got, err, skus)
		}
	}
	variant("m", "tee", true)
	variant("l", "tee", true)
	variant("s", "tee", false)
	variant("xl", "hat", true)
	want("tee", "l", "m")
	variant("l", "hat", true)
	want("tee", "m")
	want("hat", "l", "xl")
	want("none")
}
