package dynamo_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"till/shared/catalog"
	"till/shared/dynamo"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/vault"
)

func TestWhatAnAnswerMeansToARead(t *testing.T) {
	tests := []struct {
		name   string
		script []reply
		want   fault.Kind
	}{
		{"nothing there", []reply{ok("{}")}, fault.NotFound},
		{"throttled", []reply{throttled}, fault.Unavailable},
		{"DynamoDB breaks", []reply{broken}, fault.Unavailable},
		{"the connection is cut", []reply{{cut: true}}, fault.Unavailable},
		{"nothing is answered", []reply{{hang: true}}, fault.Unavailable},
		{"the role may not", []reply{failed(http.StatusBadRequest, "AccessDeniedException", "")}, fault.Internal},
		{"what is stored cannot be read", []reply{ok(`{"Item":{"pk":{"S":"x"},"body":{"S":"{"}}}`)}, fault.Internal},
		{"what is stored has another form", []reply{ok(`{"Item":{"pk":{"S":"x"},"body":{"N":"1"}}}`)}, fault.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := store(t, tt.script...)
			if _, err := s.Order(t.Context(), "ord_1"); !fault.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestReadsOfOneOrderAreConsistent(t *testing.T) {
	s, f := store(t, ok("{}"))
	ctx := t.Context()
	_, _ = s.Order(ctx, "ord_1")
	_, _ = s.Change(ctx, "ord_1", 1)
	_, _ = s.Changes(ctx, "ord_1", 0, 1)
	_, _ = s.OrderByRef(ctx, "stripe", "pi_1")
	_, _ = s.Event(ctx, "stripe##evt_1")
	_, _ = s.LoadCustomer(ctx, "cus_1")
	if len(f.calls) != 6 {
		t.Fatalf("called %s", f.asked())
	}
	for _, c := range f.calls {
		if c.body["ConsistentRead"] != true {
			t.Errorf("%s is not consistent: %v", c.operation, c.body)
		}
	}
}

func row(sku string) string {
	return fmt.Sprintf(`{"pk":{"S":"SKU#%s"},"sk":{"S":"STOCK"},"free":{"N":"1"},"reserved":{"N":"0"},"sold":{"N":"0"}}`, sku)
}

func leftOver(skus ...string) string {
	keys := make([]string, len(skus))
	for i, sku := range skus {
		keys[i] = fmt.Sprintf(`{"pk":{"S":"SKU#%s"},"sk":{"S":"STOCK"}}`, sku)
	}
	return `{"catalog":{"Keys":[` + strings.Join(keys, ",") + `]}}`
}

func TestKeysThatABatchLeavesOverAreAskedForAgain(t *testing.T) {
	s, f := store(t,
		ok(`{"Responses":{"catalog":[`+row("a")+`]},"UnprocessedKeys":`+leftOver("b", "c")+`}`),
		ok(`{"Responses":{"catalog":[]},"UnprocessedKeys":`+leftOver("b", "c")+`}`),
		ok(`{"Responses":{"catalog":[`+row("c")+","+row("b")+`]},"UnprocessedKeys":{}}`))
	got, err := s.Stocks(t.Context(), []catalog.SKU{"a", "b", "c"})
	if err != nil || len(got) != 3 || len(f.calls) != 3 {
		t.Errorf("got %v, %v, called %s", got, err, f.asked())
	}
}

func TestKeysThatStayLeftOverAreUnavailable(t *testing.T) {
	s, f := store(t, ok(`{"Responses":{},"UnprocessedKeys":`+leftOver("a")+`}`))
	if _, err := s.Stocks(t.Context(), []catalog.SKU{"a"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if len(f.calls) > 10 {
		t.Errorf("asked %d times", len(f.calls))
	}
}

func TestAQueryReadsOnUntilItHasEnough(t *testing.T) {
	page := func(n int, more string) reply {
		return ok(fmt.Sprintf(`{"Items":[{"pk":{"S":"ORDER#%d"},"placed":{"S":"2026-11-22T12:00:00.00%dZ"}}]%s}`, n, n, more))
	}
	more := `,"LastEvaluatedKey":{"pk":{"S":"x"}}`
	s, f := store(t, page(3, more), page(2, more), page(1, ""))
	ids, next, err := s.DayOrders(t.Context(), "2026-11-22", "", 5)
	if err != nil || next != "" || fmt.Sprint(ids) != "[3 2 1]" || len(f.calls) != 3 {
		t.Errorf("got %v, %q, %v, called %s", ids, next, err, f.asked())
	}
}

func TestACustomersOrdersAreAskedOfTheirOwnPartitionWhateverTheCursorSays(t *testing.T) {
	s, f := store(t, ok(`{"Items":[]}`))
	id := "ord_" + strings.Repeat("a", 26)
	cursor := base64.RawURLEncoding.EncodeToString([]byte("2026-11-22T12:00:00.000Z" + id))
	if _, _, err := s.CustomerOrders(t.Context(), "cus_a", cursor, 5); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f.calls[0].body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"IndexName":"customer"`, `"ExclusiveStartKey":{"customer":{"S":"cus_a"}`, `":of":{"S":"cus_a"}`, `"ScanIndexForward":false`, id} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestReturnsThatWaitAreAskedOfTheirOwnIndex(t *testing.T) {
	s, f := store(t, ok(`{"Items":[]}`))
	id := "ord_" + strings.Repeat("a", 26)
	cursor := base64.RawURLEncoding.EncodeToString([]byte("2026-11-22T12:00:00.000Z" + id))
	if _, _, err := s.ReturnOrders(t.Context(), cursor, 5); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f.calls[0].body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"IndexName":"returns"`, `"returns":{"S":"open"}`, `":of":{"S":"open"}`, `"ScanIndexForward":false`, id} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestAnEventIsARepeatOnlyIfItsRowIsThere(t *testing.T) {
	there := `,"Item":{"pk":{"S":"stripe##evt_1"},"body":{"S":"{\"event\":{\"id\":\"evt_1\"},\"state\":\"applied\"}"}}`
	tests := []struct {
		name   string
		script []reply
		want   string
	}{
		{"new", []reply{ok("{}")}, "fresh received"},
		{"there", []reply{failed(http.StatusBadRequest, "ConditionalCheckFailedException", there)}, "repeat applied"},
		{"a row that cannot be read", []reply{failed(http.StatusBadRequest, "ConditionalCheckFailedException", `,"Item":{"body":{"S":"?"}}`)}, "internal"},
		{"throttled", []reply{throttled}, "unavailable"},
		{"held", []reply{failed(http.StatusBadRequest, "TransactionConflictException", "")}, "unavailable"},
		{"broken", []reply{broken}, "unknown"},
		{"cut", []reply{{cut: true}}, "unknown"},
		{"refused", []reply{failed(http.StatusBadRequest, "ValidationException", "")}, "internal"},
		{"held once, then new", []reply{failed(http.StatusBadRequest, "TransactionConflictException", ""), ok("{}")}, "fresh received"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := store(t, tt.script...)
			i, fresh, err := s.PutEvent(t.Context(), inbox.Receive(payment.Event{Gateway: "stripe", ID: "evt_1"}, noon))
			got := "repeat " + string(i.State)
			switch {
			case err != nil:
				got = fault.KindOf(err).String()
			case fresh:
				got = "fresh " + string(i.State)
			}
			if got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

// TestCallsPerMethod counts what each method costs at least.
func TestCallsPerMethod(t *testing.T) {
	event := `{"Item":{"pk":{"S":"stripe##evt_1"},"body":{"S":"{\"event\":{\"gateway\":\"stripe\",\"id\":\"evt_1\"},\"state\":\"received\",\"forget\":\"2027-01-01T00:00:00Z\"}"}}}`
	tests := []struct {
		name   string
		script []reply
		run    func(context.Context, *dynamo.Store) error
		want   string
	}{
		{"two calls store a stock-take", []reply{ok("{}"), ok("{}")}, func(ctx context.Context, s *dynamo.Store) error {
			_, err := catalog.Count(ctx, s, "mug", 1)
			return err
		}, "Query TransactWriteItems"},
		{"two calls claim an event", []reply{ok(event), ok("{}")}, func(ctx context.Context, s *dynamo.Store) error {
			_, err := s.ClaimEvent(ctx, "stripe##evt_1", noon)
			return err
		}, "GetItem PutItem"},
		{"two calls settle an event", []reply{ok(event), ok("{}")}, func(ctx context.Context, s *dynamo.Store) error {
			return s.SettleEvent(ctx, "stripe##evt_1", inbox.Applied, "", noon)
		}, "GetItem PutItem"},
		{"an event that changed meanwhile is settled anew",
			[]reply{ok(event), failed(http.StatusBadRequest, "ConditionalCheckFailedException", ""), ok(event), ok("{}")},
			func(ctx context.Context, s *dynamo.Store) error {
				return s.SettleEvent(ctx, "stripe##evt_1", inbox.Applied, "", noon)
			}, "GetItem PutItem GetItem PutItem"},
		{"a list of due orders asks each shard", []reply{ok(`{"Items":[]}`)}, func(ctx context.Context, s *dynamo.Store) error {
			_, err := s.DueOrders(ctx, noon, 10)
			return err
		}, "Query Query Query Query"},
		{"a hundred orders are one call, twenty more a second", []reply{ok(`{"Responses":{}}`)}, func(ctx context.Context, s *dynamo.Store) error {
			var ids []order.ID
			for i := range 120 {
				ids = append(ids, order.IDFor(fmt.Sprint(i)))
			}
			_, err := s.Orders(ctx, ids)
			return err
		}, "BatchGetItem BatchGetItem"},
		{"an erasure leaves an index row that leads elsewhere",
			[]reply{cancelled("None", "None", "ConditionalCheckFailed"), ok("{}")}, func(ctx context.Context, s *dynamo.Store) error {
				return s.EraseCustomer(ctx, vault.Erasure{Customer: "cus_1", Index: "hash", At: noon})
			}, "TransactWriteItems TransactWriteItems"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, f := store(t, tt.script...)
			if err := tt.run(t.Context(), s); err != nil {
				t.Errorf("got %v", err)
			}
			if f.asked() != tt.want {
				t.Errorf("called %q, want %q", f.asked(), tt.want)
			}
		})
	}
}

func TestAnEventThatOthersKeepChangingIsUnavailable(t *testing.T) {
	event := ok(`{"Item":{"pk":{"S":"stripe##evt_1"},"body":{"S":"{\"event\":{\"gateway\":\"stripe\",\"id\":\"evt_1\"},\"state\":\"received\",\"forget\":\"2027-01-01T00:00:00Z\"}"}}}`)
	moved := failed(http.StatusBadRequest, "ConditionalCheckFailedException", "")
	var script []reply
	for range 20 {
		script = append(script, event, moved)
	}
	s, _ := store(t, script...)
	err := s.SettleEvent(t.Context(), "stripe##evt_1", inbox.Applied, "", noon)
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	_, err = s.ClaimEvent(t.Context(), "stripe##evt_1", noon)
	if !fault.Is(err, fault.Conflict) || fault.Code(err) != "inbox_claimed" {
		t.Errorf("claiming: %v", err)
	}
}

func TestASavedCustomerFoundAgainIsOurs(t *testing.T) {
	customer := vault.Customer{ID: "cus_1", N: 2, Index: "hash", Keys: []vault.Key{{Number: 1, Wrapped: []byte("abc")}}}
	ours := `,"Item":{"pk":{"S":"CUSTOMER#cus_1"},"n":{"N":"2"},"keys":{"S":"[{\"Number\":1,\"Purpose\":\"\",\"Day\":\"\",\"Wrapped\":\"YWJj\"}]"}}`
	moved := failed(http.StatusBadRequest, "ConditionalCheckFailedException", ours)
	s, _ := store(t, broken, moved)
	if err := s.SaveCustomer(t.Context(), customer); err != nil {
		t.Errorf("after a broken first try: %v", err)
	}
	s, _ = store(t, moved)
	if err := s.SaveCustomer(t.Context(), customer); !fault.Is(err, fault.Conflict) {
		t.Errorf("at the first try: %v", err)
	}
}
