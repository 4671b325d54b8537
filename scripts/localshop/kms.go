package localshop

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"till/shared/fault"
)

// KMS is a key service in this process: it wraps keys under one of its own and, unlike some local engines, refuses what was
// altered or has another encryption context. It forgets its key when the process ends, as the memory store forgets all.
type KMS struct {
	random io.Reader
	port   port

	mu    sync.Mutex
	key   []byte
	calls int
	state KeyState
}

const keyBytes = 32

// KeyState is whether a key can be used. The zero value can.
type KeyState string

// The states. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
const (
	Enabled         KeyState = ""
	Disabled        KeyState = "DisabledException"        // By hand, and back.
	PendingDeletion KeyState = "KMSInvalidStateException" // For PendingWindowInDays; until then it can be taken back.
	Unreachable     KeyState = "KeyUnavailableException"  // The service does not answer.
)

// Set puts the key into a state. A key that cannot be used comes back to the functions as the adapter tells it: the same call
// may succeed later.
func (k *KMS) Set(state KeyState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = state
}

// Calls is how often the service was called.
func (k *KMS) Calls() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls
}

// Down switches the service off or on.
func (k *KMS) Down(off bool) {
	if off {
		k.Set(Unreachable)
	} else {
		k.Set(Enabled)
	}
}

// GenerateDataKey is vault.KeyService's.
func (k *KMS) GenerateDataKey(_ context.Context, bound map[string]string) (plain, wrapped []byte, err error) {
	err = k.port.strike("kms.GenerateDataKey", func() error {
		plain, wrapped, err = k.generate(bound)
		return err
	})
	return plain, wrapped, err
}

func (k *KMS) generate(bound map[string]string) (plain, wrapped []byte, err error) {
	gcm, err := k.open()
	if err != nil {
		return nil, nil, err
	}
	plain, nonce := make([]byte, keyBytes), make([]byte, gcm.NonceSize())
	if _, err := io.ReadFull(k.random, plain); err != nil {
		return nil, nil, fault.Wrap(fault.Internal, "kms.GenerateDataKey", err)
	}
	if _, err := io.ReadFull(k.random, nonce); err != nil {
		return nil, nil, fault.Wrap(fault.Internal, "kms.GenerateDataKey", err)
	}
	return plain, gcm.Seal(nonce, nonce, plain, aad(bound)), nil
}

// Decrypt is vault.KeyService's.
func (k *KMS) Decrypt(_ context.Context, wrapped []byte, bound map[string]string) (plain []byte, err error) {
	err = k.port.strike("kms.Decrypt", func() error {
		plain, err = k.unwrap(wrapped, bound)
		return err
	})
	return plain, err
}

func (k *KMS) unwrap(wrapped []byte, bound map[string]string) ([]byte, error) {
	gcm, err := k.open()
	if err != nil {
		return nil, err
	}
	if len(wrapped) < gcm.NonceSize() {
		return nil, fault.New(fault.Internal, "kms.Decrypt", "decrypt_failed", "")
	}
	plain, err := gcm.Open(nil, wrapped[:gcm.NonceSize()], wrapped[gcm.NonceSize():], aad(bound))
	if err != nil {
		return nil, fault.New(fault.Internal, "kms.Decrypt", "decrypt_failed", "")
	}
	return plain, nil
}

// aad is an encryption context as authenticated data; its keys are sorted.
func aad(bound map[string]string) []byte {
	text, err := json.Marshal(bound)
	if err != nil { // A map of strings always marshals.
		return nil
	}
	return text
}

func (k *KMS) open() (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.calls++; k.state != Enabled {
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "kms", Code: "dependency_unavailable", Err: errors.New(string(k.state))}
	}
	if k.key == nil {
		k.key = make([]byte, keyBytes)
		if _, err := io.ReadFull(k.random, k.key); err != nil {
			return nil, fault.Wrap(fault.Internal, "kms", err)
		}
	}
	block, err := aes.NewCipher(k.key)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "kms", err)
	}
	gcm, err := cipher.NewGCM(block)
	return gcm, fault.Wrap(fault.Internal, "kms", err)
}
