package setstock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
)

// roles are who may.
var roles = shoptest.Roles(200, "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "a stock-take is noted", File: "counted", Status: 200},
	{Name: "fewer on hand than are reserved", File: "below-reserved", Status: 409, Code: "stock_reserved", At: []string{"#/on_hand"}},
	{Name: "exactly as many on hand as are reserved", File: "exactly-reserved", Status: 200},
	{Name: "fewer than none", File: "below-nothing", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "more than anybody has", File: "too-many", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "a count as text", File: "as-text", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "no count", File: "no-count", Status: 422, Code: "quantity_invalid", At: []string{"#/on_hand"}},
	{Name: "a SKU of other characters", File: "sku-malformed", Status: 404, Code: "not_found"},
	{Name: "sold is counted by shipping alone", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/sold"}},
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/sold", "#/counters", "#/location"}},
	{Name: "the stock with what was done to it", File: "shown", Status: 200},
	{Name: "the stock of what was never counted", File: "shown-unknown", Status: 404, Code: "not_found"},
	{Name: "an altered cursor", File: "shown-cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "units that came", File: "received", Status: 200},
	{Name: "units that broke", File: "damaged", Status: 200},
	{Name: "more broken than are free", File: "more-damaged-than-free", Status: 409, Code: "stock_reserved", At: []string{"#/change"}},
	{Name: "units without a reason, and none", File: "without-reason", Status: 422, Code: "validation_failed", At: []string{"#/change", "#/reason"}},
	{Name: "a reason that is a sentence", File: "reason-malformed", Status: 422, Code: "validation_failed", At: []string{"#/reason", "#/reference"}},
	{Name: "units without a key", File: "without-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "a count over the entry that was seen", File: "over-the-last", Status: 200},
	{Name: "a count over another entry", File: "over-another", Status: 412, Code: "precondition_failed", At: []string{"If-Match"}},
	{Name: "more may be promised than is there", File: "backorder", Status: 200},
	{Name: "more may be promised than anybody has, on no day", File: "backorder-malformed", Status: 422, Code: "validation_failed", At: []string{"#/backorder", "#/expected_on"}},
	{Name: "units that came to another location", File: "received-elsewhere", Status: 200},
	{Name: "units that were brought to another location", File: "transferred", Status: 200},
	{Name: "more brought away than are free", File: "transferred-too-many", Status: 409, Code: "stock_reserved", At: []string{"#/quantity"}},
	{Name: "a location that the shop does not have", File: "location-unknown", Status: 422, Code: "location_unknown", At: []string{"#/location"}},
	{Name: "locations that are none", File: "places-malformed", Status: 422, Code: "validation_failed", At: []string{"#/location", "#/to", "#/change"}},
	{Name: "a product that many buy at once", File: "spread", Status: 200},
	{Name: "more counters than there may be, and a notice below nothing", File: "spread-too-far", Status: 422, Code: "validation_failed", At: []string{"#/counters", "#/low_below"}},
	{Name: "what may be promised elsewhere", File: "promised-elsewhere", Status: 422, Code: "location_invalid", At: []string{"#/location"}},
	{Name: "what staff want to be told of", File: "watched", Status: 200},
	{Name: "what is low of that, for who may only look", File: "watched-low", Status: 200},
	{Name: "a filter that is none", File: "watched-malformed", Status: 422, Code: "query_invalid", At: []string{"low"}},
	{Name: "a place in another list", File: "watched-cursor-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	s.Locations("north", "main")
	return s.Place("order-one").Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "setstock", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "setstock", rows, ready)
	eventfile.AllIn(t, "setstock", shoptest.Files(roles, rows))
}

func TestACountChangesWhatIsFreeAndNothingThatIsPromised(t *testing.T) {
	s := shoptest.New(t)
	ready(s)
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "exactly-reserved"))
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Free != 0 || got.Reserved != 2 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"EnterStock"} {
		s := shoptest.New(t)
		req := s.Staff("setstock", "counted")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}

func TestARepeatOfADeliveryIsOneDelivery(t *testing.T) {
	s := shoptest.New(t)
	for range 2 {
		s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "received"))
	}
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Free != 62 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
	other := s.Staff("setstock", "damaged")
	other.Headers["idempotency-key"] = s.Staff("setstock", "received").Headers["idempotency-key"]
	s.Try(shoptest.Row{Status: 422, Code: "idempotency_key_reused", At: []string{"Idempotency-Key"}}, other)
}

func TestHistorySaysWhoDidWhatNewestFirst(t *testing.T) {
	s := shoptest.New(t)
	for _, file := range []string{"counted", "received", "backorder"} {
		s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", file))
	}
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "shown"))
	var got struct {
		Backorder int64
		Entries   []catalog.Entry
	}
	if err := json.Unmarshal([]byte(resp.Body), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Entries) != 4 || got.Backorder != 20 || got.Entries[1].Change != 12 || got.Entries[1].Reference != "DN-4711" || got.Entries[3].By != "seed" ||
		got.Entries[0].Plan == nil || got.Entries[0].Plan.Expected != "2026-12-24" || resp.Headers["ETag"] != `"4"` {
		t.Errorf("got %+v, %v", got, resp.Headers)
	}
}

