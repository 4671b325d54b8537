package stripesim

import (
	"net/url"
	"strconv"
	"strings"
)

// card is how a test card behaves. The number itself stays in the table below.
type card struct {
	name    string // Stripe's name of the test payment method: "pm_card_visa".
	brand   string
	last4   string
	funding string

	code, decline, says string // The refusal, if any.
	authenticate        bool   // 3-D Secure is required.
	dispute             string // Reason of the dispute that follows.
	inquiry             bool   // The dispute is only an inquiry: no funds move.
	fraudWarning        bool   // An early fraud warning follows.
	refund              string // How refunds end: "pending", "succeeded_then_failed"; "" at once.
	risk                string // Outcome of the risk check if not "normal".
}

const sayDeclined = "The card was declined."

// testCards are of https://docs.stripe.com/testing, by number.
var testCards = map[string]card{
	"4242424242424242": {name: "pm_card_visa"},
	"4000056655665556": {name: "pm_card_visa_debit", funding: "debit"},
	"5555555555554444": {name: "pm_card_mastercard", brand: "mastercard"},
	"378282246310005":  {name: "pm_card_amex", brand: "amex"},
	"4000002760003184": {name: "pm_card_authenticationRequired", authenticate: true},
	"4000002500003155": {name: "pm_card_authenticationRequiredOnSetup", authenticate: true},
	"4000000000003220": {name: "pm_card_threeDSecure2Required", authenticate: true},
	"4000008400001629": {name: "pm_card_threeDSecureRequiredChargeDeclined", authenticate: true,
		code: "card_declined", decline: "generic_decline", says: sayDeclined},
	"4000000000000002": {name: "pm_card_visa_chargeDeclined", code: "card_declined", decline: "generic_decline", says: sayDeclined},
	"4000000000009995": {name: "pm_card_visa_chargeDeclinedInsufficientFunds", code: "card_declined", decline: "insufficient_funds",
		says: "The card has insufficient funds."},
	"4000000000009987": {name: "pm_card_visa_chargeDeclinedLostCard", code: "card_declined", decline: "lost_card", says: sayDeclined},
	"4000000000009979": {name: "pm_card_visa_chargeDeclinedStolenCard", code: "card_declined", decline: "stolen_card", says: sayDeclined},
	"4000000000000069": {name: "pm_card_chargeDeclinedExpiredCard", code: "expired_card", says: "The card has expired."},
	"4000000000000127": {name: "pm_card_chargeDeclinedIncorrectCvc", code: "incorrect_cvc", says: "The card's security code is incorrect."},
	"4000000000000119": {name: "pm_card_chargeDeclinedProcessingError", code: "processing_error",
		says: "The card could not be processed. Try again in a little while."},
	"4100000000000019": {name: "pm_card_radarBlock", code: "card_declined", decline: "fraudulent", says: sayDeclined, risk: "highest"},
	"4000000000009235": {name: "pm_card_riskLevelElevated", risk: "elevated"},
	"4000000000000259": {name: "pm_card_createDispute", dispute: "fraudulent"},
	"4000000000002685": {name: "pm_card_createDisputeProductNotReceived", dispute: "product_not_received"},
	"4000000000001976": {name: "pm_card_createDisputeInquiry", dispute: "fraudulent", inquiry: true},
	"4000000000005423": {name: "pm_card_createIssuerFraudRecord", fraudWarning: true},
	"4000000000007726": {name: "pm_card_pendingRefund", refund: RefundsPending},
	"4000000000005126": {name: "pm_card_refundFail", refund: RefundsFailLate},
}

// cardByName finds a test card by Stripe's name of it.
func cardByName(name string) (card, bool) {
	for number, c := range testCards {
		if c.name == name {
			return c.complete(number), true
		}
	}
	return card{}, false
}

func (c card) complete(number string) card {
	c.last4 = number[len(number)-4:]
	if c.brand == "" {
		c.brand = "visa"
	}
	if c.funding == "" {
		c.funding = "credit"
	}
	if c.risk == "" {
		c.risk = "normal"
	}
	return c
}

// groups are the signs by which people group digits.
var groups = strings.NewReplacer(" ", "", "-", "")

// nameCard exchanges a card number for the name of its test card, or for the code of the refusal.
func nameCard(number string) string {
	digits := groups.Replace(number)
	if len(digits) < 12 || len(digits) > 19 || strings.Trim(digits, "0123456789") != "" {
		return "invalid_number"
	}
	if !luhn(digits) {
		return "incorrect_number"
	}
	if c, ok := testCards[digits]; ok {
		return c.name
	}
	return "test_mode_live_card"
}

