package pages

import (
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

// named is a member of a YAML mapping, with its place kept.
type named struct {
	name  string
	value *yaml.Node
}

// section gives the members of a part of template.yaml in the order of the file.
func section(project fs.FS, part string) ([]named, error) {
	text, err := fs.ReadFile(project, "template.yaml")
	if err != nil {
		return nil, err
	}
	var document map[string]yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	found := document[part]
	return members(&found), nil
}

func members(n *yaml.Node) []named {
	var out []named
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		out = append(out, named{n.Content[i].Value, n.Content[i+1]})
	}
	return out
}

// member gives a member of a mapping, nil if it is not there.
func member(n *yaml.Node, path ...string) *yaml.Node {
	for _, name := range path {
		var next *yaml.Node
		for _, m := range members(n) {
			if m.name == name {
				next = m.value
			}
		}
		n = next
	}
	return n
}

func text(n *yaml.Node, path ...string) string {
	if found := member(n, path...); found != nil {
		return found.Value
	}
	return ""
}

// functions lists every function: where its code is, who calls it, and what it does.
func functions(project fs.FS) (string, error) {
	resources, err := section(project, "Resources")
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, r := range resources {
		if text(r.value, "Type") != "AWS::Serverless::Function" {
			continue
		}
		folder := strings.TrimSuffix(strings.TrimPrefix(text(r.value, "Properties", "CodeUri"), "functions/"), "/lambda/")
		rows = append(rows, []string{"`" + folder + "`", caller(member(r.value, "Properties", "Events")), text(r.value, "Properties", "Description")})
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("template.yaml has no functions")
	}
	return table([]string{"functions/", "called by", "what it does"}, rows), nil
}

// caller says what a function's events are.
func caller(events *yaml.Node) string {
	var out []string
	for _, e := range members(events) {
		properties := member(e.value, "Properties")
		switch kind := text(e.value, "Type"); kind {
		case "HttpApi":
			out = append(out, route(properties))
		case "SQS":
			out = append(out, "queue "+strings.TrimSuffix(text(properties, "Queue"), ".Arn"))
		case "DynamoDB":
			out = append(out, "stream of "+strings.TrimSuffix(text(properties, "Stream"), ".StreamArn"))
		case "Schedule", "ScheduleV2":
			out = append(out, "schedule, "+text(properties, "ScheduleExpression")+text(properties, "Schedule"))
		default:
			out = append(out, kind)
		}
	}
	if len(out) == 0 {
		return "state machine"
	}
	return strings.Join(out, ", ")
}

func route(properties *yaml.Node) string {
	method, path := text(properties, "Method"), text(properties, "Path")
	if path == "" {
		return "any other request"
	}
	return "`" + method + " " + path + "`"
}

// parameters lists what a deployment can be told.
func parameters(project fs.FS) (string, error) {
	all, err := section(project, "Parameters")
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, p := range all {
		standard := text(p.value, "Default")
		if standard != "" {
			standard = "`" + standard + "`"
		}
		rows = append(rows, []string{"`" + p.name + "`", standard, text(p.value, "Description")})
	}
	return table([]string{"parameter", "unless told", "what it is"}, rows), nil
}

// alarms lists every alarm with what it means.
func alarms(project fs.FS) (string, error) {
	resources, err := section(project, "Resources")
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, r := range resources {
		if text(r.value, "Type") == "AWS::CloudWatch::Alarm" {
			rows = append(rows, []string{"`" + r.name + "`", text(r.value, "Properties", "AlarmDescription")})
		}
	}
	return table([]string{"alarm", "what it says"}, rows), nil
}

// standing counts what costs money while nobody buys.
func standing(project fs.FS) (string, error) {
	resources, err := section(project, "Resources")
	if err != nil {
		return "", err
	}
	count, watched := map[string]int{}, 0
	for _, r := range resources {
		kind := text(r.value, "Type")
		count[kind]++
		if kind != "AWS::CloudWatch::Alarm" {
			continue
		}
		metrics := member(r.value, "Properties", "Metrics")
		if metrics == nil {
			watched++
			continue
		}
		for _, m := range metrics.Content {
			if member(m, "MetricStat") != nil {
				watched++
			}
		}
	}
	return table([]string{"stands by", "how many"}, [][]string{
		{"KMS keys", fmt.Sprint(count["AWS::KMS::Key"])},
		{"secrets", fmt.Sprint(count["AWS::SecretsManager::Secret"])},
		{"alarms", fmt.Sprintf("%d, over %d metrics", count["AWS::CloudWatch::Alarm"], watched)},
		{"tables, paid by use and by what they hold", fmt.Sprint(count["AWS::DynamoDB::Table"])},
		{"queues, dead-letter queues included", fmt.Sprint(count["AWS::SQS::Queue"])},
		{"functions, paid by use", fmt.Sprint(count["AWS::Serverless::Function"])},
	}), nil
}
