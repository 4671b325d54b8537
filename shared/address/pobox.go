package address

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// boxWords find a post office box in the languages of countries that have them, after accents, dots and case are
// folded. A number must follow the short ones, since "Box Hill Road" and "BP Street" are places with doors.
var boxWords = regexp.MustCompile(`(^|[ ,;])(` + strings.Join([]string{
	`p ?o ?box`, `post ?office ?box`, `post ?box`, `g ?p ?o ?box`, `locked bag`, `private bag`, `mail ?box \d+`, // English
	`postfach`, `postlagernd`, // German
	`boite postale`, `b ?p ?\d+`, `c ?s ?\d{3,}`, // French
	`casella postale`, `apartado`, `apdo`, `caixa postal`, // Italian, Spanish, Portuguese
	`postbus`, `postboks`, `skrytka pocztowa`, `postilokero`, // Dutch, Danish and Norwegian, Polish, Finnish
}, `|`) + `)($|[ ,;:\d])|^(box|pl) ?\d+$|私書箱|郵政信箱|邮政信箱`)

// IsPOBox tells whether the address is a post office box, where no courier delivers.
func (a Address) IsPOBox() bool { return isBox(a.line1.Text()) || isBox(a.line2.Text()) }

func isBox(line string) bool { return boxWords.MatchString(fold(line)) }

func (p *parser) doorOnly(a Address) {
	const msg = "Must not be a post office box: a courier needs a door."
	if isBox(a.line1.Text()) {
		p.refuse("/line1", msg)
	}
	if isBox(a.line2.Text()) {
		p.refuse("/line2", msg)
	}
}

// fold makes texts comparable: width, accents, case, dots and apostrophes gone.
func fold(s string) string {
	var out strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < '\u3000', r == '.', r == '\'', r == '’', r == '#', r == '-':
			if r == '.' || r == '-' || r == '#' {
				out.WriteByte(' ')
			}
		default:
			out.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}
