package httpapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/httpapi"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

type code func(context.Context, []byte) ([]byte, error)

func (c code) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return c(ctx, payload) }

// echo answers with the event that it got.
func echo(_ context.Context, payload []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": string(payload), "headers": map[string]any{"content-type": "application/json"}})
}

func answers(text string) code {
	return func(context.Context, []byte) ([]byte, error) { return []byte(text), nil }
}

func newAPI(t *testing.T, exec clock.Executor, edit func(*httpapi.Config), routes ...httpapi.Route) *httpapi.API {
	t.Helper()
	cl := clock.New(time.Date(2026, 3, 1, 19, 3, 58, 0, time.UTC), exec)
	c := httpapi.Config{ID: "api1", Account: "000000000000", Clock: cl, IDs: ident.New("h"), Runner: &invoke.Runner{Clock: cl, IDs: ident.New("r")}, Routes: routes}
	if edit != nil {
		edit(&c)
	}
	a, err := httpapi.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func route(method, path string, c code) httpapi.Route {
	return httpapi.Route{Method: method, Path: path, Function: &invoke.Function{Name: method + path, ARN: "arn:f", Timeout: 15 * time.Second, Handler: c}}
}

func request(method, target string, body io.Reader) *http.Request {
	return httptest.NewRequestWithContext(context.Background(), method, target, body)
}

func call(a http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

func event(t *testing.T, w *httptest.ResponseRecorder) events.APIGatewayV2HTTPRequest {
	t.Helper()
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != http.StatusOK {
		t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
	}
	return e
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
func TestAnEventHasTheShapeOfPayloadTwo(t *testing.T) {
	a := newAPI(t, clock.Inline{}, nil, route("POST", "/orders/{id}/payments", echo))
	r := request("POST", "http://shop.example:8080/orders/ord%201/payments?a=1&a=2&b=x%26y&=z&c", strings.NewReader(`{"x":"ä"}`))
	r.RemoteAddr = "192.0.2.7:1234"
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Add("X-Two", "1")
	r.Header.Add("X-Two", "2")
	r.Header.Add("Cookie", "a=1; b=2")
	r.Header.Set("Connection", "keep-alive")
	r.Header.Set("User-Agent", "browser")
	e := event(t, call(a, r))
	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /orders/{id}/payments", RawPath: "/orders/ord 1/payments", RawQueryString: "a=1&a=2&b=x%26y&=z&c",
		Cookies: []string{"a=1", "b=2"}, Body: `{"x":"ä"}`,
		Headers: map[string]string{
			"content-type": "application/json; charset=utf-8", "host": "shop.example:8080", "user-agent": "browser", "x-two": "1,2",
			"x-forwarded-for": "192.0.2.7", "x-forwarded-port": "8080", "x-forwarded-proto": "http",
		},
		QueryStringParameters: map[string]string{"a": "1,2", "b": "x&y", "c": ""}, PathParameters: map[string]string{"id": "ord 1"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "POST /orders/{id}/payments", AccountID: "000000000000", Stage: "$default", APIID: "api1",
			RequestID: e.RequestContext.RequestID, DomainName: "shop.example:8080", DomainPrefix: "shop",
			Time: "01/Mar/2026:19:03:58 +0000", TimeEpoch: 1772391838000,
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: "POST", Path: "/orders/ord 1/payments", Protocol: "HTTP/1.1", SourceIP: "192.0.2.7", UserAgent: "browser",
			},
		},
	}
	if diff := cmp.Diff(want, e); diff != "" || e.RequestContext.RequestID == "" {
		t.Fatal(diff)
	}
}

func TestOnlyTextArrivesAsText(t *testing.T) {
	a := newAPI(t, clock.Inline{}, nil, route("POST", "/x", echo))
	for kind, base64Encoded := range map[string]bool{
		"application/json": false, "text/plain": false, "application/xml": false, "application/json;charset=UTF-8": false,
		"application/x-www-form-urlencoded": true, "application/octet-stream": true, "application/problem+json": true, "": true, "???": true,
	} {
		r := request("POST", "/x", strings.NewReader("a=1&b=2"))
		r.Header.Set("Content-Type", kind)
		e := event(t, call(a, r))
		body := []byte(e.Body)
		if e.IsBase64Encoded {
			var err error
			if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
				t.Fatal(err)
			}
		}
		if e.IsBase64Encoded != base64Encoded || string(body) != "a=1&b=2" {
			t.Errorf("%q: base64 %v, body %q", kind, e.IsBase64Encoded, e.Body)
		}
	}
	if e := event(t, call(a, request("POST", "/x", nil))); e.IsBase64Encoded || e.Body != "" {
		t.Errorf("an empty body: %+v", e)
	}
}

