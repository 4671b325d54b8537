package gatewaysim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Write is a value of our own as json.MarshalIndent writes it, with two spaces for each level, for line "\n"; or, if line
// is "", as json.Marshal does. Every answer and every event is written here, and encoding/json takes five times as long for
// maps. Under the lock.
func (c *Core) Write(value any, line string) []byte {
	if c.shapes == nil {
		c.shapes = shapes{}
	}
	c.scratch = c.shapes.append(c.scratch[:0], value, line)
	return append(make([]byte, 0, len(c.scratch)+1), c.scratch...)
}

// shapes are the sorted names of objects that were written before, by how many they are and the kind that the object says it is: few kinds
// are written again and again.
type shapes map[shape][]string

type shape struct {
	names int
	kind  any
}

// small is how many names are sorted anew each time, as that is quick.
const small = 8

// sorted are the names of an object, in their order, in few if that is enough. The list is not the caller's.
func (s shapes) sorted(o Object, few []string) []string {
	if len(o) <= small {
		for name := range o {
			few = append(few, name)
		}
		slices.Sort(few)
		return few
	}
	at := shape{names: len(o)}
	if kind, is := o["object"].(string); is {
		at.kind = kind
	}
	known, there := s[at]
	if there && !slices.ContainsFunc(known, func(name string) bool { _, has := o[name]; return !has }) {
		return known // As many, and each of them: all.
	}
	names := slices.Sorted(maps.Keys(o))
	s[at] = names
	return names
}

// append writes a value; line is what begins a new line at its level, "" writes all in one.
func (s shapes) append(to []byte, value any, line string) []byte {
	switch v := value.(type) {
	case nil:
		return append(to, "null"...)
	case string:
		return appendText(to, v)
	case bool:
		return strconv.AppendBool(to, v)
	case int:
		return strconv.AppendInt(to, int64(v), 10)
	case int64:
		return strconv.AppendInt(to, v, 10)
	case Object:
		return s.object(to, v, line)
	case []Object:
		return appendList(s, to, v, line)
	case []string:
		return appendList(s, to, v, line)
	case []any:
		return appendList(s, to, v, line)
	case json.RawMessage: // Written here before.
		if line == "" {
			return append(to, v...)
		}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // Of our own types: only a bug can make this fail.
	}
	if line == "" {
		return append(to, raw...)
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, raw, line[1:], "  "); err != nil {
		panic(err) // As above.
	}
	return append(to, lines.Bytes()...)
}

// deeper begins a line one level below.
func deeper(line string) string {
	const most = "\n                                                                "
	switch n := len(line) + 2; {
	case line == "":
		return ""
	case n <= len(most):
		return most[:n]
	default:
		return line + "  "
	}
}

func (s shapes) object(to []byte, o Object, line string) []byte {
	if o == nil {
		return append(to, "null"...)
	}
	var few [small]string
	names := s.sorted(o, few[:0])
	to = append(to, '{')
	inner := deeper(line)
	for i, name := range names {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendText(append(to, inner...), name), ':')
		if line != "" {
			to = append(to, ' ')
		}
		to = s.append(to, o[name], inner)
	}
	if len(names) > 0 {
		to = append(to, line...)
	}
	return append(to, '}')
}

func appendList[T any](s shapes, to []byte, list []T, line string) []byte {
	if list == nil {
		return append(to, "null"...)
	}
	to = append(to, '[')
	inner := deeper(line)
	for i, each := range list {
		if i > 0 {
			to = append(to, ',')
		}
		to = s.append(append(to, inner...), each, inner)
	}
	if len(list) > 0 {
		to = append(to, line...)
	}
	return append(to, ']')
}

// appendText writes a text; what needs escaping the long way.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			raw, err := json.Marshal(text)
			if err != nil {
				panic(err) // A text always marshals.
			}
			return append(to, raw...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}
