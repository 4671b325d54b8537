// Package localshop is the whole product in one process: every function of template.yaml as it is deployed, on the local
// cloud, the memory store and the simulated gateways, on one clock.
package localshop

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localcloud/template"
	"till/shared/link"
	"till/shared/memory"
	"till/shared/telemetry"
	"till/shared/vault"
)

// Options is what a shop is made of. Files (or a Plan), Clock and Log are required.
type Options struct {
	Files    fs.FS // The project's folder: template.yaml and what it names. Not looked at if there is a Plan.
	Plan     *Plan // What Read gave for Files; read anew unless set.
	Clock    *clock.Clock
	Seed     string // Ids of the cloud and the gateways follow from it.
	ShopURL  string // Where browsers find shop and API; "http://localhost:8080" unless set.
	Gateways string // Where they find the gateways; "http://localhost:8090" unless set.
	Log      io.Writer
	LogLevel string // "info" unless set.
	// Parameters are the template's that the owner of a shop chooses, as "CaptureMode"; each that is not set has its default.
	Parameters map[string]string
	Faults     localcloud.Faults
	// Wait sleeps for gateways' latency; nil never sleeps, as in virtual time.
	Wait bool
	// Slow is how long bank debits and pending refunds take at the gateways; an hour unless set.
	Slow time.Duration
	// Square is the currency of Square's account, which takes no other; gateways.SquareCurrency unless set.
	Square string
	// Random is where keys and nonces come from; crypto/rand unless set.
	Random io.Reader
	// StaffKey signs the staff's tokens; one is made unless set.
	StaffKey *rsa.PrivateKey
	// Port, if set, is called before and after the effect of each call to a queue, the machine, KMS and the mailer, by the
	// call's name ("machine.Succeed"). The error that it gives is what the caller gets: before, nothing has happened; after,
	// it has. The store has a hook of its own.
	Port func(call string, after bool) error
	// Environments, if set, lets each function run as Lambda runs it: an environment serves one call at a time and the next
	// ones after it, with what it keeps in memory; a call that ends without an answer ends its environment. It tells for each
	// call whether a new environment serves it even if another is free. Otherwise all calls of a function share one.
	Environments func(template.Function) (cold bool)
	// Direct lets events reach functions as the values that they are, and answers come back so: but for one of sixteen, nothing
	// writes them as JSON and reads them again. What gateways say is in one line each.
	Direct bool
	// Now, if set, gives each environment its own clock, which may be wrong; the cloud's and the gateways' is right.
	Now func(template.Function) func() time.Time
	// Webhook, if set, stands between a gateway and the API: post hands the webhook over and gives the API's status.
	Webhook func(body []byte, post func() (int, error)) (int, error)
	// Give, if set, gives a function other parts than the shop's own, as to watch what it does with them.
	Give func(template.Function, Parts) Parts
}

// Shop is a running shop. Safe for concurrent use.
type Shop struct {
	Cloud    *localcloud.Cloud
	Clock    *clock.Clock
	Store    *memory.Store
	Gateways *gateways.Gateways
	Stripe   *stripesim.Sim // Of Gateways.
	Vault    *vault.Vault
	KMS      *KMS
	Mails    *Mailbox
	Log      *slog.Logger
	// Endpoint is the id that Stripe has given to the receiver of our webhooks.
	Endpoint string

	options      Options
	gatewayCalls atomic.Int64
	shop         *template.Template
	signer       link.Signer
	tools        telemetry.Tools
}

// The keys of the local accounts. They are worth nothing anywhere else.
const (
	StripePublicKey = gateways.StripePublicKey // For browsers.
	WebhookSecret   = gateways.StripeHookKey   // With it Stripe signs.
	LinkKey         = "till-local-link-key-0123456789abcdef"
	indexKey        = "till-local-index-key-0123456789abcdef"
	staffKeyBits    = 2048
	localStage      = "local"
	templateFile    = "template.yaml"
	defaultShopURL  = "http://localhost:8080"
	defaultGateways = "http://localhost:8090"
)

