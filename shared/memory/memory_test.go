package memory_test

import (
	"testing"

	"till/shared/memory"
	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

func TestKeepsKeysAsVaultWants(t *testing.T) {
	vaulttest.Run(t, func(*testing.T) vault.Keys { return new(memory.Store) })
}
