package askreturn_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/link"
	"till/shared/order"
	"till/shared/shop"
)

var rows = []shoptest.Row{
	{Name: "a mug is to go back", File: "asked", Status: 201},
	{Name: "without a word", File: "no-comment", Status: 201},
	{Name: "nothing is to go back", File: "no-lines", Status: 422, Code: "lines_invalid", At: []string{"#/lines"}},
	{Name: "no reason", File: "no-reason", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a reason that is none", File: "reason-off-the-list", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "more than was delivered", File: "too-many", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "none of it", File: "none-of-it", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a quantity as text", File: "quantity-as-text", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a product that was not ordered", File: "sku-not-ordered", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "a card number in the comment", File: "card-in-the-comment", Status: 422, Code: "card_data_rejected", At: []string{"#/comment"}},
	{Name: "a comment that is too long", File: "comment-too-long", Status: 422, Code: "comment_invalid", At: []string{"#/comment"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/refund"}},
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/lines/0/quantity", "#/refund", "#/comment"}},
	{Name: "the reason and every line", File: "reason-and-lines", Status: 422, Code: "validation_failed", At: []string{"#/reason", "#/lines/0/sku", "#/lines/1/quantity"}},
	{Name: "no key", File: "no-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "no token", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "an altered token", File: "token-altered", Status: 404, Code: "not_found"},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
}

func ready(s *shoptest.Shop) []string {
	o, _ := s.Delivered("order-one")
	return o.Words()
}

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "askreturn", rows, ready)
	eventfile.AllIn(t, "askreturn", shoptest.Files(rows))
}

func asks(t *testing.T, o shoptest.Opened, file, key string) apigw.Request {
	t.Helper()
	req := eventfile.Request(t, "askreturn", file, o.Words()...)
	req.Headers["idempotency-key"] = key
	return req
}

var (
	given = shoptest.Row{Status: http.StatusCreated}
	early = shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}
	late  = shoptest.Row{Status: http.StatusConflict, Code: "return_window_over"}
	many  = shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}}
	other = shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused", At: []string{"Idempotency-Key"}}
)

func TestARepeatIsTheSameReturnAndAMailIsOwedOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	first := s.Try(given, asks(t, o, "asked", "return-one"))
	if again := s.Try(given, asks(t, o, "asked", "return-one")); again.Body != first.Body {
		t.Errorf("two answers:\n%s\n%s", first.Body, again.Body)
	}
	s.Try(other, asks(t, o, "no-comment", "return-one"))
	if got := s.Order(o).Record().Returns; len(got) != 1 {
		t.Errorf("there are %d returns", len(got))
	}
	s.Try(given, asks(t, o, "asked", "return-two"))
	s.Try(many, asks(t, o, "asked", "return-three"))
	s.Pump()
	told := 0
	for _, m := range s.Mailbox.Sent() {
		if strings.Contains(m.Key, "#return_requested#") {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d mails tell of two returns: %q", told, s.Mailbox.Sent())
	}
}

func TestNothingIsReturnedBeforeItIsDeliveredOrAfterTheShopsTime(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	s.Try(early, asks(t, o, "asked", "return-one"))
	o, _ = s.Delivered("order-two")
	s.Decide(shop.Settings{Returns: &shop.Returns{Days: 2}})
	s.Wait(48*time.Hour + time.Second)
	s.Try(late, asks(t, o, "asked", "return-two"))
	s.Decide(shop.Settings{})
	s.Try(given, asks(t, o, "asked", "return-three"))
}

func TestALinkThatOnlyShowsAnOrderReturnsNothing(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	o.Token = s.Signer.Sign(string(o.ID), link.View, s.Now().Add(time.Hour), 0)
	s.Try(shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}, asks(t, o, "asked", "return-one"))
}

func TestWhatTheShopperWritesIsSealed(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Delivered("order-one")
	s.Try(given, asks(t, o, "asked", "return-one"))
	changes, err := s.Store.Changes(t.Context(), o.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if text, err := c.Encode(); err != nil || strings.Contains(string(text), "handle") || c.Kind == "return_requested" && len(c.Note) == 0 {
			t.Errorf("%s: %s, %v", c.Kind, text, err)
		}
	}
	if r := s.Order(o).Record(); r.Status != order.Delivered || r.Due.IsZero() {
		t.Errorf("the order is %s, due %s", r.Status, r.Due)
	}
}
