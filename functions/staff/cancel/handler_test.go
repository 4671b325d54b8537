package cancel_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"till/functions/staff/cancel"
	"till/scripts/shoptest"
	"till/shared/cashier"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
)

func handler(s *shoptest.Shop) cancel.Handler {
	return cancel.Handler{Cashier: s.Cashier(), Ending: cashier.Ending{Task: s.Store.Change, Stop: s.Machine.Cancel}, Now: s.Now}
}

// cancelled sends a request that must succeed, and gives the order as staff see it.
func cancelled(t *testing.T, s *shoptest.Shop, req apigw.Request) orderview.Staff {
	t.Helper()
	resp, err := handler(s).Handle(t.Context(), req)
	var out struct{ Order orderview.Staff }
	if err == nil {
		err = json.Unmarshal([]byte(resp.Body), &out)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s, %v", resp.StatusCode, resp.Body, err)
	}
	return out.Order
}

func TestWhateverIsNotShippedCanBeCancelled(t *testing.T) {
	for name, row := range map[string]struct {
		open func(*shoptest.Shop) shoptest.Opened
		pays string
	}{
		"unpaid":                 {func(s *shoptest.Shop) shoptest.Opened { return s.Place("order-one") }, "unpaid"},
		"with an open payment":   {func(s *shoptest.Shop) shoptest.Opened { o := s.Place("order-one"); s.Pay(o, "pay-one"); return o }, "unpaid"},
		"paid":                   {func(s *shoptest.Shop) shoptest.Opened { o, _ := s.Paid("order-one"); return o }, "refunded"},
		"with promised money":    {func(s *shoptest.Shop) shoptest.Opened { o, _ := s.Promised("order-one"); return o }, "unpaid"},
		"waiting for its parcel": {func(s *shoptest.Shop) shoptest.Opened { o, _ := s.Packing("order-one"); return o }, "refunded"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shoptest.New(t)
			o := row.open(s)
			for _, body := range []string{"{}", ""} {
				if got := cancelled(t, s, s.Desk(o, body, "")); got.Status != order.Cancelled || got.PaymentStatus != row.pays {
					t.Errorf("the order is %s and %s", got.Status, got.PaymentStatus)
				}
			}
			if got := s.Gateway.Captured(string(o.ID)); got != 0 {
				t.Errorf("the gateway keeps %d", got)
			}
			if stock, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || stock.Reserved != 0 {
				t.Errorf("the stock is %+v, %v", stock, err)
			}
			if _, told := s.Machine.Answers(); (name == "waiting for its parcel") != slices.Contains(told, shoptest.TaskToken(o.ID)) {
				t.Errorf("the machine was told %v", told)
			}
		})
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	for body, code := range map[string]string{`{"order":1}`: "unknown_field", `[`: "invalid_json"} {
		if _, err := handler(s).Handle(t.Context(), s.Desk(o, body, "")); fault.Code(err) != code {
			t.Errorf("%s: got %v", body, err)
		}
	}
	for name, req := range s.Refusals(o) {
		if resp, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unauthorized, fault.Forbidden, fault.NotFound) {
			t.Errorf("%s: got %d %v", name, resp.StatusCode, err)
		}
	}
	if got := s.Order(o).Record().Status; got != order.Confirmed {
		t.Errorf("the order is %s", got)
	}
	shipped := shoptest.New(t)
	gone, _ := shipped.Shipped("order-two")
	if _, err := handler(shipped).Handle(t.Context(), shipped.Desk(gone, "{}", "")); fault.Code(err) != "order_state_conflict" {
		t.Errorf("of a shipped order: %v", err)
	}
}

func TestWhileTheStoreOrTheGatewayIsDownTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "gateway.Close"} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		s.Break(operation, shoptest.Down())
		if _, err := handler(s).Handle(t.Context(), s.Desk(o, "{}", "")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: got %v", operation, err)
		}
		s.Mend()
		cancelled(t, s, s.Desk(o, "{}", ""))
	}
}
