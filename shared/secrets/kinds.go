package secrets

import (
	"context"
	"encoding/json"
	"strings"
)

const (
	secretBytesMin = 24
	liveStage      = "prod"
)

// Link are the keys of order links. Previous is zero when there is none.
type Link struct {
	Current  Secret `json:"current"`
	Previous Secret `json:"previous"`
}

// Stripe is what one Stripe account needs. WebhookSecrets are the current and, for a while, the one before.
type Stripe struct {
	APIKey         Secret   `json:"api_key"`
	PublishableKey string   `json:"publishable_key"` // For browsers; "" if the shop only uses hosted pages.
	WebhookSecrets []Secret `json:"webhook_secrets"`
}

// Vault is the HMAC key of the blind e-mail index.
type Vault struct {
	IndexKey Secret `json:"index_key"`
}

// Link reads the keys of order links. Errors: fault.Unavailable, Secrets Manager does not answer, nothing happened;
// fault.Internal, code config_invalid: missing, not readable, or a key under 24 bytes. No error holds a value.
func (s *Store) Link(ctx context.Context, arn string) (Link, error) {
	var l Link
	if err := s.decode(ctx, arn, &l); err != nil {
		return Link{}, err
	}
	if isShort(l.Current) || !l.Previous.IsZero() && isShort(l.Previous) {
		return Link{}, misconfigured(nil)
	}
	return l, nil
}

// Stripe reads an account's keys. Errors: as Link; also config_invalid for test keys on the stage prod.
func (s *Store) Stripe(ctx context.Context, arn string) (Stripe, error) {
	var k Stripe
	if err := s.decode(ctx, arn, &k); err != nil {
		return Stripe{}, err
	}
	short := isShort(k.APIKey) || len(k.WebhookSecrets) == 0
	for _, each := range k.WebhookSecrets {
		short = short || isShort(each)
	}
	if short || s.stage == liveStage && (isTest(k.APIKey.Reveal()) || isTest(k.PublishableKey)) {
		return Stripe{}, misconfigured(nil)
	}
	return k, nil
}

// Vault reads the key of the blind index. Errors: as Link.
func (s *Store) Vault(ctx context.Context, arn string) (Vault, error) {
	var v Vault
	if err := s.decode(ctx, arn, &v); err != nil {
		return Vault{}, err
	}
	if isShort(v.IndexKey) {
		return Vault{}, misconfigured(nil)
	}
	return v, nil
}

// decode reads a secret's JSON. Its own errors are dropped, as they may quote it.
func (s *Store) decode(ctx context.Context, arn string, into any) error {
	text, err := s.read(ctx, arn)
	if err != nil {
		return err
	}
	if json.Unmarshal([]byte(text), into) != nil {
		return misconfigured(nil)
	}
	return nil
}

func isShort(s Secret) bool { return len(s.Reveal()) < secretBytesMin }

// isTest knows Stripe's test keys, secret, restricted and publishable: https://docs.stripe.com/keys.
func isTest(key string) bool {
	_, after, _ := strings.Cut(key, "_")
	return strings.HasPrefix(after, "test_")
}
