package actors

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"till/scripts/acceptance"
	"till/shared/order"
)

// Shopper is somebody who buys.
type Shopper = shopper

type shopper struct {
	*person
	*acceptance.Visit
	basket acceptance.Basket
	key    string
	order  acceptance.Order // "" without one.
	token  string
	pages  []acceptance.Payment // What was begun to pay.
	held   bool                 // It was shown as held when it was paid.
	likes  string               // The gateway that they pay with where they can; "" if they do not mind.
}

// shop is the life of the n-th shopper.
func (c *Crowd) shop(n int) {
	name := fmt.Sprint("shopper ", n)
	p := c.person(name)
	s := &shopper{person: p, Visit: acceptance.Enter(context.Background(), door{c.stage, "mona"}, told{c.stage, name}, fmt.Sprintf("s%d", n))}
	s.fill(n)
	if c.mix.One != nil {
		c.mix.One(s)
		return
	}
	s.look()
	if !s.place() {
		return
	}
	c.known = append(c.known, s)
	if c.mix.Plain {
		s.buys()
		s.packed()
		return
	}
	s.act()
	s.repeats()
	s.snoops()
	if s.paid() {
		s.packed()
	}
}

// fill makes the basket.
func (s *shopper) fill(n int) {
	currency := []string{"EUR", "EUR", "EUR", "USD", "GBP", "JPY", "KWD"}[s.dice.IntN(7)]
	if len(s.offered(currency)) == 0 && !s.in(2) {
		currency = "EUR"
	}
	s.basket = acceptance.Of(s.shelf[s.dice.IntN(len(s.shelf))], 1+s.dice.IntN(3), currency)
	if s.in(20) {
		lines := s.basket["lines"].([]map[string]any)
		if sku := s.shelf[s.dice.IntN(len(s.shelf))]; sku != lines[0]["sku"] {
			s.basket["lines"] = append(lines, map[string]any{"sku": sku, "quantity": 1})
		}
	}
	// Some have been here before: the number repeats.
	s.basket["email"] = fmt.Sprintf("s%d.ada@example.com", n-n%5)
	s.key = s.Key()
}

// look is what people do before they buy.
func (s *shopper) look() {
	if s.tends(browses) {
		s.insist(func() acceptance.Reply { return s.Call(http.MethodGet, "/products", nil, nil) })
	}
	if s.tends(browses) {
		s.insist(func() acceptance.Reply {
			return s.Call(http.MethodGet, "/products/"+s.shelf[s.dice.IntN(len(s.shelf))], nil, nil)
		})
	}
	if s.tends(browses) {
		s.quote()
	}
}

// quote asks for the price, and orders at that price only.
func (s *shopper) quote() {
	r := s.insist(func() acceptance.Reply {
		return s.Post("/quotes", "", "", map[string]any{"currency": s.basket["currency"], "country": "DE", "lines": s.basket["lines"]})
	})
	var got struct {
		Total acceptance.Amount `json:"total"`
	}
	if r.Status == http.StatusOK && json.Unmarshal(r.Body, &got) == nil {
		s.basket["expected_total"] = got.Total.Amount
	}
}

// place sends the order; false if there is none.
func (s *shopper) place() bool {
	r := s.insist(func() acceptance.Reply {
		o, r := s.TryPlace(s.basket, s.key)
		if r.Status == http.StatusCreated {
			s.order, s.token = o, s.Token(o.ID)
		}
		return r
	})
	statuses := []int{http.StatusCreated, http.StatusConflict}
	if len(s.offered(s.basket["currency"].(string))) == 0 && r.Code() == "currency_invalid" {
		statuses = append(statuses, r.Status) // The shop knows that nobody takes it. What currency an account at Square is of, it does not.
	}
	if s.refusedByRule(r) {
		statuses = append(statuses, r.Status)
	}
	s.expect(r, "POST /orders", statuses...)
	return s.order.ID != ""
}

// expect says that an answer which is clear is one of these.
func (s *shopper) expect(r acceptance.Reply, what string, statuses ...int) {
	if !unclear(r) && !slices.Contains(statuses, r.Status) {
		s.stage.Violated("Answer", s.order.ID, fmt.Sprintf("%s %s: %d %s", s.name, what, r.Status, r.Body))
	}
}

// act is what this one does about the order.
func (s *shopper) act() { s.Crowd.mood.way(s.dice).act(s) }

func (s *shopper) mode() string { return acceptance.Modes()[s.dice.IntN(2)] }

