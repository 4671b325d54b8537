// Package mailer sends mail through SES.
package mailer

import (
	"context"
	"errors"
	"net"
	"net/mail"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"till/shared/fault"
	"till/shared/person"
	"till/shared/shop"
)

// callLimit bounds a send. It is made once: SES knows no idempotency key, so a repeat is the caller's decision.
const callLimit = 5 * time.Second

// Mailer sends from one address that SES has verified. Safe for concurrent use.
type Mailer struct {
	client *sesv2.Client
	from   string
}

// New makes a mailer. It calls nothing.
func New(cloud aws.Config, from string) Mailer {
	return Mailer{from: from, client: sesv2.NewFromConfig(cloud, func(o *sesv2.Options) { o.RetryMaxAttempts = 1 })}
}

// Send hands a plain-text mail over, in the name of from. key names it and is kept as a tag, for bounces to be traced. Errors:
// fault.Unavailable, it was not taken, code as SES names the reason if it answered; fault.Unknown, it may have been. No
// error holds the address.
func (m Mailer) Send(ctx context.Context, from shop.Sender, to person.Email, subject, text, key string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	sender, answers := m.from, []string(nil)
	if from.Name != "" {
		sender = (&mail.Address{Name: from.Name, Address: m.from}).String()
	}
	if from.ReplyTo != "" {
		answers = []string{from.ReplyTo}
	}
	_, err := m.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &sender,
		ReplyToAddresses: answers,
		Destination:      &types.Destination{ToAddresses: []string{to.Text()}},
		EmailTags:        []types.MessageTag{{Name: aws.String("mail"), Value: aws.String(tag(key))}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(subject), Body: &types.Body{Text: content(text)},
		}},
	})
	return classify(err)
}

// classify drops SES's texts, which quote addresses: of an answer only the code is kept, and of a broken connection the
// connection's own error. Refusals are known by their status: the SDK marks only errors that it knows as the client's
// fault, and throttling is not among them.
func classify(err error) error {
	if err == nil {
		return nil
	}
	out := &fault.Error{Kind: fault.Unknown, Op: "mailer.Send"}
	var refused smithy.APIError
	var answer *awshttp.ResponseError
	var connection *net.OpError
	switch {
	case errors.As(err, &refused) && errors.As(err, &answer):
		if answer.HTTPStatusCode() < 500 {
			out.Kind, out.Code = fault.Unavailable, refused.ErrorCode()
		}
	case errors.As(err, &connection):
		if out.Err = connection; connection.Op == "dial" {
			out.Kind = fault.Unavailable // Never sent.
		}
	case errors.Is(err, context.DeadlineExceeded):
		out.Err = context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		out.Err = context.Canceled
	}
	return out
}

func content(text string) *types.Content {
	return &types.Content{Data: &text, Charset: aws.String("UTF-8")}
}

// tag is a key in the letters that SES takes in tags: ASCII letters, digits, dash and underscore, at most 256.
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
func tag(key string) string {
	out := []byte(key)
	if len(out) > 256 {
		out = out[:256]
	}
	for i, c := range out {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			out[i] = '_'
		}
	}
	return string(out)
}
