package assembly_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/order"
)

// binNames are where each product of these histories is counted: three counters of the main location, and another one.
var binNames = [...]catalog.Bin{"", "~1", "~2", "north"}

const north = len(binNames) - 1 // The bin of the other location.

// units4 are so many units in each bin.
type units4 [len(binNames)]int8

// binned is one product, bin by bin.
type binned struct{ open, reserved, sold units4 }

func sum(all []int8) (n int8) {
	for _, each := range all {
		n += each
	}
	return n
}

// at is what is open and reserved at a location.
func (b *binned) at(away bool) (open, reserved int8) {
	if away {
		return b.open[north], b.reserved[north]
	}
	return sum(b.open[:north]), sum(b.reserved[:north])
}

// deal spreads what is open at a location evenly over its counters.
func (b *binned) deal(open int8, away bool, counters int8) {
	if away {
		b.open[north] = open
		return
	}
	for i := range int8(north) {
		b.open[i] = 0
		if i < counters {
			b.open[i] = open / counters
			if i < open%counters {
				b.open[i]++
			}
		}
	}
}

// binWants is one step of a client: as wants, or one of staff about a product's bins.
type binWants struct {
	wants
	away bool      // Counted, or brought from, the other location.
	n    int8      // Units that are brought; or the number of counters.
	took [2]units4 // Where the units of the key's order are, of each product, if it was ever placed. As the order's first change has it.
}

// binSaw is what a client was answered.
type binSaw struct {
	word, short string
	bins        binned
}

// binShop is the naive model of a shop whose products lie in bins.
type binShop struct {
	shelf    [2]binned
	counters [2]int8
	orders   [keys]byte
}

// staffs is what a step of staff does, and its answer.
func (s binShop) staffs(w binWants) (binShop, binSaw) {
	b := &s.shelf[w.sku]
	open, reserved := b.at(w.away)
	switch w.do {
	case "read":
		return s, binSaw{word: "read", bins: *b}
	case "count":
		if int8(w.onHand) < reserved {
			return s, binSaw{word: "below"}
		}
		b.deal(int8(w.onHand)-reserved, w.away, s.counters[w.sku])
		return s, binSaw{word: "counted"}
	case "spread":
		s.counters[w.sku] = w.n
		b.deal(open, false, w.n)
		return s, binSaw{word: "counted"}
	default: // bring
		if open < w.n {
			return s, binSaw{word: "below"}
		}
		there, _ := b.at(!w.away)
		b.deal(open-w.n, w.away, s.counters[w.sku])
		b.deal(there+w.n, !w.away, s.counters[w.sku])
		return s, binSaw{word: "done"}
	}
}

// places is placing an order that is not there: what the shop is like with it. Not possible if its bins do not have it.
func (s binShop) places(w binWants) (next binShop, possible bool) {
	n := units(w.key)
	for i, took := range w.took {
		if int64(sum(took[:])) != n[i] {
			return s, false
		}
		b := &s.shelf[i]
		for bin, m := range took {
			b.open[bin], b.reserved[bin] = b.open[bin]-m, b.reserved[bin]+m
			if b.open[bin] < 0 {
				return s, false
			}
		}
	}
	s.orders[w.key] = w.variant
	return s, true
}

// short tells whether there is too little of a product of those that an answer names. Each is looked up at a moment of its own, so
// there need be none at which all are.
func (s binShop) short(w binWants, named string) bool {
	for i, n := range units(w.key) {
		if strings.ContainsRune(named, rune('0'+i)) && int64(sum(s.shelf[i].open[:])) < n {
			return true
		}
	}
	return false
}

// ends is cancelling or selling an order, and its answer. Units go where they were taken.
func (s binShop) ends(w binWants) (binShop, binSaw) {
	o := s.orders[w.key]
	switch {
	case o == 0:
		return s, binSaw{word: "absent"}
	case w.do == "cancel" && o < 'a' || w.do == "sell" && o >= cancelled:
		return s, binSaw{word: "refused"}
	case w.do == "cancel" && o < cancelled:
		s.orders[w.key] += cancelled
	case w.do == "sell" && o >= 'a':
		s.orders[w.key] -= 'a' - 'A'
	default:
		return s, binSaw{word: "done"}
	}
	for i, took := range w.took {
		b := &s.shelf[i]
		for bin, m := range took {
			b.reserved[bin] -= m
			if w.do == "cancel" {
				b.open[bin] += m
			} else {
				b.sold[bin] += m
			}
		}
	}
	return s, binSaw{word: "done"}
}

