// Package storetest says what Till's store promises, and holds its two implementations, dynamo and memory, to it.
package storetest

import (
	"context"
	"time"

	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/pricing"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
	"till/shared/routing"
	"till/shared/shop"
	"till/shared/vault"
)

// Store is everything that Till keeps. Functions take single methods of it. Besides the errors named at each method:
// fault.Unavailable, it did not happen, call again; fault.Unknown, of writes only, it may have happened: load and look, or
// make the same call again, which is safe for each of them; fault.Internal, a bug of ours or a size over DynamoDB's limits.
// Ids, SKUs, codes and counters are safe to log; what is stored is not.
type Store interface {
	OrderStore
	LedgerStore
	CatalogStore
	ShopStore
	InboxStore
	vault.Keys
	Codes
}

// OrderStore is the Orders table, and the stock that moves with it.
type OrderStore interface {
	// Order reads an order, consistently. Errors: fault.NotFound.
	Order(ctx context.Context, id order.ID) (*order.Order, error)
	// Orders reads many orders, consistently, in the order of ids; those that are not there are left out.
	Orders(ctx context.Context, ids []order.ID) ([]*order.Order, error)
	// Save stores o and its change in one transaction, with the stock that c moves and the references that lead to o, if
	// the version before is what is stored. The zero change stores nothing. A repeat, c found stored, succeeds.
	// Errors: fault.Conflict: code version_conflict, another writer won; out_of_stock, one catalog.Shortage per SKU,
	// joined; ref_taken, a reference leads to another order. fault.Internal for a change that is not o's
	// last, does not balance (unbalanced) or is not what o's head is the hash of (wrong_hash).
	Save(ctx context.Context, o *order.Order, c order.Change) error
	// Change reads one change, consistently. Errors: fault.NotFound.
	Change(ctx context.Context, id order.ID, n int) (order.Change, error)
	// Changes reads the changes after number after, oldest first, at most limit, consistently. None for an order that is
	// not there.
	Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	// OrderByRef gives the order that a gateway's reference leads to, consistently. Errors: fault.NotFound.
	OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error)
	// DueOrders lists orders whose deadline is at before or earlier, earliest first, at most limit. It reads an index: an
	// order may be missing for a moment, or listed though it has moved on. Load before acting.
	DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error)
	// DayOrders lists the orders placed on a day (UTC, "2026-11-22"), newest first, from where cursor ended, at most
	// limit; next is "" at the end. It reads an index, as DueOrders does. Errors: fault.Unreadable, code cursor_invalid.
	DayOrders(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error)
	// CustomerOrders lists a customer's orders that are Listed, newest first, page by page as DayOrders. Errors: as DayOrders.
	CustomerOrders(ctx context.Context, customer, cursor string, limit int) (ids []order.ID, next string, err error)
	// ReturnOrders lists the orders that have a return which is open, those placed last first, page by page as DayOrders. Errors: as DayOrders.
	ReturnOrders(ctx context.Context, cursor string, limit int) (ids []order.ID, next string, err error)
	// LateChanges lists the changes of a day (UTC) that have postings and are of orders placed on another day, oldest first, from where
	// cursor ended, at most limit; next is "" at the end. With those of the day's own orders (DayOrders, Changes) they are all that the
	// ledger moved that day; an order that is paid on the day it was placed costs no index entry more. It reads an index, as DueOrders
	// does. Errors: fault.Unreadable, code cursor_invalid.
	LateChanges(ctx context.Context, day, cursor string, limit int) (changes []order.Change, next string, err error)
}

// LedgerStore is what the ledger holds beside orders' changes. It is kept in the Orders table.
type LedgerStore interface {
	// SaveEntry stores what a settlement brings, once under its key. A repeat succeeds. Errors: fault.Conflict, code entry_differs,
	// another entry has the key; fault.Internal, code unbalanced, postings that do not sum to zero.
	SaveEntry(ctx context.Context, e reconcile.Entry) error
	// DayEntries lists the entries dated on a day (UTC), oldest first. It reads an index, as DueOrders does.
	DayEntries(ctx context.Context, day string) ([]reconcile.Entry, error)
	// SaveClosing stores what a day (UTC) closed with, over what was stored before.
	SaveClosing(ctx context.Context, day string, closing []daybook.Balance) error
	// Closing reads what a day closed with, consistently. Errors: fault.NotFound, it was never stored.
	Closing(ctx context.Context, day string) ([]daybook.Balance, error)
	// SaveFindings stores what a day's comparison with the settlements found, over what was stored before.
	SaveFindings(ctx context.Context, f reconcile.Findings) error
	// Findings reads what a day's comparison found, consistently. Errors: fault.NotFound, none was made.
	Findings(ctx context.Context, day string) (reconcile.Findings, error)
}

