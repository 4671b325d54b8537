package stripesim

// refund gives money back, or shows an authorization that was released.
type refund struct {
	id       string
	charge   *charge
	amount   int64
	status   string // pending, succeeded, failed or canceled.
	failure  string
	reason   string
	metadata map[string]string
	created  int64
	release  bool // Of money that was never captured: not in the books.
	movement *movement
	reversal *movement
}

// counts tells whether the money is back or on its way.
func (r *refund) counts() bool { return r.status == "pending" || r.status == succeeded }

// release shows the uncaptured rest of an authorization as a refund, as Stripe does.
func (s *Sim) release(ch *charge, amount int64) {
	r := &refund{id: s.id("re_3", 23), charge: ch, amount: amount, status: succeeded, created: s.now(), release: true}
	s.refunds.Put(r.id, r)
	ch.refunds = append(ch.refunds, r)
}

// createRefund is POST /v1/refunds.
func (s *Sim) createRefund(c *call) (any, *apiError) {
	if bad := c.form.only("amount", "charge", "expand", "metadata", "payment_intent", "reason"); bad != nil {
		return nil, bad
	}
	ch, bad := s.refundedCharge(c.form)
	if bad != nil {
		return nil, bad
	}
	amount, there, bad := c.form.integer("amount")
	if bad != nil {
		return nil, bad
	}
	reason, bad := c.form.oneOf("reason", "", "duplicate", "fraudulent", "requested_by_customer")
	if bad != nil {
		return nil, bad
	}
	metadata, bad := c.form.metadata(nil)
	if bad != nil {
		return nil, bad
	}
	if !there {
		amount = ch.refundable()
	}
	if bad := refundAllowed(ch, amount, there); bad != nil {
		return nil, bad
	}
	return s.viewRefund(s.give(c, ch, amount, reason, metadata)), nil
}

func (s *Sim) refundedCharge(f form) (*charge, *apiError) {
	intentID, chargeID := f.text("payment_intent"), f.text("charge")
	switch {
	case intentID == "" && chargeID == "":
		return nil, invalid("", "parameter_missing", "One of payment_intent and charge is needed.")
	case chargeID != "":
		ch, ok := s.charges.Get(chargeID)
		if !ok {
			return nil, notFound("charge", chargeID, "charge")
		}
		return ch, nil
	}
	pi, ok := s.intents.Get(intentID)
	switch {
	case !ok:
		return nil, notFound("payment_intent", intentID, "payment_intent")
	case pi.status == needsCapture:
		return nil, wrongState("", "An uncaptured PaymentIntent cannot be refunded: cancel it.", nil)
	case pi.charge == nil || pi.status != succeeded:
		return nil, wrongState("", "The PaymentIntent has no successful charge to refund.", nil)
	}
	return pi.charge, nil
}

func refundAllowed(ch *charge, amount int64, named bool) *apiError {
	switch {
	case ch.status != succeeded || !ch.captured:
		return wrongState("", "Only a successful, captured charge can be refunded.", nil)
	case ch.heldBack():
		return wrongState("charge_disputed", "The charge has been charged back.", nil)
	case ch.refundable() == 0:
		return wrongState("charge_already_refunded", "The charge has already been refunded.", nil)
	case named && amount < 1:
		return invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case amount > ch.refundable():
		e := wrongState("", "The refund is greater than the unrefunded amount of the charge.", nil)
		e.param = "amount"
		return e
	default:
		return nil
	}
}

