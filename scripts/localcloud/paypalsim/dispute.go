package paypalsim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"till/scripts/localcloud/gatewaysim"
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
	said      gatewaysim.Said
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

// usual are PayPal's words for the reasons of the test cards.
var usual = map[string]string{"fraudulent": "UNAUTHORISED", "product_not_received": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"}

// disputable is what is left of a capture to dispute: not refunded, and not in another dispute that is open or lost.
func (c *capture) disputable() int64 {
	left := c.value - c.back()
	for _, d := range c.disputes {
		if d.open() || d.taken > 0 {
			left -= d.value
		}
	}
	return max(left, 0)
}

// raise disputes an amount of a capture, 0 for all that is left; nil if there is not that much.
func (s *Sim) raise(c *capture, reason string, inquiry bool, amount int64) *dispute {
	left := c.disputable()
	if amount == 0 {
		amount = left
	}
	if c.status != completed || amount < 1 || amount > left {
		return nil
	}
	reason = cmp.Or(usual[reason], reason)
	d := &dispute{id: s.core.IDOf("PP-R-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3) + s.core.IDOf("-", "0123456789", 9), capture: c, value: amount,
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
	d.said.Accepted = true
	s.decide(d, "ACCEPTED")
	return result{http.StatusOK, s.summary(d)}, nil
}

// provideEvidence is POST /v1/customer/disputes/{id}/provide-evidence: a form of parts, of which "input" is JSON. Notes that
// begin with "winning_evidence" or "losing_evidence" decide at once; with any other the shop wins after SettleAfter.
func (s *Sim) provideEvidence(c *call) (result, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	switch {
	case !ok:
		return result{}, notFound()
	case d.status != "WAITING_FOR_SELLER_RESPONSE":
		return result{}, wrongState("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", "Nothing is asked of the shop.")
	}
	given, files, bad := readEvidence(c)
	if bad != nil {
		return result{}, bad
	}
	outcome, texts := "", []string{}
	for _, each := range given {
		texts = append(texts, each.Notes)
		switch {
		case strings.HasPrefix(each.Notes, "winning_evidence"):
			outcome = "RESOLVED_SELLER_FAVOUR"
		case strings.HasPrefix(each.Notes, "losing_evidence"):
			outcome = "RESOLVED_BUYER_FAVOUR"
		}
	}
	d.said.Submit(d.capture.order.reference(), s.now(), d.due, texts...)
	d.said.Files = files
	d.status, d.updated = "UNDER_REVIEW", s.now()
	s.emit("CUSTOMER.DISPUTE.UPDATED", "dispute", "", s.viewDispute(d))
	if outcome != "" {
		s.decide(d, outcome)
		return result{http.StatusOK, s.summary(d)}, nil
	}
	s.after(s.cfg.SettleAfter, "dispute review "+d.id, func() {
		if d.open() {
			s.decide(d, "RESOLVED_SELLER_FAVOUR")
		}
	})
	return result{http.StatusOK, s.summary(d)}, nil
}

// piece is one piece of evidence. https://developer.paypal.com/api/customer-disputes/v1/definitions/evidence
type piece struct {
	Type  string `json:"evidence_type"`
	Notes string `json:"notes"`
	Info  struct {
		Parcels []struct {
			Carrier string `json:"carrier_name"`
			Other   string `json:"carrier_name_other"`
			Number  string `json:"tracking_number"`
		} `json:"tracking_info"`
		Refunds []struct {
			ID string `json:"refund_id"`
		} `json:"refund_ids"`
	} `json:"evidence_info"`
}

// notesMax is how many characters notes may have, fileMax how many bytes a file.
// https://developer.paypal.com/platforms/disputes/reference/supported-file-types-sizes
const (
	notesMax = 2000
	fileMax  = 10<<20 - 1
)

// readEvidence reads and checks the form.
func readEvidence(c *call) (given []piece, files int, bad *apiError) {
	missing := invalid("/evidences", "MISSING_REQUIRED_PARAMETER", "There is no evidence.")
	parts, ok := gatewaysim.PartsOf(c.req.Header.Get("Content-Type"), c.raw)
	if !ok {
		return nil, 0, missing
	}
	var in struct {
		Evidences []piece `json:"evidences"`
	}
	for _, part := range parts {
		if part.File != "" {
			if wrong := part.Document(fileMax, "application/pdf", "image/png", "image/jpeg", "image/gif"); wrong != "" {
				return nil, 0, invalid("/"+part.Name, "INVALID_FILE", wrong)
			}
			files++
			continue
		}
		if part.Name == "input" && json.Unmarshal(part.Data, &in) != nil {
			return nil, 0, invalid("/evidences", "MALFORMED_REQUEST_JSON", "The input is no JSON.")
		}
	}
	if len(in.Evidences) == 0 {
		return nil, 0, missing
	}
	for _, each := range in.Evidences {
		switch {
		case utf8.RuneCountInString(each.Notes) > notesMax:
			return nil, 0, invalid("/evidences/notes", "INVALID_STRING_MAX_LENGTH", "Notes have at most 2000 characters.")
		case each.Type == "PROOF_OF_FULFILLMENT" && len(each.Info.Parcels) == 0, each.Type == "PROOF_OF_REFUND" && len(each.Info.Refunds) == 0,
			each.Type == "OTHER" && each.Notes == "":
			return nil, 0, missing
		case each.Type != "PROOF_OF_FULFILLMENT" && each.Type != "PROOF_OF_REFUND" && each.Type != "OTHER":
			return nil, 0, invalid("/evidences/evidence_type", "INVALID_PARAMETER_VALUE", "There is no such type of evidence.")
		}
	}
	return in.Evidences, files, nil
}
