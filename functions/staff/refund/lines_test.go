package refund_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"till/functions/staff/refund"
	"till/scripts/shoptest"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/shop"
)

func TestARefundByLine(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	req := ask(s, words, "a-part", "key-one")
	req.Body = `{"lines":[{"sku":"mug-blue","quantity":1}]}`
	var out struct{ Refund orderview.Refund }
	for range 2 {
		resp := s.Try(given, req)
		if err := json.Unmarshal([]byte(resp.Body), &out); err != nil {
			t.Fatal(err)
		}
	}
	r := out.Refund
	if r.Amount != money.Of(2379, "EUR") || len(r.Lines) != 1 || r.Lines[0].Tax != money.Of(380, "EUR") || r.Lines[0].Quantity != 1 {
		t.Errorf("got %+v", r)
	}
	for body, row := range map[string]shoptest.Row{
		`{"lines":[{"sku":"mug-blue","quantity":2}]}`:            {Status: http.StatusConflict, Code: "refund_exceeds_captured", At: []string{"#/lines/0/quantity"}},
		`{"lines":[{"sku":"mug-blue","amount":2380}]}`:           {Status: http.StatusConflict, Code: "refund_exceeds_captured", At: []string{"#/lines/0"}},
		`{"lines":[{"sku":"mug-red","quantity":1}]}`:             {Status: http.StatusUnprocessableEntity, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
		`{"lines":[{"sku":"mug-blue"}]}`:                         {Status: http.StatusUnprocessableEntity, Code: "quantity_invalid", At: []string{"#/lines/0"}},
		`{"amount":1,"lines":[{"sku":"mug-blue","quantity":1}]}`: {Status: http.StatusUnprocessableEntity, Code: "refund_invalid", At: []string{"#/amount"}},
		`{"lines":{}}`: {Status: http.StatusUnprocessableEntity, Code: "lines_invalid", At: []string{"#/lines"}},
		`{"lines":[]}`: {Status: http.StatusUnprocessableEntity, Code: "refund_invalid", At: []string{"#/amount"}},
	} {
		req := ask(s, words, "a-part", "key-two")
		req.Body = body
		s.Try(row, req)
	}
}

func TestARefundAboveWhatOneDecidesAloneAwaitsAnother(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	h := refund.Handler{Cashier: s.Cashier(), Shop: shop.Now(s.Store.Settings), Seal: s.Vault.Seal, Now: s.Now, Alone: map[money.Currency]int64{"EUR": 999, "JPY": 5}}
	resp, err := h.Handle(t.Context(), ask(s, words, "a-part", "key-one"))
	var out struct{ Refund orderview.Refund }
	if err == nil {
		err = json.Unmarshal([]byte(resp.Body), &out)
	}
	if err != nil || resp.StatusCode != http.StatusCreated || out.Refund.Status != payment.RefundAwaiting || out.Refund.RequestedBy == "" {
		t.Fatalf("got %d %s, %v", resp.StatusCode, resp.Body, err)
	}
	if got := s.Gateway.Captured(words[1]); got != 5341 {
		t.Errorf("the gateway keeps %d", got)
	}
	lines := ask(s, words, "a-part", "key-two")
	lines.Body = `{"lines":[` + repeated(`{"sku":"mug-blue","amount":1}`, 51) + `]}`
	if _, err := h.Handle(t.Context(), lines); fault.Code(err) != "lines_invalid" {
		t.Errorf("51 lines: %v", err)
	}
}

func repeated(text string, n int) string {
	out := text
	for range n - 1 {
		out += "," + text
	}
	return out
}
