package localshop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/shared/catalog"
)

// told is how many of the log's lines have a word.
func (w *world) told(word string) (n int) {
	for _, line := range w.log.list() {
		n += strings.Count(line, word)
	}
	return n
}

func (w *world) wait(d time.Duration) {
	w.t.Helper()
	if err := w.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

func TestStaffAreToldOnceWhenAProductRunsLow(t *testing.T) {
	w := open(t)
	w.AsStaff(http.MethodPut, "/staff/stock/mug-blue", "", map[string]any{"on_hand": 6, "low_below": 5}).Want(t, http.StatusOK)
	w.wait(time.Hour)
	if n := w.told("stock_low"); n != 0 {
		t.Errorf("told %d times while there is enough", n)
	}
	w.Buy(acceptance.Of("mug-blue", 2, "EUR"), acceptance.Embedded)
	w.wait(time.Hour)
	w.Buy(acceptance.Of("mug-blue", 1, "EUR"), acceptance.Embedded)
	w.wait(time.Hour)
	if n := w.told(`"msg":"stock_low"`); n != 1 {
		t.Errorf("told %d times, want once", n)
	}
	var page struct {
		Products []struct {
			SKU  string
			Free int64
			Low  bool
		}
	}
	w.AsStaff(http.MethodGet, "/staff/stock?low=true", "", nil).Want(t, http.StatusOK).Into(t, &page)
	if len(page.Products) != 1 || page.Products[0].SKU != "mug-blue" || page.Products[0].Free != 3 || !page.Products[0].Low {
		t.Errorf("listed are %+v", page.Products)
	}
}

func TestAPlantedDriftIsFoundWithinADayByName(t *testing.T) {
	w := open(t)
	o := w.Fulfilling(acceptance.Of("mug-blue", 2, "EUR"))
	w.Ship(o.ID, "1").Want(t, http.StatusCreated)
	w.Buy(acceptance.Of("mug-blue", 1, "EUR"), acceptance.Embedded)
	w.wait(25 * time.Hour)
	if n := w.told("stock_drifts"); n != 0 {
		t.Fatalf("%d differences in a shop that works", n)
	}
	w.Store.AmendTally("mug-blue", "", func(c *catalog.Tally) { c.Open, c.Reserved = c.Open-1, c.Reserved+1 })
	w.wait(24 * time.Hour)
	if w.told(`"msg":"stock_drifts"`) != 1 || w.told(`"sku":"mug-blue","location":"main","bin":"","counter":"reserved","counted":2,"recorded":1`) != 1 {
		t.Errorf("the log has %d differences", w.told("stock_drifts"))
	}
	var shown struct{ Differences []catalog.Difference }
	w.AsStaff(http.MethodGet, "/staff/stock/mug-blue", "", nil).Want(t, http.StatusOK).Into(t, &shown)
	if len(shown.Differences) != 1 || shown.Differences[0].Counter != catalog.Reserved {
		t.Errorf("shown are %+v", shown.Differences)
	}
	w.Store.AmendTally("mug-blue", "", func(c *catalog.Tally) { c.Open, c.Reserved = c.Open+1, c.Reserved-1 })
	w.wait(24 * time.Hour)
	shown.Differences = nil
	w.AsStaff(http.MethodGet, "/staff/stock/mug-blue", "", nil).Want(t, http.StatusOK).Into(t, &shown)
	if len(shown.Differences) != 0 || w.told(`"msg":"stock_drifts"`) != 1 {
		t.Errorf("mended, and shown are %+v", shown.Differences)
	}
}
