package stripesim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v76"

	"golang.org/x/net/html"
)

func TestPayPage(t *testing.T) {
	s := newShop(t)
	session := s.session("ord_1", 2500)
	p := s.get(session.URL)
	equal(t, "status", p.status, 200)
	for _, want := range []string{"TEST MODE", "25.00 EUR", `name="viewport"`, `<label for="card">`, `lang="en"`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if _, err := html.Parse(strings.NewReader(p.body)); err != nil {
		t.Error(err)
	}
	equal(t, "no action", s.post(session.URL, "card", pays).status, 400)
	equal(t, "no card", s.post(session.URL, "action", "pay").status, 402)
	cancel := s.post(session.URL, "action", "cancel")
	equal(t, "cancel", cancel.location, "http://shop.test/cancel")
	p = s.post(session.URL, "card", poor, "action", "pay")
	equal(t, "declined", p.status, 402)
	if !strings.Contains(p.body, `role="alert"`) || !strings.Contains(p.body, "insufficient funds") {
		t.Errorf("the page does not say why: %s", p.body)
	}
	equal(t, "another card", s.post(session.URL, "card", pays, "action", "pay").status, 303)
	equal(t, "paying twice", s.post(session.URL, "card", pays, "action", "pay").location, "http://shop.test/done?s="+session.ID)
	equal(t, "the page of a paid session", s.get(session.URL).location, "http://shop.test/done?s="+session.ID)
	equal(t, "charges", s.book("ord_1").Charges, 1)
	equal(t, "an unknown session", s.get(base+"/pay/cs_test_none").status, 404)
	equal(t, "another method", s.send(http.MethodPut, session.URL, nil, "").status, 400)
}

func TestPayPageWithAuthentication(t *testing.T) {
	s := newShop(t)
	session := s.session("ord_1", 2500)
	p := s.post(session.URL, "card", authenticates, "action", "pay")
	equal(t, "to the bank", p.location, session.URL+"/authenticate")
	if bank := s.get(p.location); !strings.Contains(bank.body, `value="complete"`) || !strings.Contains(bank.body, `value="fail"`) {
		t.Errorf("the bank's page lacks a button: %s", bank.body)
	}
	failed := s.post(p.location, "action", "fail")
	equal(t, "failed", failed.status, 402)
	if !strings.Contains(failed.body, `action="`+session.URL+`"`) {
		t.Errorf("the next card would be sent to the bank's page: %s", failed.body)
	}
	equal(t, "the bank's page by itself", s.get(p.location).status, 200)
	s.post(session.URL, "card", authenticates, "action", "pay")
	equal(t, "completed", s.post(p.location, "action", "complete").location, "http://shop.test/done?s="+session.ID)
	equal(t, "captured", s.book("ord_1").Captured, 2500)

	session = s.session("ord_2", 2500)
	s.post(session.URL, "card", "4000008400001629", "action", "pay")
	equal(t, "authenticated, then declined", s.post(session.URL+"/authenticate", "action", "complete").status, 402)
}

func TestPageEscapesWhatTheShopSays(t *testing.T) {
	s := newShop(t)
	params := sessionParams("ord_1", 2500)
	params.LineItems[0].PriceData.ProductData.Name = stripe.String("<script>alert(1)</script>")
	session, err := s.api.CheckoutSessions.New(params)
	if err != nil {
		t.Fatal(err)
	}
	if p := s.get(session.URL); strings.Contains(p.body, "<script>") {
		t.Error("a script got onto the page")
	}
}

func TestAmountsOnPagesHaveTheCurrencysDecimals(t *testing.T) {
	for currency, want := range map[string]string{"jpy": "Pay 2500 JPY", "kwd": "Pay 2.500 KWD", "eur": "Pay 25.00 EUR"} {
		s := newShop(t)
		params := sessionParams("ord_1", 2500)
		params.LineItems[0].PriceData.Currency = stripe.String(currency)
		session, err := s.api.CheckoutSessions.New(params)
		if err != nil {
			t.Fatal(err)
		}
		if p := s.get(session.URL); !strings.Contains(p.body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
}
