package vault

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"till/shared/fault"
	"till/shared/person"
)

const (
	indexKeyBytesMin = 24
	indexSlots       = 3 // Rows that one e-mail may probe. The second is reached by a collision only.
	tableCustomers   = "customers"
	attributeEmail   = "email"
)

// CustomerFor finds the customer of an e-mail by its blind index, or makes a new one with a key of their own. What the
// index finds is opened and compared, so that neither a collision nor a wrong row hands out another's customer.
// Repeats and simultaneous calls give the same id. Errors: fault.Unavailable, KMS or store is down, call again;
// fault.Internal, also code config_invalid for no index key, or one under 24 bytes. No error holds the e-mail.
func (v *Vault) CustomerFor(ctx context.Context, email person.Email) (CustomerID, error) {
	id, _, err := v.CustomerOf(ctx, email, "")
	return id, err
}

// CustomerOf is CustomerFor for what is being ordered: a customer who is made keeps it as their first order, and made says so. Errors:
// as CustomerFor.
func (v *Vault) CustomerOf(ctx context.Context, email person.Email, first string) (id CustomerID, made bool, err error) {
	if email.IsZero() {
		return "", false, broken("email_missing")
	}
	indexKey, err := v.index(ctx)
	if err != nil {
		return "", false, err
	}
	m := maker{normal: []byte(email.Normal()), first: first}
	for slot := range indexSlots {
		id, taken, err := v.slot(ctx, blindIndex(indexKey, slot, m.normal), &m)
		if err != nil || !taken {
			return id, m.made, err
		}
	}
	return "", false, broken("index_slots_taken")
}

// maker is of whom a customer is made, if there is none.
type maker struct {
	normal []byte
	first  string
	made   bool
}

// HashOf gives the blind index of an e-mail: what nobody makes without the key, and what says nothing of the e-mail. Errors:
// fault.Unavailable, the key cannot be read now; fault.Internal, as CustomerFor.
func (v *Vault) HashOf(ctx context.Context, email person.Email) (string, error) {
	if email.IsZero() {
		return "", broken("email_missing")
	}
	key, err := v.index(ctx)
	if err != nil {
		return "", err
	}
	return blindIndex(key, 0, []byte(email.Normal())), nil
}

