package stripegw

import (
	"math"
	"strings"

	"till/shared/fault"
	"till/shared/gateway/charges"
	"till/shared/money"
	"till/shared/payment"
)

// bounds are how much Stripe charges at once.
func bounds(c money.Currency) payment.Bounds {
	b, _ := charges.Stripe(c)
	return b
}

// toWire counts an amount as Stripe does. Errors: fault.Invalid: currency_invalid, not charged in; amount_too_small, not
// above 0; amount_too_fine, Stripe's steps are coarser; amount_too_large.
func toWire(op string, a money.Amount) (int64, error) {
	c := a.Currency()
	if _, taken := charges.Stripe(c); !taken {
		return 0, fault.New(fault.Invalid, op, "currency_invalid", "This payment service does not charge in this currency.")
	}
	if a.Minor() < 1 {
		return 0, fault.New(fault.Invalid, op, "amount_too_small", payment.RefusalText(fault.Invalid))
	}
	rule := charges.StripeRuleOf(c)
	wire, exact := rescale(a.Minor(), c.Decimals(), rule.Decimals)
	switch {
	case wire == math.MaxInt64:
		return 0, fault.New(fault.Invalid, op, "amount_too_large", payment.RefusalText(fault.Invalid))
	case !exact || wire%rule.Step != 0:
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
	minor, exact := rescale(wire, charges.StripeRuleOf(c).Decimals, c.Decimals())
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
