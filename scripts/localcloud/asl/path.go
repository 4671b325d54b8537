package asl

import (
	"fmt"
	"strconv"
	"strings"
)

// path is a JSONPath: names, indexes, wildcards and slices. Filters and scripts are not known here.
type path struct {
	context bool // starts at the context object, "$$"
	steps   []step
}

type step struct {
	name  string
	index int
	kind  stepKind
	last  *int // the end of a slice
	deep  bool // ".." before it
}

type stepKind int

const (
	byName stepKind = iota
	byIndex
	byWildcard
	bySlice
)

func parsePath(text string) (path, error) {
	bad := func() (path, error) { return path{}, fmt.Errorf("%q is not a path", text) }
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return bad()
	}
	var p path
	rest, p.context = strings.CutPrefix(rest, "$")
	for rest != "" {
		var s step
		switch {
		case strings.HasPrefix(rest, ".."):
			s.deep, rest = true, rest[1:]
			if strings.HasPrefix(rest, ".[") {
				rest = rest[1:]
			}
		}
		switch {
		case strings.HasPrefix(rest, ".*"):
			s.kind, rest = byWildcard, rest[2:]
		case strings.HasPrefix(rest, "."):
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			s.name, rest = rest[1:1+end], rest[1+end:]
			if s.name == "" || strings.ContainsAny(s.name, " ()?@'\"*") {
				return bad()
			}
		case strings.HasPrefix(rest, "["):
			inner, after, found := cutBracket(rest)
			if !found || !s.bracket(inner) {
				return bad()
			}
			rest = after
		default:
			return bad()
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

// cutBracket splits "[…]rest", minding quotes.
func cutBracket(text string) (inner, rest string, ok bool) {
	if len(text) > 1 && (text[1] == '\'' || text[1] == '"') {
		quote := text[1:2]
		end := strings.Index(text[2:], quote+"]")
		if end < 0 {
			return "", "", false
		}
		return text[1 : 3+end], text[4+end:], true
	}
	inner, rest, ok = strings.Cut(text[1:], "]")
	return inner, rest, ok
}

func (s *step) bracket(inner string) bool {
	if len(inner) > 1 && (inner[0] == '\'' || inner[0] == '"') {
		s.name = inner[1 : len(inner)-1]
		return true
	}
	if inner == "*" {
		s.kind = byWildcard
		return true
	}
	first, last, slice := strings.Cut(inner, ":")
	var err error
	if first != "" || !slice {
		if s.index, err = strconv.Atoi(first); err != nil {
			return false
		}
	}
	if !slice {
		s.kind = byIndex
		return true
	}
	s.kind = bySlice
	if last != "" {
		n, err := strconv.Atoi(last)
		if err != nil {
			return false
		}
		s.last = &n
	}
	return true
}

// definite tells whether the path names one place at most: a reference path.
func (p path) definite() bool {
	for _, s := range p.steps {
		if s.deep || s.kind == byWildcard || s.kind == bySlice {
			return false
		}
	}
	return true
}

// get is what the path names in root; a list of all of it if it may name more than one place. False: nothing is there.
func (p path) get(root any) (any, bool) {
	found := []any{root}
	for _, s := range p.steps {
		var next []any
		for _, v := range found {
			next = append(next, s.from(v)...)
		}
		found = next
	}
	if !p.definite() {
		if found == nil {
			found = []any{}
		}
		return found, true
	}
	if len(found) == 0 {
		return nil, false
	}
	return found[0], true
}

func (s step) from(v any) []any {
	out := s.here(v)
	if s.deep {
		for _, inner := range children(v) {
			out = append(out, s.from(inner)...)
		}
	}
	return out
}

func (s step) here(v any) []any {
	list, _ := v.([]any)
	switch s.kind {
	case byName:
		if m, ok := v.(map[string]any); ok {
			if inner, there := m[s.name]; there {
				return []any{inner}
			}
		}
		return nil
	case byWildcard:
		return children(v)
	case byIndex:
		i := s.index
		if i < 0 {
			i += len(list)
		}
		if i < 0 || i >= len(list) {
			return nil
		}
		return []any{list[i]}
	case bySlice:
		first, last := s.index, len(list)
		if s.last != nil {
			last = *s.last
		}
		if first < 0 {
			first += len(list)
		}
		if last < 0 {
			last += len(list)
		}
		first, last = max(0, first), min(last, len(list))
		if first >= last {
			return nil
		}
		return append([]any{}, list[first:last]...)
	}
	return nil
}

func children(v any) []any {
	switch v := v.(type) {
	case []any:
		return append([]any{}, v...)
	case map[string]any:
		out := make([]any, 0, len(v))
		for _, key := range sortedKeys(v) {
			out = append(out, v[key])
		}
		return out
	}
	return nil
}

// put is root with value at the path; objects on the way are made as needed. Values are never changed in place.
func (p path) put(root, value any) (any, error) {
	return put(root, p.steps, value)
}

func put(root any, steps []step, value any) (any, error) {
	if len(steps) == 0 {
		return value, nil
	}
	s := steps[0]
	if s.kind == byIndex {
		list, ok := root.([]any)
		if !ok || s.index < 0 || s.index >= len(list) {
			return nil, fmt.Errorf("no element %d to put a result into", s.index)
		}
		inner, err := put(list[s.index], steps[1:], value)
		if err != nil {
			return nil, err
		}
		out := append([]any{}, list...)
		out[s.index] = inner
		return out, nil
	}
	m, ok := root.(map[string]any)
	if !ok && root != nil {
		return nil, fmt.Errorf("no object to put %q into", s.name)
	}
	inner, err := put(m[s.name], steps[1:], value)
	if err != nil {
		return nil, err
	}
	out := make(map[string]any, len(m)+1)
	for k, v := range m {
		out[k] = v
	}
	out[s.name] = inner
	return out, nil
}
