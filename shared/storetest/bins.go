package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/pricing"
)

var binRows = []row{
	{"stock of several locations is one sum, and each is known", binsSum},
	{"a stock-take counts its own location", binsCounted},
	{"what is brought elsewhere leaves one location and comes to the other", binsTransfer},
	{"more than is free is not brought away", binsTransferTooMuch},
	{"units are spread over counters, and drained when there are fewer", binsSpread},
	{"what may be promised is spread with the units", binsPromised},
	{"a move of a bin that is not there is short, once for each product", binsUnknown},
	{"an order gives back and sells where it took", binsReturned},
	{"an order that is edited takes more and gives back where it has units", binsEdited},
	{"shards are probed: an order finds the units of any counter or location", binsProbed},
	{"a parcel is packed at another location than it was reserved at", binsShippedElsewhere},
	{"of many buyers of a spread product as many as there are units get one", binsRace},
	{"entries and buyers of a spread product make and lose no unit", binsEntryRace},
}

// north is an entry at another location than the main one.
func north(n int64) catalog.Wish {
	w := change(n, "received")
	w.Location = "north"
	return w
}

func counters(n int) catalog.Wish {
	return catalog.Wish{Entry: catalog.Entry{Counters: n}, Over: catalog.AnyEntry}
}

// wantBins checks the counters of each bin: "=5/0/0 ~1=4/1/0" are what is open, reserved and sold.
func wantBins(t *testing.T, s Store, want string) {
	t.Helper()
	spread, err := s.Spread(t.Context(), "mug")
	many, worse := s.Spreads(t.Context(), []catalog.SKU{"mug", "none"})
	if err != nil || worse != nil || len(many) != 1 {
		t.Fatalf("%v, %v, %d at once", err, worse, len(many))
	}
	for _, each := range []catalog.Spread{spread, many["mug"]} {
		var names []string
		for _, c := range each.Tallies {
			names = append(names, fmt.Sprintf("%s=%d/%d/%d", c.Bin, c.Open, c.Reserved, c.Sold))
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("bins are %q, want %q", got, want)
		}
	}
}

// bookOf is a book that looks for units in all bins.
func bookOf(s Store) order.Book {
	return order.Book{Load: s.Order, Save: s.Save, Find: func(ctx context.Context, id order.ID, wants []catalog.Want) (catalog.Picks, error) {
		return catalog.Find(ctx, s.Spread, string(id), wants, nil)
	}}
}

func buy(t *testing.T, b order.Book, key string, quantity int64) (*order.Order, error) {
	t.Helper()
	return b.Place(t.Context(), placement(key, line("mug", quantity)), by("shopper", noon))
}

func mustBuy(t *testing.T, s Store, key string, quantity int64) *order.Order {
	t.Helper()
	o, err := buy(t, bookOf(s), key, quantity)
	if err != nil {
		t.Fatalf("buying %d: %v", quantity, err)
	}
	return o
}

func binsSum(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	mustNote(t, s, "mug", north(5))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 8})
	wantBins(t, s, "=3/0/0 north=5/0/0")
	m := move("mug", catalog.Reserve, 2)
	m.Bin = "north"
	mustApply(t, s, "k1", m, move("mug", catalog.Reserve, 1))
	wantBins(t, s, "=2/1/0 north=3/2/0")
	got, err := s.Stocks(t.Context(), []catalog.SKU{"mug"})
	if want := (catalog.Stock{SKU: "mug", Free: 5, Reserved: 3}); err != nil || got["mug"] != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	mustNote(t, s, "tea", north(1))
	wantStock(t, s, catalog.Stock{SKU: "tea", Free: 1})
}

func binsCounted(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	mustNote(t, s, "mug", north(5))
	nine := int64(9)
	mustNote(t, s, "mug", catalog.Wish{Entry: catalog.Entry{Counted: &nine, Location: "north"}, Over: catalog.AnyEntry})
	mustSet(t, s, "mug", 2)
	wantBins(t, s, "=2/0/0 north=9/0/0")
	wantFault(t, "less than nothing", enter(t, s, "mug", north(-10)), fault.Conflict, "stock_reserved")
	wantNotes(t, s, 0, 10, "4:-1:counted 3:+4: 2:+5:received 1:+3:counted")
}

