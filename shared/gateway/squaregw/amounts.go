package squaregw

import (
	"slices"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// currencies are those of the countries that Square is in. Square counts each in its smallest unit, as Till does: cents, pence,
// and whole yen. https://developer.squareup.com/docs/build-basics/working-with-monetary-amounts
var currencies = []money.Currency{"AUD", "CAD", "EUR", "GBP", "JPY", "USD"}

func takes(c money.Currency) bool { return slices.Contains(currencies, c) }

// moneyWire is an amount as Square writes it.
type moneyWire struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// toWire counts an amount as Square does. Errors: fault.Invalid: currency_invalid, not the account's; amount_too_small, not above 0:
// a single cent can be paid. https://developer.squareup.com/docs/payment-minimums
func (g *Gateway) toWire(op string, a money.Amount) (moneyWire, error) {
	switch {
	case a.Currency() != g.currency:
		return moneyWire{}, fault.New(fault.Invalid, op, "currency_invalid", "This payment service does not charge in this currency.")
	case a.Minor() < 1:
		return moneyWire{}, fault.New(fault.Invalid, op, "amount_too_small", payment.RefusalText(fault.Invalid))
	case a.Minor() > amountMax:
		return moneyWire{}, fault.New(fault.Invalid, op, "amount_too_large", payment.RefusalText(fault.Invalid))
	}
	return moneyWire{Amount: a.Minor(), Currency: string(a.Currency())}, nil
}

// amountMax is what numbers in JSON carry everywhere without loss. Square's own limits are far below, and are the account's.
const amountMax = 1<<53 - 1

// fromWire reads an amount of Square's. Errors: fault.Internal, code amount_unreadable.
func fromWire(op string, m moneyWire) (money.Amount, error) {
	c := money.Currency(m.Currency)
	if !takes(c) || m.Amount < 0 || m.Amount > amountMax {
		return money.Amount{}, fault.New(fault.Internal, op, "amount_unreadable", "")
	}
	return money.Of(m.Amount, c), nil
}
