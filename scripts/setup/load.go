package setup

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// answerLimit is for one call of AWS.
const answerLimit = 30 * time.Second

// Load finds credentials and region as every AWS program does. A local AWS takes any credentials, so there they are made up if
// there are none.
func Load(ctx context.Context, region, endpoint string) (aws.Config, error) {
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
		if isLocal(endpoint) && os.Getenv("AWS_ACCESS_KEY_ID") == "" {
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
