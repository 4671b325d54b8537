package squaregw

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

const (
	// refundsOneByOne is how many refunds are asked for one by one; more are listed.
	refundsOneByOne = 8
	// refundsPage is the most that a page of refunds holds. https://developer.squareup.com/reference/square/refunds-api/list-payment-refunds
	refundsPage = 100
)

// Refund gives r.Amount back. It is looked for among the refunds of the payment before: a key that Square has forgotten would give it
// twice. Our id is the refund's reason: it has room for no other reference. Errors: as payment.Gateway; fault.Declined for
// what cannot be refunded any more, with Square's code; fault.Conflict, code payment_not_captured.
func (g *Gateway) Refund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	const op = "squaregw.Refund"
	now, err := g.attempt(ctx, op, a)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	paid, err := fromWire(op, now.order.Total)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	amount, err := g.toWire(op, money.Of(r.Amount, paid.Currency()))
	if err != nil {
		return payment.RefundFacts{}, err
	}
	from := now.refundable(r.Amount)
	if from == nil {
		return payment.RefundFacts{}, fault.New(fault.Conflict, op, "payment_not_captured", payment.RefusalText(fault.Conflict))
	}
	before, err := g.findRefund(ctx, op, now, r.ID)
	if !fault.Is(err, fault.NotFound) {
		return before, err
	}
	var made struct {
		Refund refundWire `json:"refund"`
	}
	err = g.change(ctx, op, http.MethodPost, "/v2/refunds", object{
		"idempotency_key": r.Key(), "payment_id": from.ID, "amount_money": amount, "reason": string(r.ID),
	}, &made)
	if err != nil {
		return payment.RefundFacts{}, known(op, err)
	}
	if !payment.IsRef(made.Refund.ID, 192) {
		return payment.RefundFacts{}, unsure(op)
	}
	return refundFacts(op, &made.Refund)
}

// refundable is the completed payment that an amount is given back from: the first that has as much left, else the one with most.
func (s *standing) refundable(minor int64) *paymentWire {
	var best *paymentWire
	for _, p := range s.live {
		if p.Status != paymentCompleted {
			continue
		}
		if p.left() >= minor {
			return p
		}
		if best == nil || p.left() > best.left() {
			best = p
		}
	}
	return best
}

// left is what of a payment is not refunded.
func (p *paymentWire) left() int64 {
	if p.Refunded == nil {
		return p.total().Amount
	}
	return p.total().Amount - p.Refunded.Amount
}

// FetchRefund asks how a refund stands, by r.Ref or among the refunds of the attempt. Errors: as Fetch.
func (g *Gateway) FetchRefund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	const op = "squaregw.FetchRefund"
	if r.Ref != "" {
		made, err := g.refund(ctx, op, r.Ref)
		if err != nil {
			return payment.RefundFacts{}, err
		}
		return refundFacts(op, made)
	}
	now, err := g.attempt(ctx, op, a)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	return g.findRefund(ctx, op, now, r.ID)
}

func (g *Gateway) refund(ctx context.Context, op, id string) (*refundWire, error) {
	path, err := at(op, "/v2/refunds", id)
	if err != nil {
		return nil, err
	}
	var out struct {
		Refund refundWire `json:"refund"`
	}
	if err := g.get(ctx, op, path, &out); err != nil {
		return nil, err
	}
	if out.Refund.ID != id {
		return nil, unreadable(op)
	}
	return &out.Refund, nil
}

// findRefund finds a refund by our id.
func (g *Gateway) findRefund(ctx context.Context, op string, now *standing, id payment.RefundID) (payment.RefundFacts, error) {
	all, err := g.refundsOf(ctx, op, now)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	for _, r := range all {
		if id != "" && r.ours() == id {
			return refundFacts(op, r)
		}
	}
	return payment.RefundFacts{}, notFound(op)
}

// refundsOf gives every refund of the captured payments of an order.
func (g *Gateway) refundsOf(ctx context.Context, op string, now *standing) ([]*refundWire, error) {
	var out []*refundWire
	for _, p := range now.live {
		if p.Status != paymentCompleted {
			continue
		}
		some := g.eachRefund
		if len(p.RefundIDs) > refundsOneByOne {
			some = g.listRefunds
		}
		made, err := some(ctx, op, p)
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	return out, nil
}

func (g *Gateway) eachRefund(ctx context.Context, op string, p *paymentWire) ([]*refundWire, error) {
	var out []*refundWire
	for _, id := range p.RefundIDs {
		r, err := g.refund(ctx, op, id)
		if err != nil {
			return nil, known(op, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// listRefunds lists the refunds made since a payment was, which cannot be asked for by payment, until all of it are there.
func (g *Gateway) listRefunds(ctx context.Context, op string, p *paymentWire) ([]*refundWire, error) {
	missing := map[string]bool{}
	for _, id := range p.RefundIDs {
		missing[id] = true
	}
	var out []*refundWire
	cursor := ""
	for range pagesMax {
		var page struct {
			Refunds []refundWire `json:"refunds"`
			Cursor  string       `json:"cursor"`
		}
		path := with("/v2/refunds", map[string]string{"begin_time": p.CreatedAt, "location_id": g.location, "sort_order": "ASC",
			"limit": strconv.Itoa(refundsPage), "cursor": cursor})
		if err := g.get(ctx, op, path, &page); err != nil {
			return nil, err
		}
		for i := range page.Refunds {
			if r := &page.Refunds[i]; missing[r.ID] && r.Payment == p.ID {
				delete(missing, r.ID)
				out = append(out, r)
			}
		}
		if cursor = page.Cursor; len(missing) == 0 || cursor == "" {
			break
		}
	}
	if len(missing) > 0 {
		return nil, fault.New(fault.Unavailable, op, "too_many_refunds", payment.RefusalText(fault.Unavailable))
	}
	return out, nil
}

// ours is our id of a refund, "" if staff made it at Square, whose reasons are anything.
func (r *refundWire) ours() payment.RefundID {
	if strings.HasPrefix(r.Reason, "ref_") && payment.IsRef(r.Reason, 64) {
		return payment.RefundID(r.Reason)
	}
	return ""
}

func refundFacts(op string, r *refundWire) (payment.RefundFacts, error) {
	if !payment.IsRef(r.ID, 192) {
		return payment.RefundFacts{}, unreadable(op)
	}
	state, known := refundStates[r.Status]
	if !known {
		return payment.RefundFacts{}, statusUnknown(op)
	}
	amount, err := fromWire(op, r.Amount)
	if err != nil {
		return payment.RefundFacts{}, err
	}
	return payment.RefundFacts{ID: r.ours(), Ref: r.ID, State: state, Amount: amount.Minor()}, nil
}
