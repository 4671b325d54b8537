// Package money counts money exactly: integers of a currency's minor unit, and no arithmetic that can wrap or round unseen.
package money

import (
	"encoding/json"
	"math/bits"

	"till/shared/fault"
)

// Amount is a whole number of minor units (cents, yen, fils) of one currency. The zero Amount has no currency and
// adds to nothing. Amounts of one order are safe to log.
type Amount struct {
	minor    int64
	currency Currency
}

// Of makes an amount of minor units. The currency is not checked: it comes from Parse or from a literal.
func Of(minor int64, c Currency) Amount { return Amount{minor, c} }

// Zero is no money in a currency.
func Zero(c Currency) Amount { return Amount{0, c} }

// Minor is the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the amount's currency.
func (a Amount) Currency() Currency { return a.currency }

// IsZero tells whether there is no money.
func (a Amount) IsZero() bool { return a.minor == 0 }

// IsNegative tells whether money is owed.
func (a Amount) IsNegative() bool { return a.minor < 0 }

// Less tells whether a is less than b. Two currencies cannot be compared: then it is false.
func (a Amount) Less(b Amount) bool { return a.currency == b.currency && a.minor < b.minor }

// Add returns a+b. Errors: fault.Invalid for two currencies or overflow; it never wraps.
func (a Amount) Add(b Amount) (Amount, error) {
	sum := a.minor + b.minor
	if a.currency != b.currency || (sum > a.minor) != (b.minor > 0) {
		return Amount{}, outOfRange("money.Add")
	}
	return Amount{sum, a.currency}, nil
}

// Sub returns a-b. Errors: fault.Invalid for two currencies or overflow; it never wraps.
func (a Amount) Sub(b Amount) (Amount, error) {
	diff := a.minor - b.minor
	if a.currency != b.currency || (diff < a.minor) != (b.minor > 0) {
		return Amount{}, outOfRange("money.Sub")
	}
	return Amount{diff, a.currency}, nil
}

// Times returns a taken n times. Errors: fault.Invalid on overflow or a negative n.
func (a Amount) Times(n int64) (Amount, error) {
	high, low := bits.Mul64(a.size(), uint64(n)) //nolint:gosec // a negative n is refused below
	if n < 0 || high != 0 {
		return Amount{}, outOfRange("money.Times")
	}
	return a.signed(low, "money.Times")
}

// size is how much it is, without the sign.
func (a Amount) size() uint64 {
	if a.minor < 0 {
		return -uint64(a.minor) //nolint:gosec // two's complement is meant
	}
	return uint64(a.minor)
}

// signed gives so much of the amount's currency with the amount's sign. Errors: fault.Invalid if it cannot be counted.
func (a Amount) signed(size uint64, op string) (Amount, error) {
	switch {
	case a.minor < 0 && size <= 1<<63:
		return Amount{int64(-size), a.currency}, nil //nolint:gosec // two's complement is meant
	case a.minor >= 0 && size < 1<<63:
		return Amount{int64(size), a.currency}, nil //nolint:gosec // it fits, as the case says
	}
	return Amount{}, outOfRange(op)
}

// Sum adds amounts of one currency to zero of c. Errors: as Add.
func Sum(c Currency, amounts ...Amount) (Amount, error) {
	total := Zero(c)
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

func outOfRange(op string) error {
	return fault.New(fault.Invalid, op, "amount_out_of_range", "This amount of money cannot be counted.")
}

type wire struct {
	Amount   int64    `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes {"amount": 1999, "currency": "EUR"}.
func (a Amount) MarshalJSON() ([]byte, error) { return json.Marshal(wire{a.minor, a.currency}) }

// UnmarshalJSON reads what MarshalJSON wrote. Errors: fault.Invalid, no whole number or an unknown currency.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return fault.Wrap(fault.Invalid, "money.UnmarshalJSON", err)
	}
	if w != (wire{}) {
		if _, err := Parse(string(w.Currency)); err != nil {
			return err
		}
	}
	a.minor, a.currency = w.Amount, w.Currency
	return nil
}
