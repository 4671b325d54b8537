package template

import (
	"fmt"
	"strconv"
	"strings"
)

func join(args []any, path string) (any, error) {
	if len(args) == 2 {
		if list, ok := args[1].([]any); ok {
			parts, err := texts(list, path)
			return strings.Join(parts, fmt.Sprint(args[0])), err
		}
	}
	return nil, fmt.Errorf("%s: Fn::Join wants a separator and a list", path)
}

func pick(args []any, path string) (any, error) {
	if len(args) == 2 {
		list, ok := args[1].([]any)
		index, err := strconv.Atoi(fmt.Sprint(args[0]))
		if ok && err == nil && index >= 0 && index < len(list) {
			return list[index], nil
		}
	}
	return nil, fmt.Errorf("%s: Fn::Select wants an index in the list", path)
}

func logic(name string, args []any, path string) (any, error) {
	all, some := true, false
	for _, arg := range args {
		b, ok := arg.(bool)
		if !ok {
			return nil, fmt.Errorf("%s: %s wants conditions", path, name)
		}
		all, some = all && b, some || b
	}
	switch {
	case name == "Fn::Not" && len(args) == 1:
		return !all, nil
	case name == "Fn::And" && len(args) > 1:
		return all, nil
	case name == "Fn::Or" && len(args) > 1:
		return some, nil
	}
	return nil, fmt.Errorf("%s: %s with %d conditions", path, name, len(args))
}

func (r *resolver) find(args []any, path string) (any, error) {
	keys, err := texts(args, path)
	if err != nil || len(keys) != 3 {
		return nil, fmt.Errorf("%s: Fn::FindInMap wants a map and two keys", path)
	}
	outer, _ := r.doc.mappings[keys[0]].(map[string]any)
	inner, _ := outer[keys[1]].(map[string]any)
	value, ok := inner[keys[2]]
	if !ok {
		return nil, fmt.Errorf("%s: no %s in Mappings", path, strings.Join(keys, "."))
	}
	return value, nil
}

// ref is the value of a parameter, a pseudo parameter or a resource.
func (r *resolver) ref(id, path string) (any, error) {
	switch id {
	case "AWS::Region":
		return r.o.Region, nil
	case "AWS::AccountId":
		return r.o.Account, nil
	case "AWS::StackName":
		return r.o.Stack, nil
	case "AWS::StackId":
		return fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/local", r.o.Region, r.o.Account, r.o.Stack), nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::NoValue":
		return absent{}, nil
	}
	if declared, ok := r.doc.parameters[id].(map[string]any); ok {
		return r.parameter(id, declared, path)
	}
	if value, ok := r.o.Values[id]; ok {
		return value, nil
	}
	kind, err := r.kind(id, path)
	if err != nil {
		return nil, err
	}
	return r.identity(id, kind)
}

func (r *resolver) parameter(id string, declared map[string]any, path string) (any, error) {
	value, given := declared["Default"], false
	if v, ok := r.o.Parameters[id]; ok {
		value, given = v, true
	}
	kind := fmt.Sprint(declared["Type"])
	if value == nil || (!given && strings.HasPrefix(kind, "AWS::SSM::Parameter")) {
		return nil, fmt.Errorf("%s: parameter %s has no value", path, id)
	}
	text := fmt.Sprint(value)
	if allowed, ok := declared["AllowedValues"].([]any); ok {
		found := false
		for _, each := range allowed {
			found = found || fmt.Sprint(each) == text
		}
		if !found {
			return nil, fmt.Errorf("%s: parameter %s is not one of its AllowedValues", path, id)
		}
	}
	if kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
		parts := strings.Split(text, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return anys(parts), nil
	}
	return text, nil
}

func texts(list []any, path string) ([]string, error) {
	out := make([]string, len(list))
	for i, each := range list {
		switch each.(type) {
		case map[string]any, []any, nil:
			return nil, fmt.Errorf("%s[%d]: not a text", path, i)
		}
		out[i] = fmt.Sprint(each)
	}
	return out, nil
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, each := range list {
		out[i] = each
	}
	return out
}
