package squaresim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// payer is what waits for the shopper at the bank's page: a page's payment, or a token of the form in a browser.
type payer struct {
	link  *link
	card  gatewaysim.Card
	token *token
	back  string
}

// authenticateURL makes a bank's page.
func (s *Sim) authenticateURL(p *payer) string {
	secret := s.id(32)
	s.waiting[secret] = p
	return s.cfg.BaseURL + "/authenticate/" + secret
}

// servePage answers what a shopper's browser asks for.
func (s *Sim) servePage(r *http.Request, path string) gatewaysim.Answer {
	values, readable := readForm(r)
	if !readable {
		return message(http.StatusBadRequest, "This request cannot be read", "Go back and try again.", "")
	}
	s.lock()
	defer s.unlock()
	if args, ok := gatewaysim.Match("/pay/*", path); ok {
		if l, found := s.links.Get(args[0]); found {
			return s.payPage(r.Method, l, values)
		}
	}
	if args, ok := gatewaysim.Match("/authenticate/*", path); ok {
		return s.authenticatePage(r.Method, args[0], values.Get("action"))
	}
	return message(http.StatusNotFound, "No such page", "The address is not of this simulation.", "")
}

// readForm reads a form post and takes card numbers out of it.
func readForm(r *http.Request) (url.Values, bool) {
	if r.Method != http.MethodPost {
		return url.Values{}, r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	raw, err := gatewaysim.ReadAll(r)
	if err != nil {
		return nil, false
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, false
	}
	gatewaysim.SealNumbers(values)
	return values, true
}

// payPage shows and takes the form of a link. The real page has no way back: "cancel" is for the convenience of tests and people.
func (s *Sim) payPage(method string, l *link, values url.Values) gatewaysim.Answer {
	switch {
	case l.order.live():
		return back(l)
	case !l.order.payable():
		return message(http.StatusGone, "This link is no longer active", "Nothing was charged. Return to the shop to start again.", l.redirect)
	case method != http.MethodPost:
		return s.showPay(l, http.StatusOK, "")
	}
	switch values.Get("action") {
	case "cancel":
		if l.redirect == "" {
			return message(http.StatusOK, "Nothing was charged", "You can close this page.", "")
		}
		return gatewaysim.Redirect(l.redirect)
	case "pay":
	default:
		return s.showPay(l, http.StatusBadRequest, "Choose Pay or Cancel.")
	}
	card, known := gatewaysim.CardNamed(values.Get("card"))
	if !known {
		return s.showPay(l, http.StatusPaymentRequired, "This is not the number of a test card.")
	}
	if card.Authenticate {
		return gatewaysim.Redirect(s.authenticateURL(&payer{link: l, card: card}))
	}
	return s.payLink(l, card, false)
}

func (s *Sim) payLink(l *link, card gatewaysim.Card, proven bool) gatewaysim.Answer {
	p := s.try(charge{order: l.order, amount: l.order.total, source: sourceOf(card, proven), autocomplete: true, note: l.note})
	if p.status == failed {
		return s.showPay(l, http.StatusPaymentRequired, "The card was declined ("+strings.ToLower(p.code)+"). Try another.")
	}
	return back(l)
}

// back sends the browser to the shop, with what the real page adds: https://developer.squareup.com/docs/checkout-api/optional-checkout-configurations
func back(l *link) gatewaysim.Answer {
	if l.redirect == "" {
		return message(http.StatusOK, "Thank you", "The order is paid. You can close this page.", "")
	}
	last := l.order.tenders[len(l.order.tenders)-1]
	return gatewaysim.Redirect(gatewaysim.WithQuery(l.redirect, url.Values{"orderId": {l.order.id}, "transactionId": {last.id}}))
}

// authenticatePage is the bank's question. It is asked once.
func (s *Sim) authenticatePage(method, secret, action string) gatewaysim.Answer {
	p, ok := s.waiting[secret]
	if !ok {
		return message(http.StatusGone, "Nothing to confirm any more", "This payment no longer waits for you. Return to the shop.", "")
	}
	view := gatewaysim.View{Gateway: "Square", Title: "Confirm your payment", Amount: "your purchase"}
	if p.link != nil {
		view.Amount = s.decimal(p.link.order.total)
	}
	if method != http.MethodPost || action != "complete" && action != "fail" {
		if method == http.MethodPost {
			view.Error = "Choose Complete or Fail."
		}
		return gatewaysim.Page(map[bool]int{true: http.StatusBadRequest, false: http.StatusOK}[view.Error != ""], gatewaysim.PageAuthenticate, view)
	}
	delete(s.waiting, secret)
	switch {
	case p.link != nil && !p.link.order.payable():
		return s.payPage(http.MethodGet, p.link, nil)
	case p.link != nil:
		return s.payLink(p.link, p.card, action == "complete")
	}
	p.token.proven = action == "complete"
	if p.back == "" {
		return message(http.StatusOK, "Done", "You can close this page and go on in the shop.", "")
	}
	return gatewaysim.Redirect(gatewaysim.WithQuery(p.back, url.Values{"token": {p.token.id}}))
}

func (s *Sim) showPay(l *link, status int, problem string) gatewaysim.Answer {
	view := gatewaysim.View{Gateway: "Square", Title: "Checkout", Amount: s.decimal(l.order.total), Error: problem, Action: s.payURL(l)}
	for _, each := range l.order.lines {
		view.Lines = append(view.Lines, gatewaysim.ViewLine{Name: each.name, Quantity: each.quantity, Total: s.decimal(each.price * each.quantity)})
	}
	return gatewaysim.Page(status, gatewaysim.PagePay, view)
}

func message(status int, title, text, back string) gatewaysim.Answer {
	return gatewaysim.Page(status, gatewaysim.PageMessage, gatewaysim.View{Gateway: "Square", Title: title, Text: text, Back: back})
}

// decimal is an amount for people: "EUR 19.99".
func (s *Sim) decimal(amount int64) string {
	if s.cfg.Currency == "JPY" {
		return fmt.Sprintf("%s %d", s.cfg.Currency, amount)
	}
	return fmt.Sprintf("%s %d.%02d", s.cfg.Currency, amount/100, amount%100)
}
