// Package pattern matches events against EventBridge patterns, as Lambda's event filters use them.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
package pattern

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Pattern is a compiled pattern.
type Pattern struct{ fields []field }

type field struct {
	name  string
	inner *Pattern   // for an object
	any   []matcher  // for a list: one of them
	or    []*Pattern // for $or
}

// matcher decides about the value at a place; there is false when nothing is there.
type matcher func(value any, there bool) bool

// Compile reads a pattern. The error names what is not understood, so that no filter lets through by mistake.
func Compile(source string) (*Pattern, error) {
	v, err := decode([]byte(source))
	if err != nil {
		return nil, fmt.Errorf("pattern: %w", err)
	}
	return object(v, "pattern")
}

// Match tells whether the JSON event fits. What is not JSON never does.
func (p *Pattern) Match(event []byte) bool {
	v, err := decode(event)
	return err == nil && p.match(v)
}

// Object is an object of an event that finds its members when it is asked for them, so that an event need not be written as
// JSON to be matched. Values are those that encoding/json gives, with numbers as json.Number, or an Object again.
type Object interface {
	Member(name string) (value any, there bool)
}

// Fits tells whether an event fits as Match would say of its JSON.
func (p *Pattern) Fits(event Object) bool { return p.match(event) }

func decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

func object(v any, path string) (*Pattern, error) {
	m, ok := v.(map[string]any)
	if !ok || len(m) == 0 {
		return nil, fmt.Errorf("%s: not an object with fields", path)
	}
	p := new(Pattern)
	for name, want := range m {
		f, err := compileField(name, want, path+"."+name)
		if err != nil {
			return nil, err
		}
		p.fields = append(p.fields, f)
	}
	return p, nil
}

func compileField(name string, want any, path string) (field, error) {
	f := field{name: name}
	list, isList := want.([]any)
	if !isList {
		inner, err := object(want, path)
		f.inner = inner
		return f, err
	}
	if len(list) == 0 {
		return f, fmt.Errorf("%s: an empty list matches nothing", path)
	}
	for i, each := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if name == "$or" {
			one, err := object(each, at)
			if err != nil {
				return f, err
			}
			f.or = append(f.or, one)
			continue
		}
		one, err := leaf(each, at)
		if err != nil {
			return f, err
		}
		f.any = append(f.any, one)
	}
	return f, nil
}

func (p *Pattern) match(v any) bool {
	for _, f := range p.fields {
		if !f.match(v) {
			return false
		}
	}
	return true
}

func (f field) match(outer any) bool {
	if f.or != nil {
		for _, p := range f.or {
			if p.match(outer) {
				return true
			}
		}
		return false
	}
	value, there := member(outer, f.name)
	if f.inner != nil {
		return f.inner.match(value)
	}
	for _, fits := range f.any {
		if list, ok := value.([]any); ok { // A list in the event fits if one of its elements does.
			for _, each := range list {
				if fits(each, true) {
					return true
				}
			}
		} else if fits(value, there) {
			return true
		}
	}
	return false
}

// member finds a member of an object; what is no object has none.
func member(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		value, there := v[name]
		return value, there
	case Object:
		return v.Member(name)
	}
	return nil, false
}

func leaf(want any, path string) (matcher, error) {
	m, ok := want.(map[string]any)
	if !ok {
		return func(v any, there bool) bool { return there && equal(v, want) }, nil
	}
	if len(m) != 1 {
		return nil, fmt.Errorf("%s: not one operator", path)
	}
	for op, arg := range m {
		return operator(op, arg, path)
	}
	return nil, nil
}

func operator(op string, arg any, path string) (matcher, error) {
	text, isText := arg.(string)
	switch op {
	case "exists":
		if want, ok := arg.(bool); ok {
			return func(_ any, there bool) bool { return there == want }, nil
		}
	case "prefix", "suffix", "equals-ignore-case", "wildcard":
		if isText {
			return func(v any, there bool) bool {
				s, ok := v.(string)
				return there && ok && textFits(op, s, text)
			}, nil
		}
	case "anything-but":
		return anythingBut(arg, path)
	case "numeric":
		return numeric(arg, path)
	}
	return nil, fmt.Errorf("%s: operator %q with this argument is not known here", path, op)
}

func textFits(op, s, want string) bool {
	switch op {
	case "prefix":
		return strings.HasPrefix(s, want)
	case "suffix":
		return strings.HasSuffix(s, want)
	case "wildcard":
		return wildcard(s, strings.Split(want, "*"))
	}
	return strings.EqualFold(s, want)
}

func wildcard(s string, parts []string) bool {
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(s, part)
		}
		at := strings.Index(s, part)
		if at < 0 {
			return false
		}
		s = s[at+len(part):]
	}
	return s == ""
}

func anythingBut(arg any, path string) (matcher, error) {
	list, ok := arg.([]any)
	if !ok {
		list = []any{arg}
	}
	not := make([]matcher, len(list))
	for i, each := range list {
		one, err := leaf(each, path)
		if err != nil {
			return nil, err
		}
		not[i] = one
	}
	return func(v any, there bool) bool {
		for _, fits := range not {
			if fits(v, there) {
				return false
			}
		}
		return there
	}, nil
}
