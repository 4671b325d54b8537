package money_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/money"
)

// partsAreFair: the parts sum to the whole, none is a unit or more away from its exact share, and what is left over goes to
// the largest remainders, between equals to the first.
func partsAreFair(t *rapid.T) {
	whole := money.Of(minors().Draw(t, "whole"), "JPY")
	weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 1_000_000), rapid.Int64Range(0, math.MaxInt64/100)), 1, 100).Draw(t, "weights")
	total := new(big.Int)
	for _, w := range weights {
		total.Add(total, big.NewInt(w))
	}
	parts, err := whole.Split(weights...)
	if total.Sign() == 0 {
		if fault.Code(err) != "weights_invalid" {
			t.Fatalf("nothing to divide by: %v, %v", parts, err)
		}
		return
	}
	if err != nil || len(parts) != len(weights) {
		t.Fatalf("%v split by %v into %v, %v", whole, weights, parts, err)
	}
	sum := new(big.Int)
	rounded := make([]int, len(parts)) // 1: away from zero, 0: toward zero.
	over := make([]*big.Rat, len(parts))
	for i, p := range parts {
		sum.Add(sum, big.NewInt(p.Minor()))
		share := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(whole.Minor()), big.NewInt(weights[i])), total)
		share.Abs(share)
		size := new(big.Int).Abs(big.NewInt(p.Minor()))
		floor := new(big.Int).Quo(share.Num(), share.Denom())
		over[i] = new(big.Rat).Sub(share, new(big.Rat).SetInt(floor))
		rounded[i] = int(new(big.Int).Sub(size, floor).Int64())
		if rounded[i] < 0 || rounded[i] > 1 || rounded[i] == 1 && over[i].Sign() == 0 {
			t.Fatalf("part %d is %d, its share %v", i, p.Minor(), share)
		}
	}
	if sum.Cmp(big.NewInt(whole.Minor())) != 0 {
		t.Fatalf("%v split into %v, which sum to %v", whole, parts, sum)
	}
	for i := range parts {
		for j := range parts {
			less := over[i].Cmp(over[j]) < 0 || over[i].Cmp(over[j]) == 0 && i > j
			if less && rounded[i] > rounded[j] {
				t.Fatalf("part %d got the unit that part %d should have: %v by %v", i, j, parts, weights)
			}
		}
	}
}

func TestSplit(t *testing.T) { rapid.Check(t, partsAreFair) }
func FuzzSplit(f *testing.F) { f.Fuzz(rapid.MakeFuzz(partsAreFair)) }

func TestWeightsThatDoNotDivide(t *testing.T) {
	for name, weights := range map[string][]int64{
		"no weights":                      {},
		"weights that are all zero":       {0, 0},
		"a negative weight":               {2, -1},
		"weights that overflow together":  {math.MaxInt64, 1},
		"weights that overflow to itself": {math.MaxInt64, math.MaxInt64, 2},
	} {
		if parts, err := money.Of(100, "EUR").Split(weights...); !fault.Is(err, fault.Invalid) || parts != nil {
			t.Errorf("%s gave %v, %v", name, parts, err)
		}
	}
}

// portion is the exact outcome: half away from zero.
func portion(minor, numerator, denominator int64) *big.Int {
	exact := new(big.Int).Mul(big.NewInt(minor), big.NewInt(numerator))
	exact.Abs(exact).Mul(exact, big.NewInt(2)).Add(exact, big.NewInt(denominator))
	exact.Quo(exact, new(big.Int).Mul(big.NewInt(2), big.NewInt(denominator)))
	if minor < 0 {
		exact.Neg(exact)
	}
	return exact
}

func portionsAreExact(t *rapid.T) {
	minor := minors().Draw(t, "minor")
	upTo := func(label string, least int64) int64 {
		return rapid.OneOf(rapid.Int64Range(least, 10_000), rapid.Int64Range(least, math.MaxInt64)).Draw(t, label)
	}
	numerator, denominator := upTo("numerator", 0), upTo("denominator", 1)
	got, err := money.Of(minor, "EUR").Portion(numerator, denominator)
	exact(t, "Portion", got, err, portion(minor, numerator, denominator))
}

func TestPortion(t *testing.T) { rapid.Check(t, portionsAreExact) }
func FuzzPortion(f *testing.F) { f.Fuzz(rapid.MakeFuzz(portionsAreExact)) }

func TestPortionRows(t *testing.T) {
	tests := []struct {
		name                          string
		minor, numerator, denominator int64
		want                          int64
	}{
		{"19 % of 10.00", 1000, 19, 100, 190},
		{"a half goes up", 5, 1, 2, 3},
		{"a half of a debt goes down", -5, 1, 2, -3},
		{"less than a half is dropped", 4, 1, 10, 0},
		{"8.1 % of 12.35", 1235, 810, 10_000, 100},
		{"nothing of something", 1000, 0, 100, 0},
		{"more than the whole", 100, 3, 2, 150},
		{"the least amount taken once", math.MinInt64, 7, 7, math.MinInt64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := money.Of(tt.minor, "EUR").Portion(tt.numerator, tt.denominator); err != nil || got.Minor() != tt.want {
				t.Errorf("got %v, %v, want %d", got, err, tt.want)
			}
		})
	}
}

func TestPortionsThatCannotBeCounted(t *testing.T) {
	tests := []struct {
		name                          string
		minor, numerator, denominator int64
	}{
		{"a negative rate", 100, -1, 100},
		{"no denominator", 100, 1, 0},
		{"a negative denominator", 100, 1, -100},
		{"more than int64", math.MaxInt64, 2, 1},
		{"a half beyond int64", math.MaxInt64, math.MaxInt64, math.MaxInt64 - 1},
		{"what rounds to 2^64, and would wrap to nothing", 1<<33 - 1, 1<<33 + 1, 4},
		{"more than two words", math.MaxInt64, math.MaxInt64, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := money.Of(tt.minor, "EUR").Portion(tt.numerator, tt.denominator); !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
