package watchstock_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"till/functions/assembly"
	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
	"till/shared/fault"
)

func TestTheScheduleTellsNothing(t *testing.T) {
	var tick map[string]any
	if err := json.Unmarshal([]byte(eventfile.Text(t, "watchstock", "tick")), &tick); err != nil || len(tick["detail"].(map[string]any)) != 0 {
		t.Errorf("%v, %v", tick, err)
	}
	eventfile.AllIn(t, "watchstock", []string{"tick"})
}

// below has staff told when less than that is free of the blue mug.
func below(t *testing.T, s *shoptest.Shop, low int64) {
	t.Helper()
	if _, err := s.Store.EnterStock(t.Context(), "mug-blue", catalog.Wish{Entry: catalog.Entry{Low: &low, By: "staff:1"}, Over: catalog.AnyEntry}); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, s *shoptest.Shop, n int64) {
	t.Helper()
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", n); err != nil {
		t.Fatal(err)
	}
}

// watch runs it some time later, and gives how many low products and differences it told of.
func watch(t *testing.T, s *shoptest.Shop, later time.Duration) (low, drift int) {
	t.Helper()
	s.Wait(later)
	s.Metrics.Take()
	if err := s.WatchStock(); err != nil {
		t.Fatal(err)
	}
	for _, line := range s.Metrics.All() {
		low += strings.Count(line, `"StockLow":1`)
		for n := 1; n < 9; n++ {
			if strings.Contains(line, `"StockDrift":`+strconv.Itoa(n)) {
				drift += n
			}
		}
	}
	return low, drift
}

const quarter = 15 * time.Minute

func TestStaffAreToldOnceEachTimeThatLittleIsLeft(t *testing.T) {
	s := shoptest.New(t)
	below(t, s, 10)
	for i, step := range []struct{ onHand, told int }{{50, 0}, {10, 0}, {9, 1}, {3, 0}, {0, 0}, {9, 0}, {10, 0}, {9, 1}, {8, 0}} {
		count(t, s, int64(step.onHand))
		for again := range 2 {
			if low, _ := watch(t, s, quarter); low != step.told*(1-again) {
				t.Errorf("step %d, %d on hand: told %d times", i, step.onHand, low)
			}
		}
	}
	if log := strings.Join(s.Logged.All(), ""); !strings.Contains(log, `"sku":"mug-blue","free":9,"below":10`) {
		t.Errorf("the log does not say what is low: %s", log)
	}
	below(t, s, 20)
	if low, _ := watch(t, s, quarter); low != 1 {
		t.Error("nobody is told below another number")
	}
	below(t, s, 0)
	if low, _ := watch(t, s, quarter); low != 0 {
		t.Error("told, though nobody wants to be")
	}
}

func TestOrdersBringItBelow(t *testing.T) {
	s := shoptest.New(t)
	below(t, s, 49)
	s.Place("order-one") // Two of fifty.
	if low, _ := watch(t, s, quarter); low != 1 {
		t.Error("nobody is told")
	}
}

func TestANoticeThatCouldNotBeNotedIsToldAgainAndNoneIsLost(t *testing.T) {
	for _, call := range []string{"WatchedStock", "Stocks", "ToldOfStock"} {
		s := shoptest.New(t)
		below(t, s, 100)
		s.Break(call, shoptest.Down())
		if err := s.WatchStock(); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without %s: %v", call, err)
		}
		s.Mend()
		if low, _ := watch(t, s, quarter); low != 1 {
			t.Errorf("after %s failed staff were told %d times", call, low)
		}
	}
}

func TestWhateverBecomesOfOrdersStockAgreesWithItsRecords(t *testing.T) {
	s := shoptest.New(t)
	s.Locations("north", "main")
	for _, file := range []string{"received-elsewhere", "transferred", "spread"} {
		s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", file))
	}
	s.Place("waits")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", s.Place("cancelled").Words()...))
	s.Paid("paid")
	s.Shipped("shipped")
	if _, drift := watch(t, s, time.Hour); drift != 0 {
		t.Errorf("%d differences among fresh orders: %v", drift, s.Logged.All())
	}
	s.Place("just now")
	if _, drift := watch(t, s, 24*time.Hour); drift != 0 {
		t.Errorf("%d differences a day later: %v", drift, s.Logged.All())
	}
	if c, err := s.Store.StockCheck(t.Context()); err != nil || c.Products != 6 || len(c.Differences) != 0 || c.First != shoptest.Began.UTC().Format(time.DateOnly) {
		t.Errorf("the check is %+v, %v", c, err)
	}
}

