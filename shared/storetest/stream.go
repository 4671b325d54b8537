package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/pricing"
)

// Streamed is a store whose Orders table has a stream of new images, as template.yaml asks for.
type Streamed interface {
	Store
	// Records gives what the stream has brought since the store was made, oldest first. It waits, within bounds, until that
	// are at least n.
	Records(t *testing.T, n int) []Record
}

// Record is one record of the stream.
type Record struct {
	Event  string            // INSERT, MODIFY or REMOVE.
	PK, SK string            // The item's key.
	New    map[string]string // The item's attributes but its key, numbers as text.
	HasOld bool              // It also holds what was there before.
}

var streamRows = []row{
	{"each change comes on the stream once, those of an order in their order", streamChanges},
	{"a record holds what was written, and not what was before", streamImages},
	{"a save that repeats, loses or is refused leaves nothing on the stream", streamOfNothing},
	{"a reference that is written again as it was leaves nothing on the stream", streamNoChange},
	{"changes of many orders at once come on the stream once each", streamCrowd},
}

// records reads the stream to its end: until a last order, which it stores for that, has come.
func records(t *testing.T, s Store) []Record {
	t.Helper()
	last := bare(t, s, "the last order")
	var got []Record
	for n := 2; ; n = len(got) + 1 {
		got = s.(Streamed).Records(t, n)
		if slices.ContainsFunc(got, func(r Record) bool { return r.PK == "ORDER#"+string(last.ID()) && isChange(r) }) {
			return slices.DeleteFunc(slices.Clone(got), func(r Record) bool { return r.PK == "ORDER#"+string(last.ID()) })
		}
		if len(got) < n {
			t.Fatalf("the stream ends after %d records, before the last order", len(got))
		}
	}
}

func isChange(r Record) bool { return strings.HasPrefix(r.SK, "CHANGE#") }

// wantStream checks that the changes on the stream are these orders' chains, each whole, once and in its order.
func wantStream(t *testing.T, s Store, ids ...order.ID) {
	t.Helper()
	got := make(map[string][]string)
	for _, r := range records(t, s) {
		if isChange(r) {
			got[r.PK] = append(got[r.PK], r.Event+" "+r.New["body"])
		}
	}
	for _, id := range ids {
		changes, err := s.Changes(t.Context(), id, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, c := range changes {
			body, err := c.Encode()
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, "INSERT "+string(body))
		}
		if pk := "ORDER#" + string(id); !slices.Equal(got[pk], want) {
			t.Errorf("of %s the stream brought %d changes:\n%s\nwant %d:\n%s", id, len(got[pk]), strings.Join(got[pk], "\n"), len(want), strings.Join(want, "\n"))
		}
	}
	if len(got) != len(ids) {
		t.Errorf("the stream brought changes of %d orders, want %d", len(got), len(ids))
	}
}

func streamChanges(t *testing.T, s Store) {
	mustSet(t, s, "mug", 9)
	orders := []*order.Order{bare(t, s, "k1"), bare(t, s, "k2"), bare(t, s, "k3")}
	for i := range 6 {
		o := orders[(i*i)%len(orders)]
		mustSave(t, s, o, next(t, o, []catalog.Move{move("mug", catalog.Reserve, 1)}, order.Ref{Gateway: "stripe", Ref: fmt.Sprintf("pi_%d", i)}))
	}
	wantStream(t, s, orders[0].ID(), orders[1].ID(), orders[2].ID())
}

func streamImages(t *testing.T, s Store) {
	mustSet(t, s, "gift", 1)
	o := stored(t, s, "k1", noon, pricing.Line{SKU: "gift", Name: "Gift", Quantity: 1})
	mustSave(t, s, o, next(t, o, nil, order.Ref{Gateway: "stripe", Ref: "pi_1"}))
	var got []string
	for _, r := range records(t, s) {
		if r.HasOld {
			t.Errorf("%s of %s holds what was there before", r.Event, r.SK)
		}
		got = append(got, strings.TrimSpace(r.Event+" "+r.SK+" "+r.New["n"]+r.New["msgs"]+r.New["order_id"]))
	}
	slices.Sort(got) // Within a transaction they have no order.
	want := []string{"INSERT CHANGE#000001 2", "INSERT CHANGE#000002", "INSERT ORDER 1", "INSERT REF " + string(o.ID()), "MODIFY ORDER 2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func streamOfNothing(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	o := bare(t, s, "k1")
	stale := load(t, s, o.ID())
	c := next(t, o, nil)
	mustSave(t, s, o, c)
	mustSave(t, s, o, c)
	cancel, err := stale.Cancel(by("shopper", noon.Add(time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, "a stale change", s.Save(t.Context(), stale, cancel), fault.Conflict, "version_conflict")
	wantShort(t, apply(t, s, "k2", move("mug", catalog.Reserve, 2)), "mug")
	held, err := o.Hold("manual", []byte(strings.Repeat("x", 310_000)), by("staff:1", noon))
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, "too large", s.Save(t.Context(), o, held), fault.Internal, "")
	wantStream(t, s, o.ID())
	if got := records(t, s); len(got) != 4 {
		t.Errorf("the stream brought %d records, want 4: an order and a change, twice", len(got))
	}
}

func streamNoChange(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	ref := order.Ref{Gateway: "stripe", Ref: "pi_1"}
	for range 3 {
		mustSave(t, s, o, next(t, o, nil, ref))
	}
	count := 0
	for _, r := range records(t, s) {
		if r.SK == "REF" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("the stream brought the reference %d times", count)
	}
}

func streamCrowd(t *testing.T, s Store) {
	const orders, changes = 8, 4
	ids := make([]order.ID, orders)
	errs := atOnce(orders, func(i int) error {
		o, c := place(t, "k"+strconv.Itoa(i), noon.Add(time.Duration(i)*time.Second))
		ids[i] = o.ID()
		for range changes {
			if err := s.Save(t.Context(), o, c); err != nil {
				return err
			}
			c = next(t, o, nil)
		}
		return nil
	})
	wantWinners(t, errs, orders, "")
	wantStream(t, s, ids...)
}
