// Package receivepaypal takes in PayPal's webhook events.
package receivepaypal

import "till/shared/edge/hook"

// New answers POST /webhooks/paypal as hook.Receiver does, whose other fields r has.
func New(r hook.Receiver) hook.Receiver {
	r.Gateway = "paypal"
	return r
}
