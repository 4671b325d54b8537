// Package relay publishes what committed changes of orders ask for: it reads the table's stream and sends to queues.
package relay

import (
	"context"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/fault"
	"till/shared/message"
	"till/shared/order"
)

// Handler relays messages. Every field is required.
type Handler struct {
	Fulfillment func(ctx context.Context, body string) error
	Mail        func(ctx context.Context, body string) error
	Log         *slog.Logger
}

// Handle sends the messages of each CHANGE in order. It stops at the first that cannot be sent and reports it, so that the
// stream comes back to it and nothing is skipped; what was sent already is sent again, which every consumer bears. What is
// no change of ours, or cannot be read, is counted and passed over: it would block its shard.
func (h Handler) Handle(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	out := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	for _, record := range batch.Records {
		if err := h.one(ctx, record); err != nil {
			h.Log.LogAttrs(ctx, slog.LevelWarn, "relay_failed", slog.String("kind", fault.KindOf(err).String()), slog.Any("err", err))
			out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: record.Change.SequenceNumber})
			break
		}
	}
	return out, nil
}

func (h Handler) one(ctx context.Context, record events.DynamoDBEventRecord) error {
	image := record.Change.NewImage
	sk, isChange := image["sk"]
	body, hasBody := image["body"]
	if !isChange || !hasBody || sk.DataType() != events.DataTypeString || body.DataType() != events.DataTypeString ||
		!strings.HasPrefix(sk.String(), "CHANGE#") {
		h.Log.LogAttrs(ctx, slog.LevelInfo, "record_skipped", slog.String("code", "not_a_change"))
		return nil
	}
	change, err := order.DecodeChange([]byte(body.String()))
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelError, "record_skipped", slog.String("code", "unreadable"), slog.String("sequence", record.Change.SequenceNumber))
		return nil //nolint:nilerr // it would block its shard for ever
	}
	for _, m := range change.Messages {
		if err := h.send(ctx, change, m); err != nil {
			return err
		}
	}
	return nil
}

func (h Handler) send(ctx context.Context, c order.Change, m order.Message) error {
	switch m.To {
	case order.ToFulfillment:
		return h.Fulfillment(ctx, message.ForFulfillment(c.Order, max(m.N, 1)))
	case order.ToMail:
		return h.Mail(ctx, message.ForMail(c.Order, c.N, m.Kind))
	default:
		h.Log.LogAttrs(ctx, slog.LevelError, "message_skipped", slog.String("order_id", string(c.Order)), slog.Int("change", c.N))
		return nil
	}
}
