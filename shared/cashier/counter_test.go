package cashier_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/memory"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

const total = int64(2380)

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	who  = cashier.Who{Who: "gateway:stripe", Cause: "evt_1"}
)

// gateway is a gateway in memory that answers as the test scripts it: say, if set, is called first in each call, and before
// (done is false) and after the effect of it.
type gateway struct {
	mu       sync.Mutex
	say      func(call string, done bool) error
	payments map[payment.AttemptID]*payment.Facts
	calls    []string
	keyLife  time.Duration
	manual   map[payment.AttemptID]bool
	tokens   map[string]bool // Each is used up by its first try.
	captured map[payment.CaptureID]bool
	single   bool
	window   time.Duration
	evidence []payment.Evidence
}

func newGateway() *gateway {
	return &gateway{payments: map[payment.AttemptID]*payment.Facts{}, keyLife: 24 * time.Hour, manual: map[payment.AttemptID]bool{},
		tokens: map[string]bool{}, captured: map[payment.CaptureID]bool{}}
}

func (g *gateway) call(name string, effect func() error) error {
	g.mu.Lock()
	say := g.say
	g.calls = append(g.calls, name)
	g.mu.Unlock()
	if say != nil {
		if err := say(name, false); err != nil {
			return err
		}
	}
	g.mu.Lock()
	err := effect()
	g.mu.Unlock()
	if err == nil && say != nil {
		err = say(name, true)
	}
	return err
}

// times is how often a call was made.
func (g *gateway) times(name string) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.calls {
		if c == name {
			n++
		}
	}
	return n
}

// chargeable is how many payments the gateway would still take a card for, or has charged.
func (g *gateway) chargeable() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.payments {
		if f.State.Open() || f.State == payment.Captured {
			n++
		}
	}
	return n
}

// tell lets a payment go on at the gateway.
func (g *gateway) tell(id payment.AttemptID, change func(*payment.Facts)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g.payments[id])
}

func pays(f *payment.Facts) { f.State, f.Captured = payment.Captured, f.Amount.Minor() }

func becomes(s payment.State) func(*payment.Facts) { return func(f *payment.Facts) { f.State = s } }

func (g *gateway) started(f *payment.Facts) payment.Started {
	return payment.Started{Session: f.Session, RedirectURL: "https://gateway.example/" + f.Session}
}

func (g *gateway) Start(_ context.Context, s payment.Start) (out payment.Started, err error) {
	err = g.call("start", func() error {
		if g.payments[s.Attempt] == nil {
			g.payments[s.Attempt] = &payment.Facts{State: payment.RequiresAction, Order: s.Order, Attempt: s.Attempt, Amount: s.Amount,
				Session: "cs_" + string(s.Attempt)}
			g.manual[s.Attempt] = s.Manual
		}
		out = g.started(g.payments[s.Attempt])
		return nil
	})
	if err != nil {
		return payment.Started{}, err
	}
	return out, nil
}

func (g *gateway) facts(name string, a payment.Attempt, change func(*payment.Facts)) (out payment.Facts, err error) {
	err = g.call(name, func() error {
		f := g.payments[a.ID]
		if f == nil {
			return fault.New(fault.NotFound, "gateway", "payment_not_found", "")
		}
		if change != nil {
			change(f)
		}
		out = *f
		out.Refunds, out.Disputes = slices.Clone(f.Refunds), slices.Clone(f.Disputes)
		return nil
	})
	return out, err
}

func (g *gateway) Fetch(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("fetch", a, nil)
}

func (g *gateway) Close(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("close", a, func(f *payment.Facts) {
		switch {
		case f.State == payment.RequiresAction:
			f.State = payment.Expired
		case f.State == payment.Authorized && f.Captured == 0:
			f.State = payment.Canceled
		case f.State == payment.Authorized:
			f.State = payment.Captured
		}
	})
}

// Confirm takes the money of a payment that is agreed, or comes with a token, once. "tok_declined" is refused.
func (g *gateway) Confirm(_ context.Context, a payment.Attempt, token string) (payment.Facts, error) {
	var refused error
	f, err := g.facts("confirm", a, func(f *payment.Facts) {
		switch {
		case token == "tok_declined":
			refused = fault.New(fault.Declined, "gateway", "card_declined", "")
		case f.State == payment.RequiresAction && (f.Ready || token != ""):
			pays(f)
			g.tokens[token] = true
			if f.Ready = false; g.manual[f.Attempt] {
				f.State, f.Captured = payment.Authorized, 0
			}
		}
	})
	if err == nil {
		err = refused
	}
	return f, err
}

