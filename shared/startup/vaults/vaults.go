// Package vaults gives functions the vault of personal data, wired to KMS and Secrets Manager.
package vaults

import (
	"context"
	"crypto/rand"

	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/vault"
	"till/shared/vault/kmsvault"
)

// New makes a vault for functions that seal and open for customers they are told of; keys are the Customers table. It cannot
// tell whose an address is. It calls nothing.
func New(env startup.Env, set settings.Vault, stage string, keys vault.Keys) *vault.Vault {
	return vault.New(config(env, set, stage, keys))
}

// WithIndex makes a vault that also finds and makes customers by their address, with the index's key in that secret. It calls
// nothing.
func WithIndex(env startup.Env, set settings.Vault, stage string, keys vault.Keys, store *secrets.Store, secretARN string) *vault.Vault {
	c := config(env, set, stage, keys)
	c.IndexKey = func(ctx context.Context) ([]byte, error) {
		v, err := store.Vault(ctx, secretARN)
		return v.IndexKey.Bytes(), err
	}
	return vault.New(c)
}

// IndexOnly makes a vault that tells the blind index of an address, and can do nothing else. It calls nothing.
func IndexOnly(store *secrets.Store, secretARN string) *vault.Vault {
	return vault.New(vault.Config{Random: rand.Reader, IndexKey: func(ctx context.Context) ([]byte, error) {
		v, err := store.Vault(ctx, secretARN)
		return v.IndexKey.Bytes(), err
	}})
}

// Finding makes a vault that finds customers by their address, and makes, seals and opens nothing. It calls nothing.
func Finding(keys vault.Keys, store *secrets.Store, secretARN string) *vault.Vault {
	return vault.New(vault.Config{Keys: keys, IndexKey: func(ctx context.Context) ([]byte, error) {
		v, err := store.Vault(ctx, secretARN)
		return v.IndexKey.Bytes(), err
	}})
}

func config(env startup.Env, set settings.Vault, stage string, keys vault.Keys) vault.Config {
	return vault.Config{Keys: keys, KMS: kmsvault.New(env.Cloud, set.KeyARN), Stage: stage, Random: rand.Reader, Now: env.Now}
}

// Erasing is Finding for who also erases customers: it needs no key of KMS for it. It calls nothing.
func Erasing(env startup.Env, keys vault.Keys, store *secrets.Store, secretARN string) *vault.Vault {
	return vault.New(vault.Config{Keys: keys, Now: env.Now, IndexKey: func(ctx context.Context) ([]byte, error) {
		v, err := store.Vault(ctx, secretARN)
		return v.IndexKey.Bytes(), err
	}})
}
