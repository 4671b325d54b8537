package permissions

import (
	"fmt"
	"slices"
	"strings"

	"till/scripts/templatecheck"
)

// arnOf is which attribute gives a resource's ARN, by its type; "" is Ref. What comes of a stream's ARN is told behind it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
func arnOf(kind, attribute string) (suffix string, isARN bool) {
	switch kind {
	case "AWS::DynamoDB::Table":
		if attribute == "StreamArn" {
			return "/stream", true
		}
		return "", attribute == "Arn"
	case "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::Logs::LogGroup", functionType:
		return "", attribute == "Arn"
	case "AWS::SecretsManager::Secret", machineType:
		return "", attribute == ""
	}
	return "", false
}

// attribute takes a Ref, with attribute "", or a GetAtt in either of its forms apart.
func attribute(v any) (id, name string, ok bool) {
	if id, ok = templatecheck.At(v, "Ref").(string); ok {
		return id, "", true
	}
	if parts := many(templatecheck.At(v, "Fn::GetAtt")); len(parts) == 2 {
		id, _ = parts[0].(string)
		name, ok = parts[1].(string)
		return id, name, ok
	}
	both, ok := templatecheck.At(v, "Fn::GetAtt").(string)
	id, name, _ = strings.Cut(both, ".")
	return id, name, ok
}

func (r reader) kind(id string) string {
	kind, _ := templatecheck.At(r.Root, "Resources", id, "Type").(string)
	return kind
}

// resource is what a statement's resource is called here. Errors: it is no ARN, or a pattern that is not known to match one
// kind of thing of one owner.
func (r reader) resource(v any) (string, error) {
	if v == "*" {
		return "*", nil
	}
	if id, name, ok := attribute(v); ok {
		return r.arn(id, name)
	}
	if sub, ok := templatecheck.At(v, "Fn::Sub").(string); ok {
		return r.pattern(sub)
	}
	if parts := many(templatecheck.At(v, "Fn::Sub")); len(parts) == 2 && isDomain(templatecheck.At(parts[1], "Domain")) && parts[0] == identityARN+"${Domain}" {
		return "MailFrom/domain", nil
	}
	return "", fmt.Errorf("cannot tell what the resource %v is", v)
}

func (r reader) arn(id, attribute string) (string, error) {
	suffix, isARN := arnOf(r.kind(id), attribute)
	if !isARN {
		return "", fmt.Errorf("%s.%s is no ARN that a role can name", id, attribute)
	}
	return id + suffix, nil
}

const (
	identityARN  = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/"
	executionARN = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:"
)

// pattern reads the texts that build an ARN: of an index, of a machine's executions, of the sender.
func (r reader) pattern(sub string) (string, error) {
	if sub == identityARN+"${MailFrom}" {
		return "MailFrom", nil
	}
	if machine, ok := strings.CutSuffix(strings.TrimPrefix(sub, executionARN), ".Name}:*"); ok && strings.HasPrefix(sub, executionARN+"${") {
		if id := strings.TrimPrefix(machine, "${"); r.kind(id) == machineType {
			return id + "/execution", nil
		}
	}
	if id, index, ok := strings.Cut(strings.TrimPrefix(sub, "${"), ".Arn}/index/"); ok && slices.Contains(r.indexes(id), index) {
		return id + "/index/" + index, nil
	}
	return "", fmt.Errorf("cannot tell what the resource %s is", sub)
}

// indexes lists a table's, by name.
func (r reader) indexes(table string) []string {
	var out []string
	for _, each := range many(r.Resource(table)["GlobalSecondaryIndexes"]) {
		if name, ok := templatecheck.At(each, "IndexName").(string); ok {
			out = append(out, name)
		}
	}
	return out
}

// isDomain knows the domain of MailFrom: what stands behind its @.
func isDomain(v any) bool {
	choice := many(templatecheck.At(v, "Fn::Select"))
	if len(choice) != 2 || choice[0] != 1 {
		return false
	}
	parts := many(templatecheck.At(choice[1], "Fn::Split"))
	return len(parts) == 2 && parts[0] == "@" && templatecheck.At(parts[1], "Ref") == "MailFrom"
}