func transfer(from, to catalog.Location, n int64) catalog.Wish {
	return catalog.Wish{Entry: catalog.Entry{Location: from, To: to, Moved: n, Reason: "transferred"}, Over: catalog.AnyEntry}
}

func binsTransfer(t *testing.T, s Store) {
	mustSet(t, s, "mug", 7)
	mustNote(t, s, "mug", transfer("", "north", 4))
	wantBins(t, s, "=3/0/0 north=4/0/0")
	mustNote(t, s, "mug", transfer("north", "main", 1))
	wantBins(t, s, "=4/0/0 north=3/0/0")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 7})
	wantNotes(t, s, 0, 10, "3:+0:transferred 2:+0:transferred 1:+7:counted")
}

func binsTransferTooMuch(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	mustNote(t, s, "mug", plan(3, ""))
	mustApply(t, s, "k1", move("mug", catalog.Reserve, 2))
	wantFault(t, "what is reserved, and promised", enter(t, s, "mug", transfer("", "north", 4)), fault.Conflict, "stock_reserved")
	wantFault(t, "to where it is", enter(t, s, "mug", transfer("", "main", 1)), fault.Invalid, "location_invalid")
	wantBins(t, s, "=6/2/0")
}

func binsSpread(t *testing.T, s Store) {
	mustSet(t, s, "mug", 10)
	mustNote(t, s, "mug", counters(4))
	wantBins(t, s, "=3/0/0 ~1=3/0/0 ~2=2/0/0 ~3=2/0/0")
	m := move("mug", catalog.Reserve, 2)
	m.Bin = "~2"
	mustApply(t, s, "k1", m)
	mustNote(t, s, "mug", change(4, "received"))
	wantBins(t, s, "=3/0/0 ~1=3/0/0 ~2=3/2/0 ~3=3/0/0")
	mustNote(t, s, "mug", counters(1))
	wantBins(t, s, "=12/0/0 ~1=0/0/0 ~2=0/2/0 ~3=0/0/0")
	m.Kind = catalog.Release
	mustApply(t, s, "k2", m)
	wantBins(t, s, "=12/0/0 ~1=0/0/0 ~2=2/0/0 ~3=0/0/0")
	mustSet(t, s, "mug", 14)
	wantBins(t, s, "=14/0/0 ~1=0/0/0 ~2=0/0/0 ~3=0/0/0")
	wantFault(t, "too many", enter(t, s, "mug", counters(17)), fault.Invalid, "counters_invalid")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 14})
}

func binsPromised(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	mustNote(t, s, "mug", plan(4, ""))
	mustNote(t, s, "mug", counters(2))
	wantBins(t, s, "=3/0/0 ~1=2/0/0")
	for i := range 5 {
		mustBuy(t, s, fmt.Sprintf("k%d", i), 1)
	}
	_, err := buy(t, bookOf(s), "k9", 1)
	wantShort(t, err, "mug")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: -4, Reserved: 5, Backorder: 4})
	wantFault(t, "promised already", enter(t, s, "mug", plan(3, "")), fault.Conflict, "stock_reserved")
}

func binsUnknown(t *testing.T, s Store) {
	mustSet(t, s, "mug", 10)
	mustSet(t, s, "tea", 10)
	var moves []catalog.Move
	for _, sku := range []catalog.SKU{"tea", "mug"} {
		for _, bin := range []catalog.Bin{"", "~1", "north"} {
			moves = append(moves, catalog.Move{SKU: sku, Kind: catalog.Reserve, Quantity: 1, Bin: bin})
		}
	}
	wantShort(t, apply(t, s, "k1", moves...), "mug", "tea")
	wantBins(t, s, "=10/0/0")
}

func binsReturned(t *testing.T, s Store) {
	mustSet(t, s, "mug", 2)
	mustNote(t, s, "mug", north(3))
	o := mustBuy(t, s, "k1", 4)
	wantBins(t, s, "=0/2/0 north=1/2/0")
	if got := load(t, s, o.ID()).Record().Bins; len(got) != 1 || got[0] != (order.Binned{SKU: "mug", Bin: "north", Quantity: 2}) {
		t.Errorf("the order remembers %+v", got)
	}
	_, _, err := bookOf(s).Change(t.Context(), o.ID(), func(o *order.Order) (order.Change, error) {
		return o.Cancel(by("staff:1", noon.Add(time.Minute)))
	})
	if err != nil {
		t.Fatal(err)
	}
	wantBins(t, s, "=2/0/0 north=3/0/0")
	wantVersion(t, s, o.ID(), 2)
}