// CatalogStore is the Catalog table.
type CatalogStore interface {
	// Product reads a product, sold or not, consistently. Errors: fault.NotFound.
	Product(ctx context.Context, sku catalog.SKU) (catalog.Product, error)
	// Products reads many products, which may be a second old; those that are not there are left out.
	Products(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Product, error)
	// ListProducts lists a list's products by SKU, from where cursor ended, at most limit; next is "" at the end. It reads
	// an index, as DueOrders does. Errors: fault.Unreadable, code cursor_invalid.
	ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) (products []catalog.Product, next string, err error)
	// FindProducts looks at no more than limit of what is filed under the search's lead, by word and SKU, from where cursor ended, and
	// gives what it finds there, perhaps nothing; next is "" at the end. What is written shows a second later. Errors: as ListProducts.
	FindProducts(ctx context.Context, search catalog.Search, cursor string, limit int) (products []catalog.Product, next string, err error)
	// Family lists the active variants of a family by SKU, as they were a second ago, at most catalog.FamilyMax.
	Family(ctx context.Context, family string) ([]catalog.SKU, error)
	// SaveProduct stores a product whole, as version e.Before+1, with that version in its history, if e.Before is the version that is
	// stored; 0 is none. A repeat succeeds. The caller has checked it. Errors: fault.Stale, code precondition_failed.
	SaveProduct(ctx context.Context, p catalog.Product, e catalog.Edit) error
	// ProductVersions lists a product's versions before number before, newest first, at most limit, consistently; 0 begins with the last.
	// What was stored before there were versions is in no history.
	ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error)
	// Stock reads what is counted of a SKU, consistently. Errors: fault.NotFound, never counted.
	Stock(ctx context.Context, sku catalog.SKU) (catalog.Stock, error)
	// Stocks reads many counts, which may be a second old; those that are not there are left out.
	Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	// Spread reads Stock bin by bin, consistently, though not at one moment: units may move between two bins meanwhile. Errors:
	// fault.NotFound, never counted.
	Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error)
	// Spreads reads many of them, which may be a second old; those that are not there are left out.
	Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error)
	// EnterStock notes what staff found, brought, took or decided, with the entry in the SKU's history; the first makes the SKU's stock.
	// Orders that move the stock meanwhile lose nothing. A repeat with the wish's key succeeds and changes nothing. Errors: as
	// catalog.Entry.Check and catalog.Stock.Enter; fault.Stale, code precondition_failed, the wish is over another entry than the last;
	// fault.Invalid, code idempotency_key_reused.
	EnterStock(ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error)
	// StockEntries lists a SKU's entries before number before, newest first, at most limit, consistently; 0 begins with the last.
	StockEntries(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error)
	// WatchedStock lists the SKUs whose stock staff want to be told of, by SKU, from where cursor ended, at most limit; next is "" at the
	// end. It reads an index, as DueOrders does. Errors: fault.Unreadable, code cursor_invalid.
	WatchedStock(ctx context.Context, cursor string, limit int) (watches []catalog.Watch, next string, err error)
	// ToldOfStock notes since when staff know that little is left of a watched SKU, to the second; zero, that there is enough again. What
	// staff decide about the SKU forgets it. A repeat succeeds. Errors: fault.Conflict, code version_conflict, they want to be told below
	// another number than w's, or no more.
	ToldOfStock(ctx context.Context, w catalog.Watch, since time.Time) error
	// StockCheck reads what the last comparison of stock with the records of its changes found, consistently; the zero value if there was none.
	StockCheck(ctx context.Context) (catalog.StockCheck, error)
	// SaveStockCheck stores it, over what was stored before.
	SaveStockCheck(ctx context.Context, c catalog.StockCheck) error
	// StockDays lists the days whose orders that comparison need not read, by day, consistently.
	StockDays(ctx context.Context) ([]catalog.StockDay, error)
	// SaveStockDay stores one of them, over what was stored of that day before. Errors: fault.Internal, over DynamoDB's size of an item.
	SaveStockDay(ctx context.Context, d catalog.StockDay) error
	// Uses reads counters of uses of coupons, which may be a second old; those that were never moved are 0. They are moved by Save.
	Uses(ctx context.Context, keys []pricing.UseKey) (map[pricing.UseKey]int64, error)
}

