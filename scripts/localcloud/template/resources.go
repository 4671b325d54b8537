package template

import (
	"encoding/json"
	"strings"
	"time"
)

// implicitAPIID is the API that SAM makes for routes that name none.
const implicitAPIID = "ServerlessHttpApi"

func (rd *reader) resource(t *Template, id string) {
	res := node{rd: rd, m: rd.res.doc.resources[id].(map[string]any), path: "Resources." + id}
	props := res.raw("Properties")
	kind := res.need("Type")
	name, err := rd.res.name(id, kind)
	if err != nil {
		rd.errs = append(rd.errs, err)
		return
	}
	switch kind {
	case "AWS::Serverless::Function":
		t.Functions = append(t.Functions, rd.function(id, name, props))
	case "AWS::Serverless::HttpApi":
		t.APIs = append(t.APIs, rd.api(id, props))
	case "AWS::SQS::Queue":
		t.Queues = append(t.Queues, rd.queue(id, name, props))
	case "AWS::DynamoDB::Table":
		t.Tables = append(t.Tables, rd.table(id, name, props))
	case "AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine":
		t.StateMachines = append(t.StateMachines, rd.machine(id, name, kind, props))
	case "AWS::Serverless::Api", "AWS::Lambda::EventSourceMapping", "AWS::Scheduler::Schedule", "AWS::Lambda::Function":
		rd.fault(res.path, "%s has no local twin; use the SAM resource or event", kind)
	}
}

func (rd *reader) api(id string, props node) API {
	ref, err := rd.res.identity(id, "AWS::Serverless::HttpApi")
	if err != nil {
		rd.errs = append(rd.errs, err)
	}
	a := API{LogicalID: id, Authorizers: map[string]Authorizer{}}
	a.ID, _ = ref.(string)
	if props.m["DefinitionBody"] != nil || props.m["DefinitionUri"] != nil {
		rd.fault(props.path, "routes come from functions' HttpApi events, not from a definition")
	}
	a.CORS = rd.cors(props)
	auth := props.raw("Auth")
	a.DefaultAuthorizer = auth.text("DefaultAuthorizer")
	authorizers := auth.raw("Authorizers")
	for _, name := range sortedKeys(authorizers.m) {
		one := authorizers.raw(name)
		jwt := one.raw("JwtConfiguration")
		audience := append(jwt.list("audience"), jwt.list("Audience")...)
		issuer := jwt.text("issuer") + jwt.text("Issuer")
		if issuer == "" || len(audience) == 0 {
			rd.fault(one.path, "wants JwtConfiguration with issuer and audience")
		}
		source := one.text("IdentitySource")
		if source == "" {
			source = "$request.header.Authorization"
		}
		a.Authorizers[name] = Authorizer{Issuer: issuer, Audience: audience, Source: source, Scopes: one.list("AuthorizationScopes")}
	}
	if a.DefaultAuthorizer != "" {
		if _, ok := a.Authorizers[a.DefaultAuthorizer]; !ok {
			rd.fault(auth.path+".DefaultAuthorizer", "no authorizer %q", a.DefaultAuthorizer)
		}
	}
	return a
}

func (rd *reader) cors(props node) *CORS {
	switch v := props.value("CorsConfiguration").(type) {
	case nil:
		return nil
	case bool:
		if !v {
			return nil
		}
		return &CORS{Origins: []string{"*"}}
	case string:
		return &CORS{Origins: []string{v}}
	case map[string]any:
		n := node{rd: rd, m: v, path: props.path + ".CorsConfiguration"}
		c := &CORS{
			Origins: n.list("AllowOrigins"), Methods: n.list("AllowMethods"), Headers: n.list("AllowHeaders"),
			Expose: n.list("ExposeHeaders"), MaxAge: n.seconds("MaxAge", 0), Credentials: n.flag("AllowCredentials", false),
		}
		if c.Credentials && len(c.Origins) == 1 && c.Origins[0] == "*" {
			rd.fault(n.path, "AllowCredentials cannot go with origin *")
		}
		return c
	}
	rd.fault(props.path+".CorsConfiguration", "not a mapping")
	return nil
}

