package memory_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/memory"
	"till/shared/payment"
)

// letter is an event as the naive model has it.
type letter struct {
	came, leaseEnds, due time.Time // due zero: nobody must look.
	state                string
	tries                int
}

func (l *letter) settled() bool { return l.state == "applied" || l.state == "ignored" }

// postbox is a store beside a naive model of the inbox, written from what the inbox promises.
type postbox struct {
	r     *rapid.T
	store *memory.Store
	now   time.Time
	model map[string]*letter
}

const (
	rememberedFor = 45 * 24 * time.Hour
	leasedFor     = time.Minute
)

func (p *postbox) key() string {
	return fmt.Sprint("stripe##evt_", rapid.IntRange(1, 4).Draw(p.r, "event"))
}

// known is the model's letter that is not forgotten yet.
func (p *postbox) known(key string) *letter {
	if l := p.model[key]; l != nil && p.now.Before(l.came.Add(rememberedFor)) {
		return l
	}
	return nil
}

func (p *postbox) second() time.Time { return p.now.Truncate(time.Second) }

// put is a delivery: the first of an event is fresh, and so is one after all this time; any other changes nothing.
func (p *postbox) put() {
	key := p.key()
	event := payment.Event{Gateway: "stripe", ID: key[len("stripe##"):]}
	known := p.known(key)
	there, fresh, err := p.store.PutEvent(context.Background(), inbox.Receive(event, p.now))
	if err != nil || fresh != (known == nil) {
		p.r.Fatalf("put %s: fresh %v, %v; the model knows %+v", key, fresh, err, known)
	}
	if known == nil {
		p.model[key] = &letter{came: p.second(), due: p.second().Add(2 * time.Minute), state: "received"}
	}
	p.same(key, there)
}

func (p *postbox) claim() {
	key := p.key()
	l := p.known(key)
	got, err := p.store.ClaimEvent(context.Background(), key, p.now)
	want := ""
	switch {
	case l == nil:
		want = "not_found"
	case l.settled():
		want = "inbox_settled"
	case p.now.Before(l.leaseEnds):
		want = "inbox_claimed"
	default:
		l.leaseEnds, l.tries = p.second().Add(leasedFor), l.tries+1
		p.same(key, got)
	}
	if fault.Code(err) != want {
		p.r.Fatalf("claim %s: %v, want %s; the model has %+v", key, err, want, l)
	}
}

// settle is also a worker whose lease is over, and one that says again what it has said.
func (p *postbox) settle() {
	key := p.key()
	l, next := p.known(key), rapid.SampledFrom([]string{"applied", "ignored", "parked", "parked", "failed", "received"}).Draw(p.r, "becomes")
	err := p.store.SettleEvent(context.Background(), key, inbox.State(next), "because", p.now)
	want := ""
	switch {
	case l == nil:
		want = "not_found"
	case l.settled() && l.state == next:
	case l.settled(), next == "received" && l.state != "received":
		want = "inbox_settled"
	case next == "applied" || next == "ignored":
		l.state, l.leaseEnds, l.due = next, time.Time{}, time.Time{}
	default:
		wait := p.second().Sub(l.came) // As long again as it has waited.
		wait = max(wait, 5*time.Minute)
		if wait > 6*time.Hour {
			wait = 6 * time.Hour
		}
		l.state, l.leaseEnds, l.due = next, time.Time{}, p.second().Add(wait)
	}
	if fault.Code(err) != want {
		p.r.Fatalf("settle %s as %s: %v, want %q; the model has %+v", key, next, err, want, l)
	}
}

// replay is the sweep: what is due is listed and nothing else.
func (p *postbox) replay() {
	got, err := p.store.DueEvents(context.Background(), p.now, 100)
	if err != nil {
		p.r.Fatal(err)
	}
	var want []string
	for key, l := range p.model { // A row that may be forgotten is listed until it is gone.
		if !l.due.IsZero() && !l.due.After(p.now) {
			want = append(want, key)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		p.r.Fatalf("due are %v, in the model %v", got, want)
	}
}

func (p *postbox) later() {
	p.now = p.now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, 59 * time.Second, time.Minute, 2 * time.Minute, 10 * time.Minute,
		7 * time.Hour, 20 * 24 * time.Hour}).Draw(p.r, "later"))
}

func (p *postbox) same(key string, i inbox.Item) {
	l := p.model[key]
	if string(i.State) != l.state || i.Tries != l.tries || !i.LeaseUntil.Equal(l.leaseEnds) || !i.Due.Equal(l.due) || !i.ReceivedAt.Equal(l.came) ||
		!i.Forget.Equal(l.came.Add(rememberedFor)) || i.SettledAt.IsZero() == l.settled() || i.Event.Key() != key {
		p.r.Fatalf("%s is %+v, in the model %+v", key, i, *l)
	}
}

// all compares every event, those that nothing was done with, too.
func (p *postbox) all() {
	for key := range p.model {
		i, err := p.store.Event(context.Background(), key)
		if err != nil {
			p.r.Fatal(err)
		}
		p.same(key, i)
	}
}

func anyMailIsTheModels(r *rapid.T) {
	p := &postbox{r: r, store: new(memory.Store), now: noon, model: map[string]*letter{}}
	for range rapid.IntRange(20, 80).Draw(r, "steps") {
		rapid.SampledFrom([]func(){p.put, p.put, p.claim, p.claim, p.settle, p.settle, p.replay, p.later, p.later}).Draw(r, "step")()
		p.all()
	}
}

func TestAnyUseOfTheInboxIsTheNaiveModels(t *testing.T) { rapid.Check(t, anyMailIsTheModels) }
func FuzzAnyUseOfTheInboxIsTheNaiveModels(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyMailIsTheModels)) }
