package stripesim

import (
	"net/http"
	"net/url"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

type view = gatewaysim.View

// servePage answers what a shopper's browser asks for.
func (s *Sim) servePage(r *http.Request, path string) gatewaysim.Answer {
	values, bad := readForm(r)
	if bad != nil || r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		return message(http.StatusBadRequest, "This request cannot be read", "Go back and try again.", "")
	}
	s.lock()
	defer s.unlock()
	if args, ok := gatewaysim.Match("/pay/*", path); ok {
		return s.payPage(r.Method, args[0], values)
	}
	if args, ok := gatewaysim.Match("/pay/*/authenticate", path); ok {
		se, found := s.openSession(args[0])
		if !found {
			return notHere()
		}
		if se.status != "open" || se.intent == nil || se.intent.status != needsAction {
			return s.payPage(http.MethodGet, se.id, nil)
		}
		return s.actionPage(r.Method, se.intent, values.Get("action"))
	}
	if args, ok := gatewaysim.Match("/authenticate/*", path); ok {
		if pi, waiting := s.attempts[args[0]]; waiting && pi.session == nil {
			return s.actionPage(r.Method, pi, values.Get("action"))
		}
		return message(http.StatusGone, "Nothing to confirm any more", "This payment no longer waits for you. Return to the shop.", "")
	}
	return notHere()
}

func notHere() gatewaysim.Answer {
	return message(http.StatusNotFound, "No such page", "The address is not of this simulation.", "")
}

// payPage shows and takes the form of a session.
func (s *Sim) payPage(method, id string, values url.Values) gatewaysim.Answer {
	se, ok := s.openSession(id)
	switch {
	case !ok:
		return notHere()
	case se.status == "expired":
		return message(http.StatusGone, "This payment page has expired", "Nothing was charged. Return to the shop to start again.", se.cancelURL)
	case se.status == "complete":
		return gatewaysim.Redirect(se.successTarget())
	case method != http.MethodPost:
		return s.showPay(se, http.StatusOK, "")
	}
	switch values.Get("action") {
	case "cancel":
		if se.cancelURL == "" {
			return message(http.StatusOK, "Nothing was charged", "You can close this page.", "")
		}
		return gatewaysim.Redirect(se.cancelURL)
	case "pay":
	default:
		return s.showPay(se, http.StatusBadRequest, "Choose Pay or Cancel.")
	}
	m, bad := s.pageMethod(se, values)
	if bad != nil {
		return s.showPay(se, http.StatusPaymentRequired, bad.message)
	}
	if bad := s.pay(se, m); bad != nil {
		return s.showPay(se, http.StatusPaymentRequired, bad.message)
	}
	if se.intent.status == needsAction {
		return gatewaysim.Redirect(s.actionURL(se.intent))
	}
	return gatewaysim.Redirect(se.successTarget())
}

// pageMethod is the card or the account that was typed in.
func (s *Sim) pageMethod(se *session, values url.Values) (*method, *apiError) {
	below := url.Values{"type": {"card"}, "card[number]": {values.Get("card")}}
	if iban := values.Get("iban"); iban != "" {
		below = url.Values{"type": {"sepa_debit"}, "sepa_debit[iban]": {iban}}
	}
	m, bad := s.readMethod(form{values: below})
	if bad != nil {
		return nil, bad
	}
	for _, kind := range se.kinds {
		if kind == m.kind {
			return m, nil
		}
	}
	return nil, refused("payment_method_not_available", "", "This way to pay is not on offer here.")
}

// actionPage is the bank's page of 3-D Secure.
func (s *Sim) actionPage(method string, pi *intent, action string) gatewaysim.Answer {
	if method != http.MethodPost {
		return show(http.StatusOK, gatewaysim.PageAuthenticate, view{Title: "Confirm your payment", Amount: asDecimal(pi.amount, pi.currency)})
	}
	if action != "complete" && action != "fail" {
		return show(http.StatusBadRequest, gatewaysim.PageAuthenticate, view{Title: "Confirm your payment", Amount: asDecimal(pi.amount, pi.currency),
			Error: "Choose Complete or Fail."})
	}
	bad := s.authenticate(pi, action == "complete")
	switch {
	case pi.session != nil && bad != nil:
		return s.showPay(pi.session, http.StatusPaymentRequired, bad.message)
	case pi.session != nil:
		return gatewaysim.Redirect(pi.session.successTarget())
	case pi.returnURL == "":
		return message(http.StatusOK, "Done", "You can close this page and go on in the shop.", "")
	}
	status := succeeded
	if bad != nil {
		status = "failed"
	}
	return gatewaysim.Redirect(gatewaysim.WithQuery(pi.returnURL, url.Values{"payment_intent": {pi.id}, "payment_intent_client_secret": {pi.secret}, "redirect_status": {status}}))
}

// showPay shows the form of a session. The form says where it is sent: it is also shown after the bank's page, at that one's
// address.
func (s *Sim) showPay(se *session, status int, problem string) gatewaysim.Answer {
	v := view{Title: "Pay " + asDecimal(se.amount, se.currency), Amount: asDecimal(se.amount, se.currency), Error: problem,
		Action: s.cfg.BaseURL + "/pay/" + se.id, Debit: strings.Contains(strings.Join(se.kinds, " "), "sepa_debit")}
	for _, l := range se.lines {
		v.Lines = append(v.Lines, gatewaysim.ViewLine{Name: l.name, Quantity: l.quantity, Total: asDecimal(l.unit*l.quantity, se.currency)})
	}
	return show(status, gatewaysim.PagePay, v)
}

// message is a page that only says something; with a way back, if there is one.
func message(status int, title, text, back string) gatewaysim.Answer {
	return show(status, gatewaysim.PageMessage, view{Title: title, Text: text, Back: back})
}

func show(status int, name string, v view) gatewaysim.Answer {
	v.Gateway = "Stripe"
	return gatewaysim.Page(status, name, v)
}