func (rd *reader) queue(id, name string, props node) Queue {
	q := Queue{
		LogicalID: id, Name: name, ARN: rd.res.arn(name, "AWS::SQS::Queue"), URL: rd.res.queueURL(name),
		// The defaults: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
		Visibility: props.seconds("VisibilityTimeout", 30*time.Second),
		Delay:      props.seconds("DelaySeconds", 0),
		Retention:  props.seconds("MessageRetentionPeriod", 4*24*time.Hour),
		BytesMax:   props.number("MaximumMessageSize", 0),
	}
	if props.flag("FifoQueue", false) {
		rd.fault(props.path+".FifoQueue", "has no local twin")
	}
	redrive := props.raw("RedrivePolicy")
	if text, ok := props.value("RedrivePolicy").(string); ok {
		redrive.m = map[string]any{}
		if err := json.Unmarshal([]byte(text), &redrive.m); err != nil {
			rd.fault(redrive.path, "not JSON")
		}
	}
	if len(redrive.m) > 0 {
		q.DeadARN, q.MaxReceive = redrive.need("deadLetterTargetArn"), redrive.number("maxReceiveCount", 0)
		if q.MaxReceive < 1 || q.MaxReceive > 1000 {
			rd.fault(redrive.path+".maxReceiveCount", "not from 1 to 1000")
		}
	}
	return q
}

func (rd *reader) table(id, name string, props node) Table {
	t := Table{LogicalID: id, Name: name, ARN: rd.res.arn(name, "AWS::DynamoDB::Table")}
	t.HashKey, t.RangeKey = rd.keys(props)
	if t.View = props.raw("StreamSpecification").text("StreamViewType"); t.View != "" {
		t.StreamARN = rd.res.streamARN(name)
	}
	t.TTL = props.raw("TimeToLiveSpecification").text("AttributeName")
	indexes, _ := props.value("GlobalSecondaryIndexes").([]any)
	for _, each := range indexes {
		m, _ := each.(map[string]any)
		n := node{rd: rd, m: m, path: props.path + ".GlobalSecondaryIndexes"}
		index := Index{Name: n.need("IndexName")}
		index.HashKey, index.RangeKey = rd.keys(n)
		t.Indexes = append(t.Indexes, index)
	}
	return t
}

func (rd *reader) keys(n node) (hash, rng string) {
	schema, _ := n.value("KeySchema").([]any)
	for _, each := range schema {
		m, _ := each.(map[string]any)
		key := node{rd: rd, m: m, path: n.path + ".KeySchema"}
		switch key.text("KeyType") {
		case "HASH":
			hash = key.need("AttributeName")
		case "RANGE":
			rng = key.need("AttributeName")
		}
	}
	if hash == "" {
		rd.fault(n.path+".KeySchema", "no HASH key")
	}
	return hash, rng
}

func (rd *reader) machine(id, name, kind string, props node) StateMachine {
	m := StateMachine{
		LogicalID: id, Name: name, ARN: rd.res.arn(name, kind), DefinitionURI: props.text("DefinitionUri"),
		Type: props.text("Type") + props.text("StateMachineType"), Substitutions: map[string]string{},
	}
	if m.Type == "" {
		m.Type = "STANDARD"
	}
	if m.Type != "STANDARD" {
		rd.fault(props.path+".Type", "%s has no local twin", m.Type)
	}
	switch {
	case props.m["DefinitionString"] != nil:
		m.Definition = []byte(props.text("DefinitionString"))
	case props.m["Definition"] != nil:
		definition, err := json.Marshal(props.value("Definition"))
		if err != nil {
			rd.fault(props.path+".Definition", "not JSON")
		}
		m.Definition = definition
	case m.DefinitionURI == "":
		rd.fault(props.path+".DefinitionUri", "missing")
	}
	substitutions := props.raw("DefinitionSubstitutions")
	for _, key := range sortedKeys(substitutions.m) {
		m.Substitutions[key] = substitutions.need(key)
	}
	return m
}

// implicitAPI adds the API that SAM makes for routes without one, with the settings in Globals.
func (rd *reader) implicitAPI(t *Template) {
	globals := node{rd: rd, m: rd.res.doc.globals, path: "Globals"}.raw("HttpApi")
	if rd.implicit {
		t.APIs = append(t.APIs, rd.api(implicitAPIID, globals))
	}
	known := map[string]API{}
	for i, a := range t.APIs {
		if a.CORS == nil {
			t.APIs[i].CORS = rd.cors(globals)
		}
		known[a.LogicalID] = a
	}
	for i, f := range t.Functions {
		for j, r := range f.Routes {
			path := "Resources." + f.LogicalID + ".Events"
			a, ok := known[r.API]
			if !ok {
				rd.fault(path, "route %s %s: no API %q", r.Method, r.Path, r.API)
			}
			switch r.Authorizer {
			case "":
				t.Functions[i].Routes[j].Authorizer = a.DefaultAuthorizer
			case "NONE":
				t.Functions[i].Routes[j].Authorizer = ""
			default:
				if _, ok := a.Authorizers[r.Authorizer]; !ok {
					rd.fault(path, "route %s %s: no authorizer %q", r.Method, r.Path, r.Authorizer)
				}
			}
			if !strings.HasPrefix(r.Path, "/") && r.Path != "$default" {
				rd.fault(path, "route path %q does not start with /", r.Path)
			}
		}
	}
}
