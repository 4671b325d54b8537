package vault

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"till/shared/fault"
)

// How long a key of keys may lie in memory, and how often it may be used from there.
const (
	dayKeyLife = time.Hour
	dayKeyUses = 10_000
	dayKeysMax = 64 // Nightly re-wrapping keeps about 31 in use.
)

type dayKeyID struct{ purpose, day string }

// dayKey is a key of keys in memory.
type dayKey struct {
	id    dayKeyID
	plain []byte
	until time.Time
	uses  int
}

// keyring keeps keys of keys in memory for a while, so that KMS is off the hot path. Its lock is held while KMS is
// asked, so that many who need one key ask once.
type keyring struct {
	mu   sync.Mutex
	keys map[dayKeyID]*dayKey
}

// today gives the key of keys that wraps today's new customer keys, made at first need.
func (v *Vault) today(ctx context.Context) (dayKey, error) {
	v.ring.mu.Lock()
	defer v.ring.mu.Unlock()
	id := dayKeyID{purposeContact, v.now().UTC().Format(time.DateOnly)}
	k, err := v.find(ctx, id)
	if !fault.Is(err, fault.NotFound) {
		return k, err
	}
	return v.makeDayKey(ctx, id)
}

// dayKey gives a key of keys. Errors: fault.NotFound, there is none.
func (v *Vault) dayKey(ctx context.Context, id dayKeyID) (dayKey, error) {
	v.ring.mu.Lock()
	defer v.ring.mu.Unlock()
	return v.find(ctx, id)
}

// find gives a key of keys from memory, or from the store by KMS. The ring is locked.
func (v *Vault) find(ctx context.Context, id dayKeyID) (dayKey, error) {
	if k, ok := v.cached(id); ok {
		return k, nil
	}
	stored, err := v.keys.LoadDayKey(ctx, id.purpose, id.day)
	if err != nil {
		return dayKey{}, err
	}
	plain, err := v.kms.Decrypt(ctx, stored.Wrapped, v.bound(id))
	if err != nil {
		return dayKey{}, err
	}
	return v.remember(id, plain), nil
}

// makeDayKey makes the day's key of keys. If another maker is first, theirs is taken. The ring is locked.
func (v *Vault) makeDayKey(ctx context.Context, id dayKeyID) (dayKey, error) {
	plain, wrapped, err := v.kms.GenerateDataKey(ctx, v.bound(id))
	if err != nil {
		return dayKey{}, err
	}
	err = v.keys.AddDayKey(ctx, DayKey{Purpose: id.purpose, Day: id.day, Wrapped: wrapped})
	if fault.Is(err, fault.Conflict, fault.Unknown) {
		k, err := v.find(ctx, id)
		if fault.Is(err, fault.NotFound) {
			return dayKey{}, fault.Wrap(fault.Unavailable, "vault.makeDayKey", err)
		}
		return k, err
	}
	if err != nil {
		return dayKey{}, err
	}
	return v.remember(id, plain), nil
}

// cached looks in memory and counts the use. The ring is locked.
func (v *Vault) cached(id dayKeyID) (dayKey, bool) {
	k := v.ring.keys[id]
	switch now := v.now(); {
	case k == nil:
		return dayKey{}, false
	// A clock that stepped back must not make a key live longer.
	case k.uses >= dayKeyUses, !now.Before(k.until), now.Before(k.until.Add(-dayKeyLife)):
		clear(k.plain)
		delete(v.ring.keys, id)
		return dayKey{}, false
	}
	k.uses++
	return k.copied(), true
}

// remember keeps a key of keys in memory and gives its first use. The ring is locked.
func (v *Vault) remember(id dayKeyID, plain []byte) dayKey {
	if len(v.ring.keys) >= dayKeysMax {
		v.forgetOldest()
	}
	// A copy: the ring wipes its own, and must not wipe the key service's.
	k := &dayKey{id: id, plain: append([]byte(nil), plain...), until: v.now().Add(dayKeyLife), uses: 1}
	v.ring.keys[id] = k
	return k.copied()
}

func (v *Vault) forgetOldest() {
	var oldest *dayKey
	for _, k := range v.ring.keys {
		if oldest == nil || k.until.Before(oldest.until) {
			oldest = k
		}
	}
	clear(oldest.plain)
	delete(v.ring.keys, oldest.id)
}

// copied lets the holder work on while the ring wipes its own.
func (k *dayKey) copied() dayKey {
	return dayKey{id: k.id, plain: append([]byte(nil), k.plain...)}
}

// bound is the encryption context, as CloudTrail shows it: nothing personal.
func (v *Vault) bound(id dayKeyID) map[string]string {
	return map[string]string{"app": "till", "stage": v.stage, "purpose": id.purpose, "day": id.day}
}

// wrap seals a customer's key under a key of keys, bound to the customer and its number.
func (v *Vault) wrap(k dayKey, id CustomerID, number uint32, key []byte) (Key, error) {
	wrapped, err := seal(v.random, k.plain, key, keyAAD(id, number))
	return Key{Number: number, Purpose: k.id.purpose, Day: k.id.day, Wrapped: wrapped}, err
}

// unwrap opens one of a customer's keys. Errors: fault.Internal, code open_failed; fault.Unavailable, KMS is down.
func (v *Vault) unwrap(ctx context.Context, id CustomerID, k Key) ([]byte, error) {
	if len(k.Wrapped) != nonceSize+keyBytes+tagSize {
		return nil, broken("key_malformed")
	}
	day, err := v.dayKey(ctx, dayKeyID{k.Purpose, k.Day})
	if fault.Is(err, fault.NotFound) {
		return nil, broken("day_key_missing")
	}
	if err != nil {
		return nil, err
	}
	defer clear(day.plain)
	return open(day.plain, k.Wrapped[:nonceSize], k.Wrapped[nonceSize:], keyAAD(id, k.Number))
}

// keyAAD is customer id|key number.
func keyAAD(id CustomerID, number uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte(string(id)+"|"), number)
}
