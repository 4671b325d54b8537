package storetest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/pricing"
)

// of stores an order of a customer's, listed or not.
func of(t *testing.T, s Store, customer, key string, at time.Time, listed bool) order.ID {
	t.Helper()
	p := placement(key, pricing.Line{SKU: "none", Name: "Nothing", UnitPrice: 1, Total: 1})
	p.Customer, p.Listed = customer, listed
	o, c, err := order.New(p, by("shopper", at))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	return o.ID()
}

// theirs reads a customer's orders page by page.
func theirs(t *testing.T, s Store, customer string, limit int) (ids []order.ID, count int) {
	t.Helper()
	return paged(t, s.CustomerOrders, customer, limit)
}

func customerPaged(t *testing.T, s Store) {
	var want []order.ID
	for i := range 7 { // Over days, and two of one instant.
		want = append(want, of(t, s, ada, fmt.Sprintf("a%d", i), noon.Add(time.Duration(i)*13*time.Hour), true))
		of(t, s, bob, fmt.Sprintf("b%d", i), noon.Add(time.Duration(i)*13*time.Hour), true)
		of(t, s, ada, fmt.Sprintf("unlisted%d", i), noon.Add(time.Duration(i)*13*time.Hour), false)
	}
	slices.Reverse(want)
	if got, count := theirs(t, s, ada, 3); !slices.Equal(got, want) || count != 3 {
		t.Errorf("got %v in %d pages, want %v", got, count, want)
	}
	if got, count := theirs(t, s, ada, 7); len(got) != 7 || count != 1 {
		t.Errorf("%d orders in %d pages of seven", len(got), count)
	}
	if got, _ := theirs(t, s, bob, 2); len(got) != 7 || slices.ContainsFunc(got, func(id order.ID) bool { return slices.Contains(want, id) }) {
		t.Errorf("the other's are %v", got)
	}
	if got, _ := theirs(t, s, "cus_nobody", 2); len(got) != 0 {
		t.Errorf("nobody has %v", got)
	}
	same := map[order.ID]bool{of(t, s, "cus_c", "c1", noon, true): true, of(t, s, "cus_c", "c2", noon, true): true}
	if got, _ := theirs(t, s, "cus_c", 1); len(got) != 2 || got[0] == got[1] || !same[got[0]] || !same[got[1]] {
		t.Errorf("of one instant are %v", got)
	}
}

func customerKept(t *testing.T, s Store) {
	id := of(t, s, ada, "k1", noon, true)
	o := load(t, s, id)
	c, err := o.Revoke(by("staff:1", noon.Add(100*24*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	if got, _ := theirs(t, s, ada, 2); !slices.Equal(got, []order.ID{id}) {
		t.Errorf("got %v", got)
	}
}

func customerCursorAltered(t *testing.T, s Store) {
	for i := range 3 {
		of(t, s, ada, fmt.Sprintf("a%d", i), noon.Add(time.Duration(i)*time.Second), true)
		of(t, s, bob, fmt.Sprintf("b%d", i), noon.Add(time.Duration(i)*time.Second), true)
	}
	_, next, err := s.CustomerOrders(t.Context(), ada, "", 2)
	if err != nil || next == "" {
		t.Fatalf("no second page: %v", err)
	}
	for _, cursor := range []string{"x", next[1:], next + next, "§", base64.RawURLEncoding.EncodeToString([]byte("{}"))} {
		_, _, err := s.CustomerOrders(t.Context(), ada, cursor, 2)
		wantFault(t, "cursor "+cursor, err, fault.Unreadable, "cursor_invalid")
	}
	page, _, err := s.CustomerOrders(t.Context(), bob, next, 10)
	own, _ := theirs(t, s, bob, 10)
	if err != nil || slices.ContainsFunc(page, func(id order.ID) bool { return !slices.Contains(own, id) }) {
		t.Errorf("behind another's cursor are %v, %v", page, err)
	}
}
