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

// New makes a vault; keys are the Customers table. It calls nothing.
func New(env startup.Env, set settings.Vault, stage string, keys vault.Keys, store *secrets.Store) *vault.Vault {
	return vault.New(vault.Config{
		Keys: keys, KMS: kmsvault.New(env.Cloud, set.KeyARN), Stage: stage, Random: rand.Reader, Now: env.Now,
		IndexKey: func(ctx context.Context) ([]byte, error) {
			v, err := store.Vault(ctx, set.SecretARN)
			return v.IndexKey.Bytes(), err
		},
	})
}
