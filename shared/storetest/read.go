package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/pricing"
)

var readRows = []row{
	{"what was never stored is not found", readAbsent},
	{"two reads give two orders", readTwice},
	{"what a caller does to an order after saving does not change what is stored", readCopy},
	{"changes come in order, from where one asks, as many as one asks", readChanges},
	{"changes of more than a megabyte come whole", readManyChanges},
	{"many orders come in the order asked, the missing left out, each once", readMany},
	{"more orders than one call of DynamoDB gives come all", readVeryMany},
	{"orders of more than 16 MB come all", readHuge},
	{"references and changes are no orders", readOnlyOrders},
}

func readAbsent(t *testing.T, s Store) {
	ctx := t.Context()
	wantAbsent(t, s, order.IDFor("nobody"))
	_, err := s.OrderByRef(ctx, "stripe", "pi_none")
	wantFault(t, "a reference", err, fault.NotFound, "not_found")
	if got, err := s.Changes(ctx, order.IDFor("nobody"), 0, 10); err != nil || len(got) != 0 {
		t.Errorf("changes of nothing: %v, %v", got, err)
	}
	_, err = s.Product(ctx, "none")
	wantFault(t, "a product", err, fault.NotFound, "not_found")
	_, err = s.Stock(ctx, "none")
	wantFault(t, "a stock", err, fault.NotFound, "not_found")
	_, err = s.Event(ctx, "stripe##evt_none")
	wantFault(t, "an event", err, fault.NotFound, "not_found")
}

func readTwice(t *testing.T, s Store) {
	id := bare(t, s, "k1").ID()
	next(t, load(t, s, id), nil)
	if got := load(t, s, id).Record().N; got != 1 {
		t.Errorf("a change that was never saved shows: version %d", got)
	}
}

func readCopy(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	o.Record().Lines[0].Name = "Other"
	next(t, o, nil)
	if r := load(t, s, o.ID()).Record(); r.N != 1 || r.Lines[0].Name != "Nothing" {
		t.Errorf("stored is %+v", r)
	}
}

func readChanges(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	for range 11 {
		mustSave(t, s, o, next(t, o, nil))
	}
	tests := []struct {
		after, limit int
		want         []int
	}{
		{0, 3, []int{1, 2, 3}}, {3, 3, []int{4, 5, 6}}, {9, 100, []int{10, 11, 12}}, {12, 5, nil}, {-1, 1, []int{1}},
	}
	for _, tt := range tests {
		changes, err := s.Changes(t.Context(), o.ID(), tt.after, tt.limit)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, c := range changes {
			got = append(got, c.N)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("after %d at most %d: got %v, want %v", tt.after, tt.limit, got, tt.want)
		}
	}
}

func readManyChanges(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	for i := range 6 {
		c, err := o.Hold("manual", []byte(strings.Repeat("x", 250_000)), by("staff:1", noon))
		if i%2 == 1 {
			c, err = o.Lift("manual", by("staff:1", noon))
		}
		if err != nil {
			t.Fatal(err)
		}
		mustSave(t, s, o, c)
	}
	for i := range 2 {
		c, err := o.Hold([]string{"manual", "address"}[i], []byte(strings.Repeat("x", 250_000)), by("staff:1", noon))
		if err != nil {
			t.Fatal(err)
		}
		mustSave(t, s, o, c)
	}
	wantVersion(t, s, o.ID(), 9) // Five of 333 KB each.
}

func readMany(t *testing.T, s Store) {
	a, b := bare(t, s, "a").ID(), bare(t, s, "b").ID()
	got, err := s.Orders(t.Context(), []order.ID{b, order.IDFor("none"), a, b})
	if err != nil || len(got) != 2 || got[0].ID() != b || got[1].ID() != a {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := s.Orders(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %v", got, err)
	}
}

func readVeryMany(t *testing.T, s Store) {
	var ids []order.ID
	for i := range 130 {
		ids = append(ids, bare(t, s, "k"+string(rune('0'+i))).ID())
	}
	got, err := s.Orders(t.Context(), ids)
	if err != nil || len(got) != len(ids) {
		t.Fatalf("%d of %d orders, %v", len(got), len(ids), err)
	}
	for i, o := range got {
		if o.ID() != ids[i] {
			t.Fatalf("order %d is %s, want %s", i, o.ID(), ids[i])
		}
	}
}

func readHuge(t *testing.T, s Store) {
	const orders = 60
	var ids []order.ID
	for i := range orders {
		large := pricing.Line{SKU: "none", Name: strings.Repeat("x", 290_000), UnitPrice: 1, Total: 1}
		o := stored(t, s, fmt.Sprintf("k%d", i), noon, large)
		ids = append(ids, o.ID())
	}
	got, err := s.Orders(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for i, o := range got {
		body, err := o.Encode()
		if err != nil || o.ID() != ids[i] {
			t.Fatalf("order %d is %s, want %s; %v", i, o.ID(), ids[i], err)
		}
		size += len(body)
	}
	if len(got) != orders || size < 16<<20 {
		t.Errorf("%d of %d orders, %d bytes", len(got), orders, size)
	}
}

func readOnlyOrders(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	mustSave(t, s, o, next(t, o, nil, order.Ref{Gateway: "stripe", Ref: "pi_1"}))
	mustSet(t, s, "mug", 1)
	ids, _, err := s.DayOrders(t.Context(), "2026-11-22", "", 10)
	if err != nil || !slices.Equal(ids, []order.ID{o.ID()}) {
		t.Errorf("of the day: %v, %v", ids, err)
	}
	due, err := s.DueOrders(t.Context(), noon.Add(24*time.Hour), 10)
	if err != nil || !slices.Equal(due, []order.ID{o.ID()}) {
		t.Errorf("due: %v, %v", due, err)
	}
	if got, err := s.Products(t.Context(), []catalog.SKU{"mug"}); err != nil || len(got) != 0 {
		t.Errorf("a stock was taken for a product: %v, %v", got, err)
	}
}