func TestACounterThatDriftsIsFoundOnceADayAndShownToStaff(t *testing.T) {
	s := shoptest.New(t)
	s.Shipped("shipped")
	s.Store.AmendTally("mug-blue", "", func(c *catalog.Tally) { c.Sold-- })
	if _, drift := watch(t, s, time.Hour); drift != 2 { // It was sold, and is gone.
		t.Errorf("found %d differences", drift)
	}
	if _, drift := watch(t, s, quarter); drift != 0 {
		t.Error("told twice a day")
	}
	if log := strings.Join(s.Logged.All(), ""); !strings.Contains(log, `"sku":"mug-blue","location":"main","bin":"","counter":"sold","counted":1,"recorded":2`) {
		t.Errorf("the log does not say what differs: %s", log)
	}
	shown := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "shown"))
	if !strings.Contains(shown.Body, `{"sku":"mug-blue","location":"main","counter":"sold","counted":1,"recorded":2}`) {
		t.Errorf("shown as %s", shown.Body)
	}
	if _, drift := watch(t, s, 24*time.Hour); drift != 2 {
		t.Errorf("the next day it is told of %d", drift)
	}
	s.Store.AmendTally("mug-blue", "", func(c *catalog.Tally) { c.Sold++ })
	if _, drift := watch(t, s, 24*time.Hour); drift != 0 {
		t.Errorf("mended, and %d differences", drift)
	}
}

func TestOldDaysAreReadOnceAndAgainBeforeAnybodyIsWoken(t *testing.T) {
	s := shoptest.New(t)
	s.Shipped("shipped")
	first := shoptest.Began.UTC().Format(time.DateOnly)
	watch(t, s, 24*time.Hour)
	if days, err := s.Store.StockDays(t.Context()); err != nil || len(days) != 0 {
		t.Fatalf("a day of yesterday is at rest: %+v, %v", days, err)
	}
	watch(t, s, 40*24*time.Hour)
	days, err := s.Store.StockDays(t.Context())
	if err != nil || len(days) != 1 || days[0].Day != first || len(days[0].Sold) == 0 {
		t.Fatalf("at rest are %+v, %v", days, err)
	}
	s.Break("Changes", shoptest.Down())
	if _, drift := watch(t, s, 24*time.Hour); drift != 0 {
		t.Error("differences without reading")
	}
	s.Mend()
	if err := s.Store.SaveStockDay(t.Context(), catalog.StockDay{Day: first, Sold: []catalog.SoldFrom{{SKU: "mug-blue", Quantity: 99}}}); err != nil {
		t.Fatal(err)
	}
	if _, drift := watch(t, s, 24*time.Hour); drift != 0 {
		t.Error("somebody is woken by what was kept wrong")
	}
	if again, err := s.Store.StockDays(t.Context()); err != nil || len(again) != 1 || again[0].Sold[0] != days[0].Sold[0] {
		t.Errorf("mended to %+v, %v", again, err)
	}
}

func TestAShopWithTooManyOrdersToReadThemAllIsToldAllTheSame(t *testing.T) {
	s := shoptest.New(t)
	s.Shipped("shipped")
	watch(t, s, 40*24*time.Hour)
	s.Store.AmendTally("mug-blue", "", func(c *catalog.Tally) { c.Reserved++ })
	s.Wait(24 * time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second) // Less than is kept for telling.
	defer cancel()
	if err := assembly.WatchStock(s.Tools("watchstock"), s.Store)(ctx); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Store.StockCheck(t.Context()); err != nil || len(c.Differences) != 2 { // More is reserved, and on hand.
		t.Errorf("the check is %+v, %v", c, err)
	}
	if !strings.Contains(strings.Join(s.Logged.All(), ""), "stock_not_all_read") {
		t.Error("the log does not say that not all was read")
	}
}

func TestAnOrderThatWaitsKeepsItsDayFromRest(t *testing.T) {
	s := shoptest.New(t)
	s.Paid("waits for its parcel")
	watch(t, s, 40*24*time.Hour)
	if days, err := s.Store.StockDays(t.Context()); err != nil || len(days) != 0 {
		t.Errorf("at rest are %+v, %v", days, err)
	}
}

func TestAComparisonThatFailedIsMadeByTheNextRun(t *testing.T) {
	for _, call := range []string{"StockCheck", "StockDays", "ListProducts", "StockEntries", "Spread", "DayOrders", "Changes", "SaveStockCheck"} {
		s := shoptest.New(t)
		s.Paid("paid")
		s.Wait(time.Hour)
		s.Break(call, shoptest.Down())
		if err := s.WatchStock(); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without %s: %v", call, err)
		}
		s.Mend()
		watch(t, s, quarter)
		if c, err := s.Store.StockCheck(t.Context()); err != nil || !c.At.Equal(s.Now().UTC().Truncate(time.Second)) {
			t.Errorf("after %s failed the check is %+v, %v", call, c, err)
		}
	}
}
