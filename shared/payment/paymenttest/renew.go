package paymenttest

import (
	"context"
	"time"

	"till/shared/payment"
)

var _ payment.Renewer = (*Gateway)(nil)

// Renew is payment.Renewer's: three days more, as long as the promise lasts.
func (g *Gateway) Renew(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("Renew", a, func(f *payment.Facts) {
		if f.State == payment.Authorized && f.Renewable && !f.Sure.Truncate(time.Second).After(a.Sure) {
			f.Sure = f.Sure.Add(3 * 24 * time.Hour)
			f.Renewable = f.Sure.Before(f.CaptureBefore)
		}
	})
}
