// Package world is one seed of the simulation: the whole product in one process, people round it, and everything that can go
// wrong, all decided by the seed.
package world

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/scripts/simulate/actors"
	"till/scripts/simulate/faults"
	"till/scripts/simulate/turns"
	"till/shared/catalog"
	"till/shared/memory"
	"till/shared/order"
)

// Config is what a world is made of. Plans and StaffKey are required.
type Config struct {
	Seed     uint64
	Orders   int
	Profile  Profile
	Plans    *localshop.Plans // Of the project's folder.
	StaffKey *rsa.PrivateKey
	Steps    io.Writer // Takes each step of the history as a line; nil: nobody reads along.
	Log      io.Writer // Takes the functions' log; nil: nobody reads along.
	Blows    []Blow    // With Scripted: exactly these faults strike.
	Scripted bool
	After    time.Duration // How long nothing goes wrong before the end is looked at; a week unless set.
}

// Result is how a seed went.
type Result struct {
	Seed     uint64
	Hash     string // Of the history.
	Orders   int    // Placed.
	Runs     uint64 // Of functions.
	Steps    uint64
	Took     time.Duration // On the wall's clock.
	Failures []Failure
	Cover    faults.Cover `json:"-"`
	Calls    []Call       // Of a scripted run: what could have been struck.
	Ends     map[string]int
	Ways     map[string]int // By how orders were last to be paid, and how they ended.
	World    *World         `json:"-"` // To look further into.
}

// Call is one call of a run.
type Call struct {
	Port faults.Port
	Name string
}

// Failure is an invariant that did not hold.
type Failure struct {
	Invariant string
	Order     order.ID // "" if it is of no one order.
	Step      uint64   // Of the history, when it was seen.
	What      string
}

// World is one seed.
type World struct {
	*localshop.Shop
	Turns *turns.Turns

	config  Config
	terms   Terms
	rates   faults.Rates
	menus   [ports][]faults.Kind // What can strike each port in this world.
	greed   float64              // How likely a strike is at most where hardly anything passes.
	early   uint64               // How many runs count as done from the beginning.
	slow    float64              // How often a call takes its time.
	deaf    float64              // How often a webhook is lost for good, whatever the rates.
	dice    *rand.Rand
	calm    bool // Nothing goes wrong any more.
	upgrade bool
	script  *script
	history *history
	cover   faults.Cover

	folders map[string]string // Of functions, by name.
	machine string            // Its ARN.
	named   map[string]string
	latest  map[string]*[ports]int
	served  map[string]time.Time // When each function was last called.
	runs    uint64
	steps   uint64

	dueOrders []order.ID // What indexes showed last.
	dueEvents []string
	forgotten map[order.ID][]string // The gateway does not find these payments of theirs.

	silent   map[order.ID]silence // The gateway answers nothing about these.
	tooLarge map[string]time.Time // Until when what was refused for its size is.
	secrets  rotation

	lostEvents map[string]bool // The gateway takes them for delivered, and they never came;
	missing    map[string]bool // those of them that the inbox has not.
	came       map[string]int  // How often the webhook of each event was sent.
	opened     time.Time       // When people began to come,
	calmed     time.Time       // and when all went calm.

	outage     *outage
	placedNext map[order.ID]bool // By the next release.
	keptNext   int               // Events that the next release put into the inbox.
	mostWrites int               // That one run of placeorder tried.

	watch    watch
	failures []Failure
	crowd    *actors.Crowd
	skus     []string
}

// begins is when every world opens: ahead of the wall's clock, so that nothing that waits by that one waits here.
var begins = time.Date(2040, 3, 5, 9, 0, 0, 0, time.UTC)

// atNight is when worlds open in which things go wrong: what is done once a day is done again while people come.
var atNight = begins.Add(14*time.Hour + 30*time.Minute)

// afterwards is how long nothing goes wrong before the end is looked at.
const afterwards = 7 * 24 * time.Hour

