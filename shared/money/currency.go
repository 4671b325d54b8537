package money

import (
	"github.com/bojanz/currency"

	"till/shared/fault"
)

// Currency is an ISO 4217 code in capitals: "EUR".
type Currency string

// Parse checks an ISO 4217 code. Errors: fault.Invalid, code currency_invalid (also for lower case: "eur" is a typing
// error that a contract should not hide).
func Parse(code string) (Currency, error) {
	if code == "" || !currency.IsValid(code) { // It takes "" for a currency.
		return "", fault.New(fault.Invalid, "money.Parse", "currency_invalid", "Must be an ISO 4217 currency code in capitals, such as EUR.")
	}
	return Currency(code), nil
}

// Decimals is how many decimals the currency's minor unit has by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD.
// Source: the CLDR data of bojanz/currency, which the package's tests compare with ISO 4217's list for the
// currencies that shops sell in.
func (c Currency) Decimals() int {
	digits, ok := currency.GetDigits(string(c))
	if !ok {
		return 2
	}
	return int(digits)
}

// Format writes the amount as people of a locale ("en", "de-AT") read it: "€19.99". For texts, never for arithmetic.
func (a Amount) Format(locale string) string {
	exact, err := currency.NewAmountFromInt64(a.minor, string(a.currency))
	if err != nil {
		return ""
	}
	return currency.NewFormatter(currency.NewLocale(locale)).Format(exact)
}
