package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
)

var limitRows = []row{
	{"a change of more than 400 KB is refused whole", limitItem},
	{"an event of more than 400 KB is refused", limitEvent},
	{"a hundred writes at once are stored", limitHundred},
	{"a hundred and one writes at once are refused whole", limitHundredOne},
	{"a call whose time is over does not succeed", limitCancelled},
}

func limitItem(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	o := bare(t, s, "k1")
	c, err := o.Hold("manual", []byte(strings.Repeat("x", 310_000)), by("staff:1", noon)) // Base64 adds a third.
	if err != nil {
		t.Fatal(err)
	}
	c.Stock = []catalog.Move{move("mug", catalog.Reserve, 1)}
	wantFault(t, "too large", s.Save(t.Context(), o, c), fault.Internal, "")
	wantVersion(t, s, o.ID(), 1)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1})
}

func limitEvent(t *testing.T, s Store) {
	i := event("evt_1", noon)
	i.Event.Type = strings.Repeat("x", 400<<10)
	_, fresh, err := s.PutEvent(t.Context(), i)
	wantFault(t, "too large", err, fault.Internal, "")
	if fresh {
		t.Error("an event that was refused is told to be new")
	}
	_, err = s.Event(t.Context(), i.Event.Key())
	wantFault(t, "the event", err, fault.NotFound, "")
}

// refs makes so many references.
func refs(n int) []order.Ref {
	out := make([]order.Ref, n)
	for i := range out {
		out[i] = order.Ref{Gateway: "stripe", Ref: fmt.Sprintf("pi_%d", i)}
	}
	return out
}

func limitHundred(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	mustSave(t, s, o, next(t, o, nil, refs(98)...))
	wantVersion(t, s, o.ID(), 2)
}

func limitHundredOne(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	wantFault(t, "101 writes", s.Save(t.Context(), o, next(t, o, nil, refs(99)...)), fault.Internal, "")
	wantVersion(t, s, o.ID(), 1)
	_, err := s.OrderByRef(t.Context(), "stripe", "pi_0")
	wantFault(t, "a reference", err, fault.NotFound, "")
}

func limitCancelled(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	o, c := place(t, "k1", noon, line("mug", 1))
	wantFault(t, "a save", s.Save(over, o, c), fault.Unknown, "")
	_, err := s.Order(over, o.ID())
	if !fault.Is(err, fault.Unavailable, fault.Unknown) {
		t.Errorf("a read: %v", err)
	}
	mustSave(t, s, o, c)
	wantVersion(t, s, o.ID(), 1)
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 1})
}
