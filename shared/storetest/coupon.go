package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/pricing"
)

var couponRows = []row{
	{"an order takes a use of its coupon, and a repeat takes no more", couponTaken},
	{"a coupon that is used up keeps nothing of the order", couponUsedUp},
	{"each customer has uses of their own", couponPerCustomer},
	{"a customer's last use does not use up what others may", couponOneCustomer},
	{"an order that ends unpaid gives its use back, once", couponGivenBack},
	{"no more is given back than was taken", couponNotBelowZero},
	{"a coupon that is used up and stock that is short are named together", couponAndStock},
	{"a limit that was lowered since is the one that holds", couponLowered},
	{"counters that were never used are zero", couponUnused},
	{"a use without a limit, or of one coupon twice, is refused", couponBroken},
	{"of many buyers at once as many as there are uses get the last ones", couponRace},
	{"buyers and orders that expire at once lose and make no use", couponRaceBack},
}

// coupled makes an order of nothing but coupons, not yet stored.
func coupled(t *testing.T, key, customer string, coupons ...pricing.Coupon) (*order.Order, order.Change) {
	t.Helper()
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 500, Total: 500, Coupons: coupons,
		Lines: []pricing.Line{{SKU: "mug", Name: "Mug", Quantity: 1, UnitPrice: 500, Total: 500}}}
	o, c, err := order.New(order.Placement{Key: key, Print: "print-" + key, Quote: q, Country: "DE", Customer: customer, Hold: 30 * time.Minute}, by("shopper", noon))
	if err != nil {
		t.Fatal(err)
	}
	return o, c
}

const ada, bob = "cus_ada", "cus_bob"

func wantUses(t *testing.T, s Store, want map[pricing.UseKey]int64) {
	t.Helper()
	var keys []pricing.UseKey
	for k := range want {
		keys = append(keys, k)
	}
	got, err := s.Uses(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%+v was used %d times, want %d", k, got[k], n)
		}
	}
}

func all(n int64) map[pricing.UseKey]int64 {
	return map[pricing.UseKey]int64{{Coupon: "welcome"}: n}
}

func wantUsedUp(t *testing.T, err error, ids ...string) {
	t.Helper()
	if got := pricing.AllUsedUp(err); !fault.Is(err, fault.Conflict) || !slices.Equal(got, ids) {
		t.Errorf("got %v, used up are %v, want %v", err, got, ids)
	}
}

func welcome(limit, perCustomer int64) pricing.Coupon {
	return pricing.Coupon{ID: "welcome", Limit: limit, PerCustomer: perCustomer}
}

func couponTaken(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	o, c := coupled(t, "k1", ada, welcome(2, 0))
	mustSave(t, s, o, c)
	mustSave(t, s, o, c)
	wantUses(t, s, all(1))
	if r := load(t, s, o.ID()).Record(); len(r.Coupons) != 1 || r.Coupons[0] != welcome(2, 0) {
		t.Errorf("stored with %+v", r.Coupons)
	}
}

func couponUsedUp(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	o, c := coupled(t, "k1", ada, welcome(1, 0))
	mustSave(t, s, o, c)
	o, c = coupled(t, "k2", bob, welcome(1, 0))
	wantUsedUp(t, s.Save(t.Context(), o, c), "welcome")
	wantAbsent(t, s, o.ID())
	wantUses(t, s, all(1))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 4, Reserved: 1})
}

func couponPerCustomer(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	for i, customer := range []string{ada, bob} {
		o, c := coupled(t, fmt.Sprintf("k%d", i), customer, welcome(0, 1))
		mustSave(t, s, o, c)
		again, change := coupled(t, fmt.Sprintf("again%d", i), customer, welcome(0, 1))
		wantUsedUp(t, s.Save(t.Context(), again, change), "welcome")
	}
	wantUses(t, s, map[pricing.UseKey]int64{{Coupon: "welcome", Customer: ada}: 1, {Coupon: "welcome", Customer: bob}: 1, {Coupon: "welcome"}: 0})
}

func couponOneCustomer(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	o, c := coupled(t, "k1", ada, welcome(2, 1))
	mustSave(t, s, o, c)
	o, c = coupled(t, "k2", ada, welcome(2, 1))
	wantUsedUp(t, s.Save(t.Context(), o, c), "welcome")
	wantUses(t, s, all(1))
	o, c = coupled(t, "k3", bob, welcome(2, 1))
	mustSave(t, s, o, c)
	wantUses(t, s, all(2))
}

