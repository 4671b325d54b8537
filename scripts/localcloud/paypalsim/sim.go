// Package paypalsim is a PayPal that runs in memory: the wire protocol of Orders v2, Payments v2, Disputes v1 and webhooks for what
// a shop does with them, the page on which a shopper approves, webhooks signed with a certificate, and books of its own with which
// Till's ledger is compared. Time, randomness and the way out for webhooks are injected, so that the same code serves `make run` and
// the deterministic simulation.
//
// Facts are from https://developer.paypal.com/docs/api/orders/v2/, https://developer.paypal.com/docs/api/payments/v2/,
// https://developer.paypal.com/api/customer-disputes/v1/ and https://developer.paypal.com/api/rest/webhooks/; the wording of
// messages is our own, names and issues are PayPal's.
package paypalsim

import (
	"context"
	"errors"
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// Config is what a simulated PayPal needs. BaseURL, ClientID, ClientSecret, Clock, Random and Deliver are required.
type Config struct {
	BaseURL      string // Where shoppers and clients reach it: "http://localhost:8090/paypal".
	ClientID     string // Of the shop's app.
	ClientSecret string

	Clock   gatewaysim.Clock
	Random  interface{ Uint64() uint64 } // As gatewaysim.Setup, like all of these.
	Deliver func(url string, header http.Header, body []byte) (status int, err error)
	Go      func(name string, f func())
	Wait    func(ctx context.Context, d time.Duration) error

	Patience time.Duration
	// DisputeAfter is when a payment with a disputing test card is disputed; 5 s unless set.
	DisputeAfter time.Duration
	// SettleAfter is when slow things come to an end: bank debits, pending refunds; 1 h unless set.
	SettleAfter time.Duration
	// Authority signs webhooks; Shared unless set.
	Authority *Authority
}

// object is a JSON object on its way out.
type object = gatewaysim.Object

// Sim is the simulated PayPal. It is safe for concurrent use.
type Sim struct {
	cfg      Config
	basePath string
	core     *gatewaysim.Core // The lock, time, chance, faults and webhooks.

	orderKeys   gatewaysim.Keys
	paymentKeys gatewaysim.Keys
	tokens      map[string]time.Time // Until when each is good.

	orders         gatewaysim.Shelf[*order]
	authorizations gatewaysim.Shelf[*authorization]
	captures       gatewaysim.Shelf[*capture]
	refunds        gatewaysim.Shelf[*refund]
	disputes       gatewaysim.Shelf[*dispute]
	endpoints      gatewaysim.Shelf[*endpoint]
	events         gatewaysim.Shelf[*event]
	invoices       map[string]*order // By the invoice_id of what was paid.
	once           bool              // Promises are renewed once only.
}

// New is a PayPal with empty books. The error names every missing or unusable setting.
func New(cfg Config) (*Sim, error) {
	base, path, ok := gatewaysim.Base(cfg.BaseURL)
	faults := []error{}
	if !ok {
		faults = append(faults, errors.New("paypalsim: BaseURL is not an absolute URL"))
	}
	if cfg.ClientID == "" || cfg.ClientSecret == "" {
		faults = append(faults, errors.New("paypalsim: ClientID and ClientSecret are required"))
	}
	core, err := gatewaysim.NewCore(gatewaysim.Setup{Name: "paypal", Clock: cfg.Clock, Random: cfg.Random, Deliver: cfg.Deliver, Go: cfg.Go,
		Wait: cfg.Wait, Patience: cfg.Patience, Retry: retry, Forgeries: forgeries})
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	cfg.BaseURL = base
	gatewaysim.Default(&cfg.DisputeAfter, 5*time.Second)
	gatewaysim.Default(&cfg.SettleAfter, time.Hour)
	if cfg.Authority == nil {
		if cfg.Authority, err = Shared(); err != nil {
			return nil, err
		}
	}
	return &Sim{cfg: cfg, basePath: path, core: core, orderKeys: gatewaysim.Keys{Life: keepOrderKeys}, paymentKeys: gatewaysim.Keys{Life: keepPaymentKeys},
		tokens: map[string]time.Time{}, invoices: map[string]*order{}}, nil
}

func (s *Sim) lock()   { s.core.Lock() }
func (s *Sim) unlock() { s.core.Unlock() }

// after asks for f, under the lock, once d has passed.
func (s *Sim) after(d time.Duration, name string, f func()) { s.core.After(d, name, f) }

func (s *Sim) now() time.Time { return s.core.Now().UTC() }

const capitals = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// id is 17 random characters, the shape of PayPal's ids.
func (s *Sim) id() string { return s.core.IDOf("", capitals, 17) }

// stamp writes a time as PayPal does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
