package world

import (
	"context"
	"fmt"
	"strings"
	"time"

	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/scripts/simulate/actors"
	"till/shared/catalog"
	"till/shared/money"
)

// Profile is a kind of world.
type Profile struct {
	Name    string
	Faults  bool // Things go wrong.
	Upgrade bool // Half of the calls are served by a worker of another release.
	Worlds  int  // How many worlds of a profile are enough to believe it, 1 unless set,
	Orders  int  // and of how many orders each; 1,000 unless set.
	Mix     actors.Mix
	Terms   *Terms // Every world's; nil: each seed draws its own.
	Tune    func(*World)
	Shelves func(orders int) []localshop.Item
	Begin   func(*World) // When people begin to come.
	Mend    func(*World) // When nothing goes wrong any more.
	End     func(*World) // What must be so in the end, besides the invariants.
}

// mixed is people of every kind.
var mixed = actors.Mix{PerHour: 1000, Stay: 8 * time.Hour, Clerk: 10 * time.Minute}

// moody is people who differ from world to world. Things go wrong for longer than it takes until a refund is asked about.
var moody = actors.Mix{PerHour: 400, Stay: 14*time.Hour + 30*time.Minute, Clerk: 20 * time.Minute, Moody: true}

// Profiles lists every profile.
func Profiles() []Profile {
	return []Profile{
		{Name: "golden", Worlds: 10, Mix: mixed, Tune: overlapping},
		{Name: "swarm", Worlds: 100, Faults: true, Mix: moody},
		{Name: "flash", Orders: 10_000, Mix: actors.Mix{PerHour: 1_000_000, Stay: 6 * time.Hour, One: (*actors.Shopper).Flash}, Tune: crowded, Shelves: lamps, End: soldOut},
		{Name: "webhooks", Worlds: 14, Mix: mixed, Tune: overlapping, Begin: manyWebhooks, End: came},
		{Name: "outage", Worlds: 2 * len(outages), Mix: actors.Mix{PerHour: 2000, Stay: 6 * time.Hour, Clerk: 10 * time.Minute}, Tune: overlapping, Begin: goesDown, End: bounded},
		{Name: "poison", Worlds: 10, Mix: mixed, Tune: overlapping, Begin: poisoned, Mend: redriven, End: buried},
		{Name: "upgrade", Worlds: 10, Faults: true, Upgrade: true, Mix: moody, End: (*World).keepsMembers},
	}
}

// overlapping lets calls take their time, so that what people do overlaps, though nothing goes wrong.
func overlapping(w *World) { w.calm, w.slow = false, 0.1 }

// rushCounters is over how many counters a shop spreads what very many want at once: half as many as it can.
const rushCounters = catalog.CountersMax / 2

// crowded is overlapping in a shop that has prepared for it.
func crowded(w *World) {
	overlapping(w)
	w.terms.Counters = rushCounters
}

// manyWebhooks lets the gateway send each event five times, in any order, up to three days late.
func manyWebhooks(w *World) {
	for _, g := range w.Gateways.All() {
		w.must(g.SetFaults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Duplicate: copies, Reorder: true, Delay: stripesim.Duration(72 * time.Hour)}}))
	}
}

// copies is how often an event comes in a world of webhooks.
const copies = 5

// came: every event came as often as it was sent. What happened after the faults had ended was sent once.
func came(w *World) {
	all := w.Store.AllEvents()
	for _, i := range all {
		want := copies
		if !i.Event.Created.Before(w.calmed.Add(-time.Second)) { // Gateways tell whole seconds.
			want = 1
		}
		if n := w.came[i.Event.ID]; n < want {
			w.fail("Webhooks", "", fmt.Sprintf("%s %s of %s came %d times, want %d", i.Event.Type, i.Event.ID, i.Event.Created, n, want))
		}
	}
	if len(all) == 0 {
		w.fail("Webhooks", "", "no event came")
	}
}

// lamps are one twentieth as many as people who want one.
func lamps(orders int) []localshop.Item {
	return []localshop.Item{thing("lamp", 14900, int64(orders/20))}
}

// soldOut: each lamp is somebody's who has paid or, where staff take the money, promised it; there they give some promises up, when nobody
// stands in line any more. And placing took no more than three tries of the store.
func soldOut(w *World) {
	want := int64(w.config.Orders / 20)
	s := w.Store.AllStocks()[0]
	w.liesSpread(s.SKU, want)
	var theirs, back int64
	for how, n := range w.ends() {
		status, _, _ := strings.Cut(how, "/")
		switch {
		case how == "fulfilling/paid", w.terms.Manual && status == "fulfilling":
			theirs += int64(n)
		case w.terms.Manual && status == "cancelled":
			back += int64(n)
		}
	}
	if s.Free != back || s.Reserved+s.Sold != theirs || theirs+back != want {
		w.fail("Flash", "", fmt.Sprintf("%d lamps: %+v, %d paid or promised, %d given up", want, s, theirs, back))
	}
	if most := 3; w.mostWrites > most {
		w.fail("Flash", "", fmt.Sprintf("placing an order tried to write %d times", w.mostWrites))
	}
}

// liesSpread: the lamps lie in all the counters that the shop has made, and no move between them made or lost one.
func (w *World) liesSpread(sku catalog.SKU, all int64) {
	spread, err := w.Store.Spread(context.Background(), sku)
	w.must(err)
	units := int64(0)
	for _, c := range spread.Tallies {
		units += c.Open + c.Reserved + c.Sold
	}
	if len(spread.Tallies) < rushCounters || units != all {
		w.fail("Flash", "", fmt.Sprintf("%d lamps lie so: %+v", all, spread.Tallies))
	}
}

// Named finds a profile; false if there is none.
func Named(name string) (Profile, bool) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

func (p Profile) tune(w *World) {
	if p.Tune != nil {
		p.Tune(w)
	}
}

// shelves are what the shop begins with: enough for all of some things, and too little of others.
func (p Profile) shelves(orders int) []localshop.Item {
	if p.Shelves != nil {
		return p.Shelves(orders)
	}
	var out []localshop.Item
	for n := range 8 {
		onHand := int64(orders + 10)
		if n < 2 {
			onHand = int64(orders/10 + 3)
		}
		out = append(out, thing(fmt.Sprint("thing-", n), 700+int64(n)*311, onHand))
	}
	return out
}

// thing is a product at a price in every currency, in its minor units.
func thing(sku string, price, onHand int64) localshop.Item {
	prices := map[money.Currency]int64{}
	for _, c := range []money.Currency{"EUR", "USD", "GBP", "JPY", "KWD"} {
		prices[c] = price
	}
	return localshop.Item{Product: catalog.Product{SKU: catalog.SKU(sku), Name: "Harbour mug", Prices: prices, WeightGrams: 300, Active: true}, OnHand: onHand}
}
