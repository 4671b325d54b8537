package gatewaysim

import (
	"net/url"
	"strings"
)

// Card is how a test card behaves. The number itself stays in the table below.
type Card struct {
	Name    string // Stripe's name of the test payment method: "pm_card_visa".
	Brand   string // "visa"
	Last4   string // "4242"
	Funding string // "credit" or "debit".

	Code, Decline, Says string // The refusal, if any, in Stripe's codes and our words.
	Authenticate        bool   // 3-D Secure is required.
	Dispute             string // Reason of the dispute that follows.
	Inquiry             bool   // The dispute is only an inquiry: no funds move.
	FraudWarning        bool   // An early fraud warning follows.
	Refund              string // How refunds end: RefundsPending, RefundsFailLate; "" at once.
	Risk                string // Outcome of the risk check: "normal", "elevated" or "highest".
}

const sayDeclined = "The card was declined."

// testCards are of https://docs.stripe.com/testing, by number. Every simulated gateway takes them.
var testCards = map[string]Card{
	"4242424242424242": {Name: "pm_card_visa"},
	"4000056655665556": {Name: "pm_card_visa_debit", Funding: "debit"},
	"5555555555554444": {Name: "pm_card_mastercard", Brand: "mastercard"},
	"378282246310005":  {Name: "pm_card_amex", Brand: "amex"},
	"4000002760003184": {Name: "pm_card_authenticationRequired", Authenticate: true},
	"4000002500003155": {Name: "pm_card_authenticationRequiredOnSetup", Authenticate: true},
	"4000000000003220": {Name: "pm_card_threeDSecure2Required", Authenticate: true},
	"4000008400001629": {Name: "pm_card_threeDSecureRequiredChargeDeclined", Authenticate: true,
		Code: "card_declined", Decline: "generic_decline", Says: sayDeclined},
	"4000000000000002": {Name: "pm_card_visa_chargeDeclined", Code: "card_declined", Decline: "generic_decline", Says: sayDeclined},
	"4000000000009995": {Name: "pm_card_visa_chargeDeclinedInsufficientFunds", Code: "card_declined", Decline: "insufficient_funds",
		Says: "The card has insufficient funds."},
	"4000000000009987": {Name: "pm_card_visa_chargeDeclinedLostCard", Code: "card_declined", Decline: "lost_card", Says: sayDeclined},
	"4000000000009979": {Name: "pm_card_visa_chargeDeclinedStolenCard", Code: "card_declined", Decline: "stolen_card", Says: sayDeclined},
	"4000000000000069": {Name: "pm_card_chargeDeclinedExpiredCard", Code: "expired_card", Says: "The card has expired."},
	"4000000000000127": {Name: "pm_card_chargeDeclinedIncorrectCvc", Code: "incorrect_cvc", Says: "The card's security code is incorrect."},
	"4000000000000119": {Name: "pm_card_chargeDeclinedProcessingError", Code: "processing_error",
		Says: "The card could not be processed. Try again in a little while."},
	"4100000000000019": {Name: "pm_card_radarBlock", Code: "card_declined", Decline: "fraudulent", Says: sayDeclined, Risk: "highest"},
	"4000000000009235": {Name: "pm_card_riskLevelElevated", Risk: "elevated"},
	"4000000000000259": {Name: "pm_card_createDispute", Dispute: "fraudulent"},
	"4000000000002685": {Name: "pm_card_createDisputeProductNotReceived", Dispute: "product_not_received"},
	"4000000000001976": {Name: "pm_card_createDisputeInquiry", Dispute: "fraudulent", Inquiry: true},
	"4000000000005423": {Name: "pm_card_createIssuerFraudRecord", FraudWarning: true},
	"4000000000007726": {Name: "pm_card_pendingRefund", Refund: RefundsPending},
	"4000000000005126": {Name: "pm_card_refundFail", Refund: RefundsFailLate},
}

// CardNamed finds a test card by Stripe's name of it.
func CardNamed(name string) (Card, bool) {
	for number, c := range testCards {
		if c.Name == name {
			return c.complete(number), true
		}
	}
	return Card{}, false
}

func (c Card) complete(number string) Card {
	c.Last4 = number[len(number)-4:]
	if c.Brand == "" {
		c.Brand = "visa"
	}
	if c.Funding == "" {
		c.Funding = "credit"
	}
	if c.Risk == "" {
		c.Risk = "normal"
	}
	return c
}

// groups are the signs by which people group digits.
var groups = strings.NewReplacer(" ", "", "-", "")

// NameCard exchanges a card number for the name of its test card, or for the code of the refusal.
func NameCard(number string) string {
	digits := groups.Replace(number)
	if len(digits) < 12 || len(digits) > 19 || strings.Trim(digits, "0123456789") != "" {
		return "invalid_number"
	}
	if !luhn(digits) {
		return "incorrect_number"
	}
	if c, ok := testCards[digits]; ok {
		return c.Name
	}
	return "test_mode_live_card"
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

// SealNumbers takes card and account numbers out of a request before anything is kept or compared.
func SealNumbers(values url.Values) {
	for key, all := range values {
		switch {
		case strings.HasSuffix(key, "[number]"), key == "card":
			for i := range all {
				all[i] = NameCard(all[i])
			}
		case strings.HasSuffix(key, "[cvc]"):
			delete(values, key)
		case strings.HasSuffix(key, "[iban]"), key == "iban":
			for i := range all {
				all[i] = NameAccount(all[i])
			}
		}
	}
}

// Test bank accounts of https://docs.stripe.com/payments/sepa-debit, by what happens to a debit.
const (
	DebitPays  = "debit_pays"
	DebitFails = "debit_fails"
)

// NameAccount exchanges an IBAN for what a debit of it does; "" if it is none of Stripe's test accounts.
func NameAccount(iban string) string {
	switch strings.ToUpper(strings.ReplaceAll(iban, " ", "")) {
	case "":
		return ""
	case "AT611904300234573201", "DE89370400440532013000":
		return DebitPays
	case "AT861904300235473202", "DE62370400440532013001":
		return DebitFails
	default:
		return "invalid"
	}
}
