package order

import (
	"slices"

	"till/shared/catalog"
	"till/shared/fulfillment"
)

// Binned is how many reserved units of a SKU are in one bin.
type Binned struct {
	SKU      catalog.SKU `json:"sku"`
	Bin      catalog.Bin `json:"bin"`
	Quantity int64       `json:"n"`
}

// reserve takes units: from the bins that were picked, or else from the first at a location, "" being the main one. What an order has in
// another bin than its SKU's first is remembered: there it goes back to, and from there it is sold.
func (o *Order) reserve(lines []fulfillment.Line, at catalog.Location) []catalog.Move {
	var out []catalog.Move
	o.wants = nil
	for _, l := range lines {
		o.wants = append(o.wants, catalog.Want{SKU: l.SKU, Quantity: l.Quantity, At: at})
		parts := o.picks[l.SKU]
		var sum int64
		for _, p := range parts {
			sum += p.Quantity
		}
		if sum != l.Quantity {
			first := catalog.Main
			if at != "" {
				first = at
			}
			parts = []catalog.Part{{Bin: catalog.BinAt(first, 0), Quantity: l.Quantity}}
		}
		for _, p := range parts {
			out = append(out, catalog.Move{SKU: l.SKU, Kind: catalog.Reserve, Quantity: p.Quantity, Bin: p.Bin})
			o.bin(l.SKU, p.Bin, p.Quantity)
		}
	}
	return out
}

// bin adds to what is remembered of a bin.
func (o *Order) bin(sku catalog.SKU, bin catalog.Bin, quantity int64) {
	if bin == "" {
		return
	}
	o.r.Bins = slices.Clone(o.r.Bins)
	i := slices.IndexFunc(o.r.Bins, func(b Binned) bool { return b.SKU == sku && b.Bin == bin })
	if i < 0 {
		o.r.Bins = append(o.r.Bins, Binned{sku, bin, quantity})
		return
	}
	if o.r.Bins[i].Quantity += quantity; o.r.Bins[i].Quantity == 0 {
		o.r.Bins = slices.Delete(o.r.Bins, i, i+1)
	}
	if len(o.r.Bins) == 0 {
		o.r.Bins = nil
	}
}

// out takes units of a SKU out of the bins in which the order has them, those of one location first, and gives the parts. rest is how many
// it has in all.
func (o *Order) out(l fulfillment.Line, rest int64, first catalog.Location) []catalog.Part {
	var have []catalog.Part
	for _, b := range o.r.Bins {
		if b.SKU == l.SKU {
			have = append(have, catalog.Part{Bin: b.Bin, Quantity: b.Quantity})
			rest -= b.Quantity
		}
	}
	if rest > 0 {
		have = append(have, catalog.Part{Quantity: rest})
	}
	slices.SortStableFunc(have, func(a, b catalog.Part) int {
		switch here, there := a.Bin.Location() == first, b.Bin.Location() == first; {
		case here == there:
			return 0
		case here:
			return -1
		default:
			return 1
		}
	})
	var out []catalog.Part
	left := l.Quantity
	for _, p := range have {
		if p.Quantity = min(p.Quantity, left); p.Quantity > 0 {
			out = append(out, p)
			o.bin(l.SKU, p.Bin, -p.Quantity)
			left -= p.Quantity
		}
	}
	return out
}

// reserved is how many units of each SKU are reserved for the order: all that are in no parcel.
func (o *Order) reserved() map[catalog.SKU]int64 {
	out := map[catalog.SKU]int64{}
	for _, l := range o.r.left() {
		out[l.SKU] += l.Quantity
	}
	return out
}

// putBack gives units back to where they were taken from; has is how many of each SKU the order has.
func (o *Order) putBack(lines []fulfillment.Line, has map[catalog.SKU]int64) []catalog.Move {
	var out []catalog.Move
	for _, l := range lines {
		for _, p := range o.out(l, has[l.SKU], "") {
			out = append(out, catalog.Move{SKU: l.SKU, Kind: catalog.Release, Quantity: p.Quantity, Bin: p.Bin})
		}
	}
	return out
}

// again takes units for an order that had given them back: from the bins where they were, unless others were picked.
func (o *Order) again(lines []fulfillment.Line) []catalog.Move {
	if o.picks == nil {
		o.picks = catalog.Picks{}
		for _, l := range lines {
			o.picks[l.SKU] = o.out(l, l.Quantity, "")
		}
	}
	o.r.Bins = nil
	return o.reserve(lines, "")
}

// sell hands units to a carrier. What is packed at another location than it is reserved goes back there and is taken here, in one change.
func (o *Order) sell(lines []fulfillment.Line, at catalog.Location) []catalog.Move {
	var out []catalog.Move
	var here []fulfillment.Line
	has := o.reserved()
	for _, l := range lines {
		var elsewhere int64
		for _, p := range o.out(l, has[l.SKU], at) {
			kind := catalog.Sell
			if at != "" && p.Bin.Location() != at {
				kind, elsewhere = catalog.Release, elsewhere+p.Quantity
			}
			out = append(out, catalog.Move{SKU: l.SKU, Kind: kind, Quantity: p.Quantity, Bin: p.Bin})
		}
		if elsewhere > 0 {
			here = append(here, fulfillment.Line{SKU: l.SKU, Quantity: elsewhere})
		}
	}
	for _, m := range o.reserve(here, at) {
		o.bin(m.SKU, m.Bin, -m.Quantity)
		out = append(out, m, catalog.Move{SKU: m.SKU, Kind: catalog.Sell, Quantity: m.Quantity, Bin: m.Bin})
	}
	return out
}
