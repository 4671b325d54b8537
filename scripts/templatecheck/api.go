package templatecheck

import (
	"slices"
	"strings"
)

func apiRules() []Rule {
	return []Rule{
		{"routes_listed", "what is not listed is nobody's promise, and nobody's test", routesListed},
		{"routes_told", "a known path under a wrong method is 405, which needs the list", routesTold},
		{"staff_signed_in", "an open staff route gives money back to strangers", staffSignedIn},
		{"second_factor", "a password alone is anybody's", secondFactor},
		{"origins_exact", "a star lets any page use a shopper's link", originsExact},
		{"access_log_blind", "an address or a user agent is personal data", accessLogBlind},
		{"throttled", "without a bound one visitor takes every run the account has", throttled},
	}
}

// routes is every route that Till promises, by the folder that answers it. docs: infra/openapi.yaml.
func routes() map[string]string {
	return map[string]string{
		"GET /products":              "shopper/listproducts",
		"GET /products/{sku}":        "shopper/showproduct",
		"POST /quotes":               "shopper/quote",
		"POST /orders":               "shopper/placeorder",
		"GET /orders/{id}":           "shopper/vieworder",
		"POST /orders/{id}/payments": "shopper/startpayment",
		"GET /orders/{id}/payments/{payment_id}/return":            "shopper/returnpayment",
		"POST /orders/{id}/cancellation":                           "shopper/cancelorder",
		"$default":                                                 "shopper/fallback",
		"POST /webhooks/stripe":                                    "webhook/receivestripe",
		"GET /staff/orders":                                        "staff/listorders",
		"GET /staff/orders/{id}":                                   "staff/showorder",
		"POST /staff/orders/{id}/refunds":                          "staff/refund",
		"PUT /staff/orders/{id}/holds/{key}":                       "staff/hold",
		"DELETE /staff/orders/{id}/holds/{key}":                    "staff/lift",
		"POST /staff/orders/{id}/shipments":                        "staff/ship",
		"POST /staff/orders/{id}/shipments/{shipment_id}/delivery": "staff/deliver",
		"PUT /staff/products/{sku}":                                "staff/putproduct",
		"PUT /staff/stock/{sku}":                                   "staff/setstock",
	}
}

// Route is one route of the API.
type Route struct {
	Key        string // "GET /orders/{id}", or "$default".
	Function   string // Logical id.
	API        string // Logical id.
	Authorizer string
}

// Routes lists the API's routes, function by function.
func (t *Template) Routes() []Route {
	var out []Route
	for _, id := range t.Functions() {
		for _, event := range t.events(id, "HttpApi") {
			key := strings.TrimSpace(strings.ToUpper(text(event["Method"])) + " " + text(event["Path"]))
			if key == "" {
				key = "$default"
			}
			out = append(out, Route{key, id, refersTo(event["ApiId"]), text(At(event, "Auth", "Authorizer"))})
		}
	}
	return out
}

// claimsTrigger is the function that the staff's pool asks before it makes a token: without it no token says that a second
// factor was used, and staff's routes take none.
func (t *Template) claimsTrigger() string {
	return refersTo(At(t.Resource("StaffPool"), "LambdaConfig", "PreTokenGenerationConfig", "LambdaArn"))
}

func routesListed(t *Template, f *findings) {
	left := routes()
	for _, r := range t.Routes() {
		if folder := t.Folder(r.Function); left[r.Key] != folder {
			f.add(r.Function, "answers %s, which is %q's, or another's already", r.Key, left[r.Key])
			continue
		}
		delete(left, r.Key)
		if r.API != "HttpApi" {
			f.add(r.Function, "answers on another API than HttpApi")
		}
	}
	for key, folder := range left {
		f.add("HttpApi", "has no route %s for %s", key, folder)
	}
	for _, id := range t.Functions() {
		group, _, _ := strings.Cut(t.Folder(id), "/")
		if id == t.claimsTrigger() {
			continue // The staff's pool calls it.
		}
		if byHTTP := t.events(id, "HttpApi") != nil; byHTTP != slices.Contains([]string{"shopper", "webhook", "staff"}, group) {
			f.add(id, "of %s has the wrong kind of caller", group)
		}
	}
}

// Told lists the routes that the fallback is told, sorted.
func (t *Template) Told() []string {
	var out []string
	for _, id := range t.Functions() {
		words := strings.Fields(text(t.Environment(id)["ROUTES"]))
		for i := 0; i+1 < len(words); i += 2 {
			out = append(out, words[i]+" "+words[i+1])
		}
	}
	slices.Sort(out)
	return out
}

func routesTold(t *Template, f *findings) {
	var want []string
	for _, r := range t.Routes() {
		if r.Key != "$default" {
			want = append(want, r.Key)
		}
	}
	slices.Sort(want)
	if !slices.Equal(t.Told(), want) {
		f.add("Fallback", "is told other routes than the API has")
	}
}

