// Package assembly puts each function together from its settings and its parts. A Lambda's main gives it AWS's parts, the
// local cloud its own: so what runs on a laptop is what is deployed.
package assembly

import (
	"context"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/edge/health"
	"till/shared/inbox"
	"till/shared/link"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
	"till/shared/routing"
	"till/shared/settings"
	"till/shared/shop"
	"till/shared/telemetry"
)

// Tools are what every function has.
type Tools = telemetry.Tools

// Orders loads and saves orders.
type Orders interface {
	Order(context.Context, order.ID) (*order.Order, error)
	Save(context.Context, *order.Order, order.Change) error
}

// History reads the changes of orders.
type History interface {
	Change(ctx context.Context, id order.ID, n int) (order.Change, error)
	Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
}

// Products reads the catalogue, and what staff have decided about selling it.
type Products interface {
	Settings
	Product(context.Context, catalog.SKU) (catalog.Product, error)
	Products(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Product, error)
	ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error)
	FindProducts(ctx context.Context, search catalog.Search, cursor string, limit int) ([]catalog.Product, string, error)
	Family(ctx context.Context, family string) ([]catalog.SKU, error)
	Stock(context.Context, catalog.SKU) (catalog.Stock, error)
	Stocks(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Spread(context.Context, catalog.SKU) (catalog.Spread, error)
	Spreads(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Spread, error)
	Uses(context.Context, []pricing.UseKey) (map[pricing.UseKey]int64, error)
}

// Settings reads what staff have decided about the shop.
type Settings interface {
	Settings(context.Context) (shop.Version, error)
}

// Breakers keeps how well gateways do.
type Breakers interface {
	Breakers(ctx context.Context, gateways []string) (map[string]routing.Breaker, error)
	SaveBreaker(context.Context, routing.Breaker) error
}

// everyGateway names the gateways that Till can talk to.
func everyGateway() []string { return []string{"stripe", "paypal", "square"} }

// healthOf notes how well gateways do.
func healthOf(t Tools, s Breakers) health.Health {
	return health.Health{Read: s.Breakers, Save: s.SaveBreaker, Now: t.Now, Log: t.Log, Meter: t.Meter}
}

// Inbox keeps gateways' events.
type Inbox interface {
	PutEvent(context.Context, inbox.Item) (inbox.Item, bool, error)
	ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error)
	SettleEvent(ctx context.Context, key string, next inbox.State, reason string, now time.Time) error
}

// Desk is the inbox as staff look through it.
type Desk interface {
	EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) ([]string, string, error)
	Events(ctx context.Context, keys []string) ([]inbox.Item, error)
	ReplayEvent(ctx context.Context, key, by string, now time.Time) (inbox.Item, error)
}

// Machine is the fulfillment machine.
type Machine interface {
	Start(ctx context.Context, name, input string) error
	Alive(ctx context.Context, name string) (bool, error)
	Succeed(ctx context.Context, token string) error
	Cancel(ctx context.Context, token string) error
}

// Send hands a message to one queue.
type Send = func(ctx context.Context, body string) error

// Links gives the signer of order links.
type Links = func(context.Context) (link.Signer, error)

// Gateways gives gateways by name.
type Gateways = func(context.Context, string) (payment.Gateway, error)

func bookOf(s Orders) order.Book { return order.Book{Load: s.Order, Save: s.Save} }

// seeking is a book that looks in all bins for what an order wants.
func seeking(b order.Book, read func(context.Context, catalog.SKU) (catalog.Spread, error)) order.Book {
	b.Find = func(ctx context.Context, id order.ID, wants []catalog.Want) (catalog.Picks, error) {
		return catalog.Find(ctx, read, string(id), wants, nil)
	}
	return b
}

// cashierOf makes the one part that moves money.
func cashierOf(t Tools, s Orders, gateways Gateways, set settings.Gateways) cashier.Cashier {
	return cashier.Cashier{
		Book: bookOf(s), Gateway: gateways, Now: t.Now,
		ReturnURL: func(id order.ID, a payment.AttemptID) string {
			return set.ReturnURL + "/orders/" + string(id) + "/payments/" + string(a) + "/return"
		},
	}
}

func endingOf(s History, m Machine) cashier.Ending {
	return cashier.Ending{Task: s.Change, Stop: m.Cancel}
}
