package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"till/shared/fault"
)

const (
	nameMax     = 100 // Characters of a name; the longest of real labels are about 60.
	marksMax    = 6   // Accents on one letter. Vietnamese needs 2, Hebrew and Tibetan up to 4.
	zeroWidthNJ = '\u200c'
	zeroWidthJ  = '\u200d'
)

// Text is free text about a person: a line of an address, a company, a note. Personal data.
type Text struct{ hidden }

// ParseText takes one line of at most so many characters, in Unicode's composed form (NFC), with every kind of space
// made a plain one and those at the ends dropped. The empty text is allowed: the caller knows what is required.
// Errors: fault.Invalid, code text_invalid: too long, not UTF-8, control or bidi control characters, characters
// that cannot be seen. The joiners U+200C and U+200D are allowed behind a letter, as Persian and Hindi need them.
func ParseText(s string, charactersMax int) (Text, error) {
	clean, ok := line(s, charactersMax)
	if !ok {
		return Text{}, fault.New(fault.Invalid, "person.ParseText", "text_invalid", "Must be one line of text that is not too long.")
	}
	return Text{hide(clean)}, nil
}

// Name is what a person is called. Personal data.
type Name struct{ hidden }

// ParseName takes a name as people write theirs: any script, apostrophes, accents, joiners; at most 100 characters.
// Errors: fault.Invalid, code name_invalid: empty or without a letter, too long, control or bidi control characters.
func ParseName(s string) (Name, error) {
	clean, ok := line(s, nameMax)
	if !ok || !strings.ContainsFunc(clean, unicode.IsLetter) {
		return Name{}, fault.New(fault.Invalid, "person.ParseName", "name_invalid", "Must be a name of at most 100 characters.")
	}
	return Name{hide(clean)}, nil
}

// line normalises s and tells whether it is a line of at most so many characters that anyone can see.
func line(s string, charactersMax int) (string, bool) {
	// The bytes are bounded first: normalising 10 kB to refuse it is work for nothing.
	if len(s) > charactersMax*utf8.UTFMax*2 || !utf8.ValidString(s) {
		return "", false
	}
	var b strings.Builder
	marks, before := 0, ' '
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.Is(unicode.Zs, r):
			r = ' '
		case r == zeroWidthNJ || r == zeroWidthJ:
			if !unicode.In(before, unicode.L, unicode.M) {
				return "", false
			}
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar || isFiller(r):
			return "", false
		}
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > marksMax {
			return "", false
		}
		before = r
		b.WriteRune(r)
	}
	clean := strings.Trim(b.String(), " ")
	return clean, utf8.RuneCountInString(clean) <= charactersMax
}

// isFiller finds letters that show nothing: a name of these would be an empty label.
func isFiller(r rune) bool {
	return r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800'
}
