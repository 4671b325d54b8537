package assembly

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/step/compensate"
	"till/functions/step/complete"
	"till/functions/step/prepare"
	"till/functions/step/requestshipment"
	"till/functions/webhook/receivepaypal"
	"till/functions/webhook/receivesquare"
	"till/functions/webhook/receivestripe"
	"till/functions/worker/applyevent"
	"till/functions/worker/beginfulfillment"
	"till/functions/worker/notify"
	"till/functions/worker/reconcile"
	"till/functions/worker/relay"
	"till/functions/worker/settle"
	"till/functions/worker/sweep"
	"till/functions/worker/watchstock"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/edge/hook"
	"till/shared/edge/sfntask"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/person"
	"till/shared/settings"
	"till/shared/shop"
	"till/shared/vault"
)

// Batch is a function behind a queue.
type Batch = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// ReceiveStripe assembles webhook/receivestripe.
func ReceiveStripe(t Tools, s Inbox, verify hook.Verify, send Send) apigw.Func {
	return received(t, receivestripe.New(receiverOf(t, s, verify, send)))
}

// ReceivePayPal assembles webhook/receivepaypal.
func ReceivePayPal(t Tools, s Inbox, verify hook.Verify, send Send) apigw.Func {
	return received(t, receivepaypal.New(receiverOf(t, s, verify, send)))
}

// ReceiveSquare assembles webhook/receivesquare.
func ReceiveSquare(t Tools, s Inbox, verify hook.Verify, send Send) apigw.Func {
	return received(t, receivesquare.New(receiverOf(t, s, verify, send)))
}

func receiverOf(t Tools, s Inbox, verify hook.Verify, send Send) hook.Receiver {
	return hook.Receiver{Verify: verify, Put: s.PutEvent, Send: send, Now: t.Now, Log: t.Log, Meter: t.Meter}
}

// received has no check for card data: events are the gateway's, and are kept without their bodies.
func received(t Tools, r hook.Receiver) apigw.Func { return apigw.Serve(t.Log, t.Now, r.Handle) }

// ApplyEvent assembles worker/applyevent.
func ApplyEvent(t Tools, set settings.ApplyEvent, s interface {
	Orders
	Inbox
	Event(ctx context.Context, key string) (inbox.Item, error)
	OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error)
}, gateways Gateways) Batch {
	return applyevent.Handler{
		Event: s.Event, Claim: s.ClaimEvent, Settle: s.SettleEvent, ByRef: s.OrderByRef, Cashier: cashierOf(t, s, gateways, set.Gateways),
		APIVersions: APIVersions(), Now: t.Now, Log: t.Log,
	}.Handle
}

// APIVersions are the versions that webhook endpoints are pinned to, by gateway. PayPal's cannot be.
func APIVersions() map[string]string {
	return map[string]string{"stripe": "2023-10-16", "square": "2026-09-16"}
}

// Relay assembles worker/relay.
func Relay(t Tools, fulfillment, mail Send) func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return relay.Handler{Fulfillment: fulfillment, Mail: mail, Log: t.Log}.Handle
}

// BeginFulfillment assembles worker/beginfulfillment.
func BeginFulfillment(t Tools, s Orders, m Machine) Batch {
	return beginfulfillment.Handler{Book: bookOf(s), Start: m.Start, Alive: m.Alive, Now: t.Now, Log: t.Log}.Handle
}

// Notify assembles worker/notify.
func Notify(t Tools, set settings.Notify, s interface {
	Orders
	History
	Settings
	Codes
}, v *vault.Vault, links Links, send func(ctx context.Context, from shop.Sender, to person.Email, subject, text, key string) error) Batch {
	return notify.Handler{
		Book: bookOf(s), Change: s.Change, Open: v.OpenContact, Is: v.Is, Address: v.AddressOf, NewCode: v.NewCode, Code: s.LoadCode, SaveCode: s.SaveCode, Links: links, Send: send, Shop: lately(t, s), ShopURL: set.ShopURL, Now: t.Now, Log: t.Log,
	}.Handle
}

// Due lists what is overdue.
type Due interface {
	DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error)
	DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error)
	Event(ctx context.Context, key string) (inbox.Item, error)
	SettleEvent(ctx context.Context, key string, next inbox.State, reason string, now time.Time) error
}

// Queues are the queues that the sweep sends to.
type Queues struct{ Events, Fulfillment, Mail Send }

