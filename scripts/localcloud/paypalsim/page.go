package paypalsim

import (
	"net/http"
	"net/url"

	"till/scripts/localcloud/gatewaysim"
)

// servePage answers what a shopper's browser asks for.
func (s *Sim) servePage(r *http.Request, path string) gatewaysim.Answer {
	values, ok := readForm(r)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		return message(http.StatusBadRequest, "This request cannot be read", "Go back and try again.")
	}
	s.lock()
	defer s.unlock()
	o, bad := s.find(r.URL.Query().Get("token"))
	switch path {
	case "/checkoutnow", "/checkoutnow/":
	case "/checkoutnow/authenticate":
		if bad == nil && o.pending.Authenticate && o.open() {
			return s.actionPage(r.Method, o, values.Get("action"))
		}
	default:
		return message(http.StatusNotFound, "No such page", "The address is not of this simulation.")
	}
	switch {
	case bad != nil:
		return message(http.StatusGone, "This payment page is over", "Nothing was charged. Return to the shop to start again.")
	case !o.open():
		return s.sendBack(o, o.back)
	case r.Method != http.MethodPost:
		return s.showPay(o, http.StatusOK, "")
	}
	return s.payPage(o, values)
}

// open tells whether the shopper can still approve, or choose anew.
func (o *order) open() bool {
	return o.status == created || o.status == actionRequired || o.status == approved
}

func (s *Sim) payPage(o *order, values url.Values) gatewaysim.Answer {
	switch values.Get("action") {
	case "cancel":
		return s.sendBack(o, o.cancel)
	case "pay":
	default:
		return s.showPay(o, http.StatusBadRequest, "Choose Pay or Cancel.")
	}
	if account := values.Get("iban"); account != "" {
		if account != gatewaysim.DebitPays && account != gatewaysim.DebitFails {
			return s.showPay(o, http.StatusPaymentRequired, "The IBAN is none of the test accounts.")
		}
		return s.approve(o, gatewaysim.Card{}, account)
	}
	card, ok := gatewaysim.CardNamed(values.Get("card"))
	switch {
	case !ok:
		return s.showPay(o, http.StatusPaymentRequired, "The card number is not a test card's.")
	case card.Authenticate:
		o.pending = card
		return gatewaysim.Redirect(s.cfg.BaseURL + "/checkoutnow/authenticate?token=" + o.id)
	}
	return s.approve(o, card, "")
}

// actionPage is the bank's page of 3-D Secure.
func (s *Sim) actionPage(method string, o *order, action string) gatewaysim.Answer {
	v := view("Confirm your payment")
	v.Amount = text(o.value, o.currency) + " " + o.currency
	if method != http.MethodPost {
		return gatewaysim.Page(http.StatusOK, gatewaysim.PageAuthenticate, v)
	}
	card := o.pending
	switch action {
	case "complete":
		o.pending = gatewaysim.Card{}
		return s.approve(o, card, "")
	case "fail":
		o.pending = gatewaysim.Card{}
		return s.showPay(o, http.StatusPaymentRequired, "The card could not be authenticated.")
	}
	v.Error = "Choose Complete or Fail."
	return gatewaysim.Page(http.StatusBadRequest, gatewaysim.PageAuthenticate, v)
}

// approve is the shopper's word. The money moves when the shop says so.
func (s *Sim) approve(o *order, card gatewaysim.Card, debit string) gatewaysim.Answer {
	o.card, o.debit, o.status, o.updated = card, debit, approved, s.now()
	s.emit("CHECKOUT.ORDER.APPROVED", "checkout-order", "2.0", s.viewOrder(o))
	return s.sendBack(o, o.back)
}

// sendBack is the way to the shop. https://developer.paypal.com/docs/checkout/standard/
func (s *Sim) sendBack(o *order, to string) gatewaysim.Answer {
	if to == "" {
		return message(http.StatusOK, "Done", "You can close this page and go on in the shop.")
	}
	query := url.Values{"token": {o.id}}
	if !(o.status == created || o.status == actionRequired) {
		query.Set("PayerID", "TILLSHOPPER01")
	}
	return gatewaysim.Redirect(gatewaysim.WithQuery(to, query))
}

// showPay shows the form of an order. The form says where it is sent: it is also shown after the bank's page, at that one's address.
func (s *Sim) showPay(o *order, status int, problem string) gatewaysim.Answer {
	v := view("Pay " + text(o.value, o.currency) + " " + o.currency)
	v.Amount, v.Error, v.Action, v.Debit = text(o.value, o.currency)+" "+o.currency, problem, s.pageOf(o), o.currency == "EUR" && o.intent == "CAPTURE"
	if o.unit.Description != "" {
		v.Lines = []gatewaysim.ViewLine{{Name: o.unit.Description, Quantity: 1, Total: v.Amount}}
	}
	return gatewaysim.Page(status, gatewaysim.PagePay, v)
}

func view(title string) gatewaysim.View { return gatewaysim.View{Gateway: "PayPal", Title: title} }

// message is a page that only says something.
func message(status int, title, words string) gatewaysim.Answer {
	v := view(title)
	v.Text = words
	return gatewaysim.Page(status, gatewaysim.PageMessage, v)
}

// readForm reads a form, and takes the numbers of cards and accounts out of it.
func readForm(r *http.Request) (url.Values, bool) {
	body, err := gatewaysim.ReadAll(r)
	if err != nil {
		return nil, false
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, false
	}
	gatewaysim.SealNumbers(values)
	return values, true
}
