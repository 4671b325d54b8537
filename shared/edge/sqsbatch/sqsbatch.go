// Package sqsbatch is the queue edge: it gives each message of a batch to a handler and tells SQS which ones to bring
// again.
package sqsbatch

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/fault"
)

// reserve is the time that must be left for a message to be begun: a gateway's call and what stores its answer. A
// message cut off by Lambda's timeout would bring back its whole batch.
const reserve = 10 * time.Second

// Run gives each message to handle, in order, and answers with every one that failed, so that SQS brings back these
// alone (ReportBatchItemFailures). None is dropped: a message that can never succeed comes back too, until its queue
// moves it to the dead-letter queue, where people see it. A panic fails its own message only. When less than ten seconds
// are left, by now, no further message is begun; the rest come back. Each failure is logged once, by message id, kind, code and
// cause, never with its body. The error is always nil: it would bring back the whole batch.
//
// A repeat of a message must have no further effect: SQS delivers at least once.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func Run(ctx context.Context, log *slog.Logger, now func() time.Time, event events.SQSEvent,
	handle func(context.Context, events.SQSMessage) error,
) (events.SQSEventResponse, error) {
	// An empty list, never null: Lambda takes null for success, but other readers of the answer do not.
	failed := []events.SQSBatchItemFailure{}
	deadline, limited := ctx.Deadline()
	for i, m := range event.Records {
		// One message is tried even on a function with a short timeout, or nothing would ever be done.
		if ctx.Err() != nil || (i > 0 && limited && deadline.Sub(now()) < reserve) {
			log.LogAttrs(ctx, slog.LevelWarn, "batch_cut_short", slog.Int("messages_left", len(event.Records)-i))
			for _, rest := range event.Records[i:] {
				failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: rest.MessageId})
			}
			break
		}
		if err := one(ctx, m, handle); err != nil {
			logFailure(ctx, log, m, err)
			failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return events.SQSEventResponse{BatchItemFailures: failed}, nil
}

// one handles a message and turns a panic into an error. What a panic carries may quote a shopper: only the runtime's
// own texts are kept.
func one(ctx context.Context, m events.SQSMessage,
	handle func(context.Context, events.SQSMessage) error,
) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		text := fmt.Sprintf("%T", p)
		if e, ok := p.(runtime.Error); ok {
			text = e.Error()
		}
		err = &fault.Error{Kind: fault.Internal, Op: "sqsbatch.Run", Code: "panicked",
			Err: &panicked{text: text, stack: string(debug.Stack())}}
	}()
	return handle(ctx, m)
}

// panicked is a panic as an error, with where it happened.
type panicked struct{ text, stack string }

// Error is the panic's text, without the stack.
func (p *panicked) Error() string { return p.text }
