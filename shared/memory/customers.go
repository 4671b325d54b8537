package memory

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/vault"
)

var _ vault.Keys = (*Store)(nil)

func dayKey(purpose, day string) key { return key{"DAYKEY#" + purpose + "#" + day, "DAYKEY"} }

func indexKey(hash string) key { return key{"INDEX#" + hash, "INDEX"} }

func customerKey(id vault.CustomerID) key { return key{"CUSTOMER#" + string(id), "CUSTOMER"} }

// row reads one row of the Customers table.
func row[T any](ctx context.Context, s *Store, op string, k key, read func(Image) (T, error)) (T, error) {
	return ask(ctx, s, op, func() (T, error) {
		item, there := s.table(Customers).items[k]
		if !there {
			var none T
			return none, order.NotFound("memory." + op)
		}
		return read(item)
	})
}

// LoadDayKey is vault.Keys'.
func (s *Store) LoadDayKey(ctx context.Context, purpose, day string) (vault.DayKey, error) {
	return row(ctx, s, "LoadDayKey", dayKey(purpose, day), func(i Image) (vault.DayKey, error) {
		return vault.DayKey{Purpose: purpose, Day: day, Wrapped: i.clone("wrapped")}, nil
	})
}

// LoadIndex is vault.Keys'.
func (s *Store) LoadIndex(ctx context.Context, hash string) (vault.Index, error) {
	return row(ctx, s, "LoadIndex", indexKey(hash), func(i Image) (vault.Index, error) {
		return vault.Index{Hash: hash, Customer: vault.CustomerID(i.text("customer")), Email: i.clone("email")}, nil
	})
}

// LoadCustomer is vault.Keys'.
func (s *Store) LoadCustomer(ctx context.Context, id vault.CustomerID) (vault.Customer, error) {
	return row(ctx, s, "LoadCustomer", customerKey(id), func(i Image) (vault.Customer, error) {
		if i.text("erased_at") != "" {
			return vault.Customer{}, order.NotFound("memory.LoadCustomer")
		}
		t, k := s.table(Customers), customerKey(id)
		known, is := t.decoded[k].([]vault.Key)
		if !is {
			if err := json.Unmarshal([]byte(i.text("keys")), &known); err != nil {
				return vault.Customer{}, fault.Wrap(fault.Internal, "memory.LoadCustomer", err)
			}
			t.decoded[k] = known
		}
		return vault.Customer{ID: id, N: int(i.number("n")), Index: i.text("index"), First: i.text("first"), Keys: copied(known)}, nil
	})
}

// copied copies keys, for who may change them.
func copied(keys []vault.Key) []vault.Key {
	out := slices.Clone(keys)
	for i := range out {
		out[i].Wrapped = slices.Clone(out[i].Wrapped)
	}
	return out
}

// LoadErasure is vault.Keys'.
func (s *Store) LoadErasure(ctx context.Context, id vault.CustomerID) (vault.Erasure, error) {
	return row(ctx, s, "LoadErasure", customerKey(id), func(i Image) (vault.Erasure, error) {
		if i.text("erased_at") == "" {
			return vault.Erasure{}, order.NotFound("memory.LoadErasure")
		}
		at, err := time.Parse(time.RFC3339Nano, i.text("erased_at"))
		return vault.Erasure{Customer: id, Index: i.text("erased_index"), At: at}, fault.Wrap(fault.Internal, "memory.LoadErasure", err)
	})
}

// AddDayKey is vault.Keys'.
func (s *Store) AddDayKey(ctx context.Context, k vault.DayKey) error {
	return do(ctx, s, "AddDayKey", func() error {
		if s.there(dayKey(k.Purpose, k.Day)) {
			return conflict("AddDayKey", order.VersionConflict, "")
		}
		return s.commit("AddDayKey", put{table: Customers, key: dayKey(k.Purpose, k.Day), next: Image{"wrapped": slices.Clone(k.Wrapped)}})
	})
}

// AddCustomer is vault.Keys'.
func (s *Store) AddCustomer(ctx context.Context, c vault.Customer, i vault.Index) error {
	return do(ctx, s, "AddCustomer", func() error {
		if s.there(customerKey(c.ID)) || s.there(indexKey(i.Hash)) {
			return conflict("AddCustomer", order.VersionConflict, "")
		}
		item, err := customerImage(c)
		if err != nil {
			return err
		}
		return s.commit("AddCustomer", put{table: Customers, key: customerKey(c.ID), next: item},
			put{table: Customers, key: indexKey(i.Hash), next: Image{"customer": string(i.Customer), "email": slices.Clone(i.Email)}})
	})
}

