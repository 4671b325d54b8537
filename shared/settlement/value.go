package settlement

import (
	"strconv"
	"strings"
	"time"

	"till/shared/money"
)

const (
	// refBytesMax is how long a reference may be; PayPal's invoice ids may have 127 characters.
	refBytesMax = 128
	// minorMax is the largest amount of a row: sums of all rows of a file cannot wrap.
	minorMax = 1_000_000_000_000
)

// isRef tells whether a text may be a gateway's reference: letters, digits and a few marks.
func isRef(text string) bool {
	if text == "" || len(text) > refBytesMax {
		return false
	}
	for _, c := range text {
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_-.:/+=#", c)
		if !ok {
			return false
		}
	}
	return true
}

// refs tells whether each text is a reference, or nothing.
func refs(texts ...string) bool {
	for _, t := range texts {
		if t != "" && !isRef(t) {
			return false
		}
	}
	return true
}

// ours gives a reference of ours, if it is one: 26 letters and digits behind the prefix. People can write anything into a gateway's
// metadata.
func ours(text, prefix string) string {
	if len(text) != len(prefix)+26 || !strings.HasPrefix(text, prefix) ||
		strings.Trim(text[len(prefix):], "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return ""
	}
	return text
}

// currencyOf reads a currency's code; gateways write it in capitals or not.
func currencyOf(text string) (money.Currency, bool) {
	c, err := money.Parse(strings.ToUpper(text))
	return c, err == nil && len(text) == 3
}

// decimal reads an amount in major units ("-12.34") as minor units, exactly. Decimals that the currency does not have must be zero: some
// files give yen two. "" is zero.
func decimal(text string, c money.Currency) (int64, bool) {
	if text == "" {
		return 0, true
	}
	digits, negative := strings.CutPrefix(text, "-")
	whole, part, dotted := strings.Cut(digits, ".")
	if whole == "" || dotted && part == "" {
		return 0, false
	}
	decimals := c.Decimals()
	if len(part) > decimals {
		if strings.Trim(part[decimals:], "0") != "" {
			return 0, false
		}
		part = part[:decimals]
	}
	n, ok := integer(whole + part + strings.Repeat("0", decimals-len(part)))
	if negative {
		n = -n
	}
	return n, ok
}

// printed reads an amount as a dashboard prints it: "$1,234.56", "-$1.85", "($1.85)".
func printed(text string, c money.Currency) (int64, bool) {
	inner, bracketed := strings.CutPrefix(text, "(")
	if bracketed {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, ")"); !closed {
			return 0, false
		}
	}
	inner, negative := strings.CutPrefix(inner, "-")
	inner = strings.TrimLeft(inner, "$£€¥")
	if after, again := strings.CutPrefix(inner, "-"); again && !negative {
		inner, negative = after, true
	}
	if strings.HasPrefix(inner, "-") || bracketed && negative {
		return 0, false
	}
	whole, part, dotted := strings.Cut(inner, ".")
	if groups := strings.Split(whole, ","); len(groups) > 1 {
		for i, g := range groups {
			if len(g) > 3 || g == "" || i > 0 && len(g) != 3 {
				return 0, false
			}
		}
		whole = strings.Join(groups, "")
	}
	if dotted {
		whole += "." + part
	}
	n, ok := decimal(whole, c)
	if negative || bracketed {
		n = -n
	}
	return n, ok
}

// integer reads digits alone, up to the largest amount.
func integer(text string) (int64, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n <= minorMax
}

// within tells whether amounts are no larger than a row's may be.
func within(amounts ...int64) bool {
	for _, n := range amounts {
		if n > minorMax || n < -minorMax {
			return false
		}
	}
	return true
}

// when reads a time by the first form that fits.
func when(text string, zone *time.Location, forms ...string) (time.Time, bool) {
	for _, form := range forms {
		if t, err := time.ParseInLocation(form, text, zone); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
