package storetest

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
)

var dueRows = []row{
	{"an order is listed from its deadline on, and not a second earlier", dueListed},
	{"an order with nothing more to do is not listed", dueCleared},
	{"an order whose deadline moves is listed at the new one only", dueMoved},
	{"the earliest orders of all come first, at most as many as asked", dueEarliest},
	{"orders due at the same time are all listed", dueEqual},
	{"a day's orders come newest first, page by page, each once", dayPaged},
	{"a page that ends with the last order has no next", dayExact},
	{"orders of one instant are all listed", dayEqual},
	{"an order stays on its day whatever becomes of it", dayKept},
	{"a cursor that was altered is refused", dayCursorAltered},
	{"a customer's listed orders come newest first, page by page, each once, and nobody else's", customerPaged},
	{"orders with a return that is open are listed until it ends, page by page", returnsPaged},
	{"a cursor of orders with returns that was altered is refused", returnsCursorAltered},
	{"an order stays its customer's whatever becomes of it", customerKept},
	{"a cursor of a customer's orders that was altered is refused, and one of another's shows the caller's own", customerCursorAltered},
	{"what moves the ledger on another day than the order's is listed on its day, oldest first, page by page", lateListed},
	{"what moves the ledger on the order's own day, or moves nothing, is not listed", lateNot},
	{"an altered cursor of late changes is refused", lateCursorAltered},
}

func due(t *testing.T, s Store, before time.Time, limit int) []order.ID {
	t.Helper()
	ids, err := s.DueOrders(t.Context(), before, limit)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func dueListed(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	at := o.Record().Due
	if at.IsZero() {
		t.Fatal("a new order has no deadline")
	}
	if got := due(t, s, at.Add(-time.Second), 10); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	for _, when := range []time.Time{at, at.Add(time.Hour), at.In(time.FixedZone("X", -7200))} {
		if got := due(t, s, when, 10); !slices.Equal(got, []order.ID{o.ID()}) {
			t.Errorf("at %v: %v", when, got)
		}
	}
}

func dueCleared(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	c, err := o.Expire(by("sweep", noon.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	c.Stock = nil
	mustSave(t, s, o, c)
	if !o.Record().Due.IsZero() {
		t.Fatalf("an expired order is due at %v", o.Record().Due)
	}
	if got := due(t, s, noon.Add(1000*time.Hour), 10); len(got) != 0 {
		t.Errorf("still listed: %v", got)
	}
}

func dueMoved(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	was := o.Record().Due
	c, err := o.Asked(by("sweep", was))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	now := o.Record().Due
	if !now.After(was) {
		t.Fatalf("the deadline did not move: %v, then %v", was, now)
	}
	if got := due(t, s, now.Add(-time.Second), 10); len(got) != 0 {
		t.Errorf("listed at the old deadline: %v", got)
	}
	if got := due(t, s, now, 10); !slices.Equal(got, []order.ID{o.ID()}) {
		t.Errorf("not listed once at the new deadline: %v", got)
	}
}

func dueEarliest(t *testing.T, s Store) {
	const orders = 40 // Enough to stand on every shard.
	ids := make([]order.ID, orders)
	for i := range ids {
		at := noon.Add(time.Duration((i*17)%orders) * time.Minute) // Stored in no order of time.
		ids[(i*17)%orders] = stored(t, s, fmt.Sprintf("k%d", i), at).ID()
	}
	if got := due(t, s, noon.Add(24*time.Hour), 1000); !slices.Equal(got, ids) {
		t.Errorf("all: %v, want %v", got, ids)
	}
	if got := due(t, s, noon.Add(24*time.Hour), 7); !slices.Equal(got, ids[:7]) {
		t.Errorf("seven: %v, want %v", got, ids[:7])
	}
}

func dueEqual(t *testing.T, s Store) {
	var ids []order.ID
	for i := range 20 {
		ids = append(ids, bare(t, s, fmt.Sprintf("k%d", i)).ID())
	}
	got := due(t, s, noon.Add(24*time.Hour), 100)
	slices.Sort(ids)
	slices.Sort(got)
	if !slices.Equal(got, ids) {
		t.Errorf("got %d of %d", len(got), len(ids))
	}
}

// pages reads a day page by page.
func pages(t *testing.T, s Store, day string, limit int) (ids []order.ID, count int) {
	t.Helper()
	return paged(t, s.DayOrders, day, limit)
}

// paged reads a list of orders to its end. Only the last page may hold fewer than asked for.
func paged(t *testing.T, list func(ctx context.Context, of, cursor string, limit int) ([]order.ID, string, error), of string, limit int) (ids []order.ID, count int) {
	t.Helper()
	for cursor := ""; ; {
		page, next, err := list(t.Context(), of, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > limit || (next != "" && len(page) < limit) {
			t.Fatalf("a page of %d, at most %d", len(page), limit)
		}
		ids, count = append(ids, page...), count+1
		if next == "" {
			return ids, count
		}
		cursor = next
	}
}

func dayPaged(t *testing.T, s Store) {
	var want []order.ID
	for i := range 11 {
		want = append(want, stored(t, s, fmt.Sprintf("k%d", i), noon.Add(time.Duration(i)*time.Millisecond)).ID())
	}
	stored(t, s, "before", noon.Add(-12*time.Hour-time.Millisecond))
	stored(t, s, "after", noon.Add(12*time.Hour))
	slices.Reverse(want)
	if got, count := pages(t, s, "2026-11-22", 4); !slices.Equal(got, want) || count != 3 {
		t.Errorf("got %v in %d pages, want %v", got, count, want)
	}
	if got, _ := pages(t, s, "2026-11-21", 4); len(got) != 1 {
		t.Errorf("the day before: %v", got)
	}
	if got, _ := pages(t, s, "1999-01-01", 4); len(got) != 0 {
		t.Errorf("a day without orders: %v", got)
	}
}

func dayExact(t *testing.T, s Store) {
	for i := range 6 {
		stored(t, s, fmt.Sprintf("k%d", i), noon.Add(time.Duration(i)*time.Second))
	}
	if got, count := pages(t, s, "2026-11-22", 3); len(got) != 6 || count != 2 {
		t.Errorf("%d orders in %d pages", len(got), count)
	}
}

func dayEqual(t *testing.T, s Store) {
	want := map[order.ID]bool{}
	for i := range 9 {
		want[bare(t, s, fmt.Sprintf("k%d", i)).ID()] = true
	}
	got, _ := pages(t, s, "2026-11-22", 2)
	for _, id := range got {
		delete(want, id)
	}
	if len(got) != 9 || len(want) != 0 {
		t.Errorf("got %v, without %v", got, want)
	}
}

func dayKept(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	c, err := o.Revoke(by("staff:1", noon.Add(100*24*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	if got, _ := pages(t, s, "2026-11-22", 2); !slices.Equal(got, []order.ID{o.ID()}) {
		t.Errorf("got %v", got)
	}
}

func dayCursorAltered(t *testing.T, s Store) {
	for i := range 3 {
		stored(t, s, fmt.Sprintf("k%d", i), noon.Add(time.Duration(i)*time.Second))
	}
	_, next, err := s.DayOrders(t.Context(), "2026-11-22", "", 2)
	if err != nil || next == "" {
		t.Fatalf("no second page: %v", err)
	}
	for _, cursor := range []string{"x", next[1:], next + next, "§", base64.RawURLEncoding.EncodeToString([]byte("{}"))} {
		_, _, err := s.DayOrders(t.Context(), "2026-11-22", cursor, 2)
		wantFault(t, "cursor "+cursor, err, fault.Unreadable, "cursor_invalid")
	}
}
