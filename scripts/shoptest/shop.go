// Package shoptest is Till's functions, assembled as they are deployed, on stores and services in memory. Tests only.
package shoptest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"till/functions/assembly"
	"till/shared/address"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/memory"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/telemetry"
	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

// Origin is the shop's own page, the one that may call and to which browsers are sent.
const Origin = "https://shop.example"

// Began is when a shop's clock starts.
var Began = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// Shop is everything, with a few products on the shelf.
type Shop struct {
	testing.TB
	Store       *memory.Store
	KMS         *vaulttest.KMS
	Vault       *vault.Vault
	Signer      link.Signer
	Gateway     *paymenttest.Gateway
	Machine     *Machine
	Events      *Lines // The queues: what was sent, as it was sent.
	Fulfillment *Lines
	Mail        *Lines
	Mailbox     *Mailbox
	Logged      *Lines
	Metrics     *Lines
	Written     *Writes         // Every item that was ever stored.
	Accounts    bool            // Whether customers have accounts; a test sets it before it places orders.
	Outside     address.Outside // Knows which addresses there are; nil until a test sets it.

	mu     sync.Mutex
	now    time.Time
	broken map[string]error // By operation; "after Save" strikes after the effect.
}

// New opens a shop.
func New(t testing.TB) *Shop {
	t.Helper()
	s := &Shop{
		TB: t, now: Began, KMS: &vaulttest.KMS{Seed: []byte("shoptest")}, Machine: &Machine{}, Mailbox: &Mailbox{}, Logged: &Lines{},
		Metrics: &Lines{}, Events: &Lines{}, Fulfillment: &Lines{}, Mail: &Lines{}, Written: &Writes{}, broken: map[string]error{},
	}
	s.Machine.strike = s.strike
	s.Gateway = &paymenttest.Gateway{Fault: func(call string, after bool) error { return s.strike("gateway."+call, after) }}
	s.Store = &memory.Store{Fault: s.strike, OnWrite: s.Written.add}
	var err error
	if s.Signer, err = link.New([]byte("link key of a test, 32 bytes long"), nil); err != nil {
		t.Fatal(err)
	}
	s.Vault = vault.New(vault.Config{
		Keys: s.Store, KMS: s.KMS, Stage: "dev", Random: &stream{}, Now: s.Now,
		IndexKey: func(context.Context) ([]byte, error) { return []byte("index key of a test, 32 bytes long"), nil },
	})
	s.stockUp()
	return s
}

// stockUp puts products on the shelf.
func (s *Shop) stockUp() {
	s.Helper()
	for _, p := range []struct {
		sku    catalog.SKU
		name   string
		minor  int64
		onHand int64
		active bool
	}{
		{"mug-blue", "Blue mug", 1999, 50, true},
		{"poster-a2", "Poster A2", 900, 3, true},
		{"lamp", "Lamp", 4900, 1, true},
		{"4006381000093", "Pens, six colours", 700, 20, true},
		{"mug-old", "Old mug", 500, 5, false},
		{"gold", "More gold than there is", 1 << 62, 10, true},
	} {
		prices := map[money.Currency]int64{"EUR": p.minor, "JPY": p.minor, "KWD": p.minor}
		product := catalog.Product{SKU: p.sku, Name: p.name, Description: "Made for tests.", Prices: prices, WeightGrams: 350, Active: p.active}
		if _, err := catalog.Put(s.Context(), s.Store, product, "seed", s.now); err != nil {
			s.Fatal(err)
		}
		if _, err := catalog.Count(s.Context(), s.Store, p.sku, p.onHand); err != nil {
			s.Fatal(err)
		}
	}
}

// Now is the shop's time.
func (s *Shop) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Wait moves the clock on.
func (s *Shop) Wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// Break makes an operation fail until Mend: a method of the store ("Save"), of the gateway ("gateway.Start"), of the
// machine ("machine.Start"), "queue.events", "queue.fulfillment", "queue.mail" or "mail.Send". With "after " in front its
// effect happens first.
func (s *Shop) Break(operation string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken[operation] = err
}

// Mend ends every Break.
func (s *Shop) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.broken)
}

// Down is what a service answers that is not there.
func Down() error { return fault.New(fault.Unavailable, "shoptest", "dependency_unavailable", "") }

// Lost is a call whose outcome is not known.
func Lost() error { return fault.New(fault.Unknown, "shoptest", "outcome_unknown", "") }

func (s *Shop) strike(operation string, after bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after {
		operation = "after " + operation
	}
	return s.broken[operation]
}

// Tools are what every function is given.
func (s *Shop) Tools(function string) assembly.Tools {
	return assembly.Tools{Log: telemetry.Logger(s.Logged, "dev", function, "debug"), Meter: telemetry.NewMetrics(s.Metrics, "dev", s.Now), Now: s.Now}
}

// Links gives the signer of order links.
func (s *Shop) Links(context.Context) (link.Signer, error) { return s.Signer, nil }

// Gateways gives the one gateway.
func (s *Shop) Gateways(context.Context, string) (payment.Gateway, error) { return s.Gateway, nil }

// send hands a message to a queue.
func (s *Shop) send(name string, queue *Lines) assembly.Send {
	return func(_ context.Context, body string) error {
		if err := s.strike("queue."+name, false); err != nil {
			return err
		}
		_, _ = queue.Write([]byte(body + "\n"))
		return s.strike("queue."+name, true)
	}
}

// Lines keeps what is written to it, line by line. Safe for concurrent use.
type Lines struct {
	mu    sync.Mutex
	lines []string
	taken int
}

// Write is io.Writer's.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.Split(strings.TrimSuffix(string(p), "\n"), "\n")...)
	return len(p), nil
}

// All gives the lines that were not taken.
func (l *Lines) All() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines[l.taken:]...)
}

// Take gives the lines that were not taken, and takes them.
func (l *Lines) Take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := append([]string(nil), l.lines[l.taken:]...)
	l.taken = len(l.lines)
	return out
}

// Ever gives every line that was ever written.
func (l *Lines) Ever() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// stream is bytes that look random and are the same in every run: SHA-256 over a counter.
type stream struct {
	mu sync.Mutex
	n  uint64
}

var _ io.Reader = (*stream)(nil)

// Read is io.Reader's.
func (r *stream) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for filled := 0; filled < len(p); r.n++ {
		block := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("shoptest"), r.n))
		filled += copy(p[filled:], block[:])
	}
	return len(p), nil
}
