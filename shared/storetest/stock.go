package storetest

import (
	"math"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
)

var stockRows = []row{
	{"what is released can be had again", stockRelease},
	{"what is sold leaves the shelf", stockSell},
	{"what came back is on the shelf again, and never more than was sold", stockReturn},
	{"no more is released or sold than is reserved", stockNotBelowZero},
	{"moves of one product are one move", stockMerged},
	{"moves that cancel out change nothing", stockCancelOut},
	{"as much as can be counted is still only too much", stockHuge},
	{"a move of nothing is refused", stockNothing},
	{"a stock-take keeps what is reserved and sold", stockTake},
	{"a stock-take below what is reserved is refused", stockTakeReserved},
	{"a stock-take down to what is reserved leaves nothing free", stockTakeExact},
	{"a stock-take out of range is refused", stockTakeRange},
	{"many counts are read at once, the uncounted left out", stockMany},
}

func move(sku catalog.SKU, kind catalog.MoveKind, quantity int64) catalog.Move {
	return catalog.Move{SKU: sku, Kind: kind, Quantity: quantity}
}

// apply saves one change with these moves on a new order.
func apply(t *testing.T, s Store, key string, moves ...catalog.Move) error {
	t.Helper()
	o, c := place(t, key, noon)
	c.Stock = moves
	return s.Save(t.Context(), o, c)
}

func mustApply(t *testing.T, s Store, key string, moves ...catalog.Move) {
	t.Helper()
	if err := apply(t, s, key, moves...); err != nil {
		t.Fatalf("%v: %v", moves, err)
	}
}

func stockRelease(t *testing.T, s Store) {
	mustSet(t, s, "mug", 2)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 2))
	mustApply(t, s, "k2", move("mug", catalog.Release, 1))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1, Reserved: 1})
	mustApply(t, s, "k3", move("mug", catalog.Reserve, 1))
}

func stockSell(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 2))
	mustApply(t, s, "k2", move("mug", catalog.Sell, 2))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1, Sold: 2})
}

func stockReturn(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 2))
	mustApply(t, s, "k2", move("mug", catalog.Sell, 2))
	mustApply(t, s, "k3", move("mug", catalog.Return, 1))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 2, Sold: 1})
	wantShort(t, apply(t, s, "k4", move("mug", catalog.Return, 2)), "mug")
	mustApply(t, s, "k5", move("mug", catalog.Reserve, 2))
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 2, Sold: 1})
}

func stockNotBelowZero(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 1))
	for _, kind := range []catalog.MoveKind{catalog.Release, catalog.Sell} {
		wantShort(t, apply(t, s, "k2"+string(kind), move("mug", kind, 2)), "mug")
	}
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 2, Reserved: 1})
}

func stockMerged(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 3))
	mustApply(t, s, "k2", move("mug", catalog.Sell, 2), move("mug", catalog.Release, 1), move("mug", catalog.Reserve, 3))
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 3, Sold: 2})
}

func stockCancelOut(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 2), move("mug", catalog.Release, 2))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1})
}

func stockHuge(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1_000_000_000)
	wantShort(t, apply(t, s, "k1", move("mug", catalog.Reserve, math.MaxInt64)), "mug")
	wantShort(t, apply(t, s, "k2", move("mug", catalog.Reserve, math.MaxInt64), move("mug", catalog.Reserve, math.MaxInt64)), "mug")
	wantShort(t, apply(t, s, "k3", move("mug", catalog.Sell, math.MaxInt64)), "mug")
	mustApply(t, s, "k4", move("mug", catalog.Reserve, 1_000_000_000))
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 1_000_000_000})
}

func stockNothing(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	for name, m := range map[string]catalog.Move{"none": move("mug", catalog.Reserve, 0), "less": move("mug", catalog.Release, -1),
		"unknown": move("mug", "borrow", 1)} {
		wantFault(t, name, apply(t, s, "k"+name, m), fault.Internal, "move_invalid")
	}
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1})
}

func stockTake(t *testing.T, s Store) {
	mustSet(t, s, "mug", 9)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 5))
	mustApply(t, s, "k2", move("mug", catalog.Sell, 2))
	got, err := catalog.Count(t.Context(), s, "mug", 20)
	if want := (catalog.Stock{SKU: "mug", Free: 17, Reserved: 3, Sold: 2}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 17, Reserved: 3, Sold: 2})
}

func stockTakeReserved(t *testing.T, s Store) {
	mustSet(t, s, "mug", 9)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 5))
	_, err := catalog.Count(t.Context(), s, "mug", 4)
	wantFault(t, "four of five reserved", err, fault.Conflict, "stock_reserved")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 4, Reserved: 5})
}

func stockTakeExact(t *testing.T, s Store) {
	mustSet(t, s, "mug", 9)
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 5))
	mustSet(t, s, "mug", 5)
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 5})
}

func stockTakeRange(t *testing.T, s Store) {
	mustSet(t, s, "mug", 0)
	for _, onHand := range []int64{-1, math.MinInt64, 1_000_000_001, math.MaxInt64} {
		_, err := catalog.Count(t.Context(), s, "mug", onHand)
		wantFault(t, "out of range", err, fault.Invalid, "quantity_invalid")
	}
	wantStock(t, s, catalog.Stock{SKU: "mug"})
}

func stockMany(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	mustSet(t, s, "tea", 2)
	got, err := s.Stocks(t.Context(), []catalog.SKU{"tea", "none", "mug", "tea"})
	if err != nil || len(got) != 2 || got["mug"] != (catalog.Stock{SKU: "mug", Free: 1}) || got["tea"] != (catalog.Stock{SKU: "tea", Free: 2}) {
		t.Errorf("got %v, %v", got, err)
	}
}
