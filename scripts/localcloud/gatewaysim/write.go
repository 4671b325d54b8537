package gatewaysim

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// Write is a value of our own as json.MarshalIndent writes it, with two spaces for each level, for line "\n"; or, if line
// is "", as json.Marshal does. Every answer and every event is written here, and encoding/json takes five times as long for
// maps. Under the lock.
func (c *Core) Write(value any, line string) []byte {
	c.scratch = appendJSON(c.scratch[:0], value, line)
	return append(make([]byte, 0, len(c.scratch)+1), c.scratch...)
}

// appendJSON writes a value; line is what begins a new line at its level, "" writes all in one.
func appendJSON(to []byte, value any, line string) []byte {
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
		return appendObject(to, v, line)
	case []Object:
		return appendList(to, v, line)
	case []string:
		return appendList(to, v, line)
	case []any:
		return appendList(to, v, line)
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

func appendObject(to []byte, o Object, line string) []byte {
	if o == nil {
		return append(to, "null"...)
	}
	var few [64]string
	names := few[:0]
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
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
		to = appendJSON(to, o[name], inner)
	}
	if len(names) > 0 {
		to = append(to, line...)
	}
	return append(to, '}')
}

func appendList[T any](to []byte, list []T, line string) []byte {
	if list == nil {
		return append(to, "null"...)
	}
	to = append(to, '[')
	inner := deeper(line)
	for i, each := range list {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendJSON(append(to, inner...), each, inner)
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
