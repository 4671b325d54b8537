// Package vaulttest is the contract that every store of vault's keys passes, with a twin and a key service for tests.
package vaulttest

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/vault"
)

// Run holds a store to what vault.Keys promises. fresh gives an empty store for each row; ids differ between rows, so
// one table may serve them all.
func Run(t *testing.T, fresh func(*testing.T) vault.Keys) {
	t.Helper()
	tests := []struct {
		name string
		run  func(*testing.T, vault.Keys)
	}{
		{"what was never stored is not found", nothingIsNotFound},
		{"a key of keys comes back as it was stored", dayKeyComesBack},
		{"of two makers of a day's key of keys the first wins", firstDayKeyWins},
		{"a customer and their index row come back as they were stored", customerComesBack},
		{"a second customer on an index row is refused whole", indexTakenStoresNothing},
		{"a customer made twice is refused whole", customerTwiceStoresNothing},
		{"of many makers of one customer exactly one wins", oneMakerWins},
		{"a customer's next version replaces the one before", saveReplaces},
		{"a stale version of a customer is refused", staleSaveRefused},
		{"a version of a customer who is not there is refused", saveOfNobodyRefused},
		{"erasure takes the customer and their index row, and is remembered", eraseTakesAll},
		{"erasing twice succeeds and keeps the first time", eraseTwice},
		{"erasing leaves an index row that leads to another customer", eraseLeavesOthers},
		{"erasing an unknown customer is recorded", eraseUnknown},
		{"an erased customer is not made again", erasedIsNotMadeAgain},
		{"what a caller changes after storing does not change what is stored", storedIsACopy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, fresh(t)) })
	}
}

func customer(id string, n int) vault.Customer {
	return vault.Customer{ID: vault.CustomerID("cus_" + id), N: n, Index: "hash-" + id, Keys: []vault.Key{
		{Number: 1, Purpose: "contact", Day: "2026-11-22", Wrapped: []byte("wrapped-one-" + id)},
		{Number: 2, Purpose: "contact", Day: "2026-11-23", Wrapped: []byte{0, 1, 0xff}},
	}}
}

func indexOf(c vault.Customer) vault.Index {
	return vault.Index{Hash: c.Index, Customer: c.ID, Email: []byte("sealed-" + string(c.ID))}
}

func add(t *testing.T, k vault.Keys, c vault.Customer) {
	t.Helper()
	if err := k.AddCustomer(context.Background(), c, indexOf(c)); err != nil {
		t.Fatalf("adding %s: %v", c.ID, err)
	}
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}

func wantStored(t *testing.T, k vault.Keys, want vault.Customer) {
	t.Helper()
	got, err := k.LoadCustomer(context.Background(), want.ID)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("stored is %+v, %v; want %+v", got, err, want)
	}
}

func wantGone(t *testing.T, k vault.Keys, c vault.Customer) {
	t.Helper()
	_, err := k.LoadCustomer(context.Background(), c.ID)
	wantKind(t, "the customer", err, fault.NotFound)
}

func nothingIsNotFound(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	_, err := k.LoadDayKey(ctx, "contact", "1999-12-31")
	wantKind(t, "key of keys", err, fault.NotFound)
	_, err = k.LoadIndex(ctx, "hash-nobody")
	wantKind(t, "index", err, fault.NotFound)
	_, err = k.LoadCustomer(ctx, "cus_nobody")
	wantKind(t, "customer", err, fault.NotFound)
	_, err = k.LoadErasure(ctx, "cus_nobody")
	wantKind(t, "erasure", err, fault.NotFound)
}

func dayKeyComesBack(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	want := vault.DayKey{Purpose: "contact", Day: "2026-01-01", Wrapped: []byte{0, 255, 1}}
	other := vault.DayKey{Purpose: "tax", Day: "2026-01-01", Wrapped: []byte("other")}
	for _, each := range []vault.DayKey{want, other} {
		if err := k.AddDayKey(ctx, each); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := k.LoadDayKey(ctx, want.Purpose, want.Day); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func firstDayKeyWins(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	first := vault.DayKey{Purpose: "contact", Day: "2026-01-02", Wrapped: []byte("first")}
	if err := k.AddDayKey(ctx, first); err != nil {
		t.Fatal(err)
	}
	second := first
	second.Wrapped = []byte("second")
	wantKind(t, "the second maker", k.AddDayKey(ctx, second), fault.Conflict)
	if got, err := k.LoadDayKey(ctx, first.Purpose, first.Day); err != nil || !reflect.DeepEqual(got, first) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func customerComesBack(t *testing.T, k vault.Keys) {
	c := customer("back", 1)
	add(t, k, c)
	wantStored(t, k, c)
	if got, err := k.LoadIndex(context.Background(), c.Index); err != nil || !reflect.DeepEqual(got, indexOf(c)) {
		t.Errorf("index is %+v, %v", got, err)
	}
}

func indexTakenStoresNothing(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	first, second := customer("taken", 1), customer("late", 1)
	add(t, k, first)
	row := indexOf(second)
	second.Index, row.Hash = first.Index, first.Index
	wantKind(t, "the second customer", k.AddCustomer(ctx, second, row), fault.Conflict)
	wantGone(t, k, second)
	if got, err := k.LoadIndex(ctx, first.Index); err != nil || got.Customer != first.ID {
		t.Errorf("index is %+v, %v", got, err)
	}
}

func customerTwiceStoresNothing(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	c := customer("twice", 1)
	add(t, k, c)
	row := indexOf(c)
	row.Hash = "hash-elsewhere"
	wantKind(t, "the same customer", k.AddCustomer(ctx, c, row), fault.Conflict)
	_, err := k.LoadIndex(ctx, "hash-elsewhere")
	wantKind(t, "the other index row", err, fault.NotFound)
}

func oneMakerWins(t *testing.T, k vault.Keys) {
	ids := []string{"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"}
	errs := make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			c := customer(id, 1)
			row := indexOf(c)
			c.Index, row.Hash = "hash-contended", "hash-contended"
			errs[i] = k.AddCustomer(context.Background(), c, row)
		})
	}
	all.Wait()
	got, err := k.LoadIndex(context.Background(), "hash-contended")
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if won := errs[i] == nil; won != (got.Customer == customer(id, 1).ID) {
			t.Errorf("%s was told %v, but the index leads to %s", id, errs[i], got.Customer)
		}
		if errs[i] != nil {
			wantKind(t, id, errs[i], fault.Conflict)
			wantGone(t, k, customer(id, 1))
		}
	}
}

