package address

import "strings"

// postalCode gives s in the country's form, and whether it has one of the country's patterns. Where the country
// writes a space or hyphen, people leave it out or type another: separators are dropped before comparing and put
// back where the pattern has them.
func (f format) postalCode(country, s string) (string, bool) {
	typed := bare(s)
	switch f.postal {
	case "":
		return "", false // This country has no postal codes: it is another country's.
	case anyPostal:
		return strings.ToUpper(s), typed != "" && strings.Trim(typed, capitalsAndDigits) == ""
	}
	for _, other := range f.postalOthers {
		if strings.HasPrefix(typed, other) {
			return "", false
		}
	}
	for pattern := range strings.SplitSeq(f.postal, "|") {
		for _, candidate := range f.candidates(country, typed) {
			if code, ok := fill(pattern, candidate); ok {
				return code, true
			}
		}
	}
	return "", false
}

const capitalsAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// candidates are the ways to read what was typed: as it is, with the letters that people leave out, and without
// those of the country that people put in front: "D-10117", "AT-1010".
func (f format) candidates(country, typed string) []string {
	out := []string{typed, f.postalLead + typed}
	for _, prefix := range append([]string{country}, f.postalPrefixes...) {
		if rest, ok := strings.CutPrefix(typed, prefix); ok {
			out = append(out, rest)
		}
	}
	return out
}

// fill writes typed into the pattern: # takes a digit, @ a letter, * either, & a letter of Canada's
// codes, ^ one that begins them; a space or a
// hyphen is put in; anything else must be there.
func fill(pattern, typed string) (string, bool) {
	var out strings.Builder
	for i := range len(pattern) {
		want := pattern[i]
		if want == ' ' || want == '-' {
			out.WriteByte(want)
			continue
		}
		if typed == "" || !takes(want, typed[0]) {
			return "", false
		}
		out.WriteByte(typed[0])
		typed = typed[1:]
	}
	return out.String(), typed == ""
}

func takes(want, have byte) bool {
	isDigit, isLetter := have >= '0' && have <= '9', have >= 'A' && have <= 'Z'
	switch want {
	case '#':
		return isDigit
	case '@':
		return isLetter
	case '*':
		return isDigit || isLetter
	case '&':
		return isLetter && !strings.ContainsRune("DFIOQU", rune(have)) // Too like 0, E, 1, 0, 0, V.
	case '^':
		return takes('&', have) && have != 'W' && have != 'Z'
	default:
		return want == have
	}
}

// bare drops separators and the Japanese postal mark, folds full-width digits and letters, and makes capitals.
func bare(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if !strings.ContainsRune(" -‐‑‒–—―−ー〒.", r) {
			out.WriteRune(r)
		}
	}
	return strings.ToUpper(out.String())
}
