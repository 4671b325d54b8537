package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/vault"
)

var codeRows = []row{
	{"the code of an address comes back as it was stored, and every version of it", codeKept},
	{"of tries that come at once each one counts", codeRaced},
	{"a code that is stored twice over is refused", codeRefused},
	{"the orders of a customer are noted, and nobody else's are listed", ordersNoted},
}

func code(hash string, n int) passcode.Code {
	return passcode.Code{Hash: hash, N: n, Purpose: passcode.Export, MAC: []byte{0, 1, 255}, Ask: "ask", Until: noon.Add(passcode.Life), Asks: []time.Time{noon}}
}

func codeKept(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.LoadCode(ctx, "code-kept")
	wantFault(t, "a code that was never asked for", err, fault.NotFound, "not_found")
	want := code("code-kept", 1)
	for range 3 {
		if err := s.SaveCode(ctx, want); err != nil {
			t.Fatal(err)
		}
		got, err := s.LoadCode(ctx, want.Hash)
		if err != nil || !cmp.Equal(got, want) {
			t.Fatalf("got %+v, %v", got, err)
		}
		want.N, want.Tries, want.Spent = want.N+1, want.Tries+1, true
	}
	_, err = s.LoadCode(ctx, "code-kept-other")
	wantFault(t, "another address's", err, fault.NotFound, "not_found")
}

func codeRefused(t *testing.T, s Store) {
	ctx := t.Context()
	for _, n := range []int{1, 2} {
		if err := s.SaveCode(ctx, code("code-refused", n)); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{1, 2, 4} {
		if err := s.SaveCode(ctx, code("code-refused", n)); !fault.Is(err, fault.Conflict) {
			t.Errorf("version %d over version 2: %v", n, err)
		}
	}
}

func codeRaced(t *testing.T, s Store) {
	ctx := t.Context()
	if err := s.SaveCode(ctx, code("code-raced", 1)); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	won := 0
	for range 8 {
		group.Go(func() {
			next := code("code-raced", 2)
			next.Tries = 1
			if err := s.SaveCode(ctx, next); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if won != 1 {
		t.Errorf("%d of eight won", won)
	}
}

func ordersNoted(t *testing.T, s Store) {
	ctx := t.Context()
	const whose = "cus_noted"
	if err := s.AddCustomer(ctx, vault.Customer{ID: whose, N: 1, Index: "hash-noted", First: "ord_first"}, vault.Index{Hash: "hash-noted", Customer: whose, Email: []byte("sealed")}); err != nil {
		t.Fatal(err)
	}
	ids := []order.ID{"ord_1", "ord_2", "ord_3", "ord_4", "ord_5"}
	for _, id := range []order.ID{"ord_3", "ord_1", "ord_5", "ord_2", "ord_4", "ord_3"} {
		if err := s.NoteOrder(ctx, whose, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.NoteOrder(ctx, whose+"_other", "ord_6"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		customer, after string
		limit           int
		want            []order.ID
	}{
		{whose, "", 10, ids}, {whose, "", 2, ids[:2]}, {whose, "ord_2", 2, ids[2:4]}, {whose, "ord_4", 2, ids[4:]}, {whose, "ord_5", 2, nil},
		{whose + "_other", "", 10, []order.ID{"ord_6"}}, {"cus_nobody", "", 10, nil},
	} {
		if got, err := s.NotedOrders(ctx, tt.customer, tt.after, tt.limit); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s after %q: %v, %v", tt.customer, tt.after, got, err)
		}
	}
	if c, err := s.LoadCustomer(ctx, whose); err != nil || c.First != "ord_first" {
		t.Errorf("the customer is %+v, %v", c, err)
	}
}
