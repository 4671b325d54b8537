package assembly_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/link"
	"till/shared/memory"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/person"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
	"till/shared/routing"
	"till/shared/shop"
	"till/shared/vault"
)

// How long each adapter waits for a service that says nothing, all its tries together, unless its caller's time ends first. Each
// adapter's own tests hold it to that.
const (
	storeLimit   = 6100 * time.Millisecond // Three tries of two seconds, and the pauses between.
	gatewayLimit = 8 * time.Second
	machineLimit = 5 * time.Second
	mailLimit    = 5 * time.Second
	queueLimit   = 3 * time.Second
	secretsLimit = 2 * time.Second
	kmsLimit     = time.Second
)

// services are everything that functions call. From one call on, each call hangs for as long as its adapter waits.
type services struct {
	*shoptest.Shop
	from  int // The first call that hangs; 0: none.
	mu    sync.Mutex
	calls int
	hung  int
}

func newServices(t *testing.T) *services {
	t.Helper()
	s := &services{Shop: shoptest.New(t)}
	s.Wait(time.Since(s.Now())) // The bubble's time.
	s.Vault = vault.New(vault.Config{Keys: s.store(), KMS: slowKMS{s}, Stage: "dev", Random: zeros{}, Now: time.Now,
		IndexKey: func(ctx context.Context) ([]byte, error) {
			return []byte("index key of a test, 32 bytes long"), s.call(ctx, secretsLimit)
		}})
	return s
}

// zeros are a vault's dice, which do not matter here.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// call is one call of a service.
func (s *services) call(ctx context.Context, limit time.Duration) error {
	s.mu.Lock()
	s.calls++
	hangs := s.from > 0 && s.calls >= s.from
	if hangs {
		s.hung++
	}
	s.mu.Unlock()
	if ctx.Err() != nil {
		return fault.Wrap(fault.Unavailable, "hung", ctx.Err())
	}
	if !hangs {
		return nil
	}
	wait, stop := context.WithTimeout(ctx, limit)
	defer stop()
	<-wait.Done()
	return fault.New(fault.Unknown, "hung", "dependency_unavailable", "")
}

// slow is a call with an answer.
func slow[T any](ctx context.Context, s *services, limit time.Duration, effect func() (T, error)) (T, error) {
	if err := s.call(ctx, limit); err != nil {
		var none T
		return none, err
	}
	return effect()
}

// slowStore is the store, each of its methods as a call.
type slowStore struct {
	*memory.Store
	s *services
}

func (s *services) store() slowStore { return slowStore{s.Store, s} }

func (w slowStore) Product(ctx context.Context, sku catalog.SKU) (catalog.Product, error) {
	return slow(ctx, w.s, storeLimit, func() (catalog.Product, error) { return w.Store.Product(ctx, sku) })
}

func (w slowStore) Products(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Product, error) {
	return slow(ctx, w.s, storeLimit, func() (map[catalog.SKU]catalog.Product, error) { return w.Store.Products(ctx, skus) })
}

func (w slowStore) ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.ListProducts(ctx, list, cursor, limit)
}

func (w slowStore) FindProducts(ctx context.Context, search catalog.Search, cursor string, limit int) ([]catalog.Product, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.FindProducts(ctx, search, cursor, limit)
}

func (w slowStore) Family(ctx context.Context, family string) ([]catalog.SKU, error) {
	return slow(ctx, w.s, storeLimit, func() ([]catalog.SKU, error) { return w.Store.Family(ctx, family) })
}

func (w slowStore) ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error) {
	return slow(ctx, w.s, storeLimit, func() ([]catalog.Version, error) { return w.Store.ProductVersions(ctx, sku, before, limit) })
}

func (w slowStore) SaveProduct(ctx context.Context, p catalog.Product, e catalog.Edit) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveProduct(ctx, p, e)
}

func (w slowStore) Settings(ctx context.Context) (shop.Version, error) {
	return slow(ctx, w.s, storeLimit, func() (shop.Version, error) { return w.Store.Settings(ctx) })
}

func (w slowStore) SaveSettings(ctx context.Context, v shop.Version) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveSettings(ctx, v)
}

