// Package stripe gives functions the Stripe adapter and the verifier of its webhooks, keys read when first needed.
package stripe

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
	"till/shared/secrets"
)

// LiveStage is the stage that takes real money.
const LiveStage = "prod"

// Keys reads the account's keys; a secrets.Store, or constants locally.
type Keys func(context.Context) (secrets.Stripe, error)

// From reads the keys in a secret.
func From(store *secrets.Store, arn string) Keys {
	return func(ctx context.Context) (secrets.Stripe, error) { return store.Stripe(ctx, arn) }
}

// Gateways gives the gateway by name, made anew when its keys change. baseURL is "" for Stripe's own. transport may be nil.
// Errors: those of keys; fault.Internal, code gateway_unavailable, for another name.
func Gateways(keys Keys, stage, baseURL string, transport http.RoundTripper) func(context.Context, string) (payment.Gateway, error) {
	var mu sync.Mutex
	var with [2]string // The keys that made was made with.
	var made payment.Gateway
	return func(ctx context.Context, name string) (payment.Gateway, error) {
		if name != stripegw.Name {
			return nil, fault.New(fault.Internal, "stripe.Gateways", "gateway_unavailable", "")
		}
		k, err := keys(ctx)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		now := [2]string{k.APIKey.Reveal(), k.PublishableKey}
		if made != nil && now == with {
			return made, nil
		}
		g, err := stripegw.New(stripegw.Config{
			APIKey: k.APIKey.Reveal(), PublishableKey: k.PublishableKey, WantLive: stage == LiveStage, BaseURL: baseURL, Transport: transport,
		})
		if err != nil {
			return nil, err
		}
		with, made = now, g
		return made, nil
	}
}

// Verify gives the check of webhooks. A signature that does not fit has the secrets read again first, as often as reload
// allows, since they may have been rotated. reload tells whether it read them; it may be nil. Errors: those of keys and of
// stripegw.Verifier.
func Verify(keys Keys, reload func(context.Context) (bool, error), stage string, now func() time.Time,
) func(context.Context, []byte, string) (payment.Event, error) {
	var mu sync.Mutex
	var secretsNow []string
	var verifier *stripegw.Verifier
	current := func(ctx context.Context) (*stripegw.Verifier, error) {
		k, err := keys(ctx)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if now := secrets.Reveal(k.WebhookSecrets); verifier == nil || !slices.Equal(now, secretsNow) {
			secretsNow, verifier = now, nil
		}
		if verifier == nil {
			verifier, err = stripegw.NewVerifier(stripegw.VerifierConfig{Secrets: secretsNow, WantLive: stage == LiveStage, Now: now})
		}
		return verifier, err
	}
	return func(ctx context.Context, raw []byte, signature string) (payment.Event, error) {
		v, err := current(ctx)
		if err != nil {
			return payment.Event{}, err
		}
		event, err := v.Verify(raw, signature)
		if fault.Code(err) != "signature_invalid" || reload == nil {
			return event, err
		}
		if _, reloadErr := reload(ctx); reloadErr != nil {
			return event, err
		}
		// Also when this call was not let: another delivery's may have been, after this one took the old secrets.
		if v, err = current(ctx); err != nil {
			return payment.Event{}, err
		}
		return v.Verify(raw, signature)
	}
}
