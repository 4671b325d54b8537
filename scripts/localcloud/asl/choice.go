package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// rule is one choice, or a part of one. Empty op: And, Or or Not of the inner rules.
type rule struct {
	next     string
	kind     string // "And", "Or", "Not", or ""
	inner    []rule
	variable expression
	op       string
	want     any
	wantPath expression
}

// parseRule reads a choice rule; top rules have a Next, inner ones have none.
func parseRule(source map[string]any, top bool) (rule, error) {
	var r rule
	fields := map[string]any{}
	for k, v := range source {
		fields[k] = v
	}
	next, hasNext := fields["Next"].(string)
	if hasNext != top {
		return r, errors.New("the field Next belongs on the outermost rule, and only there")
	}
	r.next = next
	delete(fields, "Next")
	delete(fields, "Comment")
	variable, compares := fields["Variable"].(string)
	delete(fields, "Variable")
	if len(fields) != 1 {
		return r, errors.New("wants exactly one comparison")
	}
	for op, want := range fields {
		if compares {
			return r.comparison(variable, op, want)
		}
		return r.boolean(op, want)
	}
	return r, nil
}

func (r rule) boolean(op string, want any) (rule, error) {
	r.kind = op
	list, ok := want.([]any)
	if op == "Not" {
		list, ok = []any{want}, true
	}
	if !ok || len(list) == 0 || (op != "And" && op != "Or" && op != "Not") {
		return r, fmt.Errorf("%s is no comparison without a Variable", op)
	}
	for _, each := range list {
		m, ok := each.(map[string]any)
		if !ok {
			return r, fmt.Errorf("%s wants rules", op)
		}
		inner, err := parseRule(m, false)
		if err != nil {
			return r, err
		}
		r.inner = append(r.inner, inner)
	}
	return r, nil
}

func (r rule) comparison(variable, op string, want any) (rule, error) {
	p, err := parsePath(variable)
	if err != nil {
		return r, err
	}
	r.variable, r.op, r.want = p, op, want
	if base, isPath := strings.CutSuffix(op, "Path"); isPath {
		text, _ := want.(string)
		other, err := parsePath(text)
		if err != nil {
			return r, err
		}
		r.op, r.wantPath = base, other
	}
	family, sign := split(r.op)
	if family == "" || (family == "Is" && r.wantPath != nil) {
		return r, fmt.Errorf("unknown comparison %s", op)
	}
	if r.wantPath != nil {
		return r, nil
	}
	if _, ok := want.(bool); family == "Is" && !ok {
		return r, fmt.Errorf("%s wants true or false", op)
	}
	if family != "Is" && sign != "Matches" && !fitsFamily(family, want) {
		return r, fmt.Errorf("%s cannot compare with that", op)
	}
	if pattern, isText := want.(string); sign == "Matches" && !isText {
		return r, fmt.Errorf("%s wants a text, not %v", op, pattern)
	}
	return r, nil
}

// split takes a comparison apart: its type and its sign.
func split(op string) (family, sign string) {
	switch op {
	case "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp":
		return "Is", op
	case "BooleanEquals":
		return "Boolean", "Equals"
	case "StringMatches":
		return "String", "Matches"
	}
	for _, family := range [...]string{"String", "Numeric", "Timestamp"} {
		sign, ok := strings.CutPrefix(op, family)
		switch {
		case !ok:
		case sign == "Equals", sign == "LessThan", sign == "GreaterThan", sign == "LessThanEquals", sign == "GreaterThanEquals":
			return family, sign
		}
	}
	return "", ""
}

// holds decides the rule. An error when the variable names nothing, as the language has it.
func (r rule) holds(s scope) (bool, error) {
	switch r.kind {
	case "And", "Or":
		for _, inner := range r.inner {
			ok, err := inner.holds(s)
			if err != nil || ok == (r.kind == "Or") {
				return ok, err
			}
		}
		return r.kind == "And", nil
	case "Not":
		ok, err := r.inner[0].holds(s)
		return !ok, err
	}
	value, err := r.variable.eval(s)
	if r.op == "IsPresent" {
		return (err == nil) == r.want.(bool), nil
	}
	if err != nil {
		return false, &failure{errRuntime, "the variable of a choice names nothing in the input"}
	}
	want := r.want
	if r.wantPath != nil {
		if want, err = r.wantPath.eval(s); err != nil {
			return false, &failure{errRuntime, "the path of a choice names nothing in the input"}
		}
	}
	family, sign := split(r.op)
	switch {
	case family == "Is":
		return is(sign, value) == want.(bool), nil
	case sign == "Matches":
		return wildcard(value, want), nil
	case family == "Boolean":
		a, okA := value.(bool)
		b, okB := want.(bool)
		return okA && okB && a == b, nil
	}
	order, ok := compare(family, value, want)
	return ok && inOrder(sign, order), nil
}

func is(kind string, v any) bool {
	switch kind {
	case "IsNull":
		return v == nil
	case "IsNumeric":
		_, ok := v.(json.Number)
		return ok
	case "IsString":
		_, ok := v.(string)
		return ok
	case "IsBoolean":
		_, ok := v.(bool)
		return ok
	}
	return fitsFamily("Timestamp", v)
}

func fitsFamily(family string, v any) bool {
	if family == "Boolean" {
		_, ok := v.(bool)
		return ok
	}
	_, ok := compare(family, v, v)
	return ok
}

// compare orders two values of a type; false if one of them is of another type.
func compare(family string, a, b any) (int, bool) {
	if family == "Numeric" {
		x, okX := rational(a)
		y, okY := rational(b)
		if !okX || !okY {
			return 0, false
		}
		return x.Cmp(y), true
	}
	x, okX := a.(string)
	y, okY := b.(string)
	if !okX || !okY {
		return 0, false
	}
	if family == "String" {
		return strings.Compare(x, y), true
	}
	t, errT := parseTime(x)
	u, errU := parseTime(y)
	return t.Compare(u), errT == nil && errU == nil
}

func inOrder(sign string, order int) bool {
	switch sign {
	case "Equals":
		return order == 0
	case "LessThan":
		return order < 0
	case "LessThanEquals":
		return order <= 0
	case "GreaterThan":
		return order > 0
	}
	return order >= 0
}

// wildcard is StringMatches: * is any run of signs, \\ takes the next sign as it is.
func wildcard(value, pattern any) bool {
	s, okS := value.(string)
	p, okP := pattern.(string)
	if !okS || !okP {
		return false
	}
	return glob(p, s)
}

func glob(p, s string) bool {
	for p != "" {
		switch {
		case p[0] == '*':
			for i := 0; i <= len(s); i++ {
				if glob(p[1:], s[i:]) {
					return true
				}
			}
			return false
		case p[0] == '\\' && len(p) > 1:
			p = p[1:]
		}
		if s == "" || s[0] != p[0] {
			return false
		}
		p, s = p[1:], s[1:]
	}
	return s == ""
}

// rational is a number exactly. Numbers too long to be meant are none.
func rational(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok || len(n) > 64 {
		return nil, false
	}
	if i := strings.IndexAny(n.String(), "eE"); i >= 0 && len(n)-i > 4 {
		return nil, false
	}
	return new(big.Rat).SetString(n.String())
}

// whole is a whole number.
func whole(v any) (int64, bool) {
	r, ok := rational(v)
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}

// parseTime reads a timestamp of the language: RFC 3339 with capital T and Z.
func parseTime(text string) (time.Time, error) { return time.Parse(time.RFC3339, text) }
