// Package vault keeps personal data encrypted, field by field, under a key of each customer's own that can be thrown away.
package vault

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"till/shared/fault"
)

const purposeContact = "contact" // What the keys are for. Tax has its own keys, which outlive an erasure.

// Config is what a Vault needs. Every field is required.
type Config struct {
	Keys     Keys
	KMS      KeyService
	IndexKey func(context.Context) ([]byte, error) // The HMAC key of the blind index, 24 bytes at least. Asked by CustomerFor only; nil without it.
	Stage    string                                // "prod": part of the encryption context.
	Random   io.Reader                             // crypto/rand.Reader. Nonces, keys and customer ids.
	Now      func() time.Time
}

// Vault seals and opens personal data. Safe for use by many at once.
type Vault struct {
	keys     Keys
	kms      KeyService
	indexKey func(context.Context) ([]byte, error)
	stage    string
	random   io.Reader
	now      func() time.Time
	ring     keyring
}

// Format hides what the vault holds in memory from every verb.
func (*Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// New makes a vault. It calls nothing: keys are asked for at first need.
func New(c Config) *Vault {
	return &Vault{
		keys: c.Keys, kms: c.KMS, indexKey: c.IndexKey, stage: c.Stage, random: c.Random, now: c.Now,
		ring: keyring{keys: make(map[dayKeyID]*dayKey)},
	}
}

// Row is an item that has sealed attributes.
type Row struct{ Table, PK string }

func (r Row) at(attribute string) Place { return Place{Table: r.Table, PK: r.PK, Attribute: attribute} }

// Seal encrypts a field, at most PlainMax bytes, for its place. Errors: fault.NotFound, code customer_erased;
// fault.Unavailable, KMS or store is down, nothing happened; fault.Internal. No error holds what was to be sealed.
func (v *Vault) Seal(ctx context.Context, id CustomerID, p Place, plain []byte) ([]byte, error) {
	sealed, err := v.SealMany(ctx, id, Row{p.Table, p.PK}, map[string][]byte{p.Attribute: plain})
	return sealed[p.Attribute], err
}

// Open decrypts a record that stands in p. Errors: fault.NotFound, code customer_erased: gone for good;
// fault.Unavailable as Seal; fault.Internal: not what was stored there (open_failed), or of a version that this
// code does not know (record_version_unknown). Never plain text with an error.
func (v *Vault) Open(ctx context.Context, id CustomerID, p Place, sealed []byte) ([]byte, error) {
	plain, err := v.OpenMany(ctx, id, Row{p.Table, p.PK}, map[string][]byte{p.Attribute: sealed})
	return plain[p.Attribute], err
}

// SealMany encrypts the attributes of one item with one look at the customer's key. Errors: as Seal.
func (v *Vault) SealMany(ctx context.Context, id CustomerID, row Row, plain map[string][]byte) (map[string][]byte, error) {
	c, err := v.customer(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(c.Keys) == 0 {
		return nil, broken("key_missing")
	}
	current := c.Keys[len(c.Keys)-1]
	key, err := v.unwrap(ctx, id, current)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	out := make(map[string][]byte, len(plain))
	for _, attribute := range sortedNames(plain) {
		if out[attribute], err = sealRecord(v.random, key, current.Number, row.at(attribute), plain[attribute]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OpenMany decrypts attributes of one item with one look at the customer's keys. Errors: as Open, for the first that
// does not open; then nothing is given.
func (v *Vault) OpenMany(ctx context.Context, id CustomerID, row Row, sealed map[string][]byte) (map[string][]byte, error) {
	c, err := v.customer(ctx, id)
	if err != nil {
		return nil, err
	}
	unwrapped := make(map[uint32][]byte)
	defer func() {
		for _, key := range unwrapped {
			clear(key)
		}
	}()
	out := make(map[string][]byte, len(sealed))
	for _, attribute := range sortedNames(sealed) {
		r, err := parseRecord(sealed[attribute])
		if err != nil {
			return nil, err
		}
		number := r.keyNumber()
		if unwrapped[number] == nil {
			if unwrapped[number], err = v.keyNumber(ctx, c, number); err != nil {
				return nil, err
			}
		}
		if out[attribute], err = r.open(unwrapped[number], row.at(attribute)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// keyNumber opens a customer's key by its number.
func (v *Vault) keyNumber(ctx context.Context, c Customer, number uint32) ([]byte, error) {
	for _, k := range c.Keys {
		if k.Number == number {
			return v.unwrap(ctx, c.ID, k)
		}
	}
	return nil, broken("key_missing")
}

// customer loads a customer's keys. Errors: fault.NotFound, code customer_erased.
func (v *Vault) customer(ctx context.Context, id CustomerID) (Customer, error) {
	c, err := v.keys.LoadCustomer(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Customer{}, fault.New(fault.NotFound, "vault", "customer_erased", "This customer's data was erased.")
	}
	return c, err
}

func sortedNames(m map[string][]byte) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// newCustomerID makes an id of 128 random bits.
func (v *Vault) newCustomerID() (CustomerID, error) {
	var raw [16]byte
	if _, err := io.ReadFull(v.random, raw[:]); err != nil {
		return "", broken("no_randomness")
	}
	return CustomerID("cus_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))), nil
}
