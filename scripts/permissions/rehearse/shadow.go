package rehearse

import (
	"context"
	"time"

	"till/scripts/localshop"
	"till/shared/catalog"
	"till/shared/dynamo"
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

// shadow is the local shop's store behind the adapter of DynamoDB: each call is made of both, of the adapter first, which sees
// what is stored and changes nothing. What it answers is the local store's word.
type shadow struct {
	aws   *dynamo.Store
	local localshop.Store
}

var _ localshop.Store = shadow{}

func (s shadow) Order(ctx context.Context, id order.ID) (*order.Order, error) {
	_, _ = s.aws.Order(ctx, id)
	return s.local.Order(ctx, id)
}

func (s shadow) Save(ctx context.Context, o *order.Order, c order.Change) error {
	_ = s.aws.Save(ctx, o, c)
	return s.local.Save(ctx, o, c)
}

func (s shadow) Orders(ctx context.Context, ids []order.ID) ([]*order.Order, error) {
	_, _ = s.aws.Orders(ctx, ids)
	return s.local.Orders(ctx, ids)
}

func (s shadow) Change(ctx context.Context, id order.ID, n int) (order.Change, error) {
	_, _ = s.aws.Change(ctx, id, n)
	return s.local.Change(ctx, id, n)
}

func (s shadow) Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error) {
	_, _ = s.aws.Changes(ctx, id, after, limit)
	return s.local.Changes(ctx, id, after, limit)
}

func (s shadow) OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error) {
	_, _ = s.aws.OrderByRef(ctx, gateway, ref)
	return s.local.OrderByRef(ctx, gateway, ref)
}

func (s shadow) DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error) {
	_, _ = s.aws.DueOrders(ctx, before, limit)
	return s.local.DueOrders(ctx, before, limit)
}

func (s shadow) CustomerOrders(ctx context.Context, customer, cursor string, limit int) ([]order.ID, string, error) {
	_, _, _ = s.aws.CustomerOrders(ctx, customer, cursor, limit)
	return s.local.CustomerOrders(ctx, customer, cursor, limit)
}

func (s shadow) ReturnOrders(ctx context.Context, cursor string, limit int) ([]order.ID, string, error) {
	_, _, _ = s.aws.ReturnOrders(ctx, cursor, limit)
	return s.local.ReturnOrders(ctx, cursor, limit)
}

func (s shadow) DayOrders(ctx context.Context, day, cursor string, limit int) ([]order.ID, string, error) {
	_, _, _ = s.aws.DayOrders(ctx, day, cursor, limit)
	return s.local.DayOrders(ctx, day, cursor, limit)
}

func (s shadow) Product(ctx context.Context, sku catalog.SKU) (catalog.Product, error) {
	_, _ = s.aws.Product(ctx, sku)
	return s.local.Product(ctx, sku)
}

func (s shadow) Products(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Product, error) {
	_, _ = s.aws.Products(ctx, skus)
	return s.local.Products(ctx, skus)
}

func (s shadow) ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error) {
	_, _, _ = s.aws.ListProducts(ctx, list, cursor, limit)
	return s.local.ListProducts(ctx, list, cursor, limit)
}

func (s shadow) FindProducts(ctx context.Context, search catalog.Search, cursor string, limit int) ([]catalog.Product, string, error) {
	_, _, _ = s.aws.FindProducts(ctx, search, cursor, limit)
	return s.local.FindProducts(ctx, search, cursor, limit)
}

func (s shadow) Family(ctx context.Context, family string) ([]catalog.SKU, error) {
	_, _ = s.aws.Family(ctx, family)
	return s.local.Family(ctx, family)
}

func (s shadow) ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error) {
	_, _ = s.aws.ProductVersions(ctx, sku, before, limit)
	return s.local.ProductVersions(ctx, sku, before, limit)
}

func (s shadow) SaveProduct(ctx context.Context, p catalog.Product, e catalog.Edit) error {
	_ = s.aws.SaveProduct(ctx, p, e)
	return s.local.SaveProduct(ctx, p, e)
}

func (s shadow) Settings(ctx context.Context) (shop.Version, error) {
	_, _ = s.aws.Settings(ctx)
	return s.local.Settings(ctx)
}

func (s shadow) SettingsAt(ctx context.Context, n int) (shop.Version, error) {
	_, _ = s.aws.SettingsAt(ctx, n)
	return s.local.SettingsAt(ctx, n)
}

func (s shadow) SettingsBefore(ctx context.Context, n, limit int) ([]shop.Version, error) {
	_, _ = s.aws.SettingsBefore(ctx, n, limit)
	return s.local.SettingsBefore(ctx, n, limit)
}