func saveReplaces(t *testing.T, k vault.Keys) {
	c := customer("save", 1)
	add(t, k, c)
	next := customer("save", 2)
	next.Keys = append(next.Keys, vault.Key{Number: 3, Purpose: "contact", Day: "2026-11-24", Wrapped: []byte("three")})
	if err := k.SaveCustomer(context.Background(), next); err != nil {
		t.Fatal(err)
	}
	wantStored(t, k, next)
}

func staleSaveRefused(t *testing.T, k vault.Keys) {
	c := customer("stale", 1)
	add(t, k, c)
	for _, n := range []int{1, 3} {
		wantKind(t, "a version that does not follow", k.SaveCustomer(context.Background(), customer("stale", n)), fault.Conflict)
	}
	wantStored(t, k, c)
}

func saveOfNobodyRefused(t *testing.T, k vault.Keys) {
	for _, n := range []int{1, 2} {
		wantKind(t, "a version of nobody", k.SaveCustomer(context.Background(), customer("none", n)), fault.Conflict)
	}
	wantGone(t, k, customer("none", 1))
}

func eraseTakesAll(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	c, other := customer("erase", 1), customer("stays", 1)
	add(t, k, c)
	add(t, k, other)
	e := vault.Erasure{Customer: c.ID, Index: c.Index, At: time.Unix(1_800_000_000, 0).UTC()}
	if err := k.EraseCustomer(ctx, e); err != nil {
		t.Fatal(err)
	}
	wantGone(t, k, c)
	_, err := k.LoadIndex(ctx, c.Index)
	wantKind(t, "the index row", err, fault.NotFound)
	if got, err := k.LoadErasure(ctx, c.ID); err != nil || !got.At.Equal(e.At) || got.Customer != c.ID || got.Index != "" && got.Index != c.Index {
		t.Errorf("erasure is %+v, %v", got, err)
	}
	wantStored(t, k, other)
	wantKind(t, "a save after erasure", k.SaveCustomer(ctx, customer("erase", 2)), fault.Conflict)
}

func eraseTwice(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	c := customer("again", 1)
	add(t, k, c)
	first := time.Unix(1_800_000_000, 0).UTC()
	for i := range 2 {
		e := vault.Erasure{Customer: c.ID, Index: c.Index, At: first.Add(time.Duration(i) * time.Hour)}
		if err := k.EraseCustomer(ctx, e); err != nil {
			t.Fatalf("time %d: %v", i+1, err)
		}
	}
	if got, err := k.LoadErasure(ctx, c.ID); err != nil || !got.At.Equal(first) {
		t.Errorf("erasure is %+v, %v", got, err)
	}
}

func eraseLeavesOthers(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	c, other := customer("mine", 1), customer("theirs", 1)
	add(t, k, c)
	add(t, k, other)
	if err := k.EraseCustomer(ctx, vault.Erasure{Customer: c.ID, Index: other.Index, At: time.Unix(1_800_000_000, 0)}); err != nil {
		t.Fatal(err)
	}
	wantGone(t, k, c)
	if got, err := k.LoadIndex(ctx, other.Index); err != nil || got.Customer != other.ID {
		t.Errorf("the other's index row is %+v, %v", got, err)
	}
}

func eraseUnknown(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	at := time.Unix(1_800_000_000, 0).UTC()
	if err := k.EraseCustomer(ctx, vault.Erasure{Customer: "cus_ghost", At: at}); err != nil {
		t.Fatal(err)
	}
	if got, err := k.LoadErasure(ctx, "cus_ghost"); err != nil || !got.At.Equal(at) {
		t.Errorf("erasure is %+v, %v", got, err)
	}
}

func erasedIsNotMadeAgain(t *testing.T, k vault.Keys) {
	ctx := context.Background()
	c := customer("restored", 1)
	if err := k.EraseCustomer(ctx, vault.Erasure{Customer: c.ID, At: time.Unix(1_800_000_000, 0)}); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "making an erased customer", k.AddCustomer(ctx, c, indexOf(c)), fault.Conflict)
	wantGone(t, k, c)
}

func storedIsACopy(t *testing.T, k vault.Keys) {
	c := customer("copy", 1)
	add(t, k, c)
	c.Keys[0].Wrapped[0] ^= 0xff
	wantStored(t, k, customer("copy", 1))
	got, err := k.LoadCustomer(context.Background(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	got.Keys[0].Wrapped[0] ^= 0xff
	wantStored(t, k, customer("copy", 1))
}
