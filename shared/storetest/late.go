package storetest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

// paid stores an order placed at noon and its payment at another time, and gives the change that the payment made.
func paid(t *testing.T, s Store, key string, at time.Time) string {
	t.Helper()
	id := bare(t, s, key).ID()
	for _, verb := range [...]func(*order.Order) (order.Change, error){
		func(o *order.Order) (order.Change, error) {
			return o.StartPayment(order.NewAttempt{Key: key, Print: "x", Gateway: "stripe", Mode: payment.Hosted}, by("shopper", noon))
		},
		func(o *order.Order) (order.Change, error) {
			a, _ := o.OpenAttempt()
			return o.ApplyPayment(payment.Facts{State: payment.Captured, Order: string(id), Attempt: a.ID, Intent: "pi_" + key,
				Amount: money.Of(a.Amount, o.Record().Currency), Captured: a.Amount}, false, by("gateway:stripe", at))
		},
	} {
		o := load(t, s, id)
		c, err := verb(o)
		if err != nil {
			t.Fatal(err)
		}
		mustSave(t, s, o, c)
	}
	return fmt.Sprintf("%s#%d", id, load(t, s, id).Record().N)
}

// late lists a day's late changes page by page.
func late(t *testing.T, s Store, day string, limit int) (names []string, pages int) {
	t.Helper()
	for cursor := ""; ; {
		page, next, err := s.LateChanges(t.Context(), day, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > limit || (next != "" && len(page) < limit) {
			t.Fatalf("a page of %d, at most %d", len(page), limit)
		}
		for _, c := range page {
			if len(c.Postings) == 0 || c.At.Format(time.DateOnly) != day {
				t.Errorf("%s#%d of %v, with %d postings", c.Order, c.N, c.At, len(c.Postings))
			}
			names = append(names, fmt.Sprintf("%s#%d", c.Order, c.N))
		}
		if pages++; next == "" {
			return names, pages
		}
		cursor = next
	}
}

func lateListed(t *testing.T, s Store) {
	morrow := noon.Add(24 * time.Hour)
	var want []string
	for i := range 5 {
		want = append(want, paid(t, s, fmt.Sprintf("k%d", i), morrow.Add(time.Duration(i)*time.Millisecond)))
	}
	paid(t, s, "after", morrow.Add(12*time.Hour))
	if got, pages := late(t, s, "2026-11-23", 2); !slices.Equal(got, want) || pages != 3 {
		t.Errorf("got %v in %d pages, want %v", got, pages, want)
	}
	if got, pages := late(t, s, "2026-11-23", 5); len(got) != 5 || pages != 1 {
		t.Errorf("%d in %d pages of five", len(got), pages)
	}
	if got, _ := late(t, s, "2026-11-24", 2); len(got) != 1 {
		t.Errorf("the day after: %v", got)
	}
	if got, _ := pages(t, s, "2026-11-22", 100); len(got) != 6 {
		t.Errorf("the day's own orders are %v", got)
	}
}

func lateNot(t *testing.T, s Store) {
	paid(t, s, "k1", noon.Add(12*time.Hour-time.Millisecond))
	o := bare(t, s, "k2")
	c, err := o.Revoke(by("staff:1", noon.Add(24*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	for _, day := range []string{"2026-11-22", "2026-11-23"} {
		if got, _ := late(t, s, day, 2); len(got) != 0 {
			t.Errorf("on %s: %v", day, got)
		}
	}
}

func lateCursorAltered(t *testing.T, s Store) {
	for i := range 3 {
		paid(t, s, fmt.Sprintf("k%d", i), noon.Add(24*time.Hour))
	}
	_, next, err := s.LateChanges(t.Context(), "2026-11-23", "", 2)
	if err != nil || next == "" {
		t.Fatalf("no second page: %v", err)
	}
	for _, cursor := range []string{"x", next[1:], next + next, "§", base64.RawURLEncoding.EncodeToString([]byte("{}"))} {
		_, _, err := s.LateChanges(t.Context(), "2026-11-23", cursor, 2)
		wantFault(t, "cursor "+cursor, err, fault.Unreadable, "cursor_invalid")
	}
}
