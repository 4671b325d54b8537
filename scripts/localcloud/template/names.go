package template

import (
	"fmt"
	"strings"
)

// nameProperty is where a resource type keeps its explicit name.
var nameProperty = map[string]string{
	"AWS::Serverless::Function":            "FunctionName",
	"AWS::Serverless::StateMachine":        "Name",
	"AWS::StepFunctions::StateMachine":     "StateMachineName",
	"AWS::SQS::Queue":                      "QueueName",
	"AWS::DynamoDB::Table":                 "TableName",
	"AWS::SNS::Topic":                      "TopicName",
	"AWS::SecretsManager::Secret":          "Name",
	"AWS::Logs::LogGroup":                  "LogGroupName",
	"AWS::IAM::Role":                       "RoleName",
	"AWS::S3::Bucket":                      "BucketName",
	"AWS::Events::EventBus":                "Name",
	"AWS::SES::EmailIdentity":              "EmailIdentity",
	"AWS::SES::ConfigurationSet":           "Name",
	"AWS::SSM::Parameter":                  "Name",
	"AWS::KMS::Alias":                      "AliasName",
	"AWS::Scheduler::ScheduleGroup":        "Name",
	"AWS::AppConfig::Application":          "Name",
	"AWS::CloudWatch::Alarm":               "AlarmName",
	"AWS::Cognito::UserPoolResourceServer": "Identifier",
}

// arnForm is the part of an ARN behind the account, and the service before the region, per resource type.
var arnForm = map[string][2]string{
	"AWS::Serverless::Function":        {"lambda", "function:"},
	"AWS::Serverless::StateMachine":    {"states", "stateMachine:"},
	"AWS::StepFunctions::StateMachine": {"states", "stateMachine:"},
	"AWS::SQS::Queue":                  {"sqs", ""},
	"AWS::DynamoDB::Table":             {"dynamodb", "table/"},
	"AWS::SNS::Topic":                  {"sns", ""},
	"AWS::SecretsManager::Secret":      {"secretsmanager", "secret:"},
	"AWS::KMS::Key":                    {"kms", "key/"},
	"AWS::Logs::LogGroup":              {"logs", "log-group:"},
	"AWS::Cognito::UserPool":           {"cognito-idp", "userpool/"},
	"AWS::Events::EventBus":            {"events", "event-bus/"},
	"AWS::SES::EmailIdentity":          {"ses", "identity/"},
}

// kind is the type of a resource that exists in this stack. SAM makes a role and a default API unasked.
func (r *resolver) kind(id, path string) (string, error) {
	res, ok := r.doc.resources[id].(map[string]any)
	if !ok {
		if _, isFunction := r.doc.resources[strings.TrimSuffix(id, "Role")]; isFunction && strings.HasSuffix(id, "Role") {
			return "AWS::IAM::Role", nil
		}
		if id == implicitAPIID {
			return "AWS::Serverless::HttpApi", nil
		}
		return "", fmt.Errorf("%s: nothing is called %s", path, id)
	}
	if name, ok := res["Condition"].(string); ok {
		there, err := r.condition(name, path)
		if err != nil {
			return "", err
		}
		if !there {
			return "", fmt.Errorf("%s: %s does not exist under condition %s", path, id, name)
		}
	}
	kind, ok := res["Type"].(string)
	if !ok {
		return "", fmt.Errorf("Resources.%s.Type: missing", id)
	}
	return kind, nil
}

// name is the physical name: the one given, else stack and logical id.
func (r *resolver) name(id, kind string) (string, error) {
	res, _ := r.doc.resources[id].(map[string]any)
	props, _ := res["Properties"].(map[string]any)
	if key, ok := nameProperty[kind]; ok && props[key] != nil {
		path := "Resources." + id + ".Properties." + key
		if r.busy[path] {
			return "", fmt.Errorf("%s: asks for itself", path)
		}
		r.busy[path] = true
		defer delete(r.busy, path)
		v, err := r.resolve(props[key], path)
		if err != nil {
			return "", err
		}
		if _, gone := v.(absent); !gone {
			return fmt.Sprint(v), nil
		}
	}
	return r.o.Stack + "-" + id, nil
}

func (r *resolver) arn(name, kind string) string {
	form, ok := arnForm[kind]
	if !ok {
		parts := strings.Split(kind, "::")
		form = [2]string{strings.ToLower(parts[min(1, len(parts)-1)]), ""}
	}
	if kind == "AWS::IAM::Role" {
		return fmt.Sprintf("arn:aws:iam::%s:role/%s", r.o.Account, name)
	}
	if kind == "AWS::S3::Bucket" {
		return "arn:aws:s3:::" + name
	}
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s%s", form[0], r.o.Region, r.o.Account, form[1], name)
}

// identity is what Ref gives for a resource.
func (r *resolver) identity(id, kind string) (any, error) {
	name, err := r.name(id, kind)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "AWS::SQS::Queue":
		return r.queueURL(name), nil
	case "AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine":
		return r.arn(name, kind), nil
	case "AWS::Cognito::UserPool":
		return r.poolID(id), nil
	case "AWS::Serverless::HttpApi", "AWS::Cognito::UserPoolClient":
		return strings.ToLower(r.o.Stack + id), nil
	}
	return name, nil
}

func (r *resolver) queueURL(name string) string {
	return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", r.o.Region, r.o.Account, name)
}

func (r *resolver) poolID(id string) string { return r.o.Region + "_" + id }

// attribute is what GetAtt gives.
func (r *resolver) attribute(id, attribute, path string) (any, error) {
	if value, ok := r.o.Values[id+"."+attribute]; ok {
		return value, nil
	}
	kind, err := r.kind(id, path)
	if err != nil {
		return nil, err
	}
	name, err := r.name(id, kind)
	if err != nil {
		return nil, err
	}
	if kind == "AWS::Cognito::UserPool" {
		name = r.poolID(id)
	}
	switch attribute {
	case "Arn", "TopicArn":
		return r.arn(name, kind), nil
	case "QueueName", "Name", "TopicName":
		return name, nil
	case "QueueUrl":
		return r.queueURL(name), nil
	case "StreamArn":
		return r.streamARN(name), nil
	case "ProviderURL":
		return fmt.Sprintf("https://cognito-idp.%s.amazonaws.com/%s", r.o.Region, name), nil
	case "UserPoolId":
		return name, nil
	}
	return nil, fmt.Errorf("%s: %s.%s has no local value", path, id, attribute)
}

func (r *resolver) streamARN(table string) string {
	return r.arn(table, "AWS::DynamoDB::Table") + "/stream/2026-01-01T00:00:00.000"
}