// SaveCustomer is vault.Keys'.
func (s *Store) SaveCustomer(ctx context.Context, c vault.Customer) error {
	return do(ctx, s, "SaveCustomer", func() error {
		if before := s.table(Customers).items[customerKey(c.ID)]; before["n"] != int64(c.N-1) {
			return conflict("SaveCustomer", order.VersionConflict, "")
		}
		item, err := customerImage(c)
		if err != nil {
			return err
		}
		return s.commit("SaveCustomer", put{table: Customers, key: customerKey(c.ID), next: item})
	})
}

func customerImage(c vault.Customer) (Image, error) {
	keys, err := json.Marshal(c.Keys)
	image := Image{"n": int64(c.N), "index": c.Index, "keys": string(keys)}
	if c.First != "" {
		image["first"] = c.First
	}
	return image, fault.Wrap(fault.Internal, "memory.customerImage", err)
}

// EraseCustomer is vault.Keys'.
func (s *Store) EraseCustomer(ctx context.Context, e vault.Erasure) error {
	return do(ctx, s, "EraseCustomer", func() error {
		record := Image{"erased_index": e.Index, "erased_at": e.At.UTC().Format(time.RFC3339Nano)}
		if before := s.table(Customers).items[customerKey(e.Customer)]; before.text("erased_at") != "" {
			record = maps.Clone(before) // The first time counts.
		}
		puts := []put{{table: Customers, key: customerKey(e.Customer), next: record}}
		if s.table(Customers).items[indexKey(e.Index)].text("customer") == string(e.Customer) {
			puts = append(puts, put{table: Customers, key: indexKey(e.Index), next: nil})
		}
		return s.commit("EraseCustomer", puts...)
	})
}

// LoadCode is storetest.Store's.
func (s *Store) LoadCode(ctx context.Context, hash string) (passcode.Code, error) {
	return row(ctx, s, "LoadCode", codeKey(hash), func(i Image) (passcode.Code, error) {
		c, err := passcode.Decode([]byte(i.text("body")))
		c.Hash, c.N = hash, int(i.number("n"))
		return c, err
	})
}

// SaveCode is storetest.Store's.
func (s *Store) SaveCode(ctx context.Context, c passcode.Code) error {
	return do(ctx, s, "SaveCode", func() error {
		if before := s.table(Customers).items[codeKey(c.Hash)]; before.number("n") != int64(c.N-1) {
			return conflict("SaveCode", order.VersionConflict, "")
		}
		body, err := c.Encode()
		if err != nil {
			return err
		}
		return s.commit("SaveCode", put{table: Customers, key: codeKey(c.Hash), next: Image{"n": int64(c.N), "body": string(body), "ttl": c.Forget().Unix()}})
	})
}

func codeKey(hash string) key { return key{"CODE#" + hash, "CODE"} }

func (s *Store) there(k key) bool {
	_, there := s.table(Customers).items[k]
	return there
}

// notedKey is that of a note that an order is a customer's.
func notedKey(customer, id string) key { return key{"CUSTOMER#" + customer, "ORDER#" + id} }

// NoteOrder is storetest.Store's.
func (s *Store) NoteOrder(ctx context.Context, customer string, id order.ID) error {
	return do(ctx, s, "NoteOrder", func() error {
		return s.commit("NoteOrder", put{table: Customers, key: notedKey(customer, string(id)), next: Image{}})
	})
}

// NotedOrders is storetest.Store's.
func (s *Store) NotedOrders(ctx context.Context, customer, after string, limit int) ([]order.ID, error) {
	return ask(ctx, s, "NotedOrders", func() ([]order.ID, error) {
		begin := notedKey(customer, "")
		if after != "" {
			after = begin.sk + after
		}
		var out []order.ID
		for _, k := range s.rowsOf(Customers, begin.pk, begin.sk, after) {
			if len(out) == limit {
				break
			}
			out = append(out, order.ID(strings.TrimPrefix(k.sk, begin.sk)))
		}
		return out, nil
	})
}
