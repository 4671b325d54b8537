package stripegw

import (
	"math"
	"slices"
	"strings"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// currencies are those that Stripe charges in. https://docs.stripe.com/currencies#presentment-currencies
const currencies = `
	AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP
	CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY
	KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
	NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TND TOP
	TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`

// wireRule is how Stripe counts a currency: in units of 10^-decimals, in steps of step.
type wireRule struct {
	decimals int
	step     int64
}

var twoDecimals = wireRule{2, 1}

// wireRules are the currencies that are not counted in hundredths. https://docs.stripe.com/currencies#zero-decimal,
// #three-decimal (the last digit must be 0). Of its #special-cases, ISK and UGX have no minor unit any more, but are still
// sent in hundredths, which must be 00: so whole units times 100. HUF and TWD are special in payouts only.
var wireRules = map[money.Currency]wireRule{
	"BIF": {0, 1}, "CLP": {0, 1}, "DJF": {0, 1}, "GNF": {0, 1}, "JPY": {0, 1}, "KMF": {0, 1}, "KRW": {0, 1}, "MGA": {0, 1},
	"PYG": {0, 1}, "RWF": {0, 1}, "VND": {0, 1}, "VUV": {0, 1}, "XAF": {0, 1}, "XOF": {0, 1}, "XPF": {0, 1},
	"BHD": {3, 10}, "JOD": {3, 10}, "KWD": {3, 10}, "OMR": {3, 10}, "TND": {3, 10},
}

func ruleOf(c money.Currency) wireRule {
	if r, special := wireRules[c]; special {
		return r
	}
	return twoDecimals
}

// toWire counts an amount as Stripe does. Errors: fault.Invalid: currency_invalid, not charged in; amount_too_small, not
// above 0; amount_too_fine, Stripe's steps are coarser; amount_too_large.
func toWire(op string, a money.Amount) (int64, error) {
	c := a.Currency()
	if !slices.Contains(strings.Fields(currencies), string(c)) {
		return 0, fault.New(fault.Invalid, op, "currency_invalid", "This payment service does not charge in this currency.")
	}
	if a.Minor() < 1 {
		return 0, fault.New(fault.Invalid, op, "amount_too_small", payment.RefusalText(fault.Invalid))
	}
	rule := ruleOf(c)
	wire, exact := rescale(a.Minor(), c.Decimals(), rule.decimals)
	switch {
	case wire == math.MaxInt64:
		return 0, fault.New(fault.Invalid, op, "amount_too_large", payment.RefusalText(fault.Invalid))
	case !exact || wire%rule.step != 0:
		return 0, fault.New(fault.Invalid, op, "amount_too_fine", "This payment service charges this currency in coarser steps.")
	}
	return wire, nil
}

// fromWire reads an amount that Stripe counted. Errors: fault.Internal, code amount_unreadable.
func fromWire(op string, wire int64, code string) (money.Amount, error) {
	c, err := money.Parse(strings.ToUpper(code))
	if err != nil {
		return money.Amount{}, fault.New(fault.Internal, op, "amount_unreadable", "")
	}
	minor, exact := rescale(wire, ruleOf(c).decimals, c.Decimals())
	if !exact || wire < 0 {
		return money.Amount{}, fault.New(fault.Internal, op, "amount_unreadable", "")
	}
	return money.Of(minor, c), nil
}

// rescale counts n units of 10^-from in units of 10^-to: math.MaxInt64 if that overflows, not exact if something is left.
func rescale(n int64, from, to int) (scaled int64, exact bool) {
	exact = true
	for ; from < to; from++ {
		if n > math.MaxInt64/10 || n < math.MinInt64/10 {
			return math.MaxInt64, false
		}
		n *= 10
	}
	for ; from > to; from-- {
		exact = exact && n%10 == 0
		n /= 10
	}
	return n, exact
}
