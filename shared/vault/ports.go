package vault

import (
	"context"
	"time"
)

// CustomerID names a customer and says nothing about them: "cus_" and 128 random bits. Safe to log.
type CustomerID string

// KeyService is the merchant's KMS key. Adapter: vault/kmsvault.
type KeyService interface {
	// GenerateDataKey makes a new key of 32 bytes and its wrapped copy, bound to the encryption context.
	// Errors: fault.Unavailable, the service does not answer, nothing happened; fault.Internal otherwise.
	GenerateDataKey(ctx context.Context, bound map[string]string) (plain, wrapped []byte, err error)
	// Decrypt gives back a wrapped key of 32 bytes, under the context that it was made with.
	// Errors: fault.Unavailable as above; fault.Internal, code decrypt_failed, refused for good.
	Decrypt(ctx context.Context, wrapped []byte, bound map[string]string) ([]byte, error)
}

// Keys is the Customers table. Every read is consistent: a key that is gone must not be found any more. Adapters:
// dynamo and memory, held to vaulttest.Run. Besides the errors named at each method: fault.Unavailable, it did not
// happen; on writes fault.Unknown, it may have.
type Keys interface {
	// LoadDayKey gives the key of keys of a purpose and day. Errors: fault.NotFound.
	LoadDayKey(ctx context.Context, purpose, day string) (DayKey, error)
	// AddDayKey stores a key of keys, if its purpose and day have none.
	// Errors: fault.Conflict, another maker was first; theirs counts, load it.
	AddDayKey(ctx context.Context, k DayKey) error

	// LoadIndex gives the row of a blind index. Errors: fault.NotFound.
	LoadIndex(ctx context.Context, hash string) (Index, error)
	// LoadCustomer gives a customer's wrapped keys. Errors: fault.NotFound, never made or erased.
	LoadCustomer(ctx context.Context, id CustomerID) (Customer, error)
	// AddCustomer stores a new customer (N is 1) and the index row that leads to them, both or neither: if there is no
	// row of that customer, no erasure of that customer, and no index row of that hash.
	// Errors: fault.Conflict, one of them is there; nothing was stored.
	AddCustomer(ctx context.Context, c Customer, i Index) error
	// SaveCustomer stores c at version N, if N-1 is what is stored.
	// Errors: fault.Conflict, another writer won, or the customer is gone.
	SaveCustomer(ctx context.Context, c Customer) error
	// EraseCustomer records the erasure and deletes the customer's row and the index row of e.Index, if that still
	// leads to this customer, all in one transaction. A repeat succeeds, keeps the first time and deletes what is
	// there; an unknown customer is recorded too.
	EraseCustomer(ctx context.Context, e Erasure) error
	// LoadErasure tells when a customer was erased. Errors: fault.NotFound, they were not.
	LoadErasure(ctx context.Context, id CustomerID) (Erasure, error)
}

// DayKey is a key of keys as stored: wrapped by KMS. Nothing in it is personal, nothing secret.
type DayKey struct {
	Purpose string // "contact".
	Day     string // "2026-11-22", UTC.
	Wrapped []byte // KMS's ciphertext, at most 6 KiB.
}

// Customer is a customer's keys as stored.
type Customer struct {
	ID    CustomerID
	N     int    // Version of this row, from 1.
	Index string // Hash of the blind index row that leads here, so that erasure finds it.
	First string // The order that they were made for; "" if none. Further ones are noted by themselves. It may not have been placed.
	Keys  []Key  // By number, from 1, without gap. The last seals; all open.
}

// Key is one of a customer's keys, wrapped by the key of keys of a purpose and day.
type Key struct {
	Number  uint32
	Purpose string
	Day     string
	Wrapped []byte // Nonce (12), ciphertext (32), tag (16).
}

// Index is the one row that leads from a blind index to its customer.
type Index struct {
	Hash     string // HMAC-SHA256 of the normal e-mail, hex. Not personal: nobody without the key can make it.
	Customer CustomerID
	Email    []byte // The normal e-mail, sealed: a record at Place{customers, Hash, email}.
}

// Erasure is the lasting record that a customer was erased.
type Erasure struct {
	Customer CustomerID
	Index    string // Hash of the index row to delete; "" if none is known.
	At       time.Time
}
