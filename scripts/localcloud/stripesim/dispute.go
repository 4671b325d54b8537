package stripesim

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"till/scripts/localcloud/gatewaysim"
)

// answerWithin is how long the shop has to submit evidence. Real deadlines are 7 to 21 days by card network.
const answerWithin = 7 * 24 * time.Hour

// dispute is a shopper's complaint at the bank. https://docs.stripe.com/disputes/how-disputes-work
type dispute struct {
	id       string
	charge   *charge
	amount   int64
	reason   string
	status   string
	metadata map[string]string
	created  int64
	dueBy    int64
	answered int // How often evidence was submitted.
	said     gatewaysim.Said
	taken    *movement
	given    *movement
}

// holdsFunds tells whether the bank has taken the money back.
func (d *dispute) holdsFunds() bool {
	return d.status == "needs_response" || d.status == "under_review" || d.status == "lost"
}

func (d *dispute) open() bool {
	return d.status != "won" && d.status != "lost" && d.status != "warning_closed"
}

// disputable is what is left of a charge to dispute: not refunded, and not in another dispute that is open or lost.
func (ch *charge) disputable(but *dispute) int64 {
	left := ch.refundable()
	for _, d := range ch.disputes {
		if d != but && (d.open() || d.status == "lost") {
			left -= d.amount
		}
	}
	return max(left, 0)
}

// heldBack tells whether a bank has taken money of a charge back.
func (ch *charge) heldBack() bool {
	return slices.ContainsFunc(ch.disputes, (*dispute).holdsFunds)
}

// raise disputes an amount of a charge, 0 for all that is left; nil if there is not that much.
func (s *Sim) raise(ch *charge, reason string, inquiry bool, amount int64) *dispute {
	left := ch.disputable(nil)
	if amount == 0 {
		amount = left
	}
	if amount < 1 || amount > left {
		return nil
	}
	d := &dispute{id: s.id("dp_1", 23), charge: ch, amount: amount, reason: reason, status: "needs_response", created: s.now(),
		dueBy: s.now() + int64(answerWithin/time.Second)}
	ch.disputes = append(ch.disputes, d)
	s.disputes.Put(d.id, d)
	if inquiry {
		d.status = "warning_needs_response"
		s.emit(nil, "charge.dispute.created", s.viewDispute(d), nil)
	} else {
		d.taken = s.move("adjustment", d.id, ch.intent.currency, -d.amount, disputeFee(ch.intent.currency))
		s.emit(nil, "charge.dispute.created", s.viewDispute(d), nil)
		s.emit(nil, "charge.dispute.funds_withdrawn", s.viewDispute(d), nil)
	}
	s.endUnanswered(d)
	return d
}

// endUnanswered decides a dispute against the shop that has said nothing when its time is over.
func (s *Sim) endUnanswered(d *dispute) {
	due := d.dueBy
	s.after(time.Duration(due-s.now())*time.Second, "dispute deadline "+d.id, func() {
		if d.open() && d.answered == 0 && d.dueBy == due {
			s.decide(nil, d, false)
		}
	})
}

// escalate makes a dispute of an inquiry: the bank takes the money, and the shop may answer anew.
// https://docs.stripe.com/disputes/how-disputes-work
func (s *Sim) escalate(d *dispute) {
	before := object{"status": d.status}
	d.said = gatewaysim.Said{}
	d.status, d.amount, d.answered, d.dueBy = "needs_response", d.charge.disputable(d), 0, s.now()+int64(answerWithin/time.Second)
	d.taken = s.move("adjustment", d.id, d.charge.intent.currency, -d.amount, disputeFee(d.charge.intent.currency))
	s.emit(nil, "charge.dispute.updated", s.viewDispute(d), before)
	s.emit(nil, "charge.dispute.funds_withdrawn", s.viewDispute(d), nil)
	s.endUnanswered(d)
}

func disputeFee(currency string) int64 {
	if in(zeroDecimal, currency) {
		return 300
	}
	return 2000
}

// decide ends an open dispute for the shop or for the shopper.
func (s *Sim) decide(by *call, d *dispute, won bool) {
	before := object{"status": d.status}
	switch {
	case strings.HasPrefix(d.status, "warning_"):
		d.status = "warning_closed"
	case won:
		d.status = "won"
		d.given = s.move("adjustment", d.id, d.charge.intent.currency, d.amount, 0)
		s.emit(by, "charge.dispute.funds_reinstated", s.viewDispute(d), nil)
	default:
		d.status = "lost"
	}
	s.emit(by, "charge.dispute.closed", s.viewDispute(d), before)
}

