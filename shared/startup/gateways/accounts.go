package gateways

import (
	"context"
	"strings"

	"till/shared/edge/hook"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
	"till/shared/secrets"
)

// account is how a gateway's adapter and the check of its webhooks are made. Both functions give nil keys for a shop that has no
// account; what they build depends on those keys alone.
type account struct {
	gateway func(Config, secrets.Gateways) (keys any, build func() (payment.Gateway, error))
	verify  func(Config, secrets.Gateways) (keys any, build func() (hook.Verify, error))
}

func accounts() map[string]account {
	return map[string]account{
		stripegw.Name: {stripeGateway, stripeVerify},
		paypalgw.Name: {paypalGateway, paypalVerify},
		squaregw.Name: {squareGateway, squareVerify},
	}
}

func stripeGateway(c Config, all secrets.Gateways) (any, func() (payment.Gateway, error)) {
	k := all.Stripe
	if k == nil {
		return nil, nil
	}
	return [2]string{k.APIKey.Reveal(), k.PublishableKey}, func() (payment.Gateway, error) {
		return opened(stripegw.New(stripegw.Config{
			APIKey: k.APIKey.Reveal(), PublishableKey: k.PublishableKey, WantLive: c.live(), BaseURL: c.base(stripegw.Name), Transport: c.Transport,
		}))
	}
}

// opened keeps a failed constructor's nil from becoming an interface that is not nil.
func opened[G payment.Gateway](g G, err error) (payment.Gateway, error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}

func stripeVerify(c Config, all secrets.Gateways) (any, func() (hook.Verify, error)) {
	k := all.Stripe
	if k == nil {
		return nil, nil
	}
	live := secrets.Reveal(k.WebhookSecrets)
	return strings.Join(live, "\n"), func() (hook.Verify, error) {
		v, err := stripegw.NewVerifier(stripegw.VerifierConfig{Secrets: live, WantLive: c.live(), Now: c.Now})
		if err != nil {
			return nil, err
		}
		return func(_ context.Context, raw []byte, header func(string) string) (payment.Event, error) {
			return v.Verify(raw, header("Stripe-Signature"))
		}, nil
	}
}
