package catalog_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
)

func TestABinKnowsItsLocation(t *testing.T) {
	for bin, want := range map[catalog.Bin]catalog.Location{"": "main", "~3": "main", "north": "north", "north~12": "north"} {
		if got := bin.Location(); got != want {
			t.Errorf("%q is at %q", bin, got)
		}
	}
	if got := []catalog.Bin{catalog.BinAt("main", 0), catalog.BinAt("main", 2), catalog.BinAt("north", 0), catalog.BinAt("north", 1)}; !slices.Equal(got, []catalog.Bin{"", "~2", "north", "north~1"}) {
		t.Errorf("got %q", got)
	}
}

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]catalog.Location{"": "main", "main": "main", "north-2": "north-2"} {
		if got, err := catalog.ParseLocation(text); err != nil || got != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"North", "2nd", "a#b", "a~1", "abcdefghijklmnopq", " ", "é"} {
		if _, err := catalog.ParseLocation(text); fault.Code(err) != "location_invalid" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestUnitsAreTakenFromOneLocationIfOneHasAllOfThem(t *testing.T) {
	at := func(main, north int64) catalog.Spread {
		return catalog.Spread{Layout: catalog.Layout{{Location: "main", Counters: 1}, {Location: "north", Counters: 1}},
			Tallies: []catalog.Tally{{Open: main}, {Bin: "north", Open: north}}}
	}
	mugAndTea := []catalog.Want{{SKU: "mug", Quantity: 2}, {SKU: "tea", Quantity: 3}}
	for name, row := range map[string]struct {
		mug, tea catalog.Spread
		wants    []catalog.Want
		prefer   []catalog.Location
		want     catalog.Picks
		short    []catalog.SKU
	}{
		"the main location, unless the shop prefers another": {at(9, 9), at(9, 9), mugAndTea, nil, catalog.Picks{"mug": {{"", 2}}, "tea": {{"", 3}}}, nil},
		"the one that the shop prefers":                      {at(9, 9), at(9, 9), mugAndTea, []catalog.Location{"north"}, catalog.Picks{"mug": {{"north", 2}}, "tea": {{"north", 3}}}, nil},
		"the one that has all":                               {at(9, 9), at(2, 9), mugAndTea, nil, catalog.Picks{"mug": {{"north", 2}}, "tea": {{"north", 3}}}, nil},
		"two, if none has all":                               {at(9, 1), at(2, 9), mugAndTea, nil, catalog.Picks{"mug": {{"", 2}}, "tea": {{"north", 3}}}, nil},
		"parts, if there is no other way":                    {at(1, 1), at(9, 9), mugAndTea, nil, catalog.Picks{"mug": {{"", 1}, {"north", 1}}, "tea": {{"", 3}}}, nil},
		"nowhere":                                            {at(1, 0), at(9, 9), mugAndTea, nil, catalog.Picks{"tea": {{"", 3}}}, []catalog.SKU{"mug"}},
		"where it must be, though there is more elsewhere":   {at(9, 1), at(9, 9), []catalog.Want{{SKU: "mug", Quantity: 2, At: "north"}}, nil, catalog.Picks{}, []catalog.SKU{"mug"}},
	} {
		t.Run(name, func(t *testing.T) {
			picks, short := catalog.Pick("ord_1", row.wants, map[catalog.SKU]catalog.Spread{"mug": row.mug, "tea": row.tea}, row.prefer)
			if !cmp.Equal(picks, row.want) || !slices.Equal(short, row.short) {
				t.Errorf("picked %v, short %v", picks, short)
			}
		})
	}
}

func TestOrdersTryDifferentCounters(t *testing.T) {
	var s catalog.Spread
	for n := range 4 {
		s.Tallies = append(s.Tallies, catalog.Tally{Bin: catalog.BinAt("main", n), Open: 100})
	}
	s.Layout = catalog.Layout{{Location: "main", Counters: 4}}
	tried := map[catalog.Bin]int{}
	for i := range 400 {
		picks, _ := catalog.Pick("ord_"+strconv.Itoa(i), []catalog.Want{{SKU: "mug", Quantity: 1}}, map[catalog.SKU]catalog.Spread{"mug": s}, nil)
		tried[picks["mug"][0].Bin]++
	}
	for _, c := range s.Tallies {
		if tried[c.Bin] < 60 {
			t.Errorf("tried are %v", tried)
		}
	}
}

// TestEntriesMakeAndLoseNoUnit enters anything, in any order, between moves: what is there is what came, and no bin is below zero.
func TestEntriesMakeAndLoseNoUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := catalog.Spread{SKU: "mug"}
		came := map[catalog.Location]int64{}
		locations := []catalog.Location{"", "main", "north", "south"}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			e := catalog.Entry{Change: rapid.Int64Range(-5, 9).Draw(t, "change"), Location: rapid.SampledFrom(locations).Draw(t, "location"),
				Counters: rapid.SampledFrom([]int{0, 0, 0, 1, 2, 5}).Draw(t, "counters")}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				n := rapid.Int64Range(0, 20).Draw(t, "counted")
				e.Counted = &n
			case 1:
				e.Change, e.To, e.Moved = 0, rapid.SampledFrom(locations[1:]).Draw(t, "to"), rapid.Int64Range(1, 5).Draw(t, "moved")
			case 2:
				e.Plan, e.Location = &catalog.Plan{Backorder: rapid.Int64Range(0, 5).Draw(t, "backorder")}, ""
			}
			if len(e.Check()) > 0 {
				continue
			}
			if after, entered, err := s.Enter(e); err == nil {
				s = after
				entered.Into(came)
			}
			if len(s.Tallies) > 0 {
				i := rapid.IntRange(0, len(s.Tallies)-1).Draw(t, "bin")
				kind := rapid.SampledFrom([]catalog.MoveKind{catalog.Reserve, catalog.Release, catalog.Sell}).Draw(t, "move")
				if after, err := s.Tallies[i].Apply(catalog.Move{SKU: "mug", Kind: kind, Quantity: 1}); err == nil {
					s.Tallies[i] = after
				}
			}
			for _, c := range s.Tallies {
				if min(c.Open, c.Reserved, c.Sold) < 0 {
					t.Fatalf("%+v", s)
				}
			}
			for l, n := range came {
				if at := s.At(l); at.OnHand()+at.Sold != n {
					t.Fatalf("%s has %+v, and %d came", l, at, n)
				}
			}
			if back, err := catalog.DecodeLayout(s.Layout.Encode()); err != nil || !slices.Equal(back.Bins(), s.Layout.Bins()) {
				t.Fatalf("%v came back as %v, %v", s.Layout, back, err)
			}
		}
	})
}

func FuzzParseLocation(f *testing.F) {
	for _, seed := range []string{"", "main", "north-2", "North", "a~1", "a#b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := catalog.ParseLocation(text)
		if err != nil {
			if fault.Code(err) != "location_invalid" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if bin := catalog.BinAt(l, 3); bin.Location() != l {
			t.Fatalf("%q is at %q", bin, bin.Location())
		}
	})
}

func FuzzDecodeLayout(f *testing.F) {
	f.Add("")
	f.Add(`[{"at":"main","n":4,"made":8},{"at":"north","n":1}]`)
	f.Add(`[{"at":"main","n":1000000000}]`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := catalog.DecodeLayout(text)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if bins := l.Bins(); len(bins) < 1 || len(bins) > 100 || bins[0] != "" {
			t.Fatalf("%q has %q", text, bins)
		}
	})
}