func (w slowStore) Breakers(ctx context.Context, gateways []string) (map[string]routing.Breaker, error) {
	return slow(ctx, w.s, storeLimit, func() (map[string]routing.Breaker, error) { return w.Store.Breakers(ctx, gateways) })
}

func (w slowStore) SaveBreaker(ctx context.Context, b routing.Breaker) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveBreaker(ctx, b)
}

func (w slowStore) Stock(ctx context.Context, sku catalog.SKU) (catalog.Stock, error) {
	return slow(ctx, w.s, storeLimit, func() (catalog.Stock, error) { return w.Store.Stock(ctx, sku) })
}

func (w slowStore) Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error) {
	return slow(ctx, w.s, storeLimit, func() (map[catalog.SKU]catalog.Stock, error) { return w.Store.Stocks(ctx, skus) })
}

func (w slowStore) Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
	return slow(ctx, w.s, storeLimit, func() (catalog.Spread, error) { return w.Store.Spread(ctx, sku) })
}

func (w slowStore) Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	return slow(ctx, w.s, storeLimit, func() (map[catalog.SKU]catalog.Spread, error) { return w.Store.Spreads(ctx, skus) })
}

func (w slowStore) EnterStock(ctx context.Context, sku catalog.SKU, wish catalog.Wish) (catalog.Stock, error) {
	return slow(ctx, w.s, storeLimit, func() (catalog.Stock, error) { return w.Store.EnterStock(ctx, sku, wish) })
}

func (w slowStore) StockEntries(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error) {
	return slow(ctx, w.s, storeLimit, func() ([]catalog.Entry, error) { return w.Store.StockEntries(ctx, sku, before, limit) })
}

func (w slowStore) LoadDayKey(ctx context.Context, purpose, day string) (vault.DayKey, error) {
	return slow(ctx, w.s, storeLimit, func() (vault.DayKey, error) { return w.Store.LoadDayKey(ctx, purpose, day) })
}

func (w slowStore) AddDayKey(ctx context.Context, k vault.DayKey) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.AddDayKey(ctx, k)
}

func (w slowStore) LoadIndex(ctx context.Context, hash string) (vault.Index, error) {
	return slow(ctx, w.s, storeLimit, func() (vault.Index, error) { return w.Store.LoadIndex(ctx, hash) })
}

func (w slowStore) LoadCustomer(ctx context.Context, id vault.CustomerID) (vault.Customer, error) {
	return slow(ctx, w.s, storeLimit, func() (vault.Customer, error) { return w.Store.LoadCustomer(ctx, id) })
}

func (w slowStore) AddCustomer(ctx context.Context, c vault.Customer, i vault.Index) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.AddCustomer(ctx, c, i)
}

func (w slowStore) SaveCustomer(ctx context.Context, c vault.Customer) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveCustomer(ctx, c)
}

func (w slowStore) PutEvent(ctx context.Context, i inbox.Item) (inbox.Item, bool, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return inbox.Item{}, false, err
	}
	return w.Store.PutEvent(ctx, i)
}

func (w slowStore) Event(ctx context.Context, key string) (inbox.Item, error) {
	return slow(ctx, w.s, storeLimit, func() (inbox.Item, error) { return w.Store.Event(ctx, key) })
}

func (w slowStore) ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error) {
	return slow(ctx, w.s, storeLimit, func() (inbox.Item, error) { return w.Store.ClaimEvent(ctx, key, now) })
}

func (w slowStore) SettleEvent(ctx context.Context, key string, next inbox.State, reason string, now time.Time) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SettleEvent(ctx, key, next, reason, now)
}

func (w slowStore) EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) ([]string, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.EventsIn(ctx, state, cursor, limit)
}

func (w slowStore) Events(ctx context.Context, keys []string) ([]inbox.Item, error) {
	return slow(ctx, w.s, storeLimit, func() ([]inbox.Item, error) { return w.Store.Events(ctx, keys) })
}

func (w slowStore) ReplayEvent(ctx context.Context, key, by string, now time.Time) (inbox.Item, error) {
	return slow(ctx, w.s, storeLimit, func() (inbox.Item, error) { return w.Store.ReplayEvent(ctx, key, by, now) })
}

