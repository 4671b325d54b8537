package order

import (
	"time"

	"till/shared/payment"
)

// LimboAfter is how long the outcome of a call to a gateway may be unknown before people must know of it.
const LimboAfter = 15 * time.Minute

// Limbo is one thing about an order's money whose outcome is not known: a call to a gateway began, and nobody knows what came of it.
// Safe to log.
type Limbo struct {
	What    string // "payment", "confirm", "renewal", "capture" or "refund".
	ID      string // Of the attempt, capture or refund.
	Gateway string
	Since   time.Time
}

// Limbo lists what is not known, of captures and refunds what was never heard of by the gateway, too. A payment that the gateway works
// on for days and a refund that it has taken on are known: they are not here.
func (o *Order) Limbo() []Limbo { return o.r.limbo() }

func (r *Record) limbo() []Limbo {
	var out []Limbo
	gateways := map[payment.AttemptID]string{}
	for _, a := range r.Attempts {
		gateways[a.ID] = a.Gateway
		switch {
		case a.State == payment.Initiating, a.State == payment.Unknown:
			out = append(out, Limbo{"payment", string(a.ID), a.Gateway, a.At})
		case a.State.Open() && !a.Try.IsZero():
			out = append(out, Limbo{"confirm", string(a.ID), a.Gateway, a.Try})
		case !a.Renewal.Since.IsZero():
			out = append(out, Limbo{"renewal", string(a.ID), a.Gateway, a.Renewal.Since})
		}
	}
	for _, t := range r.Captures {
		if t.State.Open() {
			out = append(out, Limbo{"capture", string(t.ID), gateways[t.Attempt], t.At})
		}
	}
	for _, f := range r.Refunds {
		if f.State == payment.RefundRequested || f.State == payment.RefundUnknown {
			out = append(out, Limbo{"refund", string(f.ID), gateways[f.Attempt], f.At})
		}
	}
	return out
}
