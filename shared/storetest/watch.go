package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
)

var watchRows = []row{
	{"what staff want to be told of is listed by SKU, page by page", watchListed},
	{"that staff were told is kept, until they decide anew", watchTold},
	{"who decided anew meanwhile is not overruled", watchMoved},
	{"what is not watched is not listed", watchEnded},
	{"the last comparison is kept, and none is the zero one", checkKept},
	{"days that need not be read again are listed by day, each once", stockDaysKept},
	{"what stock is compared with is no product and no stock", checkApart},
}

func below(low int64) catalog.Wish {
	return catalog.Wish{Entry: catalog.Entry{Low: &low}, Over: catalog.AnyEntry}
}

func wantWatched(t *testing.T, s Store, want string) {
	t.Helper()
	got, next, err := s.WatchedStock(t.Context(), "", 100)
	var names []string
	for _, w := range got {
		name := fmt.Sprintf("%s<%d", w.SKU, w.Below)
		if !w.Since.IsZero() {
			name += "@" + w.Since.Format(time.TimeOnly)
		}
		names = append(names, name)
	}
	if text := strings.Join(names, " "); err != nil || next != "" || text != want {
		t.Errorf("watched are %q, %q, %v; want %q", text, next, err, want)
	}
}

func watchListed(t *testing.T, s Store) {
	wantWatched(t, s, "")
	mustNote(t, s, "tea", below(3))
	mustNote(t, s, "mug", below(10))
	mustNote(t, s, "cup", change(5, "received"))
	mustNote(t, s, "art", below(1))
	wantWatched(t, s, "art<1 mug<10 tea<3")
	var all []catalog.SKU
	for cursor, more := "", true; more; {
		page, next, err := s.WatchedStock(t.Context(), cursor, 2)
		if err != nil || len(page) > 2 {
			t.Fatalf("got %v, %v", page, err)
		}
		for _, w := range page {
			all = append(all, w.SKU)
		}
		cursor, more = next, next != ""
	}
	if fmt.Sprint(all) != "[art mug tea]" {
		t.Errorf("page by page: %v", all)
	}
	_, _, err := s.WatchedStock(t.Context(), "no cursor", 2)
	wantFault(t, "a cursor of others", err, fault.Unreadable, "cursor_invalid")
}

func watchTold(t *testing.T, s Store) {
	mustNote(t, s, "mug", below(10))
	w := catalog.Watch{SKU: "mug", Below: 10}
	for range 2 {
		if err := s.ToldOfStock(t.Context(), w, noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		wantWatched(t, s, "mug<10@12:01:00")
	}
	mustNote(t, s, "mug", change(5, "received"))
	wantWatched(t, s, "mug<10@12:01:00")
	for range 2 {
		if err := s.ToldOfStock(t.Context(), w, time.Time{}); err != nil {
			t.Fatal(err)
		}
		wantWatched(t, s, "mug<10")
	}
	if err := s.ToldOfStock(t.Context(), w, noon); err != nil {
		t.Fatal(err)
	}
	mustNote(t, s, "mug", below(20))
	wantWatched(t, s, "mug<20")
}

func watchMoved(t *testing.T, s Store) {
	err := s.ToldOfStock(t.Context(), catalog.Watch{SKU: "mug", Below: 10}, noon)
	wantFault(t, "nobody watches it", err, fault.Conflict, "version_conflict")
	mustNote(t, s, "mug", below(20))
	err = s.ToldOfStock(t.Context(), catalog.Watch{SKU: "mug", Below: 10}, noon)
	wantFault(t, "another number", err, fault.Conflict, "version_conflict")
	wantWatched(t, s, "mug<20")
}

func watchEnded(t *testing.T, s Store) {
	mustNote(t, s, "mug", below(10))
	mustNote(t, s, "mug", below(0))
	wantWatched(t, s, "")
}

func checkKept(t *testing.T, s Store) {
	if got, err := s.StockCheck(t.Context()); err != nil || !reflect.DeepEqual(got, catalog.StockCheck{}) {
		t.Errorf("before the first: %+v, %v", got, err)
	}
	for n := range 2 {
		want := catalog.StockCheck{At: noon.Add(time.Duration(n) * time.Hour), First: "2026-11-01", Products: n,
			Differences: []catalog.Difference{{SKU: "mug", Location: "north", Counter: catalog.Sold, Bin: "north~2", Counted: 3, Recorded: 2}}}
		if err := s.SaveStockCheck(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.StockCheck(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
}

func stockDaysKept(t *testing.T, s Store) {
	days := []catalog.StockDay{
		{Day: "2026-01-31", Sold: []catalog.SoldFrom{{SKU: "mug", Quantity: 2}, {SKU: "mug", Bin: "~2", Quantity: 1}}}, {Day: "2026-10-01"},
	}
	for _, d := range []catalog.StockDay{days[1], {Day: "2026-01-31"}, days[0]} {
		if err := s.SaveStockDay(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveStockCheck(t.Context(), catalog.StockCheck{At: noon}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.StockDays(t.Context()); err != nil || !reflect.DeepEqual(got, days) {
		t.Errorf("got %+v, %v; want %+v", got, err, days)
	}
}

func checkApart(t *testing.T, s Store) {
	mustNote(t, s, "mug", below(10))
	if err := s.SaveStockCheck(t.Context(), catalog.StockCheck{At: noon}); err != nil {
		t.Fatal(err)
	}
	for _, list := range []catalog.List{catalog.Listed, catalog.Unlisted} {
		if got, _, err := s.ListProducts(t.Context(), list, "", 10); err != nil || len(got) != 0 {
			t.Errorf("listed as products: %v, %v", got, err)
		}
	}
	wantStock(t, s, catalog.Stock{SKU: "mug"})
}
