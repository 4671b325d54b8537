package void_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"till/functions/staff/void"
	"till/scripts/shoptest"
	"till/shared/cashier"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
)

func handler(s *shoptest.Shop) void.Handler {
	return void.Handler{Cashier: s.Cashier(), Seal: s.Vault.Seal, Now: s.Now}
}

// voided sends a request that must succeed, and gives the order as staff see it.
func voided(t *testing.T, s *shoptest.Shop, req apigw.Request) orderview.Staff {
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

func TestAnOrderOfWhichNothingWasTakenEnds(t *testing.T) {
	for _, body := range []string{"", "{}", `{"reason":"Sold out."}`} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		for range 2 {
			if got := voided(t, s, s.Desk(o, body, "")); got.Status != order.Cancelled || got.PaymentStatus != "unpaid" {
				t.Errorf("%q: the order is %s and %s", body, got.Status, got.PaymentStatus)
			}
		}
	}
}

func TestWhatWasTakenStays(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Promised("order-one")
	if _, _, err := s.Cashier().Capture(t.Context(), s.Order(o), order.NewCapture{Key: "c1", Amount: 1000}, cashier.Who{Who: "staff:1"}); err != nil {
		t.Fatal(err)
	}
	if got := voided(t, s, s.Desk(o, "{}", "")); got.Status != order.Confirmed || got.PaymentStatus != "paid" || s.Gateway.Captured(string(o.ID)) != 1000 {
		t.Errorf("the order is %s and %s", got.Status, got.PaymentStatus)
	}
}

func TestAVoidWhoseAnswerIsLostIsDoneByTheSweep(t *testing.T) {
	for _, operation := range []string{"gateway.Close", "after gateway.Close"} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		s.Break(operation, shoptest.Lost())
		if got := voided(t, s, s.Desk(o, "{}", "")); got.PaymentStatus != "authorized" {
			t.Errorf("the order is %s", got.PaymentStatus)
		}
		s.Mend()
		s.Wait(60e9)
		if err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
		if got := s.Order(o).Record().Status; got != order.Cancelled {
			t.Errorf("after %s it is %s", operation, got)
		}
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Promised("order-one")
	for body, code := range map[string]string{`{"reason":"a\nb"}`: "reason_invalid", `{"order":1}`: "unknown_field", `[`: "invalid_json"} {
		if _, err := handler(s).Handle(t.Context(), s.Desk(o, body, "")); fault.Code(err) != code {
			t.Errorf("%s: got %v", body, err)
		}
	}
	for name, req := range s.Refusals(o) {
		if resp, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unauthorized, fault.Forbidden, fault.NotFound) {
			t.Errorf("%s: got %d %v", name, resp.StatusCode, err)
		}
	}
	if got := s.Order(o).Record(); got.PaymentStatus() != "authorized" {
		t.Errorf("the order is %s", got.PaymentStatus())
	}
	paid, _ := s.Paid("order-two")
	if _, err := handler(s).Handle(t.Context(), s.Desk(paid, "{}", "")); fault.Code(err) != "payment_not_authorized" {
		t.Errorf("of a paid order: %v", err)
	}
}

func TestWhileTheStoreIsDownTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "LoadCustomer"} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		req := s.Desk(o, `{"reason":"Sold out."}`, "")
		s.Break(operation, shoptest.Down())
		if _, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: got %v", operation, err)
		}
		s.Mend()
		voided(t, s, req)
	}
}
