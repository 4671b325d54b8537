package stripesim

var intentTexts = []string{"description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix"}

// createIntent is POST /v1/payment_intents.
func (s *Sim) createIntent(c *call) (any, *apiError) {
	f := c.form
	if bad := f.only(append([]string{"amount", "currency", "automatic_payment_methods", "capture_method", "confirm", "confirmation_method",
		"error_on_requires_action", "expand", "metadata", "off_session", "payment_method", "payment_method_data", "payment_method_types",
		"return_url", "shipping", "use_stripe_sdk", "payment_method_options"}, intentTexts...)...); bad != nil {
		return nil, bad
	}
	amount, currency, bad := readPrice(f, "amount")
	if bad != nil {
		return nil, bad
	}
	pi := &intent{amount: amount, currency: currency, status: needsMethod, text: readTexts(f)}
	if bad := checkAmount(amount, currency, "amount"); bad != nil {
		return nil, bad
	}
	if bad := s.readIntent(f, pi); bad != nil {
		return nil, bad
	}
	confirm, bad := f.boolean("confirm")
	if bad != nil {
		return nil, bad
	}
	var m *method
	if f.has("payment_method") || f.has("payment_method_data") {
		if m, bad = s.chosenMethod(f, pi); bad != nil {
			return nil, bad
		}
		pi.method, pi.status = m, needsConfirm
	}
	if confirm && m == nil {
		return nil, missing("payment_method")
	}
	if confirm {
		if bad := s.checkConfirm(f, pi); bad != nil {
			return nil, bad
		}
	}
	s.newIntent(c, pi)
	if confirm {
		if bad := s.confirm(c, pi, m); bad != nil {
			return nil, bad
		}
	}
	return s.viewIntent(pi), nil
}

func readTexts(f form) map[string]string {
	texts := map[string]string{}
	for _, name := range intentTexts {
		texts[name] = f.text(name)
	}
	return texts
}

// readIntent reads what a new intent has besides its price.
func (s *Sim) readIntent(f form, pi *intent) *apiError {
	var bad *apiError
	if pi.metadata, bad = f.metadata(nil); bad != nil {
		return bad
	}
	method, bad := f.oneOf("capture_method", "automatic", "manual")
	if bad != nil {
		return bad
	}
	pi.manual = method == "manual"
	if _, bad := f.oneOf("confirmation_method", "automatic"); bad != nil {
		return bad
	}
	if pi.automatic, bad = f.boolean("automatic_payment_methods[enabled]"); bad != nil {
		return bad
	}
	redirects, bad := f.oneOf("automatic_payment_methods[allow_redirects]", "always", "never")
	if bad != nil {
		return bad
	}
	pi.noRedirects = redirects == "never"
	pi.kinds = f.list("payment_method_types")
	if pi.automatic && len(pi.kinds) > 0 {
		return invalid("payment_method_types", "", "Only one of automatic_payment_methods and payment_method_types can be given.")
	}
	// Since 2023-08-16 an intent without payment_method_types has automatic payment methods.
	if len(pi.kinds) == 0 {
		pi.automatic, pi.kinds = true, kindsFor(pi)
	}
	for _, kind := range pi.kinds {
		if kind != "card" && kind != "sepa_debit" {
			return invalid("payment_method_types", "", "The simulation has the payment methods card and sepa_debit only.")
		}
	}
	return nil
}

// kindsFor lists the methods on offer: debits only in euros, and not with capture later.
func kindsFor(pi *intent) []string {
	if pi.currency == "eur" && !pi.manual {
		return []string{"card", "sepa_debit"}
	}
	return []string{"card"}
}

