// Package memory keeps Till's four tables in maps, with the behaviour and the limits that package dynamo has in DynamoDB.
package memory

import (
	"context"
	"sync"

	"till/shared/fault"
)

// The tables, as Write names them.
const (
	Orders    = "orders"
	Catalog   = "catalog"
	Inbox     = "inbox"
	Customers = "customers"
)

// Image is one stored item: per attribute a string, an int64 (a DynamoDB number) or a []byte.
type Image map[string]any

// Write is one item written, as a stream record tells it.
type Write struct {
	Table string // Orders, Catalog, Inbox or Customers.
	Event string // INSERT, MODIFY or REMOVE.
	Keys  Image
	New   Image // Nil when removed. Shared with the store: do not change it.
}

// Store is all tables. The zero Store is empty and ready. Set the hooks before first use. Safe for concurrent use; the
// same calls in the same order do the same.
type Store struct {
	// Fault, if set, is called before and after the effect of each method, by the method's name. The error that it gives is
	// what the method's caller gets: before, nothing has happened; after, it has.
	Fault func(op string, after bool) error
	// OnWrite, if set, is called for each item written, in the order of the commits, after the write and outside of locks:
	// it may call the store. With many callers at once, one of them hands over what the others wrote.
	OnWrite func(Write)
	// OnUnits, if set, is called for each commit, inside of the lock, with what DynamoDB would bill for it in write request
	// units.
	OnUnits func(op string, writeUnits int)
	// Lazy, if set, spares decoding: orders, changes and events are handed out as they were saved, but for each so manieth save, after
	// which they are read from the bytes that were stored, as always without it.
	Lazy uint64

	mu      sync.Mutex
	tables  map[string]*table
	writes  []Write // Committed, not yet handed to OnWrite.
	handing bool    // Somebody is handing them over.
	saved   uint64  // How often an order was.
}

// ask runs one method: its faults, its effect under the lock, and its writes handed on.
func ask[T any](ctx context.Context, s *Store, op string, effect func() (T, error)) (T, error) {
	var none T
	if err := s.strike(op, false); err != nil {
		return none, err
	}
	if err := ctx.Err(); err != nil {
		return none, &fault.Error{Kind: fault.Unknown, Op: "memory." + op, Code: "dependency_unavailable", Err: err}
	}
	got, err := locked(s, effect)
	s.handOn()
	if err := s.strike(op, true); err != nil {
		return none, err
	}
	return got, err
}

// do is ask for methods that answer nothing.
func do(ctx context.Context, s *Store, op string, effect func() error) error {
	_, err := ask(ctx, s, op, func() (struct{}, error) { return struct{}{}, effect() })
	return err
}

func locked[T any](s *Store, effect func() (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return effect()
}

func (s *Store) strike(op string, after bool) error {
	if s.Fault == nil {
		return nil
	}
	return s.Fault(op, after)
}

// handOn gives the committed writes to OnWrite, one caller at a time, so that they keep their order.
func (s *Store) handOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handing {
		return
	}
	s.handing = true
	defer func() { s.handing = false }()
	for len(s.writes) > 0 {
		next := s.writes[0]
		s.writes = s.writes[1:]
		s.hand(next)
	}
}

// hand calls OnWrite without the lock.
func (s *Store) hand(w Write) {
	s.mu.Unlock()
	defer s.mu.Lock()
	s.OnWrite(w)
}

// internal is a bug of a caller that the store does not let in.
func internal(op, code string) error { return fault.New(fault.Internal, "memory."+op, code, "") }

// conflict is a lost condition.
func conflict(op, code, msg string) error { return fault.New(fault.Conflict, "memory."+op, code, msg) }
