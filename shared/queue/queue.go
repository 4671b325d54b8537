// Package queue sends messages to SQS.
package queue

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"till/shared/fault"
)

// callLimit bounds a send with all its tries: messages are small, and a caller has better to do than to wait.
const callLimit = 3 * time.Second

// Queue is one SQS queue. Safe for concurrent use.
type Queue struct {
	client *sqs.Client
	url    string
}

// New makes a queue by its URL. It calls nothing.
func New(cloud aws.Config, url string) Queue {
	return Queue{client: sqs.NewFromConfig(cloud), url: url}
}

// Send hands a message over: ids only, at most 256 KiB. A message may be delivered twice, also because a send whose answer
// was lost is made again. Errors: fault.Unavailable, it was not taken; fault.Unknown, it may have been: send it again.
func (q Queue) Send(ctx context.Context, body string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body})
	if err == nil {
		return nil
	}
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorFault() == smithy.FaultClient {
		return &fault.Error{Kind: fault.Unavailable, Op: "queue.Send", Code: refused.ErrorCode(), Err: err}
	}
	return fault.Wrap(fault.Unknown, "queue.Send", err)
}
