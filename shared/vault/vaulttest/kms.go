package vaulttest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"sync"

	"till/shared/fault"
)

// KMS is a key service that keeps its wrapped keys to itself, counts its calls and can be switched off. Everything
// it makes follows from Seed, so that tests repeat. The zero value is ready.
type KMS struct {
	Seed []byte

	mu    sync.Mutex
	calls int
	down  bool
	made  map[string][]byte // Wrapped key and context → plain key.
}

// Calls is how often the service was called.
func (s *KMS) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Down switches the service off or on.
func (s *KMS) Down(off bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = off
}

// GenerateDataKey is vault.KeyService's.
func (s *KMS) GenerateDataKey(_ context.Context, bound map[string]string) (plain, wrapped []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.down {
		return nil, nil, fault.New(fault.Unavailable, "vaulttest.GenerateDataKey", "dependency_unavailable", "")
	}
	if s.made == nil {
		s.made = make(map[string][]byte)
	}
	mac := hmac.New(sha256.New, s.Seed)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s.made))))
	plain = mac.Sum(nil)
	mac.Write([]byte("wrapped"))
	wrapped = mac.Sum(nil)
	s.made[lookup(wrapped, bound)] = slices.Clone(plain)
	return plain, wrapped, nil
}

// Decrypt is vault.KeyService's.
func (s *KMS) Decrypt(_ context.Context, wrapped []byte, bound map[string]string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.down {
		return nil, fault.New(fault.Unavailable, "vaulttest.Decrypt", "dependency_unavailable", "")
	}
	plain, ok := s.made[lookup(wrapped, bound)]
	if !ok {
		return nil, fault.New(fault.Internal, "vaulttest.Decrypt", "decrypt_failed", "")
	}
	return slices.Clone(plain), nil
}

func lookup(wrapped []byte, bound map[string]string) string {
	key := string(wrapped)
	for _, name := range slices.Sorted(maps.Keys(bound)) {
		key += "|" + name + "=" + bound[name]
	}
	return key
}
