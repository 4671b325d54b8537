package memory_test

import (
	"testing"

	"till/shared/memory"
	"till/shared/storetest"
)

func TestKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Store { return new(memory.Store) })
}
