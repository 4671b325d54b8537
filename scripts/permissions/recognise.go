package permissions

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
)

// Asked is what a request asks of AWS.
type Asked struct {
	Action string // Service and operation: "dynamodb:TransactWriteItems", of which AWS allows the parts.
	Needs  []Need // What a role must allow for it.
}

// fields are a request's members, by their exact names.
type fields map[string]any

// text is a member that must be there and be a text.
func (f fields) text(name string) (string, error) {
	if s, _ := f[name].(string); s != "" {
		return s, nil
	}
	return "", fmt.Errorf("has no %s", name)
}

// operation tells what an operation with these members needs.
type operation func(Names, fields) ([]Need, error)

// protocols are the services by the word that their JSON protocols put in front of the operation, in X-Amz-Target.
func protocols() map[string]struct {
	service    string
	operations map[string]operation
} {
	return map[string]struct {
		service    string
		operations map[string]operation
	}{
		"DynamoDB_20120810": {"dynamodb", dynamoOperations()},
		"AmazonSQS":         {"sqs", queueOperations()},
		"AWSStepFunctions":  {"states", machineOperations()},
		"TrentService":      {"kms", keyOperations()},
		"secretsmanager":    {"secretsmanager", secretOperations()},
	}
}

// Recognise tells what a request of the AWS SDK needs. body is the request's, whole. Its path is as AWS would get it. Errors:
// anything that is not known exactly.
func (n Names) Recognise(r *http.Request, body []byte) (Asked, error) {
	var members fields
	if err := json.Unmarshal(body, &members); err != nil {
		return Asked{}, errors.New("permissions: the body is no JSON object")
	}
	service, name, ask, err := addressed(r)
	if err != nil {
		return Asked{}, fmt.Errorf("permissions: %w", err)
	}
	asked := Asked{Action: service + ":" + name}
	needs, err := ask(n, members)
	if err != nil {
		return asked, fmt.Errorf("permissions: %s %w", asked.Action, err)
	}
	asked.Needs = distinct(needs)
	return asked, nil
}

// mailPath is where SES takes mails. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
const mailPath = "/v2/email/outbound-emails"

func addressed(r *http.Request) (service, name string, ask operation, err error) {
	targets := r.Header.Values("X-Amz-Target")
	if len(targets) == 0 && r.Method == http.MethodPost && r.URL.Path == mailPath && r.URL.RawQuery == "" {
		return "ses", "SendEmail", sendEmail, nil
	}
	isJSON := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-amz-json-1.")
	if len(targets) != 1 || !isJSON || r.Method != http.MethodPost || r.URL.Path != "/" || r.URL.RawQuery != "" {
		return "", "", nil, fmt.Errorf("%s %s is no call that is known", r.Method, r.URL.Path)
	}
	word, name, _ := strings.Cut(targets[0], ".")
	protocol, known := protocols()[word]
	if !known {
		return "", "", nil, fmt.Errorf("%q is of no service that is known", targets[0])
	}
	if ask = protocol.operations[name]; ask == nil {
		return "", "", nil, fmt.Errorf("%s:%s is not known", protocol.service, name)
	}
	return protocol.service, name, ask, nil
}

// on gives an operation that needs one action on the resource that a member names.
func on(action, member string, id func(Names, string) (string, error)) operation {
	return func(n Names, f fields) ([]Need, error) {
		name, err := f.text(member)
		if err != nil {
			return nil, err
		}
		resource, err := id(n, name)
		return []Need{{Call: Call{action, resource}}}, err
	}
}

func queueOperations() map[string]operation {
	out := map[string]operation{}
	for _, name := range []string{"SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"} {
		out[name] = on("sqs:"+name, "QueueUrl", func(n Names, url string) (string, error) { return n.id("sqs", url) })
	}
	return out
}

func secretOperations() map[string]operation {
	return map[string]operation{"GetSecretValue": on("secretsmanager:GetSecretValue", "SecretId", Names.secret)}
}

func machineOperations() map[string]operation {
	ofExecution := func(n Names, arn string) (string, error) {
		id, err := n.execution(arn)
		return id + "/execution", err
	}
	return map[string]operation{
		"StartExecution":    on("states:StartExecution", "stateMachineArn", func(n Names, arn string) (string, error) { return n.id("states", arn) }),
		"DescribeExecution": on("states:DescribeExecution", "executionArn", ofExecution),
		"StopExecution":     on("states:StopExecution", "executionArn", ofExecution),
		"SendTaskSuccess":   on("states:SendTaskSuccess", "taskToken", Names.waiting),
		"SendTaskFailure":   on("states:SendTaskFailure", "taskToken", Names.waiting),
		"SendTaskHeartbeat": on("states:SendTaskHeartbeat", "taskToken", Names.waiting),
	}
}

// waiting is the machine whose task waits for a token. The reference lists no resource for the answers to a task, yet AWS
// weighs them against the machine: https://github.com/aws/aws-cdk/pull/8486. A token names none, so it can
// only be told where there is one machine.
func (n Names) waiting(string) (string, error) {
	if len(n.machines) != 1 {
		return "", fmt.Errorf("is an answer to one of %d machines", len(n.machines))
	}
	return n.machines[0], nil
}

func keyOperations() map[string]operation {
	out := map[string]operation{}
	for _, name := range []string{"GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Encrypt", "Decrypt"} {
		ask := on("kms:"+name, "KeyId", func(n Names, key string) (string, error) { return n.id("kms", key) })
		out[name] = func(n Names, f fields) ([]Need, error) {
			needs, err := ask(n, f)
			if err != nil {
				return nil, err
			}
			needs[0].Context, err = encryptionContext(f)
			return needs, err
		}
	}
	return out
}

// encryptionContext is what conditions see of it.
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
func encryptionContext(f fields) (map[string]string, error) {
	bound, isObject := f["EncryptionContext"].(map[string]any)
	if f["EncryptionContext"] != nil && !isObject {
		return nil, errors.New("has an EncryptionContext that is none")
	}
	out := map[string]string{}
	for name, value := range bound {
		text, isText := value.(string)
		if !isText {
			return nil, errors.New("has an EncryptionContext that is none")
		}
		out["kms:EncryptionContext:"+name] = text
	}
	return out, nil
}

// sendEmail is SES's. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
func sendEmail(n Names, f fields) ([]Need, error) {
	from, err := f.text("FromEmailAddress")
	if err != nil {
		return nil, err
	}
	sender, err := mail.ParseAddress(from) // IAM compares the address, whatever name stands before it.
	if err != nil {
		return nil, errors.New("has a sender that is no address")
	}
	from = sender.Address
	for _, name := range []string{"ConfigurationSetName", "FromEmailAddressIdentityArn", "FeedbackForwardingEmailAddress"} {
		if f[name] != nil {
			return nil, fmt.Errorf("has %s, whose rights are not known", name)
		}
	}
	if content, _ := f["Content"].(map[string]any); content["Simple"] == nil || len(content) != 1 {
		return nil, errors.New("is no simple mail")
	}
	identities, err := n.identities(from)
	if err != nil {
		return nil, err
	}
	needs := make([]Need, 0, len(identities))
	for _, id := range identities {
		needs = append(needs, Need{Call{"ses:SendEmail", id}, map[string]string{"ses:FromAddress": from}})
	}
	return needs, nil
}
