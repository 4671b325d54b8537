package world

import (
	"context"
	"time"

	"till/scripts/localshop"
	"till/scripts/simulate/faults"
	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/shop"
)

// flaky is the store as a client library reaches it: what was answered may be sent again, and what indexes show may be old.
type flaky struct {
	localshop.Store
	w *World
}

// again makes the call, and once more if its first answer was lost.
func again[T any](f *flaky, call func() (T, error)) (T, error) {
	got, err := call()
	if f.w.taken(faults.Again) {
		return call()
	}
	return got, err
}

// Save is storetest.Store's.
func (f *flaky) Save(ctx context.Context, o *order.Order, c order.Change) error {
	j := f.w.job()
	byNext := j != nil && j.next && j.function == "shopper/placeorder"
	if byNext {
		var err error
		if o, c, err = placedByNext(o, c); err != nil {
			return err
		}
	}
	_, err := again(f, func() (struct{}, error) { return struct{}{}, f.Store.Save(ctx, o, c) })
	if byNext && err == nil {
		f.w.placedNext[o.ID()] = true
	}
	return err
}

// PutEvent is storetest.Store's.
func (f *flaky) PutEvent(ctx context.Context, i inbox.Item) (existing inbox.Item, fresh bool, err error) {
	existing, err = again(f, func() (inbox.Item, error) {
		existing, fresh, err = f.Store.PutEvent(ctx, i)
		return existing, err
	})
	if j := f.w.job(); j != nil && j.next && fresh && err == nil {
		f.w.Store.AmendEvent(i.Event.Key(), withMember)
		f.w.keptNext++
	}
	return existing, fresh, err
}

// ClaimEvent is storetest.Store's.
func (f *flaky) ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error) {
	return again(f, func() (inbox.Item, error) { return f.Store.ClaimEvent(ctx, key, now) })
}

// SettleEvent is storetest.Store's.
func (f *flaky) SettleEvent(ctx context.Context, key string, state inbox.State, reason string, now time.Time) error {
	_, err := again(f, func() (struct{}, error) { return struct{}{}, f.Store.SettleEvent(ctx, key, state, reason, now) })
	return err
}

// SaveProduct is storetest.Store's.
func (f *flaky) SaveProduct(ctx context.Context, p catalog.Product, e catalog.Edit) error {
	_, err := again(f, func() (struct{}, error) { return struct{}{}, f.Store.SaveProduct(ctx, p, e) })
	return err
}

// SaveSettings is storetest.Store's.
func (f *flaky) SaveSettings(ctx context.Context, v shop.Version) error {
	_, err := again(f, func() (struct{}, error) { return struct{}{}, f.Store.SaveSettings(ctx, v) })
	return err
}

// EnterStock is storetest.Store's.
func (f *flaky) EnterStock(ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
	return again(f, func() (catalog.Stock, error) { return f.Store.EnterStock(ctx, sku, w) })
}

// DueOrders is storetest.Store's.
func (f *flaky) DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error) {
	got, err := f.Store.DueOrders(ctx, before, limit)
	if err == nil && f.w.taken(faults.Stale) {
		return f.w.dueOrders, nil
	}
	if err == nil {
		f.w.dueOrders = got
	}
	return got, err
}

// DueEvents is storetest.Store's.
func (f *flaky) DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error) {
	got, err := f.Store.DueEvents(ctx, before, limit)
	if err == nil && f.w.taken(faults.Stale) {
		return f.w.dueEvents, nil
	}
	if err == nil {
		f.w.dueEvents = got
	}
	return got, err
}
