// Package apigw is the HTTP edge: it reads requests of API Gateway's HTTP API (payload 2.0) strictly and turns values and
// errors into answers. A handler calls the steps in this order, so that each bad input gets the same answer everywhere:
//
//	Read             size and media type
//	Bearer, …        credential
//	IdempotencyKey   key header
//	Parse            JSON
//	Body.Fingerprint the record of the key
//	Body.Into        meaning; joined with the domain's own faults
package apigw

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/fault"
)

// Request is what the HTTP API sends. It holds personal data: log its RouteKey and RequestContext.RequestID only.
type Request = events.APIGatewayV2HTTPRequest

// Response is what the HTTP API takes.
type Response = events.APIGatewayV2HTTPResponse

// Func is a function behind the HTTP API.
type Func func(context.Context, Request) (Response, error)

// Check refuses a request before its handler sees it.
type Check func(Request) error

// Serve is what an HTTP function starts with: the checks run before f, an error or a panic becomes an answer in our
// shape (logged once), and every answer carries the security headers. f's time, which now tells, ends a second before Lambda's. The error it
// returns is always nil, as the HTTP API would answer an error in a shape of its own.
func Serve(log *slog.Logger, now func() time.Time, f Func, checks ...Check) Func {
	return func(ctx context.Context, req Request) (resp Response, err error) {
		defer func() {
			if p := recover(); p != nil {
				logPanic(ctx, log, req, p)
				resp, err = document(req, row(fault.Internal), nil, answer{}), nil
			}
		}()
		ctx, stop := sparing(ctx, now)
		defer stop()
		for _, check := range checks {
			if err := check(req); err != nil {
				return Fail(ctx, log, req, err)
			}
		}
		if resp, err = f(ctx, req); err != nil {
			return Fail(ctx, log, req, err)
		}
		return secured(resp), nil
	}
}

// logPanic writes where it happened. What a panic carries may quote the shopper, so only the runtime's own texts are
// shown; others by their type.
func logPanic(ctx context.Context, log *slog.Logger, req Request, p any) {
	text := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		text = e.Error()
	}
	log.LogAttrs(ctx, slog.LevelError, "request_panicked", slog.String("request_id", req.RequestContext.RequestID),
		slog.String("route", req.RouteKey), slog.String("panic", text), slog.String("stack", string(debug.Stack())))
}

// Header is a request's header, whatever the case of its name; more than one of the name are joined by a comma, as the
// HTTP API joins them. The second result tells whether it was sent at all.
func Header(req Request, name string) (string, bool) {
	if value, ok := req.Headers[name]; ok && len(req.Headers) == 1 {
		return value, true
	}
	var values []string
	for k, v := range req.Headers {
		if strings.EqualFold(k, name) {
			values = append(values, v)
		}
	}
	sort.Strings(values)
	return strings.Join(values, ","), len(values) > 0
}
