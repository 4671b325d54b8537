package template

import (
	"fmt"
	"reflect"
	"strings"
)

// resolver replaces intrinsics by their values.
type resolver struct {
	doc        *document
	o          Options
	conditions map[string]bool
	busy       map[string]bool // conditions being decided, to find circles
}

// absent is the value of AWS::NoValue: whoever holds it drops it.
type absent struct{}

// resolve is v with every intrinsic replaced. The error names the path.
func (r *resolver) resolve(v any, path string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if name, arg, ok := intrinsic(v); ok {
			return r.call(name, arg, path)
		}
		out := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			value, err := r.resolve(v[key], path+"."+key)
			if err != nil {
				return nil, err
			}
			if _, gone := value.(absent); !gone {
				out[key] = value
			}
		}
		return out, nil
	case []any:
		out := make([]any, 0, len(v))
		for i, each := range v {
			value, err := r.resolve(each, fmt.Sprintf("%s[%d]", path, i))
			if err != nil {
				return nil, err
			}
			if _, gone := value.(absent); !gone {
				out = append(out, value)
			}
		}
		return out, nil
	case string:
		if strings.Contains(v, "{{resolve:") {
			return nil, fmt.Errorf("%s: a dynamic reference has no local value", path)
		}
	}
	return v, nil
}

func intrinsic(m map[string]any) (name string, arg any, ok bool) {
	if len(m) != 1 {
		return "", nil, false
	}
	for name, arg = range m {
		ok = name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::")
	}
	return name, arg, ok
}

func (r *resolver) call(name string, arg any, path string) (any, error) {
	switch name {
	case "Ref":
		id, ok := arg.(string)
		if !ok {
			return nil, fmt.Errorf("%s: Ref wants a name", path)
		}
		return r.ref(id, path)
	case "Condition":
		id, _ := arg.(string)
		return r.condition(id, path)
	case "Fn::Sub":
		return r.sub(arg, path)
	case "Fn::If":
		return r.choose(arg, path)
	}
	resolved, err := r.resolve(arg, path)
	if err != nil {
		return nil, err
	}
	args, _ := resolved.([]any)
	switch name {
	case "Fn::GetAtt":
		parts, err := texts(args, path)
		if err != nil || len(parts) < 2 {
			return nil, fmt.Errorf("%s: Fn::GetAtt wants a resource and an attribute", path)
		}
		return r.attribute(parts[0], strings.Join(parts[1:], "."), path)
	case "Fn::Join":
		return join(args, path)
	case "Fn::Split":
		parts, err := texts(args, path)
		if err != nil || len(parts) != 2 || parts[0] == "" {
			return nil, fmt.Errorf("%s: Fn::Split wants a separator and a text", path)
		}
		return anys(strings.Split(parts[1], parts[0])), nil
	case "Fn::Select":
		return pick(args, path)
	case "Fn::FindInMap":
		return r.find(args, path)
	case "Fn::Equals":
		if len(args) != 2 {
			return nil, fmt.Errorf("%s: Fn::Equals wants two values", path)
		}
		return reflect.DeepEqual(fmt.Sprint(args[0]), fmt.Sprint(args[1])), nil
	case "Fn::And", "Fn::Or", "Fn::Not":
		return logic(name, args, path)
	}
	return nil, fmt.Errorf("%s: %s has no local meaning", path, name)
}

// condition decides one of the template's Conditions.
func (r *resolver) condition(id, path string) (bool, error) {
	if known, ok := r.conditions[id]; ok {
		return known, nil
	}
	v, ok := r.doc.conditions[id]
	if !ok || r.busy[id] {
		return false, fmt.Errorf("%s: no condition %q, or one that asks itself", path, id)
	}
	r.busy[id] = true
	defer delete(r.busy, id)
	value, err := r.resolve(v, "Conditions."+id)
	if err != nil {
		return false, err
	}
	decided, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("%s: condition %s is not true or false", path, id)
	}
	r.conditions[id] = decided
	return decided, nil
}

// choose resolves only the side that is taken, as the other may name what does not exist.
func (r *resolver) choose(arg any, path string) (any, error) {
	args, _ := arg.([]any)
	if len(args) != 3 {
		return nil, fmt.Errorf("%s: Fn::If wants a condition and two values", path)
	}
	id, _ := args[0].(string)
	yes, err := r.condition(id, path)
	if err != nil {
		return nil, err
	}
	if yes {
		return r.resolve(args[1], path)
	}
	return r.resolve(args[2], path)
}

// sub fills in ${Name}, ${Name.Attribute} and ${Own}; ${!Literal} stays ${Literal}.
func (r *resolver) sub(arg any, path string) (any, error) {
	own := map[string]any{}
	if args, ok := arg.([]any); ok && len(args) == 2 {
		arg = args[0]
		resolved, err := r.resolve(args[1], path)
		if err != nil {
			return nil, err
		}
		own, _ = resolved.(map[string]any)
	}
	text, ok := arg.(string)
	if !ok {
		return nil, fmt.Errorf("%s: Fn::Sub wants a text", path)
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return r.resolve(out.String(), path)
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("%s: ${ without }", path)
		}
		text = after
		value, err := r.named(name, own, path)
		if err != nil {
			return nil, err
		}
		out.WriteString(value)
	}
}

func (r *resolver) named(name string, own map[string]any, path string) (string, error) {
	if strings.HasPrefix(name, "!") {
		return "${" + name[1:] + "}", nil
	}
	var value any
	var err error
	if v, ok := own[name]; ok {
		value = v
	} else if id, attribute, dotted := strings.Cut(name, "."); dotted {
		value, err = r.attribute(id, attribute, path)
	} else {
		value, err = r.ref(name, path)
	}
	if err != nil {
		return "", err
	}
	switch value.(type) {
	case map[string]any, []any, absent, nil:
		return "", fmt.Errorf("%s: ${%s} is not a text", path, name)
	}
	return fmt.Sprint(value), nil
}
