package returns_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/link"
	"till/shared/money"
	"till/shared/shop"
)

// roles are who may.
var roles = append(shoptest.Roles(200, "manager", "admin"),
	shoptest.Row{Name: "money needs a fresh sign-in", File: "signed-in-16-minutes-ago", Status: 403, Code: "sign_in_again"})

var rows = []shoptest.Row{
	{Name: "a return is accepted", File: "accepted", Status: 200},
	{Name: "a return is refused", File: "refused", Status: 200},
	{Name: "a mug came back", File: "received", Status: 200},
	{Name: "a mug came back broken", File: "damaged", Status: 200},
	{Name: "more than was to come", File: "more-than-asked", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0"}},
	{Name: "nothing came", File: "nothing-came", Status: 422, Code: "lines_invalid", At: []string{"#/lines"}},
	{Name: "another product came", File: "another-product", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "a status that is none", File: "no-such-status", Status: 422, Code: "status_invalid", At: []string{"#/status"}},
	{Name: "lines of what is only accepted", File: "lines-of-an-acceptance", Status: 422, Code: "lines_invalid", At: []string{"#/lines"}},
	{Name: "more money than it cost", File: "refund-too-much", Status: 409, Code: "refund_exceeds_captured", At: []string{"#/lines/0"}},
	{Name: "money below nothing", File: "refund-below-nothing", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0"}},
	{Name: "a card number in the reason", File: "card-in-the-reason", Status: 422, Code: "card_data_rejected", At: []string{"#/reason"}},
	{Name: "a reason that is too long", File: "reason-too-long", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/status", "#/lines", "#/reason"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "an unknown return", File: "return-unknown", Status: 404, Code: "not_found"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the return that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Delivered("order-one")
	return append(o.Words(), "RETURN_ID", string(s.SendBack(o, "return-one")))
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "returns", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "returns", rows, ready)
	eventfile.AllIn(t, "returns", shoptest.Files(roles, rows))
}

var (
	done     = shoptest.Row{Status: http.StatusOK}
	conflict = shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}
)

// about is a request about one return.
func about(s *shoptest.Shop, file string, o shoptest.Opened) apigw.Request {
	return s.Staff("returns", file, "ORDER_ID", string(o.ID), "RETURN_ID", string(s.SendBack(o, "return-one")))
}

func TestWhatCameBackIsOnTheShelfAndItsMoneyGoesBackOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	before := s.Gateway.Captured(string(o.ID))
	s.Try(done, about(s, "accepted", o))
	first := s.Try(done, about(s, "received", o))
	if again := s.Try(done, about(s, "received", o)); again.Body != first.Body {
		t.Errorf("two answers:\n%s\n%s", first.Body, again.Body)
	}
	s.Try(conflict, about(s, "damaged", o))
	s.Try(conflict, about(s, "refused", o))
	var got struct {
		Refund struct{ Amount struct{ Amount int64 } }
	}
	if err := json.Unmarshal([]byte(first.Body), &got); err != nil {
		t.Fatal(err)
	}
	if kept := s.Gateway.Captured(string(o.ID)); got.Refund.Amount.Amount == 0 || kept != before-got.Refund.Amount.Amount || s.Gateway.Calls("Refund") != 1 {
		t.Errorf("of %d the gateway keeps %d after %d refunds: %s", before, kept, s.Gateway.Calls("Refund"), first.Body)
	}
	if stock, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || stock.Sold != 1 || stock.Free != 49 {
		t.Errorf("the stock is %+v, %v", stock, err)
	}
	recounted(t, s, time.Hour)
}

// recounted has all stock counted anew some time later, which must find nothing.
func recounted(t *testing.T, s *shoptest.Shop, later time.Duration) {
	t.Helper()
	s.Wait(later)
	if err := s.WatchStock(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Store.StockCheck(t.Context()); err != nil || got.Products == 0 || len(got.Differences) != 0 || !got.At.Equal(s.Now()) {
		t.Errorf("the recount found %+v, %v", got, err)
	}
}

// The recount reads days that are long over once, and keeps what they sold.
func TestWhatComesBackMonthsLaterIsNoDrift(t *testing.T) {
	s := shoptest.New(t)
	s.Decide(shop.Settings{Returns: &shop.Returns{Days: 100}})
	o, _ := s.Delivered("order-one")
	recounted(t, s, 40*24*time.Hour)
	if days, err := s.Store.StockDays(t.Context()); err != nil || len(days) != 1 {
		t.Fatalf("kept are %+v, %v", days, err)
	}
	o.Token = s.Signer.Sign(string(o.ID), link.Shopper, s.Now().Add(time.Hour), 0)
	s.Try(done, about(s, "received", o))
	recounted(t, s, 24*time.Hour)
	recounted(t, s, 24*time.Hour)
}

func TestADamagedMugStaysOffTheShelf(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	before := s.Gateway.Captured(string(o.ID))
	s.Try(done, about(s, "damaged", o))
	if stock, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || stock.Sold != 2 {
		t.Errorf("the stock is %+v, %v", stock, err)
	}
	if kept := s.Gateway.Captured(string(o.ID)); kept != before-500 {
		t.Errorf("of %d the gateway keeps %d", before, kept)
	}
}

func TestARefundAboveTheLimitAwaitsAnother(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	s.Decide(shop.Settings{Refunds: &shop.Refunds{Alone: map[money.Currency]int64{"EUR": 100}}})
	got := s.Try(done, about(s, "received", o))
	if !strings.Contains(got.Body, "awaiting_approval") || s.Gateway.Calls("Refund") != 0 {
		t.Errorf("after %d refunds: %s", s.Gateway.Calls("Refund"), got.Body)
	}
}

func TestAGatewayThatIsDownDoesNotUndoWhatCame(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	req := about(s, "received", o)
	s.Break("gateway.Refund", shoptest.Down())
	s.Try(done, req)
	s.Mend()
	if f := s.Order(o).OpenRefunds(); len(f) != 1 {
		t.Errorf("%d refunds are open", len(f))
	}
	s.Try(done, req)
	if f := s.Order(o).OpenRefunds(); len(f) != 0 {
		t.Errorf("%d refunds are open after a repeat", len(f))
	}
}
