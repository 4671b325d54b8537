package paypalsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

func TestRefundsEndAsTheFaultsSay(t *testing.T) {
	tests := []struct {
		mode, now, end string
		back           int64 // In the end.
	}{
		{"", "COMPLETED", "COMPLETED", 500},
		{gatewaysim.RefundsPending, "PENDING", "COMPLETED", 500},
		{gatewaysim.RefundsPendingFail, "PENDING", "FAILED", 0},
		{gatewaysim.RefundsFailLate, "COMPLETED", "FAILED", 0},
		{gatewaysim.RefundsFailed, "FAILED", "FAILED", 0},
	}
	for _, tt := range tests {
		t.Run(tt.mode, func(t *testing.T) {
			s := newShop(t)
			o := s.paid(pays)
			s.must(s.sim.SetFaults(gatewaysim.Faults{Refunds: tt.mode}))
			var r struct{ ID, Status string }
			s.call("POST", "/v2/payments/captures/"+o.Units[0].Payments.Captures[0].ID+"/refund", "r1", `{"amount":{"currency_code":"EUR","value":"5.00"}}`).into(t, &r)
			if r.Status != tt.now {
				t.Errorf("it is %s at once, want %s", r.Status, tt.now)
			}
			s.advance(time.Hour)
			s.call("GET", "/v2/payments/refunds/"+r.ID, "", "").into(t, &r)
			if r.Status != tt.end || s.book().Refunded != tt.back {
				t.Errorf("it is %s in the end, want %s; %+v", r.Status, tt.end, s.book())
			}
			s.call("GET", "/v2/checkout/orders/"+o.ID, "", "").into(t, &o)
			want := map[bool]string{true: "PARTIALLY_REFUNDED", false: "COMPLETED"}[tt.back > 0]
			if got := o.Units[0].Payments.Captures[0].Status; got != want {
				t.Errorf("the capture is %s, want %s", got, want)
			}
		})
	}
}

func TestWhatCannotBeRefunded(t *testing.T) {
	s := newShop(t)
	id := s.paid(pays).Units[0].Payments.Captures[0].ID
	refund := func(key, value, currency string) reply {
		return s.call("POST", "/v2/payments/captures/"+id+"/refund", key, `{"amount":{"currency_code":"`+currency+`","value":"`+value+`"}}`)
	}
	for _, tt := range []struct{ value, currency, issue string }{
		{"20.00", "EUR", "REFUND_AMOUNT_EXCEEDED"}, {"1.00", "USD", "REFUND_CAPTURE_CURRENCY_MISMATCH"}, {"0", "EUR", "CANNOT_BE_ZERO_OR_NEGATIVE"},
	} {
		if r := refund("r1", tt.value, tt.currency); r.issue(t) != tt.issue {
			t.Errorf("%d %s, want %s", r.status, r.body, tt.issue)
		}
	}
	if r := s.call("POST", "/v2/payments/captures/"+id+"/refund", "r2", ""); r.status != http.StatusCreated {
		t.Errorf("all of it: %d %s", r.status, r.body)
	}
	if r := refund("r3", "0.01", "EUR"); r.issue(t) != "CAPTURE_FULLY_REFUNDED" {
		t.Errorf("%d %s", r.status, r.body)
	}

	s = newShop(t)
	id = s.paid(pays).Units[0].Payments.Captures[0].ID
	s.advance(181 * 24 * time.Hour)
	s.login()
	if r := refund("r4", "1.00", "EUR"); r.issue(t) != "REFUND_TIME_LIMIT_EXCEEDED" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestDisputes(t *testing.T) {
	tests := []struct {
		name     string
		act      func(*shop, string)
		outcome  string
		disputed int64
	}{
		{"the shop wins by evidence", func(s *shop, id string) {
			s.provide(id, "{")
			s.provide(id, `{"evidences":[]}`)
			s.provide(id, `{"evidences":[{"evidence_type":"PROOF_OF_FULFILLMENT"}]}`)
			if r := s.call("POST", "/v1/customer/disputes/"+id+"/provide-evidence", "", "{}"); r.status != http.StatusBadRequest {
				t.Errorf("JSON that is no form: %d", r.status)
			}
			if r := s.provide(id, `{"evidences":[{"evidence_type":"OTHER","notes":"They bought."}]}`); r.status != http.StatusOK {
				t.Errorf("%d %s", r.status, r.body)
			}
			s.advance(time.Hour)
		}, "RESOLVED_SELLER_FAVOUR", 0},
		{"the shop gives in", func(s *shop, id string) { s.call("POST", "/v1/customer/disputes/"+id+"/accept-claim", "", "{}") }, "ACCEPTED", 1999},
		{"the shop says nothing", func(s *shop, _ string) { s.advance(10 * 24 * time.Hour); s.login() }, "RESOLVED_BUYER_FAVOUR", 1999},
		{"PayPal decides for the shop", func(s *shop, id string) { s.must(s.sim.CloseDispute(id, true)) }, "RESOLVED_SELLER_FAVOUR", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t)
			id := s.paid(disputed).Units[0].Payments.Captures[0].ID
			s.advance(5 * time.Second)
			var list struct {
				Items []struct {
					ID string `json:"dispute_id"`
				}
			}
			s.call("GET", "/v1/customer/disputes?disputed_transaction_id="+id, "", "").into(t, &list)
			if len(list.Items) != 1 || s.book().Disputed != 1999 || s.book().Fees != 98+1400 {
				t.Fatalf("got %+v, %+v", list, s.book())
			}
			if r := s.call("POST", "/v2/payments/captures/"+id+"/refund", "r1", ""); r.issue(t) != "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK" {
				t.Errorf("%d %s", r.status, r.body)
			}
			tt.act(s, list.Items[0].ID)
			r := s.call("GET", "/v1/customer/disputes/"+list.Items[0].ID, "", "")
			if !strings.Contains(r.body, `"outcome_code":"`+tt.outcome+`"`) || s.book().Disputed != tt.disputed || s.book().DisputesLost != tt.disputed {
				t.Errorf("%s; %+v", r.body, s.book())
			}
			if s.sim.CloseDispute(list.Items[0].ID, true) == nil {
				t.Error("a decided dispute was decided again")
			}
		})
	}
}

