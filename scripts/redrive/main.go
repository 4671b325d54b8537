// Command redrive brings dead letters back: messages that failed five times go to their queue once more, and changes that the
// relay gave up are given to it again.
//
//	go run ./scripts/redrive -stack till-dev -dry-run          # look
//	go run ./scripts/redrive -stack till-dev -queue mail -max 1  # try one
//	go run ./scripts/redrive -stack till-dev                   # all
//
// Why not SQS's own StartMessageMoveTask: it moves a queue as it is. It cannot show what it would move, nor leave some behind, nor
// try one; it knows nothing of the relay's letters, which are no messages but places in a stream; and local engines lack it. So
// each letter is received, sent to where it came from, and deleted there only after it was taken.
//
// Exit codes: 0, done; 1, something is left that people must look at; 2, wrong usage.
package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"till/scripts/redrive/letters"
)

// answerLimit is for one call, the longest of which waits for a function that is stopped after 30 s.
const answerLimit = time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// What has begun is finished; a second signal ends the program at once, which loses nothing.
	context.AfterFunc(ctx, stop)
	c := letters.Command{Out: os.Stdout, Err: os.Stderr, Load: load, Now: time.Now, Sleep: sleep}
	os.Exit(c.Run(ctx, os.Args[1:]))
}

// load finds credentials and region as every AWS program does. A local AWS takes any credentials, so there they are made up if
// there are none.
func load(ctx context.Context, region, endpoint string) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(answerLimit)),
		// The SDK would write of connections that were closed after an answer, between our lines.
		config.WithLogger(logging.Nop{}),
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if endpoint != "" {
		options = append(options, config.WithBaseEndpoint(endpoint))
		if local(endpoint) && os.Getenv("AWS_ACCESS_KEY_ID") == "" {
			options = append(options, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
			})))
		}
	}
	cloud, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return cloud, err
	}
	if _, err := cloud.Credentials.Retrieve(ctx); err != nil {
		return cloud, fmt.Errorf("no AWS credentials; sign in first: %w", err)
	}
	return cloud, nil
}

// local tells whether an endpoint is on this machine.
func local(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	return u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
