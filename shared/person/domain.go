package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	domainBytesMax = 253 // RFC 1035 §2.3.4, less the root's dot.
	labelBytesMax  = 63
	acePrefix      = "xn--" // RFC 5890 §2.3.2.1.
)

// asciiDomain gives a domain's ASCII form in lower case, and whether it is one: two labels at least, letters, digits
// and inner hyphens, a last label that is no number, and no mixture of scripts that only look-alikes have.
func asciiDomain(s string) (string, bool) {
	if s == "" || len(s) > domainBytesMax || !utf8.ValidString(s) {
		return "", false
	}
	labels := strings.Split(norm.NFC.String(strings.ToLower(norm.NFKC.String(s))), ".")
	if len(labels) < 2 {
		return "", false
	}
	seen := make(map[string]bool)
	for i, l := range labels {
		plain, ok := unicodeLabel(l)
		if !ok || !addScripts(seen, plain) {
			return "", false
		}
		if labels[i], ok = asciiLabel(plain); !ok || len(labels[i]) > labelBytesMax {
			return "", false
		}
	}
	last := labels[len(labels)-1]
	ascii := strings.Join(labels, ".")
	return ascii, strings.ContainsFunc(last, isASCIILetter) && len(ascii) <= domainBytesMax && !isLookAlike(seen)
}

// unicodeLabel reads a label in either form. An ASCII form must be the one that this label has, or one domain would
// have two spellings.
func unicodeLabel(l string) (string, bool) {
	coded, isCoded := strings.CutPrefix(l, acePrefix)
	if !isCoded {
		return l, true
	}
	plain, ok := punycodeDecode(coded)
	if !ok || !norm.NFC.IsNormalString(plain) || strings.ToLower(plain) != plain {
		return "", false
	}
	again, ok := asciiLabel(plain)
	return plain, ok && again == l
}

// asciiLabel writes a label in its ASCII form.
func asciiLabel(l string) (string, bool) {
	if l == "" || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") || strings.ContainsFunc(l, notInLabel) {
		return "", false
	}
	if !strings.ContainsFunc(l, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return l, true
	}
	first, _ := utf8.DecodeRuneInString(l)
	if unicode.Is(unicode.M, first) {
		return "", false
	}
	coded, ok := punycodeEncode(l)
	return acePrefix + coded, ok
}

func notInLabel(r rune) bool {
	if r < utf8.RuneSelf {
		return r != '-' && !isASCIIDigit(r) && (r < 'a' || r > 'z')
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) || isFiller(r)
}

// companions are the scripts that are written together in one word. Any other pair in one label is a look-alike.
var companions = [...][]string{
	{"Han", "Hiragana", "Katakana"},
	{"Han", "Hangul"},
	{"Han", "Bopomofo"},
}

// lookAlikes have letters that look like Latin ones. Beside Latin, even in another label, they are refused.
var lookAlikes = [...]string{"Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic"}

// addScripts notes the label's scripts and tells whether they belong together.
func addScripts(seen map[string]bool, label string) bool {
	own := make(map[string]bool)
	for _, r := range label {
		if script := scriptOf(r); script != "" {
			own[script], seen[script] = true, true
		}
	}
	if len(own) < 2 {
		return true
	}
	for _, set := range companions {
		inSet := 0
		for _, script := range set {
			if own[script] {
				inSet++
			}
		}
		if inSet == len(own) {
			return true
		}
	}
	return false
}

func isLookAlike(seen map[string]bool) bool {
	for _, script := range lookAlikes {
		if seen["Latin"] && seen[script] {
			return true
		}
	}
	return false
}

// scriptOf is the name of r's script, "" for what all scripts share: digits, hyphen, accents.
func scriptOf(r rune) string {
	switch {
	case isASCIILetter(r):
		return "Latin"
	case r < utf8.RuneSelf:
		return ""
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}
