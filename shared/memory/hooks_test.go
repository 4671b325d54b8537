package memory_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/ledger"
	"till/shared/memory"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
	"till/shared/reconcile"
	"till/shared/vault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func place(t *testing.T, key string) (*order.Order, order.Change) {
	t.Helper()
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 2000, Total: 2000,
		Lines: []pricing.Line{{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1000, Total: 2000}}}
	o, c, err := order.New(order.Placement{Key: key, Quote: q, Country: "DE", Hold: time.Hour}, order.By{Who: "shopper", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	return o, c
}

func revoke(t *testing.T, o *order.Order) order.Change {
	t.Helper()
	c, err := o.Revoke(order.By{Who: "staff:1", At: noon.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shop is a store with ten mugs.
func shop(t *testing.T) *memory.Store {
	t.Helper()
	s := new(memory.Store)
	if _, err := catalog.Count(t.Context(), s, "mug", 10); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAFaultBeforeTheEffectLeavesNothing(t *testing.T) {
	s := shop(t)
	struck := fault.New(fault.Unavailable, "test", "struck", "")
	s.Fault = func(op string, after bool) error {
		if op == "Save" && !after {
			return struck
		}
		return nil
	}
	o, c := place(t, "k1")
	if err := s.Save(t.Context(), o, c); !errors.Is(err, struck) {
		t.Errorf("got %v", err)
	}
	if ids := s.AllOrders(); len(ids) != 0 {
		t.Errorf("stored: %v", ids)
	}
	if got := s.AllStocks(); !slices.Equal(got, []catalog.Stock{{SKU: "mug", Free: 10}}) {
		t.Errorf("stock is %v", got)
	}
}

func TestAFaultAfterTheEffectHidesIt(t *testing.T) {
	s := shop(t)
	struck := fault.New(fault.Unknown, "test", "struck", "")
	var written []string
	s.OnWrite = func(w memory.Write) { written = append(written, w.Table) }
	s.Fault = func(_ string, after bool) error {
		if after {
			return struck
		}
		return nil
	}
	o, c := place(t, "k1")
	if err := s.Save(t.Context(), o, c); !errors.Is(err, struck) {
		t.Errorf("got %v", err)
	}
	if ids := s.AllOrders(); !slices.Equal(ids, []order.ID{o.ID()}) {
		t.Errorf("stored: %v", ids)
	}
	if len(written) != 3 {
		t.Errorf("the stream saw %v", written)
	}
	if got, err := s.Order(t.Context(), o.ID()); got != nil || !errors.Is(err, struck) {
		t.Errorf("a read gave %v, %v", got, err)
	}
}

func TestEveryMethodIsStruckByItsName(t *testing.T) {
	s := shop(t)
	ctx := t.Context()
	o, c := place(t, "k1")
	methods := map[string]func(){
		"Order":      func() { _, _ = s.Order(ctx, o.ID()) },
		"Orders":     func() { _, _ = s.Orders(ctx, nil) },
		"Save":       func() { _ = s.Save(ctx, o, c) },
		"Change":     func() { _, _ = s.Change(ctx, o.ID(), 1) },
		"Changes":    func() { _, _ = s.Changes(ctx, o.ID(), 0, 1) },
		"OrderByRef": func() { _, _ = s.OrderByRef(ctx, "stripe", "pi_1") },
		"DueOrders":  func() { _, _ = s.DueOrders(ctx, noon, 1) },
		"SaveEntry": func() {
			_ = s.SaveEntry(ctx, reconcile.Entry{Key: "a", At: noon, Postings: ledger.Transfer(ledger.Fees, ledger.Bank, 1)})
		},
		"DayEntries":      func() { _, _ = s.DayEntries(ctx, "2026-11-22") },
		"SaveClosing":     func() { _ = s.SaveClosing(ctx, "2026-11-22", nil) },
		"Closing":         func() { _, _ = s.Closing(ctx, "2026-11-22") },
		"LateChanges":     func() { _, _, _ = s.LateChanges(ctx, "2026-11-22", "", 1) },
		"CustomerOrders":  func() { _, _, _ = s.CustomerOrders(ctx, "cus_a", "", 1) },
		"ReturnOrders":    func() { _, _, _ = s.ReturnOrders(ctx, "", 1) },
		"DayOrders":       func() { _, _, _ = s.DayOrders(ctx, "2026-11-22", "", 1) },
		"Product":         func() { _, _ = s.Product(ctx, "mug") },
		"Products":        func() { _, _ = s.Products(ctx, nil) },
		"ListProducts":    func() { _, _, _ = s.ListProducts(ctx, catalog.Listed, "", 1) },
		"FindProducts":    func() { _, _, _ = s.FindProducts(ctx, catalog.Search{}, "", 1) },
		"Family":          func() { _, _ = s.Family(ctx, "mug") },
		"ProductVersions": func() { _, _ = s.ProductVersions(ctx, "mug", 0, 1) },
		"SaveProduct":     func() { _ = s.SaveProduct(ctx, catalog.Product{SKU: "mug"}, catalog.Edit{}) },
		"Stock":           func() { _, _ = s.Stock(ctx, "mug") },
		"Stocks":          func() { _, _ = s.Stocks(ctx, nil) },
		"EnterStock":      func() { _, _ = catalog.Count(ctx, s, "mug", 1) },
		"StockEntries":    func() { _, _ = s.StockEntries(ctx, "mug", 0, 1) },
		"PutEvent":        func() { _, _, _ = s.PutEvent(ctx, inbox.Receive(payment.Event{ID: "evt_1"}, noon)) },
		"Event":           func() { _, _ = s.Event(ctx, "##evt_1") },
		"ClaimEvent":      func() { _, _ = s.ClaimEvent(ctx, "##evt_1", noon) },
		"SettleEvent":     func() { _ = s.SettleEvent(ctx, "##evt_1", inbox.Applied, "", noon) },
		"DueEvents":       func() { _, _ = s.DueEvents(ctx, noon, 1) },
		"LoadDayKey":      func() { _, _ = s.LoadDayKey(ctx, "contact", "2026-11-22") },
		"AddDayKey":       func() { _ = s.AddDayKey(ctx, vault.DayKey{}) },
		"LoadIndex":       func() { _, _ = s.LoadIndex(ctx, "hash") },
		"LoadCustomer":    func() { _, _ = s.LoadCustomer(ctx, "cus_1") },
		"AddCustomer":     func() { _ = s.AddCustomer(ctx, vault.Customer{}, vault.Index{}) },
		"SaveCustomer":    func() { _ = s.SaveCustomer(ctx, vault.Customer{}) },
		"EraseCustomer":   func() { _ = s.EraseCustomer(ctx, vault.Erasure{}) },
		"LoadErasure":     func() { _, _ = s.LoadErasure(ctx, "cus_1") },
	}
	for name, call := range methods {
		var struck []string
		s.Fault = func(op string, after bool) error {
			struck = append(struck, fmt.Sprint(op, after))
			return nil
		}
		call()
		if want := []string{name + "false", name + "true"}; !slices.Equal(struck, want) {
			t.Errorf("%s was struck at %v, want %v", name, struck, want)
		}
	}
}

// TestWritesAreToldAsTheStreamTellsThem holds the images to the layout that package dynamo stores.
func TestWritesAreToldAsTheStreamTellsThem(t *testing.T) {
	s := shop(t)
	var got []memory.Write
	s.OnWrite = func(w memory.Write) {
		if w.Table == memory.Orders {
			got = append(got, w)
		}
	}
	o, c := place(t, "k1")
	c.Refs = []order.Ref{{Gateway: "stripe", Ref: "pi_1"}}
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	orderBody, badOrder := o.Encode()
	changeBody, badChange := c.Encode()
	if badOrder != nil || badChange != nil {
		t.Fatal(badOrder, badChange)
	}
	pk := "ORDER#" + string(o.ID())
	keys := func(pk, sk string) memory.Image { return memory.Image{"pk": pk, "sk": sk} }
	want := []memory.Write{
		{Table: "orders", Event: "INSERT", Keys: keys(pk, "ORDER"), New: memory.Image{"pk": pk, "sk": "ORDER", "n": int64(1),
			"body": string(orderBody), "due_shard": "2", "due": "2026-11-22T12:05:00Z", "day": "2026-11-22", "placed": "2026-11-22T12:00:00.000Z"}},
		{Table: "orders", Event: "INSERT", Keys: keys(pk, "CHANGE#000001"), New: memory.Image{"pk": pk, "sk": "CHANGE#000001", "body": string(changeBody)}},
		{Table: "orders", Event: "INSERT", Keys: keys("REF#stripe#pi_1", "REF"),
			New: memory.Image{"pk": "REF#stripe#pi_1", "sk": "REF", "order_id": string(o.ID())}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told otherwise (-want +got):\n%s", diff)
	}
	got = nil
	if err := s.Save(t.Context(), o, revoke(t, o)); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Event != "MODIFY" || got[1].Event != "INSERT" {
		t.Errorf("the second change is told as %v", got)
	}
}

func TestAMessageIsCountedForTheStream(t *testing.T) {
	s := shop(t)
	var counts []any
	s.OnWrite = func(w memory.Write) {
		if n, there := w.New["msgs"]; there {
			counts = append(counts, n)
		}
	}
	o, c := place(t, "k1")
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	c, err := o.Cancel(order.By{Who: "shopper", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(counts, []any{int64(1)}) {
		t.Errorf("counted %v", counts)
	}
}

func TestLesson10OnlyWhatIsCommittedIsTold(t *testing.T) {
	s := shop(t)
	o, c := place(t, "k1")
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	s.OnWrite = func(w memory.Write) { t.Errorf("told %+v", w) }
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Errorf("a repeat: %v", err)
	}
	c = revoke(t, o)
	c.Stock = []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 11}}
	if err := s.Save(t.Context(), o, c); !fault.Is(err, fault.Conflict) {
		t.Errorf("too much: %v", err)
	}
	s.OnWrite = func(w memory.Write) {
		if w.Event == "REMOVE" {
			t.Errorf("told %+v", w)
		}
	}
	if err := s.EraseCustomer(t.Context(), vault.Erasure{Customer: "cus_nobody"}); err != nil {
		t.Errorf("erasing nobody: %v", err)
	}
}

func TestTheHookMayCallTheStore(t *testing.T) {
	s := shop(t)
	o, c := place(t, "k1")
	s.OnWrite = func(w memory.Write) {
		if w.Event == "INSERT" && w.New["sk"] == "ORDER" {
			if err := s.Save(t.Context(), o, revoke(t, o)); err != nil {
				t.Errorf("inside the hook: %v", err)
			}
		}
	}
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Order(t.Context(), o.ID()); err != nil || got.Record().N != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestManyWritersAreToldInTheOrderOfTheirCommits(t *testing.T) {
	s := shop(t)
	told := map[any]int64{}
	s.OnWrite = func(w memory.Write) {
		if n, is := w.New["n"].(int64); is && w.Table == memory.Orders {
			if n != told[w.New["pk"]]+1 {
				t.Errorf("%v is told at %d after %d", w.New["pk"], n, told[w.New["pk"]])
			}
			told[w.New["pk"]] = n
		}
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			o, c := place(t, fmt.Sprint(i))
			for range 50 {
				if err := s.Save(t.Context(), o, c); err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
				c = revoke(t, o)
			}
		})
	}
	all.Wait()
	for pk, n := range told {
		if n != 50 {
			t.Errorf("%v was told up to %d", pk, n)
		}
	}
	if len(told) != 4 {
		t.Errorf("told of %d orders", len(told))
	}
}

func TestSnapshotsListEverything(t *testing.T) {
	s := shop(t)
	ctx := t.Context()
	if _, err := catalog.Count(ctx, s, "cup", 1); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"evt_2", "evt_1"} {
		if _, _, err := s.PutEvent(ctx, inbox.Receive(payment.Event{Gateway: "stripe", ID: id}, noon)); err != nil {
			t.Fatal(err)
		}
	}
	o, c := place(t, "k1")
	if err := s.Save(ctx, o, c); err != nil {
		t.Fatal(err)
	}
	if got, want := s.AllStocks(), []catalog.Stock{{SKU: "cup", Free: 1}, {SKU: "mug", Free: 8, Reserved: 2}}; !slices.Equal(got, want) {
		t.Errorf("stocks %v", got)
	}
	if got := s.AllOrders(); !slices.Equal(got, []order.ID{o.ID()}) {
		t.Errorf("orders %v", got)
	}
	if got := s.AllEvents(); len(got) != 2 || got[0].Event.ID != "evt_1" || got[1].Event.ID != "evt_2" {
		t.Errorf("events %v", got)
	}
}

func TestAChainIsAllThatIsStoredOfAnOrder(t *testing.T) {
	s := shop(t)
	o, c := place(t, "k1")
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	got, changes, err := s.Chain(o.ID())
	if err != nil || len(changes) != 1 || changes[0].Hash() != c.Hash() || got.Record().Head != o.Record().Head {
		t.Errorf("%+v, %+v, %v", got, changes, err)
	}
	if _, rest, err := s.ChainAfter(o.ID(), 1); err != nil || len(rest) != 0 {
		t.Errorf("after the last change there is %+v, %v", rest, err)
	}
	if _, _, err := s.Chain("ord_none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a chain of nothing: %v", err)
	}
}

// What was read once is kept: what a caller does to it must not show to the next.
func TestWhatIsReadIsTheReadersOwn(t *testing.T) {
	s := shop(t)
	o, c := place(t, "k1")
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		mine, err := s.Order(t.Context(), o.ID())
		if err != nil || mine.Record().Lines[0].Quantity != o.Record().Lines[0].Quantity {
			t.Fatalf("%+v, %v", mine, err)
		}
		mine.Record().Lines[0].Quantity = 99
		chain, err := s.Changes(t.Context(), o.ID(), 0, 10)
		if err != nil || len(chain) != 1 || chain[0].Set["status"] == nil || chain[0].Stock[0].Quantity != c.Stock[0].Quantity {
			t.Fatalf("%+v, %v", chain, err)
		}
		delete(chain[0].Set, "status")
		chain[0].Stock[0].Quantity = 99
	}
}
