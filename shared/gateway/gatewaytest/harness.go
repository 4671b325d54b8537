// Package gatewaytest is the contract that the adapter of every payment gateway passes, run against the gateway's simulator.
//
// A gateway's own test opens a Harness and calls Run. What kinds of gateways there are is said by the Harness's fields, so that a
// case that makes no sense at a gateway is not run there, and one that does cannot be left out by accident:
//
//   - Where the gateway takes the money in the browser, Pay answers no token, and the facts are never Ready.
//   - Where it remembers that the shopper agreed, Pay answers no token, the facts are Ready, and the contract calls Confirm.
//   - Where the form in the browser brings a token, Pay answers it, and the contract calls Confirm with it; see Tokens.
package gatewaytest

import (
	"net/http"
	"testing"
	"time"

	"till/shared/money"
	"till/shared/payment"
)

// Card is how a shopper's means of payment behaves.
type Card string

// The cards. Pays and Declined there are at every gateway; see Harness.Cards.
const (
	Pays          Card = "pays"
	Declined      Card = "declined"
	Authenticates Card = "authenticates" // Pays once the shopper has proven who they are.
	Slow          Card = "slow"          // Is processed for at most a day, then pays. In euros.
	SlowFails     Card = "slow_fails"    // Is processed for at most a day, then fails. In euros.
	SlowRefund    Card = "slow_refund"   // Pays; its refunds are pending for at most a day.
	Disputes      Card = "disputes"      // Pays; the bank disputes it within the hour.
	Inquires      Card = "inquires"      // Pays; the bank asks about it within the hour, and takes nothing.
	Warned        Card = "warned"        // Pays; the bank says within the hour that it may be fraud.
)

// Fault is how the gateway or the way to it misbehaves.
type Fault string

// The faults. Those that every gateway can have are Down, Busy, Denied, ErrorBefore, TimeoutBefore, TimeoutAfter, CutReply,
// HugeReply, Redirects and NovelWord; see Harness.Faults for the others.
const (
	Working       Fault = "working"
	Down          Fault = "connection refused"
	Busy          Fault = "429"
	Denied        Fault = "401"
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
	Held       string // Authorized and not captured.
	Fees       string // What the gateway kept: of payments, and of disputes beside their amounts. An hour after a payment at the latest.
	Withdrawn  string // Taken back for disputes that are open or lost, without fees.
	Chargeable int    // Payments that are or can still be charged, or that hold an authorization.
}

// Delivery is a webhook as it arrived. Its headers are those that the signature is in or covers, and no others: the contract
// alters each of them.
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

