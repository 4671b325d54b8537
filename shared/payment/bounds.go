package payment

import (
	"slices"

	"till/shared/fault"
	"till/shared/money"
)

// Bounds are how much a gateway charges at once: at least, at most, and in steps of, in minor units. 0: it tells none.
type Bounds struct{ Least, Most, Step int64 }

// Check tells whether an amount lies within. Errors: fault.Invalid: amount_too_small, amount_too_large, amount_too_fine, naming the bound.
func (b Bounds) Check(op string, a money.Amount) error {
	switch {
	case a.Minor() < max(b.Least, 1):
		return fault.New(fault.Invalid, op, "amount_too_small", "The least that can be charged is "+money.Of(max(b.Least, 1), a.Currency()).Format("en")+".")
	case b.Most > 0 && a.Minor() > b.Most:
		return fault.New(fault.Invalid, op, "amount_too_large", "The most that can be charged at once is "+money.Of(b.Most, a.Currency()).Format("en")+".")
	case b.Step > 1 && a.Minor()%b.Step != 0:
		return fault.New(fault.Invalid, op, "amount_too_fine", "This currency is charged in steps of "+money.Of(b.Step, a.Currency()).Format("en")+".")
	}
	return nil
}

// Takes tells whether an amount can be charged, as far as is known before the gateway is asked. Errors: fault.Invalid: currency_invalid,
// amount_too_small, amount_too_large, amount_too_fine.
func (c Capabilities) Takes(op string, a money.Amount) error {
	if c.Currencies != nil && !slices.Contains(c.Currencies, a.Currency()) {
		return fault.New(fault.Invalid, op, "currency_invalid", "This payment service does not charge in this currency.")
	}
	if c.Bounds == nil {
		return nil
	}
	return c.Bounds(a.Currency()).Check(op, a)
}
