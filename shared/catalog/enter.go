package catalog

import (
	"slices"

	"till/shared/fault"
)

func (e Entry) checkPlaces() []error {
	var faults []error
	bad := func(at, code, msg string) {
		faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "catalog.Check", Code: code, At: at, Msg: msg})
	}
	for _, each := range [...]struct {
		at   string
		name Location
	}{{"#/location", e.Location}, {"#/to", e.To}} {
		if each.name != "" && !locationForm.MatchString(string(each.name)) {
			bad(each.at, "location_invalid", "Must be 1 to 16 small letters, digits and dashes, a letter first.")
		}
	}
	switch {
	case e.To == "" && e.Moved == 0:
	case e.To == "" || e.To == e.Where():
		bad("#/to", "location_invalid", "Must name another location.")
	case e.Moved < 1 || e.Moved > UnitsMax:
		bad("#/quantity", "quantity_invalid", "Must be a whole number from 1 to 1,000,000,000.")
	}
	if e.Plan != nil && e.Where() != Main {
		bad("#/location", "location_invalid", "What may be promised is the main location's.")
	}
	if e.Counters < 0 || e.Counters > CountersMax {
		bad("#/counters", "counters_invalid", "Must be a whole number from 1 to 16.")
	}
	if e.Low != nil && (*e.Low < 0 || *e.Low > UnitsMax) {
		bad("#/low_below", "quantity_invalid", "Must be a whole number from 0 to 1,000,000,000.")
	}
	return faults
}

// Enter gives the stock after an entry, and the entry with the change that it makes. Errors: fault.Conflict, code stock_reserved, if more
// would be promised than there is and may be promised; fault.Invalid for more units than anybody has.
func (s Stock) Enter(e Entry) (Stock, Entry, error) {
	at := "#/change"
	if e.Counted != nil {
		e.Change, at = *e.Counted-s.OnHand(), "#/on_hand"
	}
	after := s
	after.Free += e.Change
	if e.Plan != nil {
		after.Backorder, after.Expected = e.Plan.Backorder, e.Plan.Expected
		if e.Change == 0 {
			at = "#/backorder"
		}
	}
	switch {
	case after.OnHand() > UnitsMax:
		return s, e, &fault.Error{Kind: fault.Invalid, Op: "catalog.Enter", Code: "quantity_invalid", At: at,
			Msg: "There would be more than 1,000,000,000 on hand."}
	case after.Free < -after.Backorder && (after.Free < s.Free || after.Backorder < s.Backorder):
		return s, e, &fault.Error{Kind: fault.Conflict, Op: "catalog.Enter", Code: "stock_reserved", At: at,
			Msg: "More units than this are reserved for orders. Cancel orders first, or count again."}
	}
	return after, e, nil
}

// Enter gives a SKU's stock after an entry, bin by bin, and the entry with the change that it makes. The units of the locations that it
// names are spread evenly over their counters again, so an entry that changes nothing else does that. What orders have reserved stays in
// its bins. Errors: as Stock.Enter, which the entry's location must allow; fault.Conflict, code stock_reserved, if more would be brought
// away than is free; fault.Invalid, code location_invalid or counters_invalid, for too many places.
func (s Spread) Enter(e Entry) (Spread, Entry, error) {
	after := s
	after.Layout, after.N = slices.Clone(s.Layout.whole()), s.N+1
	if !after.Has(e.Where()) {
		after.Layout = append(after.Layout, Place{Location: e.Where(), Counters: 1})
	}
	if e.To != "" && !after.Has(e.To) {
		after.Layout = append(after.Layout, Place{Location: e.To, Counters: 1})
	}
	if e.Counters > 0 {
		p := &after.Layout[after.Layout.at(e.Where())]
		p.Made, p.Counters = max(p.made(), e.Counters), e.Counters
		if p.Made == p.Counters {
			p.Made = 0
		}
	}
	if len(after.Layout) > LocationsMax || after.Layout.size() > binsMax {
		at, code := "#/location", "location_invalid"
		if e.Counters > 0 {
			at, code = "#/counters", "counters_invalid"
		}
		return s, e, &fault.Error{Kind: fault.Invalid, Op: "catalog.Enter", Code: code, At: at,
			Msg: "One product has at most 10 locations, and 40 counters at all of them."}
	}
	here, e, err := s.At(e.Where()).Enter(e)
	if err != nil {
		return s, e, err
	}
	if s.Stock().OnHand()+e.Change > UnitsMax {
		return s, e, &fault.Error{Kind: fault.Invalid, Op: "catalog.Enter", Code: "quantity_invalid", At: "#/change",
			Msg: "There would be more than 1,000,000,000 on hand."}
	}
	if e.Plan != nil {
		after.Backorder, after.Expected = here.Backorder, here.Expected
	}
	if e.Low != nil {
		after.Low = *e.Low
	}
	open := map[Location]int64{e.Where(): here.Free + here.Backorder}
	if e.Moved > 0 {
		if here.Free < e.Moved {
			return s, e, &fault.Error{Kind: fault.Conflict, Op: "catalog.Enter", Code: "stock_reserved", At: "#/quantity",
				Msg: "There are not so many units that are free."}
		}
		open[e.Where()] -= e.Moved
		there := s.At(e.To)
		open[e.To] = there.Free + there.Backorder + e.Moved
	}
	after.Tallies = s.spread(after.Layout, open)
	return after, e, nil
}

// spread divides what is open at some locations evenly over their counters, the first ones getting the rest, and leaves the others.
func (s Spread) spread(l Layout, open map[Location]int64) []Tally {
	old := make(map[Bin]Tally, len(s.Tallies))
	for _, c := range s.Tallies {
		old[c.Bin] = c
	}
	var out []Tally
	for _, p := range l {
		total, changed := open[p.Location]
		for n := range p.made() {
			c := old[BinAt(p.Location, n)]
			c.Bin = BinAt(p.Location, n)
			if changed {
				c.Open = 0
				if n < p.Counters {
					c.Open = total / int64(p.Counters)
					if int64(n) < total%int64(p.Counters) {
						c.Open++
					}
				}
			}
			out = append(out, c)
		}
	}
	return out
}

// Delta is what an entry adds to one bin; New, if it makes the bin.
type Delta struct {
	Bin  Bin
	Open int64
	New  bool
	Was  Tally
}

// Deltas are what changed from a spread to the one after it, bin by bin; the first bin's is always there.
func (s Spread) Deltas(after Spread) []Delta {
	var out []Delta
	for _, c := range after.Tallies {
		d := Delta{Bin: c.Bin, Open: c.Open, New: true}
		for _, was := range s.Tallies {
			if was.Bin == c.Bin {
				d = Delta{Bin: c.Bin, Open: c.Open - was.Open, Was: was}
			}
		}
		if d.Bin == "" || d.New || d.Open != 0 {
			out = append(out, d)
		}
	}
	return out
}
