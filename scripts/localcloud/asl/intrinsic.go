package asl

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// call is an intrinsic function with its arguments.
type call struct {
	name string
	args []expression
}

// literal is an argument that stands for itself.
type literal struct{ value any }

func (l literal) eval(scope) (any, error) { return l.value, nil }

// calls parses what is left of an expression.
type calls struct {
	rest  string
	depth int
}

// depthMax is how deep intrinsics may nest, ten at AWS.
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
const depthMax = 10

func (c *calls) call() (expression, error) {
	if c.depth++; c.depth > depthMax {
		return nil, fmt.Errorf("intrinsic functions nested too deep")
	}
	defer func() { c.depth-- }()
	name, rest, ok := strings.Cut(c.rest, "(")
	name = strings.TrimSpace(name)
	if _, known := arity(name); !ok || !known {
		return nil, fmt.Errorf("%q is not a path and no intrinsic known here", c.rest)
	}
	c.rest = rest
	out := call{name: name}
	for {
		c.rest = strings.TrimLeft(c.rest, " ")
		switch {
		case c.rest == "":
			return nil, fmt.Errorf("%s( without )", name)
		case c.rest[0] == ')':
			c.rest = c.rest[1:]
			if least, _ := arity(name); len(out.args) < least {
				return nil, fmt.Errorf("%s wants %d arguments", name, least)
			}
			return out, nil
		case c.rest[0] == ',' && len(out.args) > 0:
			c.rest = strings.TrimLeft(c.rest[1:], " ")
		case len(out.args) > 0:
			return nil, fmt.Errorf("%s: no comma between arguments", name)
		}
		arg, err := c.arg()
		if err != nil {
			return nil, err
		}
		out.args = append(out.args, arg)
	}
}

func (c *calls) arg() (expression, error) {
	switch {
	case strings.HasPrefix(c.rest, "'"):
		return c.quoted()
	case strings.HasPrefix(c.rest, "States."):
		return c.call()
	}
	end := c.end()
	text := strings.TrimSpace(c.rest[:end])
	c.rest = c.rest[end:]
	if strings.HasPrefix(text, "$") {
		return parsePath(text)
	}
	value, err := decode([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("argument %q is no value", text)
	}
	return literal{value}, nil
}

// end is where a path or number stops: at a comma or bracket outside of [ ].
func (c *calls) end() int {
	square := 0
	for i, r := range c.rest {
		switch {
		case r == '[':
			square++
		case r == ']':
			square--
		case square == 0 && (r == ',' || r == ')'):
			return i
		}
	}
	return len(c.rest)
}

func (c *calls) quoted() (expression, error) {
	var out strings.Builder
	for i := 1; i < len(c.rest); i++ {
		switch ch := c.rest[i]; {
		case ch == '\\' && i+1 < len(c.rest):
			// \{ stays for Format to see; any other escaped sign stands for itself.
			if i++; c.rest[i] == '{' || c.rest[i] == '}' {
				out.WriteByte('\\')
			}
			out.WriteByte(c.rest[i])
		case ch == '\'':
			c.rest = c.rest[i+1:]
			return literal{out.String()}, nil
		default:
			out.WriteByte(ch)
		}
	}
	return nil, fmt.Errorf("a text without its closing quote")
}

// arity is the least number of arguments of each function that is known here.
func arity(name string) (int, bool) {
	switch name {
	case "States.Array", "States.UUID":
		return 0, true
	case "States.Format", "States.StringToJson", "States.JsonToString", "States.ArrayLength", "States.ArrayUnique",
		"States.Base64Encode", "States.Base64Decode":
		return 1, true
	case "States.ArrayContains", "States.ArrayGetItem", "States.MathAdd", "States.StringSplit", "States.MathRandom":
		return 2, true
	case "States.JsonMerge":
		return 3, true
	}
	return 0, false
}

func (c call) eval(s scope) (any, error) {
	args := make([]any, len(c.args))
	for i, arg := range c.args {
		v, err := arg.eval(s)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	v, err := c.apply(args, s)
	if err != nil {
		return nil, &failure{errIntrinsic, c.name + ": " + err.Error()}
	}
	return v, nil
}

func (c call) apply(args []any, s scope) (any, error) {
	switch c.name {
	case "States.Array":
		return args, nil
	case "States.UUID":
		return s.newID(), nil
	case "States.MathAdd", "States.MathRandom", "States.ArrayGetItem":
		return c.arithmetic(args, s)
	case "States.JsonToString":
		return string(encode(args[0])), nil
	case "States.JsonMerge":
		return merge(args)
	case "States.ArrayLength", "States.ArrayUnique", "States.ArrayContains":
		return c.list(args)
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("the first argument is not a text")
	}
	switch c.name {
	case "States.Format":
		return format(text, args[1:])
	case "States.StringToJson":
		return decode([]byte(text))
	case "States.Base64Encode":
		return base64.StdEncoding.EncodeToString([]byte(text)), nil
	case "States.Base64Decode":
		plain, err := base64.StdEncoding.DecodeString(text)
		return string(plain), err
	}
	signs, ok := args[1].(string) // States.StringSplit
	if !ok {
		return nil, fmt.Errorf("the second argument is not a text")
	}
	out := []any{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(signs, r) }) {
		out = append(out, part)
	}
	return out, nil
}

func (c call) list(args []any) (any, error) {
	list, ok := args[0].([]any)
	if !ok {
		return nil, fmt.Errorf("the first argument is not a list")
	}
	if c.name == "States.ArrayLength" {
		return json.Number(fmt.Sprint(len(list))), nil
	}
	seen, out := map[string]bool{}, []any{}
	for _, each := range list {
		if text := string(encode(each)); !seen[text] {
			seen[text] = true
			out = append(out, each)
		}
	}
	if c.name == "States.ArrayContains" {
		return seen[string(encode(args[1]))], nil
	}
	return out, nil
}

func (c call) arithmetic(args []any, s scope) (any, error) {
	second, ok := whole(args[1])
	if !ok {
		return nil, fmt.Errorf("the second argument is not a whole number")
	}
	if c.name == "States.ArrayGetItem" {
		list, isList := args[0].([]any)
		if !isList || second < 0 || second >= int64(len(list)) {
			return nil, fmt.Errorf("no such element")
		}
		return list[second], nil
	}
	first, ok := whole(args[0])
	if !ok || (c.name == "States.MathRandom" && second <= first) {
		return nil, fmt.Errorf("the first argument is not a whole number that fits")
	}
	if c.name == "States.MathRandom" {
		return json.Number(fmt.Sprint(first + int64(s.random()*float64(second-first)))), nil
	}
	return json.Number(fmt.Sprint(first + second)), nil
}

func merge(args []any) (any, error) {
	a, okA := args[0].(map[string]any)
	b, okB := args[1].(map[string]any)
	if !okA || !okB || args[2] != false {
		return nil, fmt.Errorf("wants two objects and false")
	}
	out := make(map[string]any, len(a)+len(b))
	for _, m := range []map[string]any{a, b} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out, nil
}

// format puts the arguments where the text has {}.
func format(text string, args []any) (any, error) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case strings.HasPrefix(text[i:], "{}"):
			if len(args) == 0 {
				return nil, fmt.Errorf("more {} than arguments")
			}
			if s, ok := args[0].(string); ok {
				out.WriteString(s)
			} else {
				out.Write(encode(args[0]))
			}
			args = args[1:]
			i++
		default:
			out.WriteByte(text[i])
		}
	}
	if len(args) > 0 {
		return nil, fmt.Errorf("more arguments than {}")
	}
	return out.String(), nil
}
