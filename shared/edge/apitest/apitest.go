// Package apitest holds HTTP handlers to the contract, infra/openapi.yaml. Tests only.
package apitest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"till/shared/edge/apigw"
	"till/shared/edge/problem"
	"till/shared/eventfile"
)

// Check fails the test if an answer is not one that the contract promises for its request: a route, status, media type,
// member or header that is not listed, a value of another form, a security header that is missing. A request that
// succeeded must be one that the contract allows, too.
func Check(t testing.TB, req apigw.Request, resp apigw.Response) {
	t.Helper()
	if err := Verify(t.Context(), req, resp); err != nil {
		t.Errorf("%s, %d: not as infra/openapi.yaml says: %v\n%s", req.RouteKey, resp.StatusCode, err, resp.Body)
	}
}

// Verify is Check for callers with something else to do about it.
func Verify(ctx context.Context, req apigw.Request, resp apigw.Response) error {
	doc, err := reading(req.RouteKey)
	if err != nil {
		return err
	}
	faults := []error{securityHeaders(resp)}
	if req.RouteKey == "$default" {
		return errors.Join(append(faults, fallback(ctx, doc, req, resp))...)
	}
	in, err := operation(ctx, doc, req)
	if err != nil {
		return err
	}
	faults = append(faults, response(ctx, in, resp))
	if resp.StatusCode < http.StatusBadRequest {
		if err := openapi3filter.ValidateRequest(ctx, in); err != nil {
			faults = append(faults, fmt.Errorf("a request that the contract does not allow has succeeded: %w", err))
		}
	}
	return errors.Join(faults...)
}

// Path is where the contract stands.
func Path() string { return filepath.Join(eventfile.Root(), "infra", "openapi.yaml") }

// contract is the contract, read once.
var contract = sync.OnceValues(load)

// load reads and checks it. Its examples are left to a test: each takes as long as a request's whole test.
func load() (*openapi3.T, error) {
	text, err := os.ReadFile(Path())
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background(), openapi3.DisableExamplesValidation())
}

// quick is the contract for the quicker reading, with the operations that it must not be used for.
var quick = sync.OnceValues(func() (q struct {
	doc  *openapi3.T
	slow map[string]bool
}, err error) {
	if q.doc, err = load(); err == nil {
		q.slow, err = quicker(q.doc)
	}
	return q, err
})

// reading is the contract as an operation's messages are held to it.
func reading(route string) (*openapi3.T, error) {
	q, err := quick()
	if err != nil || !q.slow[route] {
		return q.doc, err
	}
	return contract()
}

// Contract gives the contract for tests of its own. Errors: it cannot be read, or is no OpenAPI.
func Contract() (*openapi3.T, error) { return contract() }

// operation finds what the contract says of a request. The route that the event names must be the one of its method and
// path, or a test would pass on a route that the API does not have.
func operation(ctx context.Context, doc *openapi3.T, req apigw.Request) (*openapi3filter.RequestValidationInput, error) {
	method, path, _ := strings.Cut(req.RouteKey, " ")
	item := doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		return nil, fmt.Errorf("the contract has no route %q", req.RouteKey)
	}
	if method != req.RequestContext.HTTP.Method || !fits(path, req.RawPath) {
		return nil, fmt.Errorf("%s %s is not of route %q", req.RequestContext.HTTP.Method, req.RawPath, req.RouteKey)
	}
	sent, err := httpRequest(ctx, req)
	if err != nil {
		return nil, err
	}
	op := item.GetOperation(method)
	return &openapi3filter.RequestValidationInput{
		Request: sent, PathParams: req.PathParameters,
		Route:   &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
		Options: options(),
	}, nil
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true,
		SkipSettingDefaults: true, ExcludeRequestBody: false,
	}
}

func fits(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	return len(want) == len(have) && !slices.ContainsFunc(want, func(part string) bool {
		i := slices.Index(want, part)
		return part != have[i] && !strings.HasPrefix(part, "{")
	})
}

