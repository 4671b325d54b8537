package dynamo_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/dynamo"
	"till/shared/fault"
	"till/shared/order"
)

// says is a DynamoDB that answers every call with one body.
type says string

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(string(s))), Request: r}, nil
}

func saying(body string) *dynamo.Store {
	return dynamo.New(config("http://dynamodb.test", &http.Client{Transport: says(body)}), names)
}

// FuzzCursor sends any cursor: it is refused before the engine is asked, or is a place in the list.
func FuzzCursor(f *testing.F) {
	coded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	id := string(order.IDFor("k"))
	for _, seed := range []string{"", "!", coded("mug-blue"), coded("2026-11-22T12:00:00.000Z" + id), coded("2026-11-22T12:00:00.000Z"), coded("2026-11-22T12:00:00.000ZCHANGE#000002" + id), coded("2026-11-22T12:00:00.000ZCHANGE#00000x" + id),
		coded("2026-13-22T12:00:00.000Z" + id), coded("../../etc"), coded("\x00"), strings.Repeat("A", 10_000)} {
		f.Add("2026-11-22", seed)
	}
	s := saying(`{"Items":[],"Count":0,"ScannedCount":0}`)
	f.Fuzz(func(t *testing.T, day, cursor string) {
		_, next, err := s.ListProducts(t.Context(), catalog.Listed, cursor, 10)
		raw, broken := base64.RawURLEncoding.DecodeString(cursor)
		_, noSKU := catalog.ParseSKU(string(raw))
		if (err == nil) != (cursor == "" || broken == nil && noSKU == nil) || next != "" || err != nil && (!fault.Is(err, fault.Unreadable) || fault.Code(err) != "cursor_invalid") {
			t.Fatalf("products behind %q: %q, %v", cursor, next, err)
		}
		search, err := catalog.ParseSearch("mug")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.FindProducts(t.Context(), search, cursor, 10)
		if isWord := strings.HasPrefix(string(raw), "mug") && strings.Contains(string(raw), "#"); err == nil && cursor != "" && !isWord ||
			err != nil && (!fault.Is(err, fault.Unreadable) || fault.Code(err) != "cursor_invalid") {
			t.Fatalf("what is found behind %q: %v", cursor, err)
		}
		_, _, err = s.DayOrders(t.Context(), day, cursor, 10)
		isPlace := len(raw) == 24+30 && strings.HasPrefix(string(raw[24:]), "ord_")
		if err == nil && cursor != "" && !isPlace || err != nil && (!fault.Is(err, fault.Unreadable) || fault.Code(err) != "cursor_invalid") {
			t.Fatalf("orders behind %q: %v", cursor, err)
		}
		if _, _, ofCustomer := s.CustomerOrders(t.Context(), day, cursor, 10); fault.Code(ofCustomer) != fault.Code(err) {
			t.Fatalf("a customer's orders behind %q: %v, a day's: %v", cursor, ofCustomer, err)
		}
		if _, _, ofReturns := s.ReturnOrders(t.Context(), cursor, 10); fault.Code(ofReturns) != fault.Code(err) {
			t.Fatalf("orders with returns behind %q: %v, a day's: %v", cursor, ofReturns, err)
		}
		_, _, err = s.LateChanges(t.Context(), day, cursor, 10)
		isPlace = len(raw) == 24+13+30 && strings.HasPrefix(string(raw[24:]), "CHANGE#") && strings.HasPrefix(string(raw[37:]), "ord_")
		if err == nil && cursor != "" && !isPlace || err != nil && (!fault.Is(err, fault.Unreadable) || fault.Code(err) != "cursor_invalid") {
			t.Fatalf("changes behind %q: %v", cursor, err)
		}
	})
}

// FuzzRows reads rows of any shape, as another version or a person at the console may have left them: nothing panics, and what
// cannot be read is an error of a kind.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{`{}`, `{"body":{"S":"{}"},"n":{"N":"1"},"pk":{"S":"ORDER#ord_x"},"sk":{"S":"ORDER"}}`,
		`{"free":{"N":"1"},"reserved":{"S":"2"},"sold":{"N":"1e400"}}`, `{"body":{"B":"AAAA"}}`, `{"body":{"NULL":true},"due":{"SS":["a"]}}`,
		`{"order_id":{"S":""},"pk":{"S":"REF#"}}`, `{"keys":{"S":"[null]"},"n":{"N":"-1"}}`, `{"body":{"S":"{\"event\":{\"id\":7}}"}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, row []byte) {
		if !json.Valid(row) || row[0] != '{' {
			return // The SDK's own affair.
		}
		s, ctx, at := saying(`{"Item":`+string(row)+`,"Items":[`+string(row)+`],"Attributes":`+string(row)+`,"Responses":{"catalog":[`+string(row)+`],"orders":[`+string(row)+`]}}`), t.Context(), time.Unix(0, 0)
		_, bad1 := s.Order(ctx, "ord_x")
		_, bad2 := s.Change(ctx, "ord_x", 1)
		_, bad3 := s.Changes(ctx, "ord_x", 0, 10)
		_, bad4 := s.OrderByRef(ctx, "stripe", "pi_1")
		_, bad5 := s.Product(ctx, "mug")
		_, bad6 := s.Stock(ctx, "mug")
		_, bad7 := s.Event(ctx, "stripe##evt_1")
		_, bad8 := s.DueOrders(ctx, at, 10)
		_, bad9 := s.DueEvents(ctx, at, 10)
		_, bad10 := s.LoadCustomer(ctx, "cus_1")
		_, bad11 := s.LoadDayKey(ctx, "contact", "2026-11-22")
		_, bad12 := s.LoadIndex(ctx, "x")
		_, bad13 := s.LoadErasure(ctx, "cus_1")
		_, _, bad14 := s.ListProducts(ctx, catalog.Listed, "", 10)
		_, _, bad15 := s.DayOrders(ctx, "2026-11-22", "", 10)
		_, bad16 := s.Stocks(ctx, []catalog.SKU{"mug"})
		_, bad17 := s.Orders(ctx, []order.ID{"ord_x"})
		_, _, bad18 := s.LateChanges(ctx, "2026-11-22", "", 10)
		_, bad19 := s.DayEntries(ctx, "2026-11-22")
		_, bad20 := s.Closing(ctx, "2026-11-22")
		search, noSearch := catalog.ParseSearch("mug")
		_, _, bad21 := s.FindProducts(ctx, search, "", 10)
		_, bad22 := s.Family(ctx, "mug")
		_, bad23 := s.ProductVersions(ctx, "mug", 0, 10)
		_, _, bad24 := s.CustomerOrders(ctx, "cus_a", "", 10)
		for i, err := range []error{noSearch, bad24, bad21, bad22, bad23, bad1, bad2, bad3, bad4, bad5, bad6, bad7, bad8, bad9, bad10, bad11, bad12, bad13, bad14, bad15, bad16, bad17, bad18, bad19, bad20} {
			var known *fault.Error
			if err != nil && !errors.As(err, &known) {
				t.Errorf("read %d of %s: %v", i+1, row, err)
			}
		}
	})
}