func (w slowStore) DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return slow(ctx, w.s, storeLimit, func() ([]string, error) { return w.Store.DueEvents(ctx, before, limit) })
}

func (w slowStore) Order(ctx context.Context, id order.ID) (*order.Order, error) {
	return slow(ctx, w.s, storeLimit, func() (*order.Order, error) { return w.Store.Order(ctx, id) })
}

func (w slowStore) Orders(ctx context.Context, ids []order.ID) ([]*order.Order, error) {
	return slow(ctx, w.s, storeLimit, func() ([]*order.Order, error) { return w.Store.Orders(ctx, ids) })
}

func (w slowStore) Change(ctx context.Context, id order.ID, n int) (order.Change, error) {
	return slow(ctx, w.s, storeLimit, func() (order.Change, error) { return w.Store.Change(ctx, id, n) })
}

func (w slowStore) Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error) {
	return slow(ctx, w.s, storeLimit, func() ([]order.Change, error) { return w.Store.Changes(ctx, id, after, limit) })
}

func (w slowStore) OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error) {
	return slow(ctx, w.s, storeLimit, func() (order.ID, error) { return w.Store.OrderByRef(ctx, gateway, ref) })
}

func (w slowStore) DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error) {
	return slow(ctx, w.s, storeLimit, func() ([]order.ID, error) { return w.Store.DueOrders(ctx, before, limit) })
}

func (w slowStore) CustomerOrders(ctx context.Context, customer, cursor string, limit int) ([]order.ID, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.CustomerOrders(ctx, customer, cursor, limit)
}

func (w slowStore) ReturnOrders(ctx context.Context, cursor string, limit int) ([]order.ID, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.ReturnOrders(ctx, cursor, limit)
}

func (w slowStore) DayOrders(ctx context.Context, day, cursor string, limit int) ([]order.ID, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.DayOrders(ctx, day, cursor, limit)
}

func (w slowStore) LateChanges(ctx context.Context, day, cursor string, limit int) ([]order.Change, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.LateChanges(ctx, day, cursor, limit)
}

func (w slowStore) Closing(ctx context.Context, day string) ([]daybook.Balance, error) {
	return slow(ctx, w.s, storeLimit, func() ([]daybook.Balance, error) { return w.Store.Closing(ctx, day) })
}

func (w slowStore) DayEntries(ctx context.Context, day string) ([]reconcile.Entry, error) {
	return slow(ctx, w.s, storeLimit, func() ([]reconcile.Entry, error) { return w.Store.DayEntries(ctx, day) })
}

func (w slowStore) Save(ctx context.Context, o *order.Order, c order.Change) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.Save(ctx, o, c)
}

func (w slowStore) Findings(ctx context.Context, day string) (reconcile.Findings, error) {
	return slow(ctx, w.s, storeLimit, func() (reconcile.Findings, error) { return w.Store.Findings(ctx, day) })
}

func (w slowStore) SaveEntry(ctx context.Context, e reconcile.Entry) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveEntry(ctx, e)
}

func (w slowStore) SaveClosing(ctx context.Context, day string, closing []daybook.Balance) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveClosing(ctx, day, closing)
}

func (w slowStore) SaveFindings(ctx context.Context, f reconcile.Findings) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveFindings(ctx, f)
}

func (w slowStore) WatchedStock(ctx context.Context, cursor string, limit int) ([]catalog.Watch, string, error) {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return nil, "", err
	}
	return w.Store.WatchedStock(ctx, cursor, limit)
}

func (w slowStore) ToldOfStock(ctx context.Context, watch catalog.Watch, since time.Time) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.ToldOfStock(ctx, watch, since)
}

func (w slowStore) StockCheck(ctx context.Context) (catalog.StockCheck, error) {
	return slow(ctx, w.s, storeLimit, func() (catalog.StockCheck, error) { return w.Store.StockCheck(ctx) })
}

func (w slowStore) SaveStockCheck(ctx context.Context, c catalog.StockCheck) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveStockCheck(ctx, c)
}

