package catalog

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"slices"

	"till/shared/fault"
)

// Want is how many units of a SKU somebody needs, and where: anywhere, if At is "".
type Want struct {
	SKU      SKU
	Quantity int64
	At       Location
}

// Part is how many units are taken from one bin.
type Part struct {
	Bin      Bin
	Quantity int64
}

// Picks says from which bins the units of each SKU are taken.
type Picks map[SKU][]Part

// partsMax bounds from how many bins an order takes its units, so that they fit into its transaction beside coupons and references.
const partsMax = 80

// Pick chooses bins for all wants of one order: from one location if one has all of it, in the order of prefer and then of the layouts;
// from one bin, if one has enough. Orders differ in their seeds, and so in the bins that they try. short lists the SKUs of which
// there is too little; a SKU that is not in spreads is one of them.
func Pick(seed string, wants []Want, spreads map[SKU]Spread, prefer []Location) (picks Picks, short []SKU) {
	order := slices.Clone(prefer)
	for _, w := range wants {
		for _, l := range spreads[w.SKU].Locations() {
			if !slices.Contains(order, l) {
				order = append(order, l)
			}
		}
	}
	for _, l := range order {
		picks = Picks{}
		for _, w := range wants {
			if parts, enough := spreads[w.SKU].take(seed, w, []Location{l}); enough {
				picks[w.SKU] = parts
			}
		}
		if len(picks) == len(wants) {
			return picks, nil
		}
	}
	picks, total := Picks{}, 0
	for _, w := range wants {
		s := spreads[w.SKU]
		parts, enough := s.take(seed, w, order)
		for _, l := range order {
			if alone, all := s.take(seed, w, []Location{l}); all {
				parts, enough = alone, true
				break
			}
		}
		if total += len(parts); !enough || total > partsMax {
			short = append(short, w.SKU)
			continue
		}
		picks[w.SKU] = parts
	}
	return picks, short
}

// take gives the bins of some locations that units are taken from, and whether there are enough. Of several bins that have enough the
// seed chooses; where none has, those that have most come first.
func (s Spread) take(seed string, w Want, at []Location) ([]Part, bool) {
	var have, enough []Tally
	for _, l := range at {
		first := len(have)
		for _, c := range s.Tallies {
			if c.Open > 0 && c.Bin.Location() == l && (w.At == "" || w.At == l) {
				have = append(have, c)
			}
		}
		slices.SortStableFunc(have[first:], func(a, b Tally) int { return cmp.Compare(b.Open, a.Open) })
	}
	for _, c := range have {
		if c.Open >= w.Quantity {
			enough = append(enough, c)
		}
	}
	if len(enough) > 0 {
		slices.SortFunc(enough, func(a, b Tally) int { return cmp.Compare(a.Bin, b.Bin) })
		h := fnv.New32a()
		_, _ = h.Write([]byte(seed))
		return []Part{{enough[int(h.Sum32()%uint32(len(enough)))].Bin, w.Quantity}}, true //nolint:gosec // few
	}
	var parts []Part
	left := w.Quantity
	for _, c := range have {
		n := min(left, c.Open)
		parts = append(parts, Part{c.Bin, n})
		if left -= n; left == 0 {
			return parts, true
		}
	}
	return parts, false
}

// Find reads where the wanted SKUs are counted, and picks bins. Errors: a Shortage per SKU of which there is too little, joined; those of
// read.
func Find(ctx context.Context, read func(context.Context, SKU) (Spread, error), seed string, wants []Want, prefer []Location) (Picks, error) {
	spreads := make(map[SKU]Spread, len(wants))
	for _, w := range wants {
		s, err := read(ctx, w.SKU)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		spreads[w.SKU] = s
	}
	picks, short := Pick(seed, wants, spreads, prefer)
	var faults []error
	for _, sku := range short {
		faults = append(faults, Shortage(sku))
	}
	return picks, errors.Join(faults...)
}
