package shopsettings_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
)

// writers are who may change; readers, who may look: everybody of staff.
var writers = shoptest.Roles(200, "admin")

func readers() []shoptest.Row {
	rows := shoptest.Roles(200, "viewer", "packer", "manager", "admin")
	for i := range rows {
		rows[i].File = "reads-" + rows[i].File
	}
	return rows
}

var rows = []shoptest.Row{
	{Name: "a whole document is stored", File: "put", Status: 200},
	{Name: "a document of nothing is the shop as it was deployed", File: "put-nothing", Status: 200},
	{Name: "the first version needs no condition", File: "without-version", Status: 200},
	{Name: "a version without its quotes", File: "version-malformed", Status: 400, Code: "condition_invalid", At: []string{"If-Match"}},
	{Name: "a version that is not the last", File: "version-of-somebody-else", Status: 412, Code: "precondition_failed", At: []string{"If-Match"}},
	{Name: "a sign-in of 16 minutes ago", File: "sign-in-old", Status: 403, Code: "sign_in_again"},
	{Name: "the second version before the first", File: "second", Status: 412, Code: "precondition_failed", At: []string{"If-Match"}},
	{Name: "every fault is told at once", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/currencies/0", "#/delivery_countries/0",
		"#/currencies", "#/orders/stock_hold_minutes", "#/payments/gateways/0", "#/payments/rules/0/name", "#/payments/rules/0/ways"}},
	{Name: "rules against fraud", File: "rules-against-fraud", Status: 200},
	{Name: "rules against fraud that cannot be, one with an address", File: "rules-against-fraud-wrong", Status: 422, Code: "rule_invalid",
		At: []string{"#/risk/rules/0/customers/0", "#/risk/rules/1/name", "#/risk/rules/1/decision", "#/risk/rules/2/decision", "#/risk/rules/2"}},
	{Name: "values of other types", File: "misshapen", Status: 422, Code: "validation_failed", At: []string{"#/currencies", "#/tax/rates/DE", "#/payments/capture", "#/tax/home_country"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/curencies"}},
	{Name: "a card number in a name", File: "card-in-a-name", Status: 422, Code: "card_data_rejected", At: []string{"#/delivery/methods/0/name"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "a history of nothing", File: "history", Status: 200},
	{Name: "a place in the history that was altered", File: "history-altered", Status: 400, Code: "cursor_invalid", At: []string{"next"}},
	{Name: "a version that is not there yet", File: "version", Status: 404, Code: "not_found"},
	{Name: "a version that never was", File: "version-none", Status: 404, Code: "not_found"},
	{Name: "a version that is no number", File: "version-no-number", Status: 404, Code: "not_found"},
}

func ready(*shoptest.Shop) []string { return nil }

func TestRoles(t *testing.T) {
	shoptest.Rows(t, "shopsettings", writers, ready)
	shoptest.Rows(t, "shopsettings", readers(), ready)
}

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "shopsettings", rows, ready)
	eventfile.AllIn(t, "shopsettings", shoptest.Files(writers, readers(), rows))
}

type version struct {
	Version   int
	ChangedBy string         `json:"changed_by"`
	ChangedAt time.Time      `json:"changed_at"`
	Settings  map[string]any `json:"settings"`
	InForce   map[string]any `json:"in_force"`
}

func ask[T any](t *testing.T, s *shoptest.Shop, file string, change ...func(*apigw.Request)) (T, string) {
	t.Helper()
	req := s.Staff("shopsettings", file)
	for _, f := range change {
		f(&req)
	}
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, req)
	var out T
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil {
		t.Fatal(err)
	}
	return out, resp.Headers["ETag"]
}

func body(text string) func(*apigw.Request) { return func(r *apigw.Request) { r.Body = text } }

func on(n int) func(*apigw.Request) {
	return func(r *apigw.Request) {
		if n > 0 {
			delete(r.Headers, "if-none-match")
			r.Headers["if-match"] = fmt.Sprintf(`"%d"`, n)
		}
	}
}