// step gives the shops that there may be after an answer; none, if it could not have been answered so.
func (s binShop) step(w binWants, got binSaw) []any {
	next, possible := s, true
	var want binSaw
	switch w.do {
	case "place":
		if o := s.orders[w.key]; o == 0 {
			next, possible = s.places(w)
			want = binSaw{word: "done"}
			if got.word == "short" && s.short(w, got.short) {
				return []any{s}
			}
		} else if want = (binSaw{word: "reused"}); strings.EqualFold(string(rune(o&^cancelled)), string(rune(w.variant))) {
			want = binSaw{word: "done"}
		}
	case "cancel", "sell":
		next, want = s.ends(w)
	default:
		next, want = s.staffs(w)
	}
	switch {
	case got.word == "lost" && possible && next != s:
		return []any{s, next}
	case got.word == "lost", got.word == "down", got.word == "busy" && s.orders[w.key] != 0:
		return []any{s}
	case possible && got == want:
		return []any{next}
	}
	return nil
}

// opened is the shop that each history begins with: 6 and 8 units, of which 2 and 3 are at the other location.
func opened() (s binShop) {
	for i := range s.shelf {
		s.counters[i] = 3
		s.shelf[i].deal(int8(4+i), false, 3)
		s.shelf[i].deal(int8(2+i), true, 3)
	}
	return s
}

func binModel() porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{opened()} },
		Step: func(state, input, output any) []any { return state.(binShop).step(input.(binWants), output.(binSaw)) },
	}
	return m.ToModel()
}

// binWish draws a step.
func binWish(dice *rand.Rand) binWants {
	w := binWants{wants: wish(dice), away: dice.IntN(3) == 0, n: int8(1 + dice.IntN(3))}
	if w.do == "count" {
		w.do = []string{"count", "bring", "bring", "spread"}[dice.IntN(4)]
		w.onHand = dice.Int64N(7)
	}
	w.away = w.away && w.do != "spread"
	return w
}

// doBins takes one step. Stock-takes and spreads have no key and are sent once; what is brought has one.
func (c *client) doBins(w binWants, key string) binSaw {
	tries := 1
	var body string
	switch w.do {
	default:
		got := c.do(w.wants)
		return binSaw{word: got.word, short: got.short}
	case "read":
		return c.readBins(w)
	case "count":
		body = fmt.Sprintf(`{"on_hand":%d,"location":%q}`, w.onHand, map[bool]string{true: "north", false: "main"}[w.away])
	case "spread":
		body = fmt.Sprintf(`{"counters":%d}`, w.n)
	case "bring":
		tries, body = 3, fmt.Sprintf(`{"to":"north","quantity":%d,"reason":"transferred"}`, w.n)
		if w.away {
			body = fmt.Sprintf(`{"location":"north","to":"main","quantity":%d,"reason":"transferred"}`, w.n)
		}
	}
	c.struck = false
	words := map[string]string{"done": "counted", "stock_reserved": "below"}
	if w.do == "bring" {
		words["done"] = "done"
	}
	for range tries {
		if got := named(c.ask(c.count, w.do, key, body, order.ID(skus[w.sku])), words); got.word != "dependency_unavailable" {
			return binSaw{word: got.word}
		}
	}
	if !c.struck {
		c.shop.Errorf("%+v is down though nothing has failed", w)
	}
	return binSaw{word: "lost"}
}

func (c *client) readBins(w binWants) binSaw {
	got, err := c.Spread(context.Background(), skus[w.sku])
	if err != nil {
		return binSaw{word: "lost"}
	}
	out := binSaw{word: "read"}
	for _, each := range got.Tallies {
		for bin, name := range binNames {
			if each.Bin == name {
				out.bins.open[bin], out.bins.reserved[bin], out.bins.sold[bin] = int8(each.Open), int8(each.Reserved), int8(each.Sold)
			}
		}
	}
	return out
}

