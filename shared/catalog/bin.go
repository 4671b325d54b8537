package catalog

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"till/shared/fault"
)

// Location names a place where the shop keeps goods. Safe to log.
type Location string

// Main is the only location of a shop that has one, and the first of every other.
const Main Location = "main"

var locationForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,15}$`)

// ParseLocation checks the form only, not whether the shop has it; "" is Main. Errors: fault.Invalid, code location_invalid.
func ParseLocation(text string) (Location, error) {
	if text == "" {
		return Main, nil
	}
	if !locationForm.MatchString(text) {
		return "", fault.New(fault.Invalid, "catalog.ParseLocation", "location_invalid", "Must be 1 to 16 small letters, digits and dashes, a letter first.")
	}
	return Location(text), nil
}

// Bin is where units of a SKU are counted: one of the counters of a location. "" is the first of the main location, which every SKU has;
// others are "~2", "north" and "north~2". Units are alike, so those of one location may be counted in any of its bins. Safe to log.
type Bin string

// BinAt is the bin of a location's counter number n, 0 and up.
func BinAt(l Location, n int) Bin {
	name := string(l)
	if l == Main {
		name = ""
	}
	if n > 0 {
		name += "~" + strconv.Itoa(n)
	}
	return Bin(name)
}

// Location is where the bin is.
func (b Bin) Location() Location {
	name, _, _ := strings.Cut(string(b), "~")
	if name == "" {
		return Main
	}
	return Location(name)
}

// Limits of where one SKU is counted.
const (
	LocationsMax = 10
	CountersMax  = 16 // Of one location.
	binsMax      = 40 // Of all: an entry writes each of them in one transaction.
)

// Place is a location of a SKU. What was counted by more counters once is drained into those that are left, but for what orders reserve.
type Place struct {
	Location Location `json:"at"`
	Counters int      `json:"n"`              // Over so many the units are spread, 1 and up.
	Made     int      `json:"made,omitempty"` // So many there ever were, if more.
}

func (p Place) made() int { return max(p.Made, p.Counters, 1) }

// Layout is every place of a SKU, the main location first. None is the main location with one counter.
type Layout []Place

// Encode is the stored form; "" for the layout that every SKU begins with.
func (l Layout) Encode() string {
	if len(l) == 0 || len(l) == 1 && l[0] == (Place{Location: Main, Counters: 1}) {
		return ""
	}
	text, err := json.Marshal(l)
	if err != nil {
		return ""
	}
	return string(text)
}

// DecodeLayout reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeLayout(text string) (Layout, error) {
	if text == "" {
		return nil, nil
	}
	var l Layout
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return nil, fault.Wrap(fault.Internal, "catalog.DecodeLayout", err)
	}
	bins := 0
	for i, p := range l {
		if !locationForm.MatchString(string(p.Location)) || (p.Location == Main) != (i == 0) || p.Counters < 1 || p.made() > binsMax {
			return nil, fault.New(fault.Internal, "catalog.DecodeLayout", "layout_invalid", "")
		}
		bins += p.made()
	}
	if bins > binsMax {
		return nil, fault.New(fault.Internal, "catalog.DecodeLayout", "layout_invalid", "")
	}
	return l, nil
}

// whole is the layout with what it leaves out.
func (l Layout) whole() Layout {
	if len(l) == 0 {
		return Layout{{Location: Main, Counters: 1}}
	}
	return l
}

// Bins lists every bin that there is, by location; the main one is first.
func (l Layout) Bins() []Bin {
	var out []Bin
	for _, p := range l.whole() {
		for n := range p.made() {
			out = append(out, BinAt(p.Location, n))
		}
	}
	return out
}

// size is how many bins there are.
func (l Layout) size() int {
	n := 0
	for _, p := range l.whole() {
		n += p.made()
	}
	return n
}

// Tally is what is counted in one bin. No counter of it is ever below zero.
type Tally struct {
	Bin      Bin
	Open     int64 // What orders may still reserve here: what is free and, at the main location, what may be promised besides.
	Reserved int64
	Sold     int64
}

// Apply gives the count after a move that is in its bin. Errors: as Stock.Apply.
func (c Tally) Apply(m Move) (Tally, error) {
	s, err := Stock{SKU: m.SKU, Free: c.Open, Reserved: c.Reserved, Sold: c.Sold}.Apply(m)
	return Tally{Bin: c.Bin, Open: s.Free, Reserved: s.Reserved, Sold: s.Sold}, err
}

// Spread is the stock of one SKU, bin by bin.
type Spread struct {
	SKU       SKU
	Layout    Layout
	Tallies   []Tally // One for each of the layout's bins, in their order.
	Backorder int64
	Expected  string
	Low       int64 // Less free than this is little; 0: never.
	N         int   // The number of the last entry.
}

// Stock is the sum of all bins.
func (s Spread) Stock() Stock {
	out := Stock{SKU: s.SKU, Free: -s.Backorder, Backorder: s.Backorder, Expected: s.Expected}
	for _, c := range s.Tallies {
		out.Free, out.Reserved, out.Sold = out.Free+c.Open, out.Reserved+c.Reserved, out.Sold+c.Sold
	}
	return out
}

// At is the stock of one location. What may be promised before it is there is the main location's.
func (s Spread) At(l Location) Stock {
	part := Spread{SKU: s.SKU}
	if l == Main {
		part.Backorder, part.Expected = s.Backorder, s.Expected
	}
	for _, c := range s.Tallies {
		if c.Bin.Location() == l {
			part.Tallies = append(part.Tallies, c)
		}
	}
	return part.Stock()
}

// Locations lists where the SKU is counted, the main location first.
func (s Spread) Locations() []Location {
	var out []Location
	for _, p := range s.Layout.whole() {
		out = append(out, p.Location)
	}
	return out
}

// Has tells whether a location is one of the SKU's.
func (s Spread) Has(l Location) bool { return s.Layout.at(l) >= 0 }

func (l Layout) at(want Location) int {
	for i, p := range l.whole() {
		if p.Location == want {
			return i
		}
	}
	return -1
}
