package storetest

import (
	"fmt"
	"strings"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
)

var entryRows = []row{
	{"what staff do to stock is an entry, and history keeps them all", entriesKept},
	{"a repeat of an entry with its key is one entry", entryRepeated},
	{"an entry over another than the last is refused", entryStale},
	{"what is gone cannot be more than what is free", entryTooMuch},
	{"what may be promised before it is there is, and no more", entryBackorder},
	{"what may be promised is not taken back while it is promised", entryBackorderKept},
	{"entries among buyers make and lose no unit", entryRace},
	{"of many buyers at once as many as may be promised get one", entryBackorderRace},
}

// enter is one entry of staff's.
func enter(t *testing.T, s Store, sku catalog.SKU, w catalog.Wish) error {
	t.Helper()
	w.By, w.At = "staff:1", noon
	_, err := s.EnterStock(t.Context(), sku, w)
	return err
}

func change(n int64, reason string) catalog.Wish {
	return catalog.Wish{Entry: catalog.Entry{Change: n, Reason: reason}, Over: catalog.AnyEntry}
}

func plan(backorder int64, expected string) catalog.Wish {
	return catalog.Wish{Entry: catalog.Entry{Plan: &catalog.Plan{Backorder: backorder, Expected: expected}}, Over: catalog.AnyEntry}
}

func mustNote(t *testing.T, s Store, sku catalog.SKU, w catalog.Wish) {
	t.Helper()
	if err := enter(t, s, sku, w); err != nil {
		t.Fatalf("%+v: %v", w, err)
	}
}

func wantNotes(t *testing.T, s Store, before, limit int, want string) {
	t.Helper()
	got, err := s.StockEntries(t.Context(), "mug", before, limit)
	var names []string
	for _, e := range got {
		names = append(names, fmt.Sprintf("%d:%+d:%s", e.N, e.Change, e.Reason))
	}
	if text := strings.Join(names, " "); err != nil || text != want {
		t.Errorf("got %q, %v; want %q", text, err, want)
	}
}

func entriesKept(t *testing.T, s Store) {
	wantNotes(t, s, 0, 10, "")
	mustNote(t, s, "mug", change(10, "received"))
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 3))
	mustApply(t, s, "k2", move("mug", catalog.Sell, 1))
	mustNote(t, s, "mug", change(-2, "damaged"))
	mustSet(t, s, "mug", 9)
	mustNote(t, s, "mug-2", change(1, "received"))
	wantNotes(t, s, 0, 10, "3:+2:counted 2:-2:damaged 1:+10:received")
	wantNotes(t, s, 0, 2, "3:+2:counted 2:-2:damaged")
	wantNotes(t, s, 2, 2, "1:+10:received")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 7, Reserved: 2, Sold: 1})
}

func entryRepeated(t *testing.T, s Store) {
	w := change(5, "received")
	w.Key = "key-1"
	for range 3 {
		mustNote(t, s, "mug", w)
	}
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 5})
	other := change(6, "received")
	other.Key = "key-1"
	wantFault(t, "another wish", enter(t, s, "mug", other), fault.Invalid, "idempotency_key_reused")
	mustNote(t, s, "tea", other)
	wantNotes(t, s, 0, 10, "1:+5:received")
}

func entryStale(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	mustNote(t, s, "mug", change(1, "received"))
	for _, over := range []int{0, 1, 3} {
		w := change(1, "received")
		w.Over = over
		wantFault(t, fmt.Sprintf("over %d", over), enter(t, s, "mug", w), fault.Stale, "precondition_failed")
	}
	w := change(1, "received")
	w.Over = 2
	mustNote(t, s, "mug", w)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 7})
}

func entryTooMuch(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 3))
	wantFault(t, "three of two free", enter(t, s, "mug", change(-3, "lost")), fault.Conflict, "stock_reserved")
	mustNote(t, s, "mug", change(-2, "lost"))
	wantFault(t, "more than anybody has", enter(t, s, "mug", change(catalog.UnitsMax, "received")), fault.Invalid, "quantity_invalid")
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 3})
}

func entryBackorder(t *testing.T, s Store) {
	mustSet(t, s, "mug", 2)
	mustNote(t, s, "mug", plan(3, "2026-12-24"))
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 4))
	want := catalog.Stock{SKU: "mug", Free: -2, Reserved: 4, Backorder: 3, Expected: "2026-12-24"}
	wantStock(t, s, want)
	wantShort(t, apply(t, s, "k2", move("mug", catalog.Reserve, 2)), "mug")
	mustApply(t, s, "k3", move("mug", catalog.Reserve, 1))
	mustNote(t, s, "mug", change(10, "received"))
	want.Free, want.Reserved = 7, 5
	wantStock(t, s, want)
	if got, err := s.Stocks(t.Context(), []catalog.SKU{"mug"}); err != nil || got["mug"] != want {
		t.Errorf("got %+v, %v", got, err)
	}
	mustApply(t, s, "k4", move("mug", catalog.Sell, 5))
	want.Reserved, want.Sold = 0, 5
	wantStock(t, s, want)
}

func entryBackorderKept(t *testing.T, s Store) {
	mustNote(t, s, "mug", plan(3, ""))
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 2))
	wantFault(t, "less than is promised", enter(t, s, "mug", plan(1, "")), fault.Conflict, "stock_reserved")
	mustNote(t, s, "mug", plan(2, ""))
	wantShort(t, apply(t, s, "k2", move("mug", catalog.Reserve, 1)), "mug")
	mustSet(t, s, "mug", 2)
	mustNote(t, s, "mug", plan(0, ""))
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 2})
}

func entryRace(t *testing.T, s Store) {
	mustSet(t, s, "mug", 20)
	errs := atOnce(16, func(i int) error {
		switch i % 4 {
		case 0:
			return enter(t, s, "mug", change(2, "received"))
		case 1:
			return enter(t, s, "mug", change(-1, "damaged"))
		default:
			return apply(t, s, fmt.Sprintf("k%d", i), move("mug", catalog.Reserve, 1))
		}
	})
	wantWinners(t, errs, 16, "")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 16, Reserved: 8})
	entries, err := s.StockEntries(t.Context(), "mug", 0, 100)
	var sum int64
	for _, e := range entries {
		sum += e.Change
	}
	if err != nil || len(entries) != 9 || sum != 24 {
		t.Errorf("%d entries that bring %d, %v", len(entries), sum, err)
	}
}

func entryBackorderRace(t *testing.T, s Store) {
	mustSet(t, s, "mug", 2)
	mustNote(t, s, "mug", plan(3, ""))
	errs := atOnce(12, func(i int) error { return apply(t, s, fmt.Sprintf("k%d", i), move("mug", catalog.Reserve, 1)) })
	wantWinners(t, errs, 5, "out_of_stock")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: -3, Reserved: 5, Backorder: 3})
}
