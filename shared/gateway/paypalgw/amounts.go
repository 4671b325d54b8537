package paypalgw

import (
	"math"
	"strconv"
	"strings"

	"till/shared/fault"
	"till/shared/gateway/charges"
	"till/shared/money"
	"till/shared/payment"
)

// digitsMax is how many digits an amount may have before the point.
// https://developer.paypal.com/api/orders/v2/definitions/amount_with_breakdown
const digitsMax = 15

// wire is an amount as PayPal writes it. https://developer.paypal.com/api/orders/v2/definitions/money
type wire struct {
	Currency string `json:"currency_code"`
	Value    string `json:"value"`
}

func takes(c money.Currency) bool {
	_, taken := charges.PayPal(c)
	return taken
}

// bounds are how much PayPal charges at once.
func bounds(c money.Currency) payment.Bounds {
	b, _ := charges.PayPal(c)
	return b
}

// toWire writes an amount as PayPal does. Errors: fault.Invalid: currency_invalid, not taken; amount_too_small, not above 0;
// amount_too_fine, PayPal's steps are coarser; amount_too_large.
func toWire(op string, a money.Amount) (wire, error) {
	if a.Minor() < 1 && takes(a.Currency()) {
		return wire{}, fault.New(fault.Invalid, op, "amount_too_small", payment.RefusalText(fault.Invalid))
	}
	return partToWire(op, a)
}

// partToWire is toWire for a part of an amount, which may be zero.
func partToWire(op string, a money.Amount) (wire, error) {
	c := a.Currency()
	if !takes(c) {
		return wire{}, fault.New(fault.Invalid, op, "currency_invalid", "This payment service does not take this currency.")
	}
	units, exact := rescale(a.Minor(), c.Decimals(), charges.PayPalDecimals(c))
	if units == math.MaxInt64 {
		return wire{}, fault.New(fault.Invalid, op, "amount_too_large", payment.RefusalText(fault.Invalid))
	}
	if !exact {
		return wire{}, fault.New(fault.Invalid, op, "amount_too_fine", "This payment service takes this currency in coarser steps.")
	}
	text := strconv.FormatInt(units, 10)
	if n := charges.PayPalDecimals(c); n > 0 {
		for len(text) <= n {
			text = "0" + text
		}
		text = text[:len(text)-n] + "." + text[len(text)-n:]
	}
	if whole, _, _ := strings.Cut(text, "."); len(whole) > digitsMax {
		return wire{}, fault.New(fault.Invalid, op, "amount_too_large", payment.RefusalText(fault.Invalid))
	}
	return wire{Currency: string(c), Value: text}, nil
}

// fromWire reads an amount that PayPal wrote: not negative, in decimal notation. Errors: fault.Internal, code amount_unreadable.
func fromWire(op string, w wire) (money.Amount, error) {
	unreadable := fault.New(fault.Internal, op, "amount_unreadable", "")
	c, err := money.Parse(w.Currency)
	if err != nil {
		return money.Amount{}, unreadable
	}
	whole, part, point := strings.Cut(w.Value, ".")
	if len(whole) < 1 || len(whole) > digitsMax || len(part) > 3 || point && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return money.Amount{}, unreadable
	}
	units, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil {
		return money.Amount{}, unreadable
	}
	minor, exact := rescale(units, len(part), c.Decimals())
	if !exact {
		return money.Amount{}, unreadable
	}
	return money.Of(minor, c), nil
}

// in reads an amount that must be of a currency, in its minor units. Errors: as fromWire.
func (w wire) in(op string, c money.Currency) (int64, error) {
	a, err := fromWire(op, w)
	if err == nil && a.Currency() != c {
		err = fault.New(fault.Internal, op, "amount_unreadable", "")
	}
	return a.Minor(), err
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
