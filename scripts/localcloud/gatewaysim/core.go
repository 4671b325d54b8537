// Package gatewaysim is what the simulated payment gateways have in common: a lock with a clock behind it, faults, webhooks with
// retries and a log, answers that get lost, idempotency keys, test cards, a shopper's pages, and books of their own with which
// Till's ledger is compared. Time, randomness and the way out for webhooks are injected, so that the same code serves `make run`
// and the deterministic simulation. It holds no card numbers: a number is exchanged for the test card's name while a request is
// parsed.
package gatewaysim

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Object is a JSON object as the simulators make it.
type Object map[string]any

// Clock is where time comes from. After calls f once, d from now; it must not call it before it returns.
type Clock interface {
	Now() time.Time
	After(d time.Duration, name string, f func())
}

// Setup is what every simulated gateway needs. Name, Clock, Random and Deliver are required.
type Setup struct {
	Name   string // Of the gateway, in the names of timers and in errors: "stripe".
	Clock  Clock
	Random interface{ Uint64() uint64 } // Used under the lock; need not be safe for concurrent use.
	// Deliver posts one webhook and returns the receiver's status. It is called without the lock held, so the
	// receiver may call the API.
	Deliver func(url string, header http.Header, body []byte) (status int, err error)
	// Go runs each delivery; nil: in the clock's callback.
	Go func(name string, f func())
	// Wait sleeps for the latency fault; nil: never sleeps, and a latency of at least Patience is a timeout.
	Wait func(ctx context.Context, d time.Duration) error
	// Patience is how long a client is taken to wait when Wait is nil; 8 s unless set.
	Patience time.Duration
	// Retry is how the gateway repeats webhooks.
	Retry Retry
	// Forgeries are what the fault "forge" can send beside each event.
	Forgeries []string
}

// Core is the lock of a simulated gateway, and what hangs on it. Its methods are called under the lock, except where they say
// that they take it.
type Core struct {
	set Setup

	mu      sync.Mutex
	faults  Faults
	later   []timer // Set on the clock when the lock is released.
	stats   Stats
	log     []Delivery
	pending []*sending
	scratch []byte // Where Write writes.
	shapes  shapes
}

type timer struct {
	after time.Duration
	name  string
	f     func()
}

// NewCore checks what every simulated gateway needs. The error names what is missing.
func NewCore(set Setup) (*Core, error) {
	if set.Clock == nil || set.Random == nil || set.Deliver == nil || set.Name == "" {
		return nil, errors.New("gatewaysim: Name, Clock, Random and Deliver are required")
	}
	Default(&set.Patience, 8*time.Second)
	if set.Go == nil {
		set.Go = func(_ string, f func()) { f() }
	}
	return &Core{set: set}, nil
}

// Default sets a field that is zero.
func Default[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Base reads an address at which a gateway is reached: the address without a slash at its end, and its path. Not ok: no absolute
// URL.
func Base(address string) (base, path string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", false
	}
	return strings.TrimSuffix(address, "/"), strings.TrimSuffix(u.Path, "/"), true
}

// Lock takes the lock.
func (c *Core) Lock() { c.mu.Lock() }

// Unlock sets the timers that the work done under the lock asked for; outside it, lest a clock's callback wait for us.
func (c *Core) Unlock() {
	later := c.later
	c.later = nil
	c.mu.Unlock()
	for _, t := range later {
		c.set.Clock.After(t.after, t.name, t.f)
	}
}

// After asks for f, under the lock, once d has passed.
func (c *Core) After(d time.Duration, name string, f func()) {
	c.later = append(c.later, timer{max(d, 0), c.set.Name + " " + name, func() {
		c.Lock()
		defer c.Unlock()
		f()
	}})
}

// Now is the clock's time. It needs no lock.
func (c *Core) Now() time.Time { return c.set.Clock.Now() }

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// ID is prefix and n random letters and digits.
func (c *Core) ID(prefix string, n int) string { return c.IDOf(prefix, letters, n) }

// IDOf is prefix and n random characters of an alphabet.
func (c *Core) IDOf(prefix, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[c.Pick(len(alphabet))]
	}
	return prefix + string(b)
}

// Chance is true with probability r; a rate of 0 draws nothing.
func (c *Core) Chance(r Rate) bool {
	if r <= 0 {
		return false
	}
	return float64(c.set.Random.Uint64()>>11)/(1<<53) < float64(r)
}

// Pick is a random number from 0 to n-1.
func (c *Core) Pick(n int) int {
	return int(c.set.Random.Uint64() % uint64(n)) //nolint:gosec // n is the length of a list, and the rest is below it.
}

// UpTo is a random duration below d.
func (c *Core) UpTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(c.set.Random.Uint64() % uint64(d)) //nolint:gosec // d is positive, and the rest is below it.
}

// ClockOf makes a Clock of any clock whose After gives something back, such as a timer.
func ClockOf[T any](clock interface {
	Now() time.Time
	After(d time.Duration, name string, f func()) T
}) Clock {
	return clockOf[T]{clock.Now, clock.After}
}

type clockOf[T any] struct {
	now   func() time.Time
	after func(time.Duration, string, func()) T
}

func (c clockOf[T]) Now() time.Time                               { return c.now() }
func (c clockOf[T]) After(d time.Duration, name string, f func()) { c.after(d, name, f) }
