package payment

import "strings"

// What a document of evidence is called and is. All gateways take PDF, and none takes plain text.
const (
	DocumentName = "evidence.pdf"
	DocumentKind = "application/pdf"
)

// Document is the evidence as one PDF, for gateways that take files beside texts: all of it, in the order in which people read it. It has at
// most pagesMax pages and some tens of kilobytes, and is personal data as the evidence is: sent, never stored, never logged. nil if there
// is nothing to say.
func (e Evidence) Document() []byte {
	var lines []string
	add := func(title, text string) {
		if text == "" {
			return
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, strings.ToUpper(title), "")
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, wrapped(line, lineMax)...)
		}
	}
	add("What was bought", e.Product)
	add("Who bought it", e.buyer())
	add("How it was delivered", e.Delivery())
	add("What was given back", e.Returned())
	add("What the shop says", e.Statement)
	add("What the shopper was told", e.Messages)
	add("What happened", e.Timeline)
	if len(lines) == 0 {
		return nil
	}
	for _, line := range lines {
		if strings.ContainsFunc(line, unshown) {
			return pdf(append(lines, "", "[Letters that this document cannot show stand as ?. The texts that came with it have them.]"))
		}
	}
	return pdf(lines)
}

// unshown tells whether a document can only show a question mark for a letter.
func unshown(r rune) bool {
	_, found := glyph(r)
	return !found
}

// Unnamed is the evidence without those who bought: for gateways that know them.
func (e Evidence) Unnamed() Evidence {
	e.Name, e.Email, e.Billing, e.Shipping = "", "", "", ""
	return e
}

// buyer is who bought, a fact a line.
func (e Evidence) buyer() string {
	var out []string
	for _, each := range [...][2]string{{"Name", e.Name}, {"E-mail", e.Email}, {"Billing address", e.Billing}, {"Shipping address", e.Shipping}} {
		if each[1] != "" {
			out = append(out, each[0]+": "+each[1])
		}
	}
	return strings.Join(out, "\n")
}

// wrapped breaks a line between words, or within one that is too long.
func wrapped(line string, charactersMax int) []string {
	var out []string
	for rest := []rune(line); ; {
		if len(rest) <= charactersMax {
			return append(out, string(rest))
		}
		at := charactersMax
		for at > charactersMax/2 && rest[at] != ' ' {
			at--
		}
		if rest[at] != ' ' {
			at = charactersMax
		}
		out = append(out, string(rest[:at]))
		if rest = rest[at:]; rest[0] == ' ' {
			rest = rest[1:]
		}
	}
}

// Untaken tells, by the HTTP status of an answer, whether a gateway has refused what was sent with a document, and not for a reason that
// passes or that the document has nothing to do with: then it can be sent without.
func Untaken(status int) bool {
	switch status {
	case 400, 403, 404, 413, 415, 422:
		return true
	default:
		return false
	}
}