// pay begins a payment; false if there is none to make.
func (s *shopper) pay(mode string) (acceptance.Payment, bool) {
	gateway := s.wallet()
	if s.in(10) {
		gateway = byRules
	}
	return s.payBy(gateway, mode)
}

// payBy is pay, with a gateway.
func (s *shopper) payBy(gateway, mode string) (acceptance.Payment, bool) {
	var p acceptance.Payment
	key := s.Key()
	r := s.insist(func() (r acceptance.Reply) { p, r = s.begin(gateway, mode, key); return r })
	if r.Code() != "start_too_late" { // Our own clock was behind: the gateway opens no page that would close too soon.
		s.expect(r, "POST payments", http.StatusCreated, http.StatusConflict)
	}
	if r.Status != http.StatusCreated || p.RedirectURL == "" && p.ClientSecret == "" && p.PublicKey == "" { // It has failed by now: another key, another try.
		return p, false
	}
	s.pages = append(s.pages, p)
	if s.in(10) { // The same again. Who was given the page of another tab, which has ended by now, begins one.
		again, r := acceptance.Payment{}, acceptance.Reply{}
		r = s.insist(func() acceptance.Reply { again, r = s.begin(gateway, mode, key); return r })
		if r.Status == http.StatusCreated && again.ID != p.ID && (s.begun(p, key) || !s.begun(again, key)) {
			s.stage.Violated("I13 SameAnswer", s.order.ID, fmt.Sprintf("one key began %s and %s", p.ID, again.ID))
		}
	}
	return p, true
}

// begun tells whether a key began a payment: the first that it asked for, or the one after it by the shop's rules.
func (s *shopper) begun(p acceptance.Payment, key string) bool {
	return p.ID == order.AttemptIDFor(s.order.ID, key) || p.ID == order.AttemptIDFor(s.order.ID, key+",1")
}

// card puts a card where a payment wants it. What the shop's own page has to tell is told again until the answer is clear.
func (s *shopper) card(p acceptance.Payment, card string) acceptance.Reply {
	if p.Mode == acceptance.Hosted || p.Gateway == "stripe" {
		return s.Card(p, card)
	}
	return s.insist(func() acceptance.Reply { return s.Card(p, card) })
}

// buys is who pays and is done.
func (s *shopper) buys() {
	s.rest(3 * time.Minute)
	for range 3 {
		if p, ok := s.pay(s.mode()); ok {
			s.rest(2 * time.Minute)
			s.card(p, s.good())
			return
		}
		if s.ended() {
			return
		}
		s.rest(5 * time.Minute) // An attempt whose outcome is open must be settled first.
	}
}

// declined is who takes a bad card first.
func (s *shopper) declined() {
	p, ok := s.pay(s.mode())
	if !ok {
		return
	}
	s.card(p, acceptance.Declined)
	if s.in(60) { // At once, with another card, while the gateway tells of the first, and now and then another tab asks what became of it.
		if s.in(60) {
			s.reloads(p)
		}
		s.rest(time.Second)
		s.card(p, acceptance.Pays)
		return
	}
	s.rest(5 * time.Minute)
	if s.in(50) {
		s.card(p, acceptance.Pays)
		return
	}
	s.buys()
}

// reloads opens the page to which the gateway sends browsers back in another tab, a few times: the shop asks how the payment stands.
func (s *shopper) reloads(p acceptance.Payment) {
	other := s.Crowd.person(s.name + " in another tab")
	s.stage.Enter(s.stage.Now(), other.name, func() {
		for range 1 + other.dice.IntN(3) {
			r := s.Call(http.MethodGet, "/orders/"+string(s.order.ID)+"/payments/"+string(p.ID)+"/return", nil, nil)
			s.expect(r, "GET return", http.StatusSeeOther)
			other.rest(time.Second)
		}
	})
}

// looksAgain is whose pages of paying are open still: one is loaded again, and one tells the shop again that it may take the money, a few
// times in these very moments.
func (s *shopper) looksAgain() {
	if len(s.pages) == 0 {
		return
	}
	p := s.pages[len(s.pages)-1]
	if s.in(50) || p.Gateway == "square" && p.Mode == acceptance.Embedded {
		s.reloads(p)
		return
	}
	other := &shopper{person: s.Crowd.person(s.name + " presses again"), Visit: s.Visit, order: s.order, token: s.token}
	s.stage.Enter(s.stage.Now(), other.name, func() {
		for range 1 + other.dice.IntN(3) {
			other.rest(3 * time.Second)
			other.brings(p, "")
		}
	})
}

