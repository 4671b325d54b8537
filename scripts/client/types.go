package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// plainName is a member's name that needs no quotes.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// typeOf writes a schema as a type of TypeScript. A schema with a name of its own is called by it.
func typeOf(s *openapi3.SchemaRef, indent string) string {
	if s == nil || s.Value == nil {
		return "unknown"
	}
	if name, isNamed := strings.CutPrefix(s.Ref, "#/components/schemas/"); isNamed {
		return name
	}
	v := s.Value
	switch {
	case len(v.Enum) > 0:
		return literals(v.Enum)
	case len(alternatives(v)) > 0:
		var out []string
		for _, each := range alternatives(v) {
			out = append(out, typeOf(each, indent))
		}
		slices.Sort(out)
		return strings.Join(slices.Compact(out), " | ")
	case len(v.AllOf) > 0:
		var out []string
		for _, each := range v.AllOf {
			out = append(out, typeOf(each, indent))
		}
		return strings.Join(out, " & ")
	case v.Type.Is("array"):
		return "Array<" + typeOf(v.Items, indent) + ">"
	case v.Type.Is("integer"), v.Type.Is("number"):
		return "number"
	case v.Type.Is("boolean"):
		return "boolean"
	case v.Type.Is("string"):
		return "string"
	case len(v.Properties) > 0:
		return object(v, indent)
	case v.AdditionalProperties.Schema != nil:
		return "Record<string, " + typeOf(v.AdditionalProperties.Schema, indent) + ">"
	case v.Type.Is("object"):
		return "Record<string, never>"
	default:
		return "unknown"
	}
}

// alternatives are the schemas of which one holds; those that only say which members are required are not of this kind.
func alternatives(v *openapi3.Schema) (out openapi3.SchemaRefs) {
	for _, each := range slices.Concat(v.AnyOf, v.OneOf) {
		if each.Ref != "" || len(each.Value.Required) == 0 {
			out = append(out, each)
		}
	}
	return out
}

func literals(values []any) string {
	var out []string
	for _, v := range values {
		if text, isText := v.(string); isText {
			out = append(out, "'"+text+"'")
			continue
		}
		out = append(out, fmt.Sprint(v))
	}
	return strings.Join(out, " | ")
}

func object(v *openapi3.Schema, indent string) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(v.Properties)) {
		p := v.Properties[name]
		if p.Value != nil && p.Value.Description != "" && p.Ref == "" {
			fmt.Fprintf(&b, "%s  /** %s */\n", indent, strings.ReplaceAll(strings.TrimSpace(p.Value.Description), "*/", ""))
		}
		shown, optional := name, "?"
		if !plainName.MatchString(name) {
			shown = "'" + name + "'"
		}
		if slices.Contains(v.Required, name) {
			optional = ""
		}
		fmt.Fprintf(&b, "%s  %s%s: %s;\n", indent, shown, optional, typeOf(p, indent+"  "))
	}
	b.WriteString(indent + "}")
	return b.String()
}

// named lists the schemas that some operations need, with those that these need.
func named(doc *openapi3.T, operations []operation) []string {
	seen := map[string]bool{"Problem": true}
	var look func(*openapi3.SchemaRef)
	look = func(s *openapi3.SchemaRef) {
		if s == nil || s.Value == nil {
			return
		}
		if name, isNamed := strings.CutPrefix(s.Ref, "#/components/schemas/"); isNamed {
			if seen[name] {
				return
			}
			seen[name] = true
		}
		for _, p := range s.Value.Properties {
			look(p)
		}
		for _, each := range slices.Concat(s.Value.AnyOf, s.Value.OneOf, s.Value.AllOf) {
			look(each)
		}
		look(s.Value.Items)
		look(s.Value.AdditionalProperties.Schema)
	}
	for _, p := range doc.Components.Schemas["Problem"].Value.Properties {
		look(p)
	}
	for _, o := range operations {
		look(o.body)
		look(o.answer)
	}
	return slices.Sorted(maps.Keys(seen))
}
