package stripesim

// movement is a balance transaction: money into or out of the shop's account at Stripe.
type movement struct {
	id       string
	kind     string // charge, refund, refund_failure or adjustment (disputes).
	source   string
	currency string
	amount   int64
	fee      int64
	created  int64
}

func (s *Sim) move(kind, source, currency string, amount, fee int64) *movement {
	m := &movement{id: s.id("txn_3", 23), kind: kind, source: source, currency: currency, amount: amount, fee: fee, created: s.now()}
	s.movements.Put(m.id, m)
	return m
}

func (m *movement) view() object {
	categories := map[string]string{"charge": "charge", "refund": "refund", "refund_failure": "refund_failure", "adjustment": "dispute"}
	fees := []object{}
	if m.fee != 0 {
		fees = append(fees, object{"amount": m.fee, "application": nil, "currency": m.currency, "description": "Processing fees", "type": "stripe_fee"})
	}
	return object{"id": m.id, "object": "balance_transaction", "amount": m.amount, "available_on": m.created, "created": m.created,
		"currency": m.currency, "description": nil, "exchange_rate": nil, "fee": m.fee, "fee_details": fees, "net": m.amount - m.fee,
		"reporting_category": categories[m.kind], "source": m.source, "status": "available", "type": m.kind}
}

func (s *Sim) getMovement(c *call) (any, *apiError) {
	m, ok := s.movements.Get(c.args[0])
	if !ok {
		return nil, notFound("balance transaction", c.args[0], "id")
	}
	return m.view(), nil
}

func (s *Sim) listMovements(c *call) (any, *apiError) {
	if bad := c.form.only("created", "currency", "ending_before", "expand", "limit", "source", "starting_after", "type"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	source, kind := c.form.text("source"), c.form.text("type")
	list := s.movements.Newest(func(m *movement) bool {
		return within(m.created) && (source == "" || m.source == source) && (kind == "" || m.kind == kind)
	})
	return page(c, list, func(m *movement) string { return m.id }, (*movement).view)
}

// getBalance is GET /v1/balance: everything is available at once.
func (s *Sim) getBalance(*call) (any, *apiError) {
	net := map[string]int64{}
	for _, m := range s.movements.All() {
		net[m.currency] += m.amount - m.fee
	}
	available := []object{}
	for _, currency := range sortedKeys(net) {
		available = append(available, object{"amount": net[currency], "currency": currency, "source_types": object{"card": net[currency]}})
	}
	return object{"object": "balance", "available": available, "livemode": false, "pending": []object{}}, nil
}

// getAccount is GET /v1/account.
func (s *Sim) getAccount(*call) (any, *apiError) {
	return object{"id": s.cfg.AccountID, "object": "account", "business_profile": object{"name": "Till (simulated)"}, "capabilities": object{
		"card_payments": "active", "sepa_debit_payments": "active"}, "charges_enabled": true, "country": "AT", "default_currency": "eur",
		"details_submitted": true, "email": nil, "metadata": object{}, "payouts_enabled": true, "type": "standard"}, nil
}