func expire(t *testing.T, o *order.Order) order.Change {
	t.Helper()
	c, err := o.Expire(by("sweep", noon.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func couponGivenBack(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	o, c := coupled(t, "k1", ada, welcome(1, 1))
	mustSave(t, s, o, c)
	end := expire(t, o)
	mustSave(t, s, o, end)
	mustSave(t, s, o, end)
	wantUses(t, s, map[pricing.UseKey]int64{{Coupon: "welcome"}: 0, {Coupon: "welcome", Customer: ada}: 0})
	o, c = coupled(t, "k2", ada, welcome(1, 1))
	mustSave(t, s, o, c)
	wantUses(t, s, all(1))
}

func couponNotBelowZero(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	o, c := coupled(t, "k1", ada, welcome(1, 0))
	mustSave(t, s, o, c)
	end := expire(t, o)
	mustSave(t, s, o, end)
	o, c = coupled(t, "k2", ada)
	c.Uses = []pricing.Use{{Coupon: welcome(1, 0), Kind: pricing.Give}}
	wantUsedUp(t, s.Save(t.Context(), o, c), "welcome")
	wantUses(t, s, all(0))
}

func couponAndStock(t *testing.T, s Store) {
	mustSet(t, s, "mug", 1)
	o, c := coupled(t, "k1", ada, welcome(1, 0))
	mustSave(t, s, o, c)
	o, c = coupled(t, "k2", bob, welcome(1, 0), pricing.Coupon{ID: "other", Limit: 1})
	err := s.Save(t.Context(), o, c)
	wantUsedUp(t, err, "welcome")
	wantShort(t, err, "mug")
	wantUses(t, s, map[pricing.UseKey]int64{{Coupon: "other"}: 0})
}

func couponLowered(t *testing.T, s Store) {
	mustSet(t, s, "mug", 9)
	for i := range 3 {
		o, c := coupled(t, fmt.Sprintf("k%d", i), ada, welcome(3, 0))
		mustSave(t, s, o, c)
	}
	o, c := coupled(t, "k9", ada, welcome(2, 0))
	wantUsedUp(t, s.Save(t.Context(), o, c), "welcome")
	o, c = coupled(t, "k10", ada, welcome(4, 0))
	mustSave(t, s, o, c)
	wantUses(t, s, all(4))
}

func couponUnused(t *testing.T, s Store) {
	wantUses(t, s, map[pricing.UseKey]int64{{Coupon: "welcome"}: 0, {Coupon: "welcome", Customer: ada}: 0})
	if got, err := s.Uses(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no counters are %v, %v", got, err)
	}
}

func couponBroken(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	once := pricing.Use{Coupon: welcome(1, 0), Kind: pricing.Take}
	for name, uses := range map[string][]pricing.Use{
		"no limit": {{Coupon: welcome(0, 0), Kind: pricing.Take}}, "no kind": {{Coupon: welcome(1, 0)}}, "no coupon": {{Coupon: pricing.Coupon{Limit: 1}, Kind: pricing.Take}},
		"no customer": {{Coupon: welcome(0, 1), Kind: pricing.Take}}, "twice": {once, once},
	} {
		o, c := coupled(t, name, ada)
		c.Uses = uses
		wantFault(t, name, s.Save(t.Context(), o, c), fault.Internal, "use_invalid")
	}
	wantUses(t, s, all(0))
}

func couponRace(t *testing.T, s Store) {
	mustSet(t, s, "mug", 100)
	errs := atOnce(20, func(i int) error {
		o, c := coupled(t, fmt.Sprintf("k%d", i), fmt.Sprintf("cus_%d", i%10), welcome(5, 1))
		return s.Save(t.Context(), o, c)
	})
	wantWinners(t, errs, 5, "coupon_used_up")
	wantUses(t, s, all(5))
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 95, Reserved: 5})
}

func couponRaceBack(t *testing.T, s Store) {
	mustSet(t, s, "mug", 100)
	var orders []*order.Order
	for i := range 5 {
		o, c := coupled(t, fmt.Sprintf("old%d", i), ada, welcome(5, 0))
		mustSave(t, s, o, c)
		orders = append(orders, o)
	}
	errs := atOnce(15, func(i int) error {
		if i < 5 {
			o := orders[i].Clone()
			return s.Save(t.Context(), o, expire(t, o))
		}
		o, c := coupled(t, fmt.Sprintf("new%d", i), bob, welcome(5, 0))
		return s.Save(t.Context(), o, c)
	})
	bought := int64(0)
	for i, err := range errs {
		switch {
		case i < 5 && err != nil:
			t.Errorf("giving back: %v", err)
		case i >= 5 && err == nil:
			bought++
		case err != nil:
			wantUsedUp(t, err, "welcome")
		}
	}
	if bought > 5 {
		t.Errorf("%d took a use of 5", bought)
	}
	wantUses(t, s, all(bought))
}
