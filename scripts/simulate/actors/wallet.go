package actors

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"till/scripts/acceptance"
)

// takes tells whether a gateway takes a currency: the simulated Square has an account in euros, and PayPal has no dinars.
func takes(gateway, currency string) bool {
	switch gateway {
	case "square":
		return currency == "EUR"
	case "paypal":
		return currency != "KWD"
	}
	return true
}

// offered are the gateways with which a currency can be paid here.
func (c *Crowd) offered(currency string) []string {
	all := c.stage.Place().Gateways
	if len(all) == 0 {
		all = []string{"stripe"}
	}
	return slices.DeleteFunc(slices.Clone(all), func(g string) bool { return !takes(g, currency) })
}

// wallet draws with what somebody pays. Some try one that does not take the order's currency.
func (s *shopper) wallet() string {
	good := s.offered(s.order.Total.Currency)
	if s.likes != "" && slices.Contains(good, s.likes) {
		return s.likes
	}
	if all := s.stage.Place().Gateways; len(good) == 0 || s.in(2) && len(all) > 0 {
		good = all
	}
	return good[s.dice.IntN(len(good))]
}

// byRules lets the shop choose the gateway, and pass the payment on to another when it fails.
const byRules = "auto"

// outOfOrder tells whether the shop leaves the gateway alone for a while, since too much went wrong there.
func outOfOrder(r acceptance.Reply) bool {
	return strings.Contains(string(r.Body), "does not work at the moment")
}

// begin asks once for a payment.
func (s *shopper) begin(gateway, mode, key string) (acceptance.Payment, acceptance.Reply) {
	p, r := s.TryPayBy(s.order.ID, gateway, mode, key)
	if r.Status == http.StatusUnprocessableEntity && r.Code() == "gateway_unavailable" && (gateway == byRules || !takes(gateway, s.order.Total.Currency) || outOfOrder(r)) {
		r.Status = http.StatusConflict // As it should be.
	}
	return p, r
}

// brings tells the shop once more what the form made, or the first time, though nobody has paid yet.
func (s *shopper) brings(p acceptance.Payment, token string) {
	r := s.insist(func() acceptance.Reply { return s.Brought(p, token) })
	s.expect(r, "POST confirm", http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity)
}

// pressesTwice is whose page tells the shop twice at once that it may take the money.
func (s *shopper) pressesTwice() {
	p, ok := s.pay(acceptance.Embedded)
	if !ok {
		return
	}
	other := &shopper{person: s.Crowd.person(s.name + " once more"), Visit: s.Visit, order: s.order, token: s.token}
	s.stage.Enter(s.stage.Now(), other.name, func() { other.card(p, acceptance.Pays) })
	s.card(p, acceptance.Pays)
	s.stage.Rest(time.Minute)
}

// pressesTooSoon is whose page tells the shop before anybody has agreed to pay; and who pays then.
func (s *shopper) pressesTooSoon() {
	p, ok := s.pay(s.mode())
	if !ok {
		return
	}
	if p.Gateway != "square" || p.Mode != acceptance.Embedded {
		s.brings(p, "")
	}
	s.rest(5 * time.Minute)
	s.card(p, acceptance.Pays)
}

// closesTheWindow agrees to pay at the gateway, and closes everything before the shop's page can tell; some come back and begin anew.
func (s *shopper) closesTheWindow() {
	gateway := s.wallet()
	if s.in(60) && slices.Contains(s.offered(s.order.Total.Currency), "paypal") {
		gateway = "paypal" // Only there somebody can agree, and the shop has not been told.
	}
	p, ok := s.payBy(gateway, acceptance.Embedded)
	if !ok {
		return
	}
	if p.Gateway != "paypal" {
		s.card(p, acceptance.Pays)
		return
	}
	if s.in(70) { // Just when the sweep asks how the payment stands, which it does when a page has been open for five minutes.
		now := s.stage.Now().Add(5 * time.Minute)
		s.stage.Rest(now.Truncate(time.Minute).Add(time.Minute).Sub(s.stage.Now()) - time.Duration(s.dice.Int64N(int64(time.Second))))
	}
	s.Form(p.RedirectURL, url.Values{"card": {acceptance.Pays}, "action": {"pay"}})
	if s.in(30) {
		return // The webhook or the sweep takes the money.
	}
	s.rest(2 * time.Second) // The gateway tells the shop in these very moments.
	if s.in(20) {
		s.cancel()
		return
	}
	if p, ok = s.payBy(gateway, s.mode()); ok {
		s.rest(time.Minute)
		s.card(p, acceptance.Pays)
	}
}