// cardNamed is the card of nameCard's answer, or the refusal: HTTP 402.
func cardNamed(name string) (card, *apiError) {
	if c, ok := cardByName(name); ok {
		return c, nil
	}
	switch name {
	case "incorrect_number":
		return card{}, refusedNumber(name, "", "The card number is incorrect.")
	case "test_mode_live_card":
		return card{}, refusedNumber("card_declined", name, "The card was declined: this is test mode, and it is not a test card.")
	default:
		return card{}, refusedNumber("invalid_number", "", "The card number is not a valid card number.")
	}
}

// refusedNumber is unkept: no payment method was made, no intent was touched.
func refusedNumber(code, decline, message string) *apiError {
	e := refused(code, decline, message)
	e.param, e.unkept = "number", true
	return e
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// sealNumbers takes card and account numbers out of a request before anything is kept or compared.
func sealNumbers(values url.Values) {
	for key, all := range values {
		switch {
		case strings.HasSuffix(key, "[number]"), key == "card":
			for i := range all {
				all[i] = nameCard(all[i])
			}
		case strings.HasSuffix(key, "[cvc]"):
			delete(values, key)
		case strings.HasSuffix(key, "[iban]"), key == "iban":
			for i := range all {
				all[i] = nameAccount(all[i])
			}
		}
	}
}

// Test bank accounts of https://docs.stripe.com/payments/sepa-debit, by what happens to a debit.
const (
	debitPays  = "debit_pays"
	debitFails = "debit_fails"
)

// nameAccount exchanges an IBAN for what a debit of it does; "" if it is none of Stripe's test accounts.
func nameAccount(iban string) string {
	switch strings.ToUpper(strings.ReplaceAll(iban, " ", "")) {
	case "":
		return ""
	case "AT611904300234573201", "DE89370400440532013000":
		return debitPays
	case "AT861904300235473202", "DE62370400440532013001":
		return debitFails
	default:
		return "invalid"
	}
}

// method is a payment method: what is left of a card or an account.
type method struct {
	id       string
	kind     string // "card" or "sepa_debit".
	card     card
	account  string // debitPays or debitFails.
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
		if m.account = f.text("sepa_debit[iban]"); m.account != debitPays && m.account != debitFails {
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
	if m, ok := s.methods.get(id); ok {
		return m, nil
	}
	if c, ok := cardByName(id); ok {
		m := &method{kind: "card", card: c, created: s.now(), expMonth: 12, expYear: int64(s.cfg.Clock.Now().UTC().Year()) + 4}
		return s.keepMethod(m), nil
	}
	return nil, notFound("PaymentMethod", id, "payment_method")
}

func (s *Sim) keepMethod(m *method) *method {
	m.id = s.id("pm_1", 23)
	s.methods.put(m.id, m)
	return m
}

func (m *method) view() object {
	o := object{"id": m.id, "object": "payment_method", "type": m.kind, "created": m.created, "livemode": false,
		"customer": nil, "metadata": object{}, "billing_details": emptyBilling()}
	if m.kind == "card" {
		o["card"] = object{"brand": m.card.brand, "display_brand": m.card.brand, "last4": m.card.last4, "funding": m.card.funding,
			"exp_month": m.expMonth, "exp_year": m.expYear, "country": "US", "fingerprint": "sim" + m.card.last4 + strconv.Itoa(len(m.card.name)),
			"checks":   object{"address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": "pass"},
			"networks": object{"available": []string{m.card.brand}, "preferred": nil}, "three_d_secure_usage": object{"supported": true}, "wallet": nil}
		return o
	}
	o["sepa_debit"] = object{"bank_code": "19043", "branch_code": "", "country": "AT", "fingerprint": "sim" + m.account, "last4": m.accountLast4(),
		"generated_from": nil}
	return o
}

func (m *method) accountLast4() string {
	if m.account == debitFails {
		return "3202"
	}
	return "3201"
}

// short names the method for people: "visa 4242".
func (m *method) short() string {
	if m.kind == "card" {
		return m.card.brand + " " + m.card.last4
	}
	return m.kind + " " + m.accountLast4()
}

func emptyBilling() object {
	return object{"email": nil, "name": nil, "phone": nil,
		"address": object{"city": nil, "country": nil, "line1": nil, "line2": nil, "postal_code": nil, "state": nil}}
}
