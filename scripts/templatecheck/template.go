// Package templatecheck holds template.yaml to Till's own rules, and to the code that it deploys. It reads the text as it is,
// without the local cloud's reader, so that the two cannot be wrong together.
package templatecheck

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Template is the parsed text. Short intrinsics are in their long form: !Ref X is {"Ref": "X"}, !GetAtt A.B is
// {"Fn::GetAtt": "A.B"}. Tests break it in place, so every Load gives a new one.
type Template struct {
	Root map[string]any
}

// Load reads a template. Errors: unreadable, no YAML, no mapping, no resources.
func Load(path string) (*Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s: empty", path)
	}
	value, err := plain(doc.Content[0])
	if err != nil {
		return nil, err
	}
	t := &Template{}
	t.Root, _ = value.(map[string]any)
	if len(t.resources()) == 0 {
		return nil, fmt.Errorf("%s: no resources", path)
	}
	return t, nil
}

// plain turns a node into maps, lists and scalars.
func plain(n *yaml.Node) (any, error) {
	value, err := untagged(n)
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return value, err
	}
	name := strings.TrimPrefix(n.Tag, "!")
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return map[string]any{name: value}, nil
}

func untagged(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := out[key]; twice {
				return nil, fmt.Errorf("line %d: %s stands twice", n.Content[i].Line, key)
			}
			value, err := plain(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			out[key] = value
		}
		return out, nil
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for _, each := range n.Content {
			value, err := plain(each)
			if err != nil {
				return nil, err
			}
			out = append(out, value)
		}
		return out, nil
	case yaml.ScalarNode:
		if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
			return n.Value, nil
		}
		var out any
		err := n.Decode(&out)
		return out, err
	default:
		return nil, fmt.Errorf("line %d: aliases are not for templates", n.Line)
	}
}

// At follows keys down from v; nil where one is missing.
func At(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// texts is a list of strings, or the one string that stands for it.
func texts(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	var out []string
	for _, each := range list(v) {
		if s, ok := each.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// whole is a number, or otherwise where there is none.
func whole(v any, otherwise int) int {
	if n, ok := v.(int); ok {
		return n
	}
	return otherwise
}

// refersTo is the resource that a Ref or a GetAtt names, in either of its forms; "" for anything else.
func refersTo(v any) string {
	if id := text(At(v, "Ref")); id != "" {
		return id
	}
	if parts := list(At(v, "Fn::GetAtt")); len(parts) > 0 {
		return text(parts[0])
	}
	id, _, _ := strings.Cut(text(At(v, "Fn::GetAtt")), ".")
	return id
}

// short is a value as the template would write it in one line: "!Ref Stage", "[a, b]", "{k: v}".
func short(v any) string {
	switch x := v.(type) {
	case map[string]any:
		parts := make([]string, 0, len(x))
		for _, key := range slices.Sorted(maps.Keys(x)) {
			name, isCall := strings.CutPrefix(key, "Fn::")
			if len(x) == 1 && (isCall || key == "Ref") {
				return "!" + name + " " + short(x[key])
			}
			parts = append(parts, key+": "+short(x[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, 0, len(x))
		for _, each := range x {
			parts = append(parts, short(each))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return fmt.Sprint(v)
	}
}

// want holds one of a resource's properties to what it should be, as short says it.
func (t *Template) want(f *findings, id, property, value string) {
	if got := short(t.Resource(id)[property]); got != value {
		f.add(id, "%s is %s, not %s", property, got, value)
	}
}

func (t *Template) resources() map[string]any {
	m, _ := t.Root["Resources"].(map[string]any)
	return m
}

// Resource is one resource's properties; nil if there is no such resource.
func (t *Template) Resource(id string) map[string]any {
	m, _ := At(t.resources()[id], "Properties").(map[string]any)
	return m
}

// OfType lists the resources of a type by logical id, sorted.
func (t *Template) OfType(kind string) []string {
	var out []string
	for id, each := range t.resources() {
		if text(At(each, "Type")) == kind {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// Functions lists the functions by logical id, sorted.
func (t *Template) Functions() []string { return t.OfType("AWS::Serverless::Function") }

// setting is a function's own property, or the global one.
func (t *Template) setting(function, key string) any {
	if v := t.Resource(function)[key]; v != nil {
		return v
	}
	return At(t.Root, "Globals", "Function", key)
}

// Folder is a function's place under functions/: "shopper/placeorder".
func (t *Template) Folder(function string) string {
	uri := strings.TrimPrefix(text(t.Resource(function)["CodeUri"]), "functions/")
	return strings.TrimSuffix(strings.TrimSuffix(uri, "/"), "/lambda")
}

// Environment is the names and values that a function is given, global ones included.
func (t *Template) Environment(function string) map[string]any {
	out := map[string]any{}
	for _, from := range []any{At(t.Root, "Globals", "Function"), t.Resource(function)} {
		m, _ := At(from, "Environment", "Variables").(map[string]any)
		maps.Copy(out, m)
	}
	return out
}

// events lists a function's events of a type, as their properties, by the event's name.
func (t *Template) events(function, kind string) []map[string]any {
	all, _ := t.Resource(function)["Events"].(map[string]any)
	var out []map[string]any
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if text(At(all[name], "Type")) == kind {
			props, _ := At(all[name], "Properties").(map[string]any)
			out = append(out, props)
		}
	}
	return out
}
