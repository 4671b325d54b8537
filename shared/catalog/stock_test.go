package catalog_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
)

// shelf is a naive model of stock: one mark per unit.
type shelf []string

func (s shelf) count(mark string) (n int64) {
	for _, m := range s {
		if m == mark {
			n++
		}
	}
	return n
}

// move marks n units anew, if there are so many.
func (s shelf) move(from, to string, n int64) bool {
	if s.count(from) < n {
		return false
	}
	for i := range s {
		if s[i] == from && n > 0 {
			s[i] = to
			n--
		}
	}
	return true
}

func newShelf(s catalog.Stock) shelf {
	return slices.Concat(slices.Repeat(shelf{"free"}, int(s.Free)), slices.Repeat(shelf{"reserved"}, int(s.Reserved)),
		slices.Repeat(shelf{"sold"}, int(s.Sold)))
}

// movesAreCounted: from any stock, any moves do what marking units one by one does; none goes below zero, and no unit is made
// or lost.
func movesAreCounted(t *rapid.T) {
	counter := rapid.Int64Range(0, 12)
	s := catalog.Stock{SKU: "mug", Free: counter.Draw(t, "free"), Reserved: counter.Draw(t, "reserved"), Sold: counter.Draw(t, "sold")}
	model, units := newShelf(s), s.Free+s.Reserved+s.Sold
	marks := map[catalog.MoveKind][2]string{
		catalog.Reserve: {"free", "reserved"}, catalog.Release: {"reserved", "free"}, catalog.Sell: {"reserved", "sold"},
	}
	for range rapid.IntRange(1, 30).Draw(t, "moves") {
		m := catalog.Move{SKU: "mug", Quantity: rapid.Int64Range(1, 15).Draw(t, "quantity"),
			Kind: rapid.SampledFrom([]catalog.MoveKind{catalog.Reserve, catalog.Release, catalog.Sell}).Draw(t, "kind")}
		after, err := s.Apply(m)
		if model.move(marks[m.Kind][0], marks[m.Kind][1], m.Quantity) != (err == nil) {
			t.Fatalf("%+v of %+v: %+v, %v", m, s, after, err)
		}
		if err != nil && (after != s || fault.Code(err) != "out_of_stock") {
			t.Fatalf("a refused move left %+v of %+v: %v", after, s, err)
		}
		s = after
		want := catalog.Stock{SKU: "mug", Free: model.count("free"), Reserved: model.count("reserved"), Sold: model.count("sold")}
		if s != want || s.OnHand() != want.Free+want.Reserved || s.Free+s.Reserved+s.Sold != units {
			t.Fatalf("%+v led to %+v, want %+v", m, s, want)
		}
	}
}

func TestMoves(t *testing.T) { rapid.Check(t, movesAreCounted) }
func FuzzMoves(f *testing.F) { f.Fuzz(rapid.MakeFuzz(movesAreCounted)) }

func TestMovesThatAreBugs(t *testing.T) {
	s := catalog.Stock{SKU: "mug", Free: 5, Reserved: 5}
	for name, m := range map[string]catalog.Move{
		"no units":             {SKU: "mug", Kind: catalog.Reserve},
		"fewer than no units":  {SKU: "mug", Kind: catalog.Release, Quantity: -3},
		"an unknown kind":      {SKU: "mug", Kind: "borrow", Quantity: 1},
		"no kind":              {SKU: "mug", Quantity: 1},
		"the least int64":      {SKU: "mug", Kind: catalog.Sell, Quantity: math.MinInt64},
		"an unknown kind of 0": {SKU: "mug", Kind: "borrow"},
	} {
		if after, err := s.Apply(m); fault.Code(err) != "move_invalid" || !fault.Is(err, fault.Internal) || after != s {
			t.Errorf("%s gave %+v, %v", name, after, err)
		}
	}
}

func TestMovesBeyondInt64AreShortages(t *testing.T) {
	full := catalog.Stock{SKU: "mug", Free: math.MaxInt64, Reserved: math.MaxInt64, Sold: math.MaxInt64}
	for _, kind := range []catalog.MoveKind{catalog.Reserve, catalog.Release, catalog.Sell} {
		after, err := full.Apply(catalog.Move{SKU: "mug", Kind: kind, Quantity: math.MaxInt64})
		if !fault.Is(err, fault.Conflict) || after != full {
			t.Errorf("%s gave %+v, %v", kind, after, err)
		}
	}
}

func TestAvailability(t *testing.T) {
	for free, want := range map[int64]string{-1: "false", 0: "false", 1: "low", 4: "low", 5: "true", 1_000_000: "true"} {
		if got := (catalog.Stock{Free: free, Reserved: 99}).Availability(); got != want {
			t.Errorf("%d free units are shown as %s, want %s", free, got, want)
		}
	}
}

func TestAStockTakeKeepsWhatIsPromisedAndSold(t *testing.T) {
	s := catalog.Stock{SKU: "mug", Free: 3, Reserved: 4, Sold: 9}
	tests := []struct {
		name   string
		onHand int64
		want   catalog.Stock
		code   string
	}{
		{"more than before is free", 10, catalog.Stock{SKU: "mug", Free: 6, Reserved: 4, Sold: 9}, ""},
		{"fewer than before are missing from the free ones", 5, catalog.Stock{SKU: "mug", Free: 1, Reserved: 4, Sold: 9}, ""},
		{"just what is promised leaves none free", 4, catalog.Stock{SKU: "mug", Reserved: 4, Sold: 9}, ""},
		{"the most that can be counted", 1_000_000_000, catalog.Stock{SKU: "mug", Free: 999_999_996, Reserved: 4, Sold: 9}, ""},
		{"fewer than are promised is refused", 3, s, "stock_reserved"},
		{"less than nothing is refused", -1, s, "quantity_invalid"},
		{"more than anybody has is refused", 1_000_000_001, s, "quantity_invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := catalog.Entry{Counted: &tt.onHand}
			got, _, err := s.Enter(e)
			if faults := e.Check(); len(faults) > 0 {
				got, err = s, faults[0]
			}
			if got != tt.want || fault.Code(err) != tt.code {
				t.Errorf("got %+v, %v; want %+v, %s", got, err, tt.want, tt.code)
			}
		})
	}
}

func TestShortSKUs(t *testing.T) {
	err := errors.Join(catalog.Shortage("mug"), fault.New(fault.Conflict, "x", "version_conflict", ""), catalog.Shortage("tea-4006381000093"))
	if got := catalog.ShortSKUs(err); !slices.Equal(got, []catalog.SKU{"mug", "tea-4006381000093"}) {
		t.Errorf("got %v", got)
	}
	if got := catalog.ShortSKUs(nil); len(got) != 0 {
		t.Errorf("no error is short of %v", got)
	}
	if got := catalog.ShortSKUs(&fault.Error{Kind: fault.Conflict, Code: "out_of_stock", At: "#"}); len(got) != 0 {
		t.Errorf("a shortage without a place is of %v", got)
	}
}
