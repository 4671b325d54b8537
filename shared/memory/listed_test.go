package memory_test

import (
	"testing"
	"time"

	"till/shared/memory"
	"till/shared/money"
	"till/shared/order"
	"till/shared/pricing"
)

// billed is what an order costs when it is placed, and each of its changes later, in write units.
func billed(t *testing.T, listed bool) (units []int) {
	t.Helper()
	s := &memory.Store{OnUnits: func(_ string, n int) { units = append(units, n) }}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	q := pricing.Quote{Currency: money.Currency("EUR"), Country: "DE", Method: "standard", Subtotal: 1, Total: 1, Lines: []pricing.Line{{SKU: "none", Name: "Nothing", UnitPrice: 1, Total: 1}}}
	o, c, err := order.New(order.Placement{Key: "k", Print: "p", Quote: q, Country: "DE", Customer: "cus_a", Hold: time.Minute, Listed: listed}, order.By{Who: "shopper", At: at})
	for range 3 {
		if err == nil {
			err = s.Save(t.Context(), o, c)
		}
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Second)
		c, err = o.Revoke(order.By{Who: "staff:1", At: at})
	}
	return units
}

func TestWhatCustomersFindCostsOneUnitWhenItIsPlacedAndNothingLater(t *testing.T) {
	plain, listed := billed(t, false), billed(t, true)
	if len(plain) != 3 || len(listed) != 3 || listed[0] != plain[0]+1 || listed[1] != plain[1] || listed[2] != plain[2] {
		t.Errorf("an order costs %v, one that is listed %v", plain, listed)
	}
}
