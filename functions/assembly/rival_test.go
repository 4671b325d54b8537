package assembly_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"till/functions/assembly"
	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/memory"
	"till/shared/settings"
)

// raced is a store in which others act once after one order has read what may be a second old, and once before it reads what is there.
type raced struct {
	*memory.Store
	afterSpreads, beforeSpread func()
}

func once(act *func()) {
	if do := *act; do != nil {
		*act = nil
		do()
	}
}

func (r *raced) Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	got, err := r.Store.Spreads(ctx, skus)
	once(&r.afterSpreads)
	return got, err
}

func (r *raced) Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
	once(&r.beforeSpread)
	return r.Store.Spread(ctx, sku)
}

// TestWhoTakesTheLastUnitsByTheSameKeyAnswersForBoth: two requests of one key at once, of which one finds its bins empty, looks elsewhere,
// and sees that all is gone: to the other.
func TestWhoTakesTheLastUnitsByTheSameKeyAnswersForBoth(t *testing.T) {
	for _, row := range []struct {
		name, other string // What the other request has in place of one mug.
		status      int
		code        string
	}{
		{"the same request", `"quantity": 1`, 201, "done"},
		{"another request", `"quantity": 2`, 422, "idempotency_key_reused"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := shoptest.New(t)
			s.Locations("north")
			const mug = "mug-blue"
			enter := func(e catalog.Entry) {
				if _, err := s.Store.EnterStock(t.Context(), mug, catalog.Wish{Entry: e, Over: catalog.AnyEntry}); err != nil {
					t.Error(err)
				}
			}
			req := eventfile.Request(t, "placeorder", "no-expected-total")
			req.Body = strings.Replace(req.Body, `"quantity": 2`, `"quantity": 1`, 1)
			other := req
			other.Headers = maps.Clone(req.Headers)
			other.Body = strings.Replace(req.Body, `"quantity": 1`, row.other, 1)
			units := int64(strings.Count(row.other, "1") + 2*strings.Count(row.other, "2"))
			enter(catalog.Entry{Counted: &units})
			var theirs shoptest.Opened
			store := &raced{Store: s.Store}
			store.afterSpreads = func() { enter(catalog.Entry{To: "north", Moved: units, Reason: "transferred"}) }
			store.beforeSpread = func() { theirs = s.PlaceWith(other) }
			set := settings.PlaceOrder{Origins: []string{shoptest.Origin}, Offered: []string{"stripe"}, StockHold: 30 * time.Minute}
			place := assembly.PlaceOrder(s.Tools("placeorder"), set, store, s.Vault, s.Links, nil)
			resp, err := place(t.Context(), req)
			if err != nil || resp.StatusCode != row.status || code(resp) != row.code {
				t.Fatalf("%d %s, %v", resp.StatusCode, resp.Body, err)
			}
			if theirs.ID == "" || resp.StatusCode == 201 && placed(t, resp) != string(theirs.ID) {
				t.Errorf("the other placed %s: %s", theirs.ID, resp.Body)
			}
		})
	}
}

// placed is the id of the order in an answer.
func placed(t *testing.T, resp apigw.Response) string {
	t.Helper()
	var p struct{ Order struct{ ID string } }
	if err := json.Unmarshal([]byte(resp.Body), &p); err != nil {
		t.Fatal(err)
	}
	return p.Order.ID
}
