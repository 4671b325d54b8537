package pricing

import (
	"slices"

	"till/shared/money"
)

// Method is a way to deliver, with a price in each currency that it is offered in. The first zone that an order fits says what it
// costs; Prices and FreeFrom hold for all others. It is not offered where neither has a price.
type Method struct {
	ID       string
	Name     string
	Days     string                   // "2–4": working days, shown to the shopper.
	Courier  bool                     // A courier does not deliver to PO boxes.
	Pickup   bool                     // The shopper comes to the shop, whose tax applies.
	Zones    []Zone                   // Looked at in their order.
	Prices   map[money.Currency]int64 // As products' prices are: with tax or without. Minor units.
	FreeFrom map[money.Currency]int64 // Price of the goods, less discounts, from which it costs nothing; missing means never.
}

// Zone is a price of delivery for some orders. All conditions must hold.
type Zone struct {
	Places   []string                 `json:"places,omitempty"`    // Countries, "DE", and regions, "US-HI". Empty: everywhere.
	MaxGrams int64                    `json:"max_grams,omitempty"` // The heaviest that goes for this price. 0: any weight.
	MinValue map[money.Currency]int64 `json:"min_value,omitempty"` // The least price of the goods, less discounts; missing means any.
	Prices   map[money.Currency]int64 `json:"prices"`
	FreeFrom map[money.Currency]int64 `json:"free_from,omitempty"`
}

// parcel is what is to be delivered.
type parcel struct {
	country, region string
	grams           int64
	goods           int64 // What the goods cost, less discounts.
	currency        money.Currency
}

func (z Zone) fits(p parcel) bool {
	return (len(z.Places) == 0 || slices.Contains(z.Places, p.country) || slices.Contains(z.Places, p.country+"-"+p.region)) &&
		(z.MaxGrams == 0 || p.grams <= z.MaxGrams) && p.goods >= z.MinValue[p.currency]
}

// price is what the method costs for a parcel, in minor units, and whether it is offered for it.
func (m Method) price(p parcel) (int64, bool) {
	prices, freeFrom := m.Prices, m.FreeFrom
	if i := slices.IndexFunc(m.Zones, func(z Zone) bool { return z.fits(p) }); i >= 0 {
		prices, freeFrom = m.Zones[i].Prices, m.Zones[i].FreeFrom
	}
	minor, offered := prices[p.currency]
	if from, free := freeFrom[p.currency]; free && p.goods >= from {
		minor = 0
	}
	return minor, offered
}

// OfferedIn tells whether the method has a price in a currency, for some orders at least.
func (m Method) OfferedIn(c money.Currency) bool {
	_, offered := m.Prices[c]
	return offered || slices.ContainsFunc(m.Zones, func(z Zone) bool { _, there := z.Prices[c]; return there })
}

func (r Rules) method(id string) (Method, bool) {
	i := slices.IndexFunc(r.Methods, func(m Method) bool { return m.ID == id })
	if i < 0 {
		return Method{}, false
	}
	return r.Methods[i], true
}

// Offer is one delivery method as a shopper may choose it. Price in minor units, as products' prices are.
type Offer struct {
	ID     string
	Name   string
	Days   string
	Pickup bool
	Price  int64
}

// offers gives the ways to deliver a basket, priced. Of a price that is finer than can be charged the rest is dropped.
func (r Rules) offers(p parcel, l levy, lines []*Line) ([]Offer, error) {
	var out []Offer
	for _, m := range r.Methods {
		minor, offered := m.price(p)
		if !offered {
			continue
		}
		minor, err := l.netDelivery(minor-minor%l.step, lines)
		if err != nil {
			return nil, err
		}
		out = append(out, Offer{m.ID, m.Name, m.Days, m.Pickup, minor})
	}
	return out, nil
}
