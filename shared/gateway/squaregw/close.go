package squaregw

import (
	"context"
	"net/http"

	"till/shared/fault"
	"till/shared/payment"
)

// Close ends an attempt: what was approved and not captured is given up, the page goes, the order is canceled. The page going
// should cancel the order; after a declined try it may not (https://developer.squareup.com/forums/t/21874), so the order is canceled
// in any case. What is paid or worked on is only told. None of the calls has an idempotency key: one would keep a refusal that no
// longer holds. Errors: as Fetch, and fault.Unknown.
func (g *Gateway) Close(ctx context.Context, a payment.Attempt) (payment.Facts, error) {
	const op = "squaregw.Close"
	now, err := g.attempt(ctx, op, a)
	if err != nil {
		return payment.Facts{}, err
	}
	if now.ended() {
		return g.whole(ctx, op, now)
	}
	for _, p := range now.live {
		if p.Status == paymentApproved {
			if err := g.giveUp(ctx, op, p.ID); err != nil {
				return payment.Facts{}, err
			}
		}
	}
	if a.Session != "" {
		if err := g.closePage(ctx, op, a.Session); err != nil {
			return payment.Facts{}, err
		}
	}
	then, err := g.stand(ctx, op, now.order.ID)
	if err != nil {
		return payment.Facts{}, unsureIf(op, err)
	}
	if !then.ended() {
		if then, err = g.cancel(ctx, op, then); err != nil {
			return payment.Facts{}, err
		}
	}
	then.session = a.Session
	return g.whole(ctx, op, then)
}

// ended tells whether closing has nothing left to do, or can do nothing: money is taken, a bank is at it, or the order is canceled and
// nothing was approved for it. What Square has approved and would complete by itself can still be given up.
func (s *standing) ended() bool {
	working := false
	for _, p := range s.live {
		working = working || p.Status == paymentPending
	}
	return s.state == payment.Captured || working || s.order.State == orderCanceled && s.approved().ID == ""
}

// giveUp voids an approved payment: https://developer.squareup.com/reference/square/payments-api/cancel-payment. One that is not
// approved any more is no error: how the order stands is asked afterwards.
func (g *Gateway) giveUp(ctx context.Context, op, id string) error {
	path, err := at(op, "/v2/payments", id, "cancel")
	if err != nil {
		return err
	}
	err = g.change(ctx, op, http.MethodPost, path, object{}, &struct{}{})
	if err != nil && refusedAsSent(err) && !fault.Is(err, fault.Unknown) {
		return nil
	}
	return err
}

// closePage deletes a payment link: https://developer.squareup.com/reference/square/checkout-api/delete-payment-link. One that is gone
// already, or cannot go, is no error.
func (g *Gateway) closePage(ctx context.Context, op, id string) error {
	path, err := at(op, linksPath, id)
	if err != nil {
		return err
	}
	err = g.change(ctx, op, http.MethodDelete, path, nil, nil)
	if err != nil && refusedAsSent(err) && !fault.Is(err, fault.Unknown) {
		return nil
	}
	return err
}

// cancel ends an order nobody has paid: https://developer.squareup.com/docs/orders-api/manage-orders/update-orders. Its version says
// that nobody has paid it since it was looked at.
func (g *Gateway) cancel(ctx context.Context, op string, now *standing) (*standing, error) {
	path, err := at(op, "/v2/orders", now.order.ID)
	if err != nil {
		return nil, err
	}
	body := object{"order": object{"location_id": g.location, "version": now.order.Version, "state": orderCanceled}}
	failure := g.change(ctx, op, http.MethodPut, path, body, &struct{}{})
	if failure != nil && !refusedAsSent(failure) {
		return nil, failure
	}
	then, err := g.stand(ctx, op, now.order.ID)
	switch {
	case err != nil:
		return nil, unsureIf(op, err)
	case then.ended():
		return then, nil
	case failure != nil && !fault.Is(failure, fault.Conflict) && len(then.live) == 0:
		return nil, failure // Open, unpaid and refused: something is wrong with the call.
	default:
		return nil, unsure(op) // Another was faster, and has not ended it; or somebody has just paid, which can be given up now.
	}
}

// unsureIf is for questions after a change: what could not be read may have happened.
func unsureIf(op string, err error) error {
	if fault.Is(err, fault.Unavailable) {
		return unsure(op)
	}
	return err
}