func TestAnInquiryTakesNothingYet(t *testing.T) {
	s := newShop(t)
	capture := s.paid(pays).Units[0].Payments.Captures[0].ID
	id, err := s.sim.RaiseDispute(capture, "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", true)
	if err != nil || s.book().Disputed != 0 {
		t.Fatalf("got %+v, %v", s.book(), err)
	}
	if _, err := s.sim.RaiseDispute(capture, "", false); err == nil {
		t.Error("it was disputed twice")
	}
	s.must(s.sim.CloseDispute(id, false))
	if b := s.book(); b.Disputed != 1999 || b.DisputesLost != 1999 || b.Fees != 98 {
		t.Errorf("got %+v", b)
	}
}

func TestTotalsAndPayments(t *testing.T) {
	s := newShop(t)
	o := s.paid(pays)
	s.create("k2", wanted("CAPTURE", strings.ReplaceAll(unit, "_1", "_2")))
	totals := s.sim.Totals()
	if len(totals) != 1 || totals[0].Captured != 1999 || totals[0].Chargeable != 2 || totals[0].Waiting != 1 || totals[0].Reference != "" {
		t.Errorf("got %+v", totals)
	}
	list := s.sim.Payments()
	if len(list) != 2 || list[0].PayURL == "" || list[1].Intent != o.ID || list[1].Captured != 1999 || list[1].Method != "visa 4242" || list[1].Charge == "" {
		t.Errorf("got %+v", list)
	}
}

func TestSlowMoney(t *testing.T) {
	for iban, want := range map[string]string{"AT611904300234573201": "COMPLETED", "AT861904300235473202": "DECLINED"} {
		for _, byHand := range []bool{true, false} {
			s := newShop(t)
			o := s.create("k1", wanted("CAPTURE", unit))
			s.form(s.page(o), "iban", iban, "action", "pay")
			s.call("POST", "/v2/checkout/orders/"+o.ID+"/capture", "c1", "{}").into(t, &o)
			c := o.Units[0].Payments.Captures[0]
			if c.Status != "PENDING" || o.Status != "COMPLETED" || s.book().Captured != 0 || s.book().Chargeable != 1 {
				t.Fatalf("got %+v, %+v", o, s.book())
			}
			if r := s.call("POST", "/v2/payments/captures/"+c.ID+"/refund", "r1", ""); r.issue(t) != "PENDING_CAPTURE" {
				t.Errorf("%d %s", r.status, r.body)
			}
			if byHand {
				s.must(s.sim.SettleCapture(c.ID, want == "COMPLETED"))
			}
			s.advance(time.Hour)
			s.call("GET", "/v2/payments/captures/"+c.ID, "", "").into(t, &c)
			if c.Status != want || s.sim.SettleCapture(c.ID, true) == nil {
				t.Errorf("in the end it is %s, want %s", c.Status, want)
			}
		}
	}
}

func TestWhatStaffDoOnTheDashboard(t *testing.T) {
	s := newShop(t)
	o := s.paid(pays)
	s.must(s.sim.RefundOrder(o.ID, 500))
	if s.sim.RefundOrder(o.ID, 1500) == nil || s.sim.RefundOrder("NOBODY", 1) == nil || s.sim.SettleRefund("NOBODY", "FAILED") == nil || s.sim.Resend("NOBODY") == nil {
		t.Error("what cannot be was done")
	}
	s.call("GET", "/v2/checkout/orders/"+o.ID, "", "").into(t, &o)
	s.must(s.sim.SettleRefund(o.Units[0].Payments.Refunds[0].ID, "FAILED"))
	if b := s.book(); b.Refunded != 0 {
		t.Errorf("got %+v", b)
	}
}

// provide sends evidence as the form of parts that PayPal takes.
func (s *shop) provide(dispute, input string) reply {
	s.t.Helper()
	header := http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"multipart/form-data; boundary=b"}}
	r, err := s.try(http.MethodPost, base+"/v1/customer/disputes/"+dispute+"/provide-evidence", header,
		"--b\r\nContent-Disposition: form-data; name=\"input\"\r\nContent-Type: application/json\r\n\r\n"+input+"\r\n--b--\r\n")
	s.must(err)
	return r
}
