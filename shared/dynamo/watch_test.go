package dynamo_test

import (
	"net/http"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
)

func TestThatStaffWereToldIsWrittenOnConditionOfWhatTheyDecided(t *testing.T) {
	w := catalog.Watch{SKU: "mug", Below: 10}
	since := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		script reply
		since  time.Time
		expr   string
		want   fault.Kind
		code   string
	}{
		{"told", ok("{}"), since, "SET #since = :since", 0, ""},
		{"enough again", ok("{}"), time.Time{}, "REMOVE #since", 0, ""},
		{"decided anew", failed(http.StatusBadRequest, "ConditionalCheckFailedException", ""), since, "SET #since = :since", fault.Conflict, order.VersionConflict},
		{"throttled", throttled, since, "SET #since = :since", fault.Unavailable, "dependency_unavailable"},
		{"cut", reply{cut: true}, since, "SET #since = :since", fault.Unknown, "dependency_unavailable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, f := store(t, tt.script)
			err := s.ToldOfStock(t.Context(), w, tt.since)
			if tt.code == "" && err != nil || tt.code != "" && (!fault.Is(err, tt.want) || fault.Code(err) != tt.code) {
				t.Errorf("got %v", err)
			}
			c := f.first()
			values, _ := c.body["ExpressionAttributeValues"].(map[string]any)
			if c.operation != "UpdateItem" || c.body["ConditionExpression"] != "low = :low" || c.body["UpdateExpression"] != tt.expr || (values[":since"] == nil) != tt.since.IsZero() {
				t.Errorf("asked for %s %v", c.operation, c.body)
			}
		})
	}
}

func TestWhatAComparisonLeftIsReadConsistently(t *testing.T) {
	s, f := store(t, ok("{}"))
	if c, err := s.StockCheck(t.Context()); err != nil || !c.At.IsZero() {
		t.Errorf("before the first: %+v, %v", c, err)
	}
	if days, err := s.StockDays(t.Context()); err != nil || len(days) != 0 {
		t.Errorf("days: %v, %v", days, err)
	}
	for _, c := range f.calls {
		if c.body["ConsistentRead"] != true || c.body["TableName"] != "catalog" {
			t.Errorf("%s: %v", c.operation, c.body)
		}
	}
}

func TestRowsOfStockThatCannotBeReadAreABugOfOurs(t *testing.T) {
	ctx := t.Context()
	s, _ := store(t, ok(`{"Items":[{"pk":{"S":"SKU#mug"},"sk":{"S":"WATCH"},"sku":{"S":"mug"},"low":{"N":"3"},"since":{"S":"yesterday"}}]}`))
	if _, _, err := s.WatchedStock(ctx, "", 10); !fault.Is(err, fault.Internal) {
		t.Errorf("a time that is none: %v", err)
	}
	s, _ = store(t, ok(`{"Item":{"pk":{"S":"SHOP#STOCK"},"body":{"S":"{"}}}`))
	if _, err := s.StockCheck(ctx); !fault.Is(err, fault.Internal) {
		t.Errorf("a check that is cut: %v", err)
	}
	s, _ = store(t, ok(`{"Items":[{"pk":{"S":"SHOP#STOCK"},"body":{"S":"["}}]}`))
	if _, err := s.StockDays(ctx); !fault.Is(err, fault.Internal) {
		t.Errorf("a day that is cut: %v", err)
	}
}
