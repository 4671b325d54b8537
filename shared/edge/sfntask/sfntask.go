// Package sfntask is the state machine edge: it gives each error the name by which the machine's Retry and Catch know it.
package sfntask

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/shared/fault"
)

// The names of errors, as infra/fulfillment.asl.json catches them.
const (
	OrderNotFound         = "OrderNotFound"         // There is no such order.
	OrderConflict         = "OrderConflict"         // The order moved or does not allow it.
	OrderCancelled        = "OrderCancelled"        // The order was cancelled: an end, not a failure.
	DependencyUnavailable = "DependencyUnavailable" // It did not happen: try again.
	OutcomeUnknown        = "OutcomeUnknown"        // It may have happened: try again, every step may be repeated.
	InvalidInput          = "InvalidInput"          // It can never succeed so.
	InternalError         = "InternalError"         // A bug, or our own permissions.
)

// codeCancelled is the Conflict that is a cancelled order.
const codeCancelled = "order_cancelled"

// row is how one kind of error is named and logged.
type row struct {
	kind  fault.Kind
	name  string
	level slog.Level
}

func rows() [16]row {
	return [...]row{
		{fault.Internal, InternalError, slog.LevelError},
		{fault.Invalid, InvalidInput, slog.LevelError},
		{fault.NotFound, OrderNotFound, slog.LevelError},
		{fault.Conflict, OrderConflict, slog.LevelWarn},
		{fault.Declined, InvalidInput, slog.LevelError},
		{fault.Unavailable, DependencyUnavailable, slog.LevelWarn},
		{fault.Unknown, OutcomeUnknown, slog.LevelWarn},
		{fault.Unreadable, InvalidInput, slog.LevelError},
		{fault.Unauthorized, InternalError, slog.LevelError},
		{fault.Forbidden, InternalError, slog.LevelError},
		{fault.TooLarge, InvalidInput, slog.LevelError},
		{fault.UnsupportedMedia, InvalidInput, slog.LevelError},
		{fault.MethodNotAllowed, InternalError, slog.LevelError},
		{fault.TooMany, DependencyUnavailable, slog.LevelWarn},
		{fault.Stale, OrderConflict, slog.LevelWarn},
		{fault.Unconditional, InternalError, slog.LevelError},
	}
}

// Names lists every name, so that tests can compare them with the machine's definition.
func Names() []string {
	return []string{OrderNotFound, OrderConflict, OrderCancelled, DependencyUnavailable, OutcomeUnknown, InvalidInput,
		InternalError}
}

// Name is the name of err.
func Name(err error) string {
	name, _ := describe(err)
	return name
}

func describe(err error) (string, slog.Level) {
	kind := fault.KindOf(err)
	if kind == fault.Conflict && fault.Code(err) == codeCancelled {
		return OrderCancelled, slog.LevelInfo
	}
	for _, r := range rows() {
		if r.kind == kind {
			return r.name, r.level
		}
	}
	return InternalError, slog.LevelError
}

// Handle wraps a step's function: an error is logged once and comes out with its name, a panic as InternalError. The
// execution's history keeps the error, so it holds the code alone; causes go to the log.
func Handle[In, Out any](log *slog.Logger, step func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		defer func() {
			if p := recover(); p != nil {
				var none Out
				out, err = none, fail(ctx, log, panicError(p), slog.String("stack", string(debug.Stack())))
			}
		}()
		if out, err = step(ctx, in); err != nil {
			return out, fail(ctx, log, err)
		}
		return out, nil
	}
}

func fail(ctx context.Context, log *slog.Logger, err error, more ...slog.Attr) error {
	name, level := describe(err)
	attrs := append([]slog.Attr{slog.String("error_name", name), slog.String("kind", fault.KindOf(err).String()),
		slog.String("code", fault.Code(err)), slog.Any("err", err)}, more...)
	log.LogAttrs(ctx, level, "step_failed", attrs...)
	// By value: aws-lambda-go knows this type by an assertion and names any other error after its Go type.
	// https://github.com/aws/aws-lambda-go/blob/v1.55.1/lambda/errors.go
	return messages.InvokeResponse_Error{Type: name, Message: fault.Code(err)}
}

// panicError keeps the runtime's own texts only: what other panics carry may quote a shopper.
func panicError(p any) error {
	text := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		text = e.Error()
	}
	return &fault.Error{Kind: fault.Internal, Op: "sfntask.Handle", Code: "panicked", Err: fmt.Errorf("panic: %s", text)}
}
