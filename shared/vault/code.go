package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"till/shared/fault"
	"till/shared/person"
)

// codes is how many one-time codes there are, of eight digits: with five tries at each of five codes a day, guessing one takes thousands of
// years.
const codes = 100_000_000

// NewAsk makes an id of 128 random bits for a request. Errors: fault.Internal.
func (v *Vault) NewAsk() (string, error) {
	var raw [16]byte
	if _, err := io.ReadFull(v.random, raw[:]); err != nil {
		return "", broken("no_randomness")
	}
	return hex.EncodeToString(raw[:]), nil
}

// NewCode makes a one-time code for an address, by its blind index, and the keyed hash by which it is known again. The code is a secret:
// it is mailed, and kept nowhere. Errors: as CodeMAC.
func (v *Vault) NewCode(ctx context.Context, hash, purpose string) (code string, mac []byte, err error) {
	var raw [8]byte
	if _, err := io.ReadFull(v.random, raw[:]); err != nil {
		return "", nil, broken("no_randomness")
	}
	// Of 2^64 numbers: no code is likelier than another by more than one in a hundred billion.
	code = fmt.Sprintf("%08d", binary.BigEndian.Uint64(raw[:])%codes)
	mac, err = v.CodeMAC(ctx, hash, purpose, code)
	return code, mac, err
}

// CodeMAC is the keyed hash of a code: bound to the address and to what the code is for. Errors: as HashOf.
func (v *Vault) CodeMAC(ctx context.Context, hash, purpose, code string) ([]byte, error) {
	key, err := v.index(ctx)
	if err != nil {
		return nil, err
	}
	// No address begins so: no blind index is a code's hash.
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("\x00code\x00" + hash + "\x00" + purpose + "\x00" + code))
	return mac.Sum(nil), nil
}

// index reads the key of the blind index.
func (v *Vault) index(ctx context.Context) ([]byte, error) {
	if v.indexKey == nil {
		return nil, broken("config_invalid")
	}
	key, err := v.indexKey(ctx)
	if err != nil {
		return nil, err
	}
	if len(key) < indexKeyBytesMin {
		return nil, broken("config_invalid")
	}
	return key, nil
}

// At gives the customer to whom a blind index leads. Nothing is opened. Errors: fault.NotFound, there is none, or they were erased;
// fault.Unavailable.
func (v *Vault) At(ctx context.Context, hash string) (Customer, error) {
	row, err := v.keys.LoadIndex(ctx, hash)
	if err != nil {
		return Customer{}, err
	}
	c, err := v.keys.LoadCustomer(ctx, row.Customer)
	// An erasure that was cut short leaves the row behind, and a row that leads to another leads nowhere.
	if err == nil && !hmac.Equal([]byte(c.Index), []byte(hash)) {
		err = fault.New(fault.NotFound, "vault.At", "not_found", "")
	}
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// AddressOf opens the address of the customer to whom a blind index leads. Errors: fault.NotFound as At; others as Open.
func (v *Vault) AddressOf(ctx context.Context, hash string) (person.Email, error) {
	c, err := v.At(ctx, hash)
	if err != nil {
		return person.Email{}, err
	}
	row, err := v.keys.LoadIndex(ctx, hash)
	if err != nil {
		return person.Email{}, err
	}
	text, err := v.Open(ctx, c.ID, emailPlace(hash), row.Email)
	if err != nil {
		return person.Email{}, err
	}
	email, err := person.ParseEmail(string(text))
	if err != nil {
		return person.Email{}, broken("contact_unreadable")
	}
	return email, nil
}
