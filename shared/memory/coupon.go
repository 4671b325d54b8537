package memory

import (
	"context"
	"errors"
	"strings"

	"till/shared/pricing"
)

const couponPrefix, usesPrefix = "COUPON#", "USES#"

func usesKey(k pricing.UseKey) key {
	if k.Customer == "" {
		return key{couponPrefix + k.Coupon, "USES"}
	}
	return key{couponPrefix + k.Coupon, usesPrefix + k.Customer}
}

// Uses is storetest.Store's.
func (s *Store) Uses(ctx context.Context, keys []pricing.UseKey) (map[pricing.UseKey]int64, error) {
	return ask(ctx, s, "Uses", func() (map[pricing.UseKey]int64, error) {
		out := make(map[pricing.UseKey]int64, len(keys))
		for _, k := range keys {
			out[k] = s.table(Catalog).items[usesKey(k)].number("used")
		}
		return out, nil
	})
}

// AllUses gives every counter of uses of coupons.
func (s *Store) AllUses() map[pricing.UseKey]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[pricing.UseKey]int64{}
	for k, item := range s.table(Catalog).items {
		coupon, of := strings.CutPrefix(k.pk, couponPrefix)
		if customer, _ := strings.CutPrefix(k.sk, usesPrefix); of {
			if k.sk == "USES" {
				customer = ""
			}
			out[pricing.UseKey{Coupon: coupon, Customer: customer}] = item.number("used")
		}
	}
	return out
}

// used gives the counters of coupons after moves of their uses. Errors: pricing.UsedUp for each that does not allow it, joined; as
// pricing.Counts.
func (s *Store) used(uses []pricing.Use) ([]put, error) {
	counts, err := pricing.Counts(uses)
	if err != nil {
		return nil, err
	}
	var out []put
	var gone []error
	for _, c := range counts {
		after, err := c.After(s.table(Catalog).items[usesKey(c.UseKey)].number("used"))
		if err != nil {
			gone = append(gone, err)
			continue
		}
		out = append(out, put{table: Catalog, key: usesKey(c.UseKey), next: Image{"used": after}})
	}
	return out, errors.Join(gone...)
}