func TestTheMostSpecificRouteWins(t *testing.T) {
	named := func(name string) code { return answers(`{"statusCode":200,"body":"` + name + `"}`) }
	a := newAPI(t, clock.Inline{}, nil,
		route("ANY", "$default", named("default")), route("GET", "/orders/{id}", named("variable")), route("GET", "/orders/mine", named("fixed")),
		route("ANY", "/orders/{id}", named("any")), route("GET", "/files/{path+}", named("greedy")), route("GET", "/files/{a}/{b}", named("two")))
	for target, want := range map[string]string{
		"GET /orders/1": "variable", "GET /orders/mine": "fixed", "PUT /orders/1": "any", "GET /orders/1/": "default", "GET /orders": "default",
		"GET /orders//": "default", "GET /": "default", "GET /files/a/b": "two", "GET /files/a/b/c": "greedy", "GET /files/": "default", "OPTIONS /orders/1": "any",
		"GET /orders/a%2Fb": "variable",
	} {
		method, path, _ := strings.Cut(target, " ")
		if got := call(a, request(method, path, nil)).Body.String(); got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
	bare := newAPI(t, clock.Inline{}, nil, route("GET", "/x", echo))
	if w := call(bare, request("GET", "/y", nil)); w.Code != 404 || w.Body.String() != `{"message":"Not Found"}` {
		t.Errorf("no route: %d %s", w.Code, w.Body)
	}
}

func TestLimits(t *testing.T) {
	a := newAPI(t, clock.Inline{}, nil, route("POST", "/x", answers(`{"statusCode":200}`)))
	if w := call(a, request("POST", "/x", bytes.NewReader(make([]byte, 10<<20)))); w.Code != 200 {
		t.Errorf("ten megabytes: %d", w.Code)
	}
	if w := call(a, request("POST", "/x", bytes.NewReader(make([]byte, 10<<20+1)))); w.Code != 413 || w.Body.String() != `{"message":"Request Entity Too Large"}` {
		t.Errorf("more: %d %s", w.Code, w.Body)
	}
	r := request("POST", "/x", nil)
	r.Header.Set("X-Long", strings.Repeat("x", 10_240))
	if w := call(a, r); w.Code != 431 {
		t.Errorf("long headers: %d", w.Code)
	}
}

func TestAnswersAreDecoded(t *testing.T) {
	for _, row := range []struct {
		name, answer string
		status       int
		body         string
		headers      map[string]string
	}{
		{"with headers and text", `{"statusCode":201,"headers":{"Location":"/x","X-N":5},"body":"made"}`, 201, "made", map[string]string{"Location": "/x", "X-N": "5", "Content-Type": "text/plain;charset=UTF-8"}},
		{"in base64", `{"statusCode":200,"isBase64Encoded":true,"body":"AAE="}`, 200, "\x00\x01", nil},
		{"with cookies", `{"statusCode":204,"cookies":["a=1; Secure","b=2"]}`, 204, "", map[string]string{"Set-Cookie": "a=1; Secure"}},
		{"without a status, all of it is the body", `{"order":1}`, 200, `{"order":1}`, map[string]string{"Content-Type": "application/json"}},
		{"a list is a body", `[1]`, 200, `[1]`, nil},
		{"multiValueHeaders have no meaning", `{"statusCode":200,"multiValueHeaders":{"X-A":["1"]}}`, 200, "", map[string]string{"X-A": ""}},
		{"a status that is none", `{"statusCode":0,"body":"x"}`, 500, `{"message":"Internal Server Error"}`, nil},
		{"a status that is a text", `{"statusCode":"many"}`, 500, `{"message":"Internal Server Error"}`, nil},
		{"a null status", `{"statusCode":null}`, 500, `{"message":"Internal Server Error"}`, nil},
		{"a body that is not base64", `{"statusCode":200,"isBase64Encoded":true,"body":"%"}`, 500, `{"message":"Internal Server Error"}`, nil},
		{"no JSON", `oops`, 500, `{"message":"Internal Server Error"}`, nil},
		{"nothing", ``, 500, `{"message":"Internal Server Error"}`, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := call(newAPI(t, clock.Inline{}, nil, route("GET", "/x", answers(row.answer))), request("GET", "/x", nil))
			if w.Code != row.status || w.Body.String() != row.body {
				t.Fatalf("%d %q", w.Code, w.Body)
			}
			for name, want := range row.headers {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q", name, got)
				}
			}
		})
	}
}

