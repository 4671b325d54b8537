package dynamo_test

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// config is that of an engine at an address; it accepts any credentials. A nil client is the SDK's own.
func config(endpoint string, client *http.Client) aws.Config {
	cfg := aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}
	if client != nil {
		cfg.HTTPClient = client
	}
	return cfg
}
