package localshop

import (
	"bytes"
	"context"
	"net/http"
	"sync/atomic"

	"till/functions/assembly"
	"till/scripts/localcloud"
	"till/scripts/localcloud/template"
	"till/shared/catalog"
	"till/shared/link"
	"till/shared/order"
	"till/shared/person"
	"till/shared/reconcile"
	"till/shared/shop"
	startup "till/shared/startup/gateways"
	"till/shared/telemetry"
	"till/shared/vault"
)

// Store is all that functions keep.
type Store interface {
	assembly.Orders
	assembly.History
	assembly.Products
	assembly.Inbox
	assembly.Desk
	assembly.Due
	assembly.Days
	assembly.Decisions
	assembly.Settlements
	assembly.Breakers
	Findings(ctx context.Context, day string) (reconcile.Findings, error)
	vault.Keys
	assembly.Codes
	NoteOrder(ctx context.Context, customer string, id order.ID) error
	NotedOrders(ctx context.Context, customer, after string, limit int) ([]order.ID, error)
	CustomerOrders(ctx context.Context, customer, cursor string, limit int) ([]order.ID, string, error)
	ReturnOrders(ctx context.Context, cursor string, limit int) ([]order.ID, string, error)
	OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error)
	SaveProduct(context.Context, catalog.Product, catalog.Edit) error
	ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error)
	assembly.Shelves
	assembly.Recounts
	Spreads(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Spread, error)
	EnterStock(context.Context, catalog.SKU, catalog.Wish) (catalog.Stock, error)
}

// Parts are what an environment of a function is given, beside its settings.
type Parts struct {
	Tools   telemetry.Tools
	Store   Store
	Vault   *vault.Vault
	Links   assembly.Links
	Keys    startup.Keys
	Gateway http.RoundTripper // To the gateways.
	Queue   func(url string) assembly.Send
	Machine func(arn string) assembly.Machine
	Mail    func(ctx context.Context, from shop.Sender, to person.Email, subject, text, key string) error
}

// partsOf gives a function's environment its parts: the shop's own, or what Options.Give makes of them.
func (s *Shop) partsOf(f template.Function) Parts {
	p := Parts{Tools: s.tools, Store: s.Store, Vault: s.Vault, Links: s.links(), Keys: s.Gateways.Keys, Queue: s.queue, Machine: s.machine, Mail: s.Mails.Send,
		Gateway: counted{s.Gateways, &s.gatewayCalls}}
	p.Tools.Now = s.options.Now(f)
	if s.options.Environments != nil {
		p.Vault = s.vault(p.Tools.Now)
	}
	if s.options.Give != nil {
		return s.options.Give(f, p)
	}
	return p
}

// constant gives the same value for ever.
func constant[T any](value T) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return value, nil }
}

func (s *Shop) links() assembly.Links { return constant[link.Signer](s.signer) }

// port is the faults that strike what the functions call; nil strikes nothing.
type port func(call string, after bool) error

// strike lets the effect of a call happen between its faults.
func (p port) strike(call string, effect func() error) error {
	if p == nil {
		return effect()
	}
	if err := p(call, false); err != nil {
		return err
	}
	err := effect()
	if lost := p(call, true); lost != nil {
		return lost
	}
	return err
}

// send is the local twin of queue.Queue.
func (s *Shop) send(ctx context.Context, url, body string) error {
	return port(s.options.Port).strike("queue.Send", func() error { return s.Cloud.Queue(url).Send(ctx, body) })
}

// machine is the local twin of flow.Machine, with faults.
type machine struct {
	localcloud.Machine
	port port
}

func (s *Shop) machine(arn string) assembly.Machine {
	return machine{s.Cloud.Machine(arn), s.options.Port}
}

// Start is flow.Machine's.
func (m machine) Start(ctx context.Context, name, input string) error {
	return m.port.strike("machine.Start", func() error { return m.Machine.Start(ctx, name, input) })
}

// Alive is flow.Machine's.
func (m machine) Alive(ctx context.Context, name string) (alive bool, err error) {
	err = m.port.strike("machine.Alive", func() error {
		alive, err = m.Machine.Alive(ctx, name)
		return err
	})
	return alive, err
}

// Succeed is flow.Machine's.
func (m machine) Succeed(ctx context.Context, token string) error {
	return m.port.strike("machine.Succeed", func() error { return m.Machine.Succeed(ctx, token) })
}

// Cancel is flow.Machine's.
func (m machine) Cancel(ctx context.Context, token string) error {
	return m.port.strike("machine.Cancel", func() error { return m.Machine.Cancel(ctx, token) })
}

// post hands a request to the API as if it came over the network.
func (s *Shop) post(path string, header http.Header, body []byte) (int, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+gatewaysHost+path, bytes.NewReader(body)) //nolint:noctx // nothing ends it
	if err != nil {
		return 0, err
	}
	req.Header, req.RemoteAddr, req.RequestURI = header.Clone(), gatewaysAddress, path
	answer := statusOnly{header: http.Header{}}
	s.Cloud.API("").ServeHTTP(&answer, req)
	return answer.status, nil
}

// What the API learns of who posts webhooks; an address for examples. https://www.rfc-editor.org/rfc/rfc5737
const (
	gatewaysHost    = "example.com"
	gatewaysAddress = "192.0.2.1:1234"
)

// statusOnly keeps an answer's status, which is all that gateways look at.
type statusOnly struct {
	header http.Header
	status int
}

// Header is http.ResponseWriter's.
func (a *statusOnly) Header() http.Header { return a.header }

// Write is http.ResponseWriter's.
func (a *statusOnly) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader is http.ResponseWriter's.
func (a *statusOnly) WriteHeader(status int) { a.status = status }

// counted counts the calls that our functions make to gateways.
type counted struct {
	http.RoundTripper
	calls *atomic.Int64
}

// RoundTrip is http.RoundTripper's.
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.calls.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

// GatewayCalls is how often our functions called a gateway.
func (s *Shop) GatewayCalls() int { return int(s.gatewayCalls.Load()) }
