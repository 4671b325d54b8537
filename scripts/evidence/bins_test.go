package evidence_test

import (
	"strings"
	"testing"

	"till/scripts/evidence"
	"till/shared/catalog"
)

func TestEachBinHoldsWhatTheChangesMovedThereAndEachLocationWhatItsEntriesBrought(t *testing.T) {
	north := catalog.Layout{{Location: catalog.Main, Counters: 1}, {Location: "north", Counters: 1}}
	for name, row := range map[string]struct {
		main, north catalog.Tally
		says        string // "" if all is well.
	}{
		"all is well":                       {catalog.Tally{Open: 10, Reserved: 4, Sold: 2}, catalog.Tally{Bin: "north", Open: 4}, ""},
		"units are reserved elsewhere":      {catalog.Tally{Open: 10, Reserved: 3, Sold: 2}, catalog.Tally{Bin: "north", Open: 4, Reserved: 1}, `bin "north"`},
		"units were sold elsewhere":         {catalog.Tally{Open: 10, Reserved: 4, Sold: 1}, catalog.Tally{Bin: "north", Open: 4, Sold: 1}, `bin ""`},
		"units went over to a place unseen": {catalog.Tally{Open: 9, Reserved: 4, Sold: 2}, catalog.Tally{Bin: "north", Open: 5}, "drifts at north"},
		"a bin is below zero":               {catalog.Tally{Open: 15, Reserved: 4, Sold: 2}, catalog.Tally{Bin: "north", Open: -1}, `bin "north"`},
	} {
		t.Run(name, func(t *testing.T) {
			e := sound(t)
			e.Spreads = []catalog.Spread{{SKU: "mug", Layout: north, Tallies: []catalog.Tally{row.main, row.north}}}
			e.Entered = map[catalog.SKU]map[catalog.Location]int64{"mug": {catalog.Main: 16, "north": 4}}
			said := ""
			for _, v := range evidence.Check(e, evidence.Expect{End: true}) {
				said += v.String() + "\n"
			}
			if row.says == "" && said != "" || !strings.Contains(said, row.says) {
				t.Errorf("it says %q, want %q", said, row.says)
			}
		})
	}
	e := sound(t)
	e.Spreads = []catalog.Spread{{SKU: "tea"}}
	said := ""
	for _, v := range evidence.Check(e, evidence.Expect{End: true}) {
		said += v.String()
	}
	if !strings.Contains(said, `mug: bin "" is not there`) {
		t.Errorf("of a bin that is not there it says %q", said)
	}
}
