package basket

import (
	"strings"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/pricing"
	"till/shared/risk"
	"till/shared/telemetry"
	"till/shared/vault"
)

// Risky is what rules against fraud look at of an order. customer is "" for somebody who was never here.
func Risky(q pricing.Quote, c vault.Contact, customer vault.CustomerID) risk.Order {
	o := risk.Order{Currency: q.Currency, Total: q.Total, Country: c.Shipping.Country(), Domain: c.Email.Domain(), Customer: string(customer),
		Units: map[catalog.SKU]int64{}}
	if !c.Billing.IsZero() {
		o.Billing = c.Billing.Country()
	}
	for _, l := range q.Lines {
		o.Units[l.SKU] += l.Quantity
	}
	return o
}

// Heed counts what rules against fraud say of an order, and refuses one that they decline. The answer says nothing of the rules; the
// error's Op names them, for the log. Errors: fault.Invalid, code order_declined.
func Heed(v risk.Verdict, meter *telemetry.Metrics) error {
	switch {
	case len(v.Declined) > 0:
		meter.Count(telemetry.OrderDeclined, 1, telemetry.Reason("fraud_rule"))
		return fault.New(fault.Invalid, "risk.Judge("+strings.Join(v.Declined, ",")+")", "order_declined", "We cannot take this order.")
	case len(v.Review) > 0:
		meter.Count(telemetry.OrderHeld, 1, telemetry.Reason("fraud_rule"))
	}
	return nil
}
