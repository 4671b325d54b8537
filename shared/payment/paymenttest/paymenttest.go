// Package paymenttest is a payment gateway in memory that does as a test says. Tests only; the adapters' own contract is
// gatewaytest's.
package paymenttest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/settlement"
)

// Gateway is the gateway. The zero value works and takes every card. Safe for concurrent use; set the hooks before use.
type Gateway struct {
	// Fault, if set, is called before and after the effect of each call, by the method's name. The error that it gives is
	// what the caller gets: before, nothing has happened; after, it has.
	Fault func(call string, after bool) error
	// Waiting, if set, is called in Start before its effect, outside of locks: a test holds a call up with it.
	Waiting func()
	// RefundState is what new refunds are in; succeeded unless set.
	RefundState payment.RefundState
	// Can replaces the capabilities, if it has modes.
	Can payment.Capabilities

	// Names: payments do not tell that they are disputed. Facts hold those disputes that were asked for.
	Names bool

	// Answered is what was sent against disputes.
	Answered []payment.Evidence

	// Told is what Events gives, and Since what it was asked for last.
	Told  []payment.Event
	Since time.Time
	// Moved is what Settled gives.
	Moved []settlement.Record

	mu       sync.Mutex
	payments []*payment.Facts
	manual   map[payment.AttemptID]bool
	taken    map[payment.CaptureID]bool
	links    map[payment.AttemptID]payment.Started
	calls    map[string]int
}

var _ payment.Gateway = (*Gateway)(nil)

// notFound is what the gateway says of what it does not know.
func notFound() error { return fault.New(fault.NotFound, "paymenttest", "payment_not_found", "") }

func call[T any](g *Gateway, name string, effect func() (T, error)) (T, error) {
	var none T
	if g.Fault != nil {
		if err := g.Fault(name, false); err != nil {
			return none, err
		}
	}
	got, err := func() (T, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.calls == nil {
			g.calls, g.links = map[string]int{}, map[payment.AttemptID]payment.Started{}
			g.manual, g.taken = map[payment.AttemptID]bool{}, map[payment.CaptureID]bool{}
		}
		g.calls[name]++
		return effect()
	}()
	if g.Fault != nil {
		if err := g.Fault(name, true); err != nil {
			return none, err
		}
	}
	return got, err
}

// Calls is how often a method had its effect.
func (g *Gateway) Calls(name string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[name]
}

// Start is payment.Gateway's. References are made of the attempt's id.
func (g *Gateway) Start(_ context.Context, s payment.Start) (payment.Started, error) {
	if g.Waiting != nil {
		g.Waiting()
	}
	return call(g, "Start", func() (payment.Started, error) {
		if again, done := g.links[s.Attempt]; done {
			return again, nil
		}
		tail := strings.TrimPrefix(string(s.Attempt), "pay_")
		f := &payment.Facts{State: payment.RequiresAction, Order: s.Order, Attempt: s.Attempt, Amount: s.Amount}
		started := payment.Started{Session: "cs_" + tail, RedirectURL: "https://gateway.example/pay/cs_" + tail}
		if s.Mode == payment.Embedded {
			started = payment.Started{Intent: "pi_" + tail, ClientSecret: "pi_" + tail + "_secret_opened", PublicKey: "pk_test_shop"}
		}
		f.Session, f.Intent = started.Session, started.Intent
		g.payments, g.links[s.Attempt], g.manual[s.Attempt] = append(g.payments, f), started, s.Manual
		return started, nil
	})
}

// find gives a payment by what is known of it.
func (g *Gateway) find(a payment.Attempt) (*payment.Facts, error) {
	for _, f := range g.payments {
		if (a.ID != "" && f.Attempt == a.ID) || (a.Intent != "" && f.Intent == a.Intent) {
			return f, nil
		}
	}
	return nil, notFound()
}

// copied gives facts whose lists are the caller's own.
func copied(f *payment.Facts) payment.Facts {
	out := *f
	out.Refunds = append([]payment.RefundFacts(nil), f.Refunds...)
	out.Disputes = append([]payment.DisputeFacts(nil), f.Disputes...)
	return out
}

func (g *Gateway) facts(name string, a payment.Attempt, change func(*payment.Facts)) (payment.Facts, error) {
	return call(g, name, func() (payment.Facts, error) {
		f, err := g.find(a)
		if err != nil {
			return payment.Facts{}, err
		}
		change(f)
		out := copied(f)
		out.Disputes = slices.DeleteFunc(out.Disputes, func(d payment.DisputeFacts) bool { return g.Names && !slices.Contains(a.Disputes, d.Ref) })
		return out, nil
	})
}

// Fetch is payment.Gateway's.
func (g *Gateway) Fetch(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("Fetch", a, func(*payment.Facts) {})
}

