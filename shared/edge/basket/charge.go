package basket

import (
	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/pricing"
	"till/shared/shop"
)

// rules are the shop's, in the finest steps that a gateway of the shop charges the basket's currency in.
func (p Pricer) rules(decided shop.Settings, b pricing.Basket) pricing.Rules {
	rules := decided.Rules()
	c, err := money.Parse(b.Currency)
	if err != nil {
		return rules // Price says so.
	}
	finest := int64(0)
	for _, bounds := range p.takers(decided, c) {
		if step := max(bounds.Step, 1); finest == 0 || step < finest {
			finest = step
		}
	}
	if finest == 0 {
		return rules
	}
	return rules.InSteps(c, finest)
}

// takers are the bounds of the gateways that shoppers may choose and that charge in a currency.
func (p Pricer) takers(decided shop.Settings, c money.Currency) []payment.Bounds {
	var out []payment.Bounds
	for _, name := range decided.Gateways(p.Gateways) {
		if b, taken := p.Charges(name, c); taken {
			out = append(out, b)
		}
	}
	return out
}

// payable refuses a total that no gateway of the shop could take: nobody would have a way to pay it. A total of 0 needs none. Errors:
// fault.Invalid: currency_invalid; amount_too_small, amount_too_large, amount_too_fine.
func (p Pricer) payable(decided shop.Settings, q pricing.Quote) error {
	const op = "basket.Price"
	if q.Total == 0 {
		return nil
	}
	takers := p.takers(decided, q.Currency)
	if len(takers) == 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Code: "currency_invalid", At: "#/currency", Msg: "This shop has no way to be paid in this currency."}
	}
	// The widest says the most: of several that refuse, the one with the least least, or with the most most.
	total := money.Of(q.Total, q.Currency)
	widest := takers[0]
	for _, b := range takers {
		if b.Check(op, total) == nil {
			return nil
		}
		widest.Least = min(widest.Least, b.Least)
		if widest.Most > 0 && (b.Most == 0 || b.Most > widest.Most) {
			widest.Most = b.Most
		}
	}
	if err := widest.Check(op, total); err != nil {
		return fault.At("#/lines", err)
	}
	return fault.At("#/lines", takers[0].Check(op, total))
}
