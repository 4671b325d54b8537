package permissions

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"till/scripts/templatecheck"
)

// ServiceNeeds is what Lambda and Step Functions themselves do as a function's or a machine's role, as the template makes
// them: read event sources, set records aside, write logs and traces, invoke tasks. files is the project's folder. Errors: all
// for which it does not know what is needed, joined.
func ServiceNeeds(t *templatecheck.Template, files fs.FS) (Seen, error) {
	out, r := Seen{}, reader{Template: t}
	faults := []error{r.keys()}
	for _, id := range t.OfType(functionType) {
		needs, err := r.function(id)
		out[id], faults = distinct(needs), append(faults, err)
	}
	for _, id := range t.OfType(machineType) {
		needs, err := r.machine(id, files)
		out[id], faults = distinct(needs), append(faults, err)
	}
	return out, errors.Join(faults...)
}

// needs pairs actions with one resource.
func needs(resource string, actions ...string) []Need {
	var out []Need
	for _, action := range actions {
		out = append(out, Need{Call: Call{action, resource}})
	}
	return out
}

// setting is a function's own property, or the global one.
func (r reader) setting(function, name string) any {
	if v := r.Resource(function)[name]; v != nil {
		return v
	}
	return templatecheck.At(r.Root, "Globals", "Function", name)
}

func (r reader) function(id string) ([]Need, error) {
	for _, name := range []string{"VpcConfig", "DeadLetterQueue", "FileSystemConfigs", "Layers", "ImageUri", "DurableConfig"} {
		if r.setting(id, name) != nil {
			return nil, fmt.Errorf("%s: has %s, whose needs are not known", id, name)
		}
	}
	if templatecheck.At(r.setting(id, "EventInvokeConfig"), "DestinationConfig") != nil {
		return nil, fmt.Errorf("%s: has destinations, whose needs are not known", id)
	}
	// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html#monitoring-cloudwatchlogs-prereqs; the group is the template's.
	out := needs(reference(templatecheck.At(r.setting(id, "LoggingConfig"), "LogGroup")), "logs:CreateLogStream", "logs:PutLogEvents")
	if r.setting(id, "Tracing") == "Active" { // https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
		out = append(out, needs("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords")...)
	}
	events, _ := r.Resource(id)["Events"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(events)) {
		more, err := r.event(events[name])
		if err != nil {
			return nil, fmt.Errorf("%s: event %s: %w", id, name, err)
		}
		out = append(out, more...)
	}
	return out, nil
}

// event is what a source of events needs. API Gateway and EventBridge call functions as themselves.
func (r reader) event(event any) ([]Need, error) {
	props := templatecheck.At(event, "Properties")
	switch kind := templatecheck.At(event, "Type"); kind {
	case "HttpApi", "Schedule":
		return nil, nil
	case "SQS": // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
		return r.queue(templatecheck.At(props, "Queue"), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
	case "DynamoDB": // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
		stream, err := r.resource(templatecheck.At(props, "Stream"))
		if err != nil {
			return nil, err
		}
		out := needs(stream, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")
		aside := templatecheck.At(props, "DestinationConfig", "OnFailure")
		if aside == nil {
			return out, nil
		}
		if templatecheck.At(aside, "Type") != "SQS" {
			return nil, errors.New("gives up to something that is no queue")
		}
		// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
		more, err := r.queue(templatecheck.At(aside, "Destination"), "sqs:SendMessage")
		return append(out, more...), err
	default:
		return nil, fmt.Errorf("the needs of %v are not known", kind)
	}
}

// queue is what is needed on a queue of the template. One under a key of ours would need that key too.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
func (r reader) queue(v any, actions ...string) ([]Need, error) {
	id, err := r.resource(v)
	if err != nil {
		return nil, err
	}
	if r.Resource(id)["KmsMasterKeyId"] != nil {
		return nil, fmt.Errorf("%s is under a key of ours, whose needs are not known", id)
	}
	return needs(id, actions...), nil
}

// keys holds that tables and secrets are under keys that let everybody through who may use the table or the secret, so that no
// role needs the key: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func (r reader) keys() error {
	var faults []error
	for kind, service := range map[string]string{"AWS::DynamoDB::Table": "dynamodb", "AWS::SecretsManager::Secret": "secretsmanager"} {
		for _, id := range r.OfType(kind) {
			key := reference(r.Resource(id)["KmsKeyId"])
			if kind == "AWS::DynamoDB::Table" {
				key = reference(templatecheck.At(r.Resource(id), "SSESpecification", "KMSMasterKeyId"))
			}
			if key != "" && !r.letsThrough(key, service) {
				faults = append(faults, fmt.Errorf("%s: %s does not let those through who come by %s, so each role would have to", id, key, service))
			}
		}
	}
	return errors.Join(faults...)
}

func (r reader) letsThrough(key, service string) bool {
	for _, s := range many(templatecheck.At(r.Resource(key), "KeyPolicy", "Statement")) {
		equals := templatecheck.At(s, "Condition", "StringEquals")
		via := many(templatecheck.At(equals, "kms:ViaService"))
		comes := slices.ContainsFunc(via, func(v any) bool {
			return templatecheck.At(v, "Fn::Sub") == service+".${AWS::Region}.${AWS::URLSuffix}"
		})
		ours := templatecheck.At(equals, "kms:CallerAccount", "Ref") == "AWS::AccountId"
		all := templatecheck.At(s, "Principal", "AWS") == "*" && templatecheck.At(s, "Effect") == "Allow"
		if all && comes && ours && slices.Contains(many(templatecheck.At(s, "Action")), any("kms:Decrypt")) {
			return true
		}
	}
	return false
}

// machine is what a state machine needs: the functions that its definition invokes, and its log.
func (r reader) machine(id string, files fs.FS) ([]Need, error) {
	props := r.Resource(id)
	uri, _ := props["DefinitionUri"].(string)
	text, err := fs.ReadFile(files, uri)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	var definition any
	if err := json.Unmarshal(text, &definition); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", id, uri, err)
	}
	if props["Tracing"] != nil {
		return nil, fmt.Errorf("%s: has Tracing, whose needs are not known", id)
	}
	out, err := r.tasks(definition, props["DefinitionSubstitutions"])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	if level := templatecheck.At(props, "Logging", "Level"); level != nil && level != "OFF" {
		// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
		out = append(out, needs("*", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
			"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups")...)
	}
	return out, nil
}

// tasks walks a definition for what its tasks do. https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func (r reader) tasks(v, substitutions any) ([]Need, error) {
	var out []Need
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			more, err := r.tasks(each, substitutions)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	case map[string]any:
		if v["Type"] == "Task" {
			return r.task(v, substitutions)
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			more, err := r.tasks(v[name], substitutions)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

func (r reader) task(state map[string]any, substitutions any) ([]Need, error) {
	resource, _ := state["Resource"].(string)
	if resource != "arn:aws:states:::lambda:invoke" && resource != "arn:aws:states:::lambda:invoke.waitForTaskToken" {
		return nil, fmt.Errorf("a task's resource is %q, whose needs are not known", resource)
	}
	name, _ := templatecheck.At(state, "Parameters", "FunctionName").(string)
	function, err := r.resource(templatecheck.At(substitutions, strings.TrimSuffix(strings.TrimPrefix(name, "${"), "}")))
	if err != nil || r.kind(function) != functionType {
		return nil, fmt.Errorf("a task calls %q, which is no function of the template", name)
	}
	return needs(function, "lambda:InvokeFunction"), nil
}