// Close is payment.Gateway's.
func (g *Gateway) Close(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("Close", a, func(f *payment.Facts) {
		switch {
		case f.State == payment.Authorized && f.Captured > 0:
			f.State = payment.Captured
		case f.State == payment.RequiresAction, f.State == payment.Authorized:
			f.State, f.Ready = payment.Canceled, false
		}
		f.CaptureBefore = time.Time{}
	})
}

// Confirm is payment.Gateway's. It takes, or promises, what is Ready or comes with a token; "tok_declined" is a token that is refused.
func (g *Gateway) Confirm(_ context.Context, a payment.Attempt, token string) (payment.Facts, error) {
	if token == "tok_declined" {
		return payment.Facts{}, fault.New(fault.Declined, "paymenttest.Confirm", "card_declined", "")
	}
	return g.facts("Confirm", a, func(f *payment.Facts) {
		if (f.Ready || token != "") && f.State == payment.RequiresAction {
			if Paid(f); g.manual[f.Attempt] {
				Authorized(f)
			}
			f.Ready, f.LastError = false, ""
		}
	})
}

// Capture is payment.Gateway's. A final capture ends the authorization, and so does one of all that is left.
func (g *Gateway) Capture(_ context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	return call(g, "Capture", func() (payment.Facts, error) {
		f, err := g.find(a)
		switch {
		case err != nil:
			return payment.Facts{}, err
		case g.taken[c.ID]:
			return copied(f), nil
		case f.State != payment.Authorized:
			return payment.Facts{}, fault.New(fault.Declined, "paymenttest.Capture", "authorization_over", "")
		case c.Amount > f.Amount.Minor()-f.Captured:
			return payment.Facts{}, fault.New(fault.Conflict, "paymenttest.Capture", "capture_exceeds_authorized", "")
		}
		g.taken[c.ID] = true
		if f.Captured += c.Amount; c.Final || f.Captured == f.Amount.Minor() {
			f.State, f.CaptureBefore = payment.Captured, time.Time{}
		}
		return copied(f), nil
	})
}

// AnswerDispute is payment.Gateway's. What was sent is Answered.
func (g *Gateway) AnswerDispute(_ context.Context, a payment.Attempt, dispute string, e payment.Evidence) (payment.Facts, error) {
	return g.answer("AnswerDispute", a, dispute, func(d *payment.DisputeFacts) {
		d.State, d.DueBy, g.Answered = payment.DisputeUnderReview, time.Time{}, append(g.Answered, e)
	})
}

// AcceptDispute is payment.Gateway's.
func (g *Gateway) AcceptDispute(_ context.Context, a payment.Attempt, dispute string, _ payment.AnswerID) (payment.Facts, error) {
	return g.answer("AcceptDispute", a, dispute, func(d *payment.DisputeFacts) {
		d.State, d.DueBy, d.Withdrawn = payment.DisputeLost, time.Time{}, d.Amount
	})
}

func (g *Gateway) answer(name string, a payment.Attempt, dispute string, change func(*payment.DisputeFacts)) (payment.Facts, error) {
	return call(g, name, func() (payment.Facts, error) {
		f, err := g.find(a)
		if err != nil {
			return payment.Facts{}, err
		}
		i := slices.IndexFunc(f.Disputes, func(d payment.DisputeFacts) bool { return d.Ref == dispute })
		if i < 0 {
			return payment.Facts{}, fault.New(fault.NotFound, "paymenttest", "dispute_not_found", "")
		}
		if f.Disputes[i].Answerable() {
			change(&f.Disputes[i])
		}
		return copied(f), nil
	})
}

// Events is payment.Gateway's: all that was Told, on one page.
func (g *Gateway) Events(_ context.Context, since time.Time, _ string) ([]payment.Event, string, error) {
	page, err := call(g, "Events", func() ([]payment.Event, error) {
		g.Since = since
		return g.Told, nil
	})
	return page, "", err
}

// Settled is settlement.Teller's: what of Moved is of the time, a row a page.
func (g *Gateway) Settled(_ context.Context, from, to time.Time, cursor string) (settlement.Page, error) {
	return call(g, "Settled", func() (settlement.Page, error) {
		var page settlement.Page
		for i, r := range g.Moved {
			if id := strconv.Itoa(i); r.At.Before(from) || !r.At.Before(to) || len(cursor) > len(id) || len(cursor) == len(id) && cursor >= id {
				continue
			} else if len(page.Records) == 1 {
				page.Next = strconv.Itoa(i - 1)
				break
			}
			page.Records = append(page.Records, r)
		}
		return page, nil
	})
}

// Find is payment.Gateway's.
func (g *Gateway) Find(_ context.Context, intent string) (payment.Facts, error) {
	return g.facts("Find", payment.Attempt{Intent: intent}, func(*payment.Facts) {})
}

