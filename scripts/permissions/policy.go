package permissions

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"till/scripts/templatecheck"
)

const (
	functionType = "AWS::Serverless::Function"
	machineType  = "AWS::Serverless::StateMachine"
)

// Load reads the role of each function and state machine, with the template's parameters at these values, or their defaults.
// Errors: all that it cannot weigh exactly, joined: statements that deny or exclude, other conditions than StringEquals,
// boundaries, policies from elsewhere, resources that name no ARN.
func Load(t *templatecheck.Template, parameters map[string]string) (Roles, error) {
	r := reader{t, parameters}
	out := Roles{}
	var faults []error
	for _, owner := range slices.Concat(t.OfType(functionType), t.OfType(machineType)) {
		grants, err := r.role(reference(t.Resource(owner)["Role"]))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", owner, err))
		}
		out[owner] = grants
	}
	return out, errors.Join(faults...)
}

// reader reads policies of one template.
type reader struct {
	*templatecheck.Template
	parameters map[string]string
}

func (r reader) role(id string) ([]Grant, error) {
	props := r.Resource(id)
	if props == nil {
		return nil, errors.New("has no role in this template")
	}
	if props["PermissionsBoundary"] != nil {
		return nil, fmt.Errorf("%s: has a boundary", id)
	}
	var documents []any
	for _, each := range many(props["Policies"]) {
		documents = append(documents, templatecheck.At(each, "PolicyDocument"))
	}
	for _, each := range many(props["ManagedPolicyArns"]) {
		documents = append(documents, r.Resource(reference(each))["PolicyDocument"])
	}
	var out []Grant
	for _, document := range documents {
		if document == nil {
			return nil, fmt.Errorf("%s: takes a policy from elsewhere", id)
		}
		for _, each := range many(templatecheck.At(document, "Statement")) {
			grants, err := r.statement(each)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", id, err)
			}
			out = append(out, grants...)
		}
	}
	return out, nil
}

// statement gives a grant for each pair of an action and a resource.
func (r reader) statement(v any) ([]Grant, error) {
	s, _ := v.(map[string]any)
	for name := range s {
		if !slices.Contains([]string{"Sid", "Effect", "Action", "Resource", "Condition"}, name) {
			return nil, fmt.Errorf("a statement has %s", name)
		}
	}
	if s["Effect"] != "Allow" {
		return nil, fmt.Errorf("a statement's effect is %v", s["Effect"])
	}
	when, err := r.condition(s["Condition"])
	if err != nil {
		return nil, err
	}
	actions, resources := many(s["Action"]), many(s["Resource"])
	if len(actions) == 0 || len(resources) == 0 {
		return nil, errors.New("a statement without actions or resources")
	}
	var out []Grant
	for _, resource := range resources {
		named, err := r.resource(resource)
		if err != nil {
			return nil, err
		}
		for _, action := range actions {
			text, isText := action.(string)
			if !isText {
				return nil, fmt.Errorf("%v is no action", action)
			}
			out = append(out, Grant{Call{text, named}, when})
		}
	}
	return out, nil
}

func (r reader) condition(v any) (map[string][]string, error) {
	operators, _ := v.(map[string]any)
	out := map[string][]string{}
	for operator := range operators {
		if operator != "StringEquals" {
			return nil, fmt.Errorf("cannot weigh %s", operator)
		}
		names, _ := operators[operator].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			for _, each := range many(names[name]) {
				value, err := r.value(each)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				out[name] = append(out[name], value)
			}
		}
	}
	return out, nil
}

// value is a text, or a parameter's.
func (r reader) value(v any) (string, error) {
	if text, isText := v.(string); isText {
		return text, nil
	}
	name, _ := templatecheck.At(v, "Ref").(string)
	if set, there := r.parameters[name]; there {
		return set, nil
	}
	if text, isText := templatecheck.At(r.Root, "Parameters", name, "Default").(string); isText {
		return text, nil
	}
	return "", fmt.Errorf("cannot tell what %v is", v)
}

// many is a list, or the one value that stands for it.
func many(v any) []any {
	if v == nil {
		return nil
	}
	if l, isList := v.([]any); isList {
		return l
	}
	return []any{v}
}

// reference is the resource that a Ref or a GetAtt names; "" for anything else.
func reference(v any) string {
	id, _, _ := attribute(v)
	return id
}