// New builds a shop with an empty catalogue and starts its schedules. Errors: everything in the template that cannot run
// here, joined.
func New(o Options) (*Shop, error) {
	o.defaults()
	var err error
	if o.Plan == nil {
		if o.Plan, err = Read(o); err != nil {
			return nil, err
		}
	}
	if o.StaffKey == nil {
		if o.StaffKey, err = rsa.GenerateKey(rand.Reader, staffKeyBits); err != nil {
			return nil, err
		}
	}
	ports := port(o.Port)
	s := &Shop{
		Clock: o.Clock, Store: &memory.Store{}, KMS: &KMS{random: o.Random, port: ports}, Mails: &Mailbox{now: o.Clock.Now, port: ports},
		options: o, shop: o.Plan.template,
	}
	s.Cloud, err = localcloud.New(localcloud.Options{
		Template: o.Plan.template, Definitions: o.Plan.definitions, Clock: o.Clock, Seed: o.Seed, StaffKey: o.StaffKey,
		Faults: o.Faults, StreamLanes: 4,
	})
	if err != nil {
		return nil, err
	}
	return s, errors.Join(s.parts(), s.functions(), s.Cloud.Start())
}

// origins is the shop's address, and its other name on this machine.
func origins(shop string) string {
	if rest, isLocal := strings.CutPrefix(shop, "http://localhost"); isLocal {
		return shop + ",http://127.0.0.1" + rest
	}
	return shop
}

func (o *Options) defaults() {
	if o.ShopURL == "" {
		o.ShopURL = defaultShopURL
	}
	if o.Gateways == "" {
		o.Gateways = defaultGateways
	}
	if o.LogLevel == "" {
		o.LogLevel = "info"
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Now == nil {
		o.Now = func(template.Function) func() time.Time { return o.Clock.Now }
	}
	if o.Webhook == nil {
		o.Webhook = func(_ []byte, post func() (int, error)) (int, error) { return post() }
	}
}

// parts makes what the functions are given: store, gateways, vault, keys.
func (s *Shop) parts() error {
	s.tools = telemetry.Tools{
		Log:   telemetry.Logger(s.options.Log, localStage, "local", s.options.LogLevel),
		Meter: telemetry.NewMetrics(s.options.Log, localStage, s.Clock.Now), Now: s.Clock.Now,
	}
	s.Log = s.tools.Log
	s.Store.OnWrite = func(w memory.Write) {
		if w.Table != memory.Orders {
			return
		}
		if err := s.Cloud.Wrote("OrdersTable", w.Event, w.Keys, w.New); err != nil {
			s.Log.Error("stream_broken", "err", err)
		}
	}
	s.Vault = s.vault(s.Clock.Now)
	var badKey, badGateway error
	s.signer, badKey = link.New([]byte(LinkKey), nil)
	if s.Gateways, badGateway = s.simulated(); badGateway == nil {
		s.Stripe, s.Endpoint = s.Gateways.Stripe, s.Gateways.Endpoint
	}
	return errors.Join(badKey, badGateway)
}

// vault makes one that has no keys in memory.
func (s *Shop) vault(now func() time.Time) *vault.Vault {
	return vault.New(vault.Config{
		Keys: s.Store, KMS: s.KMS, IndexKey: constant([]byte(indexKey)), Stage: localStage, Random: s.options.Random, Now: now,
	})
}

// simulated makes the gateways and tells them where our webhooks are.
func (s *Shop) simulated() (*gateways.Gateways, error) {
	c := gateways.Config{URL: s.options.Gateways, ShopURL: s.options.ShopURL, Clock: s.Clock, Seed: s.options.Seed, Deliver: s.deliver, Slow: s.options.Slow,
		Square: s.options.Square}
	if s.options.Wait {
		c.Wait = clock.Sleep
	}
	c.Compact = s.options.Direct
	return gateways.New(c)
}

// deliver hands a webhook to the API as if it came over the network.
func (s *Shop) deliver(url string, header http.Header, body []byte) (int, error) {
	return s.options.Webhook(body, func() (int, error) { return s.post(strings.TrimPrefix(url, s.options.ShopURL), header, body) })
}

// Settle lets everything that is due run, and what that starts. For virtual time; the dev server settles by itself.
func (s *Shop) Settle() error { return s.Clock.Settle() }

// Advance moves the clock on, stopping at everything that falls due on the way.
func (s *Shop) Advance(d time.Duration) error { return s.Clock.Advance(d) }