// authenticates is who must ask the bank.
func (s *shopper) authenticates() {
	p, ok := s.pay(acceptance.Hosted)
	if !ok || p.RedirectURL == "" {
		return
	}
	r := s.Form(p.RedirectURL, url.Values{"card": {acceptance.Authenticates}, "action": {"pay"}})
	if page := r.Location(); r.Status == http.StatusSeeOther && page != "" {
		s.rest(10 * time.Minute)
		s.Press(page, []string{"complete", "fail", "complete"}[s.dice.IntN(3)])
	}
}

// twoTabs is who pays in two at once.
func (s *shopper) twoTabs() {
	for tab := range 2 {
		mode, wait := s.mode(), time.Duration(s.dice.Int64N(int64(90*time.Second)))
		other := &shopper{person: s.Crowd.person(fmt.Sprint(s.name, " tab ", tab)), Visit: s.Visit, order: s.order, token: s.token}
		s.stage.Enter(s.stage.Now().Add(wait), other.name, func() {
			if p, ok := other.pay(mode); ok {
				other.rest(time.Minute)
				other.card(p, acceptance.Pays)
			}
		})
	}
	s.rest(5 * time.Minute)
	s.stage.Rest(10 * time.Minute)
}

// late is who comes back after the order has ended, or nearly.
func (s *shopper) late() {
	p, ok := s.pay(acceptance.Hosted)
	if !ok {
		return
	}
	if s.in(50) {
		s.stage.Rest(29 * time.Minute)
		s.rest(3 * time.Minute)
	} else {
		s.rest(6 * time.Hour)
	}
	if s.in(30) {
		s.cancel()
		return
	}
	s.card(p, acceptance.Pays)
}

// cancelsWhilePaying does both at once.
func (s *shopper) cancelsWhilePaying() {
	p, ok := s.pay(s.mode())
	if !ok {
		return
	}
	other := s.Crowd.person(s.name + " at the gateway")
	s.stage.Enter(s.stage.Now(), other.name, func() {
		other.rest(3 * time.Second)
		s.card(p, acceptance.Pays)
	})
	s.rest(3 * time.Second)
	s.cancel()
	s.stage.Rest(time.Minute)
}

// changesMind leaves one way to pay for the other.
func (s *shopper) changesMind() {
	p, ok := s.pay(acceptance.Hosted)
	if ok && s.in(50) && p.RedirectURL != "" {
		s.Press(p.RedirectURL, "cancel")
	}
	s.rest(5 * time.Minute)
	if p, ok = s.pay(acceptance.Embedded); ok {
		s.card(p, acceptance.Pays)
	}
}

func (s *shopper) cancel() {
	r := s.insist(func() acceptance.Reply { return s.Visit.Cancel(s.order.ID) })
	s.expect(r, "POST cancellation", http.StatusOK, http.StatusAccepted, http.StatusConflict)
}

// view is the order as its shopper sees it; false if it cannot be seen now.
func (s *shopper) view() (acceptance.Order, bool) {
	var o acceptance.Order
	r := s.insist(func() (r acceptance.Reply) { o, r = s.TryView(s.order.ID); return r })
	s.expect(r, "GET order", http.StatusOK)
	return o, r.Status == http.StatusOK
}

func (s *shopper) ended() bool {
	o, ok := s.view()
	return ok && slices.Contains([]string{"expired", "cancelled"}, o.Status)
}

// paid looks whether the order is paid, later once more if that is not clear, and now and then again: paid is never taken back.
func (s *shopper) paid() bool {
	seen, promised := false, false
	s.rest(10 * time.Minute) // The news takes a moment.
	for n := range 3 {
		o, ok := s.view()
		if ok && seen && o.PaymentStatus == "unpaid" {
			s.stage.Violated("I18 NoStepBack", s.order.ID, "it was shown as paid, and then as unpaid")
		}
		seen, s.held = seen || ok && o.PaymentStatus == "paid", s.held || ok && o.OnHold
		promised = promised || ok && o.PaymentStatus == "authorized"
		known := ok && (o.Status == "fulfilling" || o.Status == "expired" || o.Status == "cancelled")
		if known && !s.in(10) || n == 1 && !s.in(30) {
			break
		}
		s.rest(time.Hour)
	}
	return seen || promised
}
