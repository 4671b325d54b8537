package squaregw

import (
	"context"
	"math"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Fetch asks how an attempt stands: a call for its order, one for each payment that is or may become money, and once something is
// captured those for refunds, and one for each dispute that a.Disputes names. An attempt without references, whose start was never answered, is looked
// for among the orders of that time. Errors: as payment.Gateway; nothing is Unknown, since asking changes nothing;
// fault.Internal: status_unknown, amount_unreadable.
func (g *Gateway) Fetch(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "squaregw.Fetch"
	now, err := g.attempt(ctx, op, a)
	if err != nil {
		return payment.Facts{}, err
	}
	return g.whole(ctx, op, now)
}

// Find gives the attempt of a Square order, or of a payment of one: that is all that events about refunds and disputes tell. Errors: as
// Fetch; fault.NotFound also for one that is not ours.
func (g *Gateway) Find(ctx context.Context, intent string) (payment.Facts, error) {
	const op = "squaregw.Find"
	now, err := g.stand(ctx, op, intent)
	if fault.Is(err, fault.NotFound) {
		var p *paymentWire
		if p, err = g.payment(ctx, op, intent); err == nil {
			now, err = g.stand(ctx, op, p.Order)
		}
	}
	if err != nil {
		return payment.Facts{}, err
	}
	if order, attempt := now.ours(); order == "" || attempt == "" {
		return payment.Facts{}, fault.New(fault.NotFound, op, "payment_not_ours", payment.RefusalText(fault.NotFound))
	}
	return g.whole(ctx, op, now)
}

// standing is how an order stands with its payments.
type standing struct {
	order   *orderWire
	live    []*paymentWire // Those that are or may become money, in the order of the tenders.
	state   payment.State
	session string
	last    string // The code of the last try that failed, if none is live.

	disputes []string // The references of those to ask for.
}

// ours are our references, from the order's metadata.
func (s *standing) ours() (order string, attempt payment.AttemptID) {
	if text := s.order.Metadata[orderKey]; payment.IsRef(text, 64) {
		order = text
	}
	if text := s.order.Metadata[attemptKey]; payment.IsRef(text, 64) {
		attempt = payment.AttemptID(text)
	}
	return order, attempt
}

// attempt finds how an attempt stands, by what is known of it.
func (g *Gateway) attempt(ctx context.Context, op string, a payment.Attempt) (*standing, error) {
	id := a.Intent
	switch {
	case id != "":
	case a.Session != "":
		page, err := g.link(ctx, op, a.Session)
		if err != nil {
			return nil, err
		}
		id = page.Order
	default:
		found, err := g.look(ctx, op, a)
		if err != nil {
			return nil, err
		}
		id = found
	}
	now, err := g.stand(ctx, op, id)
	if err == nil {
		now.session, now.disputes = a.Session, a.Disputes
	}
	return now, err
}

// liveMax bounds the calls for one order: each declined try leaves a tender, and those are not asked for.
const liveMax = 10

// stand asks how an order stands.
func (g *Gateway) stand(ctx context.Context, op, id string) (*standing, error) {
	o, err := g.order(ctx, op, id)
	if err != nil {
		return nil, err
	}
	now := &standing{order: o}
	lastFailed := ""
	for _, t := range o.Tenders {
		switch {
		case t.failed():
			lastFailed = t.paymentID()
			continue
		case t.voided():
			continue
		case len(now.live) == liveMax:
			return nil, fault.New(fault.Unavailable, op, "too_many_payments", payment.RefusalText(fault.Unavailable))
		}
		p, err := g.tenderOf(ctx, op, t.paymentID())
		if err != nil {
			return nil, err
		}
		now.live = append(now.live, p)
	}
	if now.state, err = judge(op, o, now.live); err != nil {
		return nil, err
	}
	if now.state.Open() && len(now.live) == 0 && lastFailed != "" {
		p, err := g.tenderOf(ctx, op, lastFailed)
		if err != nil {
			return nil, err
		}
		now.last = p.refusal()
	}
	for _, p := range now.live {
		if p.Status == paymentFailed {
			now.last = p.refusal()
		}
	}
	return now, nil
}

// tenderOf reads the payment of a tender. That it is not found is no answer: Square itself named it, and what is not found counts as
// never begun.
func (g *Gateway) tenderOf(ctx context.Context, op, id string) (*paymentWire, error) {
	p, err := g.payment(ctx, op, id)
	return p, known(op, err)
}

// refusal is why a payment failed, as a code.
func (p *paymentWire) refusal() string {
	for _, e := range p.Card.Errors {
		if code := reason(e.Code); code != "" {
			return code
		}
	}
	return "payment_failed"
}

// risk is what Square finds of a payment: it says so to sellers who have asked for it, and it may take a while.
// https://developer.squareup.com/reference/square/enums/RiskEvaluationRiskLevel
func (p *paymentWire) risk() payment.Risk {
	switch p.Risk.Level {
	case "MODERATE":
		return payment.RiskElevated
	case "HIGH":
		return payment.RiskHighest
	}
	return ""
}

// facts are what a standing tells without a further call.
func (g *Gateway) facts(op string, now *standing) (payment.Facts, error) {
	f := payment.Facts{State: now.state, Session: now.session, Intent: now.order.ID}
	f.Order, f.Attempt = now.ours()
	var err error
	if f.Amount, err = fromWire(op, now.order.Total); err != nil {
		return payment.Facts{}, err
	}
	for _, p := range now.live {
		if found := p.risk(); !f.Risk.Reaches(found) && found != "" {
			f.Risk = found
		}
		if p.Status == paymentCompleted {
			if f.Captured, err = plus(op, f.Captured, p.total(), f.Amount.Currency()); err != nil {
				return payment.Facts{}, err
			}
			f.Charge, f.Fee = p.ID, f.Fee+p.fee(f.Amount.Currency())
		}
		if p.Status == paymentApproved && now.state == payment.Authorized && f.CaptureBefore.IsZero() {
			f.CaptureBefore = when(p.DelayedUntil)
		}
	}
	if now.state != payment.Captured {
		f.LastError = now.last
	}
	return f, nil
}

// plus adds an amount of Square's. Errors: fault.Internal, code amount_unreadable: another currency, or more than can be.
func plus(op string, sum int64, more moneyWire, c money.Currency) (int64, error) {
	amount, err := fromWire(op, more)
	if err != nil {
		return 0, err
	}
	total, err := money.Of(sum, c).Add(amount)
	if err != nil {
		return 0, fault.New(fault.Internal, op, "amount_unreadable", "")
	}
	return total.Minor(), nil
}

// fee is what Square has kept of a payment. It is known some seconds after the payment, and may be adjusted later.
// https://developer.squareup.com/reference/square/objects/ProcessingFee
func (p *paymentWire) fee(c money.Currency) int64 {
	sum := int64(0)
	for _, each := range p.Fees {
		if each.Amount.Currency != string(c) || each.Amount.Amount > math.MaxInt32 || each.Amount.Amount < math.MinInt32 {
			return 0 // Not known, then.
		}
		sum += each.Amount.Amount
	}
	return max(sum, 0)
}

// when reads a time of Square's; zero if there is none.
func when(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 2000 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

// whole is facts with refunds and the disputes that are known.
func (g *Gateway) whole(ctx context.Context, op string, now *standing) (payment.Facts, error) {
	f, err := g.facts(op, now)
	if err != nil || f.Captured == 0 {
		return f, err
	}
	made, err := g.refundsOf(ctx, op, now)
	if err != nil {
		return payment.Facts{}, err
	}
	for _, r := range made {
		facts, err := refundFacts(op, r)
		if err != nil {
			return payment.Facts{}, err
		}
		f.Refunds = append(f.Refunds, facts)
	}
	f.Disputes, err = g.disputesOf(ctx, op, now, f)
	if err != nil {
		return payment.Facts{}, err
	}
	return f, nil
}
