package gateways

import (
	"context"
	"crypto/x509"
	"strings"

	"till/shared/edge/hook"
	"till/shared/fault"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/secrets"
)

func paypalGateway(c Config, all secrets.Gateways) (any, func() (payment.Gateway, error)) {
	k := all.PayPal
	if k == nil {
		return nil, nil
	}
	return [2]string{k.ClientID, k.ClientSecret.Reveal()}, func() (payment.Gateway, error) {
		return opened(paypalgw.New(paypalgw.Config{
			ClientID: k.ClientID, ClientSecret: k.ClientSecret.Reveal(), WantLive: c.live(), BaseURL: c.base(paypalgw.Name), Transport: c.Transport, Now: c.Now,
		}))
	}
}

// paypalVerify takes certificates of a simulated PayPal only where gateways are simulated, and from whom the secret says.
func paypalVerify(c Config, all secrets.Gateways) (any, func() (hook.Verify, error)) {
	k := all.PayPal
	if k == nil {
		return nil, nil
	}
	return strings.Join(append(k.WebhookIDs, k.Roots), "\n"), func() (hook.Verify, error) {
		config := paypalgw.VerifierConfig{WebhookIDs: k.WebhookIDs, WantLive: c.live(), Now: c.Now, Transport: c.Transport}
		if c.LocalURL != "" && !c.live() {
			config.CertURLs, config.Roots = []string{c.base(paypalgw.Name) + "/"}, x509.NewCertPool()
			if !config.Roots.AppendCertsFromPEM([]byte(k.Roots)) {
				return nil, fault.New(fault.Internal, "gateways.paypalVerify", "config_invalid", "")
			}
		}
		v, err := paypalgw.NewVerifier(config)
		if err != nil {
			return nil, err
		}
		return v.Verify, nil
	}
}

func squareGateway(c Config, all secrets.Gateways) (any, func() (payment.Gateway, error)) {
	k := all.Square
	if k == nil {
		return nil, nil
	}
	return [5]string{k.AccessToken.Reveal(), k.ApplicationID, k.LocationID, k.MerchantID, k.Currency}, func() (payment.Gateway, error) {
		return opened(squaregw.New(squaregw.Config{
			AccessToken: k.AccessToken.Reveal(), ApplicationID: k.ApplicationID, LocationID: k.LocationID, MerchantID: k.MerchantID,
			Currency: money.Currency(k.Currency), WantLive: c.live(), BaseURL: c.base(squaregw.Name), Transport: c.Transport,
		}))
	}
}

func squareVerify(c Config, all secrets.Gateways) (any, func() (hook.Verify, error)) {
	k := all.Square
	if k == nil {
		return nil, nil
	}
	live := secrets.Reveal(k.SignatureKeys)
	return strings.Join(append(live, k.MerchantID), "\n"), func() (hook.Verify, error) {
		v, err := squaregw.NewVerifier(squaregw.VerifierConfig{
			Keys: live, URL: c.APIURL + "/webhooks/square", WantLive: c.live(), MerchantID: k.MerchantID,
		})
		if err != nil {
			return nil, err
		}
		return func(_ context.Context, raw []byte, header func(string) string) (payment.Event, error) {
			return v.Verify(raw, header)
		}, nil
	}
}