// binHistory lets five clients use a shop whose products lie in bins.
func binHistory(t *testing.T, requests map[string]apigw.Request, seed uint64, scripted bool, broken defect) []porcupine.Operation {
	t.Helper()
	s := shoptest.New(t)
	s.Locations("north")
	for i := range skus {
		for _, e := range []catalog.Entry{{Counted: new(int64(6 + 2*i))}, {Counters: 3}, {To: "north", Moved: int64(2 + i), Reason: "transferred"}} {
			e.By, e.At = "seed", s.Now()
			if _, err := s.Store.EnterStock(t.Context(), skus[i], catalog.Wish{Entry: e, Over: catalog.AnyEntry}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var script *rand.Rand
	if scripted {
		script = rand.New(rand.NewPCG(seed, 1))
	}
	on := newStage(clients, script)
	var mu sync.Mutex
	var out []porcupine.Operation
	on.play(func(i int) {
		dice := rand.New(rand.NewPCG(seed, uint64(i)+100))
		c := newClient(s, &shaky{Store: s.Store, stage: on, client: i, dice: dice, calm: seed%4 == 0, bins: true, broken: broken}, requests)
		for step := range steps {
			w := binWish(dice)
			op := porcupine.Operation{ClientId: i, Input: w, Call: on.clock.Add(1)}
			got := c.doBins(w, fmt.Sprintf("entry-%d-%d", i, step))
			op.Output, op.Return = got, on.clock.Add(1)
			mu.Lock()
			out = append(out, op)
			mu.Unlock()
		}
	})
	for i := range out {
		w := out[i].Input.(binWants)
		w.took = reservedIn(t, s, w.key)
		out[i].Input = w
	}
	return out
}

// reservedIn is from which bins the order of a key took its units; nothing, if it was never placed.
func reservedIn(t *testing.T, s *shoptest.Shop, key int) (took [2]units4) {
	t.Helper()
	first, err := s.Store.Change(t.Context(), order.IDFor(fmt.Sprint("key-", key)), 1)
	if err != nil {
		return took
	}
	for _, m := range first.Stock {
		for i, sku := range skus {
			for bin, name := range binNames {
				if m.SKU == sku && m.Bin == name {
					took[i][bin] += int8(m.Quantity)
				}
			}
		}
	}
	return took
}

// binRequests are the events that clients send, with those about bins.
func binRequests(t *testing.T) map[string]apigw.Request {
	t.Helper()
	s := shoptest.New(t)
	out := maps.Clone(requests(t))
	out["spread"], out["bring"] = s.Staff("setstock", "spread"), s.Staff("setstock", "transferred")
	return out
}

// TestHistoriesOfStockInBinsAreAsIfOneCameAfterTheOther: the same where products lie in counters and at locations: an order's units from
// several bins, and an entry over all of them, are moved at one moment, once, and come back to where they were taken.
func TestHistoriesOfStockInBinsAreAsIfOneCameAfterTheOther(t *testing.T) {
	sent, words, parts := binRequests(t), map[string]int{}, 0
	for seed := range uint64(histories(t)) {
		all := binHistory(t, sent, seed, seed%2 == 0, defect{})
		if got := porcupine.CheckOperationsTimeout(binModel(), all, 30*time.Second); got != porcupine.Ok {
			t.Fatalf("the history of seed %d is %s:\n%s", seed, got, told(all))
		}
		if seed%2 > 0 {
			continue // What happens without a script is not counted: it is another each time.
		}
		for _, op := range all {
			w := op.Input.(binWants)
			words[w.do+" "+op.Output.(binSaw).word]++
			for _, took := range w.took {
				if got := op.Output.(binSaw); w.do == "place" && got.word == "done" && sum(took[:]) > max(took[0], took[1], took[2], took[3]) {
					parts++
				}
			}
		}
	}
	for _, each := range []string{"place done", "place reused", "place short", "place lost", "cancel done", "cancel absent", "cancel refused",
		"sell done", "sell absent", "count counted", "count below", "spread counted", "bring done", "bring below", "read read"} {
		if words[each] == 0 {
			t.Errorf("no history has %q: %v", each, words)
		}
	}
	if parts == 0 {
		t.Errorf("no order took units of one product from two bins")
	}
	t.Log(words, parts)
}
