package vaulttest

import (
	"context"
	"slices"
	"sync"

	"till/shared/fault"
	"till/shared/vault"
)

// Keys is the smallest store of vault's keys: maps, for tests. The zero value is empty and ready.
type Keys struct {
	mu        sync.Mutex
	days      map[[2]string]vault.DayKey
	rows      map[string]vault.Index
	customers map[vault.CustomerID]vault.Customer
	erased    map[vault.CustomerID]vault.Erasure
}

var _ vault.Keys = (*Keys)(nil)

func (k *Keys) locked() func() {
	k.mu.Lock()
	if k.days == nil {
		k.days, k.rows = make(map[[2]string]vault.DayKey), make(map[string]vault.Index)
		k.customers, k.erased = make(map[vault.CustomerID]vault.Customer), make(map[vault.CustomerID]vault.Erasure)
	}
	return k.mu.Unlock
}

func lost(op string) error    { return &fault.Error{Kind: fault.Conflict, Op: "vaulttest." + op} }
func missing(op string) error { return &fault.Error{Kind: fault.NotFound, Op: "vaulttest." + op} }

// LoadDayKey is vault.Keys'.
func (k *Keys) LoadDayKey(_ context.Context, purpose, day string) (vault.DayKey, error) {
	defer k.locked()()
	d, ok := k.days[[2]string{purpose, day}]
	if !ok {
		return d, missing("LoadDayKey")
	}
	d.Wrapped = slices.Clone(d.Wrapped)
	return d, nil
}

// AddDayKey is vault.Keys'.
func (k *Keys) AddDayKey(_ context.Context, d vault.DayKey) error {
	defer k.locked()()
	id := [2]string{d.Purpose, d.Day}
	if _, ok := k.days[id]; ok {
		return lost("AddDayKey")
	}
	d.Wrapped = slices.Clone(d.Wrapped)
	k.days[id] = d
	return nil
}

// LoadIndex is vault.Keys'.
func (k *Keys) LoadIndex(_ context.Context, hash string) (vault.Index, error) {
	defer k.locked()()
	i, ok := k.rows[hash]
	if !ok {
		return i, missing("LoadIndex")
	}
	i.Email = slices.Clone(i.Email)
	return i, nil
}

// LoadCustomer is vault.Keys'.
func (k *Keys) LoadCustomer(_ context.Context, id vault.CustomerID) (vault.Customer, error) {
	defer k.locked()()
	c, ok := k.customers[id]
	if !ok {
		return c, missing("LoadCustomer")
	}
	return cloned(c), nil
}

// AddCustomer is vault.Keys'.
func (k *Keys) AddCustomer(_ context.Context, c vault.Customer, i vault.Index) error {
	defer k.locked()()
	_, there := k.customers[c.ID]
	_, gone := k.erased[c.ID]
	_, taken := k.rows[i.Hash]
	if there || gone || taken {
		return lost("AddCustomer")
	}
	i.Email = slices.Clone(i.Email)
	k.customers[c.ID], k.rows[i.Hash] = cloned(c), i
	return nil
}

// SaveCustomer is vault.Keys'.
func (k *Keys) SaveCustomer(_ context.Context, c vault.Customer) error {
	defer k.locked()()
	if before, ok := k.customers[c.ID]; !ok || before.N != c.N-1 {
		return lost("SaveCustomer")
	}
	k.customers[c.ID] = cloned(c)
	return nil
}

// EraseCustomer is vault.Keys'.
func (k *Keys) EraseCustomer(_ context.Context, e vault.Erasure) error {
	defer k.locked()()
	delete(k.customers, e.Customer)
	if k.rows[e.Index].Customer == e.Customer {
		delete(k.rows, e.Index)
	}
	if _, ok := k.erased[e.Customer]; !ok {
		k.erased[e.Customer] = e
	}
	return nil
}

// LoadErasure is vault.Keys'.
func (k *Keys) LoadErasure(_ context.Context, id vault.CustomerID) (vault.Erasure, error) {
	defer k.locked()()
	e, ok := k.erased[id]
	if !ok {
		return e, missing("LoadErasure")
	}
	return e, nil
}

func cloned(c vault.Customer) vault.Customer {
	c.Keys = slices.Clone(c.Keys)
	for i := range c.Keys {
		c.Keys[i].Wrapped = slices.Clone(c.Keys[i].Wrapped)
	}
	return c
}
