// Package receivesquare takes in Square's webhook events.
package receivesquare

import "till/shared/edge/hook"

// New answers POST /webhooks/square as hook.Receiver does, whose other fields r has.
func New(r hook.Receiver) hook.Receiver {
	r.Gateway = "square"
	return r
}
