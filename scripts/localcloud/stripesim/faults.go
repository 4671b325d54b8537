package stripesim

import "till/scripts/localcloud/gatewaysim"

// What all simulated gateways have in common, under the names that users of this one know.

type (
	// Clock is where time comes from.
	Clock = gatewaysim.Clock
	// Faults are what goes wrong, as the control page sets it.
	Faults = gatewaysim.Faults
	// WebhookFaults are those of webhooks on their way.
	WebhookFaults = gatewaysim.WebhookFaults
	// APIFaults are those of calls.
	APIFaults = gatewaysim.APIFaults
	// Rate is a probability.
	Rate = gatewaysim.Rate
	// Duration is a span of time, written as "1.5s".
	Duration = gatewaysim.Duration
	// Stats counts what was sent.
	Stats = gatewaysim.Stats
	// Delivery is a line of the log of deliveries.
	Delivery = gatewaysim.Delivery
	// Book is what Stripe knows of one order.
	Book = gatewaysim.Book
	// Payment is a line of the control page.
	Payment = gatewaysim.Payment
)

// What the fault "refunds" and some test cards do with refunds; later is after Config.SettleAfter.
const (
	RefundsPending     = gatewaysim.RefundsPending
	RefundsFailed      = gatewaysim.RefundsFailed
	RefundsPendingFail = gatewaysim.RefundsPendingFail
	RefundsFailLate    = gatewaysim.RefundsFailLate
)

// SetFaults replaces all faults. The error names a value that is not allowed.
func (s *Sim) SetFaults(f Faults) error { return s.core.SetFaults(f) }

// Faults is what SetFaults set.
func (s *Sim) Faults() Faults { return s.core.Faults() }
