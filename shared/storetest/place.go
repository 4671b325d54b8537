package storetest

import (
	"fmt"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/pricing"
)

var placeRows = []row{
	{"a new order is stored with its first change and its stock reserved", placeNew},
	{"the same placement again succeeds and reserves nothing more", placeAgain},
	{"another body under the same key loses, and the first order stays", placeOtherBody},
	{"a second line that is short keeps nothing of the order", placeSecondLineShort},
	{"every line that is short is named", placeAllShort},
	{"a product that was never counted is short", placeNeverCounted},
	{"the last unit is sold once", placeLastUnit},
	{"one product on two lines is reserved as their sum", placeTwice},
	{"one product on two lines is short by their sum", placeTwiceShort},
	{"the largest order is stored whole", placeLargest},
	{"a placement that was short goes through once the shelf is filled", placeRefilled},
	{"an order of no cost is stored confirmed", placeFree},
}

func placeNew(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	o := stored(t, s, "k1", noon, line("mug", 2))
	wantVersion(t, s, o.ID(), 1)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 3, Reserved: 2})
	if r := load(t, s, o.ID()).Record(); r.Status != order.AwaitingPayment || r.Total != 2380 || r.Head != o.Record().Head {
		t.Errorf("stored is %+v", r)
	}
}

func placeAgain(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	stored(t, s, "k1", noon, line("mug", 2))
	o := stored(t, s, "k1", noon, line("mug", 2))
	wantVersion(t, s, o.ID(), 1)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 3, Reserved: 2})
}

func placeOtherBody(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	first := stored(t, s, "k1", noon, line("mug", 2))
	o, c := place(t, "k1", noon, line("mug", 3))
	wantFault(t, "the other body", s.Save(t.Context(), o, c), fault.Conflict, "version_conflict")
	if r := load(t, s, o.ID()).Record(); r.Head != first.Record().Head {
		t.Errorf("the first order was replaced by %+v", r)
	}
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 3, Reserved: 2})
}

func placeSecondLineShort(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	mustSet(t, s, "tea", 1)
	o, c := place(t, "k1", noon, line("mug", 2), line("tea", 2))
	wantShort(t, s.Save(t.Context(), o, c), "tea")
	wantAbsent(t, s, o.ID())
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 5})
	wantStock(t, s, catalog.Stock{SKU: "tea", Free: 1})
}

func placeAllShort(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	mustSet(t, s, "cup", 9)
	mustSet(t, s, "tea", 1)
	o, c := place(t, "k1", noon, line("tea", 2), line("cup", 1), line("mug", 2))
	wantShort(t, s.Save(t.Context(), o, c), "mug", "tea")
	wantStock(t, s, catalog.Stock{SKU: "cup", Free: 9})
}

func placeNeverCounted(t *testing.T, s Store) {
	o, c := place(t, "k1", noon, line("ghost", 1))
	wantShort(t, s.Save(t.Context(), o, c), "ghost")
	wantAbsent(t, s, o.ID())
	_, err := s.Stock(t.Context(), "ghost")
	wantFault(t, "its stock", err, fault.NotFound, "")
}

func placeLastUnit(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	stored(t, s, "k1", noon, line("mug", 1))
	o, c := place(t, "k2", noon, line("mug", 1))
	wantShort(t, s.Save(t.Context(), o, c), "mug")
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 1})
}

func placeTwice(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	stored(t, s, "k1", noon, line("mug", 2), line("mug", 3))
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 5})
}

func placeTwiceShort(t *testing.T, s Store) {
	mustSet(t, s, "mug", 4)
	o, c := place(t, "k1", noon, line("mug", 2), line("mug", 3))
	wantShort(t, s.Save(t.Context(), o, c), "mug")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 4})
}

func placeLargest(t *testing.T, s Store) {
	var lines []pricing.Line
	for i := range pricing.LinesMax {
		sku := catalog.SKU(fmt.Sprintf("sku-%02d", i))
		mustSet(t, s, sku, 1)
		lines = append(lines, line(sku, 1))
	}
	o := stored(t, s, "k1", noon, lines...)
	wantVersion(t, s, o.ID(), 1)
	wantStock(t, s, catalog.Stock{SKU: "sku-49", Reserved: 1})
}

func placeRefilled(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	o, c := place(t, "k1", noon, line("mug", 2))
	wantShort(t, s.Save(t.Context(), o, c), "mug")
	mustSet(t, s, "mug", 2)
	mustSave(t, s, o, c)
	wantVersion(t, s, o.ID(), 1)
}

func placeFree(t *testing.T, s Store) {
	mustSet(t, s, "gift", 1)
	o := stored(t, s, "k1", noon, pricing.Line{SKU: "gift", Name: "Gift", Quantity: 1})
	if got := load(t, s, o.ID()).Record().Status; got != order.Confirmed {
		t.Errorf("stored as %s", got)
	}
	c, err := s.Change(t.Context(), o.ID(), 1)
	if err != nil || len(c.Messages) != 2 {
		t.Errorf("its change holds messages %v, %v", c.Messages, err)
	}
}