// Resume is payment.Gateway's.
func (g *Gateway) Resume(_ context.Context, a payment.Attempt) (payment.Started, error) {
	return call(g, "Resume", func() (payment.Started, error) {
		if f, err := g.find(a); err != nil || f.State != payment.RequiresAction {
			return payment.Started{}, fault.New(fault.Conflict, "paymenttest.Resume", "payment_not_open", "")
		}
		return g.links[a.ID], nil
	})
}

// Refund is payment.Gateway's.
func (g *Gateway) Refund(_ context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	return call(g, "Refund", func() (payment.RefundFacts, error) {
		f, err := g.find(a)
		if err != nil {
			return payment.RefundFacts{}, err
		}
		given := int64(0)
		for _, each := range f.Refunds {
			if each.ID == r.ID {
				return each, nil
			}
			given += each.Amount
		}
		if given+r.Amount > f.Captured {
			return payment.RefundFacts{}, fault.New(fault.Invalid, "paymenttest.Refund", "refund_too_large", "")
		}
		state := g.RefundState
		if state == "" {
			state = payment.RefundSucceeded
		}
		made := payment.RefundFacts{ID: r.ID, Ref: fmt.Sprintf("re_%s", r.ID[4:]), State: state, Amount: r.Amount}
		f.Refunds = append(f.Refunds, made)
		return made, nil
	})
}

// FetchRefund is payment.Gateway's.
func (g *Gateway) FetchRefund(_ context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	return call(g, "FetchRefund", func() (payment.RefundFacts, error) {
		f, err := g.find(a)
		if err != nil {
			return payment.RefundFacts{}, err
		}
		for _, each := range f.Refunds {
			if each.ID == r.ID || (r.Ref != "" && each.Ref == r.Ref) {
				return each, nil
			}
		}
		return payment.RefundFacts{}, notFound()
	})
}

// Capabilities is payment.Gateway's: both modes and every currency, unless Can says otherwise.
func (g *Gateway) Capabilities() payment.Capabilities {
	if len(g.Can.Modes) > 0 {
		return g.Can
	}
	return payment.Capabilities{Modes: []payment.Mode{payment.Hosted, payment.Embedded}, KeyLife: 24 * time.Hour, Manual: true, Captures: 10}
}

// Tell lets the world change a payment: the shopper pays, the bank declines, staff refund at the gateway's own dashboard.
// It is false if there is no such payment.
func (g *Gateway) Tell(id payment.AttemptID, change func(*payment.Facts)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	f, err := g.find(payment.Attempt{ID: id})
	if err != nil {
		return false
	}
	change(f)
	return true
}

// Paid is a shopper who pays what was asked.
func Paid(f *payment.Facts) {
	f.State, f.Captured, f.Intent = payment.Captured, f.Amount.Minor(), "pi_"+strings.TrimPrefix(string(f.Attempt), "pay_")
}

// Authorized is a shopper who pays what was asked, to be taken later.
func Authorized(f *payment.Facts) {
	Paid(f)
	f.State, f.Captured = payment.Authorized, 0
}

// Agreed is a shopper who has agreed to pay what the gateway takes only when it is told.
func Agreed(f *payment.Facts) {
	f.Ready, f.Intent = true, "pi_"+strings.TrimPrefix(string(f.Attempt), "pay_")
}

// Declined is a card that is refused; the shopper may try another.
func Declined(f *payment.Facts) { f.LastError = "card_declined" }

// Processing is a slow method that is on its way.
func Processing(f *payment.Facts) { f.State = payment.Processing }

// PaidOther is a payment of another amount than was asked for.
func PaidOther(minor int64) func(*payment.Facts) {
	return func(f *payment.Facts) {
		Paid(f)
		f.Captured, f.Amount = minor, money.Of(minor, f.Amount.Currency())
	}
}

// Disputed is a payment that the shopper's bank takes back.
func Disputed(ref string) func(*payment.Facts) {
	return func(f *payment.Facts) {
		f.Disputes = append(f.Disputes, payment.DisputeFacts{Ref: ref, State: payment.DisputeNeedsResponse, Amount: f.Captured, Withdrawn: f.Captured})
	}
}

// Begun is how many payments were begun for an order.
func (g *Gateway) Begun(order string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, f := range g.payments {
		if f.Order == order {
			n++
		}
	}
	return n
}

// Captured is all money that the gateway has taken for an order, refunds deducted, minor units.
func (g *Gateway) Captured(order string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	sum := int64(0)
	for _, f := range g.payments {
		if f.Order != order {
			continue
		}
		sum += f.Captured
		for _, r := range f.Refunds {
			if r.State.Live() {
				sum -= r.Amount
			}
		}
	}
	return sum
}
