package template

import (
	"path"
	"strings"
	"time"
)

func (rd *reader) function(id, name string, props node) Function {
	globals := node{rd: rd, m: rd.res.doc.globals, path: "Globals"}.raw("Function")
	either := func(key string) node { // A function's own value hides the global one.
		if props.m[key] != nil {
			return props
		}
		return globals
	}
	f := Function{
		LogicalID: id, Name: name, ARN: rd.res.arn(name, "AWS::Serverless::Function"),
		CodeURI: codeURI(either("CodeUri").need("CodeUri")), Handler: either("Handler").text("Handler"),
		// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
		Timeout:  either("Timeout").seconds("Timeout", 3*time.Second),
		MemoryMB: either("MemorySize").number("MemorySize", 128), Environment: map[string]string{},
		Async: rd.async(either("EventInvokeConfig").raw("EventInvokeConfig")),
	}
	for _, from := range []node{globals, props} {
		variables := from.raw("Environment").raw("Variables")
		for _, key := range sortedKeys(variables.m) {
			if variables.has(key) {
				f.Environment[key] = variables.text(key)
			}
		}
	}
	events := props.raw("Events")
	for _, key := range sortedKeys(events.m) {
		event := events.raw(key)
		rd.event(&f, key, event.need("Type"), event.raw("Properties"))
	}
	return f
}

func codeURI(uri string) string {
	return strings.TrimPrefix(path.Clean(uri), "./") + "/"
}

func (rd *reader) async(n node) AsyncConfig {
	// Two more tries unless set. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
	return AsyncConfig{
		MaxRetries:   n.number("MaximumRetryAttempts", 2),
		OnFailureARN: n.raw("DestinationConfig").raw("OnFailure").text("Destination"),
	}
}

func (rd *reader) event(f *Function, name, kind string, props node) {
	switch kind {
	case "HttpApi":
		f.Routes = append(f.Routes, rd.route(props))
	case "SQS":
		f.SQS = append(f.SQS, SQSEvent{
			QueueARN: props.need("Queue"), BatchSize: props.number("BatchSize", 10),
			Window:         props.seconds("MaximumBatchingWindowInSeconds", 0),
			MaxConcurrency: props.raw("ScalingConfig").number("MaximumConcurrency", 0),
			PartialFailure: props.contains("FunctionResponseTypes", "ReportBatchItemFailures"),
			Filters:        rd.filters(props),
		})
	case "DynamoDB":
		f.Streams = append(f.Streams, rd.stream(props))
	case "Schedule", "ScheduleV2":
		f.Schedules = append(f.Schedules, rd.schedule(f.LogicalID+name, kind == "ScheduleV2", props))
	default:
		rd.fault(props.path, "event type %q has no local twin", kind)
	}
}

func (rd *reader) route(props node) Route {
	r := Route{Method: strings.ToUpper(props.text("Method")), Path: props.text("Path"), Authorizer: props.raw("Auth").text("Authorizer")}
	r.Scopes = props.raw("Auth").list("AuthorizationScopes")
	// 30 s is the integration's maximum. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
	r.Timeout = time.Duration(props.number("TimeoutInMillis", 30_000)) * time.Millisecond
	if r.Method == "" || r.Method == "*" || r.Method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		r.Method = "ANY"
	}
	if r.Path == "" {
		r.Path = "$default"
	}
	if version := props.text("PayloadFormatVersion"); version != "" && version != "2.0" {
		props.rd.fault(props.path+".PayloadFormatVersion", "%s has no local twin", version)
	}
	switch api := props.m["ApiId"].(type) {
	case nil:
		r.API, rd.implicit = implicitAPIID, true
	case map[string]any:
		r.API, _ = api["Ref"].(string)
	}
	if r.API == "" {
		rd.fault(props.path+".ApiId", "not a Ref to an API")
	}
	return r
}

func (rd *reader) stream(props node) StreamEvent {
	e := StreamEvent{
		// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
		StreamARN: props.need("Stream"), BatchSize: props.number("BatchSize", 100),
		Window:          props.seconds("MaximumBatchingWindowInSeconds", 0),
		Parallelization: props.number("ParallelizationFactor", 1),
		MaxRetries:      props.number("MaximumRetryAttempts", -1),
		MaxAge:          props.seconds("MaximumRecordAgeInSeconds", -time.Second),
		Bisect:          props.flag("BisectBatchOnFunctionError", false),
		PartialFailure:  props.contains("FunctionResponseTypes", "ReportBatchItemFailures"),
		Filters:         rd.filters(props),
		OnFailureARN:    props.raw("DestinationConfig").raw("OnFailure").text("Destination"),
	}
	if props.has("TumblingWindowInSeconds") {
		rd.fault(props.path+".TumblingWindowInSeconds", "has no local twin")
	}
	return e
}

func (rd *reader) schedule(id string, v2 bool, props node) ScheduleEvent {
	e := ScheduleEvent{V2: v2, Name: props.text("Name"), Input: props.text("Input"), Timezone: props.text("ScheduleExpressionTimezone")}
	if e.Name == "" {
		e.Name = rd.res.o.Stack + "-" + id
	}
	e.Enabled = props.flag("Enabled", true) && props.text("State") != "DISABLED"
	if v2 {
		e.Expression, e.ARN = props.need("ScheduleExpression"), rd.res.arn("schedule/default/"+e.Name, "scheduler")
		return e
	}
	e.Expression, e.ARN = props.need("Schedule"), rd.res.arn("rule/"+e.Name, "events")
	return e
}

func (rd *reader) filters(props node) []string {
	criteria := props.raw("FilterCriteria")
	list, _ := criteria.value("Filters").([]any)
	out := make([]string, 0, len(list))
	for _, each := range list {
		m, _ := each.(map[string]any)
		out = append(out, node{rd: rd, m: m, path: criteria.path}.need("Pattern"))
	}
	return out
}
