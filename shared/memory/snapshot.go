package memory

import (
	"encoding/json"
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
		for _, e := range days[day] {
			out = append(out, orderOf(e.key))
		}
	}
	return out
}

// AllStocks lists all stock by SKU. For control pages and checks; no fault strikes it.
func (s *Store) AllStocks() []catalog.Stock {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []catalog.Stock
	for k, item := range s.table(Catalog).items {
		if k.sk == "STOCK" {
			out = append(out, stockOf(catalog.SKU(strings.TrimPrefix(k.pk, "SKU#")), item))
		}
	}
	slices.SortFunc(out, func(a, b catalog.Stock) int { return strings.Compare(string(a.SKU), string(b.SKU)) })
	return out
}

// AllEvents lists the inbox by key. For control pages and checks; no fault strikes it. Rows that cannot be read are left
// out.
func (s *Store) AllEvents() []inbox.Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := s.table(Inbox).items
	var out []inbox.Item
	for _, k := range slices.SortedFunc(maps.Keys(items), func(a, b key) int { return strings.Compare(a.pk, b.pk) }) {
		var i inbox.Item
		if json.Unmarshal([]byte(items[k].text("body")), &i) == nil {
			out = append(out, i)
		}
	}
	return out
}
