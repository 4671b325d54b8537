package payment

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	// lineMax is how many letters of Courier at 9 points fit between the margins of A4: each is 5.4 points wide.
	lineMax = 91
	// pageLines is how many lines of 12 points fit.
	pageLines = 61
	// pagesMax bounds a document. Card networks read few: https://docs.stripe.com/disputes/best-practices
	pagesMax = 12
)

// pdf sets lines in a document of A4 pages, in one of the fonts that every reader has: so nothing is embedded. Lines beyond the last page are left out, and that is said. The same lines give the same bytes.
// ISO 32000-1, 7.5 (file structure), 9.4 (text), annex D.2 (WinAnsiEncoding).
func pdf(lines []string) []byte {
	if most := pagesMax * pageLines; len(lines) > most {
		lines = append(append([]string{}, lines[:most-1]...), "[The rest is left out: there is more than this document may hold.]")
	}
	var pages [][]string
	for len(lines) > pageLines {
		pages, lines = append(pages, lines[:pageLines]), lines[pageLines:]
	}
	pages = append(pages, lines)

	var out bytes.Buffer
	var starts []int
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // Bytes beyond ASCII say that the file is binary.
	object := func(body string) {
		starts = append(starts, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(starts), body)
	}
	const first = 4 // The number of the first page; its text is the next.
	kids := make([]string, len(pages))
	for i := range pages {
		kids[i] = fmt.Sprintf("%d 0 R", first+2*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
	for i, page := range pages {
		text := pageText(page)
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", first+2*i+1))
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(starts)+1)
	for _, at := range starts {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(starts)+1, table)
	return out.Bytes()
}

// pageText sets lines from the top of a page downwards.
func pageText(lines []string) string {
	var out strings.Builder
	out.WriteString("BT\n/F1 9 Tf\n12 TL\n50 790 Td\n")
	for _, line := range lines {
		out.WriteString("(" + pdfString(line) + ") Tj T*\n")
	}
	out.WriteString("ET")
	return out.String()
}

// winAnsi is where WinAnsiEncoding differs from Latin-1, of the letters and signs that names and texts have.
var winAnsi = map[rune]rune{'€': 0x80, '‚': 0x82, '„': 0x84, '…': 0x85, 'Š': 0x8a, 'Œ': 0x8c, 'Ž': 0x8e, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94,
	'•': 0x95, '–': 0x96, '—': 0x97, 'š': 0x9a, 'œ': 0x9c, 'ž': 0x9e, 'Ÿ': 0x9f}

// bare are blocks of Latin letters that the encoding lacks, by the first, each as the letter below its marks: a name stays a name that way.
var bare = [...]struct {
	from    rune
	letters string
}{
	{0x100, "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"},
	{0x1a0, "Oo"},
	{0x1af, "Uu"},
	{0x218, "SsTt"},
	{0x1ea0, "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy"},
}

// glyph is the code of a letter in the font's encoding, 0 for a mark above or below the letter before it, and '?' if there is none.
func glyph(r rune) (code rune, found bool) {
	if code, special := winAnsi[r]; special {
		return code, true
	}
	switch {
	case r >= ' ' && r <= '~', r >= 0xa0 && r <= 0xff:
		return r, true
	case r >= 0x300 && r <= 0x36f:
		return 0, true
	}
	for _, block := range bare {
		if at := int(r - block.from); at >= 0 && at < len(block.letters) {
			return rune(block.letters[at]), true
		}
	}
	return '?', false
}

// pdfString escapes a text, in ASCII.
func pdfString(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch code, _ := glyph(r); {
		case code == 0:
		case code == '(' || code == ')' || code == '\\':
			out.WriteString(`\` + string(code))
		case code <= '~':
			out.WriteRune(code)
		default:
			fmt.Fprintf(&out, `\%03o`, code)
		}
	}
	return out.String()
}
