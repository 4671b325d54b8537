package stripesim

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func atOrNull(unix int64) any {
	if unix == 0 {
		return nil
	}
	return unix
}

func asObject(m map[string]string) object {
	o := object{}
	for k, v := range m {
		o[k] = v
	}
	return o
}

// viewIntent is the intent as the secret key sees it.
func (s *Sim) viewIntent(pi *intent) object {
	o := s.viewPublicIntent(pi)
	for name, value := range (object{
		"amount_capturable": pi.capturable, "amount_received": pi.received, "application": nil, "application_fee_amount": nil,
		"customer": nil, "invoice": nil, "latest_charge": nil, "metadata": asObject(pi.metadata), "on_behalf_of": nil,
		"payment_method_configuration_details": nil, "payment_method_options": s.methodOptions(pi), "review": nil,
		"statement_descriptor":        orNull(pi.text["statement_descriptor"]),
		"statement_descriptor_suffix": orNull(pi.text["statement_descriptor_suffix"]),
		"transfer_data":               nil, "transfer_group": nil,
	}) {
		o[name] = value
	}
	if pi.charge != nil {
		o["latest_charge"] = pi.charge.id
	}
	return o
}

// viewPublicIntent is what a publishable key may see: no metadata, no charges.
func (s *Sim) viewPublicIntent(pi *intent) object {
	o := object{
		"id": pi.id, "object": "payment_intent", "amount": pi.amount, "amount_details": object{"tip": object{}},
		"automatic_payment_methods": nil, "canceled_at": atOrNull(pi.canceledAt), "cancellation_reason": orNull(pi.cancelReason),
		"capture_method": "automatic", "client_secret": pi.secret, "confirmation_method": "automatic", "created": pi.created,
		"currency": pi.currency, "description": orNull(pi.text["description"]), "last_payment_error": nil, "livemode": false,
		"next_action": s.nextAction(pi), "payment_method": nil, "payment_method_types": pi.kinds, "processing": nil,
		"receipt_email": orNull(pi.text["receipt_email"]), "setup_future_usage": nil, "shipping": nil, "source": nil, "status": pi.status,
	}
	if pi.manual {
		o["capture_method"] = "manual"
	}
	if pi.automatic {
		redirects := "always"
		if pi.noRedirects {
			redirects = "never"
		}
		o["automatic_payment_methods"] = object{"allow_redirects": redirects, "enabled": true}
	}
	if pi.method != nil {
		o["payment_method"] = pi.method.id
	}
	if pi.lastError != nil {
		o["last_payment_error"] = pi.lastError.fields()
	}
	return o
}

func (s *Sim) methodOptions(pi *intent) object {
	options := object{}
	for _, kind := range pi.kinds {
		if kind == "card" {
			options["card"] = object{"installments": nil, "mandate_options": nil, "network": nil, "request_three_d_secure": "automatic"}
		}
	}
	return options
}

// nextAction tells the client where the shopper must go.
func (s *Sim) nextAction(pi *intent) any {
	switch {
	case pi.status != needsAction:
		return nil
	case pi.returnURL == "" && pi.byScript:
		return object{"type": "use_stripe_sdk", "use_stripe_sdk": object{"type": "three_d_secure_redirect", "stripe_js": s.actionURL(pi)}}
	default:
		return object{"type": "redirect_to_url", "redirect_to_url": object{"return_url": orNull(pi.returnURL), "url": s.actionURL(pi)}}
	}
}

func (s *Sim) actionURL(pi *intent) string {
	if pi.session != nil {
		return s.cfg.BaseURL + "/pay/" + pi.session.id + "/authenticate"
	}
	return s.cfg.BaseURL + "/authenticate/" + pi.action
}
