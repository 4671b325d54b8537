package deployed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// processed is the template as CloudFormation got it from SAM's transform.
type processed struct {
	Resources map[string]struct {
		Type       string
		Properties json.RawMessage
	}

	Conditions map[string]json.RawMessage

	parameters map[string]string
	physical   map[string]string
}

// placeholder is ${…} in a Fn::Sub.
var placeholder = regexp.MustCompile(`\$\{([^}]+)\}`)

// text resolves a string, a Ref, a Fn::Sub, or the branch of a Fn::If that counts.
func (p processed) text(raw json.RawMessage) (string, error) {
	var plain string
	if json.Unmarshal(raw, &plain) == nil {
		return plain, nil
	}
	var function struct {
		Ref string
		Sub string            `json:"Fn::Sub"`
		If  []json.RawMessage `json:"Fn::If"`
	}
	if err := json.Unmarshal(raw, &function); err != nil {
		return "", fmt.Errorf("%s: %w", raw, err)
	}
	if function.Ref != "" {
		return p.named(function.Ref)
	}
	if len(function.If) == 3 {
		return p.branch(function.If)
	}
	if function.Sub == "" {
		return "", fmt.Errorf("%s is neither a text, a Ref, a Fn::Sub nor a Fn::If", raw)
	}
	var missing error
	out := placeholder.ReplaceAllStringFunc(function.Sub, func(found string) string {
		value, err := p.named(found[2 : len(found)-1])
		if err != nil {
			missing = err
		}
		return value
	})
	return out, missing
}

// branch resolves the one of a Fn::If's two values that its condition, an Fn::Equals, chooses.
func (p processed) branch(args []json.RawMessage) (string, error) {
	var name string
	var condition struct {
		Equals []json.RawMessage `json:"Fn::Equals"`
	}
	if err := json.Unmarshal(args[0], &name); err != nil {
		return "", fmt.Errorf("%s is no condition's name: %w", args[0], err)
	}
	if err := json.Unmarshal(p.Conditions[name], &condition); err != nil || len(condition.Equals) != 2 {
		return "", fmt.Errorf("the condition %s compares no two values", name)
	}
	left, err := p.text(condition.Equals[0])
	if err != nil {
		return "", err
	}
	right, err := p.text(condition.Equals[1])
	if err != nil {
		return "", err
	}
	if left == right {
		return p.text(args[1])
	}
	return p.text(args[2])
}

// texts resolves a list, or a list parameter's one text with commas.
func (p processed) texts(raw json.RawMessage) ([]string, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		one, err := p.text(raw)
		return strings.Split(one, ","), err
	}
	var out []string
	for _, each := range list {
		text, err := p.text(each)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// named resolves a name of Ref or Fn::Sub: a pseudo parameter, a parameter, a resource's id or its ARN.
func (p processed) named(name string) (string, error) {
	pseudo := map[string]string{"AWS::Region": Region, "AWS::Partition": "aws", "AWS::AccountId": account}
	for _, known := range []map[string]string{pseudo, p.parameters, p.physical} {
		if value, found := known[name]; found {
			return value, nil
		}
	}
	if id, isARN := strings.CutSuffix(name, ".Arn"); isARN && p.Resources[id].Type == "AWS::Lambda::Function" {
		return "arn:aws:lambda:" + Region + ":" + account + ":function:" + p.physical[id], nil
	}
	return "", fmt.Errorf("the processed template speaks of %s, which is not there", name)
}