func (w slowStore) StockDays(ctx context.Context) ([]catalog.StockDay, error) {
	return slow(ctx, w.s, storeLimit, func() ([]catalog.StockDay, error) { return w.Store.StockDays(ctx) })
}

func (w slowStore) SaveStockDay(ctx context.Context, d catalog.StockDay) error {
	if err := w.s.call(ctx, storeLimit); err != nil {
		return err
	}
	return w.Store.SaveStockDay(ctx, d)
}

// slowGateway is the gateway, each of its methods as a call.
type slowGateway struct {
	payment.Gateway
	s *services
}

func (w slowGateway) Start(ctx context.Context, start payment.Start) (payment.Started, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Started, error) { return w.Gateway.Start(ctx, start) })
}

func (w slowGateway) Fetch(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Facts, error) { return w.Gateway.Fetch(ctx, a) })
}

func (w slowGateway) Resume(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Started, error) { return w.Gateway.Resume(ctx, a) })
}

func (w slowGateway) Close(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Facts, error) { return w.Gateway.Close(ctx, a) })
}

func (w slowGateway) Refund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.RefundFacts, error) { return w.Gateway.Refund(ctx, a, r) })
}

func (w slowGateway) FetchRefund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.RefundFacts, error) { return w.Gateway.FetchRefund(ctx, a, r) })
}

func (w slowGateway) Find(ctx context.Context, intent string) (payment.Facts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Facts, error) { return w.Gateway.Find(ctx, intent) })
}

func (w slowGateway) Confirm(ctx context.Context, a payment.Attempt, token string) (payment.Facts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Facts, error) { return w.Gateway.Confirm(ctx, a, token) })
}

func (w slowGateway) Capture(ctx context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	return slow(ctx, w.s, gatewayLimit, func() (payment.Facts, error) { return w.Gateway.Capture(ctx, a, c) })
}

func (w slowGateway) Events(ctx context.Context, since time.Time, cursor string) ([]payment.Event, string, error) {
	if err := w.s.call(ctx, gatewayLimit); err != nil {
		return nil, "", err
	}
	return w.Gateway.Events(ctx, since, cursor)
}

// slowKMS is the key service.
type slowKMS struct{ s *services }

func (w slowKMS) GenerateDataKey(ctx context.Context, bound map[string]string) (plain, wrapped []byte, err error) {
	if err := w.s.call(ctx, kmsLimit); err != nil {
		return nil, nil, err
	}
	return w.s.KMS.GenerateDataKey(ctx, bound)
}

func (w slowKMS) Decrypt(ctx context.Context, wrapped []byte, bound map[string]string) ([]byte, error) {
	return slow(ctx, w.s, kmsLimit, func() ([]byte, error) { return w.s.KMS.Decrypt(ctx, wrapped, bound) })
}

// Start, Alive, Succeed and Cancel are assembly.Machine's.
func (s *services) Start(ctx context.Context, _, _ string) error { return s.call(ctx, machineLimit) }

func (s *services) Alive(ctx context.Context, _ string) (bool, error) {
	return true, s.call(ctx, machineLimit)
}

func (s *services) Succeed(ctx context.Context, _ string) error { return s.call(ctx, machineLimit) }

func (s *services) Cancel(ctx context.Context, _ string) error { return s.call(ctx, machineLimit) }

func (s *services) links(ctx context.Context) (link.Signer, error) {
	return s.Signer, s.call(ctx, secretsLimit)
}

func (s *services) gateways(ctx context.Context, _ string) (payment.Gateway, error) {
	return slowGateway{s.Gateway, s}, s.call(ctx, secretsLimit)
}

func (s *services) send(ctx context.Context, _ string) error { return s.call(ctx, queueLimit) }

func (s *services) mail(ctx context.Context, _ shop.Sender, _ person.Email, _, _, _ string) error {
	return s.call(ctx, mailLimit)
}

// verify reads the webhook's secret and takes every delivery.
func (s *services) verify(ctx context.Context, _ []byte, _ func(string) string) (payment.Event, error) {
	return payment.Event{Gateway: "stripe", ID: "evt_1", Subject: payment.AboutPayment}, s.call(ctx, secretsLimit)
}
