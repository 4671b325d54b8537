package erasecustomer_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
)

var rows = []shoptest.Row{
	{Name: "no code", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "no base64", File: "not-base64", Status: 401, Code: "code_invalid"},
	{Name: "an address without a code", File: "without-a-colon", Status: 401, Code: "code_invalid"},
	{Name: "a code of no address", File: "no-address", Status: 401, Code: "code_invalid"},
	{Name: "an empty code", File: "empty-code", Status: 401, Code: "code_invalid"},
	{Name: "the link of an order", File: "an-order-token", Status: 401, Code: "code_invalid"},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
}

func TestWhatIsNoCode(t *testing.T) {
	shoptest.Rows(t, "erasecustomer", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words() })
	eventfile.AllIn(t, "erasecustomer", append(shoptest.Files(rows), "erased"))
}

func request(t *testing.T, code string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "erasecustomer", "erased", "CODE_TOKEN", shoptest.CodeToken("ada@example.com", code))
}

// past makes an order that needs nobody any more.
func past(s *shoptest.Shop) shoptest.Opened {
	s.Helper()
	o := s.Place("order-one")
	s.Serve(eventfile.Request(s, "cancelorder", "cancelled", o.Words()...))
	s.Pump()
	return o
}

func opened(t *testing.T, s *shoptest.Shop, o shoptest.Opened) string {
	t.Helper()
	return s.Serve(s.Staff("showorder", "shown", o.Words()[:2]...)).Body
}

func TestNobodyKnowsAnyMoreWhoTheyWere(t *testing.T) {
	s := shoptest.New(t)
	o := past(s)
	if got := opened(t, s, o); !strings.Contains(got, "ada@example.com") {
		t.Fatalf("staff see %s", got)
	}
	n, code := s.Order(o).Record().N, s.Code("erasure")
	for range 2 { // The answer of the first is lost.
		s.Try(shoptest.Row{Status: http.StatusOK}, request(t, code))
	}
	if got := opened(t, s, o); strings.Contains(got, "ada@example.com") || !strings.Contains(got, string(o.ID)) || s.Order(o).Record().N != n {
		t.Errorf("staff see %s", got)
	}
	again := s.Place("order-two")
	if s.Order(again).Record().Customer == s.Order(o).Record().Customer {
		t.Error("who comes again is who they were")
	}
	s.Try(shoptest.Row{Status: http.StatusOK}, request(t, code)) // A repeat, which erases nobody else.
	if got := opened(t, s, again); !strings.Contains(got, "ada@example.com") {
		t.Errorf("of the new customer staff see %s", got)
	}
}

func TestAfterwardsNobodyIsMailed(t *testing.T) {
	s := shoptest.New(t)
	o := past(s)
	s.Try(shoptest.Row{Status: http.StatusOK}, request(t, s.Code("erasure")))
	s.Try(shoptest.Row{Status: 202}, eventfile.Request(t, "sendlink", "asked", o.Words()[:2]...))
	before := len(s.Mailbox.Sent())
	s.Pump()
	if code := s.Code("export"); code != "" || len(s.Mailbox.Sent()) != before {
		t.Errorf("mails come: %+v", s.Mailbox.Sent()[before:])
	}
}

func TestWhomAnOrderNeedsIsNotErased(t *testing.T) {
	for why, ordered := range map[string]func(*shoptest.Shop) shoptest.Opened{
		"awaiting payment": func(s *shoptest.Shop) shoptest.Opened { return s.Place("order-one") },
		"being packed":     func(s *shoptest.Shop) shoptest.Opened { o, _ := s.Paid("order-one"); s.Pump(); return o },
	} {
		s := shoptest.New(t)
		o := ordered(s)
		code := s.Code("erasure")
		resp := s.Try(shoptest.Row{Status: http.StatusConflict, Code: "customer_has_open_orders"}, request(t, code))
		if !strings.Contains(resp.Body, string(o.ID)+" ("+why+")") {
			t.Errorf("%s: %s", why, resp.Body)
		}
		s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
		if r := s.Order(o).Record(); r.Needs() == "" {
			s.Try(shoptest.Row{Status: http.StatusOK}, request(t, code))
		}
	}
}

func TestAnErasureThatWasCutShortIsFinishedByItsRepeat(t *testing.T) {
	for _, operation := range []string{"LoadCode", "LoadIndex", "LoadCustomer", "NotedOrders", "Orders", "EraseCustomer", "after EraseCustomer", "SaveCode", "after SaveCode"} {
		s := shoptest.New(t)
		o := past(s)
		code := s.Code("erasure")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: 503, Code: "dependency_unavailable"}, request(t, code))
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, request(t, code))
		if got := opened(t, s, o); strings.Contains(got, "ada@example.com") {
			t.Errorf("%s: staff see %s", operation, got)
		}
	}
}

func TestACodeForTheExportErasesNobody(t *testing.T) {
	s := shoptest.New(t)
	o := past(s)
	code := s.Code("export")
	s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, code))
	s.Wait(20 * time.Minute)
	s.Try(shoptest.Row{Status: 401, Code: "code_invalid"}, request(t, code))
	if got := opened(t, s, o); !strings.Contains(got, "ada@example.com") {
		t.Errorf("staff see %s", got)
	}
}
