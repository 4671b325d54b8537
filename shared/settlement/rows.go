package settlement

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// linesMax is over how many lines one row may go, by line ends inside quotation marks.
const linesMax = 16

// line is one line of a file; one that is too long has no text.
type line struct {
	text    string
	n       int
	tooLong bool
}

// rows cuts a CSV file into rows. Unlike encoding/csv it never takes more than linesMax lines for one: a quotation mark that
// nothing closes costs its own line, not the rest of the file.
type rows struct {
	in    *bufio.Reader
	back  []line // Lines to be read again.
	n     int
	comma byte
	spent bool
	fits  func([]string) bool // Tells whether fields read over several lines make a row.
}

// row is one row: its fields, or what is wrong with it.
type row struct {
	fields []string
	line   int
	bad    string
}

func newRows(r io.Reader) *rows {
	in := bufio.NewReaderSize(r, lineBytesMax)
	if begin, err := in.Peek(3); err == nil && bytes.Equal(begin, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3) // What was peeked at is there.
	}
	return &rows{in: in, fits: func([]string) bool { return true }}
}

// line reads the next line without its end. At the end of the file it gives io.EOF.
func (r *rows) nextLine() (line, error) {
	if len(r.back) > 0 {
		first := r.back[0]
		r.back = r.back[1:]
		return first, nil
	}
	if r.spent {
		return line{}, io.EOF
	}
	text, err := r.in.ReadSlice('\n')
	r.n++
	l := line{text: string(text), n: r.n}
	for errors.Is(err, bufio.ErrBufferFull) {
		l.tooLong, l.text = true, ""
		_, err = r.in.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) {
		r.spent, err = true, nil
		if l.text == "" && !l.tooLong {
			return line{}, io.EOF
		}
	}
	l.text = strings.TrimSuffix(strings.TrimSuffix(l.text, "\n"), "\r")
	return l, err
}

// next reads the next row that is not empty. At the end of the file it gives io.EOF; another error is the reader's.
func (r *rows) next() (row, error) {
	for {
		first, err := r.nextLine()
		if err != nil {
			return row{}, err
		}
		if first.tooLong {
			return row{line: first.n, bad: LineTooLong}, nil
		}
		if strings.TrimSpace(first.text) == "" {
			continue
		}
		if r.comma == 0 {
			r.comma = delimiter(first.text)
		}
		return r.join(first)
	}
}

// join takes further lines to the first for as long as a quotation mark is open. If that leads nowhere, the first line alone is bad and
// the others are read again.
func (r *rows) join(first line) (row, error) {
	text, taken := first.text, []line(nil)
	for {
		fields, bad := split(text, r.comma)
		if bad == "" && (len(taken) == 0 || r.fits(fields)) {
			return row{fields: fields, line: first.n}, nil
		}
		if bad == QuoteOpen && len(taken) < linesMax-1 && len(text) < lineBytesMax {
			more, err := r.nextLine()
			if err == nil && !more.tooLong {
				taken = append(taken, more)
				text += "\n" + more.text
				continue
			}
			if err == nil {
				taken = append(taken, more)
			} else if !errors.Is(err, io.EOF) {
				return row{}, err
			}
		}
		r.back = append(taken, r.back...)
		if len(taken) > 0 {
			bad = QuoteOpen
		}
		return row{line: first.n, bad: bad}, nil
	}
}

// delimiter is what stands between the fields of a line, by what it has most of outside quotation marks.
func delimiter(text string) byte {
	quoted := false
	var commas, tabs, semicolons int
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			commas++
		case c == '\t':
			tabs++
		case c == ';':
			semicolons++
		}
	}
	switch {
	case tabs > commas && tabs >= semicolons:
		return '\t'
	case semicolons > commas:
		return ';'
	default:
		return ','
	}
}

// split cuts a row into its fields, as RFC 4180 says. bad is "" or a code.
func split(text string, comma byte) (fields []string, bad string) {
	for i := 0; ; {
		if i < len(text) && text[i] == '"' {
			field, next, closed := quoted(text, i+1)
			if !closed {
				return nil, QuoteOpen
			}
			if next < len(text) && text[next] != comma {
				return nil, QuoteStray
			}
			fields, i = append(fields, field), next
		} else {
			end := strings.IndexByte(text[i:], comma)
			if end < 0 {
				end = len(text) - i
			}
			field := text[i : i+end]
			if strings.IndexByte(field, '"') >= 0 {
				return nil, QuoteStray
			}
			fields, i = append(fields, field), i+end
		}
		if i >= len(text) {
			return clean(fields)
		}
		i++ // The comma.
	}
}

// quoted reads a field from behind its opening quotation mark; next is behind the closing one.
func quoted(text string, from int) (field string, next int, closed bool) {
	var b strings.Builder
	for i := from; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		b.WriteString(text[from:i])
		if i+1 >= len(text) || text[i+1] != '"' {
			return b.String(), i + 1, true
		}
		b.WriteByte('"')
		i++
		from = i + 1
	}
	return "", len(text), false
}

// clean trims fields and refuses what is no text.
func clean(fields []string) ([]string, string) {
	for i, f := range fields {
		if !utf8.ValidString(f) || strings.IndexByte(f, 0) >= 0 {
			return nil, TextInvalid
		}
		fields[i] = strings.TrimSpace(f)
	}
	return fields, ""
}

// columns says where a header's columns are, by their names in lower case with single spaces: PayPal writes "Transaction  Debit or
// Credit" with two.
type columns map[string]int

func columnsOf(header []string) columns {
	c := make(columns, len(header))
	for i, name := range header {
		name = strings.ToLower(strings.Join(strings.Fields(name), " "))
		if _, again := c[name]; !again && name != "" {
			c[name] = i
		}
	}
	return c
}

// have tells whether all these columns are there.
func (c columns) have(names ...string) bool {
	for _, name := range names {
		if _, there := c[name]; !there {
			return false
		}
	}
	return true
}

// of gives a row's field by the first of the names whose column is there; "" without.
func (c columns) of(fields []string, names ...string) string {
	for _, name := range names {
		if i, there := c[name]; there {
			if i < len(fields) {
				return fields[i]
			}
			return ""
		}
	}
	return ""
}

// table reads a file of which the first row names the columns, and gives each to each. Errors: fault.Unreadable if a column that it
// needs is not there.
func (r *rows) table(s *sink, need []string, each func(columns, row) error) error {
	head, err := r.next()
	if err != nil || head.bad != "" || !columnsOf(head.fields).have(need...) {
		return unreadable()
	}
	c, width := columnsOf(head.fields), len(head.fields)
	r.fits = func(fields []string) bool { return len(fields) == width }
	for err = s.passed(); err == nil; {
		var next row
		if next, err = r.next(); errors.Is(err, io.EOF) {
			return nil
		}
		switch {
		case err != nil:
			return unreadable()
		case next.bad != "":
			err = s.bad(next.line, next.bad)
		case len(next.fields) != width:
			err = s.bad(next.line, FieldsMissing)
		default:
			err = each(c, next)
		}
	}
	return err
}