func (s shadow) SaveSettings(ctx context.Context, v shop.Version) error {
	_ = s.aws.SaveSettings(ctx, v)
	return s.local.SaveSettings(ctx, v)
}

func (s shadow) Breakers(ctx context.Context, gateways []string) (map[string]routing.Breaker, error) {
	_, _ = s.aws.Breakers(ctx, gateways)
	return s.local.Breakers(ctx, gateways)
}

func (s shadow) SaveBreaker(ctx context.Context, b routing.Breaker) error {
	_ = s.aws.SaveBreaker(ctx, b)
	return s.local.SaveBreaker(ctx, b)
}

func (s shadow) Stock(ctx context.Context, sku catalog.SKU) (catalog.Stock, error) {
	_, _ = s.aws.Stock(ctx, sku)
	return s.local.Stock(ctx, sku)
}

func (s shadow) Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error) {
	_, _ = s.aws.Stocks(ctx, skus)
	return s.local.Stocks(ctx, skus)
}

func (s shadow) Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
	_, _ = s.aws.Spread(ctx, sku)
	return s.local.Spread(ctx, sku)
}

func (s shadow) Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	_, _ = s.aws.Spreads(ctx, skus)
	return s.local.Spreads(ctx, skus)
}

func (s shadow) EnterStock(ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
	_, _ = s.aws.EnterStock(ctx, sku, w)
	return s.local.EnterStock(ctx, sku, w)
}

func (s shadow) StockEntries(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error) {
	_, _ = s.aws.StockEntries(ctx, sku, before, limit)
	return s.local.StockEntries(ctx, sku, before, limit)
}

func (s shadow) Uses(ctx context.Context, keys []pricing.UseKey) (map[pricing.UseKey]int64, error) {
	_, _ = s.aws.Uses(ctx, keys)
	return s.local.Uses(ctx, keys)
}

func (s shadow) PutEvent(ctx context.Context, i inbox.Item) (inbox.Item, bool, error) {
	_, _, _ = s.aws.PutEvent(ctx, i)
	return s.local.PutEvent(ctx, i)
}

func (s shadow) Event(ctx context.Context, key string) (inbox.Item, error) {
	_, _ = s.aws.Event(ctx, key)
	return s.local.Event(ctx, key)
}

func (s shadow) ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error) {
	_, _ = s.aws.ClaimEvent(ctx, key, now)
	return s.local.ClaimEvent(ctx, key, now)
}

func (s shadow) SettleEvent(ctx context.Context, key string, next inbox.State, reason string, now time.Time) error {
	_ = s.aws.SettleEvent(ctx, key, next, reason, now)
	return s.local.SettleEvent(ctx, key, next, reason, now)
}

func (s shadow) EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) ([]string, string, error) {
	_, _, _ = s.aws.EventsIn(ctx, state, cursor, limit)
	return s.local.EventsIn(ctx, state, cursor, limit)
}

func (s shadow) Events(ctx context.Context, keys []string) ([]inbox.Item, error) {
	_, _ = s.aws.Events(ctx, keys)
	return s.local.Events(ctx, keys)
}

func (s shadow) ReplayEvent(ctx context.Context, key, by string, now time.Time) (inbox.Item, error) {
	_, _ = s.aws.ReplayEvent(ctx, key, by, now)
	return s.local.ReplayEvent(ctx, key, by, now)
}

func (s shadow) DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error) {
	_, _ = s.aws.DueEvents(ctx, before, limit)
	return s.local.DueEvents(ctx, before, limit)
}

func (s shadow) LoadDayKey(ctx context.Context, purpose, day string) (vault.DayKey, error) {
	_, _ = s.aws.LoadDayKey(ctx, purpose, day)
	return s.local.LoadDayKey(ctx, purpose, day)
}

func (s shadow) AddDayKey(ctx context.Context, k vault.DayKey) error {
	_ = s.aws.AddDayKey(ctx, k)
	return s.local.AddDayKey(ctx, k)
}

func (s shadow) LoadIndex(ctx context.Context, hash string) (vault.Index, error) {
	_, _ = s.aws.LoadIndex(ctx, hash)
	return s.local.LoadIndex(ctx, hash)
}

func (s shadow) LoadCustomer(ctx context.Context, id vault.CustomerID) (vault.Customer, error) {
	_, _ = s.aws.LoadCustomer(ctx, id)
	return s.local.LoadCustomer(ctx, id)
}

