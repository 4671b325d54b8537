// Package squaresim is a Square that runs in memory: the wire protocol of API version 2026-09-16 for payments in an online shop
// (orders, payment links, payments, refunds, disputes, events, signed webhooks), the page a shopper sees, the call by which the form in
// a browser makes card tokens, and books of its own with which Till's ledger is compared. Time, randomness and the way out for
// webhooks are injected, so the same code serves `make run` and the deterministic simulation. It holds no card numbers.
//
// Facts are from https://developer.squareup.com/reference/square and https://developer.squareup.com/docs; the wording of details is our
// own, codes and categories are Square's. Test cards are those of all simulated gateways, and the tokens of Square's sandbox:
// https://developer.squareup.com/docs/devtools/sandbox/payments.
package squaresim

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// Version is the only API version that is spoken. https://developer.squareup.com/docs/build-basics/versioning-overview
const Version = "2026-09-16"

// What all simulated gateways have in common, under the names that users of this one know.

type (
	// Clock is where time comes from.
	Clock = gatewaysim.Clock
	// Faults is how it misbehaves.
	Faults = gatewaysim.Faults
	// WebhookFaults is how its webhooks do.
	WebhookFaults = gatewaysim.WebhookFaults
	// APIFaults is how its calls do.
	APIFaults = gatewaysim.APIFaults
	// Rate is a probability.
	Rate = gatewaysim.Rate
	// Stats counts deliveries.
	Stats = gatewaysim.Stats
	// Delivery is a line of their log.
	Delivery = gatewaysim.Delivery
	// Book is what it knows of one order.
	Book = gatewaysim.Book
	// Payment is a line of the control page.
	Payment = gatewaysim.Payment
)

// Config is what a simulated Square needs. Clock, Random, Deliver, BaseURL, AccessToken and ApplicationID are required.
type Config struct {
	BaseURL       string // Where shoppers and clients reach it: "http://localhost:8090/square".
	AccessToken   string // The server's.
	ApplicationID string // "sandbox-sq0idb-…", the browser's.
	LocationID    string // "LTILLLOCAL" unless set.
	MerchantID    string // "MLTILLLOCAL" unless set.
	Currency      string // Of the account: "EUR" unless set.
	ReferenceKey  string // Metadata key of the order id in Books; "order_id" unless set.

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
	// DisputeAfter is when a payment with a disputing test card is disputed; 5 s unless set.
	DisputeAfter time.Duration
	// SettleAfter is when slow things come to an end: bank payments, pending refunds, evidence; 1 h unless set.
	SettleAfter time.Duration
	// FeeAfter is when a payment's fee is known; 10 s unless set. https://developer.squareup.com/reference/square/objects/Tender
	FeeAfter time.Duration
}

// object is a JSON object on its way out.
type object = gatewaysim.Object

// Sim is the simulated Square. It is safe for concurrent use.
type Sim struct {
	cfg      Config
	basePath string

	core *gatewaysim.Core // The lock, time, chance, faults and webhooks.
	keys gatewaysim.Keys

	orders    gatewaysim.Shelf[*order]
	links     gatewaysim.Shelf[*link]
	payments  gatewaysim.Shelf[*payment]
	refunds   gatewaysim.Shelf[*refund]
	disputes  gatewaysim.Shelf[*dispute]
	tokens    gatewaysim.Shelf[*token]
	endpoints gatewaysim.Shelf[*endpoint]
	events    gatewaysim.Shelf[*event]
	waiting   map[string]*payer // Secret of an authentication page to what waits for it.
	listed    int               // Events so far: each has a number, by which pages are cut.
}

// retry: 1 min after the first failure, then twice as long each time, at most 8 h, for a day.
// https://developer.squareup.com/docs/webhooks/overview#webhook-event-notifications
var retry = gatewaysim.Retry{First: time.Minute, Longest: 8 * time.Hour, For: 24 * time.Hour}

// keepKeys is how long answers are kept for their keys. Square does not say; this is what is simulated.
const keepKeys = 24 * time.Hour

// New is a Square with empty books. The error names every missing or unusable setting.
func New(cfg Config) (*Sim, error) {
	base, path, ok := gatewaysim.Base(cfg.BaseURL)
	faults := []error{}
	if !ok {
		faults = append(faults, errors.New("squaresim: BaseURL is not an absolute URL"))
	}
	if cfg.AccessToken == "" || !strings.HasPrefix(cfg.ApplicationID, "sandbox-sq0idb-") {
		faults = append(faults, errors.New("squaresim: AccessToken and an ApplicationID that begins with sandbox-sq0idb- are required"))
	}
	core, err := gatewaysim.NewCore(gatewaysim.Setup{Name: "square", Clock: cfg.Clock, Random: cfg.Random, Deliver: cfg.Deliver, Go: cfg.Go,
		Wait: cfg.Wait, Patience: cfg.Patience, Retry: retry, Forgeries: forgeries})
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	cfg.BaseURL = base
	gatewaysim.Default(&cfg.LocationID, "LTILLLOCAL")
	gatewaysim.Default(&cfg.MerchantID, "MLTILLLOCAL")
	gatewaysim.Default(&cfg.Currency, "EUR")
	gatewaysim.Default(&cfg.ReferenceKey, "order_id")
	gatewaysim.Default(&cfg.DisputeAfter, 5*time.Second)
	gatewaysim.Default(&cfg.SettleAfter, time.Hour)
	gatewaysim.Default(&cfg.FeeAfter, 10*time.Second)
	return &Sim{cfg: cfg, basePath: path, core: core, keys: gatewaysim.Keys{Life: keepKeys}, waiting: map[string]*payer{}}, nil
}

func (s *Sim) lock()   { s.core.Lock() }
func (s *Sim) unlock() { s.core.Unlock() }

// after asks for f, under the lock, once d has passed.
func (s *Sim) after(d time.Duration, name string, f func()) { s.core.After(d, name, f) }

func (s *Sim) now() time.Time { return s.core.Now().UTC() }

// stamp writes a time as Square does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// id is n random characters, the shape of Square's ids.
func (s *Sim) id(n int) string { return s.core.ID("", n) }

// ServeHTTP serves the API below BaseURL's path (or at the root) and the pages. A lost answer closes the connection.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gatewaysim.Handler(s.serve).ServeHTTP(w, r)
}

// Transport answers requests in the caller's goroutine, whatever their host: for clients in the same process. A lost
// answer is an error that is a timeout; a Square that is down refuses the connection.
func (s *Sim) Transport() http.RoundTripper { return gatewaysim.Transport(s.serve) }

// SetFaults replaces all faults. The error names a value that is not allowed.
func (s *Sim) SetFaults(f Faults) error { return s.core.SetFaults(f) }

// Faults is what SetFaults set.
func (s *Sim) Faults() Faults { return s.core.Faults() }

// Stats is the count of deliveries so far.
func (s *Sim) Stats() Stats { return s.core.Stats() }

// Deliveries is the log of the last 1000 sendings, oldest first.
func (s *Sim) Deliveries() []Delivery { return s.core.Deliveries() }

// Pending is how many sendings wait for their time, retries included.
func (s *Sim) Pending() int { return s.core.Pending() }
