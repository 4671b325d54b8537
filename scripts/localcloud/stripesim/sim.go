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
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// Version is the only API version that is spoken. https://docs.stripe.com/upgrades#2023-10-16
const Version = "2023-10-16"

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
	// Compact writes answers and webhooks in one line. Stripe's own are for people to read.
	Compact bool
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

// object is a JSON object on its way out.
type object = gatewaysim.Object

// Sim is the simulated Stripe. It is safe for concurrent use.
type Sim struct {
	cfg      Config
	basePath string
	line     string // What begins a line of an answer; "" if it is one line.

	core *gatewaysim.Core // The lock, time, chance, faults and webhooks.
	keys gatewaysim.Keys

	sessions  gatewaysim.Shelf[*session]
	intents   gatewaysim.Shelf[*intent]
	charges   gatewaysim.Shelf[*charge]
	refunds   gatewaysim.Shelf[*refund]
	disputes  gatewaysim.Shelf[*dispute]
	files     gatewaysim.Shelf[*upload]
	methods   gatewaysim.Shelf[*method]
	movements gatewaysim.Shelf[*movement]
	endpoints gatewaysim.Shelf[*endpoint]
	events    gatewaysim.Shelf[*event]
	warnings  gatewaysim.Shelf[*warning]
	attempts  map[string]*intent // Authentication page token to the intent that waits for it.
}

// New is a Stripe with empty books. The error names every missing or unusable setting.
func New(cfg Config) (*Sim, error) {
	base, path, ok := gatewaysim.Base(cfg.BaseURL)
	faults := []error{}
	if !ok {
		faults = append(faults, errors.New("stripesim: BaseURL is not an absolute URL"))
	}
	if !strings.HasPrefix(cfg.SecretKey, "sk_test_") || !strings.HasPrefix(cfg.PublishableKey, "pk_test_") {
		faults = append(faults, errors.New("stripesim: keys must begin with sk_test_ and pk_test_"))
	}
	core, err := gatewaysim.NewCore(gatewaysim.Setup{Name: "stripe", Clock: cfg.Clock, Random: cfg.Random, Deliver: cfg.Deliver, Go: cfg.Go,
		Wait: cfg.Wait, Patience: cfg.Patience, Retry: retry, Forgeries: forgeries})
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	cfg.BaseURL = base
	gatewaysim.Default(&cfg.AccountID, "acct_1Till")
	gatewaysim.Default(&cfg.ReferenceKey, "order_id")
	gatewaysim.Default(&cfg.DisputeAfter, 5*time.Second)
	gatewaysim.Default(&cfg.SettleAfter, time.Hour)
	line := "\n"
	if cfg.Compact {
		line = ""
	}
	return &Sim{line: line, cfg: cfg, basePath: path, core: core, keys: gatewaysim.Keys{Life: keepKeys}, attempts: map[string]*intent{}}, nil
}

func (s *Sim) lock()   { s.core.Lock() }
func (s *Sim) unlock() { s.core.Unlock() }

// after asks for f, under the lock, once d has passed.
func (s *Sim) after(d time.Duration, name string, f func()) { s.core.After(d, name, f) }

func (s *Sim) now() int64 { return s.core.Now().Unix() }

// id is prefix and n random characters, the shape of Stripe's ids.
func (s *Sim) id(prefix string, n int) string { return s.core.ID(prefix, n) }
