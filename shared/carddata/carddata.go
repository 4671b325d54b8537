// Package carddata finds card numbers where none may be, so that a shopper's mistake never becomes a stored card.
package carddata

import (
	"strings"
	"unicode/utf8"
)

// Kind says how eagerly a text is searched.
type Kind int

// The kinds of text.
const (
	Field    Kind = iota // A value with a purpose (SKU, phone, id): numbers of 14 to 19 digits.
	FreeText             // What a person typed (note, name, street): numbers of 13 digits too.
)

// masked stands for a whole card number in texts that are kept.
const masked = "[card]"

// Found tells whether text holds a card number or a card's track data. Digits of every script count by their value,
// separators (spaces, dashes, dots, slashes, underscores, invisible characters) are dropped, and the number must fill
// whole groups of digits, begin as a scheme's numbers do and end in a right Luhn digit. In Field, 13 digits are let
// pass: German mobile numbers and GTINs look alike. What is spared besides stands in spared.go.
func Found(text string, where Kind) bool {
	_, _, found := next(text, 0, where)
	return found
}

// Mask replaces every card number in text, searched as FreeText, by "[card]"; not a digit of it is left. A text without
// one comes back as it is, without a copy. It is made for logs and error texts.
func Mask(text string) string {
	from, to, found := next(text, 0, FreeText)
	if !found {
		return text
	}
	var b strings.Builder
	kept := 0
	for found {
		b.WriteString(text[kept:from])
		b.WriteString(masked)
		kept = to
		from, to, found = next(text, kept, FreeText)
	}
	b.WriteString(text[kept:])
	return b.String()
}

// Member tells whether name, as a member, parameter or header is called, asks for card data: "cvv", "card_number",
// "cardNumber". Letter case and what is not a letter or digit do not count.
func Member(name string) bool {
	if len(name) > memberBytesMax {
		return false
	}
	var b [memberBytesMax]byte
	n := 0
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		default:
			continue
		}
		b[n] = c
		n++
	}
	switch string(b[:n]) {
	case "cvv", "cvc", "cvv2", "cvc2", "cvn", "cvn2", "cardcvv", "cardcvc", "cvvnumber", "cvcnumber", "cvvcode", "cvccode",
		"securitycode", "cardsecuritycode", "cardverificationvalue", "cardverificationcode",
		"cardnumber", "cardno", "cardnum", "creditcard", "creditcardnumber", "debitcardnumber", "ccnumber", "ccnum",
		"primaryaccountnumber", "cardpan", "track1", "track2", "trackdata", "magstripe":
		return true
	}
	return false
}

const memberBytesMax = 48

// next finds the first card number at or after a byte that does not lie inside a group of digits.
func next(text string, at int, where Kind) (from, to int, found bool) {
	inGroup := false
	for i := at; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && (c < '0' || c > '9') {
			inGroup = false
			i++
			continue
		}
		value, size := digitAt(text, i)
		if value >= 0 && !inGroup {
			if end := number(text, i, where); end > 0 {
				return i, end, true
			}
		}
		inGroup = value >= 0
		i += size
	}
	return 0, 0, false
}

// number is the end of the card number that begins at the group of digits at from, 0 if none does.
func number(text string, from int, where Kind) (end int) {
	var digits [digitsMax]byte
	n, fits, track := 0, lengths(0), trackAt(text, from)
	for i := from; ; {
		value, size := digitAt(text, i)
		if value >= 0 {
			if n == digitsMax {
				return 0 // Longer than any card number, so this group is something else.
			}
			digits[n] = byte(value) //nolint:gosec // a digit
			n++
			i += size
			switch {
			case n == 1 && !track && !beginsScheme(digits[0]):
				return 0
			case n == iinDigits:
				fits = lengthsOf(digits[:iinDigits])
				if fits == 0 && !track {
					return 0
				}
			}
			continue
		}
		if track && n >= trackDigitsMin && trackGoesOn(text, i) {
			return i
		}
		if (n > 13 || where == FreeText) && fits.has(n) && luhn(digits[:n]) && !spared(text, from, i) {
			return i
		}
		after := skipSeparators(text, i)
		if after == i || after == len(text) {
			return 0
		}
		if value, _ := digitAt(text, after); value < 0 {
			return 0
		}
		i = after
	}
}

const trackDigitsMin = 12

// trackAt tells whether a magnetic stripe's start stands before the digits: track 1 begins with %B, track 2 with a
// semicolon (ISO/IEC 7813).
func trackAt(text string, from int) bool {
	before := text[:from]
	return strings.HasSuffix(before, ";") || strings.HasSuffix(before, "%B") || strings.HasSuffix(before, "%b")
}

// trackGoesOn tells whether a magnetic stripe's separator stands behind the number. Track data is refused whatever its
// number looks like: nothing else is written so.
func trackGoesOn(text string, at int) bool {
	rest := text[at:]
	if strings.HasPrefix(rest, "^") {
		return true
	}
	if len(rest) < 5 || rest[0] != '=' {
		return false
	}
	for _, c := range []byte(rest[1:5]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
