package localshop_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"till/scripts/localshop"
	"till/shared/fault"
)

// A local AWS decrypts what was altered and what another key has wrapped. This twin refuses it as KMS does:
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors
func TestAWrappedKeyOpensUnalteredUnderItsKeyAndContextOnly(t *testing.T) {
	kms := open(t).KMS
	bound := map[string]string{"app": "till", "stage": "local", "purpose": "contact", "day": "2026-03-02"}
	plain, wrapped, err := kms.GenerateDataKey(t.Context(), bound)
	if err != nil || len(plain) != 32 || bytes.Contains(wrapped, plain) {
		t.Fatalf("%d bytes, %v", len(plain), err)
	}
	if got, err := kms.Decrypt(t.Context(), wrapped, maps.Clone(bound)); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("it does not come back: %v", err)
	}
	refused := func(what string, service *localshop.KMS, wrapped []byte, bound map[string]string) {
		t.Helper()
		if got, err := service.Decrypt(t.Context(), wrapped, bound); got != nil || !fault.Is(err, fault.Internal) || fault.Code(err) != "decrypt_failed" {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
	}
	for bit := range len(wrapped) * 8 {
		altered := slices.Clone(wrapped)
		altered[bit/8] ^= 1 << (bit % 8)
		refused("a flipped bit", kms, altered, bound)
	}
	for n := range wrapped {
		refused("cut short", kms, wrapped[:n], bound)
	}
	refused("with a byte more", kms, append(slices.Clone(wrapped), 0), bound)
	for name := range bound {
		other := maps.Clone(bound)
		other[name] += "x"
		refused("another "+name, kms, wrapped, other)
		delete(other, name)
		refused("no "+name, kms, wrapped, other)
	}
	more := maps.Clone(bound)
	more["more"] = ""
	refused("a context with one more", kms, wrapped, more)
	refused("no context", kms, wrapped, nil)
	another := open(t, func(o *localshop.Options) { o.Random = seeded("another key") }).KMS
	if _, _, err := another.GenerateDataKey(t.Context(), bound); err != nil {
		t.Fatal(err)
	}
	refused("another key", another, wrapped, bound)
}

func TestAKeyThatCannotBeUsedCanBeUsedLater(t *testing.T) {
	kms := open(t).KMS
	bound := map[string]string{"app": "till"}
	plain, wrapped, err := kms.GenerateDataKey(t.Context(), bound)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []localshop.KeyState{localshop.Disabled, localshop.PendingDeletion, localshop.Unreachable} {
		kms.Set(state)
		_, _, errMake := kms.GenerateDataKey(t.Context(), bound)
		_, errOpen := kms.Decrypt(t.Context(), wrapped, bound)
		for _, err := range []error{errMake, errOpen} {
			if !fault.Is(err, fault.Unavailable) || fault.Code(err) != "dependency_unavailable" {
				t.Errorf("%s: %v", state, err)
			}
		}
		kms.Set(localshop.Enabled)
		if got, err := kms.Decrypt(t.Context(), wrapped, bound); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("after %s: %v", state, err)
		}
	}
}
