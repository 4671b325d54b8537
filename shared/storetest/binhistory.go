package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"till/shared/catalog"
	"till/shared/fault"
)

// binsKept are the bins of the SKUs whose histories are taken: three counters of the main location, and another location.
var binsKept = [...]catalog.Bin{"", "~1", "~2", "north"}

// rack is the naive model of one SKU's bins.
type rack struct {
	bins     [len(binsKept)]tally
	counters int64 // Over how many of the main location's counters units are spread; the others are drained.
}

type tally struct{ open, reserved, sold int64 }

// asked is one step of a client at the bins: moves of an order, an entry, or the reading of one bin.
type asked struct {
	do    string // "order", "count", "counters", "bring" or "read".
	moves [2]binMove
	bin   int   // That is read, or from whose location units are brought, or that is counted.
	n     int64 // How many are counted or brought, or the number of counters.
}

// binMove moves units of one bin; none, if n is 0.
type binMove struct {
	kind catalog.MoveKind
	bin  int
	n    int64
}

// told is what a step was answered: whether it was done, and what a reading saw.
type told struct {
	done bool
	seen tally
}

// away tells whether a bin is at the other location.
func away(bin int) bool { return bin == len(binsKept)-1 }

// sum is what is open and reserved at one location.
func (r rack) sum(away bool) (open, reserved int64) {
	if last := len(r.bins) - 1; away {
		return r.bins[last].open, r.bins[last].reserved
	}
	for _, b := range r.bins[:len(r.bins)-1] {
		open, reserved = open+b.open, reserved+b.reserved
	}
	return open, reserved
}

// deal spreads what is open at a location over its counters.
func (r rack) deal(open int64, away bool) rack {
	if last := len(r.bins) - 1; away {
		r.bins[last].open = open
		return r
	}
	for i := range int64(len(r.bins) - 1) {
		r.bins[i].open = 0
		if i < r.counters {
			r.bins[i].open = open / r.counters
			if i < open%r.counters {
				r.bins[i].open++
			}
		}
	}
	return r
}

// after is what a step does, and what it is answered.
func (r rack) after(a asked) (rack, told) {
	there := away(a.bin)
	open, reserved := r.sum(there)
	switch a.do {
	case "read":
		return r, told{true, r.bins[a.bin]}
	case "count":
		if a.n < reserved {
			return r, told{}
		}
		return r.deal(a.n-reserved, there), told{done: true}
	case "counters":
		r.counters = a.n
		return r.deal(open, false), told{done: true}
	case "bring":
		if open < a.n {
			return r, told{}
		}
		gets, _ := r.sum(!there)
		return r.deal(open-a.n, there).deal(gets+a.n, !there), told{done: true}
	}
	next := r
	for _, m := range a.moves {
		b := &next.bins[m.bin]
		switch m.kind {
		case catalog.Reserve:
			b.open, b.reserved = b.open-m.n, b.reserved+m.n
		case catalog.Release:
			b.open, b.reserved = b.open+m.n, b.reserved-m.n
		case catalog.Sell:
			b.reserved, b.sold = b.reserved-m.n, b.sold+m.n
		case catalog.Return:
			b.open, b.sold = b.open+m.n, b.sold-m.n
		}
		if b.open < 0 || b.reserved < 0 || b.sold < 0 {
			return r, told{}
		}
	}
	return next, told{done: true}
}

// draw gives a client's next step.
func draw(dice *rand.Rand) asked {
	a := asked{do: []string{"order", "order", "order", "order", "read", "read", "count", "bring", "counters"}[dice.IntN(9)], bin: dice.IntN(len(binsKept)),
		n: int64(1 + dice.IntN(3))}
	switch a.do {
	case "counters":
		a.bin = 0
	case "count":
		a.n = int64(dice.IntN(9))
	case "order":
		first := dice.IntN(len(binsKept))
		for i := range 1 + dice.IntN(2) {
			a.moves[i] = binMove{[]catalog.MoveKind{catalog.Reserve, catalog.Reserve, catalog.Release, catalog.Sell, catalog.Return}[dice.IntN(5)],
				(first + i) % len(binsKept), int64(1 + dice.IntN(2))}
		}
	}
	return a
}

