package sqsbatch

import (
	"context"
	"errors"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/fault"
)

// levels is how loud a failure of each kind is: Warn heals by trying again, Error ends in the dead-letter queue.
func levels() map[fault.Kind]slog.Level {
	return map[fault.Kind]slog.Level{
		fault.Internal:         slog.LevelError,
		fault.Invalid:          slog.LevelError,
		fault.NotFound:         slog.LevelError,
		fault.Conflict:         slog.LevelWarn,
		fault.Declined:         slog.LevelError,
		fault.Unavailable:      slog.LevelWarn,
		fault.Unknown:          slog.LevelWarn,
		fault.Unreadable:       slog.LevelError,
		fault.Unauthorized:     slog.LevelError,
		fault.Forbidden:        slog.LevelError,
		fault.TooLarge:         slog.LevelError,
		fault.UnsupportedMedia: slog.LevelError,
		fault.MethodNotAllowed: slog.LevelError,
		fault.TooMany:          slog.LevelWarn,
		fault.Stale:            slog.LevelWarn,
		fault.Unconditional:    slog.LevelError,
	}
}

func logFailure(ctx context.Context, log *slog.Logger, m events.SQSMessage, err error) {
	level, known := levels()[fault.KindOf(err)]
	if !known {
		level = slog.LevelError
	}
	attrs := []slog.Attr{slog.String("message_id", m.MessageId), slog.String("receives", m.Attributes["ApproximateReceiveCount"]),
		slog.String("kind", fault.KindOf(err).String()), slog.String("code", fault.Code(err)), slog.Any("err", err)}
	var p *panicked
	if errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", p.stack))
	}
	log.LogAttrs(ctx, level, "message_failed", attrs...)
}