// chosenMethod is the payment method that a call names or brings along.
func (s *Sim) chosenMethod(f form, pi *intent) (m *method, bad *apiError) {
	switch {
	case f.has("payment_method_data"):
		m, bad = s.readMethod(f.sub("payment_method_data"))
	case f.has("payment_method"):
		m, bad = s.methodByID(f.text("payment_method"))
	case pi.method != nil:
		return pi.method, nil
	default:
		return nil, wrongState("payment_intent_unexpected_state", "A payment method is needed to confirm this PaymentIntent.", pi)
	}
	if bad != nil {
		return nil, bad
	}
	for _, kind := range pi.kinds {
		if kind == m.kind {
			return m, nil
		}
	}
	return nil, invalid("payment_method", "payment_intent_invalid_parameter", "This kind of payment method is not allowed for this PaymentIntent.")
}

// checkConfirm validates what a confirming call says, before anything changes.
func (s *Sim) checkConfirm(f form, pi *intent) *apiError {
	target := f.text("return_url")
	byScript, bad := f.boolean("use_stripe_sdk")
	switch {
	case bad != nil:
		return bad
	case target != "" && !absolute(target):
		return invalid("return_url", "url_invalid", "Not a valid URL.")
	case target == "" && pi.returnURL == "" && pi.automatic && !pi.noRedirects && !byScript:
		return invalid("return_url", "", "A return_url is needed, because the PaymentIntent allows payment methods that redirect.")
	}
	for _, name := range []string{"off_session", "error_on_requires_action"} {
		if _, bad := f.boolean(name); bad != nil {
			return bad
		}
	}
	return nil
}

// confirm makes an attempt with a method, as the call's other parameters say.
func (s *Sim) confirm(c *call, pi *intent, m *method) *apiError {
	f := c.form
	if target := f.text("return_url"); target != "" {
		pi.returnURL = target
	}
	var h how
	h.offSession, _ = f.boolean("off_session") // checkConfirm has read these three.
	h.refuseAction, _ = f.boolean("error_on_requires_action")
	pi.byScript, _ = f.boolean("use_stripe_sdk")
	return s.attempt(c, pi, m, h)
}

// confirmIntent is POST /v1/payment_intents/{id}/confirm, by the server or by the browser.
func (s *Sim) confirmIntent(c *call) (any, *apiError) {
	pi, bad := s.callersIntent(c)
	if bad != nil {
		return nil, bad
	}
	if bad := c.form.only("client_secret", "key", "expand", "payment_method", "payment_method_data", "return_url", "off_session",
		"error_on_requires_action", "use_stripe_sdk", "receipt_email", "shipping", "payment_method_options", "mandate_data",
		"expected_payment_method_type", "setup_future_usage"); bad != nil {
		return nil, bad
	}
	if bad := s.checkConfirm(c.form, pi); bad != nil {
		return nil, bad
	}
	switch pi.status {
	case needsMethod, needsConfirm, needsAction:
	case succeeded:
		return nil, wrongState("payment_intent_unexpected_state", "This PaymentIntent has already succeeded.", pi)
	default:
		return nil, wrongState("payment_intent_unexpected_state", "A PaymentIntent with the status "+pi.status+" cannot be confirmed.", pi)
	}
	if pi.session != nil {
		return nil, wrongState("", "The PaymentIntent of a Checkout Session is confirmed on its page only.", pi)
	}
	m, bad := s.chosenMethod(c.form, pi)
	if bad != nil {
		return nil, bad
	}
	if bad := s.confirm(c, pi, m); bad != nil {
		return nil, bad
	}
	return s.intentFor(c, pi), nil
}

// callersIntent finds the intent of the path; a publishable key must know its client secret.
func (s *Sim) callersIntent(c *call) (*intent, *apiError) {
	pi, ok := s.intents.Get(c.args[0])
	secret := c.form.text("client_secret")
	switch {
	case !ok:
		return nil, notFound("payment_intent", c.args[0], "intent")
	case c.public && secret == "":
		return nil, missing("client_secret")
	case secret != "" && secret != pi.secret:
		return nil, invalid("client_secret", "payment_intent_invalid_parameter", "The client_secret is not of this PaymentIntent.")
	default:
		return pi, nil
	}
}

func (s *Sim) intentFor(c *call, pi *intent) object {
	if c.public {
		return s.viewPublicIntent(pi)
	}
	return s.viewIntent(pi)
}

