// Package fallback answers, in the API's own shape, what no route takes, and shows what each code of the API means.
package fallback

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

// Handler knows the API's routes: "GET /products/{sku}".
type Handler struct {
	Routes []string
	Log    *slog.Logger
}

// Handle shows the page of a code, to which a problem's type leads; it answers 405 with Allow for a path that exists under other
// methods, 404 for any other.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var allowed []string
	if text, found := page(req.RawPath); found {
		method := req.RequestContext.HTTP.Method
		if method == http.MethodGet || method == http.MethodHead {
			return apigw.Page(text), nil
		}
		allowed = []string{http.MethodGet, http.MethodHead}
	}
	for _, route := range h.Routes {
		method, path, _ := strings.Cut(route, " ")
		if matches(path, req.RawPath) && !slices.Contains(allowed, method) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return apigw.Response{}, fault.New(fault.NotFound, "fallback.Handle", "not_found", "There is no such path.")
	}
	slices.Sort(allowed)
	return apigw.Fail(ctx, h.Log, req, fault.New(fault.MethodNotAllowed, "fallback.Handle", "method_not_allowed",
		"This path is used with "+strings.Join(allowed, ", ")+"."), apigw.Allow(allowed...))
}

// matches tells whether a path is of a route's pattern, part by part.
func matches(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if want[i] != have[i] && (!strings.HasPrefix(want[i], "{") || have[i] == "") {
			return false
		}
	}
	return true
}
