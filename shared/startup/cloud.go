package startup

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// errNoRegion is told when the environment names no region: Lambda's own always does.
var errNoRegion = errors.New("AWS_REGION is not set")

// cloud is AWS's configuration as Lambda's environment tells it
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). The SDK's own loader reads files, asks other services and can
// sign in by a browser besides: a third of a megabyte in each function's zip, for what no function ever has. AWS_ENDPOINT_URL and
// AWS_SDK_UA_APP_ID mean what they mean to the SDK; other settings of its are not read.
func cloud(getenv func(string) string) (aws.Config, error) {
	region := getenv("AWS_REGION")
	if region == "" {
		return aws.Config{}, errNoRegion
	}
	cfg := aws.Config{
		Region: region, AppID: getenv("AWS_SDK_UA_APP_ID"),
		// One for all clients, so that they share their connections.
		HTTPClient: awshttp.NewBuildableClient(),
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(
			getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN"))),
	}
	if endpoint := getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	return cfg, nil
}
