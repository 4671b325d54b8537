// Package gatewaytest is the contract that the adapter of every payment gateway passes, run against the gateway's simulator.
package gatewaytest

import (
	"net/http"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Card is how a shopper's means of payment behaves.
type Card string

// The cards.
const (
	Pays          Card = "pays"
	Declined      Card = "declined"
	Authenticates Card = "authenticates" // Pays once the shopper has proven who they are.
	Slow          Card = "slow"          // Is processed for at most a day, then pays. In euros.
	SlowFails     Card = "slow_fails"    // Is processed for at most a day, then fails. In euros.
	SlowRefund    Card = "slow_refund"   // Pays; its refunds are pending for at most a day.
	Disputes      Card = "disputes"      // Pays; the bank disputes it within the hour.
)

// Fault is how the gateway or the way to it misbehaves.
type Fault string

// The faults.
const (
	Working       Fault = "working"
	Down          Fault = "connection refused"
	Busy          Fault = "429"
	InUse         Fault = "409"
	ErrorBefore   Fault = "503 without effect"
	ErrorAfter    Fault = "503 after the effect"
	KeptError     Fault = "500 after the effect, kept for the key"
	TimeoutBefore Fault = "no answer, without effect"
	TimeoutAfter  Fault = "no answer, after the effect"
	CutReply      Fault = "half of the answer"
	HugeReply     Fault = "an answer of 5 MB"
	Redirects     Fault = "a redirect, without effect"
	NovelWord     Fault = "a status that nobody has heard of"
)

// Book is what the gateway itself knows of an order: not read through the adapter. Money is in decimal notation, major units.
type Book struct {
	Captured   string // "19.99"
	Refunded   string // Sent or on its way.
	Chargeable int    // Payments that are or can still be charged.
}

// Delivery is a webhook as it arrived.
type Delivery struct {
	Header http.Header
	Body   []byte
	At     time.Time // When it arrived; zero: now.
}

// Change is a change to a webhook's body before it is signed.
type Change string

// The changes. Each leaves a well-formed event.
const (
	OtherMode    Change = "of the other mode"
	OtherAccount Change = "of another account"
	OtherVersion Change = "of another API version"
	OtherType    Change = "of a type that nobody has heard of"
)

// Secret says who signs.
type Secret int

// The signers.
const (
	Current Secret = iota
	Previous
	Forger
)

// Harness is one gateway with empty books, and its other side. Every field is required.
type Harness struct {
	Gateway payment.Gateway
	Now     func() time.Time
	Advance func(time.Duration)

	// Pay is the shopper's try, on the hosted page or in the embedded form. It is false if the gateway took no try.
	Pay func(payment.Started, Card) bool
	// Prove is the shopper's answer when asked who they are.
	Prove func(s payment.Started, passed bool)

	Break      func(Fault)                      // Every call, until the next Break.
	BreakOnly  func(Fault)                      // Only calls that change something, until the next Break.
	Book       func(order string) Book          // All zero if there is none.
	RefundFail func(ref string)                 // A refund that had succeeded comes back.
	RefundThem func(intent string, minor int64) // Staff refunds on the gateway's own dashboard.
	Decide     func(dispute string, won bool)

	// Deliveries are the webhooks since the last call, as an endpoint with our subscription gets them.
	Deliveries func() []Delivery
	Verify     func(Delivery) (payment.Event, error) // At the time at which it arrived.
	// Sign makes a delivery of a body, signed at a time.
	Sign func(body []byte, at time.Time, by Secret) Delivery
	// Alter changes an event's body.
	Alter func(body []byte, to Change) []byte
	// Window is how far a signature's time may be off.
	Window time.Duration
	// PageLife is when a hosted page is over at the latest.
	PageLife time.Duration
}

// Run tries everything that Till needs of a gateway. open makes a gateway with empty books for each case.
func Run(t *testing.T, open func(*testing.T) *Harness) {
	suites := []struct {
		name  string
		cases []testCase
	}{
		{"start", startCases}, {"pay", payCases}, {"end", endCases}, {"refund", refundCases}, {"fault", faultCases()},
		{"webhook", webhookCases}, {"forgery", forgeryCases},
	}
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			for _, c := range suite.cases {
				t.Run(c.name, func(t *testing.T) { c.run(&bench{t, open(t), open}) })
			}
		})
	}
}

type testCase struct {
	name string
	run  func(*bench)
}

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

var modes = []payment.Mode{payment.Hosted, payment.Embedded}

var euros = money.Of(1999, "EUR")

// start is the start of an attempt that is made now.
func (b *bench) start(mode payment.Mode, id payment.AttemptID, amount money.Amount) payment.Start {
	return payment.Start{Order: order, Attempt: id, Mode: mode, Amount: amount, Title: title, ReturnURL: back, At: b.Now()}
}

// begun is an attempt that the gateway has begun.
func (b *bench) begun(mode payment.Mode, id payment.AttemptID, amount money.Amount) (payment.Attempt, payment.Started) {
	b.Helper()
	s := b.start(mode, id, amount)
	started, err := b.Gateway.Start(b.Context(), s)
	if err != nil {
		b.Fatalf("start: %v", err)
	}
	return attemptOf(s, started), started
}

func attemptOf(s payment.Start, started payment.Started) payment.Attempt {
	return payment.Attempt{ID: s.Attempt, Gateway: "", Mode: s.Mode, State: payment.RequiresAction, Amount: s.Amount.Minor(),
		Session: started.Session, Intent: started.Intent, At: s.At}
}

// paid is an attempt that was paid, with the facts of that.
func (b *bench) paid(mode payment.Mode, with Card) (payment.Attempt, payment.Facts) {
	b.Helper()
	a, started := b.begun(mode, "pay_1", euros)
	if !b.Pay(started, with) {
		b.Fatal("the gateway took no payment")
	}
	f := b.fetch(a)
	if f.State != payment.Captured {
		b.Fatalf("a payment with the card %q is %s", with, f.State)
	}
	a.Intent, a.State = f.Intent, f.State
	return a, f
}

func (b *bench) fetch(a payment.Attempt) payment.Facts {
	b.Helper()
	f, err := b.Gateway.Fetch(b.Context(), a)
	if err != nil {
		b.Fatalf("fetch: %v", err)
	}
	return f
}

// is fails the case unless err is of one of the kinds.
func (b *bench) is(err error, kinds ...fault.Kind) {
	b.Helper()
	if !fault.Is(err, kinds...) {
		b.Fatalf("got %v, want an error of kind %v", err, kinds)
	}
}

func (b *bench) chargeable(want int) {
	b.Helper()
	if got := b.Book(order).Chargeable; got != want {
		b.Errorf("the gateway could charge %d payments, want %d", got, want)
	}
}

func equal[T comparable](b *bench, what string, got, want T) {
	b.Helper()
	if got != want {
		b.Errorf("%s: got %v, want %v", what, got, want)
	}
}
