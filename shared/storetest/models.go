package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
)

var modelRows = []row{
	{"stock does what counting by hand does", modelStock},
	{"stock of many clients at once is as if one came after the other", modelHistory},
	{"so are units in several counters and locations, though they are not read at one moment", modelBins},
}

// wants is one step of a model: a move, a stock-take or a reading.
type wants struct {
	kind     catalog.MoveKind
	quantity int64
}

// Steps that are no moves.
const (
	count catalog.MoveKind = "count"
	read  catalog.MoveKind = "read"
)

// answer is what a step saw: whether it was allowed, and the stock that a reading found.
type answer struct {
	allowed bool
	seen    catalog.Stock
}

// byHand is the naive model of one SKU's stock.
func byHand(s catalog.Stock, w wants) (catalog.Stock, answer) {
	next := s
	switch w.kind {
	case read:
		return s, answer{true, s}
	case count:
		next.Free = w.quantity - s.Reserved
	case catalog.Reserve:
		next.Free, next.Reserved = s.Free-w.quantity, s.Reserved+w.quantity
	case catalog.Release:
		next.Free, next.Reserved = s.Free+w.quantity, s.Reserved-w.quantity
	case catalog.Sell:
		next.Reserved, next.Sold = s.Reserved-w.quantity, s.Sold+w.quantity
	case catalog.Return:
		next.Free, next.Sold = s.Free+w.quantity, s.Sold-w.quantity
	}
	if next.Free < 0 || next.Reserved < 0 || next.Sold < 0 {
		return s, answer{}
	}
	return next, answer{allowed: true}
}

// take does a step on the store. Each move is a new order's, so keys must differ.
func take(t *testing.T, s Store, key string, sku catalog.SKU, w wants) (answer, error) {
	t.Helper()
	var a answer
	err := insist(func() (err error) {
		switch w.kind {
		case read:
			a.seen, err = s.Stock(t.Context(), sku)
		case count:
			_, err = catalog.Count(t.Context(), s, sku, w.quantity)
		default:
			err = apply(t, s, key, move(sku, w.kind, w.quantity))
		}
		return err
	})
	a.allowed = err == nil
	if fault.Code(err) == "out_of_stock" || fault.Code(err) == "stock_reserved" {
		err = nil
	}
	return a, err
}

func modelStock(t *testing.T, s Store) {
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		sku := catalog.SKU(fmt.Sprintf("sku-%d", run))
		onHand := rapid.Int64Range(0, 20).Draw(r, "on hand")
		mustSet(t, s, sku, onHand)
		model := catalog.Stock{SKU: sku, Free: onHand}
		for i := range rapid.IntRange(1, 15).Draw(r, "steps") {
			w := wants{
				kind:     rapid.SampledFrom([]catalog.MoveKind{catalog.Reserve, catalog.Release, catalog.Sell, catalog.Return, count, read}).Draw(r, "kind"),
				quantity: rapid.Int64Range(1, 12).Draw(r, "quantity"),
			}
			next, want := byHand(model, w)
			got, err := take(t, s, fmt.Sprintf("k%d-%d", run, i), sku, w)
			if err != nil || got != want {
				r.Fatalf("%+v of %+v: got %+v, %v; want %+v", w, model, got, err, want)
			}
			model = next
		}
		if got, err := s.Stock(t.Context(), sku); err != nil || got != model {
			r.Fatalf("in the end %+v, %v; want %+v", got, err, model)
		}
	})
}

// modelHistory lets clients move one stock at once, and asks porcupine whether some order of their steps, each within the
// time that it took, explains every answer.
func modelHistory(t *testing.T, s Store) {
	const clients, steps = 5, 12
	mustSet(t, s, "mug", 6)
	kinds := []catalog.MoveKind{catalog.Reserve, read, catalog.Release, catalog.Sell, catalog.Return, catalog.Reserve}
	var clock atomic.Int64
	var mu sync.Mutex
	var history []porcupine.Operation
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for step := range steps {
				w := wants{kinds[(client+step)%len(kinds)], int64(1 + (client*step)%3)}
				op := porcupine.Operation{ClientId: client, Input: w, Call: clock.Add(1)}
				got, err := take(t, s, fmt.Sprintf("k%d-%d", client, step), "mug", w)
				op.Output, op.Return = got, clock.Add(1)
				if err != nil {
					t.Errorf("%+v: %v", w, err)
				}
				mu.Lock()
				history = append(history, op)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	model := porcupine.Model{
		Init: func() any { return catalog.Stock{SKU: "mug", Free: 6} },
		Step: func(state, input, output any) (bool, any) {
			next, want := byHand(state.(catalog.Stock), input.(wants))
			return want == output.(answer), next
		},
	}
	if got := porcupine.CheckOperationsTimeout(model, history, 20*time.Second); got != porcupine.Ok {
		t.Errorf("the history of %d steps is %s", len(history), got)
	}
}
