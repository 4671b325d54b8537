package secrets

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

const (
	secretBytesMin = 24
	// squareKeyBytesMin is what a signature key of Square's has at least: they are of 22 letters.
	// https://developer.squareup.com/docs/webhooks/step3validate
	squareKeyBytesMin = 16
	liveStage         = "prod"
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

// PayPal is what one PayPal account needs. WebhookIDs are those of our endpoint and, for a while, of the one before: not secret, but
// what signatures are checked with.
type PayPal struct {
	ClientID     string   `json:"client_id"` // For browsers, too.
	ClientSecret Secret   `json:"client_secret"`
	WebhookIDs   []string `json:"webhook_ids"`
	Roots        string   `json:"roots"` // PEM: who signs certificates of a simulated PayPal. Refused on the stage prod.
}

// Square is what one Square location needs. SignatureKeys are the current one and, for a while, the one before.
type Square struct {
	AccessToken   Secret   `json:"access_token"`
	ApplicationID string   `json:"application_id"` // For browsers, too.
	LocationID    string   `json:"location_id"`    // For browsers, too.
	MerchantID    string   `json:"merchant_id"`
	Currency      string   `json:"currency"` // The account's: Square charges in no other.
	SignatureKeys []Secret `json:"signature_keys"`
}

// Gateways is every gateway's keys. Nil: the shop has no account there.
type Gateways struct {
	Stripe *Stripe `json:"stripe"`
	PayPal *PayPal `json:"paypal"`
	Square *Square `json:"square"`
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

// Gateways reads all gateways' keys. A gateway whose keys are empty is left out: a secret is made before there are keys. Errors: as
// Link; also config_invalid for keys that are cut short, and for Stripe's test keys on the stage prod.
func (s *Store) Gateways(ctx context.Context, arn string) (Gateways, error) {
	var g Gateways
	if err := s.decode(ctx, arn, &g); err != nil {
		return Gateways{}, err
	}
	if g.Stripe != nil && g.Stripe.APIKey.IsZero() {
		g.Stripe = nil
	}
	if g.PayPal != nil && g.PayPal.ClientSecret.IsZero() {
		g.PayPal = nil
	}
	if g.Square != nil && g.Square.AccessToken.IsZero() {
		g.Square = nil
	}
	if g.Stripe != nil && !g.Stripe.whole(s.stage) || g.PayPal != nil && !g.PayPal.whole(s.stage) || g.Square != nil && !g.Square.whole() {
		return Gateways{}, misconfigured(nil)
	}
	return g, nil
}

func (k Stripe) whole(stage string) bool {
	return !isShort(k.APIKey) && len(k.WebhookSecrets) > 0 && !slices.ContainsFunc(k.WebhookSecrets, isShort) &&
		(stage != liveStage || !isTest(k.APIKey.Reveal()) && !isTest(k.PublishableKey))
}

func (k PayPal) whole(stage string) bool {

	return !isShort(k.ClientSecret) && k.ClientID != "" && len(k.WebhookIDs) > 0 && !slices.Contains(k.WebhookIDs, "") &&
		(stage != liveStage || k.Roots == "")
}

func (k Square) whole() bool {
	short := func(s Secret) bool { return len(s.Reveal()) < squareKeyBytesMin }
	return !isShort(k.AccessToken) && len(k.SignatureKeys) > 0 && !slices.ContainsFunc(k.SignatureKeys, short) &&
		k.ApplicationID != "" && k.LocationID != "" && k.MerchantID != "" && len(k.Currency) == 3
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