// Is tells whether a blind index is the one that leads to a customer. Nothing is opened. Of a customer who was erased none is. Errors:
// fault.Unavailable.
func (v *Vault) Is(ctx context.Context, id CustomerID, hash string) (bool, error) {
	c, err := v.keys.LoadCustomer(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && hmac.Equal([]byte(c.Index), []byte(hash)), err
}

// Find gives the customer of an e-mail, without making one and without opening anything. Errors: fault.NotFound, there is none, or they
// were erased; fault.Unavailable; fault.Internal, as HashOf.
func (v *Vault) Find(ctx context.Context, email person.Email) (CustomerID, error) {
	hash, err := v.HashOf(ctx, email)
	if err != nil {
		return "", err
	}
	c, err := v.At(ctx, hash)
	return c.ID, err
}

// blindIndex is HMAC-SHA256 of the normal e-mail; the further slots put a byte in front that no e-mail begins with.
func blindIndex(key []byte, slot int, normal []byte) string {
	mac := hmac.New(sha256.New, key)
	if slot > 0 {
		mac.Write([]byte{byte(slot)}) //nolint:gosec // 1 or 2
	}
	mac.Write(normal)
	return hex.EncodeToString(mac.Sum(nil))
}

// slot finds or makes the customer at one index row. taken tells that the row is somebody else's.
func (v *Vault) slot(ctx context.Context, hash string, m *maker) (id CustomerID, taken bool, err error) {
	row, err := v.keys.LoadIndex(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		if id, err = v.makeCustomer(ctx, hash, *m); !fault.Is(err, fault.Conflict, fault.Unknown) {
			m.made = err == nil
			return id, false, err
		}
		// Another maker won, or our own write may have. What is stored now counts.
		if row, err = v.keys.LoadIndex(ctx, hash); fault.Is(err, fault.NotFound) {
			return "", false, fault.Wrap(fault.Unavailable, "vault.CustomerFor", err)
		}
	}
	if err != nil {
		return "", false, err
	}
	stored, err := v.Open(ctx, row.Customer, emailPlace(hash), row.Email)
	if err != nil {
		if fault.Code(err) == "customer_erased" {
			// An erasure was cut short or is under way. Erasing again finishes it; the next call makes a new customer.
			return "", false, v.finishErasure(ctx, row)
		}
		return "", false, err
	}
	return row.Customer, !bytes.Equal(stored, m.normal), nil
}

// finishErasure removes an index row that leads to an erased customer, and asks the caller to come back. A row that
// leads to a customer who is missing without having been erased is left for people to look at.
func (v *Vault) finishErasure(ctx context.Context, row Index) error {
	_, err := v.keys.LoadErasure(ctx, row.Customer)
	if fault.Is(err, fault.NotFound) {
		return broken("customer_missing")
	}
	if err != nil {
		return err
	}
	if err := v.keys.EraseCustomer(ctx, Erasure{Customer: row.Customer, Index: row.Hash, At: v.now()}); err != nil {
		return err
	}
	return fault.New(fault.Unavailable, "vault.CustomerFor", "dependency_unavailable", "Please try again.")
}

// makeCustomer stores a new customer with key 1 and their index row. Errors: fault.Conflict, another maker won.
func (v *Vault) makeCustomer(ctx context.Context, hash string, m maker) (CustomerID, error) {
	day, err := v.today(ctx)
	if err != nil {
		return "", err
	}
	defer clear(day.plain)
	id, err := v.newCustomerID()
	if err != nil {
		return "", err
	}
	key := make([]byte, keyBytes)
	defer clear(key)
	if _, err := io.ReadFull(v.random, key); err != nil {
		return "", broken("no_randomness")
	}
	wrapped, err := v.wrap(day, id, 1, key)
	if err != nil {
		return "", err
	}
	email, err := sealRecord(v.random, key, 1, emailPlace(hash), m.normal)
	if err != nil {
		return "", err
	}
	c := Customer{ID: id, N: 1, Index: hash, First: m.first, Keys: []Key{wrapped}}
	return id, v.keys.AddCustomer(ctx, c, Index{Hash: hash, Customer: id, Email: email})
}

func emailPlace(hash string) Place {
	return Place{Table: tableCustomers, PK: hash, Attribute: attributeEmail}
}

// Rewrap wraps a customer's keys anew under today's key of keys. The fields stay as they are. The nightly job calls
// it for keys older than 30 days. Errors: fault.NotFound, code customer_erased; fault.Conflict, another writer won;
// fault.Unavailable; fault.Unknown; fault.Internal.
func (v *Vault) Rewrap(ctx context.Context, id CustomerID) error {
	c, err := v.customer(ctx, id)
	if err != nil {
		return err
	}
	return v.saveKeys(ctx, c, false)
}

// Renew gives a customer a new key for what is sealed from now on, as after a leak; the old ones still open what they
// sealed. Errors: as Rewrap.
func (v *Vault) Renew(ctx context.Context, id CustomerID) error {
	c, err := v.customer(ctx, id)
	if err != nil {
		return err
	}
	return v.saveKeys(ctx, c, true)
}

// saveKeys stores the customer's keys wrapped under today's key of keys, and one more if asked.
func (v *Vault) saveKeys(ctx context.Context, c Customer, another bool) error {
	if len(c.Keys) == 0 {
		return broken("key_missing")
	}
	day, err := v.today(ctx)
	if err != nil {
		return err
	}
	defer clear(day.plain)
	next := Customer{ID: c.ID, N: c.N + 1, Index: c.Index, First: c.First}
	for _, old := range c.Keys {
		key, err := v.unwrap(ctx, c.ID, old)
		if err != nil {
			return err
		}
		wrapped, err := v.wrap(day, c.ID, old.Number, key)
		clear(key)
		if err != nil {
			return err
		}
		next.Keys = append(next.Keys, wrapped)
	}
	if another {
		key := make([]byte, keyBytes)
		defer clear(key)
		if _, err := io.ReadFull(v.random, key); err != nil {
			return broken("no_randomness")
		}
		wrapped, err := v.wrap(day, c.ID, c.Keys[len(c.Keys)-1].Number+1, key)
		if err != nil {
			return err
		}
		next.Keys = append(next.Keys, wrapped)
	}
	return v.keys.SaveCustomer(ctx, next)
}

// Shred erases a customer: their keys and index row go, the erasure is recorded, and nothing sealed for them opens
// again. A repeat succeeds. Errors: fault.Unavailable; fault.Unknown, call again.
func (v *Vault) Shred(ctx context.Context, id CustomerID) error {
	c, err := v.keys.LoadCustomer(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return v.keys.EraseCustomer(ctx, Erasure{Customer: id, Index: c.Index, At: v.now()})
}
