package memory

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"till/shared/catalog"
)

func entryPlace(sku catalog.SKU, n int) key { return key{"SKU#" + string(sku), entrySort(n)} }

func entrySort(n int) string {
	digits := strconv.Itoa(n)
	return "ENTRY#" + strings.Repeat("0", max(0, 6-len(digits))) + digits
}

func entryKeyPlace(sku catalog.SKU, name string) key {
	return key{"SKU#" + string(sku), "ENTRYKEY#" + name}
}

// EnterStock is storetest.Store's.
func (s *Store) EnterStock(ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
	return ask(ctx, s, "EnterStock", func() (catalog.Stock, error) {
		if err := errors.Join(w.Check()...); err != nil {
			return catalog.Stock{}, err
		}
		items := s.table(Catalog).items
		old, err := s.spreadOf(sku)
		if err != nil {
			return catalog.Stock{}, err
		}
		if repeat, there := items[entryKeyPlace(sku, w.Key)]; there && w.Key != "" {
			if repeat.text("print") != w.Print() {
				return catalog.Stock{}, catalog.KeyReused("memory.EnterStock")
			}
			return old.Stock(), nil
		}
		if w.Over != catalog.AnyEntry && w.Over != old.N {
			return catalog.Stock{}, catalog.Moved("memory.EnterStock")
		}
		after, e, err := old.Enter(w.Entry)
		if err != nil {
			return catalog.Stock{}, err
		}
		e.N = after.N
		body, err := e.Encode()
		if err != nil {
			return catalog.Stock{}, internal("EnterStock", "unencodable")
		}
		puts := []put{{}, {table: Catalog, key: entryPlace(sku, e.N), next: Image{"body": string(body)}}}
		for _, d := range old.Deltas(after) {
			item := items[binKey(sku, d.Bin)]
			c := tallyOf(d.Bin, item)
			c.Open += d.Open
			next := counted(item, c)
			if d.Bin != "" {
				puts = append(puts, put{table: Catalog, key: binKey(sku, d.Bin), next: next})
				continue
			}
			next["n"], next["allow"], next["expected"] = int64(e.N), after.Backorder, after.Expected
			if bins := after.Layout.Encode(); bins != "" {
				next["bins"] = bins
			}
			if e.Low != nil {
				next["low"] = *e.Low
			}
			puts[0] = put{table: Catalog, key: stockKey(sku), next: next}
		}
		if e.Low != nil {
			puts = append(puts, put{table: Catalog, key: watchKey(sku), next: watchImage(sku, *e.Low)})
		}
		if w.Key != "" {
			puts = append(puts, put{table: Catalog, key: entryKeyPlace(sku, w.Key), next: Image{"print": w.Print()}})
		}
		return after.Stock(), s.commit("EnterStock", puts...)
	})
}

// StockEntries is storetest.Store's.
func (s *Store) StockEntries(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error) {
	return ask(ctx, s, "StockEntries", func() ([]catalog.Entry, error) {
		var out []catalog.Entry
		keys := s.rows("SKU#"+string(sku), "ENTRY#", "")
		slices.Reverse(keys)
		for _, k := range keys {
			if len(out) == limit {
				break
			}
			if before > 0 && k.sk >= entrySort(before) {
				continue
			}
			e, err := catalog.DecodeEntry([]byte(s.table(Catalog).items[k].text("body")))
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		return out, nil
	})
}

// Entered sums up each SKU's entries, by location. For control pages and checks; no fault strikes it.
func (s *Store) Entered() map[catalog.SKU]map[catalog.Location]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[catalog.SKU]map[catalog.Location]int64{}
	for k, item := range s.table(Catalog).items {
		if !strings.HasPrefix(k.sk, "ENTRY#") {
			continue
		}
		if e, err := catalog.DecodeEntry([]byte(item.text("body"))); err == nil {
			sku := catalog.SKU(strings.TrimPrefix(k.pk, "SKU#"))
			if out[sku] == nil {
				out[sku] = map[catalog.Location]int64{}
			}
			e.Into(out[sku])
		}
	}
	return out
}
