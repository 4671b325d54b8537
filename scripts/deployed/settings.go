package deployed

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
)

// StripeKeys is what a deployer puts into the stack's secret for Stripe.
type StripeKeys struct {
	APIKey         string   `json:"api_key"`
	PublishableKey string   `json:"publishable_key"`
	WebhookSecrets []string `json:"webhook_secrets"`
}

// PutStripeKeys does what the README tells a deployer to do after the first deploy.
func (s *Stack) PutStripeKeys(ctx context.Context, keys StripeKeys) error {
	text, err := json.Marshal(keys) //nolint:gosec // G117: keys of a simulated account, on their way to where keys are kept
	if err != nil {
		return err
	}
	_, err = secretsmanager.NewFromConfig(s.Config).PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(s.Physical("StripeSecret")), SecretString: aws.String(string(text)),
	})
	if err != nil {
		return fmt.Errorf("putting Stripe's keys: %w", err)
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
