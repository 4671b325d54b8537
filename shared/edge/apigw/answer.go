package apigw

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"till/shared/fault"
)

// answer is what an option may change in an answer.
type answer struct {
	headers map[string]string
	members map[string]any // Of a problem document, beside the standard ones.
}

// Option adds something to an answer.
type Option func(*answer)

// Location says where the new thing is.
func Location(url string) Option { return setHeader("Location", url) }

// Allow lists the methods of a path, for fault.MethodNotAllowed.
func Allow(methods ...string) Option { return setHeader("Allow", strings.Join(methods, ", ")) }

// RetryAfter says when it is worth to ask again, in place of the kind's own default.
func RetryAfter(d time.Duration) Option {
	return setHeader("Retry-After", strconv.FormatInt(max(1, int64((d+time.Second-1)/time.Second)), 10))
}

// Member adds a member to a problem document, as price_changed carries the new quote. The document's own members cannot
// be replaced.
func Member(name string, value any) Option {
	return func(a *answer) {
		if a.members == nil {
			a.members = map[string]any{}
		}
		a.members[name] = value
	}
}

// Set sets a header that has no option of its own.
func Set(name, value string) Option { return setHeader(name, value) }

// With gives an error the options that its answer is to have, where nobody but the answer's Fail sees them.
func With(err error, options ...Option) error { return &optioned{err, options} }

type optioned struct {
	error
	options []Option
}

// Unwrap is the error itself.
func (o *optioned) Unwrap() error { return o.error }

func setHeader(name, value string) Option {
	return func(a *answer) {
		if a.headers == nil {
			a.headers = map[string]string{}
		}
		a.headers[name] = value
	}
}

func apply(options []Option) answer {
	var a answer
	for _, option := range options {
		option(&a)
	}
	return a
}

// JSON answers with a value. Errors: fault.Internal if it cannot be written as JSON.
func JSON(status int, value any, options ...Option) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fault.Wrap(fault.Internal, "apigw.JSON", err)
	}
	return respond(status, "application/json; charset=utf-8", string(body), apply(options).headers), nil
}

// Empty answers with a status alone.
func Empty(status int, options ...Option) (Response, error) {
	return respond(status, "", "", apply(options).headers), nil
}

// Redirect303 sends the browser to another page, by GET. Errors: fault.Internal for a URL that cannot be a header.
func Redirect303(url string) (Response, error) {
	if url == "" || strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Response{}, fault.New(fault.Internal, "apigw.Redirect303", "", "")
	}
	return Empty(http.StatusSeeOther, Location(url))
}

func respond(status int, media, body string, headers map[string]string) Response {
	resp := Response{StatusCode: status, Headers: map[string]string{}, Body: body}
	for name, value := range headers {
		resp.Headers[name] = value
	}
	if media != "" {
		resp.Headers["Content-Type"] = media
	}
	return secured(resp)
}

// Page answers 200 with a page in HTML, which a browser shows without styles and scripts.
func Page(text string) Response { return respond(http.StatusOK, "text/html; charset=utf-8", text, nil) }

// secured adds the headers that every answer carries.
func secured(resp Response) Response {
	if resp.Headers == nil {
		resp.Headers = map[string]string{}
	}
	for _, each := range [...][2]string{
		{"Cache-Control", "no-store"},
		{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
		{"Referrer-Policy", "no-referrer"},
		{"Strict-Transport-Security", "max-age=63072000; includeSubDomains"},
		{"X-Content-Type-Options", "nosniff"},
	} {
		resp.Headers[each[0]] = each[1]
	}
	return resp
}