func TestFailuresHaveAPIGatewaysOwnShape(t *testing.T) {
	hang := func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }
	slow := route("GET", "/x", hang)
	slow.Function.Timeout = time.Millisecond
	for _, row := range []struct {
		name   string
		route  httpapi.Route
		status int
		body   string
	}{
		{"an error is 500", route("GET", "/x", func(context.Context, []byte) ([]byte, error) { return nil, errors.New("bug") }), 500, `{"message":"Internal Server Error"}`},
		{"a panic is 500", route("GET", "/x", func(context.Context, []byte) ([]byte, error) { panic("bug") }), 500, `{"message":"Internal Server Error"}`},
		{"a timeout is 503", slow, 503, `{"message":"Service Unavailable"}`},
		{"a throttle is 503", route("GET", "/x", func(context.Context, []byte) ([]byte, error) { return nil, invoke.Throttled() }), 503, `{"message":"Service Unavailable"}`},
		{"an answer over six megabytes is 500", route("GET", "/x", answers(`{"statusCode":200,"body":"`+strings.Repeat("x", 6<<20+200)+`"}`)), 500, `{"message":"Internal Server Error"}`},
	} {
		w := call(newAPI(t, clock.NewPool(), nil, row.route), request("GET", "/x", nil))
		if w.Code != row.status || w.Body.String() != row.body || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %.200s", row.name, w.Code, w.Body)
		}
	}
}

func TestCORSIsAnsweredByTheAPI(t *testing.T) {
	cors := func(c *httpapi.Config) {
		c.CORS = &httpapi.CORS{Origins: []string{"https://shop.example"}, Methods: []string{"GET", "POST"}, Headers: []string{"authorization", "content-type"}, Expose: []string{"location"}, MaxAge: 10 * time.Minute}
	}
	calls := 0
	a := newAPI(t, clock.Inline{}, cors, route("ANY", "/x", func(context.Context, []byte) ([]byte, error) {
		calls++
		return []byte(`{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}`), nil
	}))
	ask := func(method, origin string, preflight bool) *httptest.ResponseRecorder {
		r := request(method, "/x", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if preflight {
			r.Header.Set("Access-Control-Request-Method", "POST")
		}
		return call(a, r)
	}
	w := ask("OPTIONS", "https://shop.example", true)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://shop.example", "Access-Control-Allow-Methods": "GET,POST",
		"Access-Control-Allow-Headers": "authorization,content-type", "Access-Control-Max-Age": "600",
	} {
		if got := w.Header().Get(name); got != want || w.Code != 204 {
			t.Errorf("preflight %d, %s: %q", w.Code, name, got)
		}
	}
	foreign := ask("OPTIONS", "https://evil.example", true)
	for name := range foreign.Header() {
		if strings.HasPrefix(name, "Access-Control") || foreign.Code != 204 {
			t.Errorf("a foreign origin got %d, %s", foreign.Code, name)
		}
	}
	if calls != 0 {
		t.Errorf("a preflight reached the function")
	}
	if w := ask("GET", "https://shop.example", false); w.Header().Get("Access-Control-Allow-Origin") != "https://shop.example" || w.Header().Get("Access-Control-Expose-Headers") != "location" {
		t.Errorf("answer to the shop: %v", w.Header())
	}
	if w := ask("GET", "https://evil.example", false); w.Header().Get("Access-Control-Allow-Origin") != "" || w.Code != 200 {
		t.Errorf("answer to a foreign origin: %v", w.Header())
	}
	if w := ask("OPTIONS", "", false); w.Code != 200 || calls != 3 {
		t.Errorf("OPTIONS without an origin is a request like others: %d", w.Code)
	}
}

