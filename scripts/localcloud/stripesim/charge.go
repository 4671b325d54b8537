package stripesim

// charge is one attempt that reached the bank.
type charge struct {
	id            string
	intent        *intent
	method        *method
	amount        int64
	status        string // succeeded or failed.
	failure       *apiError
	captured      bool
	amountTaken   int64
	captureBefore int64
	created       int64
	refunds       []*refund
	disputes      []*dispute
	movement      *movement
}

func (s *Sim) newCharge(pi *intent, status string) *charge {
	ch := &charge{id: s.id("ch_3", 23), intent: pi, method: pi.method, amount: pi.amount, status: status, created: s.now()}
	pi.charge = ch
	s.charges.Put(ch.id, ch)
	return ch
}

// settleCharge books captured money.
func (s *Sim) settleCharge(ch *charge, amount int64) {
	ch.captured, ch.amountTaken, ch.captureBefore = true, amount, 0
	ch.movement = s.move("charge", ch.id, ch.intent.currency, amount, fee(amount, ch.intent.currency))
}

// plan arranges what a test card brings after its payment.
func (s *Sim) plan(ch *charge) {
	if ch.method.card.Dispute != "" {
		s.after(s.cfg.DisputeAfter, "dispute "+ch.id, func() { s.raise(ch, ch.method.card.Dispute, ch.method.card.Inquiry, 0) })
	}
	if ch.method.card.FraudWarning {
		s.after(s.cfg.DisputeAfter, "fraud warning "+ch.id, func() { s.warn(ch) })
	}
}

// refundable is what of the captured money is neither refunded nor on its way back.
func (ch *charge) refundable() int64 {
	left := ch.amountTaken
	for _, r := range ch.refunds {
		if !r.release && r.counts() {
			left -= r.amount
		}
	}
	return left
}

// amountBack is Stripe's amount_refunded, which counts a released authorization too.
func (ch *charge) amountBack() int64 {
	var back int64
	for _, r := range ch.refunds {
		if r.counts() {
			back += r.amount
		}
	}
	return back
}

func (s *Sim) viewCharge(ch *charge) object {
	pi := ch.intent
	o := object{
		"id": ch.id, "object": "charge", "amount": ch.amount, "amount_captured": ch.amountTaken, "amount_refunded": ch.amountBack(),
		"application": nil, "application_fee": nil, "application_fee_amount": nil, "balance_transaction": nil,
		"billing_details": emptyBilling(), "calculated_statement_descriptor": "TILL TEST", "captured": ch.captured, "created": ch.created,
		"currency": pi.currency, "customer": nil, "description": orNull(pi.text["description"]), "disputed": len(ch.disputes) > 0,
		"failure_balance_transaction": nil, "failure_code": nil, "failure_message": nil, "fraud_details": object{}, "invoice": nil,
		"livemode": false, "metadata": asObject(pi.metadata), "on_behalf_of": nil, "outcome": ch.outcome(), "paid": ch.status == succeeded,
		"payment_intent": pi.id, "payment_method": ch.method.id, "payment_method_details": ch.methodDetails(), "radar_options": object{},
		"receipt_email": orNull(pi.text["receipt_email"]), "receipt_number": nil, "receipt_url": nil,
		"refunded": ch.status == succeeded && ch.amountBack() == ch.amount, "review": nil, "shipping": nil, "source_transfer": nil,
		"statement_descriptor": orNull(pi.text["statement_descriptor"]), "statement_descriptor_suffix": orNull(pi.text["statement_descriptor_suffix"]),
		"status": ch.status, "transfer_data": nil, "transfer_group": nil,
	}
	if ch.movement != nil {
		o["balance_transaction"] = ch.movement.id
	}
	if ch.failure != nil {
		o["failure_code"], o["failure_message"] = ch.failure.code, ch.failure.message
	}
	return o
}

// outcome is the risk check's verdict. https://docs.stripe.com/api/charges/object#charge_object-outcome
func (ch *charge) outcome() object {
	scores := map[string]int{"normal": 20, "elevated": 70, "highest": 95}
	o := object{"network_status": "approved_by_network", "reason": nil, "risk_level": ch.method.card.Risk,
		"risk_score": scores[ch.method.card.Risk], "seller_message": "Payment complete.", "type": "authorized"}
	if ch.method.kind != "card" {
		o["risk_level"], o["risk_score"] = "not_assessed", nil
	}
	switch {
	case ch.failure == nil:
	case ch.method.card.Risk == "highest":
		o["network_status"], o["reason"], o["type"] = "not_sent_to_network", "highest_risk_level", "blocked"
		o["seller_message"] = "The simulation blocked this payment as too risky."
	default:
		o["network_status"], o["reason"], o["type"] = "declined_by_network", orNull(ch.failure.decline), "issuer_declined"
		o["seller_message"] = "The bank declined."
	}
	return o
}

func (ch *charge) methodDetails() object {
	m := ch.method
	if m.kind != "card" {
		return object{"type": m.kind, "sepa_debit": object{"bank_code": "19043", "branch_code": nil, "country": "AT",
			"fingerprint": "sim" + m.account, "last4": m.accountLast4(), "mandate": nil}}
	}
	details := object{
		"amount_authorized": ch.amount, "brand": m.card.Brand, "country": "US", "exp_month": m.expMonth, "exp_year": m.expYear,
		"checks":                 object{"address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": "pass"},
		"extended_authorization": object{"status": "disabled"}, "fingerprint": m.view()["card"].(object)["fingerprint"],
		"funding": m.card.Funding, "incremental_authorization": object{"status": "unavailable"}, "installments": nil,
		"last4": m.card.Last4, "mandate": nil, "multicapture": object{"status": "unavailable"}, "network": m.card.Brand,
		"network_token": object{"used": false}, "overcapture": object{"maximum_amount_capturable": ch.amount, "status": "unavailable"},
		"three_d_secure": nil, "wallet": nil,
	}
	if ch.captureBefore != 0 {
		details["capture_before"] = ch.captureBefore
	}
	if m.card.Authenticate {
		details["three_d_secure"] = object{"authentication_flow": "challenge", "result": "authenticated", "result_reason": nil, "version": "2.2.0"}
	}
	return object{"type": "card", "card": details}
}

func (s *Sim) getCharge(c *call) (any, *apiError) {
	ch, ok := s.charges.Get(c.args[0])
	if !ok {
		return nil, notFound("charge", c.args[0], "id")
	}
	return s.viewCharge(ch), nil
}

func (s *Sim) listCharges(c *call) (any, *apiError) {
	if bad := c.form.only("created", "customer", "ending_before", "expand", "limit", "payment_intent", "starting_after"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	want := c.form.text("payment_intent")
	list := s.charges.Newest(func(ch *charge) bool { return within(ch.created) && (want == "" || ch.intent.id == want) })
	return page(c, list, func(ch *charge) string { return ch.id }, s.viewCharge)
}
