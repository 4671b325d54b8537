package permissions

import (
	"fmt"
	"slices"
	"strings"

	"till/scripts/templatecheck"
)

// Names tell which resource of the template a request means.
type Names struct {
	ids      map[string]string // "dynamodb TABLENAME" → logical id.
	machines []string
}

// services is whose requests name a resource of a type.
func services() map[string]string {
	return map[string]string{
		"AWS::DynamoDB::Table": "dynamodb", "AWS::SQS::Queue": "sqs", "AWS::KMS::Key": "kms",
		"AWS::SecretsManager::Secret": "secretsmanager", machineType: "states",
	}
}

// NewNames learns a deployed stack's names: physical is what CloudFormation calls each resource, by its logical id; a name, an
// ARN or a queue's URL. sender is the parameter MailFrom. Errors: a table, queue, key, secret or machine of the template is not
// there, or two are called alike.
func NewNames(t *templatecheck.Template, physical map[string]string, sender string) (Names, error) {
	n := Names{ids: map[string]string{}, machines: t.OfType(machineType)}
	for kind, service := range services() {
		for _, id := range t.OfType(kind) {
			name := simple(physical[id])
			if name == "" {
				return Names{}, fmt.Errorf("permissions: nothing tells what %s is called", id)
			}
			if other := n.ids[service+" "+name]; other != "" {
				return Names{}, fmt.Errorf("permissions: %s and %s are both called %s", other, id, name)
			}
			n.ids[service+" "+name] = id
		}
	}
	_, domain, isAddress := strings.Cut(sender, "@")
	if !isAddress {
		return Names{}, fmt.Errorf("permissions: the sender %q is no address", sender)
	}
	n.ids["ses "+sender], n.ids["ses "+domain] = "MailFrom", "MailFrom/domain"
	return n, nil
}

// simple is a resource's name in its account and region: the last part of an ARN or a queue's URL.
func simple(physical string) string {
	if _, path, isURL := strings.Cut(physical, "://"); isURL {
		return path[strings.LastIndex(path, "/")+1:]
	}
	parts := strings.SplitN(physical, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return physical
	}
	name := parts[5]
	for _, prefix := range []string{"table/", "key/", "secret:", "stateMachine:"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

// id is the resource that a service knows by a name, an ARN or a URL. Errors: there is none.
func (n Names) id(service, name string) (string, error) {
	if id := n.ids[service+" "+simple(name)]; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("%s: %q is not of this stack", service, name)
}

// secret is id for secrets, whose ARN ends in a dash and six characters of AWS's own that a name lacks.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
func (n Names) secret(name string) (string, error) {
	id, err := n.id("secretsmanager", name)
	if short := simple(name); err != nil && len(short) > 7 && short[len(short)-7] == '-' {
		return n.id("secretsmanager", short[:len(short)-7])
	}
	return id, err
}

// execution is the machine of an execution's ARN, arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME.
func (n Names) execution(arn string) (string, error) {
	parts := strings.Split(arn, ":")
	if len(parts) != 8 || parts[5] != "execution" || parts[7] == "" {
		return "", fmt.Errorf("states: %q is no execution", arn)
	}
	return n.id("states", parts[6])
}

// identities are those that a sender's mail may be sent as: which of them was verified only the account knows, so the address
// and its domain are both needed.
func (n Names) identities(from string) ([]string, error) {
	var out []string
	_, domain, _ := strings.Cut(from, "@")
	for _, name := range []string{from, domain} {
		id, err := n.id("ses", name)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	slices.Sort(out)
	return out, nil
}
