package vaulttest_test

import (
	"testing"

	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

func TestTheTwinKeepsTheContract(t *testing.T) {
	vaulttest.Run(t, func(*testing.T) vault.Keys { return new(vaulttest.Keys) })
}
