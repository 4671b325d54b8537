// Package mailer sends mail through SES.
package mailer

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"till/shared/fault"
	"till/shared/person"
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

// Send hands a plain-text mail over. key names it and is kept as a tag, for bounces to be traced. Errors:
// fault.Unavailable, it was not taken; fault.Unknown, it may have been. No error holds the address.
func (m Mailer) Send(ctx context.Context, to person.Email, subject, text, key string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	_, err := m.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &m.from,
		Destination:      &types.Destination{ToAddresses: []string{to.Text()}},
		EmailTags:        []types.MessageTag{{Name: aws.String("mail"), Value: aws.String(tag(key))}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(subject), Body: &types.Body{Text: content(text)},
		}},
	})
	if err == nil {
		return nil
	}
	// SES quotes addresses in its messages: only the code is kept.
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorFault() == smithy.FaultClient {
		return &fault.Error{Kind: fault.Unavailable, Op: "mailer.Send", Code: refused.ErrorCode()}
	}
	return &fault.Error{Kind: fault.Unknown, Op: "mailer.Send"}
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