func TestEveryVersionIsKeptWithWhoAndWhen(t *testing.T) {
	s := shoptest.New(t)
	none, tag := ask[version](t, s, "reads-as-viewer")
	if none.Version != 0 || tag != "" || len(none.Settings) != 0 || len(none.InForce["currencies"].([]any)) != 5 {
		t.Errorf("a new shop is %+v, %s", none, tag)
	}
	first, tag := ask[version](t, s, "put")
	if first.Version != 1 || tag != `"1"` || first.ChangedBy != "staff:5f1c0a4e-1f5e-4b0e-9d8e-3f6f1f6a7b01" || !first.ChangedAt.Equal(s.Now()) {
		t.Errorf("the first version is %+v, %s", first, tag)
	}
	s.Wait(time.Hour)
	second, tag := ask[version](t, s, "second")
	if second.Version != 2 || tag != `"2"` || !second.ChangedAt.Equal(s.Now()) {
		t.Errorf("the second is %+v, %s", second, tag)
	}
	if old, tag := ask[version](t, s, "version"); fmt.Sprint(old) != fmt.Sprint(first) || tag != `"1"` {
		t.Errorf("the first is %+v now, %s", old, tag)
	}
	text, err := json.Marshal(first.Settings)
	if err != nil {
		t.Fatal(err)
	}
	if back, _ := ask[version](t, s, "put", body(string(text)), on(2)); back.Version != 3 || fmt.Sprint(back.Settings) != fmt.Sprint(first.Settings) {
		t.Errorf("put back is %+v", back)
	}
}

func TestTheSameRequestAgainIsAnsweredTheSame(t *testing.T) {
	s := shoptest.New(t)
	first, _ := ask[version](t, s, "put")
	s.Wait(time.Second)
	if again, tag := ask[version](t, s, "put"); fmt.Sprint(again) != fmt.Sprint(first) || tag != `"1"` {
		t.Errorf("got %+v, %s; first %+v", again, tag, first)
	}
	s.Try(shoptest.Row{Status: 412, Code: "precondition_failed", At: []string{"If-None-Match"}}, s.Staff("shopsettings", "put-nothing"))
}

func TestWhatSomebodyDecidedIsNotReplacedUnseen(t *testing.T) {
	s := shoptest.New(t)
	ask[version](t, s, "put-nothing")
	s.Try(shoptest.Row{Status: 428, Code: "precondition_required", At: []string{"If-Match"}}, s.Staff("shopsettings", "without-version"))
}

func TestTheHistoryIsReadPageByPage(t *testing.T) {
	s := shoptest.New(t)
	const all = 20
	for n := range all {
		ask[version](t, s, "put", body(fmt.Sprintf(`{"orders":{"stock_hold_minutes":%d}}`, 5+n)), on(n))
	}
	var seen []string
	next := ""
	for range 3 {
		type page struct {
			Versions []version
			Next     string
		}
		p, _ := ask[page](t, s, "history", func(r *apigw.Request) { r.QueryStringParameters = map[string]string{"next": next} })
		for _, v := range p.Versions {
			seen = append(seen, fmt.Sprint(v.Version))
		}
		if next = p.Next; next == "" {
			break
		}
	}
	if got := strings.Join(seen, " "); got != "20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1" || next != "" {
		t.Errorf("the history is %s, then %q", got, next)
	}
}

func TestWhatIsDecidedIsInForceForTheNextOrder(t *testing.T) {
	s := shoptest.New(t)
	ask[version](t, s, "put", body(`{"delivery_countries":["AT"]}`))
	s.Try(shoptest.Row{Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/country"}}, eventfile.Request(t, "placeorder", "placed"))
	ask[version](t, s, "put", body(`{"orders":{"stock_hold_minutes":7}}`), on(1))
	o := s.Place("order-one")
	if got := s.Order(o).Record(); got.ExpiresAt.Sub(got.PlacedAt) != 7*time.Minute {
		t.Errorf("the order keeps its stock for %v", got.ExpiresAt.Sub(got.PlacedAt))
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Settings", "SaveSettings", "after SaveSettings"} {
		s := shoptest.New(t)
		req := s.Staff("shopsettings", "put")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