func TestWhatMayBePromisedBeforeItIsThereIsSoldAndNoMore(t *testing.T) {
	s := shoptest.New(t)
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "backorder"))
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", 0); err != nil {
		t.Fatal(err)
	}
	shown := s.Try(shoptest.Row{Status: http.StatusOK}, eventfile.Request(t, "showproduct", "shown"))
	if !strings.Contains(shown.Body, `"available":true`) || !strings.Contains(shown.Body, `"backorder":{"expected_on":"2026-12-24"}`) {
		t.Errorf("shown as %s", shown.Body)
	}
	for i := range 10 { // Each of two.
		s.Place(fmt.Sprintf("order-%d", i))
	}
	req := eventfile.Request(t, "placeorder", "placed")
	req.Headers["idempotency-key"] = "one too many"
	s.Try(shoptest.Row{Status: 409, Code: "out_of_stock", At: []string{"#/lines/0"}}, req)
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Free != -20 || got.Reserved != 20 || got.OnHand() != 0 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}

func TestEachLocationIsShownAndTheSumOfAll(t *testing.T) {
	s := shoptest.New(t)
	s.Locations("north", "main")
	for _, file := range []string{"received-elsewhere", "transferred", "spread"} {
		s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", file))
	}
	if scarce := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "shown")); strings.Contains(scarce.Body, `"low":true`) {
		t.Errorf("shown as %s", scarce.Body)
	}
	o := s.Place("order-one") // Two units: from the first location that the settings name.
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "shown"))
	for _, want := range []string{`"on_hand":55,"free":53,"reserved":2,"sold":0,"low_below":10,"locations":[{"location":"main","on_hand":46,"free":46,"reserved":0,"sold":0,"counters":4},` +
		`{"location":"north","on_hand":9,"free":7,"reserved":2,"sold":0,"counters":1}]`, `"to":"north","moved":4`} {
		if !strings.Contains(resp.Body, want) {
			t.Errorf("shown as %s without %s", resp.Body, want)
		}
	}
	if got := s.Order(o).Record().Bins; len(got) != 1 || got[0].Bin != "north" || got[0].Quantity != 2 {
		t.Errorf("the order remembers %+v", got)
	}
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
	if got, err := s.Store.Spread(t.Context(), "mug-blue"); err != nil || got.At("north").Free != 9 {
		t.Errorf("given back to %+v, %v", got, err)
	}
}

func TestWhatIsLeftIsLowBelowWhatStaffSay(t *testing.T) {
	s := shoptest.New(t)
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "spread"))
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", 9); err != nil {
		t.Fatal(err)
	}
	if resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "shown")); !strings.Contains(resp.Body, `"low_below":10,"low":true`) {
		t.Errorf("shown as %s", resp.Body)
	}
}

func TestOfWhatIsWatchedStaffSeeWhatIsLow(t *testing.T) {
	s := shoptest.New(t)
	for i := range 120 { // More than a page.
		sku, low := catalog.SKU(fmt.Sprintf("thing-%03d", i)), int64(5)
		onHand := int64(i % 10)
		w := catalog.Wish{Entry: catalog.Entry{Counted: &onHand, Low: &low, By: "seed"}, Over: catalog.AnyEntry}
		if _, err := s.Store.EnterStock(t.Context(), sku, w); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.WatchStock(); err != nil {
		t.Fatal(err)
	}
	type page struct {
		Products []struct {
			SKU      catalog.SKU
			Free     int64
			LowBelow int64 `json:"low_below"`
			Low      bool
			Since    string
		}
		Next string
	}
	for file, want := range map[string]int{"watched": 120, "watched-low": 60} {
		seen := map[catalog.SKU]bool{}
		req := s.Staff("setstock", file)
		for pages := 1; ; pages++ {
			var p page
			if err := json.Unmarshal([]byte(s.Try(shoptest.Row{Status: http.StatusOK}, req).Body), &p); err != nil {
				t.Fatal(err)
			}
			for _, each := range p.Products {
				seen[each.SKU] = true
				if each.Low != (each.Free < 5) || each.LowBelow != 5 || each.Low != (each.Since != "") {
					t.Errorf("shown as %+v", each)
				}
			}
			if p.Next == "" {
				if pages != 2 {
					t.Errorf("%s has %d pages", file, pages)
				}
				break
			}
			req = s.Staff("setstock", file)
			if req.QueryStringParameters == nil {
				req.QueryStringParameters = map[string]string{}
			}
			req.QueryStringParameters["next"] = p.Next
		}
		if len(seen) != want {
			t.Errorf("%s lists %d products, want %d", file, len(seen), want)
		}
	}
}
