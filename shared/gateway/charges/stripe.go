package charges

import (
	"till/shared/money"
	"till/shared/payment"
)

// stripeCodes are those that Stripe charges in. https://docs.stripe.com/currencies#presentment-currencies
const stripeCodes = `
	AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP
	CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY
	KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
	NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TND TOP
	TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`

// StripeRule is how Stripe counts a currency: in units of 10^-Decimals, in steps of Step.
type StripeRule struct {
	Decimals int
	Step     int64
}

// stripeRules are the currencies that are not counted in hundredths. https://docs.stripe.com/currencies#zero-decimal,
// #three-decimal (the last digit must be 0). Of its #special-cases, ISK and UGX have no minor unit any more, but are still
// sent in hundredths, which must be 00: so whole units times 100. HUF and TWD are special in payouts only.
var stripeRules = map[money.Currency]StripeRule{
	"BIF": {0, 1}, "CLP": {0, 1}, "DJF": {0, 1}, "GNF": {0, 1}, "JPY": {0, 1}, "KMF": {0, 1}, "KRW": {0, 1}, "MGA": {0, 1},
	"PYG": {0, 1}, "RWF": {0, 1}, "VND": {0, 1}, "VUV": {0, 1}, "XAF": {0, 1}, "XOF": {0, 1}, "XPF": {0, 1},
	"BHD": {3, 10}, "JOD": {3, 10}, "KWD": {3, 10}, "OMR": {3, 10}, "TND": {3, 10},
}

// StripeRuleOf is how Stripe counts a currency.
func StripeRuleOf(c money.Currency) StripeRule {
	if r, special := stripeRules[c]; special {
		return r
	}
	return StripeRule{2, 1}
}

// stripeLeast is the least that Stripe charges, in its own units. It holds for charges in the currency of the account's bank; others it
// compares after conversion, which nobody can foretell. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
var stripeLeast = map[money.Currency]int64{
	"USD": 50, "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30, "HKD": 400,
	"HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000,
}

// The most digits that Stripe takes, in its own units. (There.)
const (
	eightDigits  = 99_999_999
	twelveDigits = 999_999_999_999 // Of rupiahs.
)

// StripeCurrencies lists what Stripe charges in.
func StripeCurrencies() []money.Currency { return listed(stripeCodes) }

// Stripe gives Stripe's bounds in a currency, and whether it charges in it.
func Stripe(c money.Currency) (payment.Bounds, bool) {
	if !in(stripeCodes, c) {
		return payment.Bounds{}, false
	}
	most := int64(eightDigits)
	if c == "IDR" {
		most = twelveDigits
	}
	rule := StripeRuleOf(c)
	most -= most % rule.Step
	step := step(rule.Step, rule.Decimals, c)
	return payment.Bounds{Least: max(minor(stripeLeast[c], rule.Decimals, c), step), Most: minor(most, rule.Decimals, c), Step: step}, true
}