func (s shadow) AddCustomer(ctx context.Context, c vault.Customer, i vault.Index) error {
	_ = s.aws.AddCustomer(ctx, c, i)
	return s.local.AddCustomer(ctx, c, i)
}

func (s shadow) SaveCustomer(ctx context.Context, c vault.Customer) error {
	_ = s.aws.SaveCustomer(ctx, c)
	return s.local.SaveCustomer(ctx, c)
}

func (s shadow) EraseCustomer(ctx context.Context, e vault.Erasure) error {
	_ = s.aws.EraseCustomer(ctx, e)
	return s.local.EraseCustomer(ctx, e)
}

func (s shadow) LoadErasure(ctx context.Context, id vault.CustomerID) (vault.Erasure, error) {
	_, _ = s.aws.LoadErasure(ctx, id)
	return s.local.LoadErasure(ctx, id)
}

func (s shadow) LoadCode(ctx context.Context, hash string) (passcode.Code, error) {
	_, _ = s.aws.LoadCode(ctx, hash)
	return s.local.LoadCode(ctx, hash)
}

func (s shadow) SaveCode(ctx context.Context, c passcode.Code) error {
	_ = s.aws.SaveCode(ctx, c)
	return s.local.SaveCode(ctx, c)
}

func (s shadow) NoteOrder(ctx context.Context, customer string, id order.ID) error {
	_ = s.aws.NoteOrder(ctx, customer, id)
	return s.local.NoteOrder(ctx, customer, id)
}

func (s shadow) NotedOrders(ctx context.Context, customer, after string, limit int) ([]order.ID, error) {
	_, _ = s.aws.NotedOrders(ctx, customer, after, limit)
	return s.local.NotedOrders(ctx, customer, after, limit)
}

func (s shadow) WatchedStock(ctx context.Context, cursor string, limit int) ([]catalog.Watch, string, error) {
	_, _, _ = s.aws.WatchedStock(ctx, cursor, limit)
	return s.local.WatchedStock(ctx, cursor, limit)
}

func (s shadow) ToldOfStock(ctx context.Context, w catalog.Watch, since time.Time) error {
	_ = s.aws.ToldOfStock(ctx, w, since)
	return s.local.ToldOfStock(ctx, w, since)
}

func (s shadow) StockCheck(ctx context.Context) (catalog.StockCheck, error) {
	_, _ = s.aws.StockCheck(ctx)
	return s.local.StockCheck(ctx)
}

func (s shadow) SaveStockCheck(ctx context.Context, c catalog.StockCheck) error {
	_ = s.aws.SaveStockCheck(ctx, c)
	return s.local.SaveStockCheck(ctx, c)
}

func (s shadow) StockDays(ctx context.Context) ([]catalog.StockDay, error) {
	_, _ = s.aws.StockDays(ctx)
	return s.local.StockDays(ctx)
}

func (s shadow) SaveStockDay(ctx context.Context, d catalog.StockDay) error {
	_ = s.aws.SaveStockDay(ctx, d)
	return s.local.SaveStockDay(ctx, d)
}

func (s shadow) Closing(ctx context.Context, day string) ([]daybook.Balance, error) {
	_, _ = s.aws.Closing(ctx, day)
	return s.local.Closing(ctx, day)
}

func (s shadow) DayEntries(ctx context.Context, day string) ([]reconcile.Entry, error) {
	_, _ = s.aws.DayEntries(ctx, day)
	return s.local.DayEntries(ctx, day)
}

func (s shadow) LateChanges(ctx context.Context, day, cursor string, limit int) ([]order.Change, string, error) {
	_, _, _ = s.aws.LateChanges(ctx, day, cursor, limit)
	return s.local.LateChanges(ctx, day, cursor, limit)
}

func (s shadow) SaveEntry(ctx context.Context, e reconcile.Entry) error {
	_ = s.aws.SaveEntry(ctx, e)
	return s.local.SaveEntry(ctx, e)
}

func (s shadow) SaveClosing(ctx context.Context, day string, closing []daybook.Balance) error {
	_ = s.aws.SaveClosing(ctx, day, closing)
	return s.local.SaveClosing(ctx, day, closing)
}

func (s shadow) SaveFindings(ctx context.Context, f reconcile.Findings) error {
	_ = s.aws.SaveFindings(ctx, f)
	return s.local.SaveFindings(ctx, f)
}

func (s shadow) Findings(ctx context.Context, day string) (reconcile.Findings, error) {
	_, _ = s.aws.Findings(ctx, day)
	return s.local.Findings(ctx, day)
}
