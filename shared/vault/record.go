package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"io"
	"strings"

	"till/shared/fault"
)

// A record is version (1) | key number (4, big endian) | nonce (12) | ciphertext | tag (16).
const (
	version   = 0x01
	keyBytes  = 32
	headBytes = 1 + 4
	nonceSize = 12
	tagSize   = 16

	// PlainMax is how many bytes can be sealed as one field.
	PlainMax  = 64 << 10
	recordMin = headBytes + nonceSize + tagSize
	recordMax = recordMin + PlainMax
)

// record is what stands in a stored field, its parts still unproven.
type record struct {
	head          [headBytes]byte
	nonce, sealed []byte
}

func (r record) keyNumber() uint32 { return binary.BigEndian.Uint32(r.head[1:]) }

// parseRecord takes a stored field apart. Errors: fault.Internal, code record_version_unknown, or record_malformed.
func parseRecord(raw []byte) (record, error) {
	var r record
	switch {
	case len(raw) > 0 && raw[0] != version:
		return r, broken("record_version_unknown")
	case len(raw) < recordMin || len(raw) > recordMax:
		return r, broken("record_malformed")
	}
	copy(r.head[:], raw)
	r.nonce, r.sealed = raw[headBytes:headBytes+nonceSize], raw[headBytes+nonceSize:]
	if r.keyNumber() == 0 {
		return r, broken("record_malformed")
	}
	return r, nil
}

// Place is where a field is stored. A record opens in its own place only.
type Place struct {
	Table     string // The logical name: a restore changes the physical one.
	PK        string // Partition key of the item: "ORDER#ord_…".
	Attribute string
}

// aad is table|pk|attribute|version and key number. Errors: fault.Internal, code place_invalid: a part is empty or
// holds the separator, so that two places could look like one.
func (p Place) aad(head []byte) ([]byte, error) {
	parts := []string{p.Table, p.PK, p.Attribute}
	for _, s := range parts {
		if s == "" || strings.Contains(s, "|") {
			return nil, broken("place_invalid")
		}
	}
	return append([]byte(strings.Join(parts, "|")+"|"), head...), nil
}

// sealRecord encrypts a field under a customer's key.
func sealRecord(random io.Reader, key []byte, number uint32, p Place, plain []byte) ([]byte, error) {
	if len(plain) > PlainMax {
		return nil, broken("plaintext_too_long")
	}
	out := binary.BigEndian.AppendUint32([]byte{version}, number)
	aad, err := p.aad(out)
	if err != nil {
		return nil, err
	}
	sealed, err := seal(random, key, plain, aad)
	if err != nil {
		return nil, err
	}
	return append(out, sealed...), nil
}

// open decrypts r, which must stand in p. Errors: fault.Internal, code open_failed.
func (r record) open(key []byte, p Place) ([]byte, error) {
	aad, err := p.aad(r.head[:])
	if err != nil {
		return nil, err
	}
	return open(key, r.nonce, r.sealed, aad)
}

// seal is AES-256-GCM with a random nonce in front of ciphertext and tag.
func seal(random io.Reader, key, plain, aad []byte) ([]byte, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize, nonceSize+len(plain)+tagSize)
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, broken("no_randomness")
	}
	return gcm.Seal(nonce, nonce, plain, aad), nil
}

func open(key, nonce, sealed, aad []byte) ([]byte, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, aad)
	if err != nil {
		return nil, broken("open_failed")
	}
	return plain, nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	if len(key) != keyBytes {
		return nil, broken("key_malformed")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, broken("key_malformed")
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, broken("key_malformed")
	}
	return gcm, nil
}

// broken is a fault of ours or of an attacker: stored bytes that are not what we stored. It never quotes them.
func broken(code string) error { return fault.New(fault.Internal, "vault", code, "") }
