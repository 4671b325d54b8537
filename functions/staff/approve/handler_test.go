package approve_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"till/functions/staff/approve"
	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
)

func handler(s *shoptest.Shop) approve.Handler {
	return approve.Handler{Cashier: s.Cashier(), Now: s.Now}
}

const asked = "staff:somebody else"

// awaits is a paid order with a refund that was asked for by somebody else, and is too much for one alone.
func awaits(t *testing.T, by string) (*shoptest.Shop, shoptest.Opened, payment.RefundID) {
	t.Helper()
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	_, _, err := s.Cashier().Book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 2000, Alone: 1000}, order.By{Who: by, At: s.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, o, order.RefundIDFor(o.ID, "r1")
}

func about(s *shoptest.Shop, o shoptest.Opened, id payment.RefundID, body string) apigw.Request {
	req := s.Desk(o, body, "")
	req.PathParameters["refund_id"] = string(id)
	return req
}

// decided sends a request that must succeed, and gives the refund.
func decided(t *testing.T, s *shoptest.Shop, req apigw.Request) orderview.Refund {
	t.Helper()
	resp, err := handler(s).Handle(t.Context(), req)
	var out struct{ Refund orderview.Refund }
	if err == nil {
		err = json.Unmarshal([]byte(resp.Body), &out)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s, %v", resp.StatusCode, resp.Body, err)
	}
	return out.Refund
}

func TestASecondMemberOfStaffLetsARefundGo(t *testing.T) {
	for _, body := range []string{"", "{}", `{"decision":"approve"}`} {
		s, o, id := awaits(t, asked)
		for range 2 {
			got := decided(t, s, about(s, o, id, body))
			if got.Status != payment.RefundSucceeded || got.RequestedBy != asked || got.ApprovedBy == "" || got.ApprovedBy == asked {
				t.Errorf("%q: got %+v", body, got)
			}
		}
		if got := s.Gateway.Captured(string(o.ID)); got != 3341 {
			t.Errorf("%q: the gateway keeps %d", body, got)
		}
	}
}

func TestWhoAskedMayNotApproveButWithdraw(t *testing.T) {
	me := "staff:" + "5f1c0a4e-1f5e-4b0e-9d8e-3f6f1f6a7b01"
	s, o, id := awaits(t, me)
	if _, err := handler(s).Handle(t.Context(), about(s, o, id, "{}")); !fault.Is(err, fault.Forbidden) || fault.Code(err) != "second_approver_needed" {
		t.Fatalf("got %v", err)
	}
	for range 2 {
		if got := decided(t, s, about(s, o, id, `{"decision":"withdraw"}`)); got.Status != payment.RefundCanceled {
			t.Errorf("got %+v", got)
		}
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 5341 {
		t.Errorf("the gateway keeps %d", got)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	s, o, id := awaits(t, asked)
	for body, code := range map[string]string{`{"decision":"maybe"}`: "decision_invalid", `{"decision":1}`: "decision_invalid", `{"order":1}`: "unknown_field"} {
		if _, err := handler(s).Handle(t.Context(), about(s, o, id, body)); fault.Code(err) != code {
			t.Errorf("%s: got %v", body, err)
		}
	}
	for _, none := range []payment.RefundID{"", "ref_none"} {
		if _, err := handler(s).Handle(t.Context(), about(s, o, none, "{}")); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: got %v", none, err)
		}
	}
	for name, req := range s.Refusals(o) {
		req.PathParameters["refund_id"] = string(id)
		if resp, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unauthorized, fault.Forbidden, fault.NotFound) {
			t.Errorf("%s: got %d %v", name, resp.StatusCode, err)
		}
	}
	if got, _ := s.Order(o).Refund(id); got.State != payment.RefundAwaiting {
		t.Errorf("it is %s", got.State)
	}
}

func TestAnApprovedRefundWhoseAnswerIsLostGoesOn(t *testing.T) {
	s, o, id := awaits(t, asked)
	s.Break("after gateway.Refund", shoptest.Lost())
	if got := decided(t, s, about(s, o, id, "{}")); got.Status == payment.RefundAwaiting {
		t.Errorf("got %+v", got)
	}
	s.Mend()
	if got := decided(t, s, about(s, o, id, "{}")); got.Status != payment.RefundSucceeded {
		t.Errorf("got %+v", got)
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 3341 {
		t.Errorf("the gateway keeps %d", got)
	}
}
