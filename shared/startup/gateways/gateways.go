// Package gateways gives functions the payment gateways' adapters and the checks of their webhooks, keys read when first needed.
package gateways

import (
	"context"
	"net/http"
	"sync"
	"time"

	"till/shared/fault"
	"till/shared/payment"
	"till/shared/secrets"
	"till/shared/settings"
)

// LiveStage is the stage that takes real money.
const LiveStage = "prod"

// Keys reads the accounts' keys; a secrets.Store, or constants locally.
type Keys func(context.Context) (secrets.Gateways, error)

// Config is what adapters and checks are made with. Keys, Stage and Now are required.
type Config struct {
	Keys      Keys
	Stage     string
	APIURL    string            // Our own API's address: Square signs the one that it posts to.
	LocalURL  string            // Where simulated gateways are; "" for the gateways' own addresses.
	Transport http.RoundTripper // To the gateways; each adapter has one of its own if nil.
	Now       func() time.Time
}

// At is what a function's settings say: keys are in Secrets Manager.
func At(store *secrets.Store, set settings.Gateways, stage string, now func() time.Time) Config {
	return Config{
		Keys:  func(ctx context.Context) (secrets.Gateways, error) { return store.Gateways(ctx, set.SecretsARN) },
		Stage: stage, APIURL: set.ReturnURL, LocalURL: set.LocalURL, Now: now,
	}
}

func (c Config) live() bool { return c.Stage == LiveStage }

// base is a gateway's address: "" for its own.
func (c Config) base(name string) string {
	if c.LocalURL == "" {
		return ""
	}
	return c.LocalURL + "/" + name
}

// unavailable is for a gateway of another name, or one that the shop has no account with.
func unavailable() error {
	return fault.New(fault.Internal, "gateways", "gateway_unavailable", "")
}

// kept is something that was made with keys, and is made anew when they change.
type kept[T any] struct {
	mu   sync.Mutex
	with any
	made T
	has  bool
}

// with gives what was made with these keys, a comparable value, or makes it.
func (k *kept[T]) get(keys any, build func() (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.has && k.with == keys {
		return k.made, nil
	}
	made, err := build()
	if err != nil {
		return made, err
	}
	k.with, k.made, k.has = keys, made, true
	return made, nil
}

// Open gives gateways by name, each made at its first use, and anew when its keys change. Errors: those of Keys and of the adapters;
// fault.Internal, code gateway_unavailable, for another name, or one without keys.
func Open(c Config) func(context.Context, string) (payment.Gateway, error) {
	all := map[string]*kept[payment.Gateway]{}
	for name := range accounts() {
		all[name] = &kept[payment.Gateway]{}
	}
	return func(ctx context.Context, name string) (payment.Gateway, error) {
		account, known := accounts()[name]
		if !known {
			return nil, unavailable()
		}
		keys, err := c.Keys(ctx)
		if err != nil {
			return nil, err
		}
		with, build := account.gateway(c, keys)
		if with == nil {
			return nil, unavailable()
		}
		return all[name].get(with, build)
	}
}
