package evidence

import (
	"fmt"
	"maps"
	"slices"

	"till/shared/catalog"
	"till/shared/fulfillment"
	"till/shared/order"
)

// wrongShelf: what came back to the shelf was sold to the order from that very bin, and is what its returns say; nothing is returned, or
// asked to be, that was not delivered.
func wrongShelf(t *telling) string {
	type place struct {
		sku catalog.SKU
		bin catalog.Bin
	}
	sold, back := map[place]int64{}, map[place]int64{}
	for i, now := range t.was {
		for _, m := range t.Changes[i].Stock {
			switch at := (place{m.SKU, m.Bin}); m.Kind {
			case catalog.Sell:
				sold[at] += m.Quantity
			case catalog.Return:
				if back[at] += m.Quantity; back[at] > sold[at] {
					return fmt.Sprintf("change %d: %d of %s came back to bin %q, of %d sold", i+1, back[at], m.SKU, m.Bin, sold[at])
				}
			case catalog.Reserve, catalog.Release:
			}
		}
		claimed, shelved := map[catalog.SKU]int64{}, map[place]int64{}
		for _, b := range now.Returns {
			for _, l := range b.Lines {
				claimed[l.SKU] += b.Claims(l)
			}
			for _, s := range b.Shelved {
				shelved[place{s.SKU, s.Bin}] += s.Quantity
			}
		}
		if !maps.Equal(shelved, back) {
			return fmt.Sprintf("change %d: returns say that %v is on the shelf again, moves %v", i+1, shelved, back)
		}
		for sku, n := range claimed {
			if there := deliveredTo(now)[sku]; n > there {
				return fmt.Sprintf("change %d: %d of %s are returned of %d delivered", i+1, n, sku, there)
			}
		}
	}
	return ""
}

// deliveredTo is what arrived of an order.
func deliveredTo(r order.Record) map[catalog.SKU]int64 {
	arrived := r
	arrived.Shipments = slices.DeleteFunc(slices.Clone(r.Shipments), func(s fulfillment.Shipment) bool { return s.State != fulfillment.Delivered })
	return soldTo(arrived)
}

// shelvedOf is what came back of an order and is on the shelf again.
func shelvedOf(r order.Record) map[catalog.SKU]int64 {
	out := map[catalog.SKU]int64{}
	for _, b := range r.Returns {
		for _, l := range b.Lines {
			out[l.SKU] += l.Shelf
		}
	}
	return out
}
