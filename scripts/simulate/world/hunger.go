package world

import (
	"slices"

	"till/scripts/simulate/faults"
)

// Hunger lets every point of a world be struck about as often as any other, by each of the kinds that its seed has: the seldomer
// a point is passed, the likelier it is struck. By the rates alone what happens seldom would hardly ever go wrong, and what
// happens all the time would so often that little else came to pass.
const (
	// meals is how often each kind strikes at a point in a world of usual size, and usualRuns how many runs of functions such
	// a world has.
	meals     = 5
	usualRuns = 18_000
	// early is how many runs count as done from the beginning: what is done once a day is done then. In half of the worlds it is no more
	// than so many an order: else hardly anything would ever succeed in a small one, and nobody get to what comes after.
	early    = 5_000
	earlyFor = 5
)

// rareInRuns is in how many runs of functions a point is passed less than once that is rare.
const rareInRuns = 150

// greeds are the highest chances of a strike at a point that is passed very seldom. A world has one: where it is high little
// ever succeeds that takes such a point, where it is low the ways behind them are taken.
var greeds = [...]float64{0.5, 0.7, 0.85, 0.95}

// starved is how likely a strike is, whatever the world's greed, at a point that was hardly passed by the time when people are busy:
// in half of the worlds, so that in the others the ways behind such a point are taken.
const (
	starved = 0.95
	hardly  = 25
)

// helpings is how often each kind strikes a point in one world, for hunger, where little passes.
const helpings = 4

// deafs is how likely a webhook is lost for good, whatever the rates: in two thirds of the worlds so many that the reconciliation has something to take in
// whenever it looks.
var deafs = [...]float64{0, 0.02, 0.06}

// hungry gives the kind that strikes a point because the point has been struck so seldom: of two that are drawn, the one that has struck
// less there. None mostly.
func (w *World) hungry(n *faults.Count, port faults.Port) faults.Kind {
	if w.script != nil || w.calm || w.greed == 0 || n.Passed == 0 || len(w.menus[port]) == 0 {
		return faults.None
	}
	menu, rare := w.menus[port], n.Passed*rareInRuns < w.runs
	if rare {
		menu = port.Kinds() // Or some would have to wait for a world that has them and comes by here.
	}
	limit := w.greed
	if w.config.Seed%2 == 0 && w.runs > w.early && n.Passed < hardly || port == faults.StoreKeys { // Who needs a key comes again with the next order.
		limit = starved
	}
	if chance := meals * float64(len(menu)) * float64(max(w.early, w.runs)) / (usualRuns * float64(n.Passed)); w.dice.Float64() >= min(chance, limit) {
		return faults.None
	}
	if rare {
		return w.turn(menu, n)
	}
	one, two := menu[w.dice.IntN(len(menu))], menu[w.dice.IntN(len(menu))]
	if n.Struck[two] < n.Struck[one] {
		return two
	}
	return one
}

// sated is how often the kinds of a point of watchstock strike for hunger, taken together, each: what comes last in the comparison would never
// be reached else, as it goes through everything again whenever something fails.
const sated = 2

// hungryFor is hungry at a call of a function.
func (w *World) hungryFor(function string, n *faults.Count, port faults.Port) faults.Kind {
	if function == "worker/watchstock" {
		all := uint64(0)
		for _, struck := range n.Struck {
			all += struck
		}
		if all >= sated*uint64(len(port.Kinds())) {
			return faults.None
		}
		n = &faults.Count{Passed: 1, Struck: n.Struck}
	}
	return w.hungry(n, port)
}

// turn lets kinds strike in turn where little passes, and each world begin with another: so all have struck about as often when all worlds
// are over, however few come by in each.
func (w *World) turn(menu []faults.Kind, n *faults.Count) faults.Kind {
	first := int(w.config.Seed % uint64(len(menu))) //nolint:gosec // few
	least := menu[first]
	for _, k := range slices.Concat(menu[first:], menu[:first]) {
		if n.Struck[k] < n.Struck[least] {
			least = k
		}
	}
	if n.Struck[least] >= helpings {
		return faults.None // Let others come to what lies behind.
	}
	return least
}

// hunger readies a world that things go wrong in.
func (w *World) hunger() {
	w.greed = greeds[w.dice.IntN(len(greeds))]
	w.deaf = deafs[w.dice.IntN(len(deafs))]
	if w.early = early; w.dice.IntN(2) == 0 {
		w.early = min(early, earlyFor*uint64(w.config.Orders)) //nolint:gosec // There are no fewer than none.
	}
	for p := range w.menus {
		w.menus[p] = w.rates.Menu(faults.Port(p))
	}
}
