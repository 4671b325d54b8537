package deployed

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
)

// PutGatewayKeys does what the README tells a deployer to do after the first deploy: keys is the secret's JSON.
func (s *Stack) PutGatewayKeys(ctx context.Context, keys string) error {
	_, err := secretsmanager.NewFromConfig(s.Config).PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(s.Physical("GatewaySecrets")), SecretString: aws.String(keys),
	})
	if err != nil {
		return fmt.Errorf("putting the gateways' keys: %w", err)
	}
	return nil
}

// VerifySender lets SES send as MailFrom, as a deployer does.
func (s *Stack) VerifySender(ctx context.Context) error {
	sender := s.processed.parameters["MailFrom"]
	if _, err := sesv2.NewFromConfig(s.Config).CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: &sender}); err != nil {
		return fmt.Errorf("the sender %s: %w", sender, err)
	}
	return nil
}
