package templatecheck

import (
	"maps"
	"slices"
	"strings"
)

// TranslatedRule is one promise about what CloudFormation makes of the template: SAM writes permissions, mappings and the API's
// body, which no rule on the template sees.
type TranslatedRule struct {
	Name string
	Why  string // What happens to a shop whose template breaks it.
	find func(source, made *Template, f *findings)
}

// Check gives what breaks the rule in made, the translated form of source, one sentence each.
func (r TranslatedRule) Check(source, made *Template) []string {
	f := &findings{}
	r.find(source, made, f)
	return f.all
}

// TranslatedRules lists every rule on the translated form.
func TranslatedRules() []TranslatedRule {
	return []TranslatedRule{
		{"nothing_added", "a role or a door that SAM made for us is one that nobody reviewed", nothingAdded},
		{"kept_as_written", "what is not SAM's own goes to CloudFormation as it stands", keptAsWritten},
		{"function_whole", "a function that lost its limits, its log or its role on the way is another function", functionWhole},
		{"permission_bound", "a permission without a source lets every account's API call the function", permissionBound},
		{"permission_whole", "a route without its permission answers 500", permissionWhole},
		{"body_routes", "the body is what API Gateway serves, whatever the template says", bodyRoutes},
		{"body_signed_in", "a route without its authorizer in the body is open", bodySignedIn},
		{"stage_bound", "the bounds and the log of the API stand at its stage", stageBound},
		{"mapping_whole", "a mapping that lost its settings loses batches", mappingWhole},
	}
}

// made are the kinds of resources that SAM writes for Till, by the kind that it writes them from.
func madeKinds() map[string]string {
	return map[string]string{
		"AWS::Lambda::Permission": "AWS::Serverless::Function", "AWS::Lambda::EventSourceMapping": "AWS::Serverless::Function",
		"AWS::Lambda::EventInvokeConfig": "AWS::Serverless::Function", "AWS::Events::Rule": "AWS::Serverless::Function",
		"AWS::ApiGatewayV2::Stage": "AWS::Serverless::HttpApi",
	}
}

// becomes is what SAM's own kinds are called in CloudFormation.
func becomes() map[string]string {
	return map[string]string{
		"AWS::Serverless::Function": "AWS::Lambda::Function", "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
		"AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
	}
}

func nothingAdded(source, made *Template, f *findings) {
	for _, id := range slices.Sorted(maps.Keys(made.resources())) {
		kind := text(At(made.resources()[id], "Type"))
		if source.resources()[id] == nil && madeKinds()[kind] == "" {
			f.add(id, "was added, a %s", kind)
		}
	}
}

func keptAsWritten(source, made *Template, f *findings) {
	for _, id := range slices.Sorted(maps.Keys(source.resources())) {
		want, got := source.resources()[id], made.resources()[id]
		if kind := becomes()[text(At(want, "Type"))]; kind != "" {
			if At(got, "Type") != kind {
				f.add(id, "did not become a %s", kind)
			}
			continue
		}
		if plainText(want) != plainText(got) {
			f.add(id, "is not as it was written")
		}
	}
}

// plainText is short with the forms that SAM writes otherwise made one: GetAtt as a list, and an API's stage by its own name.
func plainText(v any) string {
	var one func(any) any
	one = func(v any) any {
		switch x := v.(type) {
		case map[string]any:
			out := make(map[string]any, len(x))
			for key, each := range x {
				out[key] = one(each)
			}
			if parts := texts(x["Fn::GetAtt"]); len(parts) > 0 {
				out["Fn::GetAtt"] = strings.Join(parts, ".")
			}
			if ref := text(x["Ref"]); strings.HasSuffix(ref, ".Stage") {
				out["Ref"] = strings.TrimSuffix(ref, ".Stage") + "ApiGatewayDefaultStage"
			}
			return out
		case []any:
			out := make([]any, 0, len(x))
			for _, each := range x {
				out = append(out, one(each))
			}
			return out
		default:
			return v
		}
	}
	return short(one(v))
}