func binsEdited(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	mustNote(t, s, "mug", north(4))
	o := mustBuy(t, s, "k1", 3)
	wantBins(t, s, "=1/0/0 north=1/3/0")
	for i, row := range []struct {
		quantity int64
		want     string
	}{{4, "=0/1/0 north=1/3/0"}, {5, "=0/1/0 north=0/4/0"}, {2, "=0/1/0 north=3/1/0"}} {
		_, _, err := bookOf(s).Change(t.Context(), o.ID(), func(o *order.Order) (order.Change, error) {
			r := o.Record()
			return o.Edit(order.Edition{Version: r.Version(), Quote: placement("k1", line("mug", row.quantity)).Quote, Country: "DE"}, by("shopper", noon))
		})
		if err != nil {
			t.Fatalf("edit %d: %v", i, err)
		}
		wantBins(t, s, row.want)
	}
}

func binsProbed(t *testing.T, s Store) {
	mustSet(t, s, "mug", 6)
	mustNote(t, s, "mug", counters(3))
	mustNote(t, s, "mug", north(3))
	for i := range 3 { // Until nothing is left.
		mustBuy(t, s, fmt.Sprintf("k%d", i), 3)
	}
	_, err := buy(t, bookOf(s), "k9", 1)
	wantShort(t, err, "mug")
	wantAbsent(t, s, order.IDFor("k9"))
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 9})
}

func binsShippedElsewhere(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	mustNote(t, s, "mug", north(2))
	o, c, err := order.New(placement("k1", pricing.Line{SKU: "mug", Name: "Gift", Quantity: 3}), by("shopper", noon))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	verbs := []func(*order.Order) (order.Change, error){
		func(o *order.Order) (order.Change, error) { return o.Prepare(1, by("machine", noon)) },
		func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token", by("machine", noon)) },
	}
	ship := func(number string, n int64, from catalog.Location) func(*order.Order) (order.Change, error) {
		return func(o *order.Order) (order.Change, error) {
			return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: number, Lines: []fulfillment.Line{{SKU: "mug", Quantity: n}}, From: from}, by("staff:1", noon))
		}
	}
	for _, verb := range append(verbs, ship("1", 2, "north")) {
		if _, _, err := bookOf(s).Change(t.Context(), o.ID(), verb); err != nil {
			t.Fatal(err)
		}
	}
	wantBins(t, s, "=4/1/0 north=0/0/2")
	_, _, err = bookOf(s).Change(t.Context(), o.ID(), ship("2", 1, "north"))
	wantShort(t, err, "mug")
	if _, _, err := bookOf(s).Change(t.Context(), o.ID(), ship("2", 1, "")); err != nil {
		t.Fatal(err)
	}
	wantBins(t, s, "=4/0/1 north=0/0/2")
}

func binsRace(t *testing.T, s Store) {
	mustSet(t, s, "mug", 12)
	mustNote(t, s, "mug", counters(4))
	var most atomic.Int64
	errs := atOnce(24, func(i int) error {
		b, saves := bookOf(s), int64(0)
		b.Save = func(ctx context.Context, o *order.Order, c order.Change) error {
			saves++
			return s.Save(ctx, o, c)
		}
		_, err := buy(t, b, fmt.Sprintf("k%d", i), 1)
		for old := most.Load(); saves > old && !most.CompareAndSwap(old, saves); old = most.Load() {
			continue
		}
		return err
	})
	wantWinners(t, errs, 12, "out_of_stock")
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 12})
	if most.Load() > 3 {
		t.Errorf("one buyer asked the store %d times", most.Load())
	}
}

func binsEntryRace(t *testing.T, s Store) {
	mustSet(t, s, "mug", 20)
	errs := atOnce(12, func(i int) error {
		switch i % 6 {
		case 0:
			return enter(t, s, "mug", counters(2+i%4))
		case 1:
			return enter(t, s, "mug", north(2))
		case 2:
			return enter(t, s, "mug", change(-1, "damaged"))
		default:
			_, err := buy(t, bookOf(s), fmt.Sprintf("k%d", i), 1)
			return err
		}
	})
	wantWinners(t, errs, 12, "")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 16, Reserved: 6})
}
