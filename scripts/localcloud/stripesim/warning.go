package stripesim

import "errors"

// warning is a bank's early fraud warning. https://docs.stripe.com/api/radar/early_fraud_warnings
type warning struct {
	id      string
	charge  *charge
	created int64
}

func (s *Sim) warn(ch *charge) *warning {
	w := &warning{id: s.id("issfr_1", 23), charge: ch, created: s.now()}
	s.warnings.Put(w.id, w)
	s.emit(nil, "radar.early_fraud_warning.created", s.viewWarning(w), nil)
	return w
}

func (s *Sim) viewWarning(w *warning) object {
	return object{"id": w.id, "object": "radar.early_fraud_warning", "actionable": w.charge.refundable() > 0 && len(w.charge.disputes) == 0,
		"charge": w.charge.id, "created": w.created, "fraud_type": "made_with_stolen_card", "livemode": false, "payment_intent": w.charge.intent.id}
}

func (s *Sim) getWarning(c *call) (any, *apiError) {
	w, ok := s.warnings.Get(c.args[0])
	if !ok {
		return nil, notFound("early_fraud_warning", c.args[0], "id")
	}
	return s.viewWarning(w), nil
}

func (s *Sim) listWarnings(c *call) (any, *apiError) {
	if bad := c.form.only("charge", "created", "ending_before", "expand", "limit", "payment_intent", "starting_after"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	byCharge, byIntent := c.form.text("charge"), c.form.text("payment_intent")
	list := s.warnings.Newest(func(w *warning) bool {
		return within(w.created) && (byCharge == "" || w.charge.id == byCharge) && (byIntent == "" || w.charge.intent.id == byIntent)
	})
	return page(c, list, func(w *warning) string { return w.id }, s.viewWarning)
}

// WarnOfFraud lets the card's issuer warn of a charge. It returns the warning's id. Error: there is no such money.
func (s *Sim) WarnOfFraud(chargeID string) (string, error) {
	s.lock()
	defer s.unlock()
	ch, ok := s.charges.Get(chargeID)
	if !ok || ch.status != succeeded || ch.refundable() == 0 {
		return "", errors.New("stripesim: no such charge that holds money")
	}
	return s.warn(ch).id, nil
}