// getIntent is GET /v1/payment_intents/{id}.
func (s *Sim) getIntent(c *call) (any, *apiError) {
	pi, bad := s.callersIntent(c)
	if bad != nil {
		return nil, bad
	}
	return s.intentFor(c, pi), nil
}

// updateIntent is POST /v1/payment_intents/{id}: the amount can change until the money is on its way.
func (s *Sim) updateIntent(c *call) (any, *apiError) {
	pi, bad := s.callersIntent(c)
	if bad != nil {
		return nil, bad
	}
	if bad := c.form.only(append([]string{"amount", "metadata", "expand"}, intentTexts...)...); bad != nil {
		return nil, bad
	}
	amount, there, bad := c.form.integer("amount")
	switch {
	case bad != nil:
		return nil, bad
	case there && pi.status != needsMethod && pi.status != needsConfirm && pi.status != needsAction:
		return nil, wrongState("payment_intent_unexpected_state", "The amount can no longer change: the status is "+pi.status+".", pi)
	case there:
		if bad := checkAmount(amount, pi.currency, "amount"); bad != nil {
			return nil, bad
		}
	}
	metadata, bad := c.form.metadata(pi.metadata)
	if bad != nil {
		return nil, bad
	}
	pi.metadata, pi.known = metadata, ""
	if there {
		pi.amount = amount
	}
	for _, name := range intentTexts {
		if c.form.has(name) {
			pi.text[name] = c.form.text(name)
		}
	}
	return s.viewIntent(pi), nil
}

// captureIntent is POST /v1/payment_intents/{id}/capture.
func (s *Sim) captureIntent(c *call) (any, *apiError) {
	pi, bad := s.callersIntent(c)
	if bad != nil {
		return nil, bad
	}
	if bad := c.form.only("amount_to_capture", "expand", "metadata", "final_capture", "statement_descriptor", "statement_descriptor_suffix"); bad != nil {
		return nil, bad
	}
	amount, there, bad := c.form.integer("amount_to_capture")
	switch {
	case bad != nil:
		return nil, bad
	case c.form.text("final_capture") == "false":
		return nil, invalid("final_capture", "", "Several captures of one authorization are not available to this account.")
	case pi.status != needsCapture:
		return nil, wrongState("payment_intent_unexpected_state", "A PaymentIntent with the status "+pi.status+" cannot be captured.", pi)
	case !there:
		amount = pi.capturable
	case amount < 1:
		return nil, invalid("amount_to_capture", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case amount > pi.capturable:
		return nil, invalid("amount_to_capture", "amount_too_large", "More than the capturable amount was requested.")
	}
	metadata, bad := c.form.metadata(pi.metadata)
	if bad != nil {
		return nil, bad
	}
	pi.metadata, pi.known = metadata, ""
	s.capture(c, pi, amount)
	if pi.session != nil {
		pi.session.paid = true
	}
	return s.viewIntent(pi), nil
}

// cancelIntent is POST /v1/payment_intents/{id}/cancel.
func (s *Sim) cancelIntent(c *call) (any, *apiError) {
	pi, bad := s.callersIntent(c)
	if bad != nil {
		return nil, bad
	}
	if bad := c.form.only("cancellation_reason", "expand"); bad != nil {
		return nil, bad
	}
	reason, bad := c.form.oneOf("cancellation_reason", "", "duplicate", "fraudulent", "requested_by_customer", "abandoned")
	switch {
	case bad != nil:
		return nil, bad
	case pi.status == succeeded, pi.status == canceled, pi.status == processing:
		return nil, wrongState("payment_intent_unexpected_state", "A PaymentIntent with the status "+pi.status+" cannot be canceled.", pi)
	case pi.session != nil && pi.status != needsCapture:
		return nil, wrongState("", "The PaymentIntent of a Checkout Session ends when the session is expired.", pi)
	}
	s.cancel(c, pi, reason)
	return s.viewIntent(pi), nil
}
