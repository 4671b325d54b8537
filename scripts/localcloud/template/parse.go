package template

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is a template as maps, with short intrinsics (!Ref) in their long form ({"Ref": …}).
type document struct {
	parameters, mappings, conditions, globals, resources, outputs map[string]any
}

func parse(source []byte) (*document, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(source, &root); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	if len(root.Content) != 1 {
		return nil, errors.New("template: empty")
	}
	top, err := convert(root.Content[0], "template", 0)
	if err != nil {
		return nil, err
	}
	sections, ok := top.(map[string]any)
	if !ok {
		return nil, errors.New("template: not a mapping")
	}
	doc := new(document)
	for name, into := range map[string]*map[string]any{
		"Parameters": &doc.parameters, "Mappings": &doc.mappings, "Conditions": &doc.conditions,
		"Globals": &doc.globals, "Resources": &doc.resources, "Outputs": &doc.outputs,
	} {
		switch section := sections[name].(type) {
		case nil:
		case map[string]any:
			*into = section
		default:
			return nil, fmt.Errorf("%s: not a mapping", name)
		}
	}
	if len(doc.resources) == 0 {
		return nil, errors.New("template: no Resources")
	}
	return doc, nil
}

// depthMax bounds the nesting of a template, aliases included.
const depthMax = 100

func convert(n *yaml.Node, path string, depth int) (any, error) {
	if depth > depthMax {
		return nil, fmt.Errorf("%s: nested too deep", path)
	}
	value, err := plain(n, path, depth)
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return value, err
	}
	switch name := n.Tag[1:]; name {
	case "Ref", "Condition":
		return map[string]any{name: value}, nil
	case "GetAtt":
		if text, ok := value.(string); ok {
			id, attribute, _ := strings.Cut(text, ".")
			value = []any{id, attribute}
		}
		return map[string]any{"Fn::GetAtt": value}, nil
	default:
		return map[string]any{"Fn::" + name: value}, nil
	}
}

func plain(n *yaml.Node, path string, depth int) (any, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return convert(n.Alias, path, depth+1)
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := out[key]; twice {
				return nil, fmt.Errorf("%s.%s: given twice", path, key)
			}
			value, err := convert(n.Content[i+1], path+"."+key, depth+1)
			if err != nil {
				return nil, err
			}
			out[key] = value
		}
		return out, nil
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, each := range n.Content {
			value, err := convert(each, fmt.Sprintf("%s[%d]", path, i), depth+1)
			if err != nil {
				return nil, err
			}
			out[i] = value
		}
		return out, nil
	case yaml.ScalarNode:
		return scalar(n, path)
	case yaml.DocumentNode:
		return nil, fmt.Errorf("%s: a document inside a document", path)
	}
	return nil, fmt.Errorf("%s: unknown YAML node", path)
}

// scalar keeps dates and tagged values as text, as CloudFormation does.
func scalar(n *yaml.Node, path string) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return v, nil
	default:
		return n.Value, nil
	}
}
