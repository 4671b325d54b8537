package actors

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"till/scripts/acceptance"
)

// Bank accounts of https://docs.stripe.com/payments/sepa-debit, by what becomes of a debit.
const (
	debitPays  = "DE89370400440532013000"
	debitFails = "DE62370400440532013001"
)

// debits is who pays from a bank account: it takes a while, and may come to nothing.
func (s *shopper) debits() {
	wallets := slices.DeleteFunc(s.offered(s.order.Total.Currency), func(g string) bool { return g == "square" }) // No euros from a bank there.
	if len(wallets) == 0 {
		s.buys()
		return
	}
	p, ok := s.payBy(wallets[s.dice.IntN(len(wallets))], acceptance.Hosted)
	if !ok {
		return
	}
	account := debitPays
	if s.in(40) {
		account = debitFails
	}
	s.Follow(s.Form(p.RedirectURL, url.Values{"iban": {account}, "action": {"pay"}}))
	s.rest(2 * time.Hour)
}

// underpays is whose amount somebody changes on the gateway's dashboard.
func (s *shopper) underpays() {
	if !slices.Contains(s.offered(s.order.Total.Currency), "stripe") {
		s.buys()
		return
	}
	p, ok := s.payBy("stripe", acceptance.Embedded)
	if !ok {
		return
	}
	s.AsShop("/v1/payment_intents/"+p.Intent(), "amount", "510") // In every currency one that the gateway takes.
	s.card(p, acceptance.Pays)
}

// forgotten is whose payment the gateway does not find when it is asked, until the order has ended; and who pays then, and whose page may
// tell the shop so at once.
func (s *shopper) forgotten() {
	p, ok := s.pay(s.mode())
	if !ok {
		return
	}
	s.stage.Forget(s.order.ID, true)
	if s.in(50) {
		s.rest(5 * time.Minute)
		s.cancel()
	} else {
		s.stage.Rest(35 * time.Minute)
		s.rest(2 * time.Hour)
	}
	s.stage.Forget(s.order.ID, false)
	s.card(p, acceptance.Pays)
	if s.in(30) {
		s.reloads(p)
	}
	if s.in(70) && (p.Gateway != "square" || p.Mode != acceptance.Embedded) {
		s.brings(p, "")
	}
}

// donates pays the shop for something else than an order.
func (s *shopper) donates() {
	s.AsShop("/v1/payment_intents", "amount", "1500", "currency", "eur", "confirm", "true", "payment_method", "pm_card_visa",
		"automatic_payment_methods[enabled]", "true", "automatic_payment_methods[allow_redirects]", "never")
	s.buys()
}

// refundedAtGateway is whom somebody gives money back on the gateway's dashboard.
func (s *shopper) refundedAtGateway() {
	p, ok := s.pay(acceptance.Embedded)
	if !ok || s.card(p, acceptance.Pays).Status != http.StatusOK {
		return
	}
	s.rest(time.Hour)
	s.stage.GiveBack(s.order.ID, 500)
}

// losesPatience asks once to pay, and cancels when no clear answer comes; or pays no more.
func (s *shopper) losesPatience() {
	if s.in(40) { // In another tab, while it is cancelled in this one.
		s.elsewhere(func(other *shopper) { other.pay(other.mode()) })
		s.rest(2 * time.Second)
		s.cancel()
		return
	}
	for range 3 {
		if _, r := s.begin(s.wallet(), s.mode(), s.Key()); unclear(r) {
			break
		}
		s.rest(time.Minute)
	}
	if s.in(80) {
		s.rest(30 * time.Second)
		s.cancel()
	}
}

// goesSilent is about whose payment the gateway answers nothing for longer than it remembers what it was asked.
func (s *shopper) goesSilent() {
	silent := 24*time.Hour + time.Duration(s.dice.Int64N(int64(3*time.Hour)))
	if s.in(50) { // From the beginning: nobody knows whether a payment was begun.
		s.stage.Silence(s.order.ID, silent)
		_, _ = s.begin(s.wallet(), s.mode(), s.Key())
		return
	}
	p, ok := s.pay(s.mode())
	if !ok {
		return
	}
	s.card(p, acceptance.Pays)
	s.rest(10 * time.Minute)
	s.stage.Silence(s.order.ID, silent) // And then the money is to go back.
	s.cancel()
}
