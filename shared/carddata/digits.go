package carddata

import (
	"unicode"
	"unicode/utf8"
)

// digitAt is the value of the digit at a byte of text, -1 if there is none, and how many bytes the character takes.
func digitAt(text string, at int) (value, size int) {
	if at >= len(text) {
		return -1, 0
	}
	if c := text[at]; c < utf8.RuneSelf {
		if c >= '0' && c <= '9' {
			return int(c - '0'), 1
		}
		return -1, 1
	}
	r, size := utf8.DecodeRuneInString(text[at:])
	return digitValue(r), size
}

// digitValue is the value of a digit of any script, -1 for other characters.
func digitValue(r rune) int {
	if unicode.IsDigit(r) {
		// A script's decimal digits stand in a row from zero, so the place in the range is the value.
		// https://www.unicode.org/versions/Unicode15.0.0/ch04.pdf section 4.6
		for _, each := range unicode.Nd.R16 {
			if rune(each.Lo) <= r && r <= rune(each.Hi) {
				return int(r-rune(each.Lo)) % 10
			}
		}
		for _, each := range unicode.Nd.R32 {
			if low, high := int64(each.Lo), int64(each.Hi); low <= int64(r) && int64(r) <= high {
				return int(int64(r)-low) % 10
			}
		}
	}
	if !unicode.Is(unicode.No, r) {
		return -1
	}
	for _, each := range [...]struct {
		from, to rune
		first    int
	}{
		{0x00B2, 0x00B3, 2}, {0x00B9, 0x00B9, 1}, {0x2070, 0x2070, 0}, {0x2074, 0x2079, 4}, // superscript
		{0x2080, 0x2089, 0},                                                                // subscript
		{0x2460, 0x2468, 1}, {0x24EA, 0x24EA, 0}, {0x24F5, 0x24FD, 1}, {0x24FF, 0x24FF, 0}, // circled
		{0x2474, 0x247C, 1}, {0x2488, 0x2490, 1}, // in brackets, with a dot
		{0x2776, 0x277E, 1}, {0x2780, 0x2788, 1}, {0x278A, 0x2792, 1}, // dingbats
		{0x1F100, 0x1F100, 0}, {0x1F101, 0x1F10A, 0}, {0x1F10B, 0x1F10B, 0}, {0x1F10C, 0x1F10C, 0},
	} {
		if each.from <= r && r <= each.to {
			return each.first + int(r-each.from)
		}
	}
	return -1
}

// skipSeparators is where the first character at or after at stands that does not merely separate digits.
func skipSeparators(text string, at int) int {
	for at < len(text) {
		if c := text[at]; c < utf8.RuneSelf {
			switch {
			case c == ' ', c == '-', c == '.', c == '/', c == '\\', c == '_', c < ' ', c == 0x7F:
				at++
				continue
			}
			return at
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		if !separates(r) {
			return at
		}
		at += size
	}
	return at
}

// separates tells whether a character outside ASCII separates digits without meaning: spaces, dashes, dots, slashes,
// marks put on digits (as on keycap emoji), invisible characters, bytes that are not UTF-8. Commas and colons do not:
// coordinates and times of day are written with them.
func separates(r rune) bool {
	switch r {
	case utf8.RuneError, 0x00B7, 0x2022, 0x2027, 0x2219, 0x22C5, 0x30FB, 0xFF65, // dots in the middle
		0xFF0E, 0x3002, 0xFF61, 0x2024, // full stops
		0x2044, 0x2215, 0x29F8, 0xFF0F, 0xFF3C, // slashes
		0x2212, 0x02D7, 0xFF3F, // minus, modifier minus, full-width low line
		0x3164, 0xFFA0, 0x115F, 0x1160, 0x2800: // letters and patterns that show nothing
		return true
	}
	return unicode.In(r, unicode.Z, unicode.Pd, unicode.Cf, unicode.Cc, unicode.Mn, unicode.Me)
}
