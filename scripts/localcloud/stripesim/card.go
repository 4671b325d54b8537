package stripesim

import (
	"strconv"

	"till/scripts/localcloud/gatewaysim"
)

// cardNamed is the card of NameCard's answer, or the refusal: HTTP 402.
func cardNamed(name string) (gatewaysim.Card, *apiError) {
	if c, ok := gatewaysim.CardNamed(name); ok {
		return c, nil
	}
	switch name {
	case "incorrect_number":
		return gatewaysim.Card{}, refusedNumber(name, "", "The card number is incorrect.")
	case "test_mode_live_card":
		return gatewaysim.Card{}, refusedNumber("card_declined", name, "The card was declined: this is test mode, and it is not a test card.")
	default:
		return gatewaysim.Card{}, refusedNumber("invalid_number", "", "The card number is not a valid card number.")
	}
}

// refusedNumber is unkept: no payment method was made, no intent was touched.
func refusedNumber(code, decline, message string) *apiError {
	e := refused(code, decline, message)
	e.param, e.unkept = "number", true
	return e
}

// method is a payment method: what is left of a card or an account.
type method struct {
	id       string
	kind     string // "card" or "sepa_debit".
	card     gatewaysim.Card
	account  string // gatewaysim.DebitPays or gatewaysim.DebitFails.
	expMonth int64
	expYear  int64
	created  int64
}

// readMethod makes a payment method of "type" and "card[…]" or "sepa_debit[…]".
func (s *Sim) readMethod(f form) (*method, *apiError) {
	kind, bad := f.oneOf("type", "card", "sepa_debit")
	if bad != nil {
		return nil, bad
	}
	m := &method{id: "", kind: kind, created: s.now()}
	if kind == "sepa_debit" {
		if m.account = f.text("sepa_debit[iban]"); m.account != gatewaysim.DebitPays && m.account != gatewaysim.DebitFails {
			return nil, invalid(f.full("sepa_debit[iban]"), "invalid_bank_account_iban", "The IBAN is none of Stripe's test accounts.")
		}
		return s.keepMethod(m), nil
	}
	if !f.has("card[number]") {
		return nil, missing(f.full("card[number]"))
	}
	if m.card, bad = cardNamed(f.text("card[number]")); bad != nil {
		return nil, bad
	}
	if bad := s.readExpiry(f, m); bad != nil {
		return nil, bad
	}
	return s.keepMethod(m), nil
}

// readExpiry takes a card's expiry, or assumes one: the pay page and the shop's demo form do not ask for it.
func (s *Sim) readExpiry(f form, m *method) *apiError {
	today := s.cfg.Clock.Now().UTC()
	m.expMonth, m.expYear = 12, int64(today.Year())+4
	month, thereMonth, bad := f.integer("card[exp_month]")
	if bad != nil {
		return bad
	}
	year, thereYear, bad := f.integer("card[exp_year]")
	if bad != nil {
		return bad
	}
	if year < 100 && thereYear {
		year += 2000
	}
	switch {
	case thereMonth && (month < 1 || month > 12):
		return refusedExpiry("exp_month", "invalid_expiry_month")
	case thereYear && year < int64(today.Year()), thereYear && thereMonth && year == int64(today.Year()) && month < int64(today.Month()):
		return refusedExpiry("exp_year", "invalid_expiry_year")
	}
	if thereMonth {
		m.expMonth = month
	}
	if thereYear {
		m.expYear = year
	}
	return nil
}

func refusedExpiry(param, code string) *apiError {
	e := refused(code, "", "The card's expiration date is invalid.")
	e.param, e.unkept = param, true
	return e
}

// methodByID finds a payment method, or makes one of a test card's name, which stands for a fresh one each time.
func (s *Sim) methodByID(id string) (*method, *apiError) {
	if m, ok := s.methods.Get(id); ok {
		return m, nil
	}
	if c, ok := gatewaysim.CardNamed(id); ok {
		m := &method{kind: "card", card: c, created: s.now(), expMonth: 12, expYear: int64(s.cfg.Clock.Now().UTC().Year()) + 4}
		return s.keepMethod(m), nil
	}
	return nil, notFound("PaymentMethod", id, "payment_method")
}

func (s *Sim) keepMethod(m *method) *method {
	m.id = s.id("pm_1", 23)
	s.methods.Put(m.id, m)
	return m
}

func (m *method) view() object {
	o := object{"id": m.id, "object": "payment_method", "type": m.kind, "created": m.created, "livemode": false,
		"customer": nil, "metadata": object{}, "billing_details": emptyBilling()}
	if m.kind == "card" {
		o["card"] = object{"brand": m.card.Brand, "display_brand": m.card.Brand, "last4": m.card.Last4, "funding": m.card.Funding,
			"exp_month": m.expMonth, "exp_year": m.expYear, "country": "US", "fingerprint": "sim" + m.card.Last4 + strconv.Itoa(len(m.card.Name)),
			"checks":   object{"address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": "pass"},
			"networks": object{"available": []string{m.card.Brand}, "preferred": nil}, "three_d_secure_usage": object{"supported": true}, "wallet": nil}
		return o
	}
	o["sepa_debit"] = object{"bank_code": "19043", "branch_code": "", "country": "AT", "fingerprint": "sim" + m.account, "last4": m.accountLast4(),
		"generated_from": nil}
	return o
}

func (m *method) accountLast4() string {
	if m.account == gatewaysim.DebitFails {
		return "3202"
	}
	return "3201"
}

// short names the method for people: "visa 4242".
func (m *method) short() string {
	if m.kind == "card" {
		return m.card.Brand + " " + m.card.Last4
	}
	return m.kind + " " + m.accountLast4()
}

func emptyBilling() object {
	return object{"email": nil, "name": nil, "phone": nil,
		"address": object{"city": nil, "country": nil, "line1": nil, "line2": nil, "postal_code": nil, "state": nil}}
}