// New makes a world that has not begun. The error says what of the project cannot run.
func New(c Config) (*World, error) {
	w := &World{config: c, Turns: turns.New(c.Seed, 0), cover: faults.Cover{}, folders: map[string]string{}, named: map[string]string{},
		latest: map[string]*[ports]int{}, served: map[string]time.Time{}, forgotten: map[order.ID][]string{},
		silent: map[order.ID]silence{}, tooLarge: map[string]time.Time{},
		came: map[string]int{}, lostEvents: map[string]bool{}, missing: map[string]bool{}, placedNext: map[order.ID]bool{}, history: newHistory(c.Steps),
		dice: rand.New(rand.NewPCG(c.Seed, 0x6661756c74))}
	w.calm = !c.Profile.Faults && !c.Scripted
	w.upgrade = c.Profile.Upgrade
	if w.terms = drawTerms(c.Seed); c.Profile.Terms != nil {
		w.terms = *c.Profile.Terms
	}
	if c.Scripted {
		w.script = &script{blows: c.Blows}
	}
	if c.Profile.Faults {
		w.rates, w.slow = faults.Draw(w.dice), w.dice.Float64()*0.3
		w.hunger()
	}
	c.Profile.tune(w)
	begin := begins
	if c.Profile.Faults {
		begin = atNight
	}
	w.opened = begin
	ticking := clock.New(begin, w.Turns)
	w.Turns.Use(ticking)
	w.watch.open(w)
	var seed [32]byte
	copy(seed[:], fmt.Sprint("world ", c.Seed))
	level := "error"
	if c.Seed%4 == 0 || c.Log != nil {
		level = "info"
	}
	plan, err := c.Plans.Of(w.terms.parameters())
	if err != nil {
		return nil, err
	}
	w.Shop, err = localshop.New(localshop.Options{
		Plan: plan, Slow: w.terms.Slow, Clock: ticking, Seed: fmt.Sprint(c.Seed), Log: &w.watch, LogLevel: level, Random: rand.NewChaCha8(seed), StaffKey: c.StaffKey,
		Faults: localcloud.Faults{Send: w.sent, Stream: w.streamed, Fire: w.fired, Before: w.before, After: w.after},
		Port:   w.port, Give: w.give, Webhook: w.webhook, Environments: w.cold, Direct: true,
		Now: func(f template.Function) func() time.Time { return w.skewed(f, ticking.Now) },
	})
	if err != nil {
		return nil, err
	}
	w.Store.Fault = w.store
	w.Store.Lazy = decodes
	next := w.Store.OnWrite
	w.Store.OnWrite = func(write memory.Write) { w.watch.write(write); next(write) }
	return w, w.stock()
}

// decodes is after each how manieth save an order is read from its bytes again. In the end every chain is.
const decodes = 16

// stock decides about the shop, and fills its shelves.
func (w *World) stock() error {
	if err := errors.Join(w.guard(), w.compared()); err != nil {
		return err
	}
	for _, i := range w.config.Profile.shelves(w.config.Orders) {
		if _, err := catalog.Put(context.Background(), w.Store, i.Product, "seed", w.Clock.Now()); err != nil {
			return err
		}
		w.skus = append(w.skus, string(i.SKU))
		if _, err := catalog.Count(context.Background(), w.Store, i.SKU, i.OnHand); err != nil {
			return err
		}
		if err := w.spread(i.SKU, i.OnHand); err != nil {
			return err
		}
	}
	return nil
}

// Run lets a world run to its end.
func Run(c Config) (Result, error) {
	w, err := New(c)
	if err != nil {
		return Result{}, err
	}
	defer w.Turns.Close()
	begun := time.Now()
	w.live()
	r := Result{Seed: c.Seed, Hash: w.history.Hash(), Orders: len(w.Store.AllOrders()), Runs: w.runs, Steps: w.history.steps,
		Took: time.Since(begun), Failures: w.failures, Cover: w.cover, World: w, Ends: w.ends(), Ways: w.ways()}
	if w.script != nil {
		for i, p := range w.script.ports {
			r.Calls = append(r.Calls, Call{p, w.script.names[i]})
		}
	}
	return r, nil
}

// live is the life of a world: people come, things go wrong, then nothing goes wrong any more for a week.
func (w *World) live() {
	defer func() {
		if p := recover(); p != nil {
			w.fail("Deadlock", "", fmt.Sprint(p))
		}
	}()
	p := w.config.Profile
	for _, g := range w.Gateways.All() {
		how := []string{"", "", stripesim.RefundsPending, stripesim.RefundsPendingFail, stripesim.RefundsFailed, stripesim.RefundsFailLate}[w.dice.IntN(6)]
		if g.Name == "paypal" && how == stripesim.RefundsFailLate {
			how = stripesim.RefundsPendingFail // A refund that PayPal has completed is final: only one by eCheck, which is pending, can fail.
		}
		if p.Faults {
			w.must(g.SetFaults(stripesim.Faults{Refunds: how}))
		}
	}
	w.script.begin()
	mix := w.terms.mix(p.Mix, p.Faults)
	w.crowd = actors.Gather(stage{w}, mix, w.config.Orders, w.config.Seed, w.skus)
	w.rotates()
	if p.Begin != nil {
		p.Begin(w)
	}
	for past := time.Duration(0); past < w.crowd.Span(); past += looks {
		w.rests(mix, past)
		w.advance(min(w.crowd.Span()-past, looks))
		w.watch.look(w, false)
	}
	w.calmDown()
	if p.Mend != nil {
		p.Mend(w)
	}
	w.advance(cmp.Or(w.config.After, afterwards))
	w.watch.look(w, true)
	w.end()
}

