package apigw

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Body is a request's body as JSON that was read strictly. It holds personal data: never log it.
type Body struct{ root node }

// node is one JSON value.
type node struct {
	is      kind
	text    string // A string's value; a number as it was written.
	names   []string
	members []node // An object's values in the order of names; an array's elements.
}

type kind byte

const (
	null kind = iota
	boolean
	number
	text
	array
	object
)

// Limits on what a body may make us keep. The deepest request of the API has four levels.
const (
	depthMax   = 32
	membersMax = 1024 // In one object.
)

// Parse reads one JSON value by RFC 8259. Unlike encoding/json it refuses repeated members, bytes that are not UTF-8,
// halves of surrogate pairs, and more than 32 levels. Errors: fault.Unreadable, invalid_encoding or invalid_json.
func Parse(raw []byte) (*Body, error) {
	if !readable(raw) {
		return nil, invalidEncoding()
	}
	p := parser{in: raw}
	p.space()
	root, ok := p.value(depthMax)
	p.space()
	switch {
	case p.brokenText:
		return nil, invalidEncoding()
	case !ok, p.at != len(raw):
		return nil, invalidJSON()
	}
	return &Body{root}, nil
}

type parser struct {
	in         []byte
	at         int
	brokenText bool // Half a surrogate pair was written by an escape.
}

func (p *parser) space() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// take steps over c if it comes next.
func (p *parser) take(c byte) bool {
	if p.at < len(p.in) && p.in[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) word(w string) bool {
	if len(p.in)-p.at < len(w) || string(p.in[p.at:p.at+len(w)]) != w {
		return false
	}
	p.at += len(w)
	return true
}

func (p *parser) value(depth int) (node, bool) {
	if p.at == len(p.in) {
		return node{}, false
	}
	switch c := p.in[p.at]; c {
	case '{', '[':
		p.at++
		if depth == 0 {
			return node{}, false
		}
		if c == '{' {
			return p.object(depth - 1)
		}
		return p.array(depth - 1)
	case '"':
		p.at++
		s, ok := p.text()
		return node{is: text, text: s}, ok
	case 't':
		return node{is: boolean, text: "true"}, p.word("true")
	case 'f':
		return node{is: boolean, text: "false"}, p.word("false")
	case 'n':
		return node{is: null, text: "null"}, p.word("null")
	default:
		return p.number()
	}
}

func (p *parser) array(depth int) (node, bool) {
	n := node{is: array}
	p.space()
	if p.take(']') {
		return n, true
	}
	for {
		p.space()
		each, ok := p.value(depth)
		if !ok {
			return n, false
		}
		n.members = append(n.members, each)
		p.space()
		if p.take(']') {
			return n, true
		}
		if !p.take(',') {
			return n, false
		}
	}
}

func (p *parser) object(depth int) (node, bool) {
	n := node{is: object}
	p.space()
	if p.take('}') {
		return n, true
	}
	seen := map[string]struct{}{}
	for {
		p.space()
		if !p.take('"') {
			return n, false
		}
		name, ok := p.text()
		_, repeated := seen[name]
		if !ok || repeated || len(seen) == membersMax {
			return n, false
		}
		seen[name] = struct{}{}
		p.space()
		if !p.take(':') {
			return n, false
		}
		p.space()
		each, ok := p.value(depth)
		if !ok {
			return n, false
		}
		n.names, n.members = append(n.names, name), append(n.members, each)
		p.space()
		if p.take('}') {
			return n, true
		}
		if !p.take(',') {
			return n, false
		}
	}
}

func (p *parser) number() (node, bool) {
	begin := p.at
	p.take('-')
	if !p.take('0') && !p.digits() {
		return node{}, false
	}
	if p.take('.') && !p.digits() {
		return node{}, false
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return node{}, false
		}
	}
	return node{is: number, text: string(p.in[begin:p.at])}, true
}

func (p *parser) digits() bool {
	begin := p.at
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' {
		p.at++
	}
	return p.at > begin
}

// text reads a string behind its opening quote.
func (p *parser) text() (string, bool) {
	begin := p.at
	for p.at < len(p.in) && p.in[p.at] != '"' && p.in[p.at] != '\\' && p.in[p.at] >= ' ' {
		p.at++
	}
	if p.take('"') {
		return string(p.in[begin : p.at-1]), true
	}
	out := append([]byte(nil), p.in[begin:p.at]...)
	for p.at < len(p.in) {
		c := p.in[p.at]
		p.at++
		switch {
		case c == '"':
			return string(out), true
		case c < ' ':
			return "", false
		case c != '\\':
			out = append(out, c)
		default:
			r, ok := p.escape()
			if !ok {
				return "", false
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return "", false
}

func (p *parser) escape() (rune, bool) {
	if p.at == len(p.in) {
		return 0, false
	}
	c := p.in[p.at]
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return p.unicode()
	}
	return 0, false
}

func (p *parser) unicode() (rune, bool) {
	r, ok := p.hex()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	if !p.word(`\u`) {
		p.brokenText = true
		return 0, false
	}
	low, ok := p.hex()
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		p.brokenText = p.brokenText || ok
		return 0, false
	}
	return r, ok
}

func (p *parser) hex() (rune, bool) {
	if len(p.in)-p.at < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(string(p.in[p.at:p.at+4]), 16, 16)
	p.at += 4
	return rune(v), err == nil
}
