package apigw

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"till/shared/edge/problem"
	"till/shared/fault"
)

// outcome is how one kind of error is answered and logged.
type outcome struct {
	kind       fault.Kind
	status     int
	code       string // Where the error has none of its own, or is hidden.
	title      string
	level      slog.Level
	hidden     bool   // Its code and place stay inside.
	retryAfter string // Seconds.
}

// outcomes is every kind's answer. Where errors of several kinds are joined, the first row here wins, and only errors of
// its kind are shown.
func outcomes() [16]outcome {
	const busy = "Not available at the moment"
	return [...]outcome{
		{fault.Internal, http.StatusInternalServerError, "internal_error", "Something went wrong", slog.LevelError, true, ""},
		{fault.Unknown, http.StatusServiceUnavailable, "dependency_unavailable", busy, slog.LevelWarn, true, "2"},
		{fault.Unavailable, http.StatusServiceUnavailable, "dependency_unavailable", busy, slog.LevelWarn, true, "2"},
		{fault.TooLarge, http.StatusRequestEntityTooLarge, "body_too_large", "The body is too large", slog.LevelInfo, false, ""},
		{fault.UnsupportedMedia, http.StatusUnsupportedMediaType, "unsupported_media_type", "The media type is not taken", slog.LevelInfo, false, ""},
		{fault.MethodNotAllowed, http.StatusMethodNotAllowed, "method_not_allowed", "The method is not allowed here", slog.LevelInfo, false, ""},
		{fault.Unauthorized, http.StatusUnauthorized, "unauthorized", "A valid credential is needed", slog.LevelInfo, false, ""},
		{fault.Forbidden, http.StatusForbidden, "forbidden", "This is not allowed", slog.LevelInfo, false, ""},
		{fault.NotFound, http.StatusNotFound, "not_found", "There is nothing here", slog.LevelInfo, true, ""},
		{fault.Stale, http.StatusPreconditionFailed, codeStale, "It has changed since", slog.LevelInfo, false, ""},
		{fault.Unconditional, http.StatusPreconditionRequired, codeUnconditional, "A condition is needed", slog.LevelInfo, false, ""},
		{fault.TooMany, http.StatusTooManyRequests, "rate_limited", "Too many requests", slog.LevelInfo, false, "60"},
		{fault.Unreadable, http.StatusBadRequest, "request_unreadable", "The request cannot be read", slog.LevelInfo, false, ""},
		{fault.Invalid, http.StatusUnprocessableEntity, codeMixed, "Some values cannot be used", slog.LevelInfo, false, ""},
		{fault.Declined, http.StatusUnprocessableEntity, "declined", "The payment was declined", slog.LevelInfo, false, ""},
		{fault.Conflict, http.StatusConflict, "conflict", "Not possible in the present state", slog.LevelInfo, false, ""},
	}
}

// codeMixed is the code of a problem whose errors have several.
const codeMixed = "validation_failed"

// Fail turns err into problem+json (RFC 9457) and logs it, the only place that does. What was sent is never echoed, and
// nothing of an Internal, Unavailable, Unknown or NotFound error is shown but the kind's own code. The cause is logged
// only where it comes from our side: elsewhere it may quote the shopper.
func Fail(ctx context.Context, log *slog.Logger, req Request, err error, options ...Option) (Response, error) {
	o, shown := decide(err)
	var with *optioned
	if errors.As(err, &with) {
		options = append(slices.Clone(with.options), options...)
	}
	resp := document(req, o, shown, apply(options))
	if resp.StatusCode != o.status {
		o, shown = row(fault.Internal), nil // An option's value is no JSON: our bug, whatever err was.
	}
	attrs := []slog.Attr{slog.String("request_id", req.RequestContext.RequestID), slog.String("route", req.RouteKey),
		slog.String("kind", o.kind.String()), slog.Int("status", o.status), slog.String("code", logCode(o, shown))}
	if len(shown) > 0 {
		attrs = append(attrs, slog.String("op", shown[0].Op))
	}
	if o.status >= http.StatusInternalServerError {
		attrs = append(attrs, slog.Any("err", err))
	}
	log.LogAttrs(ctx, o.level, "request_failed", attrs...)
	return resp, nil
}

// row is a kind's outcome; that of Internal for a kind that is not known.
func row(k fault.Kind) outcome {
	all := outcomes()
	for _, o := range all {
		if o.kind == k {
			return o
		}
	}
	return all[0]
}

