package gatewaytest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// complete fails if a harness leaves out what every gateway has.
func complete(t *testing.T, h *Harness) {
	t.Helper()
	for _, card := range []Card{Pays, Declined} {
		if !slices.Contains(h.Cards, card) {
			t.Fatalf("the harness has no card %q", card)
		}
	}
	for _, f := range []Fault{Down, Busy, Denied, ErrorBefore, TimeoutBefore, TimeoutAfter, CutReply, HugeReply, Redirects, NovelWord} {
		if !slices.Contains(h.Faults, f) {
			t.Fatalf("the harness has no fault %q", f)
		}
	}
	if !slices.Contains(h.Signers, Current) || !slices.Contains(h.Changes, OtherType) || len(h.Forge) == 0 {
		t.Fatal("the harness has no signer, no event of another type or no forgeries")
	}
}

// has is a need of cards.
func has(cards ...Card) func(*Harness) bool {
	return func(h *Harness) bool {
		return !slices.ContainsFunc(cards, func(c Card) bool { return !slices.Contains(h.Cards, c) })
	}
}

// canHold is the need of a gateway that authorizes first.
func canHold(h *Harness) bool { return h.Gateway.Capabilities().Manual }

// bench is a case at work.
type bench struct {
	*testing.T
	*Harness
	open func(*testing.T) *Harness
}

// on is a bench with empty books for t.
func (b *bench) on(t *testing.T) *bench { return &bench{t, b.open(t), b.open} }

const (
	order = "ord_contract"
	title = "Order ord_contract"
	back  = "https://api.shop.test/orders/ord_contract/payments/pay_1/return"
)

var euros = money.Of(1999, "EUR")

// inModes runs a case for each mode, with books of its own.
func inModes(run func(*bench, payment.Mode)) func(*bench) {
	return func(b *bench) {
		for _, mode := range b.Gateway.Capabilities().Modes {
			b.Run(string(mode), func(t *testing.T) { run(b.on(t), mode) })
		}
	}
}

// holds tells whether money can be authorized only in a mode.
func (h *Harness) holds(mode payment.Mode) bool {
	return h.Gateway.Capabilities().Holds(mode)
}

// inHolding is inModes for the modes in which money can be authorized only.
func inHolding(run func(*bench, payment.Mode)) func(*bench) {
	return inModes(func(b *bench, mode payment.Mode) {
		if b.holds(mode) {
			run(b, mode)
		}
	})
}

// leadsTo tells, of events, whether they are about an attempt: by what they say, or by what the gateway then says of that.
func (b *bench) leadsTo(a payment.Attempt) func(payment.Event) bool {
	return func(e payment.Event) bool {
		switch {
		case e.Attempt != "":
			return e.Attempt == a.ID
		case e.Intent == "" || e.Intent == a.Intent:
			return e.Intent != ""
		}
		f, err := b.Gateway.Find(b.Context(), e.Intent)
		return err == nil && f.Attempt == a.ID
	}
}

// start is the start of an attempt that is made now.
func (b *bench) start(mode payment.Mode, id payment.AttemptID, amount money.Amount) payment.Start {
	return payment.Start{Order: order, Attempt: id, Mode: mode, Amount: amount, Title: title, ReturnURL: back, At: b.Now()}
}

// begun is an attempt that the gateway has begun.
func (b *bench) begun(mode payment.Mode, id payment.AttemptID, amount money.Amount) (payment.Attempt, payment.Started) {
	b.Helper()
	return b.begin(b.start(mode, id, amount))
}

func (b *bench) begin(s payment.Start) (payment.Attempt, payment.Started) {
	b.Helper()
	started, err := b.Gateway.Start(b.Context(), s)
	if err != nil {
		b.Fatalf("start: %v", err)
	}
	return attemptOf(s, started), started
}

func attemptOf(s payment.Start, started payment.Started) payment.Attempt {
	return payment.Attempt{ID: s.Attempt, Mode: s.Mode, State: payment.RequiresAction, Amount: s.Amount.Minor(),
		Session: started.Session, Intent: started.Intent, At: s.At}
}