func functionWhole(source, made *Template, f *findings) {
	for _, id := range source.Functions() {
		p := made.Resource(id)
		if refersTo(p["Role"]) != source.roleOf(id) {
			f.add(id, "runs with another role: %s", short(p["Role"]))
		}
		for _, key := range []string{"Timeout", "MemorySize", "ReservedConcurrentExecutions", "Architectures", "Runtime", "Handler", "LoggingConfig"} {
			if want, got := plainText(source.setting(id, key)), plainText(p[key]); want != got {
				f.add(id, "%s became %s", key, got)
			}
		}
		env, _ := At(p, "Environment", "Variables").(map[string]any)
		if want, got := plainText(source.Environment(id)), plainText(env); want != got {
			f.add(id, "is told other things: %s", got)
		}
		if At(p, "TracingConfig", "Mode") != "Active" {
			f.add(id, "is not traced")
		}
	}
}

// permission is who calls a function: "PRINCIPAL FUNCTION SOURCE".
func permission(p map[string]any) string {
	source := plainText(p["SourceArn"])
	if _, route, isRoute := strings.Cut(source, "${__ApiId__}/${__Stage__}/"); isRoute {
		source, _, _ = strings.Cut(route, ",")
	}
	return text(p["Principal"]) + " " + refersTo(p["FunctionName"]) + " " + source
}

func permissionBound(_, made *Template, f *findings) {
	for _, id := range made.OfType("AWS::Lambda::Permission") {
		p := made.Resource(id)
		arn := plainText(p["SourceArn"])
		isRoute := strings.HasPrefix(arn, "!Sub [arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/") &&
			strings.HasSuffix(arn, ", {__ApiId__: !Ref HttpApi, __Stage__: *}]")
		isOurs := made.Resource(refersTo(p["SourceArn"])) != nil
		if p["Action"] != "lambda:InvokeFunction" || p["Principal"] == "*" || !isRoute && !isOurs {
			f.add(id, "lets %s call from %s", short(p["Principal"]), arn)
		}
	}
}

// permissionWhole holds who may call to who does: each route, the schedule, the pool.
func permissionWhole(source, made *Template, f *findings) {
	left := map[string]bool{}
	for _, r := range source.Routes() {
		method, path, _ := strings.Cut(r.Key, " ")
		var parts []string
		for part := range strings.SplitSeq(path, "/") {
			if strings.HasPrefix(part, "{") {
				part = "*"
			}
			parts = append(parts, part)
		}
		if r.Key == "$default" {
			method, parts = "", []string{"*"} // Whatever no other route takes.
		}
		left["apigateway.amazonaws.com "+r.Function+" "+method+strings.Join(parts, "/")] = true
	}
	for _, id := range source.OfType("AWS::Lambda::Permission") {
		left[permission(source.Resource(id))] = true
	}
	for _, id := range made.OfType("AWS::Events::Rule") {
		for _, target := range list(made.Resource(id)["Targets"]) {
			left["events.amazonaws.com "+refersTo(At(target, "Arn"))+" !GetAtt "+id+".Arn"] = true
		}
	}
	for _, id := range made.OfType("AWS::Lambda::Permission") {
		is := permission(made.Resource(id))
		if !left[is] {
			f.add(id, "allows what is neither a route nor a trigger: %s", is)
		}
		delete(left, is)
	}
	for is := range left {
		f.add("HttpApi", "nobody allows %s", is)
	}
}

// served lists the routes of the API's body: what stands there, by method and path.
func served(made *Template) map[string]any {
	paths, _ := At(made.Resource("HttpApi"), "Body", "paths").(map[string]any)
	out := map[string]any{}
	for path, item := range paths {
		methods, _ := item.(map[string]any)
		for method, operation := range methods {
			key := strings.ToUpper(method) + " " + path
			if method == "x-amazon-apigateway-any-method" && At(operation, "isDefaultRoute") == true {
				key = "$default"
			}
			out[key] = operation
		}
	}
	return out
}

func bodyRoutes(source, made *Template, f *findings) {
	left := served(made)
	for _, r := range source.Routes() {
		at := At(left[r.Key], "x-amazon-apigateway-integration")
		want := "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${" + r.Function + ".Arn}/invocations"
		if At(at, "uri", "Fn::Sub") != want || At(at, "type") != "aws_proxy" || At(at, "payloadFormatVersion") != "2.0" {
			f.add("HttpApi", "%s does not lead to %s", r.Key, r.Function)
		}
		delete(left, r.Key)
	}
	for key := range left {
		f.add("HttpApi", "serves %s, which is no route", key)
	}
}