// decide picks the outcome of err, and the errors in it that are of that kind, once for each place. Card data comes
// first: whatever else is wrong with such a request, that is what its sender must mend.
func decide(err error) (outcome, []*fault.Error) {
	all := fault.All(err)
	if len(all) == 0 {
		return row(fault.KindOf(err)), nil
	}
	rank := func(k fault.Kind) int {
		for i, o := range outcomes() {
			if o.kind == k {
				return i
			}
		}
		return 0
	}
	kind, cards := all[0].Kind, false
	for _, e := range all {
		if rank(e.Kind) < rank(kind) {
			kind = e.Kind
		}
		cards = cards || e.Code == codeCard
	}
	var shown []*fault.Error
	seen := map[string]bool{}
	for _, e := range all {
		place := e.At
		if place == "" {
			place = "?" + e.Code
		}
		if e.Kind != kind || told(seen, place) || (cards && kind == fault.Invalid && e.Code != codeCard) || len(shown) == faultsMax {
			continue
		}
		seen[place] = true
		shown = append(shown, e)
	}
	return row(kind), shown
}

// told tells whether a place, or what it is inside of, has been refused already: of what is no object nobody needs to read what is
// missing in it.
func told(seen map[string]bool, place string) bool {
	for {
		if seen[place] {
			return true
		}
		i := strings.LastIndexByte(place, '/')
		if i < 0 {
			return false
		}
		place = place[:i]
	}
}

// codeOf is the code that all errors share.
func codeOf(o outcome, shown []*fault.Error) string {
	if o.hidden || len(shown) == 0 || shown[0].Code == "" {
		return o.code
	}
	for _, e := range shown {
		if e.Code != shown[0].Code {
			return codeMixed
		}
	}
	return shown[0].Code
}

// logCode is the code as people need it: also that of a hidden error.
func logCode(o outcome, shown []*fault.Error) string {
	if o.hidden && len(shown) > 0 && shown[0].Code != "" {
		return shown[0].Code
	}
	return codeOf(o, shown)
}

// document writes the problem.
func document(req Request, o outcome, shown []*fault.Error, a answer) Response {
	code := codeOf(o, shown)
	members := map[string]any{}
	for name, value := range a.members {
		members[name] = value
	}
	members["type"], members["title"], members["status"], members["code"] = typeOf(req, code), o.title, o.status, code
	members["request_id"] = req.RequestContext.RequestID
	if !o.hidden {
		if list := errorList(shown); len(list) > 0 {
			members["errors"] = list
		}
	}
	body, err := json.Marshal(members)
	if err != nil { // An option's value that cannot be written.
		return document(req, row(fault.Internal), nil, answer{})
	}
	resp := respond(o.status, "application/problem+json; charset=utf-8", string(body), a.headers)
	if _, set := resp.Headers["Retry-After"]; !set && o.retryAfter != "" {
		resp.Headers["Retry-After"] = o.retryAfter
	}
	if o.kind == fault.Unauthorized {
		resp.Headers["WWW-Authenticate"] = "Bearer" // RFC 9110 section 15.5.2.
	}
	return resp
}

// typeOf is where the host that was asked has the page of a code. API Gateway answers for its own hosts alone and writes the scheme itself,
// so that neither is a client's to choose: https on AWS, http on a developer's machine.
func typeOf(req Request, code string) string {
	host := req.RequestContext.DomainName
	if host == "" {
		return problem.Base + code
	}
	scheme := "https://"
	if req.Headers["x-forwarded-proto"] == "http" {
		scheme = "http://"
	}
	return scheme + host + problem.Path + code
}

type listed struct {
	Code      string `json:"code"`
	Pointer   string `json:"pointer,omitempty"`
	Header    string `json:"header,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Detail    string `json:"detail,omitempty"`
}

// errorList shows each error with its place: a pointer begins with #, a query parameter with ?, anything else is a header.
func errorList(shown []*fault.Error) []listed {
	var list []listed
	for _, e := range shown {
		if e.Code == "" {
			continue
		}
		each := listed{Code: e.Code, Detail: e.Msg}
		switch {
		case e.At == "":
		case strings.HasPrefix(e.At, "#"):
			each.Pointer = e.At
		case strings.HasPrefix(e.At, "?"):
			each.Parameter = e.At[1:]
		default:
			each.Header = e.At
		}
		list = append(list, each)
	}
	return list
}
