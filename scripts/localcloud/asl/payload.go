package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// scope is what paths and intrinsics see.
type scope struct {
	input   any
	context func() map[string]any // Few paths go through it.
	random  func() float64
	newID   func() string
}

// expression is a path or an intrinsic function.
type expression interface {
	eval(scope) (any, error)
}

func (p path) eval(s scope) (any, error) {
	root := s.input
	if p.context {
		root = s.context()
	}
	v, ok := p.get(root)
	if !ok {
		return nil, &failure{errParameter, "a path names nothing in the input"}
	}
	return v, nil
}

// parseExpression reads a path or a call like States.Format(…).
func parseExpression(text string) (expression, error) {
	if strings.HasPrefix(text, "$") {
		return parsePath(text)
	}
	c := &calls{rest: text}
	e, err := c.call()
	if err == nil && strings.TrimSpace(c.rest) != "" {
		err = fmt.Errorf("%q goes on behind its end", text)
	}
	return e, err
}

// checkTemplate reads every expression of a payload template.
func checkTemplate(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			inner := v[key]
			if !strings.HasSuffix(key, ".$") {
				if err := checkTemplate(inner); err != nil {
					return err
				}
				continue
			}
			text, ok := inner.(string)
			if !ok {
				return fmt.Errorf("%s is not a path", key)
			}
			if _, err := parseExpression(text); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range v {
			if err := checkTemplate(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill replaces every "name.$": "expression" by "name": value.
func fill(template any, s scope) (any, error) {
	switch template := template.(type) {
	case map[string]any:
		out := make(map[string]any, len(template))
		for _, key := range sortedKeys(template) {
			name, computed := strings.CutSuffix(key, ".$")
			if !computed {
				value, err := fill(template[key], s)
				if err != nil {
					return nil, err
				}
				out[key] = value
				continue
			}
			text, _ := template[key].(string)
			e, err := parseExpression(text)
			if err != nil {
				return nil, &failure{errRuntime, err.Error()}
			}
			value, err := e.eval(s)
			if err != nil {
				return nil, err
			}
			out[name] = value
		}
		return out, nil
	case []any:
		out := make([]any, len(template))
		for i, each := range template {
			value, err := fill(each, s)
			if err != nil {
				return nil, err
			}
			out[i] = value
		}
		return out, nil
	}
	return template, nil
}

// decode reads JSON with numbers as they are written.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return v, nil
}

// encode writes a value; values come from JSON, so it cannot fail.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSpace(b.Bytes())
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