// pay is a shopper's try, and what the shop makes of it: it confirms where the gateway takes no money without. refused is why the
// gateway would not have it, if Confirm said so.
func (b *bench) pay(a payment.Attempt, s payment.Started, with Card) (refused error) {
	b.Helper()
	token, agreed := b.Pay(s, with)
	return b.settle(a, token, agreed)
}

// prove is the shopper's answer when asked who they are, and what the shop makes of it.
func (b *bench) prove(a payment.Attempt, s payment.Started, passed bool) (refused error) {
	b.Helper()
	token, agreed := b.Prove(s, passed)
	return b.settle(a, token, agreed)
}

func (b *bench) settle(a payment.Attempt, token string, agreed bool) (refused error) {
	b.Helper()
	if !agreed || token == "" && !b.fetch(a).Ready {
		return nil
	}
	_, err := b.Gateway.Confirm(b.Context(), a, token)
	if err != nil {
		b.is(err, fault.Declined)
	}
	return err
}

// paid is an attempt that was paid, with the facts of that.
func (b *bench) paid(mode payment.Mode, with Card) (payment.Attempt, payment.Facts) {
	b.Helper()
	return b.paidAs("pay_1", mode, with)
}

func (b *bench) paidAs(id payment.AttemptID, mode payment.Mode, with Card) (payment.Attempt, payment.Facts) {
	b.Helper()
	a, started := b.begun(mode, id, euros)
	return b.reached(payment.Captured, a, started, with)
}

// reached pays an attempt and expects a state.
func (b *bench) reached(want payment.State, a payment.Attempt, s payment.Started, with Card) (payment.Attempt, payment.Facts) {
	b.Helper()
	if refused := b.pay(a, s, with); refused != nil {
		b.Fatalf("the card %q was refused: %v", with, refused)
	}
	f := b.fetch(a)
	if f.State != want || f.Ready {
		b.Fatalf("a payment with the card %q is %+v, want %s", with, f, want)
	}
	a.Intent, a.State = f.Intent, f.State
	return a, f
}

func (b *bench) fetch(a payment.Attempt) payment.Facts {
	b.Helper()
	f, err := b.Gateway.Fetch(b.Context(), a.About(b.told()...))
	if err != nil {
		b.Fatalf("fetch: %v", err)
	}
	return f
}

// told are the disputes of which a gateway's events have told, of whatever payment, where it Names them only there.
func (b *bench) told() []string {
	b.Helper()
	var out []string
	for cursor, more := "", b.Names; more; more = cursor != "" {
		page, next, err := b.Gateway.Events(b.Context(), b.Now().Add(-7*24*time.Hour), cursor)
		if err != nil {
			b.Fatalf("events: %v", err)
		}
		for _, e := range page {
			if e.Subject == payment.AboutDispute {
				out = append(out, e.Object)
			}
		}
		cursor = next
	}
	return out
}

// is fails the case unless err is of one of the kinds.
func (b *bench) is(err error, kinds ...fault.Kind) {
	b.Helper()
	if !fault.Is(err, kinds...) {
		b.Fatalf("got %v, want an error of kind %v", err, kinds)
	}
}

// atOnce calls from four sides at a time. Each call succeeds, or says that it lost against another.
func (b *bench) atOnce(call func() error) {
	b.Helper()
	var all sync.WaitGroup
	errs := make(chan error, 4)
	for range cap(errs) {
		all.Go(func() { errs <- call() })
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil && !fault.Is(err, fault.Unknown, fault.Unavailable, fault.Conflict, fault.Declined) {
			b.Errorf("at once with others: %v", err)
		}
	}
}

func (b *bench) chargeable(want int) {
	b.Helper()
	if got := b.Book(order).Chargeable; got != want {
		b.Errorf("the gateway could charge %d payments, want %d", got, want)
	}
}

// closed is chargeable for what was closed, at gateways that can be told.
func (b *bench) closed(left int) {
	b.Helper()
	if !b.Leaves {
		b.chargeable(left)
	}
}

func equal[T comparable](b *bench, what string, got, want T) {
	b.Helper()
	if got != want {
		b.Errorf("%s: got %v, want %v", what, got, want)
	}
}
