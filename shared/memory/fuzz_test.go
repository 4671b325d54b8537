package memory_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/memory"
)

// FuzzCursor sends any cursor to lists with something in them: it is refused, or what follows is behind it.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "!", base64.RawURLEncoding.EncodeToString([]byte("mug-b")), base64.RawURLEncoding.EncodeToString([]byte("a b")), strings.Repeat("A", 10_000)} {
		f.Add(seed)
	}
	s := new(memory.Store)
	for _, sku := range []catalog.SKU{"mug-a", "mug-b", "mug-c"} {
		if err := s.SaveProduct(f.Context(), catalog.Product{SKU: sku, Name: "Mug", Active: true}, catalog.Edit{By: "staff:1"}); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		after, _ := base64.RawURLEncoding.DecodeString(cursor)
		page, _, err := s.ListProducts(t.Context(), catalog.Listed, cursor, 2)
		if err != nil && (!fault.Is(err, fault.Unreadable) || fault.Code(err) != "cursor_invalid" || len(page) > 0) {
			t.Fatalf("%q: %v, %v", cursor, page, err)
		}
		for _, p := range page {
			if string(p.SKU) <= string(after) {
				t.Fatalf("behind %q comes %q", after, p.SKU)
			}
		}
		if _, _, err := s.DayOrders(t.Context(), "2026-11-22", cursor, 2); err != nil && fault.Code(err) != "cursor_invalid" {
			t.Fatalf("%q: %v", cursor, err)
		}
	})
}