// Harness is one gateway with empty books whose account is in euros, and its other side. Fields are required unless they say when
// they are not.
type Harness struct {
	Gateway payment.Gateway
	Now     func() time.Time
	Advance func(time.Duration)
	// In is the same gateway, with empty books, for an account in another currency. nil if one account takes all currencies.
	In func(money.Currency) *Harness

	// Started says what is wrong with the answer to a start in a mode: what is missing for the browser, or too much. "" if it is right.
	Started func(payment.Mode, payment.Started) string
	// TooLittle is what is too little to be charged, in cents of the euro. 0 if a cent can be.
	TooLittle int64
	// PageLife is when a hosted page is over at the latest. 0 if the gateway says no end.
	PageLife time.Duration

	// Looks: it finds an attempt of which only our id is known. Otherwise such an attempt is fault.NotFound, and never pays.
	Looks bool
	// Tells: it keeps, and announces, tries that were declined. Otherwise Confirm's error is all that is heard of one.
	Tells bool
	// Names: a payment does not tell that it is disputed. Its disputes are known by their events, and asked for by their references.
	Names bool
	// Leaves: it cannot be told to end an attempt, and takes no money before Confirm, which nobody calls for a closed attempt. So after
	// a Close its Book.Chargeable is not looked at.
	Leaves bool
	// Whole: it captures whole authorizations only; others are fault.Invalid, capture_amount_fixed.
	Whole bool
	// Tokens are the modes in which Confirm needs a token from the browser.
	Tokens []payment.Mode
	// ManyRefunds is a number of refunds of one payment that do not fit a page. 0 if the gateway does not take that many.
	ManyRefunds int

	// Cards are those that the gateway's shoppers can have, for tries of either mode.
	Cards []Card
	// Pay is the shopper's try: on the hosted page, or in the form in the browser. It gives what the browser then brings to the
	// shop: the token for Confirm, "" if there is none. agreed is false if the gateway took no try.
	Pay func(s payment.Started, with Card) (token string, agreed bool)
	// Prove is the shopper's answer when asked who they are, and what comes of it, as Pay. With Cards' Authenticates only.
	Prove func(s payment.Started, passed bool) (token string, agreed bool)

	// Faults are those that Break knows, beside Working.
	Faults    []Fault
	Break     func(Fault)             // Every call but those for an access token only, until the next Break.
	BreakOnly func(Fault)             // Only calls that change something, until the next Break.
	Book      func(order string) Book // Amounts are "0" if there is none.
	// RefundThem is staff that refund a payment, by its Facts.Intent, on the gateway's own dashboard.
	RefundThem func(intent string, minor int64)
	// RefundFail lets a refund come back that had succeeded. nil if that cannot be.
	RefundFail func(ref string)
	Decide     func(dispute string, won bool) // With Cards' Disputes only.
	// Filed is how many documents went with the evidence that a dispute's bank has: by the gateway's books. With Cards' Disputes only.
	Filed func(dispute string) int
	// NoFiles lets the gateway refuse whatever holds a file, for good. With Cards' Disputes only.
	NoFiles func()
	// RenewOnce lets the gateway renew each promise once only. nil if it always does, or renews nothing.
	RenewOnce func()
	// BreakSubmit is BreakOnly for the call alone that submits evidence, after all that comes before it. With Cards' Disputes only.
	BreakSubmit func(Fault)
	// Complain lets the bank dispute an amount of a payment, by its Facts.Intent, and gives the dispute's reference. With Cards' Disputes
	// only.
	Complain func(intent string, minor int64) string

	// Deliveries are the webhooks since the last call, as an endpoint with our subscription gets them.
	Deliveries func() []Delivery
	// Lose makes webhooks get lost on their way for good, or stops that.
	Lose   func(bool)
	Verify func(Delivery) (payment.Event, error) // At the time at which it arrived.
	// Sign makes a delivery of a body, signed at a time.
	Sign func(body []byte, at time.Time, by Secret) Delivery
	// Forge are other ways in which strangers could make up a signature at this gateway, by name: with an empty secret, with another
	// algorithm, with a certificate of their own, for another endpoint.
	Forge map[string]func(body []byte) Delivery
	// Signers are those that are taken: Current, and Previous if there can be two at a time.
	Signers []Secret
	// Changes are those that Alter knows.
	Changes []Change
	// Alter changes an event's body.
	Alter func(body []byte, to Change) []byte
	// Window is how far a signature's time may be off. 0 if there is no time in signatures.
	Window time.Duration
	// Ahead is how far it may be ahead of our time. 0: as far as Window.
	Ahead time.Duration
}

// Run tries everything that Till needs of a gateway. open makes a gateway with empty books for each case.
func Run(t *testing.T, open func(*testing.T) *Harness) {
	suites := []struct {
		name  string
		cases []testCase
	}{
		{"start", startCases}, {"pay", payCases}, {"confirm", confirmCases}, {"capture", captureCases}, {"renew", append(renewFaults(), renewCases...)}, {"end", endCases},
		{"refund", refundCases}, {"answer", append(answerFaults(), answerCases...)}, {"fault", faultCases()}, {"events", eventCases}, {"settled", settledCases}, {"webhook", webhookCases}, {"forgery", forgeryCases},
	}
	kind := open(t)
	complete(t, kind)
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			for _, c := range suite.cases {
				if c.needs != nil && !c.needs(kind) {
					continue
				}
				t.Run(c.name, func(t *testing.T) { c.run(&bench{t, open(t), open}) })
			}
		})
	}
}

type testCase struct {
	name  string
	run   func(*bench)
	needs func(*Harness) bool // nil: the case is for every gateway.
}
