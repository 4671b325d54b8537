package paypalsim

import "strconv"

// total checks the amount of a unit, and that its parts sum to it.
// https://developer.paypal.com/docs/api/orders/v2/#definition-amount_breakdown
func (u *unit) total() (int64, *apiError) {
	const at = "/purchase_units/@reference_id=='default'/amount"
	value, bad := u.Amount.some(at)
	if bad != nil {
		return 0, bad
	}
	goods, tax, bad := u.items()
	if bad != nil {
		return 0, bad
	}
	b := u.Amount.Breakdown
	if b == nil {
		if len(u.Items) > 0 {
			return 0, unprocessable(at+"/breakdown/item_total", "ITEM_TOTAL_REQUIRED", "Items need item_total.")
		}
		return value, nil
	}
	var sum int64
	parts := map[*amount]int64{}
	for _, part := range []struct {
		name string
		of   *amount
		sign int64
	}{{"item_total", b.Goods, 1}, {"shipping", b.Shipping, 1}, {"handling", b.Handling, 1}, {"tax_total", b.Tax, 1}, {"discount", b.Discount, -1}} {
		if part.of == nil {
			continue
		}
		units, bad := part.of.units(at + "/breakdown/" + part.name)
		if bad != nil {
			return 0, bad
		}
		if part.of.Currency != u.Amount.Currency {
			return 0, unprocessable(at+"/breakdown/"+part.name, "CURRENCY_MISMATCH", "One order has one currency.")
		}
		parts[part.of] = units
		sum += part.sign * units
	}
	switch {
	case sum != value:
		return 0, unprocessable(at+"/value", "AMOUNT_MISMATCH", "The parts do not sum to the amount.")
	case len(u.Items) > 0 && (b.Goods == nil || parts[b.Goods] != goods):
		return 0, unprocessable(at+"/breakdown/item_total", "ITEM_TOTAL_MISMATCH", "The items do not sum to item_total.")
	case tax > 0 && (b.Tax == nil || parts[b.Tax] != tax):
		return 0, unprocessable(at+"/breakdown/tax_total", "TAX_TOTAL_MISMATCH", "The items' tax does not sum to tax_total.")
	}
	return value, nil
}

// items sums up the items' prices and taxes.
func (u *unit) items() (goods, tax int64, bad *apiError) {
	for _, item := range u.Items {
		quantity, err := strconv.ParseInt(item.Quantity, 10, 32)
		if err != nil || quantity < 1 {
			return 0, 0, invalid("/purchase_units/@reference_id=='default'/items/quantity", "INVALID_PARAMETER_SYNTAX", "A quantity is a whole number.")
		}
		price, bad := item.Price.units("/purchase_units/@reference_id=='default'/items/unit_amount")
		if bad != nil {
			return 0, 0, bad
		}
		goods += price * quantity
		if item.Tax == nil {
			continue
		}
		each, bad := item.Tax.units("/purchase_units/@reference_id=='default'/items/tax")
		if bad != nil {
			return 0, 0, bad
		}
		tax += each * quantity
	}
	return goods, tax, nil
}

func (o *order) unitView() object {
	total := money(o.value, o.currency)
	if b := o.unit.Amount.Breakdown; b != nil {
		parts := object{}
		for name, part := range map[string]*amount{"item_total": b.Goods, "shipping": b.Shipping, "handling": b.Handling, "tax_total": b.Tax,
			"discount": b.Discount} {
			if part != nil {
				parts[name] = object{"currency_code": part.Currency, "value": part.Value}
			}
		}
		total["breakdown"] = parts
	}
	u := object{"reference_id": o.unit.Reference, "amount": total, "payee": object{"merchant_id": "TILLSIMULATED"}}
	for name, value := range map[string]string{"custom_id": o.unit.Custom, "invoice_id": o.unit.Invoice, "description": o.unit.Description} {
		if value != "" {
			u[name] = value
		}
	}
	return u
}

func (s *Sim) viewOrder(o *order) object {
	u := o.unitView()
	payments := object{}
	if len(o.authorizations) > 0 {
		payments["authorizations"] = views(o.authorizations, s.viewAuthorization)
	}
	if len(o.captures) > 0 {
		payments["captures"] = views(o.captures, s.viewCapture)
	}
	if len(o.refunds) > 0 {
		payments["refunds"] = views(o.refunds, s.viewRefund)
	}
	if len(payments) > 0 {
		u["payments"] = payments
	}
	return object{"id": o.id, "intent": o.intent, "status": o.status, "purchase_units": []object{u}, "create_time": stamp(o.created),
		"update_time": stamp(o.updated), "payment_source": object{"paypal": object{}}, "links": s.orderLinks(o)}
}

func (s *Sim) orderLinks(o *order) []object {
	self := s.cfg.BaseURL + "/v2/checkout/orders/" + o.id
	links := []object{link(self, "self", "GET")}
	switch o.status {
	case actionRequired:
		links = append(links, link(s.pageOf(o), "payer-action", "GET"))
	case created:
		links = append(links, link(s.pageOf(o), "approve", "GET"), link(self, "update", "PATCH"))
	case approved:
		verb := map[string]string{"CAPTURE": "capture", "AUTHORIZE": "authorize"}[o.intent]
		links = append(links, link(self, "update", "PATCH"), link(self+"/"+verb, verb, "POST"))
	}
	return links
}

func (s *Sim) pageOf(o *order) string { return s.cfg.BaseURL + "/checkoutnow?token=" + o.id }

func link(href, rel, method string) object {
	return object{"href": href, "rel": rel, "method": method}
}

func views[T any](list []T, view func(T) object) []object {
	out := make([]object, 0, len(list))
	for _, each := range list {
		out = append(out, view(each))
	}
	return out
}
