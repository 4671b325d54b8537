package paypalsim

import (
	"net/http"
	"time"
)

// answerWithin is how long the shop has to answer a claim.
const answerWithin = 10 * 24 * time.Hour

// dispute is a shopper's complaint. https://developer.paypal.com/disputes/disputes-lifecycle
type dispute struct {
	id        string
	capture   *capture
	value     int64
	reason    string
	stage     string // INQUIRY or CHARGEBACK.
	status    string
	outcome   string
	created   time.Time
	updated   time.Time
	due       time.Time
	movements []object
	taken     int64 // Of the shop's balance now.
	fee       int64
}

func (d *dispute) open() bool { return d.status != "RESOLVED" }

// withdrawn is what disputes have taken of a capture.
func (c *capture) withdrawn() int64 {
	var sum int64
	for _, d := range c.disputes {
		sum += d.taken
	}
	return sum
}

// raise disputes what is left of a capture; nil if there is nothing left or a dispute is open.
func (s *Sim) raise(c *capture, reason string, inquiry bool) *dispute {
	if c.status != completed || c.value == c.back() || len(c.disputes) > 0 {
		return nil
	}
	d := &dispute{id: s.core.IDOf("PP-R-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3) + s.core.IDOf("-", "0123456789", 9), capture: c, value: c.value - c.back(),
		reason: reason, stage: "INQUIRY", status: "WAITING_FOR_SELLER_RESPONSE", created: s.now(), updated: s.now(), due: s.now().Add(answerWithin)}
	if !inquiry {
		d.stage, d.fee = "CHARGEBACK", disputeFee
		s.move(d, "DEBIT", "DISPUTE_SETTLEMENT", d.value)
		s.move(d, "DEBIT", "CHARGEBACK_FEE", d.fee)
		d.taken = d.value
	}
	c.disputes = append(c.disputes, d)
	s.disputes.Put(d.id, d)
	s.emit("CUSTOMER.DISPUTE.CREATED", "dispute", "", s.viewDispute(d))
	s.after(answerWithin, "dispute deadline "+d.id, func() {
		if d.open() && d.status == "WAITING_FOR_SELLER_RESPONSE" {
			s.decide(d, "RESOLVED_BUYER_FAVOUR")
		}
	})
	return d
}

func (s *Sim) move(d *dispute, kind, reason string, units int64) {
	d.movements = append(d.movements, object{"party": "SELLER", "amount": money(units, d.capture.order.currency), "initiated_time": stamp(s.now()),
		"type": kind, "reason": reason})
}

// decide ends an open dispute.
func (s *Sim) decide(d *dispute, outcome string) {
	d.status, d.outcome, d.updated = "RESOLVED", outcome, s.now()
	lost := outcome == "RESOLVED_BUYER_FAVOUR" || outcome == "ACCEPTED"
	switch {
	case lost && d.taken == 0: // An inquiry that the shop lost: now it pays.
		s.move(d, "DEBIT", "DISPUTE_SETTLEMENT", d.value)
		d.taken = d.value
	case !lost && d.taken > 0:
		s.move(d, "CREDIT", "DISPUTE_SETTLEMENT", d.taken)
		d.taken = 0
	}
	s.emit("CUSTOMER.DISPUTE.RESOLVED", "dispute", "", s.viewDispute(d))
}

func (s *Sim) viewDispute(d *dispute) object {
	c := d.capture
	o := s.summary(d)
	o["disputed_transactions"] = []object{{"seller_transaction_id": c.id, "create_time": stamp(c.created), "transaction_status": "COMPLETED",
		"gross_amount": money(c.value, c.order.currency), "invoice_number": c.order.unit.Invoice, "custom": c.order.unit.Custom,
		"seller": object{"merchant_id": "TILLSIMULATED"}}}
	o["dispute_channel"] = "INTERNAL"
	if len(d.movements) > 0 {
		o["fund_movements"] = d.movements
	}
	if d.outcome != "" {
		o["dispute_outcome"] = object{"outcome_code": d.outcome}
	}
	if d.status == "WAITING_FOR_SELLER_RESPONSE" {
		o["seller_response_due_date"] = stamp(d.due)
	}
	return o
}

// summary is what lists hold.
func (s *Sim) summary(d *dispute) object {
	return object{"dispute_id": d.id, "create_time": stamp(d.created), "update_time": stamp(d.updated), "reason": d.reason, "status": d.status,
		"dispute_life_cycle_stage": d.stage, "dispute_amount": money(d.value, d.capture.order.currency),
		"links": []object{link(s.cfg.BaseURL+"/v1/customer/disputes/"+d.id, "self", "GET")}}
}

// listDisputes is GET /v1/customer/disputes?disputed_transaction_id=…
func (s *Sim) listDisputes(c *call) (result, *apiError) {
	of := c.req.URL.Query().Get("disputed_transaction_id")
	list := s.disputes.Newest(func(d *dispute) bool { return of == "" || d.capture.id == of })
	if len(list) > 50 {
		list = list[:50]
	}
	return result{http.StatusOK, object{"items": views(list, s.summary), "links": []object{}}}, nil
}

func (s *Sim) getDispute(c *call) (result, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	return result{http.StatusOK, s.viewDispute(d)}, nil
}

// acceptClaim is POST /v1/customer/disputes/{id}/accept-claim: the shop gives in.
func (s *Sim) acceptClaim(c *call) (result, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	switch {
	case !ok:
		return result{}, notFound()
	case !d.open():
		return result{}, wrongState("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", "The dispute is closed.")
	}
	s.decide(d, "ACCEPTED")
	return result{http.StatusOK, s.summary(d)}, nil
}

// provideEvidence is POST /v1/customer/disputes/{id}/provide-evidence. Whatever is sent, the shop wins after SettleAfter.
func (s *Sim) provideEvidence(c *call) (result, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	switch {
	case !ok:
		return result{}, notFound()
	case d.status != "WAITING_FOR_SELLER_RESPONSE":
		return result{}, wrongState("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", "Nothing is asked of the shop.")
	case len(c.raw) == 0:
		return result{}, invalid("/evidences", "MISSING_REQUIRED_PARAMETER", "There is no evidence.")
	}
	d.status, d.updated = "UNDER_REVIEW", s.now()
	s.emit("CUSTOMER.DISPUTE.UPDATED", "dispute", "", s.viewDispute(d))
	s.after(s.cfg.SettleAfter, "dispute review "+d.id, func() {
		if d.open() {
			s.decide(d, "RESOLVED_SELLER_FAVOUR")
		}
	})
	return result{http.StatusOK, s.summary(d)}, nil
}
