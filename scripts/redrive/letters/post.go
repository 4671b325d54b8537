package letters

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	takeAtMost = 10      // What SQS gives at once.
	takeWait   = 2       // Seconds. Waiting at all makes SQS ask every server that may hold a message.
	hidden     = 5 * 60  // Seconds.
	hiddenLong = 15 * 60 // Seconds, for the relay: one letter may take its function several runs.
	callLimit  = 20 * time.Second
)

// post is one dead-letter queue at SQS.
type post struct {
	client *sqs.Client
	name   string
	url    string
	batch  int32
	hide   int32 // Seconds for which a letter is ours.
}

// take receives letters. A dead-letter queue has no dead letters of its own, so that receiving costs nothing but a count.
func (p post) take(ctx context.Context) ([]Letter, error) {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	out, err := p.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &p.url, MaxNumberOfMessages: p.batch, WaitTimeSeconds: takeWait, VisibilityTimeout: p.hide,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"SentTimestamp", "ApproximateReceiveCount"},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, explain("sqs:ReceiveMessage", p.name, err)
	}
	letters := make([]Letter, 0, len(out.Messages))
	for _, m := range out.Messages {
		letters = append(letters, Letter{
			ID: aws.ToString(m.MessageId), Body: aws.ToString(m.Body), Sent: time.UnixMilli(number(m.Attributes["SentTimestamp"])),
			Receives: int(number(m.Attributes["ApproximateReceiveCount"])), attributes: m.MessageAttributes, receipt: aws.ToString(m.ReceiptHandle),
		})
	}
	return letters, nil
}

// number reads a number that SQS writes; 0 for what is none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (p post) delete(ctx context.Context, l Letter) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	_, err := p.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &p.url, ReceiptHandle: &l.receipt})
	return explain("sqs:DeleteMessage", p.name, err)
}

// release shows letters again at once.
func (p post) release(ctx context.Context, letters []Letter) (hidden int, last error) {
	for len(letters) > 0 {
		some := letters[:min(takeAtMost, len(letters))]
		letters = letters[len(some):]
		in := sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &p.url}
		for i := range some {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &some[i].receipt, VisibilityTimeout: 0,
			})
		}
		out, err := p.client.ChangeMessageVisibilityBatch(ctx, &in)
		if err != nil {
			last = explain("sqs:ChangeMessageVisibility", p.name, err)
			hidden += len(some)
			continue
		}
		hidden += len(out.Failed)
	}
	return hidden, last
}

// sendTo gives letters back to a queue, by url, under a new id.
func (p post) sendTo(name, url string) func(context.Context, Letter) (string, error) {
	return func(ctx context.Context, l Letter) (string, error) {
		ctx, stop := context.WithTimeout(ctx, callLimit)
		defer stop()
		out, err := p.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &l.Body, MessageAttributes: l.attributes})
		if err != nil {
			return "", explain("sqs:SendMessage", name, err)
		}
		return aws.ToString(out.MessageId), nil
	}
}
