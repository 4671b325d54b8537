// Package receivestripe takes in Stripe's webhook events.
package receivestripe

import "till/shared/edge/hook"

// New answers POST /webhooks/stripe as hook.Receiver does, whose other fields r has.
func New(r hook.Receiver) hook.Receiver {
	r.Gateway = "stripe"
	return r
}
