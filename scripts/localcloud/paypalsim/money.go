package paypalsim

import (
	"slices"
	"strconv"
	"strings"
)

// currencies are those that PayPal takes; wholeOnly those of them without decimals.
// https://developer.paypal.com/docs/api/reference/currency-codes/
const currencies = `AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN RUB SEK SGD THB TWD USD`

var wholeOnly = []string{"HUF", "JPY", "TWD"}

// amount is PayPal's own way to write money.
type amount struct {
	Currency string `json:"currency_code"`
	Value    string `json:"value"`
}

func decimals(currency string) int {
	if slices.Contains(wholeOnly, currency) {
		return 0
	}
	return 2
}

// units reads an amount: hundredths, or whole units where there are no decimals.
func (a amount) units(field string) (int64, *apiError) {
	if !slices.Contains(strings.Fields(currencies), a.Currency) {
		if len(a.Currency) != 3 || strings.ToUpper(a.Currency) != a.Currency {
			return 0, invalid(field+"/currency_code", "INVALID_CURRENCY_CODE", "A currency code is three capital letters.")
		}
		return 0, unprocessable(field+"/currency_code", "CURRENCY_NOT_SUPPORTED", "This currency is not taken.")
	}
	whole, part, point := strings.Cut(a.Value, ".")
	if whole == "" || point && part == "" || strings.Trim(strings.TrimPrefix(whole, "-")+part, "0123456789") != "" || len(a.Value) > 32 {
		return 0, invalid(field+"/value", "INVALID_PARAMETER_SYNTAX", "An amount is a decimal number.")
	}
	n := decimals(a.Currency)
	switch {
	case n == 0 && point:
		return 0, unprocessable(field+"/value", "DECIMALS_NOT_SUPPORTED", "The currency has no decimals.")
	case len(part) > n:
		return 0, unprocessable(field+"/value", "DECIMAL_PRECISION", "The currency has two decimals.")
	case strings.HasPrefix(whole, "-"):
		return 0, unprocessable(field+"/value", "CANNOT_BE_NEGATIVE", "The amount is below zero.")
	case len(strings.TrimLeft(whole, "0")) > 7:
		return 0, unprocessable(field+"/value", "MAX_VALUE_EXCEEDED", "The amount is too large.")
	}
	units, err := strconv.ParseInt(whole+part+strings.Repeat("0", n-len(part)), 10, 64)
	if err != nil {
		return 0, unprocessable(field+"/value", "MAX_VALUE_EXCEEDED", "The amount is too large.")
	}
	return units, nil
}

// some is units of more than nothing.
func (a amount) some(field string) (int64, *apiError) {
	units, bad := a.units(field)
	if bad == nil && units == 0 {
		bad = unprocessable(field+"/value", "CANNOT_BE_ZERO_OR_NEGATIVE", "The amount is zero.")
	}
	return units, bad
}

// text writes units in decimal notation: "19.99".
func text(units int64, currency string) string {
	digits := strconv.FormatInt(units, 10)
	n := decimals(currency)
	if n == 0 {
		return digits
	}
	sign := ""
	if units < 0 {
		sign, digits = "-", digits[1:]
	}
	for len(digits) <= n {
		digits = "0" + digits
	}
	return sign + digits[:len(digits)-n] + "." + digits[len(digits)-n:]
}

func money(units int64, currency string) object {
	return object{"currency_code": currency, "value": text(units, currency)}
}

// fee is what PayPal keeps of a capture: 2.99 % and 39 hundredths or 40 whole units, of no tariff in particular.
func fee(units int64, currency string) int64 {
	fixed := int64(39)
	if decimals(currency) == 0 {
		fixed = 40
	}
	return min(units, units/10000*299+units%10000*299/10000+fixed)
}

// disputeFee is what PayPal keeps for a dispute that a bank decides, in hundredths or whole units.
const disputeFee = 1400
