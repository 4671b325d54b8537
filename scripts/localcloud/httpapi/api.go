// Package httpapi is an HTTP API of API Gateway, payload format 2.0: routes, CORS, JWT authorizer, limits.
package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

// Limits of HTTP APIs. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const (
	bodyBytesMax   = 10 << 20
	headerBytesMax = 10_240
	timeoutMax     = 30 * time.Second
)

// CORS is what the API answers browsers by itself. Origins are compared exactly; "*" allows all.
type CORS struct {
	Origins, Methods, Headers, Expose []string
	MaxAge                            time.Duration
	Credentials                       bool
}

// Authorizer verifies a token and gives its claims. The error's text goes into the www-authenticate header.
type Authorizer func(token string) (claims map[string]any, err error)

// Route sends what matches to a function. Method "ANY" takes all; path "$default" takes what nothing else does.
type Route struct {
	Method, Path string
	Function     *invoke.Function
	Authorizer   Authorizer // Nil: anyone.
	Scopes       []string   // The token needs one of them.
}

func (r Route) key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Config is an API. ID, Account, Clock, IDs and Runner are required.
type Config struct {
	ID, Account string
	Clock       *clock.Clock
	IDs         *ident.Source
	Runner      *invoke.Runner
	CORS        *CORS
	Routes      []Route
	// Refuse may answer in the function's place, for a route's key: 429 when throttled, 503. 0 lets the request through.
	Refuse func(routeKey string) int
}

// API answers requests. Safe for concurrent use.
type API struct {
	Config
	routes   []route // the most specific first
	fallback *Route
}

type route struct {
	Route
	segments []string
}

// New makes an API. The error joins every fault of the routes.
func New(c Config) (*API, error) {
	a := &API{Config: c}
	var faults []error
	known := map[string]bool{}
	for _, r := range c.Routes {
		key := r.key()
		if known[key] {
			faults = append(faults, fmt.Errorf("httpapi: route %s twice", key))
		}
		known[key] = true
		if r.Function.Timeout > timeoutMax {
			faults = append(faults, fmt.Errorf("httpapi: route %s: the function may run %s, the caller hears 503 after %s", key, r.Function.Timeout, timeoutMax))
		}
		if r.Path == "$default" {
			a.fallback = &r
			continue
		}
		one := route{Route: r, segments: strings.Split(r.Path, "/")[1:]}
		for i, segment := range one.segments {
			if strings.HasSuffix(segment, "+}") && i != len(one.segments)-1 {
				faults = append(faults, fmt.Errorf("httpapi: route %s: a greedy variable is not last", key))
			}
		}
		a.routes = append(a.routes, one)
	}
	return a, errors.Join(faults...)
}

// ServeHTTP answers as API Gateway would. It waits for the function.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := a.IDs.UUID()
	w.Header().Set("apigw-requestid", id)
	if a.CORS != nil && a.preflight(w, r) {
		return
	}
	a.CORS.allow(w.Header(), r.Header.Get("Origin"))
	if headerBytes(r) > headerBytesMax {
		refuse(w, http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large")
		return
	}
	matched, variables := a.match(r.Method, r.URL.EscapedPath())
	if matched == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	if a.Refuse != nil {
		if status := a.Refuse(matched.key()); status != 0 {
			refuse(w, status, http.StatusText(status))
			return
		}
	}
	caller, ok := authorize(w, r, matched)
	if !ok {
		return
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	out, failure := a.Runner.CallWith(matched.Function, invoke.Of(a.event(r, matched, variables, caller, body, id)))
	a.answer(w, out, failure)
}

// headerBytes is the size of the request line and the headers' values.
func headerBytes(r *http.Request) int {
	n := len(r.Method) + len(r.URL.RequestURI()) + len(r.Proto) + len(r.Host)
	for _, values := range r.Header {
		for _, v := range values {
			n += len(v)
		}
	}
	return n
}

// refuse answers in API Gateway's own shape, which is not the product's.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"message":%q}`, message) // Nobody is left to tell if the client has gone.
}
