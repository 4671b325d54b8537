package stripesim

import (
	"net/http"
	"strconv"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// currencies are those of https://docs.stripe.com/currencies, in lower case as the wire has them.
const currencies = " usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf " +
	"chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr iqd isk " +
	"jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok " +
	"npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd " +
	"tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw "

// Zero- and three-decimal currencies; ISK and UGX have no minor unit, yet are sent with two decimals that must be 00.
const (
	zeroDecimal  = " bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf "
	threeDecimal = " bhd iqd jod kwd omr tnd "
	wholeOnly    = " isk ugx "
)

func in(list, code string) bool { return len(code) == 3 && strings.Contains(list, " "+code+" ") }

// minimum is the smallest charge in minor units; 1 where Stripe compares in the currency of settlement.
// https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
func minimum(currency string) int64 {
	switch currency {
	case "usd", "eur", "aud", "brl", "cad", "chf", "inr", "nzd", "sgd", "jpy":
		return 50
	case "gbp":
		return 30
	case "bgn":
		return 100
	case "aed", "myr", "pln", "ron":
		return 200
	case "dkk":
		return 250
	case "nok", "sek":
		return 300
	case "hkd":
		return 400
	case "mxn", "thb":
		return 1000
	case "czk":
		return 1500
	case "huf":
		return 17500
	default:
		return 1
	}
}

// maximum is eight digits, and of rupiahs twelve. (There.)
func maximum(currency string) int64 {
	if currency == "idr" {
		return 999_999_999_999
	}
	return 99_999_999
}

// checkAmount applies the rules for what may be charged. param is blamed.
func checkAmount(amount int64, currency, param string) *apiError {
	switch {
	case !in(currencies, currency):
		return invalid("currency", "", "Invalid currency: "+gatewaysim.Shorten(currency))
	case amount < 1:
		return invalid(param, "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case amount < minimum(currency):
		return invalid(param, "amount_too_small", "The amount must be at least "+strconv.FormatInt(minimum(currency), 10)+" "+currency+" (minor units).")
	case amount > maximum(currency):
		return invalid(param, "amount_too_large", "The amount has too many digits.")
	case in(threeDecimal, currency) && amount%10 != 0, in(wholeOnly, currency) && amount%100 != 0:
		return invalid(param, "", "The amount is finer than "+currency+" can be charged.")
	default:
		return nil
	}
}

// readPrice reads an amount and a currency.
func readPrice(f form, amountName string) (amount int64, currency string, bad *apiError) {
	amount, there, bad := f.integer(amountName)
	switch {
	case bad != nil:
		return 0, "", bad
	case !there:
		return 0, "", missing(f.full(amountName))
	case f.text("currency") == "":
		return 0, "", missing(f.full("currency"))
	}
	currency = strings.ToLower(f.text("currency"))
	return amount, currency, nil
}

// fee is what the simulated Stripe keeps of a captured amount: 1.5 % and 0.25 of a two-decimal currency.
func fee(amount int64, currency string) int64 {
	percentage := (amount*15 + 500) / 1000
	switch {
	case in(zeroDecimal, currency):
		return percentage
	case in(threeDecimal, currency):
		return percentage/10*10 + 250
	case in(wholeOnly, currency):
		return percentage / 100 * 100
	default:
		return percentage + 25
	}
}

// asDecimal writes minor units as a decimal number for a page.
func asDecimal(amount int64, currency string) string {
	digits := 2
	switch {
	case in(zeroDecimal, currency):
		digits = 0
	case in(threeDecimal, currency):
		digits = 3
	}
	text := strconv.FormatInt(amount, 10)
	for len(text) <= digits {
		text = "0" + text
	}
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	return text + " " + strings.ToUpper(currency)
}

// refused is a card_error: HTTP 402.
func refused(code, decline, message string) *apiError {
	return &apiError{status: http.StatusPaymentRequired, kind: typeCard, code: code, decline: decline, message: message}
}
