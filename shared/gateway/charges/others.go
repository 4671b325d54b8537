package charges

import (
	"slices"

	"till/shared/money"
	"till/shared/payment"
)

// paypalCodes are those that PayPal takes. BRL, CNY and MYR only inside their own countries, which PayPal checks; RUB is left out,
// since PayPal has suspended it. https://developer.paypal.com/docs/api/reference/currency-codes/
const paypalCodes = `AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD`

// paypalWhole are the currencies that PayPal takes without decimals, whatever ISO 4217 says: a decimal amount is an error. (There.)
const paypalWhole = `HUF JPY TWD`

// paypalMost is the most that PayPal writes: seven digits before the point. What an account and its payer may move at once is often less,
// and PayPal's own to say. https://developer.paypal.com/api/deprecated/payments/v1/definitions/amount
const paypalMost = 9_999_999

// PayPalCurrencies lists what PayPal charges in.
func PayPalCurrencies() []money.Currency { return listed(paypalCodes) }

// PayPalDecimals is how many decimals PayPal takes of a currency.
func PayPalDecimals(c money.Currency) int {
	if in(paypalWhole, c) {
		return 0
	}
	return 2
}

// PayPal gives PayPal's bounds in a currency, and whether it charges in it. It tells no least: one step is one.
func PayPal(c money.Currency) (payment.Bounds, bool) {
	if !in(paypalCodes, c) {
		return payment.Bounds{}, false
	}
	most := int64(paypalMost)
	if PayPalDecimals(c) == 2 {
		most = most*100 + 99
	}
	step := step(1, PayPalDecimals(c), c)
	return payment.Bounds{Least: step, Most: minor(most, PayPalDecimals(c), c), Step: step}, true
}

// squareCurrencies are those of the countries that Square is in. An account has one of them. Square counts each in its smallest unit, as
// Till does: cents, pence, and whole yen. https://developer.squareup.com/docs/build-basics/working-with-monetary-amounts
var squareCurrencies = []money.Currency{"AUD", "CAD", "EUR", "GBP", "JPY", "USD"}

// squareMost is what numbers in JSON carry everywhere without loss. Square's own limit is far below, and is the account's: it says
// AMOUNT_TOO_HIGH.
const squareMost = 1<<53 - 1

// Square gives Square's bounds in a currency, and whether it charges in it, in some country. A single cent can be paid by card.
// https://developer.squareup.com/docs/payment-minimums
func Square(c money.Currency) (payment.Bounds, bool) {
	if !slices.Contains(squareCurrencies, c) {
		return payment.Bounds{}, false
	}
	return payment.Bounds{Least: 1, Most: squareMost, Step: 1}, true
}