// ask does a step that is no reading.
func (a asked) ask(t *testing.T, s Store, key string, sku catalog.SKU) (told, error) {
	here, there := catalog.Main, catalog.Location("north")
	if away(a.bin) {
		here, there = there, here
	}
	err := insist(func() error {
		switch a.do {
		case "count":
			return enter(t, s, sku, catalog.Wish{Entry: catalog.Entry{Counted: &a.n, Location: here}, Over: catalog.AnyEntry})
		case "counters":
			return enter(t, s, sku, counters(int(a.n)))
		case "bring":
			return enter(t, s, sku, transfer(here, there, a.n))
		}
		var moves []catalog.Move
		for _, m := range a.moves {
			if m.n > 0 {
				moves = append(moves, catalog.Move{SKU: sku, Kind: m.kind, Quantity: m.n, Bin: binsKept[m.bin]})
			}
		}
		return apply(t, s, key, moves...)
	})
	if code := fault.Code(err); code == "out_of_stock" || code == "stock_reserved" {
		return told{}, nil
	}
	return told{done: err == nil}, err
}

// history is what clients saw of one SKU's bins.
type history struct {
	mu    sync.Mutex
	clock atomic.Int64
	steps []porcupine.Operation
}

func (h *history) note(client int, in asked, call int64, out told) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.steps = append(h.steps, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: h.clock.Add(1)})
}

// look reads all bins. They are not read at one moment, so each is a reading of its own within the time that it took.
func (h *history) look(t *testing.T, s Store, client int, sku catalog.SKU) {
	call := h.clock.Add(1)
	spread, err := s.Spread(t.Context(), sku)
	if err != nil || len(spread.Tallies) != len(binsKept) {
		t.Errorf("%d bins, %v", len(spread.Tallies), err)
		return
	}
	for _, c := range spread.Tallies {
		h.note(client, asked{do: "read", bin: slices.Index(binsKept[:], c.Bin)}, call, told{true, tally{c.Open, c.Reserved, c.Sold}})
	}
}

// rackModel is a SKU with seven units at the main location and three at the other.
func rackModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return rack{counters: 3}.deal(7, false).deal(3, true) },
		Step: func(state, input, output any) (bool, any) {
			next, want := state.(rack).after(input.(asked))
			return want == output.(told), next
		},
	}
}

// modelBins lets clients order, count, bring and spread the units of one SKU at once. An order's moves in several bins, and an entry over
// all of them, are one step each: they happen at one moment.
func modelBins(t *testing.T, s Store) {
	// Three clients, or to refute a history takes as long as it likes: it grows with the steps to the power of the clients.
	const rounds, clients, steps = 6, 3, 12
	for round := range rounds {
		sku := catalog.SKU(fmt.Sprintf("mug-%d", round))
		mustSet(t, s, sku, 10)
		mustNote(t, s, sku, counters(3))
		mustNote(t, s, sku, transfer("", "north", 3))
		var h history
		var all sync.WaitGroup
		for client := range clients {
			all.Go(func() {
				dice := rand.New(rand.NewPCG(uint64(round), uint64(client)))
				for step := range steps {
					a := draw(dice)
					if a.do == "read" {
						h.look(t, s, client, sku)
						continue
					}
					call := h.clock.Add(1)
					got, err := a.ask(t, s, fmt.Sprintf("b%d-%d-%d", round, client, step), sku)
					if err != nil {
						t.Errorf("%+v: %v", a, err)
					}
					h.note(client, a, call, got)
				}
			})
		}
		all.Wait()
		h.look(t, s, clients, sku)
		if got := porcupine.CheckOperationsTimeout(rackModel(), h.steps, 20*time.Second); got != porcupine.Ok {
			t.Errorf("round %d: the history of %d steps is %s", round, len(h.steps), got)
		}
		lost := slices.Clone(h.steps)
		last := lost[len(lost)-1].Output.(told)
		last.seen.reserved += 100
		lost[len(lost)-1].Output = last
		if got := porcupine.CheckOperationsTimeout(rackModel(), lost, 20*time.Second); got != porcupine.Illegal {
			t.Errorf("round %d: with units that nobody reserved the history is %s", round, got)
		}
	}
}
