package templatecheck

import (
	"maps"
	"slices"
	"strings"
)

func apiRules() []Rule {
	return []Rule{
		{"routes_listed", "what is not listed is nobody's promise, and nobody's test", routesListed},
		{"routes_told", "a known path under a wrong method is 405, which needs the list", routesTold},
		{"customers_apart", "a token of one pool must not open what the other is for", customersApart},
		{"staff_signed_in", "an open staff route gives money back to strangers", staffSignedIn},
		{"origins_exact", "a star lets any page use a shopper's link", originsExact},
		{"access_log_blind", "an address or a user agent is personal data", accessLogBlind},
		{"throttled", "without a bound one visitor takes every run the account has", throttled},
	}
}

// routes is every route that Till promises, by the folder that answers it. docs: infra/openapi.yaml.
func routes() map[string]string {
	return map[string]string{
		"GET /products":                                            "shopper/listproducts",
		"GET /products/{sku}":                                      "shopper/showproduct",
		"POST /quotes":                                             "shopper/quote",
		"POST /orders":                                             "shopper/placeorder",
		"GET /orders/{id}":                                         "shopper/vieworder",
		"POST /orders/{id}/payments":                               "shopper/startpayment",
		"GET /orders/{id}/payments/options":                        "shopper/startpayment",
		"GET /orders/{id}/payments/{payment_id}/return":            "shopper/returnpayment",
		"POST /orders/{id}/payments/{payment_id}/confirm":          "shopper/confirmpayment",
		"POST /orders/{id}/cancellation":                           "shopper/cancelorder",
		"PATCH /orders/{id}":                                       "shopper/editorder",
		"POST /orders/{id}/link":                                   "shopper/sendlink",
		"POST /orders/{id}/returns":                                "shopper/askreturn",
		"POST /customers/code":                                     "shopper/sendlink",
		"GET /customers/export":                                    "shopper/exportcustomer",
		"DELETE /customers":                                        "shopper/erasecustomer",
		"GET /account/orders":                                      "shopper/myorders",
		"GET /account/orders/{id}":                                 "shopper/myorders",
		"$default":                                                 "shopper/fallback",
		"POST /webhooks/paypal":                                    "webhook/receivepaypal",
		"POST /webhooks/square":                                    "webhook/receivesquare",
		"POST /webhooks/stripe":                                    "webhook/receivestripe",
		"GET /staff/orders":                                        "staff/listorders",
		"GET /staff/orders/{id}":                                   "staff/showorder",
		"POST /staff/orders/{id}/refunds":                          "staff/refund",
		"POST /staff/orders/{id}/refunds/{refund_id}/approval":     "staff/approve",
		"PUT /staff/orders/{id}/returns/{return_id}":               "staff/returns",
		"POST /staff/orders/{id}/captures":                         "staff/capture",
		"POST /staff/orders/{id}/void":                             "staff/void",
		"GET /staff/orders/{id}/disputes/{dispute}/evidence":       "staff/dispute",
		"POST /staff/orders/{id}/disputes/{dispute}/evidence":      "staff/dispute",
		"POST /staff/orders/{id}/disputes/{dispute}/acceptance":    "staff/dispute",
		"POST /staff/orders/{id}/cancellation":                     "staff/cancel",
		"GET /staff/inbox":                                         "staff/inbox",
		"POST /staff/inbox/{event}/replay":                         "staff/inbox",
		"GET /staff/reports/ledger":                                "staff/reportledger",
		"GET /staff/reports/differences":                           "staff/reportledger",
		"GET /staff/reports/gateways":                              "staff/reportledger",
		"PUT /staff/orders/{id}/holds/{key}":                       "staff/hold",
		"DELETE /staff/orders/{id}/holds/{key}":                    "staff/lift",
		"POST /staff/orders/{id}/shipments":                        "staff/ship",
		"POST /staff/orders/{id}/shipments/{shipment_id}/delivery": "staff/deliver",
		"PUT /staff/products/{sku}":                                "staff/putproduct",
		"GET /staff/products":                                      "staff/showproducts",
		"GET /staff/products/{sku}":                                "staff/showproducts",
		"GET /staff/products/{sku}/history":                        "staff/showproducts",
		"POST /staff/products/import":                              "staff/putproduct",
		"GET /staff/stock":                                         "staff/setstock",
		"GET /staff/stock/{sku}":                                   "staff/setstock",
		"POST /staff/stock/{sku}/entries":                          "staff/setstock",
		"PUT /staff/stock/{sku}":                                   "staff/setstock",
		"GET /staff/settings":                                      "staff/shopsettings",
		"PUT /staff/settings":                                      "staff/shopsettings",
		"GET /staff/settings/history":                              "staff/shopsettings",
		"GET /staff/settings/history/{version}":                    "staff/shopsettings",
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
	staff := At(t.Resource("HttpApi"), "Auth", "Authorizers", "Staff")
	if At(staff, "IdentitySource") != "$request.header.Authorization" {
		f.add("HttpApi", "looks for the token elsewhere than in Authorization: queries are logged")
	}
	jwt := At(staff, "JwtConfiguration")
	issuer := text(At(jwt, "issuer", "Fn::Sub"))
	if issuer != "https://cognito-idp.${AWS::Region}.amazonaws.com/${StaffPool}" {
		f.add("HttpApi", "believes another issuer than the staff's pool")
	}
	if audience := list(At(jwt, "audience")); len(audience) != 1 || refersTo(audience[0]) != "StaffClient" {
		f.add("HttpApi", "believes tokens made for others")
	}
}

// customersApart holds the authorizer of customers' own routes. Without accounts it believes in tokens that nobody issues.
func customersApart(t *Template, f *findings) {
	for _, r := range t.Routes() {
		_, path, _ := strings.Cut(r.Key, " ")
		if isTheirs := strings.HasPrefix(path, "/account/"); isTheirs != (r.Authorizer == "Customers") {
			f.add(r.Function, "%s has the authorizer %q", r.Key, r.Authorizer)
		}
	}
	if got := short(At(t.Resource("HttpApi"), "Auth", "Authorizers", "Customers")); got != "{IdentitySource: $request.header.Authorization, JwtConfiguration: "+customersJWT+"}" {
		f.add("HttpApi", "signs customers in otherwise: %s", got)
	}
	if authorizers, _ := At(t.Resource("HttpApi"), "Auth", "Authorizers").(map[string]any); len(authorizers) != 2 {
		f.add("HttpApi", "has %d authorizers, not staff's and customers'", len(authorizers))
	}
}

// customersJWT is which tokens are believed on customers' own routes.
const customersJWT = "{audience: [!If [HasAccounts, !Ref CustomerClient, nobody]], issuer: !If [HasAccounts, " +
	"!Sub https://cognito-idp.${AWS::Region}.amazonaws.com/${CustomerPool}, !Sub https://cognito-idp.${AWS::Region}.amazonaws.com/${StaffPool}]}"

func originsExact(t *Template, f *findings) {
	cors := t.Resource("HttpApi")["CorsConfiguration"]
	if refersTo(At(cors, "AllowOrigins")) != "AllowedOrigins" {
		f.add("HttpApi", "does not follow the parameter AllowedOrigins")
	}
	if strings.Contains(text(At(t.Root, "Parameters", "AllowedOrigins", "Default")), "*") {
		f.add("AllowedOrigins", "is any origin")
	}
	used := map[string]bool{}
	for _, r := range t.Routes() {
		if method, _, there := strings.Cut(r.Key, " "); there {
			used[method] = true
		}
	}
	methods := texts(At(cors, "AllowMethods"))
	if slices.Sort(methods); !slices.Equal(methods, slices.Sorted(maps.Keys(used))) {
		f.add("HttpApi", "lets pages send other methods than its routes have: %v", methods)
	}
	for _, header := range []string{"etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"} {
		if !slices.Contains(texts(At(cors, "ExposeHeaders")), header) {
			f.add("HttpApi", "does not let pages read %s", header)
		}
	}
	if age := whole(At(cors, "MaxAge"), 0); age < 60 || age > 7200 {
		f.add("HttpApi", "lets browsers keep the answer for %d s, not a minute to two hours", age)
	}
	if slices.Contains(texts(At(cors, "AllowHeaders")), "*") || At(cors, "AllowCredentials") == true {
		f.add("HttpApi", "takes any header, or cookies, from other origins")
	}
	for _, header := range []string{"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"} {
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
	// Each such request is a message on the queue of mails, whoever sends it.
	for _, route := range []string{"POST /orders/{id}/link", "POST /customers/code", "GET /customers/export", "DELETE /customers"} {
		got := short(At(t.Resource("HttpApi"), "RouteSettings", route))
		if got == "{ThrottlingBurstLimit: 20, ThrottlingRateLimit: 5}" {
			continue
		}
		f.add("HttpApi", "lets a flood of requests for links keep mails waiting: %s", got)
	}
}
