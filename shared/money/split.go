package money

import (
	"math/bits"
	"sort"

	"till/shared/fault"
)

// Split divides the amount in proportion to the weights, so that the parts sum to the whole exactly. What integer
// division leaves over goes, one minor unit each, to the parts with the largest remainders; between equals, to the
// first. Errors: fault.Invalid for no weights, a negative weight, or weights that are all zero or overflow together.
func (a Amount) Split(weights ...int64) ([]Amount, error) {
	var total uint64
	for _, w := range weights {
		sum := total + uint64(w) //nolint:gosec // a negative weight is refused in the same line
		if w < 0 || sum > 1<<63-1 {
			return nil, outOfRange("money.Split")
		}
		total = sum
	}
	if total == 0 {
		return nil, fault.New(fault.Invalid, "money.Split", "weights_invalid", "There is nothing to divide by.")
	}
	parts, left := portions(a.size(), total, weights)
	for _, i := range left {
		parts[i]++
	}
	out := make([]Amount, len(parts))
	for i, p := range parts {
		var err error
		if out[i], err = a.signed(p, "money.Split"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// portions gives each weight's share rounded down, and the indexes that get one more, largest remainder first.
func portions(size, total uint64, weights []int64) (parts []uint64, more []int) {
	parts = make([]uint64, len(weights))
	remainders := make([]uint64, len(weights))
	order := make([]int, len(weights))
	given := uint64(0)
	for i, w := range weights {
		high, low := bits.Mul64(size, uint64(w)) //nolint:gosec // weights are not negative here
		parts[i], remainders[i] = bits.Div64(high, low, total)
		given += parts[i]
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return remainders[order[i]] > remainders[order[j]] })
	return parts, order[:size-given]
}

// Portion is the amount times numerator/denominator, rounded half away from zero: 19 % of 10.00 is
// Portion(19, 100). For rates; to divide a whole into parts use Split. Errors: fault.Invalid for a denominator below
// 1, a negative numerator, or a result that overflows.
func (a Amount) Portion(numerator, denominator int64) (Amount, error) {
	if numerator < 0 || denominator < 1 {
		return Amount{}, outOfRange("money.Portion")
	}
	high, low := bits.Mul64(a.size(), uint64(numerator))
	if high >= uint64(denominator) {
		return Amount{}, outOfRange("money.Portion")
	}
	quotient, remainder := bits.Div64(high, low, uint64(denominator))
	if quotient <= 1<<63 && remainder >= uint64(denominator)-remainder {
		quotient++ // Beyond that it is refused anyway, and adding could wrap to 0.
	}
	return a.signed(quotient, "money.Portion")
}
