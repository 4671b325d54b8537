package storetest

import (
	"slices"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/order"
	"till/shared/pricing"
	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

// row is one promise: its name is the sentence.
type row struct {
	name string
	run  func(*testing.T, Store)
}

// Run holds a store to the contract. fresh gives an empty one for each row.
func Run(t *testing.T, fresh func(*testing.T) Streamed) {
	t.Helper()
	for _, group := range []struct {
		name string
		rows []row
	}{
		{"place", placeRows}, {"change", changeRows}, {"read", readRows}, {"due", dueRows}, {"ledger", ledgerRows}, {"stock", stockRows}, {"coupons", couponRows}, {"entries", entryRows}, {"bins", binRows}, {"watch", watchRows},
		{"catalog", catalogRows}, {"shop", shopRows}, {"versions", versionRows}, {"search", searchRows}, {"inbox", inboxRows}, {"limits", limitRows}, {"stream", streamRows},
		{"codes", codeRows}, {"races", raceRows}, {"models", modelRows},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, r := range group.rows {
				t.Run(r.name, func(t *testing.T) { r.run(t, fresh(t)) })
			}
		})
	}
	t.Run("customers", func(t *testing.T) {
		vaulttest.Run(t, func(t *testing.T) vault.Keys { return fresh(t) })
	})
}

// noon is when the contract's orders are placed, unless a row says otherwise.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func by(who string, at time.Time) order.By { return order.By{Who: who, At: at} }

// line is one line of quantity units at 10.00.
func line(sku catalog.SKU, quantity int64) pricing.Line {
	return pricing.Line{SKU: sku, Name: "Thing " + string(sku), Quantity: quantity, UnitPrice: 1000, Tax: 190 * quantity, Total: 1000 * quantity}
}

// place makes an order, not yet stored.
func place(t *testing.T, key string, at time.Time, lines ...pricing.Line) (*order.Order, order.Change) {
	t.Helper()
	o, c, err := order.New(placement(key, lines...), by("shopper", at))
	if err != nil {
		t.Fatalf("placing %s: %v", key, err)
	}
	return o, c
}

// placement is what an order is made of.
func placement(key string, lines ...pricing.Line) order.Placement {
	q := pricing.Quote{Currency: money.Currency("EUR"), Country: "DE", Method: "standard", Lines: lines}
	for _, l := range lines {
		q.Subtotal += l.Total
		q.Tax += l.Tax
	}
	q.Total = q.Subtotal + q.Tax
	return order.Placement{Key: key, Print: "print-" + key, Quote: q, Country: "DE", PostalCode: "10117",
		Customer: "cus_abcdefghijklmnopqrstuvwxyz", Contact: map[string][]byte{"email": []byte("sealed")}, Hold: 30 * time.Minute}
}

// stored makes and stores an order; its stock is there.
func stored(t *testing.T, s Store, key string, at time.Time, lines ...pricing.Line) *order.Order {
	t.Helper()
	o, c := place(t, key, at, lines...)
	mustSave(t, s, o, c)
	return o
}

// bare makes and stores an order without lines, for rows that are about something else.
func bare(t *testing.T, s Store, key string) *order.Order {
	t.Helper()
	return stored(t, s, key, noon, pricing.Line{SKU: "none", Name: "Nothing", UnitPrice: 1, Total: 1})
}

// next makes a change of o that moves stock and keeps references as the row likes.
func next(t *testing.T, o *order.Order, stock []catalog.Move, refs ...order.Ref) order.Change {
	t.Helper()
	c, err := o.Revoke(by("staff:1", noon.Add(time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	c.Stock, c.Refs = stock, refs
	return c
}

func load(t *testing.T, s Store, id order.ID) *order.Order {
	t.Helper()
	o, err := s.Order(t.Context(), id)
	if err != nil {
		t.Fatalf("loading %s: %v", id, err)
	}
	return o
}

func mustSave(t *testing.T, s Store, o *order.Order, c order.Change) {
	t.Helper()
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatalf("saving %s at %d: %v", o.ID(), c.N, err)
	}
}

func mustSet(t *testing.T, s Store, sku catalog.SKU, onHand int64) {
	t.Helper()
	if _, err := catalog.Count(t.Context(), s, sku, onHand); err != nil {
		t.Fatalf("setting stock of %s: %v", sku, err)
	}
}

func wantStock(t *testing.T, s Store, want catalog.Stock) {
	t.Helper()
	if got, err := s.Stock(t.Context(), want.SKU); err != nil || got != want {
		t.Errorf("stock is %+v, %v; want %+v", got, err, want)
	}
}

// wantFault checks an error's kind and code; an empty code is not checked.
func wantFault(t *testing.T, what string, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || (code != "" && fault.Code(err) != code) {
		t.Errorf("%s: got %v; want %v %s", what, err, kind, code)
	}
}

// wantShort checks that exactly these SKUs were refused.
func wantShort(t *testing.T, err error, skus ...catalog.SKU) {
	t.Helper()
	wantFault(t, "too little stock", err, fault.Conflict, "out_of_stock")
	if got := catalog.ShortSKUs(err); !slices.Equal(got, skus) {
		t.Errorf("short are %v, want %v", got, skus)
	}
}

// wantAbsent checks that nothing of an order is stored.
func wantAbsent(t *testing.T, s Store, id order.ID) {
	t.Helper()
	_, err := s.Order(t.Context(), id)
	wantFault(t, "the order", err, fault.NotFound, "")
	_, err = s.Change(t.Context(), id, 1)
	wantFault(t, "its first change", err, fault.NotFound, "")
}

// wantVersion checks at which version an order is stored, and that its chain leads there.
func wantVersion(t *testing.T, s Store, id order.ID, n int) {
	t.Helper()
	o := load(t, s, id)
	if o.Record().N != n {
		t.Errorf("stored at version %d, want %d", o.Record().N, n)
	}
	changes, err := s.Changes(t.Context(), id, 0, 1000)
	if err != nil || len(changes) != n {
		t.Fatalf("%d changes, %v; want %d", len(changes), err, n)
	}
	replayed, err := order.Replay(changes)
	if err != nil {
		t.Fatalf("the chain: %v", err)
	}
	want, badWant := replayed.Encode()
	got, badGot := o.Encode()
	if badWant != nil || badGot != nil || string(got) != string(want) {
		t.Errorf("stored is %s (%v), the chain leads to %s (%v)", got, badGot, want, badWant)
	}
}