func (s *Sim) viewDispute(d *dispute) object {
	movements := []object{}
	for _, m := range []*movement{d.taken, d.given} {
		if m != nil {
			movements = append(movements, m.view())
		}
	}
	return object{
		"id": d.id, "object": "dispute", "amount": d.amount, "balance_transactions": movements, "charge": d.charge.id, "created": d.created,
		"currency": d.charge.intent.currency, "evidence": object{}, "is_charge_refundable": !d.holdsFunds(), "livemode": false,
		"evidence_details": object{"due_by": d.dueBy, "has_evidence": d.answered > 0, "past_due": s.now() > d.dueBy, "submission_count": d.answered},
		"metadata":         asObject(d.metadata), "network_reason_code": "10.4", "payment_intent": d.charge.intent.id,
		"payment_method_details": object{"type": "card", "card": object{"brand": d.charge.method.card.Brand, "network_reason_code": "10.4"}},
		"reason":                 d.reason, "status": d.status,
	}
}

func (s *Sim) getDispute(c *call) (any, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	if !ok {
		return nil, notFound("dispute", c.args[0], "id")
	}
	return s.viewDispute(d), nil
}

// updateDispute is POST /v1/disputes/{id}. Evidence "winning_evidence" and "losing_evidence" decide at once, as in
// Stripe's test mode; any other goes under review and is won after SettleAfter.
func (s *Sim) updateDispute(c *call) (any, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	if !ok {
		return nil, notFound("dispute", c.args[0], "id")
	}
	if bad := c.form.only("evidence", "metadata", "submit", "expand"); bad != nil {
		return nil, bad
	}
	metadata, bad := c.form.metadata(d.metadata)
	if bad != nil {
		return nil, bad
	}
	if !d.open() {
		return nil, wrongState("", "The dispute is closed.", nil)
	}
	if !strings.HasSuffix(d.status, "needs_response") && c.form.has("evidence") {
		return nil, wrongState("", "Evidence was submitted for this dispute.", nil)
	}
	if bad := c.form.evidence(); bad != nil {
		return nil, bad
	}
	files, bad := s.filed(c.form)
	if bad != nil {
		return nil, bad
	}
	d.metadata = metadata
	if !c.form.has("evidence") || c.form.text("submit") == "false" {
		return s.viewDispute(d), nil
	}
	d.answered++
	d.said.Submit(s.reference(d.charge.intent), time.Unix(s.now(), 0), time.Unix(d.dueBy, 0), c.form.text("evidence[product_description]"), c.form.text("evidence[uncategorized_text]"))
	d.said.Files = files
	switch said := c.form.text("evidence[uncategorized_text]"); {
	case strings.HasPrefix(said, "winning_evidence"):
		s.decide(c, d, true)
	case strings.HasPrefix(said, "losing_evidence"):
		s.decide(c, d, false)
	default:
		d.status = strings.Replace(d.status, "needs_response", "under_review", 1)
		s.emit(c, "charge.dispute.updated", s.viewDispute(d), nil)
		s.after(s.cfg.SettleAfter, "dispute review "+d.id, func() {
			if d.open() {
				s.decide(nil, d, true)
			}
		})
	}
	return s.viewDispute(d), nil
}

// closeDispute is POST /v1/disputes/{id}/close: the shop accepts it.
func (s *Sim) closeDispute(c *call) (any, *apiError) {
	d, ok := s.disputes.Get(c.args[0])
	switch {
	case !ok:
		return nil, notFound("dispute", c.args[0], "id")
	case !d.open():
		return nil, wrongState("", "The dispute is closed.", nil)
	}
	d.said.Accepted = true
	s.decide(c, d, false)
	return s.viewDispute(d), nil
}

func (s *Sim) listDisputes(c *call) (any, *apiError) {
	if bad := c.form.only("charge", "created", "ending_before", "expand", "limit", "payment_intent", "starting_after"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	byCharge, byIntent := c.form.text("charge"), c.form.text("payment_intent")
	list := s.disputes.Newest(func(d *dispute) bool {
		return within(d.created) && (byCharge == "" || d.charge.id == byCharge) && (byIntent == "" || d.charge.intent.id == byIntent)
	})
	return page(c, list, func(d *dispute) string { return d.id }, s.viewDispute)
}

// texts are what evidence may say in words; the other facts are files. https://docs.stripe.com/api/disputes/evidence_object
const texts = " access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal customer_email_address customer_name " +
	"customer_purchase_ip duplicate_charge_explanation duplicate_charge_id product_description refund_policy_disclosure " +
	"refund_refusal_explanation service_date shipping_address shipping_carrier shipping_date shipping_tracking_number uncategorized_text "

// evidence checks what is said.
func (f form) evidence() *apiError {
	for name, values := range f.sub("evidence").values {
		switch {
		case strings.Contains(fileFacts, " "+name+" "):
		case !strings.Contains(texts, " "+name+" "):
			return invalid("evidence["+name+"]", "parameter_unknown", "Received unknown parameter.")
		case utf8.RuneCountInString(strings.Join(values, "")) > 20_000:
			return invalid("evidence["+name+"]", "", "It has more than 20,000 characters.")
		}
	}
	return nil
}
