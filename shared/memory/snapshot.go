package memory

import (
	"maps"
	"slices"
	"strings"

	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/order"
)

// AllOrders lists the ids of all orders, oldest first. For control pages and checks; no fault strikes it.
func (s *Store) AllOrders() []order.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	days := s.table(Orders).indexes["day"].rows
	var out []order.ID
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if strings.Contains(day, "#") {
			continue // What the ledger lists by day: see lateDay and entryDay.
		}
		for _, e := range days[day] {
			out = append(out, orderOf(e.key))
		}
	}
	return out
}

// Chain is an order and all its changes as they are stored: nobody may change them. For control pages and checks; no fault
// strikes it. Errors: fault.NotFound; fault.Internal, the store holds what we cannot read.
func (s *Store) Chain(id order.ID) (*order.Order, []order.Change, error) { return s.ChainAfter(id, 0) }

// ChainAfter is Chain without the first changes.
func (s *Store) ChainAfter(id order.ID, first int) (*order.Order, []order.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table(Orders)
	last := int(t.items[orderKey(id)].number("n"))
	if last == 0 {
		return nil, nil, order.NotFound("memory.Chain")
	}
	o, err := body(t, orderKey(id), order.Decode)
	out := make([]order.Change, 0, max(0, last-first))
	for n := first + 1; err == nil; n++ {
		k := changeKey(id, n)
		if _, there := t.items[k]; !there {
			break
		}
		var c order.Change
		c, err = body(t, k, order.DecodeChange)
		out = append(out, c)
	}
	return o, out, err
}

// Forget lets everything be read from its bytes again, whatever is known of it. For checks.
func (s *Store) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tables {
		clear(t.decoded)
	}
}

// AllStocks lists all stock by SKU. For control pages and checks; no fault strikes it.
func (s *Store) AllStocks() []catalog.Stock {
	var out []catalog.Stock
	for _, each := range s.AllSpreads() {
		out = append(out, each.Stock())
	}
	return out
}

// AllSpreads is AllStocks, bin by bin.
func (s *Store) AllSpreads() []catalog.Spread {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []catalog.Spread
	for k := range s.table(Catalog).items {
		if k.sk != "STOCK" {
			continue
		}
		if spread, err := s.spreadOf(catalog.SKU(strings.TrimPrefix(k.pk, "SKU#"))); err == nil {
			out = append(out, spread)
		}
	}
	slices.SortFunc(out, func(a, b catalog.Spread) int { return strings.Compare(string(a.SKU), string(b.SKU)) })
	return out
}

// AllEvents lists the inbox by key. For control pages and checks; no fault strikes it. Rows that cannot be read are left
// out.
func (s *Store) AllEvents() []inbox.Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table(Inbox)
	var out []inbox.Item
	for _, k := range slices.SortedFunc(maps.Keys(t.items), func(a, b key) int { return strings.Compare(a.pk, b.pk) }) {
		if i, err := body(t, k, decodeEvent); err == nil {
			out = append(out, i)
		}
	}
	return out
}

// AmendEvent writes an event's row over, its body as change gives it: as another release may have written it. For tests of
// upgrades; no fault strikes it, and a row that is not there stays so.
func (s *Store) AmendEvent(key string, change func(body string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := s.table(Inbox).items
	if item, there := items[eventKey(key)]; there {
		next := maps.Clone(item)
		next["body"] = change(item.text("body"))
		items[eventKey(key)] = next
	}
}

// AmendTally writes what is counted in a bin over, as a bug or a hand at the table would. For tests of what finds that; no fault strikes it.
func (s *Store) AmendTally(sku catalog.SKU, bin catalog.Bin, change func(*catalog.Tally)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := s.table(Catalog).items
	if item, there := items[binKey(sku, bin)]; there {
		c := tallyOf(bin, item)
		change(&c)
		items[binKey(sku, bin)] = counted(item, c)
	}
}
