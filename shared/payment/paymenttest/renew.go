package paymenttest

import (
	"context"
	"time"

	"till/shared/payment"
)

var _ payment.Renewer = (*Gateway)(nil)

// Renew is payment.Renewer's: three days more, once.
func (g *Gateway) Renew(_ context.Context, a payment.Attempt) (payment.Facts, error) {
	return g.facts("Renew", a, func(f *payment.Facts) {
		if f.State == payment.Authorized && f.Renewable {
			f.Renewable, f.Sure = false, f.Sure.Add(3*24*time.Hour)
		}
	})
}