func (g *gateway) Capture(_ context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	var refused error
	f, err := g.facts("capture", a, func(f *payment.Facts) {
		switch {
		case g.captured[c.ID]:
		case f.State != payment.Authorized:
			refused = fault.New(fault.Declined, "gateway", "authorization_over", "")
		case f.Captured+c.Amount > f.Amount.Minor():
			refused = fault.New(fault.Conflict, "gateway", "capture_exceeds_authorized", "")
		default:
			g.captured[c.ID] = true
			if f.Captured += c.Amount; c.Final {
				f.State = payment.Captured
			}
		}
	})
	if err == nil {
		err = refused
	}
	return f, err
}

func (g *gateway) Events(context.Context, time.Time, string) ([]payment.Event, string, error) {
	return nil, "", nil
}

func (g *gateway) Resume(_ context.Context, a payment.Attempt) (payment.Started, error) {
	f, err := g.facts("resume", a, nil)
	if err != nil {
		return payment.Started{}, err
	}
	return g.started(&f), nil
}

func (g *gateway) Refund(_ context.Context, a payment.Attempt, r payment.Refund) (out payment.RefundFacts, err error) {
	_, err = g.facts("refund", a, func(f *payment.Facts) {
		i := slices.IndexFunc(f.Refunds, func(have payment.RefundFacts) bool { return have.ID == r.ID })
		if i < 0 {
			f.Refunds = append(f.Refunds, payment.RefundFacts{ID: r.ID, Ref: "re_" + string(r.ID), State: payment.RefundSucceeded, Amount: r.Amount})
			i = len(f.Refunds) - 1
		}
		out = f.Refunds[i]
	})
	if err != nil {
		return payment.RefundFacts{}, err
	}
	return out, nil
}

func (g *gateway) FetchRefund(_ context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	f, err := g.facts("fetch_refund", a, nil)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	for _, have := range f.Refunds {
		if have.ID == r.ID {
			return have, nil
		}
	}
	return payment.RefundFacts{}, fault.New(fault.NotFound, "gateway", "refund_not_found", "")
}

func (g *gateway) AnswerDispute(_ context.Context, a payment.Attempt, ref string, e payment.Evidence) (payment.Facts, error) {
	g.evidence = append(g.evidence, e)
	return g.reply("answer", a, ref, payment.DisputeUnderReview)
}

func (g *gateway) AcceptDispute(_ context.Context, a payment.Attempt, ref string, _ payment.AnswerID) (payment.Facts, error) {
	return g.reply("accept", a, ref, payment.DisputeLost)
}

// reply moves a dispute that waits for an answer.
func (g *gateway) reply(name string, a payment.Attempt, ref string, to payment.DisputeState) (payment.Facts, error) {
	var refused error
	f, err := g.facts(name, a, func(f *payment.Facts) {
		refused = fault.New(fault.NotFound, "gateway", "dispute_not_found", "")
		for i := range f.Disputes {
			if d := &f.Disputes[i]; d.Ref == ref {
				if refused = nil; d.Answerable() {
					d.State, d.DueBy = to, time.Time{}
				}
			}
		}
	})
	if err == nil {
		err = refused
	}
	return f, err
}

func (g *gateway) Find(context.Context, string) (payment.Facts, error) {
	return payment.Facts{}, fault.New(fault.NotFound, "gateway", "payment_not_found", "")
}

func (g *gateway) Capabilities() payment.Capabilities {
	return payment.Capabilities{Modes: []payment.Mode{payment.Hosted, payment.Embedded}, KeyLife: g.keyLife, Manual: true,
		Captures: map[bool]int{true: 1, false: 10}[g.single], Window: g.window}
}

// counter is a cashier with one order, on a shelf of two mugs of which the order has both.
type counter struct {
	*testing.T
	cashier.Cashier
	gate  *gateway
	store *memory.Store
	id    order.ID
	mu    sync.Mutex
	now   time.Time
}

