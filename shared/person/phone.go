package person

import (
	"strings"

	"till/shared/fault"
)

// E.164 allows 15 digits with the country's code; national numbers have 5 at least.
// https://www.itu.int/rec/T-REC-E.164
const (
	phoneDigitsMin = 5
	phoneDigitsMax = 15
	phoneBytesMax  = 64
)

// digitZeros are the zeros of the decimal digits that keyboards of shoppers offer: ASCII, Arabic, Persian,
// Devanagari, Bengali, Thai and full width.
const digitZeros = "0٠۰०০๐０"

// Phone is a telephone number for the carrier: digits, with a leading + if the country's code is known. Personal
// data. The zero Phone is none.
type Phone struct{ hidden }

// ParsePhone takes a number as people write it, spaces, dots, dashes, slashes and brackets dropped, 00 or + in
// front of a country's code, and gives it as + and digits, or as digits only if it is a national one. An empty s is
// the zero Phone: a phone is optional. Errors: fault.Invalid, code phone_invalid.
func ParsePhone(s string) (Phone, error) {
	if s == "" {
		return Phone{}, nil
	}
	text, ok := dial(s)
	if !ok {
		return Phone{}, fault.New(fault.Invalid, "person.ParsePhone", "phone_invalid", "Must be a telephone number, such as +49301234567.")
	}
	return Phone{hide(text)}, nil
}

func dial(s string) (string, bool) {
	if len(s) > phoneBytesMax {
		return "", false
	}
	international := strings.HasPrefix(s, "+") || strings.HasPrefix(s, "＋")
	if international {
		s = strings.TrimLeft(s, "+＋")
		s = strings.Replace(s, "(0)", "", 1) // "+49 (0)30": the zero is for callers at home.
	}
	var digits strings.Builder
	for _, r := range s {
		d, isDigit := decimal(r)
		switch {
		case isDigit:
			digits.WriteByte(d)
		case !strings.ContainsRune(" \u00a0-‐‑–./()", r):
			return "", false
		}
	}
	number := digits.String()
	if !international && strings.HasPrefix(number, "00") {
		international, number = true, number[2:]
	}
	if len(number) < phoneDigitsMin || len(number) > phoneDigitsMax {
		return "", false
	}
	if !international {
		return number, true
	}
	return "+" + number, number[0] != '0' // No country's code begins with 0.
}

// decimal reads a digit of any listed script.
func decimal(r rune) (byte, bool) {
	for _, zero := range digitZeros {
		if r >= zero && r <= zero+9 {
			return byte('0' + r - zero), true //nolint:gosec // 0 to 9
		}
	}
	return 0, false
}
