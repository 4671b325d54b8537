package order

import (
	"bytes"
	"slices"
)

// stored is an order's members as last stored, in the order of their names; those that this version does not know included.
// Names and values are as they are written in JSON, and share the bytes that they were read from.
//
// Every change of every order is taken apart and put together here. encoding/json does both too, at ten times the price: it
// checks and copies each value again, right after the order itself was read or written.
type stored []member

type member struct{ name, value []byte }

// split takes an object apart that encoding/json has read or written: what is no valid JSON does not come here.
func split(object []byte) stored {
	out := make(stored, 0, 32)
	for at := bytes.IndexByte(object, '"'); at >= 0; {
		var m member
		m.name = object[at+1 : quoted(object, at)]
		at += len(m.name) + 2
		at += bytes.IndexByte(object[at:], ':') + 1
		end := valueEnd(object, at)
		m.value = bytes.TrimSpace(object[at:end])
		out = append(out, m)
		if at = bytes.IndexByte(object[end:], '"'); at >= 0 {
			at += end
		}
	}
	slices.SortFunc(out, func(a, b member) int { return bytes.Compare(a.name, b.name) })
	return out
}

// quoted gives where the text that begins at from ends: the place of its closing quote.
func quoted(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}

// valueEnd gives where a member's value ends: at the comma or the bracket behind it.
func valueEnd(text []byte, from int) int {
	depth := 0
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = quoted(text, i)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// encode puts the members together.
func (s stored) encode() []byte {
	size := len("{}")
	for _, m := range s {
		size += len(m.name) + len(m.value) + len(`"":,`)
	}
	out := append(make([]byte, 0, size), '{')
	for i, m := range s {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(append(out, '"'), m.name...), `":`...), m.value...)
	}
	return append(out, '}')
}

// find gives the place of a member, or where it would stand.
func (s stored) find(name []byte) (int, bool) {
	return slices.BinarySearchFunc(s, name, func(m member, name []byte) int { return bytes.Compare(m.name, name) })
}

// get is a member's value; nil if it is not there.
func (s stored) get(name []byte) []byte {
	if at, there := s.find(name); there {
		return s[at].value
	}
	return nil
}

// with is the members with one more, or with another value of it. It changes s: only for members that nobody else has.
func (s stored) with(name, value []byte) stored {
	at, there := s.find(name)
	if there {
		s[at].value = value
		return s
	}
	return slices.Insert(s, at, member{name, value})
}
