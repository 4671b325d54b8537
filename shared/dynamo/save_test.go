package dynamo_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/catalog"
	"till/shared/dynamo"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/pricing"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// placed is an order of two products, with a reference, that was not stored yet.
func placed(t *testing.T) (*order.Order, order.Change) {
	t.Helper()
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 3000, Total: 3000, Lines: []pricing.Line{
		{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1000, Total: 2000}, {SKU: "cup", Name: "Cup", Quantity: 1, UnitPrice: 1000, Total: 1000},
	}}
	o, c, err := order.New(order.Placement{Key: "k1", Quote: q, Country: "DE", Hold: time.Hour}, order.By{Who: "shopper", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	c.Refs = []order.Ref{{Gateway: "stripe", Ref: "pi_1"}}
	return o, c
}

// old is an item as a failed condition gives it back.
func old(t *testing.T, attributes map[string]string) string {
	t.Helper()
	item := map[string]map[string]string{}
	for name, value := range attributes {
		item[name] = map[string]string{"S": value}
	}
	text, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The actions of the save under test: order, change, reference, cup, mug.
func TestWhatAnAnswerMeansToASave(t *testing.T) {
	o, c := placed(t)
	body, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const none, lost, held = "None", "ConditionalCheckFailed", "TransactionConflict"
	theirs := lost + " " + old(t, map[string]string{"body": "{}"})
	ourOrder := lost + " " + old(t, map[string]string{"body": encoded(t, o)})
	ourChange := lost + " " + old(t, map[string]string{"body": string(body)})
	const success, tries = "success", 3
	tests := []struct {
		name   string
		script []reply
		want   string // Kind and code.
		calls  int
	}{
		{"stored", []reply{ok("{}")}, success, 1},
		{"throttled once, then stored", []reply{throttled, ok("{}")}, success, 2},
		{"throttled each time: it did not happen", []reply{throttled}, "unavailable dependency_unavailable", tries},
		{"items held by another transaction once, then stored", []reply{cancelled(held, held, none, held, none), ok("{}")}, success, 2},
		{"items held each time: it did not happen", []reply{cancelled(none, none, none, held, none)}, "unavailable dependency_unavailable", tries},
		{"a part throttled each time: it did not happen", []reply{cancelled(none, none, none, none, "ThrottlingError")}, "unavailable dependency_unavailable", tries},
		{"another order is stored at this version", []reply{cancelled(theirs, theirs, none, none, none)}, "conflict version_conflict", 1},
		{"the version before is not there at all", []reply{cancelled(lost, none, none, none, none)}, "conflict version_conflict", 1},
		{"our own order is stored at this version", []reply{cancelled(ourOrder, none, none, none, none)}, success, 1},
		{"our own change is stored, and a later one", []reply{cancelled(theirs, ourChange, none, none, none)}, success, 1},
		{"our own change is stored, and its stock is gone", []reply{cancelled(ourOrder, ourChange, none, lost, lost)}, success, 1},
		{"stale and short: stale", []reply{cancelled(theirs, theirs, none, lost, none)}, "conflict version_conflict", 1},
		{"a reference is another's", []reply{cancelled(none, none, lost, none, none)}, "conflict ref_taken", 1},
		{"a reference is another's, and stock is short", []reply{cancelled(none, none, lost, lost, none)}, "conflict ref_taken", 1},
		{"both products are short", []reply{cancelled(none, none, none, lost, lost)}, "conflict out_of_stock cup mug", 1},
		{"one product is short, the other held", []reply{cancelled(none, none, none, held, lost)}, "conflict out_of_stock mug", 1},
		{"short while a twin is half way through says nothing yet, then it is ours",
			[]reply{cancelled(held, held, none, lost, none), cancelled(ourOrder, ourChange, none, lost, none)}, success, 2},
		{"short while a twin is half way through each time: it did not happen", []reply{cancelled(held, held, none, lost, none)}, "unavailable dependency_unavailable", tries},
		{"too large is refused for good", []reply{cancelled(none, "ValidationError", none, none, none)}, "internal store_refused", 1},
		{"malformed is refused for good", []reply{failed(http.StatusBadRequest, "ValidationException", "")}, "internal store_refused", 1},
		{"the role may not", []reply{failed(http.StatusBadRequest, "AccessDeniedException", "")}, "internal store_refused", 1},
		{"the token was used for something else", []reply{failed(http.StatusBadRequest, "IdempotentParameterMismatchException", "")}, "internal store_refused", 1},
		{"our first try is still under way", []reply{failed(http.StatusBadRequest, "TransactionInProgressException", "")}, "unknown dependency_unavailable", tries},
		{"DynamoDB breaks each time: perhaps it happened", []reply{broken}, "unknown dependency_unavailable", tries},
		{"DynamoDB breaks, then throttles: perhaps the first happened", []reply{broken, throttled}, "unknown dependency_unavailable", tries},
		{"DynamoDB breaks after storing, and says so at the second try", []reply{broken, cancelled(ourOrder, ourChange, none, none, none)}, success, 2},
		{"DynamoDB breaks, and another writer wins", []reply{broken, cancelled(theirs, none, none, none, none)}, "conflict version_conflict", 2},
		{"the connection is cut each time: perhaps it happened", []reply{{cut: true}}, "unknown dependency_unavailable", tries},
		{"nothing is answered: perhaps it happened", []reply{{hang: true}}, "unknown dependency_unavailable", tries},
		{"nothing is answered, then it is stored", []reply{{hang: true}, ok("{}")}, success, 2},
		{"an answer that is not DynamoDB's: perhaps it happened", []reply{{status: http.StatusBadGateway, body: "<html>"}}, "unknown dependency_unavailable", tries},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, f := store(t, tt.script...)
			got := success
			if err := s.Save(t.Context(), o, c); err != nil {
				got = strings.TrimSpace(fault.KindOf(err).String() + " " + fault.Code(err))
				for _, sku := range catalog.ShortSKUs(err) {
					got += " " + string(sku)
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if want := strings.TrimSpace(strings.Repeat("TransactWriteItems ", tt.calls)); f.asked() != want {
				t.Errorf("called %q, want %q", f.asked(), want)
			}
		})
	}
}

func TestASaveThatReachesNobodyDidNotHappen(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	o, c := placed(t)
	err := dynamo.New(config(server.URL, nil), names).Save(t.Context(), o, c)
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestASaveOfNothingCallsNobody(t *testing.T) {
	s, f := store(t, ok("{}"))
	o, _ := placed(t)
	if err := s.Save(t.Context(), o, order.Change{}); err != nil || f.asked() != "" {
		t.Errorf("%v, called %q", err, f.asked())
	}
}

// Its customer is an index's key, so that it is there for listed orders alone, at the first save as at any later one.
func TestOnlyAListedOrderHasItsCustomerOnTheIndex(t *testing.T) {
	for _, listed := range []bool{false, true} {
		s, f := store(t, ok("{}"))
		o, c, err := order.New(order.Placement{Key: "k1", Customer: "cus_a", Listed: listed, Hold: time.Hour,
			Quote: pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 1, Total: 1}}, order.By{Who: "shopper", At: noon})
		for range 2 {
			if err == nil {
				err = s.Save(t.Context(), o, c)
			}
			if err != nil {
				t.Fatal(err)
			}
			c, err = o.Revoke(order.By{Who: "staff:1", At: noon})
		}
		for _, call := range f.calls {
			text, err := json.Marshal(call.body["TransactItems"].([]any)[0])
			if err != nil {
				t.Fatal(err)
			}
			if has := strings.Contains(string(text), `"customer":`); has != listed {
				t.Errorf("listed %v: %s", listed, text)
			}
		}
	}
}

// TestTheLayoutOfASave is the stored form, which older and newer versions of the functions share: changing it needs a plan.
func TestTheLayoutOfASave(t *testing.T) {
	s, f := store(t, ok("{}"))
	o, c := placed(t)
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	orderBody, badOrder := o.Encode()
	changeBody, badChange := c.Encode()
	if badOrder != nil || badChange != nil {
		t.Fatal(badOrder, badChange)
	}
	pk := "ORDER#" + string(o.ID())
	want := []any{
		put(map[string]any{"pk": pk, "sk": "ORDER", "n": 1, "body": string(orderBody), "due_shard": "2",
			"due": "2026-11-22T12:05:00Z", "day": "2026-11-22", "placed": "2026-11-22T12:00:00.000Z"}, "attribute_not_exists(pk)", nil),
		put(map[string]any{"pk": pk, "sk": "CHANGE#000001", "body": string(changeBody)}, "attribute_not_exists(pk)", nil),
		put(map[string]any{"pk": "REF#stripe#pi_1", "sk": "REF", "order_id": string(o.ID())},
			"attribute_not_exists(pk) OR order_id = :id", map[string]any{":id": string(o.ID())}),
		reserve("cup", 1), reserve("mug", 2),
	}
	if diff := cmp.Diff(want, f.calls[0].body["TransactItems"]); diff != "" {
		t.Errorf("sent other items (-want +got):\n%s", diff)
	}
	if token, _ := f.calls[0].body["ClientRequestToken"].(string); len(token) != 36 {
		t.Errorf("the token is %q", token)
	}
}

// wire gives attributes as DynamoDB's JSON has them.
func wire(attributes map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range attributes {
		switch v := value.(type) {
		case string:
			out[name] = map[string]any{"S": v}
		case int:
			out[name] = map[string]any{"N": strconv.Itoa(v)}
		}
	}
	return out
}

func put(item map[string]any, condition string, values map[string]any) map[string]any {
	out := map[string]any{"TableName": "orders", "Item": wire(item), "ConditionExpression": condition,
		"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
	if values != nil {
		out["ExpressionAttributeValues"] = wire(values)
	}
	return map[string]any{"Put": out}
}

func reserve(sku string, quantity int) map[string]any {
	return map[string]any{"Update": map[string]any{
		"TableName": "catalog", "Key": wire(map[string]any{"pk": "SKU#" + sku, "sk": "STOCK"}),
		"UpdateExpression": "SET #free = #free + :free, #reserved = #reserved + :reserved", "ConditionExpression": "#free >= :freeMin",
		"ExpressionAttributeNames":  map[string]any{"#free": "free", "#reserved": "reserved"},
		"ExpressionAttributeValues": wire(map[string]any{":free": -quantity, ":freeMin": quantity, ":reserved": quantity}),
	}}
}

func TestMessagesAreCountedForTheStream(t *testing.T) {
	s, f := store(t, ok("{}"))
	q := pricing.Quote{Currency: "EUR", Lines: []pricing.Line{{SKU: "gift", Name: "Gift", Quantity: 1}}}
	o, c, err := order.New(order.Placement{Key: "k1", Quote: q}, order.By{Who: "shopper", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f.calls[0].body)
	if err != nil || !strings.Contains(string(text), `"msgs":{"N":"2"}`) {
		t.Errorf("sent %s, %v", text, err)
	}
}

func encoded(t *testing.T, o *order.Order) string {
	t.Helper()
	body, err := o.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
