// Package gateways is the simulated payment gateways of a shop on this machine, side by side at one address, with the keys of
// their accounts.
package gateways

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	mathrand "math/rand/v2"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/paypalsim"
	"till/scripts/localcloud/squaresim"
	"till/scripts/localcloud/stripesim"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/secrets"
)

// The keys of the local accounts. They are worth nothing anywhere else.
const (
	StripeSecretKey = "sk_test_till_local_0123456789abcdef"
	StripePublicKey = "pk_test_till_local_0123456789abcdef" // For browsers.
	StripeHookKey   = "whsec_till_local_0123456789abcdef"   // With it Stripe signs.

	PayPalClientID     = "till-local-client-0123456789abcdef" // For browsers, too.
	payPalClientSecret = "till-local-secret-0123456789abcdef"
	payPalWebhookID    = "WH-TILLLOCAL0123456"

	squareToken       = "till-local-token-0123456789abcdef"
	SquareApplication = "sandbox-sq0idb-till-local-0123456789" // For browsers, too.
	squareLocation    = "LTILLLOCAL"
	squareMerchant    = "MLTILLLOCAL"
	squareHookKey     = "till-local-signature-key-01234567"
)

// SquareCurrency is the simulated Square account's unless it is told otherwise. It takes no other.
const SquareCurrency = "EUR"

// Where each gateway is below the address of all.
const (
	StripePath = "/stripe"
	PayPalPath = "/paypal"
	SquarePath = "/square"
)

// Offered are the gateways that are there, as the parameter Gateways lists them.
const Offered = "stripe,paypal,square"

// Config is what the gateways are made with. Every field but Wait, Square and Compact is required.
type Config struct {
	URL     string // Where browsers and functions find them: "http://localhost:8090".
	ShopURL string // Where they find the shop's API.
	Clock   *clock.Clock
	Seed    string                                     // Their ids follow from it.
	Wait    func(context.Context, time.Duration) error // Sleeps for their latency; nil never sleeps.
	Slow    time.Duration                              // How long bank debits and pending refunds take; an hour unless set.
	Square  string                                     // The currency of Square's account: SquareCurrency unless set.
	Compact bool                                       // What they say is in one line each, as nobody reads it.
	Deliver func(url string, header http.Header, body []byte) (int, error)
}

// Gateways are all of them.
type Gateways struct {
	Stripe *stripesim.Sim
	PayPal *paypalsim.Sim
	Square *squaresim.Sim
	// Endpoint is the id that Stripe has given to the receiver of our webhooks.
	Endpoint string

	square string // The currency of Square's account.
	mux    *http.ServeMux
	keys   func() (secrets.Gateways, error)
}

// New makes the gateways and tells them where the shop's webhooks are.
func New(c Config) (*Gateways, error) {
	c.Square = cmp.Or(c.Square, SquareCurrency)
	g := &Gateways{mux: http.NewServeMux(), square: c.Square}
	var badStripe, badPayPal, badSquare error
	g.Stripe, g.Endpoint, badStripe = stripe(c)
	g.PayPal, badPayPal = paypal(c)
	g.Square, badSquare = square(c)
	if err := errors.Join(badStripe, badPayPal, badSquare); err != nil {
		return nil, err
	}
	g.keys = sync.OnceValues(func() (keys secrets.Gateways, err error) { return keys, json.Unmarshal([]byte(g.Secret()), &keys) })
	g.mux.Handle(StripePath+"/", g.Stripe)
	g.mux.Handle(PayPalPath+"/", g.PayPal)
	g.mux.Handle(SquarePath+"/", g.Square)
	return g, nil
}

// dice are one gateway's own.
func (c Config) dice(name string) mathrand.Source {
	seed := [32]byte{}
	copy(seed[:], name+"/"+c.Seed)
	return mathrand.NewChaCha8(seed)
}

func stripe(c Config) (*stripesim.Sim, string, error) {
	sim, err := stripesim.New(stripesim.Config{
		BaseURL: c.URL + StripePath, SecretKey: StripeSecretKey, PublishableKey: StripePublicKey,
		Clock: stripesim.ClockOf(c.Clock), Random: c.dice("stripe"), Deliver: c.Deliver, Go: c.Clock.Go, Wait: c.Wait, SettleAfter: c.Slow,
		Compact: c.Compact,
	})
	if err != nil {
		return nil, "", err
	}
	endpoint, _, err := sim.AddEndpoint(c.ShopURL+"/webhooks/stripe", StripeHookKey, stripegw.EventTypes()...)
	return sim, endpoint, err
}

func paypal(c Config) (*paypalsim.Sim, error) {
	sim, err := paypalsim.New(paypalsim.Config{
		BaseURL: c.URL + PayPalPath, ClientID: PayPalClientID, ClientSecret: payPalClientSecret,
		Clock: gatewaysim.ClockOf(c.Clock), Random: c.dice("paypal"), Deliver: c.Deliver, Go: c.Clock.Go, Wait: c.Wait, SettleAfter: c.Slow,
	})
	if err != nil {
		return nil, err
	}
	_, err = sim.AddEndpoint(c.ShopURL+"/webhooks/paypal", payPalWebhookID, paypalgw.EventTypes()...)
	return sim, err
}

func square(c Config) (*squaresim.Sim, error) {
	sim, err := squaresim.New(squaresim.Config{
		BaseURL: c.URL + SquarePath, AccessToken: squareToken, ApplicationID: SquareApplication, LocationID: squareLocation, MerchantID: squareMerchant,
		Currency: c.Square, Clock: gatewaysim.ClockOf(c.Clock), Random: c.dice("square"), Deliver: c.Deliver, Go: c.Clock.Go, Wait: c.Wait, SettleAfter: c.Slow,
	})
	if err != nil {
		return nil, err
	}
	_, _, err = sim.AddEndpoint(c.ShopURL+"/webhooks/square", squareHookKey, squaregw.EventTypes()...)
	return sim, err
}

// ServeHTTP serves all gateways, each below its path.
func (g *Gateways) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// RoundTrip answers in the caller's goroutine, as the gateway whose path the request has.
func (g *Gateways) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case strings.HasPrefix(r.URL.Path, StripePath+"/"):
		return g.Stripe.Transport().RoundTrip(r)
	case strings.HasPrefix(r.URL.Path, PayPalPath+"/"):
		return g.PayPal.Transport().RoundTrip(r)
	case strings.HasPrefix(r.URL.Path, SquarePath+"/"):
		return g.Square.Transport().RoundTrip(r)
	}
	return nil, errors.New("gateways: no gateway is at " + r.URL.Path)
}

// Secret is the accounts' keys as a deployer puts them into the stack's secret, with the certificate that signs the simulated PayPal's.
func (g *Gateways) Secret() string {
	text, err := json.Marshal(map[string]any{
		"stripe": map[string]any{"api_key": StripeSecretKey, "publishable_key": StripePublicKey, "webhook_secrets": []string{StripeHookKey}},
		"paypal": map[string]any{
			"client_id": PayPalClientID, "client_secret": payPalClientSecret, "webhook_ids": []string{payPalWebhookID}, "roots": string(g.PayPal.RootPEM()),
		},
		"square": map[string]any{
			"access_token": squareToken, "application_id": SquareApplication, "location_id": squareLocation, "merchant_id": squareMerchant,
			"currency": g.square, "signature_keys": []string{squareHookKey},
		},
	})
	if err != nil {
		panic(err) // Constants.
	}
	return string(text)
}

// Keys is Secret, read.
func (g *Gateways) Keys(context.Context) (secrets.Gateways, error) { return g.keys() }
