// Package queue sends messages to SQS.
package queue

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"till/shared/awscall"
)

const (
	callLimit   = 3 * time.Second // A send with all its tries: a caller has better to do than to wait.
	callsAtMost = 3
	pauseAtMost = 100 * time.Millisecond // Between tries; the SDK's own pauses would outlast the limit.
)

// Queue is one SQS queue. Safe for concurrent use.
type Queue struct {
	client  *sqs.Client
	retries *retry.Standard
	url     string
}

// New makes a queue by its URL. It calls nothing.
func New(cloud aws.Config, url string) Queue {
	retries := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = callsAtMost, pauseAtMost })
	return Queue{client: sqs.NewFromConfig(cloud), retries: retries, url: url}
}

// Send hands a message over: ids only, at most 256 KiB. A message may be delivered twice, also because a send whose answer
// was lost is made again. Errors: fault.Unavailable, it was not taken, code as SQS names the reason if it answered;
// fault.Unknown, it may have been: send it again. Safe to log.
func (q Queue) Send(ctx context.Context, body string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	c := awscall.Call{RetryerV2: q.retries}
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body},
		func(o *sqs.Options) { o.Retryer = &c })
	return c.Fail("queue.Send", err)
}