// ShopStore is what staff have decided about the shop. It is kept in the Catalog table, an item for each version, never changed.
type ShopStore interface {
	// Settings reads the last version, consistently; the zero Version if none was ever stored.
	Settings(ctx context.Context) (shop.Version, error)
	// SettingsAt reads one version, consistently. Errors: fault.NotFound.
	SettingsAt(ctx context.Context, n int) (shop.Version, error)
	// SettingsBefore lists the versions before number n, newest first, at most limit, consistently; before 0: from the last on.
	SettingsBefore(ctx context.Context, n, limit int) ([]shop.Version, error)
	// SaveSettings stores the version that follows the last one. A repeat succeeds. Errors: fault.Conflict, code version_conflict,
	// another writer has taken the number; fault.Internal, code wrong_version, for a number below 1.
	SaveSettings(ctx context.Context, v shop.Version) error
	// Breakers reads the breakers of gateways, which may be a second old; those that nobody stored are zero but for their names.
	Breakers(ctx context.Context, gateways []string) (map[string]routing.Breaker, error)
	// SaveBreaker stores a breaker on condition of the version before. Errors: fault.Conflict, code version_conflict; fault.Internal,
	// code wrong_version, for a number below 1.
	SaveBreaker(ctx context.Context, b routing.Breaker) error
}

// InboxStore is the Inbox table. An event whose Forget is over counts as absent, deleted or not.
type InboxStore interface {
	// PutEvent stores a new event. fresh is false if it was there: then existing is what is stored, perhaps by this very
	// call's first try. Only that says that it is a repeat; any fault is an error.
	PutEvent(ctx context.Context, i inbox.Item) (existing inbox.Item, fresh bool, err error)
	// Event reads an event, consistently; its Forget may be over. Errors: fault.NotFound.
	Event(ctx context.Context, key string) (inbox.Item, error)
	// ClaimEvent takes an event for one worker, as inbox.Item.Claim says, and gives it. Errors: fault.NotFound;
	// fault.Conflict: code inbox_settled; inbox_claimed, also if another worker was quicker just now.
	ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error)
	// SettleEvent notes what became of an event, as inbox.Item.Settle says. A repeat succeeds. Errors: fault.NotFound;
	// fault.Conflict, code inbox_settled.
	SettleEvent(ctx context.Context, key string, state inbox.State, reason string, now time.Time) error
	// DueEvents lists the keys of events that somebody must look at again at before or earlier, earliest first, at most
	// limit. It reads an index, as DueOrders does.
	DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error)
	// EventsIn lists the keys of the events in one of inbox.Listed's states, from where cursor ended, at most limit: those that were
	// received first come first. Received ones are found among all that are due, those that are due first, shard by shard: so others are
	// among them. next is "" at the end. None for other states, and none that are
	// ignored as inbox.NothingNew. It reads an index, as DueOrders does: look at the events. Errors:
	// fault.Unreadable, code cursor_invalid.
	EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) (keys []string, next string, err error)
	// Events reads many events, consistently, in the order of keys; those that are not there are left out.
	Events(ctx context.Context, keys []string) ([]inbox.Item, error)
	// ReplayEvent has an event applied again, as inbox.Item.Replay says, and gives it. Errors: fault.NotFound.
	ReplayEvent(ctx context.Context, key, by string, now time.Time) (inbox.Item, error)
}

// Codes keeps the one-time codes of customers.
type Codes interface {
	// LoadCode gives what is kept of the codes of an address, by its blind index, consistently. Errors: fault.NotFound.
	LoadCode(ctx context.Context, hash string) (passcode.Code, error)
	// SaveCode stores c at version N, if N-1 is what is stored; of the first version, if nothing is. Errors: fault.Conflict, another
	// writer won; nothing was stored.
	SaveCode(ctx context.Context, c passcode.Code) error

	// NoteOrder keeps that an order is a customer's. A repeat is the same. The order need not be there, nor ever come.
	NoteOrder(ctx context.Context, customer string, id order.ID) error
	// NotedOrders lists a customer's noted orders by their ids, from the one behind after on, at most limit, consistently.
	NotedOrders(ctx context.Context, customer, after string, limit int) ([]order.ID, error)
}
