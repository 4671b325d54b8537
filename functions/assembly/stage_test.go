package assembly_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/memory"
	"till/shared/order"
)

// stage lets clients act at once. On a stage with a script one client goes on at a time, from one call of the store to the
// next, and the script's seed picks which: the same seed, the same history. On a stage without one they run as they will.
type stage struct {
	clock  atomic.Int64
	script *rand.Rand // Nil: no script.
	turns  []chan struct{}
	back   chan bool // A client came to its next call: true when it has left for good.
}

func newStage(clients int, script *rand.Rand) *stage {
	s := &stage{script: script, back: make(chan bool)}
	for range clients {
		s.turns = append(s.turns, make(chan struct{}))
	}
	return s
}

// pause is where another client may go on.
func (s *stage) pause(client int) {
	if s.script == nil {
		runtime.Gosched()
		return
	}
	s.back <- false
	<-s.turns[client]
}

// play runs every client's act to its end.
func (s *stage) play(act func(client int)) {
	var all sync.WaitGroup
	for client := range s.turns {
		all.Go(func() {
			if s.script == nil {
				act(client)
				return
			}
			<-s.turns[client]
			act(client)
			s.back <- true
		})
	}
	if s.script != nil {
		for here := s.script.Perm(len(s.turns)); len(here) > 0; {
			i := s.script.IntN(len(here))
			s.turns[here[i]] <- struct{}{}
			if <-s.back {
				here = append(here[:i], here[i+1:]...)
			}
		}
	}
	all.Wait()
}

// shaky is a store as one client sees it: others act between its calls, and some calls fail, before their effect or, with
// the answer lost, after it.
type shaky struct {
	*memory.Store
	stage  *stage
	client int
	dice   *rand.Rand
	calm   bool // Nothing fails.
	struck bool // A call has failed since this was last set to false.
	bins   bool // Others act between readings of bins, too, and those fail.
	broken defect
}

// defect is a way in which a store may be wrong, so that the checker is seen to notice. Nil functions leave it right.
type defect struct {
	save func(s *shaky, ctx context.Context, o *order.Order, c order.Change) error
	read func(s *shaky, ctx context.Context, sku catalog.SKU) (catalog.Stock, error)
	bins func(s *shaky, ctx context.Context, sku catalog.SKU) (catalog.Spread, error)
	note func(s *shaky, ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error)
}

// strike fails one call in fourteen.
func (s *shaky) strike(kind fault.Kind, code string) error {
	s.stage.pause(s.client)
	if s.calm || s.dice.IntN(14) > 0 {
		return nil
	}
	s.struck = true
	return fault.New(kind, "history", code, "")
}

// around is one call of the store.
func around[T any](s *shaky, effect func() (T, error)) (T, error) {
	var none T
	if err := s.strike(fault.Unavailable, "dependency_unavailable"); err != nil {
		return none, err
	}
	got, err := effect()
	if lost := s.strike(fault.Unknown, "outcome_unknown"); lost != nil {
		return none, lost
	}
	return got, err
}

func (s *shaky) Order(ctx context.Context, id order.ID) (*order.Order, error) {
	return around(s, func() (*order.Order, error) { return s.Store.Order(ctx, id) })
}

func (s *shaky) Save(ctx context.Context, o *order.Order, c order.Change) error {
	_, err := around(s, func() (struct{}, error) {
		if s.broken.save != nil {
			return struct{}{}, s.broken.save(s, ctx, o, c)
		}
		return struct{}{}, s.Store.Save(ctx, o, c)
	})
	return err
}

func (s *shaky) EnterStock(ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
	return around(s, func() (catalog.Stock, error) {
		if s.broken.note != nil {
			return s.broken.note(s, ctx, sku, w)
		}
		return s.Store.EnterStock(ctx, sku, w)
	})
}

func (s *shaky) Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
	if !s.bins {
		return s.Store.Spread(ctx, sku)
	}
	return around(s, func() (catalog.Spread, error) {
		if s.broken.bins != nil {
			return s.broken.bins(s, ctx, sku)
		}
		return s.Store.Spread(ctx, sku)
	})
}

func (s *shaky) Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	if !s.bins {
		return s.Store.Spreads(ctx, skus)
	}
	return around(s, func() (map[catalog.SKU]catalog.Spread, error) { return s.Store.Spreads(ctx, skus) })
}

func (s *shaky) Stock(ctx context.Context, sku catalog.SKU) (catalog.Stock, error) {
	return around(s, func() (catalog.Stock, error) {
		if s.broken.read != nil {
			return s.broken.read(s, ctx, sku)
		}
		return s.Store.Stock(ctx, sku)
	})
}
