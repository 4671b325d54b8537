// Package stripesim is a Stripe that runs in memory: the wire protocol of API version 2023-10-16 for card payments
// (checkout sessions, payment intents, refunds, disputes, events, signed webhooks), the pages a shopper sees, Stripe's
// published test cards, and books of its own with which Till's ledger is compared. Time, randomness and the way out for
// webhooks are injected, so the same code serves `make run` and the deterministic simulation. It holds no card numbers:
// a number is exchanged for the test card's name while the request is parsed.
//
// Facts are from https://docs.stripe.com/api (version 2023-10-16), https://docs.stripe.com/testing and
// https://docs.stripe.com/webhooks; the wording of messages is our own, codes and types are Stripe's.
package stripesim

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Version is the only API version that is spoken. https://docs.stripe.com/upgrades#2023-10-16
const Version = "2023-10-16"

// Clock is where time comes from. After calls f once, d from now; it must not call it before it returns.
type Clock interface {
	Now() time.Time
	After(d time.Duration, name string, f func())
}

// Config is what a simulated Stripe needs. Clock, Random, Deliver, BaseURL and both keys are required.
type Config struct {
	BaseURL        string // Where shoppers and clients reach it: "http://localhost:8090/stripe".
	SecretKey      string // "sk_test_…", of the server.
	PublishableKey string // "pk_test_…", of the browser.
	AccountID      string // "acct_1Till" unless set.
	ReferenceKey   string // Metadata key of the order id in Books; "order_id" unless set.

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
	// DisputeAfter is when a charge of a disputing test card is disputed; 5 s unless set.
	DisputeAfter time.Duration
	// SettleAfter is when slow things come to an end: bank debits, pending refunds; 1 h unless set.
	SettleAfter time.Duration
}

// Sim is the simulated Stripe. It is safe for concurrent use.
type Sim struct {
	cfg      Config
	basePath string

	mu       sync.Mutex
	faults   Faults
	later    []timer // Set on the clock when the lock is released.
	seen     stats
	log      []Delivery
	pending  []*delivery
	keys     map[string]*kept
	keyOrder []string
	scratch  []byte // Where written writes.

	sessions  shelf[*session]
	intents   shelf[*intent]
	charges   shelf[*charge]
	refunds   shelf[*refund]
	disputes  shelf[*dispute]
	methods   shelf[*method]
	movements shelf[*movement]
	endpoints shelf[*endpoint]
	events    shelf[*event]
	warnings  shelf[*warning]
	attempts  map[string]*intent // Authentication page token to the intent that waits for it.
}

type timer struct {
	after time.Duration
	name  string
	f     func()
}

// New is a Stripe with empty books. The error names every missing or unusable setting.
func New(cfg Config) (*Sim, error) {
	base, err := url.Parse(cfg.BaseURL)
	faults := []error{}
	if err != nil || base.Host == "" {
		faults = append(faults, errors.New("stripesim: BaseURL is not an absolute URL"))
	}
	if !strings.HasPrefix(cfg.SecretKey, "sk_test_") || !strings.HasPrefix(cfg.PublishableKey, "pk_test_") {
		faults = append(faults, errors.New("stripesim: keys must begin with sk_test_ and pk_test_"))
	}
	if cfg.Clock == nil || cfg.Random == nil || cfg.Deliver == nil {
		faults = append(faults, errors.New("stripesim: Clock, Random and Deliver are required"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	setDefault(&cfg.AccountID, "acct_1Till")
	setDefault(&cfg.ReferenceKey, "order_id")
	setDefault(&cfg.Patience, 8*time.Second)
	setDefault(&cfg.DisputeAfter, 5*time.Second)
	setDefault(&cfg.SettleAfter, time.Hour)
	if cfg.Go == nil {
		cfg.Go = func(_ string, f func()) { f() }
	}
	return &Sim{cfg: cfg, basePath: strings.TrimSuffix(base.Path, "/"), keys: map[string]*kept{}, attempts: map[string]*intent{}}, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (s *Sim) lock() { s.mu.Lock() }

// unlock sets the timers that the work done under the lock asked for; outside it, lest a clock's callback wait for us.
func (s *Sim) unlock() {
	later := s.later
	s.later = nil
	s.mu.Unlock()
	for _, t := range later {
		s.cfg.Clock.After(t.after, t.name, t.f)
	}
}

// after asks for f, under the lock, once d has passed.
func (s *Sim) after(d time.Duration, name string, f func()) {
	s.later = append(s.later, timer{max(d, 0), "stripe " + name, func() {
		s.lock()
		defer s.unlock()
		f()
	}})
}

func (s *Sim) now() int64 { return s.cfg.Clock.Now().Unix() }

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// id is prefix and n random characters, the shape of Stripe's ids.
func (s *Sim) id(prefix string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[s.pick(len(letters))]
	}
	return prefix + string(b)
}

// chance is true with probability r; a rate of 0 draws nothing.
func (s *Sim) chance(r Rate) bool {
	if r <= 0 {
		return false
	}
	return float64(s.cfg.Random.Uint64()>>11)/(1<<53) < float64(r)
}

// pick is a random number from 0 to n-1.
func (s *Sim) pick(n int) int {
	return int(s.cfg.Random.Uint64() % uint64(n)) //nolint:gosec // n is the length of a list, and the rest is below it.
}

// upTo is a random duration below d.
func (s *Sim) upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(s.cfg.Random.Uint64() % uint64(d)) //nolint:gosec // d is positive, and the rest is below it.
}
