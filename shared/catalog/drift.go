package catalog

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Recount adds up what the changes of orders did to stock, to compare it with the counters. Orders go on meanwhile: counters are read from
// From to Until, and the records afterwards. What was decided well before From is in the counters, what was decided after Until is not;
// of what lies between nobody knows, so a counter is held to a range: it is told of only if it is wrong for certain.
type Recount struct {
	From, Until time.Time
	sums        map[place]*recorded
}

// A change is stored so long after it was decided at most: a call of the store ends within seconds. Clocks differ by less than this.
const (
	storedWithin = 2 * time.Minute
	clocksDiffer = 5 * time.Second
)

type place struct {
	sku SKU
	bin Bin
}

// recorded is what is recorded of one bin.
type recorded struct{ reserved, sold span }

// span is a sum of which a part may not be counted yet: what takes away and what adds.
type span struct{ sure, less, more int64 }

func (s *span) add(n int64, sure bool) {
	switch {
	case sure:
		s.sure += n
	case n < 0:
		s.less += n
	default:
		s.more += n
	}
}

func (s span) allows(counted int64) bool {
	return counted >= s.sure+s.less && counted <= s.sure+s.more
}

func (r *Recount) at(sku SKU, bin Bin) *recorded {
	k := place{sku, bin}
	if r.sums == nil {
		r.sums = map[place]*recorded{}
	}
	if r.sums[k] == nil {
		r.sums[k] = &recorded{}
	}
	return r.sums[k]
}

// Add adds the moves of a change that was decided at a time.
func (r *Recount) Add(at time.Time, moves []Move) {
	if at.After(r.Until.Add(clocksDiffer)) {
		return
	}
	sure := at.Before(r.From.Add(-storedWithin))
	for _, m := range moves {
		_, reserved, sold := m.Deltas()
		p := r.at(m.SKU, m.Bin)
		p.reserved.add(reserved, sure)
		p.sold.add(sold, sure)
	}
}

// AddDay adds a day whose orders need not be read again.
func (r *Recount) AddDay(d StockDay) {
	for _, s := range d.Sold {
		r.at(s.SKU, s.Bin).sold.add(s.Quantity, true)
	}
}

// Entered is a SKU's stock, and what its entries brought to each location.
type Entered struct {
	Spread
	Brought map[Location]int64
	Entries int // So many there are; those of which Spread tells may be more, or fewer.
}

// Differences compares all stock with what was added.
func (r *Recount) Differences(all []Entered) []Difference {
	left := maps.Clone(r.sums)
	var out []Difference
	compare := func(k place, p recorded, t Tally) {
		for _, each := range [...]struct {
			counter Counter
			sum     span
			counted int64
		}{{Reserved, p.reserved, t.Reserved}, {Sold, p.sold, t.Sold}} {
			if !each.sum.allows(each.counted) {
				out = append(out, Difference{SKU: k.sku, Location: k.bin.Location(), Counter: each.counter, Bin: k.bin, Counted: each.counted, Recorded: each.sum.sure})
			}
		}
	}
	for _, s := range all {
		for _, t := range s.Tallies {
			k := place{s.SKU, t.Bin}
			var p recorded
			if known := r.sums[k]; known != nil {
				p = *known
			}
			delete(left, k)
			compare(k, p, t)
		}
		out = append(out, s.misplaced()...)
	}
	for k, p := range left {
		compare(k, *p, Tally{})
	}
	slices.SortFunc(out, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Bin, b.Bin), cmp.Compare(a.Location, b.Location), cmp.Compare(a.Counter, b.Counter))
	})
	return out
}

// misplaced compares what entries brought to each location with what is there and what was sold there: orders only move units within a
// bin, so that sum is exact while they do. What staff entered while it was read is looked at another day.
func (s Entered) misplaced() []Difference {
	if s.Entries != s.N || s.N == 0 {
		return nil
	}
	var out []Difference
	for _, l := range s.Locations() {
		if at := s.At(l); at.OnHand()+at.Sold != s.Brought[l] {
			out = append(out, Difference{SKU: s.SKU, Location: l, Counter: OnHand, Counted: at.OnHand(), Recorded: s.Brought[l] - at.Sold})
		}
	}
	return out
}

// Both lists the differences of the second comparison that are about counters which the first one found wrong, too: a list of orders that
// was not up to date is so once.
func Both(first, second []Difference) []Difference {
	var out []Difference
	for _, d := range second {
		if slices.ContainsFunc(first, func(o Difference) bool {
			return o.SKU == d.SKU && o.Counter == d.Counter && o.Bin == d.Bin && o.Location == d.Location
		}) {
			out = append(out, d)
		}
	}
	return out
}
