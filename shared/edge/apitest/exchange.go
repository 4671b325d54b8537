package apitest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"till/shared/edge/apigw"
)

// Exchange is Verify for a request and its answer as they went over the wire. What API Gateway answers itself (preflights and what it
// refuses before any function) is not a function's and passes; so does a connection that was closed without an answer, status 0.
func Exchange(ctx context.Context, sent *http.Request, status int, header http.Header, body []byte) error {
	preflight := sent.Method == http.MethodOptions && sent.Header.Get("Access-Control-Request-Method") != ""
	if status == 0 || preflight || gatewaysOwn(status, header, body) {
		return nil
	}
	doc, err := reading("")
	if err != nil {
		return err
	}
	req := apigw.Request{RouteKey: "$default", RawPath: sent.URL.EscapedPath(), RawQueryString: sent.URL.RawQuery, Headers: map[string]string{}}
	req.RequestContext.HTTP.Method = sent.Method
	for name, values := range sent.Header {
		req.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if sent.Body != nil {
		text, err := io.ReadAll(sent.Body)
		if err != nil {
			return err
		}
		req.Body = string(text)
	}
	if route, variables := routeOf(doc, sent.Method, sent.URL.EscapedPath()); route != "" {
		req.RouteKey, req.PathParameters = sent.Method+" "+route, variables
	}
	resp := apigw.Response{StatusCode: status, Headers: map[string]string{}, Body: string(body)}
	for name, values := range header {
		if name != "Apigw-Requestid" && name != "Vary" && !strings.HasPrefix(name, "Access-Control-") {
			resp.Headers[name] = strings.Join(values, ",")
		}
	}
	return Verify(ctx, req, resp)
}

func gatewaysOwn(status int, header http.Header, body []byte) bool {
	return status >= http.StatusBadRequest && header.Get("Content-Type") == "application/json" && bytes.HasPrefix(body, []byte(`{"message":`))
}

// routeOf finds the contract's path that takes a request, the one with the fewest variables first, and what its variables are.
func routeOf(doc *openapi3.T, method, path string) (route string, variables map[string]string) {
	have := strings.Split(path, "/")
	for pattern, item := range doc.Paths.Map() {
		if item.GetOperation(method) == nil || !fits(pattern, path) {
			continue
		}
		found := map[string]string{}
		for i, part := range strings.Split(pattern, "/") {
			if !strings.HasPrefix(part, "{") {
				continue
			}
			value, err := url.PathUnescape(have[i])
			if err != nil || value == "" {
				found = nil
				break
			}
			found[strings.Trim(part, "{}")] = value
		}
		if found != nil && (route == "" || len(found) < len(variables)) {
			route, variables = pattern, found
		}
	}
	return route, variables
}