func bodySignedIn(_, made *Template, f *findings) {
	for key, operation := range served(made) {
		want := "<nil>"
		if strings.Contains(key, " /staff/") {
			want = "[{Staff: []}]"
		}
		if strings.Contains(key, " /account/") {
			want = "[{Customers: []}]"
		}
		if got := short(At(operation, "security")); got != want {
			f.add("HttpApi", "%s asks for %s, not %s", key, got, want)
		}
	}
	scheme := At(made.Resource("HttpApi"), "Body", "components", "securitySchemes", "Staff", "x-amazon-apigateway-authorizer")
	if At(scheme, "type") != "jwt" || short(At(scheme, "jwtConfiguration", "audience")) != "[!Ref StaffClient]" ||
		short(At(scheme, "jwtConfiguration", "issuer")) != "!Sub https://cognito-idp.${AWS::Region}.amazonaws.com/${StaffPool}" ||
		At(scheme, "identitySource") != "$request.header.Authorization" {
		f.add("HttpApi", "signs staff in otherwise: %s", short(scheme))
	}
	scheme = At(made.Resource("HttpApi"), "Body", "components", "securitySchemes", "Customers", "x-amazon-apigateway-authorizer")
	if At(scheme, "type") != "jwt" || plainText(At(scheme, "jwtConfiguration")) != customersJWT || At(scheme, "identitySource") != "$request.header.Authorization" {
		f.add("HttpApi", "signs customers in otherwise: %s", short(scheme))
	}
}

func stageBound(source, made *Template, f *findings) {
	stages := made.OfType("AWS::ApiGatewayV2::Stage")
	if len(stages) != 1 {
		f.add("HttpApi", "has %d stages", len(stages))
	}
	for _, id := range stages {
		for _, key := range []string{"DefaultRouteSettings", "RouteSettings", "AccessLogSettings"} {
			if want, got := plainText(source.Resource("HttpApi")[key]), plainText(made.Resource(id)[key]); want != got {
				f.add(id, "%s became %s", key, got)
			}
		}
	}
	body := At(made.Resource("HttpApi"), "Body")
	origins := strings.Split(text(At(source.parameters()["AllowedOrigins"], "Default")), ",")
	if got := At(body, "x-amazon-apigateway-cors", "allowOrigins"); !slices.Equal(texts(list(got)), origins) {
		f.add("HttpApi", "lets pages of %s call", short(got))
	}
	if got := short(At(body, "servers")); got != "[{x-amazon-apigateway-endpoint-configuration: {disableExecuteApiEndpoint: !If [HasDomain, true, false]}}]" {
		f.add("HttpApi", "keeps its second door open: %s", got)
	}
	if made.Resource("HttpApi")["FailOnWarnings"] != true {
		f.add("HttpApi", "is taken with warnings")
	}
}

// mappingWhole compares each mapping with the event that it was made from.
func mappingWhole(source, made *Template, f *findings) {
	for _, id := range source.Functions() {
		all, _ := source.Resource(id)["Events"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			kind := text(At(all[name], "Type"))
			if kind != "SQS" && kind != "DynamoDB" {
				continue
			}
			want, _ := At(all[name], "Properties").(map[string]any)
			got := maps.Clone(made.Resource(id + name))
			if got == nil || refersTo(got["FunctionName"]) != id {
				f.add(id, "has no mapping for %s", name)
				continue
			}
			delete(got, "FunctionName")
			want = maps.Clone(want)
			want["EventSourceArn"] = want[map[string]string{"SQS": "Queue", "DynamoDB": "Stream"}[kind]]
			delete(want, "Queue")
			delete(want, "Stream")
			if to := At(want, "DestinationConfig", "OnFailure", "Destination"); to != nil {
				want["DestinationConfig"] = map[string]any{"OnFailure": map[string]any{"Destination": to}}
			}
			if plainText(want) != plainText(got) {
				f.add(id+name, "became %s", plainText(got))
			}
		}
	}
}
