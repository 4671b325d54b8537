package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
)

var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// counted is a SKU at the main location of which so many were entered.
func counted(entered int64, c catalog.Tally) []catalog.Entered {
	return []catalog.Entered{{
		Spread:  catalog.Spread{SKU: "mug", N: 1, Tallies: []catalog.Tally{c}},
		Brought: map[catalog.Location]int64{catalog.Main: entered}, Entries: 1,
	}}
}

func names(found []catalog.Difference) string {
	var out []string
	for _, d := range found {
		out = append(out, fmt.Sprintf("%s %s%s %s %d not %d", d.SKU, d.Location, d.Bin, d.Counter, d.Counted, d.Recorded))
	}
	return strings.Join(out, "; ")
}

func TestACounterIsHeldToWhatIsKnownForCertain(t *testing.T) {
	reserve, sell := catalog.Move{SKU: "mug", Kind: catalog.Reserve, Quantity: 3}, catalog.Move{SKU: "mug", Kind: catalog.Sell, Quantity: 2}
	north := reserve
	north.Bin = "north~2"
	type change struct {
		at    time.Duration // After the counters began to be read.
		moves []catalog.Move
	}
	long := []change{{-time.Hour, []catalog.Move{reserve}}, {-30 * time.Minute, []catalog.Move{sell}}}
	right := catalog.Tally{Open: 7, Reserved: 1, Sold: 2}
	tests := []struct {
		name    string
		changes []change
		all     []catalog.Entered
		want    string
	}{
		{"all as it was recorded", long, counted(10, right), ""},
		{"one more reserved than was recorded", long, counted(10, catalog.Tally{Open: 6, Reserved: 2, Sold: 2}), "mug main reserved 2 not 1"},
		{"a sale that is recorded and not counted", long, counted(10, catalog.Tally{Open: 7, Reserved: 3}), "mug main reserved 3 not 1; mug main sold 0 not 2"},
		{"a unit that nobody entered", long, counted(10, catalog.Tally{Open: 8, Reserved: 1, Sold: 2}), "mug main on_hand 9 not 8"},
		{"an order that may be in the counter, and is", append(slices.Clone(long), change{-time.Minute, []catalog.Move{reserve}}), counted(10, catalog.Tally{Open: 4, Reserved: 4, Sold: 2}), ""},
		{"an order that may be in the counter, and is not", append(slices.Clone(long), change{-time.Minute, []catalog.Move{reserve}}), counted(10, right), ""},
		{"a counter beyond all that may be", append(slices.Clone(long), change{-time.Minute, []catalog.Move{reserve}}), counted(10, catalog.Tally{Open: 3, Reserved: 5, Sold: 2}), "mug main reserved 5 not 1"},
		{"an order of later", append(slices.Clone(long), change{time.Hour, []catalog.Move{reserve}}), counted(10, right), ""},
		{"a bin that is recorded and not there", append(slices.Clone(long), change{-time.Hour, []catalog.Move{north}}), counted(10, right), "mug northnorth~2 reserved 0 not 3"},
		{"stock that nothing is recorded of", nil, counted(8, catalog.Tally{Open: 7, Reserved: 1}), "mug main reserved 1 not 0"},
		{"an entry that came while it was read", long, func() []catalog.Entered {
			s := counted(10, catalog.Tally{Open: 9, Reserved: 1, Sold: 2})
			s[0].N = 2
			return s
		}(), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := catalog.Recount{From: night, Until: night.Add(time.Second)}
			for _, c := range tt.changes {
				r.Add(night.Add(c.at), c.moves)
			}
			if got := names(r.Differences(tt.all)); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestADayThatIsNotReadAgainCountsWhatItSold(t *testing.T) {
	r := catalog.Recount{From: night, Until: night}
	r.AddDay(catalog.StockDay{Day: "2026-01-01", Sold: []catalog.SoldFrom{{SKU: "mug", Quantity: 4}}})
	if got := names(r.Differences(counted(10, catalog.Tally{Open: 6, Sold: 4}))); got != "" {
		t.Errorf("found %q", got)
	}
}

func TestOnlyWhatTwoComparisonsFindIsADifference(t *testing.T) {
	a := catalog.Difference{SKU: "mug", Location: "main", Counter: catalog.Sold, Counted: 1, Recorded: 2}
	b, moved := a, a
	b.Bin, moved.Counted = "~2", 2
	if got := catalog.Both([]catalog.Difference{a}, []catalog.Difference{moved, b}); !slices.Equal(got, []catalog.Difference{moved}) {
		t.Errorf("got %+v", got)
	}
}

func TestACheckKeepsTheFirstDifferencesAndHowManyMoreThereWere(t *testing.T) {
	var c catalog.StockCheck
	all := make([]catalog.Difference, 250)
	all[0].SKU, all[249].SKU = "mug", "mug"
	c.Keep(all)
	if len(c.Differences) != 200 || c.Left != 50 || len(c.Of("mug")) != 1 {
		t.Errorf("kept %d, %d more, of the mug %v", len(c.Differences), c.Left, c.Of("mug"))
	}
}

// FuzzDecodeStockCheck reads what a comparison left as it may be stored: what is read is written the same again.
func FuzzDecodeStockCheck(f *testing.F) {
	f.Add([]byte(`{"at":"2026-11-22T03:00:00Z","first":"2026-01-01","products":2,"differences":[{"sku":"mug","location":"main","counter":"sold","counted":1,"recorded":2}]}`))
	f.Add([]byte(`{"day":"2026-01-01","sold":[{"sku":"mug","bin":"~2","quantity":4}]}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := catalog.DecodeStockCheck(data); err == nil {
			text, err := c.Encode()
			again, bad := catalog.DecodeStockCheck(text)
			if err != nil && c.At.Year() < 10_000 && c.At.Year() >= 0 || bad != nil && err == nil || err == nil && names(again.Differences) != names(c.Differences) {
				t.Fatalf("%q is written as %q: %v, %v", data, text, err, bad)
			}
		} else if !fault.Is(err, fault.Internal) {
			t.Fatal(err)
		}
		d, err := catalog.DecodeStockDay(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatal(err)
			}
			return
		}
		text, err := d.Encode()
		if again, bad := catalog.DecodeStockDay(text); err != nil || bad != nil || !slices.Equal(again.Sold, d.Sold) {
			t.Fatalf("%q is written as %q: %v, %v", data, text, err, bad)
		}
	})
}
