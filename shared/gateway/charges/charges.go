// Package charges is what each gateway charges in, and how much at least and at most: facts, without any gateway's SDK, so that
// prices can be held to them where no gateway is called.
package charges

import (
	"math"
	"strings"

	"till/shared/money"
	"till/shared/payment"
)

// The gateways' names, as orders and settings have them.
const (
	stripe = "stripe"
	paypal = "paypal"
	square = "square"
)

// Of gives a gateway's bounds in a currency, and whether it charges in it. Of a gateway of another name nothing is known, and nothing
// refused.
func Of(gateway string, c money.Currency) (payment.Bounds, bool) {
	switch gateway {
	case stripe:
		return Stripe(c)
	case paypal:
		return PayPal(c)
	case square:
		return Square(c)
	}
	return payment.Bounds{}, true
}

// listed lists currencies from their codes.
func listed(codes string) []money.Currency {
	words := strings.Fields(codes)
	all := make([]money.Currency, len(words))
	for i, code := range words {
		all[i] = money.Currency(code)
	}
	return all
}

// in tells whether a currency is among codes, which have blanks or line ends between them.
func in(codes string, c money.Currency) bool {
	for code := range strings.FieldsSeq(codes) {
		if code == string(c) {
			return true
		}
	}
	return false
}

// minor counts n units of 10^-decimals in a currency's minor units: what is left over is dropped, and what overflows is the most that
// can be counted.
func minor(n int64, decimals int, c money.Currency) int64 {
	for ; decimals < c.Decimals(); decimals++ {
		if n > math.MaxInt64/10 {
			return math.MaxInt64
		}
		n *= 10
	}
	for ; decimals > c.Decimals(); decimals-- {
		n /= 10
	}
	return n
}

// step is the least that n units of 10^-decimals change a currency's minor units by: 1, where the currency has no minor units as small.
func step(n int64, decimals int, c money.Currency) int64 { return max(minor(n, decimals, c), 1) }
