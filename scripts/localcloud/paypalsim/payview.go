package paypalsim

func (s *Sim) viewAuthorization(a *authorization) object {
	self := s.cfg.BaseURL + "/v2/payments/authorizations/" + a.id
	o := object{"id": a.id, "status": a.status, "amount": money(a.value, a.order.currency), "create_time": stamp(a.created),
		"update_time": stamp(a.created), "expiration_time": stamp(a.expires), "supplementary_data": relatedIDs(a.order),
		"links": []object{link(self, "self", "GET"), link(self+"/capture", "capture", "POST"), link(self+"/void", "void", "POST"),
			link(s.cfg.BaseURL+"/v2/checkout/orders/"+a.order.id, "up", "GET")}}
	a.order.references(o)
	return o
}

func relatedIDs(o *order) object { return object{"related_ids": object{"order_id": o.id}} }

func (o *order) references(to object) {
	if o.unit.Custom != "" {
		to["custom_id"] = o.unit.Custom
	}
	if o.unit.Invoice != "" {
		to["invoice_id"] = o.unit.Invoice
	}
}

func (s *Sim) viewCapture(c *capture) object {
	self, currency := s.cfg.BaseURL+"/v2/payments/captures/"+c.id, c.order.currency
	status, back := c.status, c.back()
	switch {
	case c.status != completed || back == 0:
	case back >= c.value:
		status = "REFUNDED"
	default:
		status = "PARTIALLY_REFUNDED"
	}
	o := object{"id": c.id, "status": status, "amount": money(c.value, currency), "final_capture": c.final, "create_time": stamp(c.created),
		"update_time": stamp(c.updated), "supplementary_data": relatedIDs(c.order), "seller_protection": object{"status": "ELIGIBLE"},
		"links": []object{link(self, "self", "GET"), link(self+"/refund", "refund", "POST"), link(s.cfg.BaseURL+"/v2/checkout/orders/"+c.order.id, "up", "GET")}}
	c.order.references(o)
	if c.invoice != "" {
		o["invoice_id"] = c.invoice
	}
	switch c.status {
	case pending:
		o["status_details"] = object{"reason": "ECHECK"}
	case completed:
		o["seller_receivable_breakdown"] = object{"gross_amount": money(c.value, currency), "paypal_fee": money(c.fee, currency),
			"net_amount": money(c.value-c.fee, currency)}
	}
	return o
}

func (s *Sim) viewRefund(r *refund) object {
	currency := r.capture.order.currency
	o := object{"id": r.id, "status": r.status, "amount": money(r.value, currency), "create_time": stamp(r.created), "update_time": stamp(r.updated),
		"seller_payable_breakdown": object{"gross_amount": money(r.value, currency), "paypal_fee": money(0, currency),
			"net_amount": money(r.value, currency), "total_refunded_amount": money(r.capture.back(), currency)},
		"links": []object{link(s.cfg.BaseURL+"/v2/payments/refunds/"+r.id, "self", "GET"),
			link(s.cfg.BaseURL+"/v2/payments/captures/"+r.capture.id, "up", "GET")}}
	for name, value := range map[string]string{"custom_id": r.custom, "invoice_id": r.invoice} {
		if value != "" {
			o[name] = value
		}
	}
	if r.status == pending {
		o["status_details"] = object{"reason": "ECHECK"}
	}
	return o
}