func open(t *testing.T) *counter {
	t.Helper()
	c := &counter{T: t, gate: newGateway(), store: new(memory.Store), now: noon}
	c.Cashier = cashier.Cashier{
		Book: order.Book{Load: c.store.Order, Save: c.store.Save},
		Gateway: func(_ context.Context, name string) (payment.Gateway, error) {
			if name != "stripe" {
				return nil, fault.New(fault.Invalid, "test", "gateway_unavailable", "")
			}
			return c.gate, nil
		},
		ReturnURL: func(id order.ID, a payment.AttemptID) string { return "https://api.example/" + string(id) + string(a) },
		Now:       c.clock,
	}
	if _, err := catalog.Count(t.Context(), c.store, "mug", 2); err != nil {
		t.Fatal(err)
	}
	c.id = c.place("k1")
	return c
}

func (c *counter) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *counter) wait(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// place stores an order of two mugs.
func (c *counter) place(key string) order.ID {
	c.Helper()
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 2000, Tax: 380, Total: total,
		Lines: []pricing.Line{{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1000, Tax: 380, Total: 2000}}}
	o, change, err := order.New(order.Placement{Key: key, Quote: q, Country: "DE", Hold: 30 * time.Minute}, order.By{Who: "shopper", At: c.clock()})
	if err == nil {
		err = c.store.Save(c.Context(), o, change)
	}
	if err != nil {
		c.Fatal(err)
	}
	return o.ID()
}

func (c *counter) order() *order.Order {
	c.Helper()
	o, err := c.store.Order(c.Context(), c.id)
	if err != nil {
		c.Fatal(err)
	}
	return o
}

func (c *counter) change(verb func(*order.Order) (order.Change, error)) {
	c.Helper()
	if _, _, err := c.Book.Change(c.Context(), c.id, verb); err != nil {
		c.Fatal(err)
	}
}

func (c *counter) by1() order.By { return order.By{Who: "test", At: c.clock()} }

func wants(key string, mode payment.Mode) order.NewAttempt {
	return order.NewAttempt{Key: key, Print: "f-" + key + string(mode), Gateway: "stripe", Mode: mode}
}

// begin pays by a hosted page, which must work.
func (c *counter) begin(key string) payment.AttemptID {
	c.Helper()
	a, started, err := c.Begin(c.Context(), c.order(), wants(key, payment.Hosted), who)
	if err != nil || a.State != payment.RequiresAction || started.RedirectURL == "" {
		c.Fatalf("begun as %+v, %+v, %v", a, started, err)
	}
	return a.ID
}

// settle asks the gateway and applies the answer, which must work.
func (c *counter) settle(a payment.AttemptID) bool {
	c.Helper()
	_, kind, err := c.Settle(c.Context(), c.id, a, who)
	if err != nil {
		c.Fatal(err)
	}
	return kind != ""
}

// is holds the order's status, the attempt's state, and I22 against what is expected.
func (c *counter) is(status order.Status, a payment.AttemptID, state payment.State) {
	c.Helper()
	o := c.order()
	have, _ := o.Attempt(a)
	if o.Record().Status != status || have.State != state {
		c.Fatalf("the order is %s, its attempt %s; want %s and %s", o.Record().Status, have.State, status, state)
	}
	if n := c.gate.chargeable(); n > 1 {
		c.Fatalf("I22: %d payments are or can be charged", n)
	}
}

func (c *counter) stock(want catalog.Stock) {
	c.Helper()
	want.SKU = "mug"
	if got, err := c.store.Stock(c.Context(), "mug"); err != nil || got != want {
		c.Fatalf("the shelf is %+v, %v; want %+v", got, err, want)
	}
}

// once makes say answer err to the first call of a name, before or after its effect.
func once(name string, after bool, err error) func(string, bool) error {
	var mu sync.Mutex
	struck := false
	return func(call string, done bool) error {
		mu.Lock()
		defer mu.Unlock()
		if struck || call != name || done != after {
			return nil
		}
		struck = true
		return err
	}
}

func of(kind fault.Kind) error { return fault.New(kind, "gateway", "scripted", "") }

var _ payment.Gateway = (*gateway)(nil)
