// Package actors is the people round the shop: those who buy, those who work in it, and those at the gateway's dashboard. They
// act through the API, the gateway's pages and nothing else, each deciding by dice of its own.
package actors

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud/stripesim"
	"till/shared/order"
)

// Stage is where people act.
type Stage interface {
	// API sends a request to the shop; status 0 if no answer came.
	API(*http.Request) acceptance.Reply
	// Page sends a request to the gateway.
	Page(*http.Request) acceptance.Reply
	// Now is the time.
	Now() time.Time
	// Rest lets time pass for who calls it.
	Rest(d time.Duration)
	// Enter lets somebody begin at a time.
	Enter(at time.Time, name string, work func())
	// SignIn gives a member of staff a token.
	SignIn(who, group string) (string, error)
	// Place tells where things are.
	Place() acceptance.Place
	// Violated says that an answer broke an invariant.
	Violated(invariant string, id order.ID, what string)
	// Operator does what operators do by hand.
	Operator
}

// Operator is what people do who look after the cloud and the gateway's account.
type Operator interface {
	// StopExecution stops an execution of an order, if one runs.
	StopExecution(id order.ID)
	// Dispute lets a shopper's bank take the money back, and decides about it later.
	Dispute(id order.ID, won bool)
	// GiveBack gives so much of an order's money back at the gateway itself, or what is left if that is less.
	GiveBack(id order.ID, amount int64)
	// Forget lets the gateway not find the payments of an order when the shop asks, or find them again.
	Forget(id order.ID, on bool)
	// Silence lets the gateway answer nothing about an order's payments for a time, though it does what it is told.
	Silence(id order.ID, d time.Duration)
}

// Crowd is everybody.
type Crowd struct {
	stage Stage
	mix   Mix
	seed  uint64
	shelf []string
	span  time.Duration
	staff *acceptance.Visit
	other *acceptance.Visit // Another member of staff.
	known []*shopper        // Who has an order, for those who try another's.
	mood  mood
}

// Span is how long people come and go.
func (c *Crowd) Span() time.Duration { return c.span }

// Gather lets people come: as many orders as told, spread over the mix's time.
func Gather(s Stage, mix Mix, orders int, seed uint64, shelf []string) *Crowd {
	c := &Crowd{stage: s, mix: mix, seed: seed, shelf: shelf, span: mix.Over(orders) + mix.Stay, mood: usualMood()}
	if mix.Moody {
		c.mood = drawn(c.dice("mood"))
	}
	c.staff = acceptance.Enter(context.Background(), door{s, "mona"}, told{s, "staff"}, "staff")
	c.other = acceptance.Enter(context.Background(), door{s, "otto"}, told{s, "other staff"}, "staff2")
	begin := s.Now()
	dice := c.dice("arrivals")
	for n := range orders {
		at := begin.Add(time.Duration(dice.Int64N(int64(mix.Over(orders)))))
		if mix.Moody && dice.IntN(rushes) == 0 {
			at = rush(dice, begin, mix.Over(orders))
		}
		s.Enter(at, fmt.Sprint("shopper ", n), func() { c.shop(n) })
	}
	for t := time.Duration(0); mix.Clerk > 0 && t < c.span; t += mix.Clerk {
		p := c.person(fmt.Sprint("clerk ", t))
		s.Enter(begin.Add(t+time.Duration(p.dice.Int64N(int64(mix.Clerk)))), p.name, p.clerk)
	}
	return c
}

// rushes is of how many shoppers one has waited for the shop to open, or for midnight.
const rushes = 20

// rush is when those come: at once.
func rush(dice *rand.Rand, begin time.Time, over time.Duration) time.Time {
	if midnight := begin.Truncate(24 * time.Hour).Add(24 * time.Hour); dice.IntN(2) == 0 && midnight.Before(begin.Add(over)) {
		begin = midnight
	}
	return begin
}

// dice are a person's own.
func (c *Crowd) dice(name string) *rand.Rand {
	h := uint64(14695981039346656037)
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(c.seed, h))
}

// person is somebody with dice.
type person struct {
	*Crowd
	name string
	dice *rand.Rand
}

func (c *Crowd) person(name string) *person { return &person{c, name, c.dice(name)} }

// in draws whether something that happens in so many of a hundred cases does.
func (p *person) in(percent int) bool { return p.dice.IntN(100) < percent }

// rest waits for a time up to d.
func (p *person) rest(d time.Duration) {
	if d > 0 {
		p.stage.Rest(time.Duration(p.dice.Int64N(int64(d))))
	}
}

// tries is how often somebody asks who gets no clear answer.
const tries = 8

// insist asks until the answer is clear: again after a while if none came, or one that says to come again.
func (p *person) insist(ask func() acceptance.Reply) acceptance.Reply {
	var r acceptance.Reply
	for n := range tries {
		if r = ask(); !unclear(r) {
			return r
		}
		p.rest(time.Second << n)
	}
	return r
}

// unclear tells whether an answer leaves open what happened, or says that it may be had later.
func unclear(r acceptance.Reply) bool {
	switch r.Status {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusInternalServerError:
		return r.Code() == "" // The API's own: the function was killed.
	}
	return r.Code() == "idempotency_in_progress"
}

// door is the shop, as acceptance's people enter it.
type door struct {
	Stage
	who string // Who signs in as staff.
}

func (d door) Do(r *http.Request) acceptance.Reply      { return d.API(r) }
func (d door) Gateway(r *http.Request) acceptance.Reply { return d.Page(r) }

func (d door) StaffToken(_ context.Context, group string) (string, error) {
	return d.SignIn(d.who, group)
}

func (d door) Trouble(stripesim.Faults) error {
	return fmt.Errorf("actors: trouble is not theirs to make")
}

// Eventually is acceptance.Shop's.
func (d door) Eventually(_ context.Context, what string, until func() bool) error {
	for range 20 {
		if until() {
			return nil
		}
		d.Rest(time.Minute)
	}
	return fmt.Errorf("actors: never: %s", what)
}

func (d door) Later(t time.Duration) bool { d.Rest(t); return true }

func (d door) Evidence(context.Context, ...evidence.Part) (evidence.Evidence, error) {
	return evidence.Evidence{}, fmt.Errorf("actors: people see no evidence")
}

// told is acceptance.T: what somebody finds wrong is a violation.
type told struct {
	stage Stage
	who   string
}

func (t told) Helper()             {}
func (t told) Logf(string, ...any) {}

func (t told) Errorf(format string, values ...any) {
	t.stage.Violated("Answer", "", t.who+": "+fmt.Sprintf(format, values...))
}

// Fatalf ends who says it.
func (t told) Fatalf(format string, values ...any) {
	t.Errorf(format, values...)
	runtime.Goexit()
}