func staffSignedIn(t *Template, f *findings) {
	for _, r := range t.Routes() {
		_, path, _ := strings.Cut(r.Key, " ")
		isStaff := path == "/staff" || strings.HasPrefix(path, "/staff/") || strings.HasPrefix(t.Folder(r.Function), "staff/")
		if isStaff != (r.Authorizer == "Staff") {
			f.add(r.Function, "%s has the authorizer %q", r.Key, r.Authorizer)
		}
	}
	jwt := At(t.Resource("HttpApi"), "Auth", "Authorizers", "Staff", "JwtConfiguration")
	issuer := text(At(jwt, "issuer", "Fn::Sub"))
	if issuer != "https://cognito-idp.${AWS::Region}.amazonaws.com/${StaffPool}" {
		f.add("HttpApi", "believes another issuer than the staff's pool")
	}
	if audience := list(At(jwt, "audience")); len(audience) != 1 || refersTo(audience[0]) != "StaffClient" {
		f.add("HttpApi", "believes tokens made for others")
	}
}

func secondFactor(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::Cognito::UserPool") {
		p := t.Resource(id)
		if p["MfaConfiguration"] != "ON" || !slices.Equal(texts(p["EnabledMfas"]), []string{"SOFTWARE_TOKEN_MFA"}) {
			f.add(id, "lets people in without a second factor, or by text message")
		}
		if t.claimsTrigger() == "" || text(At(p, "LambdaConfig", "PreTokenGenerationConfig", "LambdaVersion")) != "V2_0" {
			f.add(id, "has no trigger that puts the second factor into access tokens")
		}
		if At(p, "AdminCreateUserConfig", "AllowAdminCreateUserOnly") != true {
			f.add(id, "lets anybody sign up")
		}
		if protection := list(At(p["DeletionProtection"], "Fn::If")); len(protection) != 3 || protection[1] != "ACTIVE" {
			f.add(id, "may be deleted")
		}
		t.retained(id, f)
	}
	for _, id := range t.OfType("AWS::Cognito::UserPoolClient") {
		p := t.Resource(id)
		if hours := whole(p["AccessTokenValidity"], 24); hours != 1 || At(p, "TokenValidityUnits", "AccessToken") != "hours" {
			f.add(id, "gives tokens for other than an hour")
		}
		for _, flow := range texts(p["ExplicitAuthFlows"]) {
			if strings.Contains(flow, "PASSWORD") {
				f.add(id, "takes the password itself: %s", flow)
			}
		}
	}
	var groups []string
	for _, id := range t.OfType("AWS::Cognito::UserPoolGroup") {
		groups = append(groups, text(t.Resource(id)["GroupName"]))
	}
	if slices.Sort(groups); !slices.Equal(groups, []string{"admin", "manager", "packer", "viewer"}) {
		f.add("StaffPool", "has other groups than admin, manager, packer and viewer")
	}
}

func originsExact(t *Template, f *findings) {
	cors := t.Resource("HttpApi")["CorsConfiguration"]
	if refersTo(At(cors, "AllowOrigins")) != "AllowedOrigins" {
		f.add("HttpApi", "does not follow the parameter AllowedOrigins")
	}
	if strings.Contains(text(At(t.Root, "Parameters", "AllowedOrigins", "Default")), "*") {
		f.add("AllowedOrigins", "is any origin")
	}
	if slices.Contains(texts(At(cors, "AllowHeaders")), "*") || At(cors, "AllowCredentials") == true {
		f.add("HttpApi", "takes any header, or cookies, from other origins")
	}
	for _, header := range []string{"authorization", "content-type", "idempotency-key"} {
		if !slices.Contains(texts(At(cors, "AllowHeaders")), header) {
			f.add("HttpApi", "does not let browsers send %s", header)
		}
	}
}

func accessLogBlind(t *Template, f *findings) {
	logs := t.Resource("HttpApi")["AccessLogSettings"]
	format := text(At(logs, "Format"))
	if refersTo(At(logs, "DestinationArn")) != "ApiLog" || !strings.Contains(format, "$context.routeKey") || !strings.Contains(format, "$context.status") {
		f.add("HttpApi", "keeps no access log")
	}
	for _, personal := range []string{"$context.identity", "$context.path", "$context.http.path", "authorizer.claims", "userAgent", "sourceIp"} {
		if strings.Contains(format, personal) {
			f.add("HttpApi", "logs %s", personal)
		}
	}
}

func throttled(t *Template, f *findings) {
	settings := t.Resource("HttpApi")["DefaultRouteSettings"]
	if refersTo(At(settings, "ThrottlingRateLimit")) != "ThrottleRate" || refersTo(At(settings, "ThrottlingBurstLimit")) != "ThrottleBurst" {
		f.add("HttpApi", "takes requests without bound")
	}
}