func TestAnAuthorizerGuardsItsRoutes(t *testing.T) {
	guarded := route("GET", "/staff/orders", echo)
	guarded.Authorizer = func(token string) (map[string]any, error) {
		if token != "good" {
			return nil, errors.New("the token has expired")
		}
		return map[string]any{"sub": "s1", "cognito:groups": []any{"manager", "admin"}, "exp": float64(1772391838), "flag": true, "scope": "a b"}, nil
	}
	scoped := guarded
	scoped.Path, scoped.Scopes = "/scoped", []string{"b", "c"}
	missing := guarded
	missing.Path, missing.Scopes = "/missing", []string{"z"}
	a := newAPI(t, clock.Inline{}, nil, guarded, scoped, missing)
	ask := func(path, token string) *httptest.ResponseRecorder {
		r := request("GET", path, nil)
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		return call(a, r)
	}
	for token, challenge := range map[string]string{
		"":           "Bearer",
		"Bearer bad": `Bearer scope="" error="invalid_token" error_description="the token has expired"`,
	} {
		w := ask("/staff/orders", token)
		if w.Code != 401 || w.Body.String() != `{"message":"Unauthorized"}` || w.Header().Get("Www-Authenticate") != challenge {
			t.Errorf("token %q: %d %s %v", token, w.Code, w.Body, w.Header())
		}
	}
	want := map[string]string{"sub": "s1", "cognito:groups": "[manager admin]", "exp": "1772391838", "flag": "true", "scope": "a b"}
	for _, token := range []string{"Bearer good", "bearer good", "good"} {
		e := event(t, ask("/staff/orders", token))
		if diff := cmp.Diff(want, e.RequestContext.Authorizer.JWT.Claims); diff != "" {
			t.Error(diff)
		}
	}
	if e := event(t, ask("/scoped", "good")); !cmp.Equal(e.RequestContext.Authorizer.JWT.Scopes, []string{"b"}) {
		t.Errorf("scopes %v", e.RequestContext.Authorizer.JWT.Scopes)
	}
	if w := ask("/missing", "good"); w.Code != 403 || w.Body.String() != `{"message":"Forbidden"}` {
		t.Errorf("without the scope: %d %s", w.Code, w.Body)
	}
}

func TestFunctionsSeeRequestIDAndDeadline(t *testing.T) {
	a := newAPI(t, clock.Inline{}, nil, route("GET", "/x", func(ctx context.Context, _ []byte) ([]byte, error) {
		lc, ok := lambdacontext.FromContext(ctx)
		deadline, bounded := ctx.Deadline()
		if !ok || lc.AwsRequestID == "" || lc.InvokedFunctionArn != "arn:f" || !bounded || deadline.Format(time.RFC3339) != "2026-03-01T19:04:13Z" {
			t.Errorf("context %+v, deadline %s", lc, deadline)
		}
		return []byte(`{"statusCode":200}`), nil
	}))
	if w := call(a, request("GET", "/x", nil)); w.Code != 200 {
		t.Fatal(w.Code)
	}
}

func TestARefusalComesInTheFunctionsPlace(t *testing.T) {
	a := newAPI(t, clock.Inline{}, func(c *httpapi.Config) {
		c.Refuse = func(key string) int {
			if key == "GET /x" {
				return http.StatusTooManyRequests
			}
			return 0
		}
	}, route("GET", "/x", echo), route("GET", "/y", echo))
	if w := call(a, request("GET", "/x", nil)); w.Code != 429 || w.Body.String() != `{"message":"Too Many Requests"}` {
		t.Errorf("refused: %d %s", w.Code, w.Body)
	}
	event(t, call(a, request("GET", "/y", nil)))
}

func TestRoutesThatCannotWorkAreRefused(t *testing.T) {
	slow := route("GET", "/slow", echo)
	slow.Function.Timeout = time.Minute
	for name, routes := range map[string][]httpapi.Route{
		"twice": {route("GET", "/x", echo), route("GET", "/x", echo)}, "503": {slow}, "greedy": {route("GET", "/{a+}/b", echo)},
	} {
		if _, err := httpapi.New(httpapi.Config{Routes: routes}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add("GET", "/orders/%zz?a=%zz&&=", "cookie", "; ;a", []byte("{}"))
	f.Fuzz(func(t *testing.T, method, target, header, value string, body []byte) {
		r, err := http.NewRequestWithContext(t.Context(), method, target, bytes.NewReader(body))
		if err != nil {
			t.Skip("no request that a server would hand on")
		}
		r.RequestURI = target
		r.Header[http.CanonicalHeaderKey(header)] = []string{value}
		cl := clock.New(time.Unix(0, 0), clock.Inline{})
		a, err := httpapi.New(httpapi.Config{
			Clock: cl, IDs: ident.New("h"), Runner: &invoke.Runner{Clock: cl, IDs: ident.New("r")},
			Routes: []httpapi.Route{route("GET", "/orders/{id}", echo), route("ANY", "$default", echo)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if w := call(a, r); w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
