package squaregw

import (
	"till/shared/fault"
	"till/shared/gateway/charges"
	"till/shared/money"
	"till/shared/payment"
)

func takes(c money.Currency) bool {
	_, taken := charges.Square(c)
	return taken
}

// bounds are how much Square charges at once.
func bounds(c money.Currency) payment.Bounds {
	b, _ := charges.Square(c)
	return b
}

// moneyWire is an amount as Square writes it.
type moneyWire struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// toWire counts an amount as Square does. Errors: fault.Invalid: currency_invalid, not the account's; amount_too_small, not above 0;
// amount_too_large.
func (g *Gateway) toWire(op string, a money.Amount) (moneyWire, error) {
	if a.Currency() != g.currency {
		return moneyWire{}, fault.New(fault.Invalid, op, "currency_invalid", "This payment service does not charge in this currency.")
	}
	if err := bounds(g.currency).Check(op, a); err != nil {
		return moneyWire{}, err
	}
	return moneyWire{Amount: a.Minor(), Currency: string(a.Currency())}, nil
}

// amountMax is what numbers in JSON carry everywhere without loss.
const amountMax = 1<<53 - 1

// fromWire reads an amount of Square's. Errors: fault.Internal, code amount_unreadable.
func fromWire(op string, m moneyWire) (money.Amount, error) {
	c := money.Currency(m.Currency)
	if !takes(c) || m.Amount < 0 || m.Amount > amountMax {
		return money.Amount{}, fault.New(fault.Internal, op, "amount_unreadable", "")
	}
	return money.Of(m.Amount, c), nil
}
