package paypalsim

import (
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// refundFor is how long a capture can be refunded. https://developer.paypal.com/docs/api/payments/v2/#captures_refund
const refundFor = 180 * 24 * time.Hour

// refund gives money back.
type refund struct {
	id      string
	capture *capture
	status  string
	value   int64
	custom  string
	invoice string
	created time.Time
	updated time.Time
}

// counts tells whether the money is back or on its way.
func (r *refund) counts() bool { return r.status == pending || r.status == completed }

// back is what of a capture is refunded, or on its way.
func (c *capture) back() int64 {
	var sum int64
	for _, r := range c.order.refunds {
		if r.capture == c && r.counts() {
			sum += r.value
		}
	}
	return sum
}

// refundCapture is POST /v2/payments/captures/{id}/refund.
func (s *Sim) refundCapture(c *call) (result, *apiError) {
	of, ok := s.captures.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	var in struct {
		Amount  *amount `json:"amount"`
		Custom  string  `json:"custom_id"`
		Invoice string  `json:"invoice_id"`
		Note    string  `json:"note_to_payer"`
	}
	if bad := c.into(&in); bad != nil {
		return result{}, bad
	}
	value := of.value - of.back()
	if in.Amount != nil {
		units, bad := in.Amount.some("/amount")
		if bad != nil {
			return result{}, bad
		}
		if value = units; in.Amount.Currency != of.order.currency {
			return result{}, unprocessable("/amount/currency_code", "REFUND_CAPTURE_CURRENCY_MISMATCH", "The capture is in another currency.")
		}
	}
	if len(in.Custom) > 127 {
		return result{}, invalid("/custom_id", "INVALID_STRING_MAX_LENGTH", "The text is too long.")
	}
	if bad := s.mayRefund(of, value); bad != nil {
		return result{}, bad
	}
	r := s.give(of, value, in.Custom, in.Invoice)
	return result{http.StatusCreated, s.viewRefund(r)}, nil
}

func (s *Sim) mayRefund(of *capture, value int64) *apiError {
	switch {
	case of.status == pending:
		return wrongState("PENDING_CAPTURE", "The money is not here yet.")
	case of.status != completed:
		return wrongState("REFUND_NOT_ALLOWED", "The money never came.")
	case of.withdrawn() > 0:
		return wrongState("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "The money was charged back.")
	case of.back() >= of.value:
		return wrongState("CAPTURE_FULLY_REFUNDED", "All of it was refunded.")
	case value > of.value-of.back():
		return unprocessable("/amount/value", "REFUND_AMOUNT_EXCEEDED", "More than is left.")
	case s.now().Sub(of.created) > refundFor:
		return wrongState("REFUND_TIME_LIMIT_EXCEEDED", "It was captured more than 180 days ago.")
	}
	return nil
}

// give makes a refund; how it ends is a matter of the faults and of the card.
func (s *Sim) give(of *capture, value int64, custom, invoice string) *refund {
	mode := s.core.Faulty().Refunds
	if mode == "" || mode == "succeeded" {
		mode = of.order.card.Refund
	}
	r := &refund{id: s.id(), capture: of, status: completed, value: value, custom: custom, invoice: invoice, created: s.now(), updated: s.now()}
	s.refunds.Put(r.id, r)
	of.order.refunds = append(of.order.refunds, r)
	of.updated, of.order.updated = s.now(), s.now()
	end := ""
	switch mode {
	case gatewaysim.RefundsPending:
		r.status, end = pending, completed
	case gatewaysim.RefundsPendingFail:
		r.status, end = pending, failed
	case gatewaysim.RefundsFailLate:
		end = failed
	case gatewaysim.RefundsFailed:
		r.status = failed
	}
	s.announceRefund(r)
	if end != "" {
		s.after(s.cfg.SettleAfter, "refund "+r.id, func() { s.endRefund(r, end) })
	}
	return r
}

func (s *Sim) announceRefund(r *refund) {
	kind := map[string]string{completed: "PAYMENT.CAPTURE.REFUNDED", pending: "PAYMENT.REFUND.PENDING"}[r.status]
	if kind == "" {
		kind = "PAYMENT.REFUND.FAILED"
	}
	s.emit(kind, "refund", "2.0", s.viewRefund(r))
}

// endRefund lets a refund succeed or fail; it does nothing if it has ended so already.
func (s *Sim) endRefund(r *refund, status string) {
	if r.status == status || !r.counts() {
		return
	}
	r.status, r.updated = status, s.now()
	s.announceRefund(r)
}

func (s *Sim) getRefund(c *call) (result, *apiError) {
	r, ok := s.refunds.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	return result{http.StatusOK, s.viewRefund(r)}, nil
}