// calmDown ends all that goes wrong.
func (w *World) calmDown() {
	w.calm, w.calmed = true, w.Clock.Now()
	w.slow = 0
	for _, g := range w.Gateways.All() {
		w.must(g.SetFaults(stripesim.Faults{}))
	}
	w.forgotten = map[order.ID][]string{}
	w.KMS.Set(localshop.Enabled)
}

func (w *World) advance(d time.Duration) {
	if err := w.Advance(d); err != nil {
		w.fail("Deadlock", "", err.Error())
	}
	for _, p := range w.Turns.Panics() {
		w.fail("Panic", "", p)
	}
}

// end holds everything against every rule.
func (w *World) end() {
	w.Store.Forget()
	e, err := w.Evidence(context.Background())
	if err != nil {
		w.fail("Evidence", "", err.Error())
		return
	}
	e.Received, e.Stored, e.Logs = w.watch.received, w.watch.stored(), w.watch.refused
	e.Deliveries = slices.DeleteFunc(e.Deliveries, func(d evidence.Delivery) bool { return w.lostEvents[d.Event] })
	for _, v := range evidence.Check(e, evidence.Expect{End: true, Alarms: true, MailsTwice: true, Stopped: w.watch.stopped, Canaries: acceptance.Canaries()}) {
		w.fail(v.Invariant, v.Order, v.What)
	}
	check, err := w.Store.StockCheck(context.Background())
	if err != nil {
		w.fail("StockCheck", "", err.Error())
	}
	for _, d := range check.Differences {
		w.fail("StockCheck", "", fmt.Sprintf("the shop's own comparison says %+v", d))
	}
	for _, event := range slices.Sorted(maps.Keys(w.missing)) {
		w.fail("I5 EventOnce", "", "event "+event+" was lost, and nobody fetched it")
	}
	if p := w.config.Profile; p.End != nil {
		p.End(w)
	}
	w.told("end", "stocks", e.Stocks)
	w.told("end", "books", e.Books)
}

// ends counts orders by how they ended.
func (w *World) ends() map[string]int {
	out := map[string]int{}
	for _, id := range w.Store.AllOrders() {
		if o, err := w.Store.Order(context.Background(), id); err == nil {
			r := o.Record()
			out[string(r.Status)+"/"+r.PaymentStatus()]++
		}
	}
	return out
}

// ways counts orders by gateway, where the card is entered, when money is taken, and how they ended.
func (w *World) ways() map[string]int {
	out := map[string]int{}
	for _, id := range w.Store.AllOrders() {
		o, err := w.Store.Order(context.Background(), id)
		if err != nil {
			continue
		}
		r := o.Record()
		for i, a := range r.Attempts {
			if a.ID != r.PaidBy && (r.PaidBy != "" || i < len(r.Attempts)-1) {
				continue
			}
			how := "automatic"
			if a.Manual {
				how = "manual"
			}
			out[fmt.Sprintf("%s %s %s %s/%s", a.Gateway, a.Mode, how, r.Status, r.PaymentStatus())]++
		}
	}
	return out
}

// fail writes down that an invariant does not hold, each order and invariant once.
func (w *World) fail(invariant string, id order.ID, what string) {
	for _, f := range w.failures {
		if f.Invariant == invariant && f.Order == id {
			return
		}
	}
	w.failures = append(w.failures, Failure{Invariant: invariant, Order: id, Step: w.history.steps, What: what})
}

func (w *World) must(err error) {
	if err != nil {
		panic(err)
	}
}

// idle tells whether a sweep now would find nothing: nothing is due, also for a clock that is ten minutes ahead. All that the
// sweep does is about what the two indexes list, so that a sweep that finds both empty reads twice and counts itself: leaving
// it out changes nothing but the time that a simulated week takes. One of eight is let through all the same.
func (w *World) idle() bool {
	if w.script == nil && !w.calm && w.dice.IntN(8) == 0 {
		return false
	}
	soon := w.Clock.Now()
	if !w.calm {
		soon = soon.Add(10 * time.Minute)
	}
	orders, bad := w.Store.DueOrders(context.Background(), soon, 1)
	events, worse := w.Store.DueEvents(context.Background(), soon, 1)
	return bad == nil && worse == nil && len(orders)+len(events) == 0
}