// Sweep assembles worker/sweep.
func Sweep(t Tools, set settings.Sweep, s interface {
	Orders
	History
	Due
	EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) (keys []string, next string, err error)
	OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error)
}, gateways Gateways, q Queues, m Machine) func(context.Context) error {
	return sweep.Handler{
		Cashier: cashierOf(t, s, gateways, set.Gateways), Ending: endingOf(s, m), DueOrders: s.DueOrders, DueEvents: s.DueEvents, EventsIn: s.EventsIn, Event: s.Event, ByRef: s.OrderByRef, Settle: s.SettleEvent,
		Events: q.Events, Fulfillment: q.Fulfillment, Mail: q.Mail, Shipped: m.Succeed, Now: t.Now, Log: t.Log, Meter: t.Meter,
	}.Handle
}

// Reconcile assembles worker/reconcile.
func Reconcile(t Tools, s interface {
	Inbox
	Events(ctx context.Context, keys []string) ([]inbox.Item, error)
	Breakers
}, gateways Gateways, events Send) func(context.Context) error {
	return reconcile.Handler{
		Gateways: everyGateway(), Listened: healthOf(t, s).Listened, Gateway: gateways, Events: s.Events, Put: s.PutEvent, Send: events, Now: t.Now, Log: t.Log, Meter: t.Meter,
	}.Handle
}

// Settle assembles worker/settle.
func Settle(t Tools, set settings.Settle, s interface {
	Orders
	History
	Days
	Settlements
	OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error)
}, gateways Gateways) func(context.Context) error {
	return settle.Handler{
		Gateways: []string{"stripe", "paypal", "square"}, Cashier: cashierOf(t, s, gateways, set.Gateways), Books: daysOf(s, jobPages), ByRef: s.OrderByRef,
		SaveEntry: s.SaveEntry, SaveClosing: s.SaveClosing, Save: s.SaveFindings, Now: t.Now, Log: t.Log, Meter: t.Meter,
	}.Handle
}

// Shelves is stock as it is watched: what is low, and what its last comparison with the records of its changes found.
type Shelves interface {
	WatchedStock(ctx context.Context, cursor string, limit int) ([]catalog.Watch, string, error)
	Stocks(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Spread(context.Context, catalog.SKU) (catalog.Spread, error)
	StockEntries(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error)
	StockCheck(context.Context) (catalog.StockCheck, error)
}

// Recounts keeps what watching stock leaves.
type Recounts interface {
	ToldOfStock(ctx context.Context, w catalog.Watch, since time.Time) error
	SaveStockCheck(context.Context, catalog.StockCheck) error
	StockDays(context.Context) ([]catalog.StockDay, error)
	SaveStockDay(context.Context, catalog.StockDay) error
}

// WatchStock assembles worker/watchstock.
func WatchStock(t Tools, s interface {
	Shelves
	Recounts
	ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error)
	DayOrders(ctx context.Context, day, cursor string, limit int) ([]order.ID, string, error)
	Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
}) func(context.Context) error {
	return watchstock.Handler{
		Watched: s.WatchedStock, Stocks: s.Stocks, Told: s.ToldOfStock, Products: s.ListProducts, Spread: s.Spread, Entries: s.StockEntries,
		Placed: s.DayOrders, Chain: s.Changes, Days: s.StockDays, SaveDay: s.SaveStockDay, Checked: s.StockCheck, Save: s.SaveStockCheck,
		Now: t.Now, Log: t.Log, Meter: t.Meter,
	}.Handle
}

// Prepare assembles step/prepare.
func Prepare(t Tools, s Orders) func(context.Context, prepare.Input) (prepare.Output, error) {
	return sfntask.Handle(t.Log, prepare.Handler{Book: bookOf(s), Now: t.Now}.Handle)
}

// RequestShipment assembles step/requestshipment.
func RequestShipment(t Tools, s Orders) func(context.Context, requestshipment.Input) (requestshipment.Output, error) {
	return sfntask.Handle(t.Log, requestshipment.Handler{Book: bookOf(s), Now: t.Now}.Handle)
}

// Complete assembles step/complete.
func Complete(t Tools, s Orders) func(context.Context, complete.Input) (complete.Output, error) {
	return sfntask.Handle(t.Log, complete.Handler{Book: bookOf(s), Now: t.Now}.Handle)
}

// Compensate assembles step/compensate.
func Compensate(t Tools, s Orders) func(context.Context, compensate.Input) (compensate.Output, error) {
	return sfntask.Handle(t.Log, compensate.Handler{Book: bookOf(s), Now: t.Now}.Handle)
}