// give makes a refund; how it ends is a matter of the faults and of the card.
func (s *Sim) give(by *call, ch *charge, amount int64, reason string, metadata map[string]string) *refund {
	mode := s.core.Faulty().Refunds
	if mode == "" || mode == succeeded {
		mode = ch.method.card.Refund
	}
	before := object{"amount_refunded": ch.amountBack(), "refunded": false}
	r := &refund{id: s.id("re_3", 23), charge: ch, amount: amount, status: succeeded, reason: reason, metadata: metadata, created: s.now()}
	s.refunds.Put(r.id, r)
	ch.refunds = append(ch.refunds, r)
	end := ""
	switch mode {
	case RefundsPending:
		r.status, end = "pending", succeeded
	case RefundsPendingFail:
		r.status, end = "pending", "failed"
	case RefundsFailLate:
		end = "failed"
	case RefundsFailed:
		r.status, r.failure = "failed", "declined"
	}
	if r.counts() {
		r.movement = s.move("refund", r.id, ch.intent.currency, -amount, 0)
		s.emit(by, "charge.refunded", s.viewCharge(ch), before)
	}
	s.emit(by, "refund.created", s.viewRefund(r), nil)
	if end != "" {
		s.after(s.cfg.SettleAfter, "refund "+r.id, func() { s.endRefund(r, end) })
	}
	return r
}

// endRefund lets a refund succeed or fail; it does nothing if it has ended so already.
func (s *Sim) endRefund(r *refund, status string) {
	if r.status == status || r.release || r.status == "failed" || r.status == canceled {
		return
	}
	before := object{"status": r.status}
	r.status = status
	if status == "failed" {
		r.failure = "lost_or_stolen_card"
		r.reversal = s.move("refund_failure", r.id, r.charge.intent.currency, r.amount, 0)
	}
	s.emit(nil, "charge.refund.updated", s.viewRefund(r), before)
	s.emit(nil, "refund.updated", s.viewRefund(r), before)
}

func (s *Sim) viewRefund(r *refund) object {
	o := object{
		"id": r.id, "object": "refund", "amount": r.amount, "balance_transaction": nil, "charge": r.charge.id, "created": r.created,
		"currency": r.charge.intent.currency, "metadata": asObject(r.metadata), "payment_intent": r.charge.intent.id, "reason": orNull(r.reason),
		"receipt_number": nil, "source_transfer_reversal": nil, "status": r.status, "transfer_reversal": nil,
		"destination_details": object{"type": r.charge.method.kind, r.charge.method.kind: object{}},
	}
	if r.charge.method.kind == "card" {
		o["destination_details"] = object{"type": "card", "card": object{"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}}
	}
	if r.movement != nil {
		o["balance_transaction"] = r.movement.id
	}
	if r.status == "failed" {
		o["failure_reason"] = orNull(r.failure)
		if r.reversal != nil {
			o["failure_balance_transaction"] = r.reversal.id
		}
	}
	return o
}

func (s *Sim) getRefund(c *call) (any, *apiError) {
	r, ok := s.refunds.Get(c.args[0])
	if !ok {
		return nil, notFound("refund", c.args[0], "id")
	}
	return s.viewRefund(r), nil
}

// updateRefund is POST /v1/refunds/{id}: metadata only.
func (s *Sim) updateRefund(c *call) (any, *apiError) {
	r, ok := s.refunds.Get(c.args[0])
	if !ok {
		return nil, notFound("refund", c.args[0], "id")
	}
	if bad := c.form.only("metadata", "expand"); bad != nil {
		return nil, bad
	}
	metadata, bad := c.form.metadata(r.metadata)
	if bad != nil {
		return nil, bad
	}
	r.metadata = metadata
	s.emit(c, "charge.refund.updated", s.viewRefund(r), nil)
	s.emit(c, "refund.updated", s.viewRefund(r), nil)
	return s.viewRefund(r), nil
}

func (s *Sim) listRefunds(c *call) (any, *apiError) {
	if bad := c.form.only("charge", "created", "ending_before", "expand", "limit", "payment_intent", "starting_after"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	byCharge, byIntent := c.form.text("charge"), c.form.text("payment_intent")
	list := s.refunds.Newest(func(r *refund) bool {
		return within(r.created) && (byCharge == "" || r.charge.id == byCharge) && (byIntent == "" || r.charge.intent.id == byIntent)
	})
	return page(c, list, func(r *refund) string { return r.id }, s.viewRefund)
}