func httpRequest(ctx context.Context, req apigw.Request) (*http.Request, error) {
	body := []byte(req.Body)
	if req.IsBase64Encoded {
		if decoded, err := base64.StdEncoding.DecodeString(req.Body); err == nil {
			body = decoded
		}
	}
	if req.RequestContext.HTTP.Method == http.MethodGet {
		body = nil // Ignored, as RFC 9110 has it.
	}
	target := url.URL{Scheme: "https", Host: "api.shop.example", Path: req.RawPath, RawQuery: req.RawQueryString}
	sent, err := http.NewRequestWithContext(ctx, req.RequestContext.HTTP.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range req.Headers {
		sent.Header.Set(name, value)
	}
	return sent, nil
}

// response checks status, headers and body.
func response(ctx context.Context, in *openapi3filter.RequestValidationInput, resp apigw.Response) error {
	header := http.Header{}
	for name, value := range resp.Headers {
		header.Set(name, value)
	}
	promised := in.Route.Operation.Responses.Status(resp.StatusCode)
	if promised == nil {
		return fmt.Errorf("status %d is not listed", resp.StatusCode)
	}
	return errors.Join(
		undocumented(header, promised.Value),
		missing(resp, promised.Value),
		openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: resp.StatusCode, Header: header,
			Body: io.NopCloser(strings.NewReader(resp.Body)), Options: options(),
		}))
}

// undocumented finds headers that are not listed. Content-Type is the contract's content.
func undocumented(header http.Header, promised *openapi3.Response) error {
	var faults []error
	for name := range header {
		listed := name == "Content-Type"
		for each := range promised.Headers {
			listed = listed || http.CanonicalHeaderKey(each) == name
		}
		if !listed {
			faults = append(faults, fmt.Errorf("header %s is not listed", name))
		}
	}
	return errors.Join(faults...)
}

// missing finds a body where none is promised, and headers that a function, unlike API Gateway, always sends: when to
// come again, and how to authenticate.
func missing(resp apigw.Response, promised *openapi3.Response) error {
	var faults []error
	if len(promised.Content) == 0 && resp.Body != "" {
		faults = append(faults, errors.New("there is a body and none is listed"))
	}
	if len(promised.Content) > 0 && resp.Body == "" {
		faults = append(faults, errors.New("there is no body"))
	}
	if resp.StatusCode >= http.StatusBadRequest && !strings.HasPrefix(resp.Headers["Content-Type"], "application/problem+json") {
		faults = append(faults, errors.New("an error of a function is a problem document"))
	}
	for name, h := range promised.Headers {
		if h.Value != nil && h.Value.Extensions["x-sometimes"] == true {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(resp.Headers)), func(sent string) bool { return strings.EqualFold(sent, name) }) {
			faults = append(faults, fmt.Errorf("header %s is missing", name))
		}
	}
	return errors.Join(faults...)
}

// securityHeaders is checked for every answer, whatever the contract lists.
func securityHeaders(resp apigw.Response) error {
	var faults []error
	for _, name := range [...]string{"Cache-Control", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security",
		"X-Content-Type-Options"} {
		if resp.Headers[name] == "" {
			faults = append(faults, fmt.Errorf("security header %s is missing", name))
		}
	}
	return errors.Join(faults...)
}

// fallback checks what no route took against the shared answers. The pages of codes are for people, and no part of the contract's messages.
func fallback(ctx context.Context, doc *openapi3.T, req apigw.Request, resp apigw.Response) error {
	if resp.StatusCode == http.StatusOK && strings.HasPrefix(req.RawPath, problem.Path) {
		if media := resp.Headers["Content-Type"]; media != "text/html; charset=utf-8" {
			return fmt.Errorf("the page of a code is %q", media)
		}
		return nil
	}
	names := map[int]string{http.StatusNotFound: "NotFound", http.StatusMethodNotAllowed: "MethodNotAllowed",
		http.StatusUnprocessableEntity: "CardData"}
	promised := doc.Components.Responses[names[resp.StatusCode]]
	if promised == nil {
		return fmt.Errorf("status %d is not listed", resp.StatusCode)
	}
	sent, err := httpRequest(ctx, req)
	if err != nil {
		return err
	}
	op := &openapi3.Operation{Responses: openapi3.NewResponses(openapi3.WithStatus(resp.StatusCode, promised))}
	return response(ctx, &openapi3filter.RequestValidationInput{
		Request: sent, Route: &routers.Route{Spec: doc, Operation: op}, Options: options(),
	}, resp)
}

// Codes lists the codes that the contract promises for an answer, and tells whether the answer is a problem at all.
func Codes(resp *openapi3.Response) (codes []any, problem bool) {
	media := resp.Content["application/problem+json"]
	if media == nil {
		return nil, false
	}
	for _, part := range media.Schema.Value.AllOf {
		if code := part.Value.Properties["code"]; code != nil {
			codes = append(codes, code.Value.Enum...)
			for _, each := range code.Value.AnyOf {
				codes = append(codes, each.Value.Enum...)
			}
		}
	}
	return codes, true
}
