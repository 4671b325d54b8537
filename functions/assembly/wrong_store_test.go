package assembly_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
)

// broken are stores that are wrong in one way each.
func broken() map[string]defect {
	return map[string]defect{
		"a save that another was faster than is said to be done": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			if err := s.Store.Save(ctx, o, c); fault.Code(err) != order.VersionConflict {
				return err
			}
			return nil
		}},
		"one save in ten is forgotten": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			if s.dice.IntN(10) == 0 {
				return nil
			}
			return s.Store.Save(ctx, o, c)
		}},
		"a done save is said to be short of stock": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			if err := s.Store.Save(ctx, o, c); err != nil || len(c.Stock) == 0 || s.dice.IntN(10) > 0 {
				return err
			}
			return catalog.Shortage(c.Stock[0].SKU)
		}},
		"of an order of two products one is reserved": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			c.Stock = c.Stock[:min(1, len(c.Stock))]
			return s.Store.Save(ctx, o, c)
		}},
		"stock is checked in one step and taken in another": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			for _, m := range c.Stock {
				free, reserved, _ := m.Deltas()
				if there, err := s.Store.Stock(ctx, m.SKU); err != nil || there.Free+free < 0 || there.Reserved+reserved < 0 {
					return catalog.Shortage(m.SKU)
				}
			}
			s.stage.pause(s.client)
			err := s.Store.Save(ctx, o, c)
			if len(catalog.ShortSKUs(err)) == 0 {
				return err
			}
			c.Stock = nil // Taken all the same, from nothing.
			return s.Store.Save(ctx, o, c)
		}},
		"a client reads the stock that it once read": {read: func() func(*shaky, context.Context, catalog.SKU) (catalog.Stock, error) {
			var mu sync.Mutex
			known := map[*shaky]map[catalog.SKU]catalog.Stock{}
			return func(s *shaky, ctx context.Context, sku catalog.SKU) (catalog.Stock, error) {
				mu.Lock()
				defer mu.Unlock()
				if known[s] == nil {
					known[s] = map[catalog.SKU]catalog.Stock{}
				}
				if old, there := known[s][sku]; there {
					return old, nil
				}
				got, err := s.Store.Stock(ctx, sku)
				known[s][sku] = got
				return got, err
			}
		}()},
	}
}

// TestAStoreThatIsWrongIsNoticed: the checker refuses a history of each broken store, soon.
func TestAStoreThatIsWrongIsNoticed(t *testing.T) {
	sent := requests(t)
	for name, wrong := range broken() {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(40) {
				if porcupine.CheckOperationsTimeout(model(true), history(t, sent, 2*seed, true, wrong), 30*time.Second) == porcupine.Illegal {
					t.Logf("refused at seed %d", 2*seed)
					return
				}
			}
			t.Error("forty histories were taken")
		})
	}
}

// brokenBins are stores that are wrong about bins in one way each.
func brokenBins() map[string]defect {
	return map[string]defect{
		"what is released goes to the first bin": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			c.Stock = slices.Clone(c.Stock)
			for i := range c.Stock {
				if c.Stock[i].Kind == catalog.Release {
					c.Stock[i].Bin = ""
				}
			}
			return s.Store.Save(ctx, o, c)
		}},
		"of an order from two bins one is reserved": {save: func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error {
			c.Stock = c.Stock[:min(1, len(c.Stock))]
			return s.Store.Save(ctx, o, c)
		}},
		"an empty bin is said to be a product that is sold out": {bins: func(s *shaky, ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
			got, err := s.Store.Spread(ctx, sku)
			got.Tallies = slices.Clone(got.Tallies)
			for i := range got.Tallies {
				if got.Tallies[i].Bin != "" {
					got.Tallies[i].Open = 0
				}
			}
			return got, err
		}},
		"a client reads the bins that it once read": {bins: func() func(*shaky, context.Context, catalog.SKU) (catalog.Spread, error) {
			var mu sync.Mutex
			known := map[*shaky]catalog.Spread{}
			return func(s *shaky, ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
				mu.Lock()
				defer mu.Unlock()
				if old, there := known[s]; there && old.SKU == sku {
					return old, nil
				}
				got, err := s.Store.Spread(ctx, sku)
				if known[s].SKU == "" {
					known[s] = got
				}
				return got, err
			}
		}()},
		"what is brought elsewhere is brought again by its repeat": {note: func(s *shaky, ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
			w.Key = ""
			return s.Store.EnterStock(ctx, sku, w)
		}},
		"units are brought away in one step and come in another": {note: func(s *shaky, ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
			if w.To == "" {
				return s.Store.EnterStock(ctx, sku, w)
			}
			away, come := w, w
			away.To, away.Moved, away.Change, away.Key = "", 0, -w.Moved, w.Key+"-away"
			come.To, come.Moved, come.Change, come.Key, come.Location = "", 0, w.Moved, w.Key+"-come", w.To
			if got, err := s.Store.EnterStock(ctx, sku, away); err != nil {
				return got, err
			}
			s.stage.pause(s.client)
			return s.Store.EnterStock(ctx, sku, come)
		}},
	}
}

// TestAStoreThatIsWrongAboutBinsIsNoticed: the same for histories of stock in bins.
func TestAStoreThatIsWrongAboutBinsIsNoticed(t *testing.T) {
	sent := binRequests(t)
	for name, wrong := range brokenBins() {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(40) {
				if porcupine.CheckOperationsTimeout(binModel(), binHistory(t, sent, 2*seed, true, wrong), 30*time.Second) == porcupine.Illegal {
					t.Logf("refused at seed %d", 2*seed)
					return
				}
			}
			t.Error("forty histories were taken")
		})
	}
}
