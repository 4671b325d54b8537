package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"till/shared/money"
)

// RateUnit is what rates are counted in: 100,000ths, so that 19 % is 19,000 and 8.875 % is 8,875.
const RateUnit = 100_000

// Tax is what a shop charges of tax, by where an order goes.
type Tax struct {
	// Included says that listed prices hold the tax already: a shopper pays the listed price everywhere, and the tax is taken out
	// of it. Otherwise it is added on top.
	Included bool
	// Except lists the countries in which it is the other way round.
	Except []string
	// Rates are the standard rates, in RateUnit, by place: a country, "DE", or a region of one, "US-CA". A region that is listed
	// has its own rates for everything; of others the country's are taken. A place that is missing charges no tax.
	Rates map[string]int64
	// Classes are rates by class of product, then by place. Where a class has none the standard rate is taken.
	Classes map[string]map[string]int64
	// Delivery is the class whose rate delivery is taxed at; "" is the standard one. It is not looked at with DeliveryFollows.
	Delivery string
	// DeliveryFollows taxes delivery as the goods that are delivered, in proportion to their prices.
	DeliveryFollows bool
	// ReverseCharge lists the countries between which a business with a VAT number pays no tax to the shop, but at home.
	ReverseCharge []string
}

// rate is the rate of a class of product at a place.
func (t Tax) rate(class, country, region string) int64 {
	place := country
	if _, own := t.Rates[country+"-"+region]; own {
		place += "-" + region
	}
	if rate, special := t.Classes[class][place]; special {
		return rate
	}
	return t.Rates[place]
}

// included tells whether the prices shown in a country hold its tax.
func (t Tax) included(country string) bool { return t.Included != slices.Contains(t.Except, country) }

// reverses tells whether a business with a VAT number of a country, to which the goods go, owes the tax itself.
func (t Tax) reverses(home, country string) bool {
	return home != country && slices.Contains(t.ReverseCharge, home) && slices.Contains(t.ReverseCharge, country)
}

// Percent writes a rate as people read it: "19", "8.875".
func Percent(rate int64) string {
	const unit = RateUnit / 100
	text := strconv.FormatInt(rate/unit, 10)
	if rest := rate % unit; rest > 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%03d", rest), "0")
	}
	return text
}

// TaxLine is the tax at one rate. Minor units; Base is without the tax.
type TaxLine struct {
	Rate int64 `json:"rate"` // In RateUnit.
	Base int64 `json:"base"`
	Tax  int64 `json:"tax"`
}

// levy is how one basket is taxed.
type levy struct {
	currency        money.Currency
	step            int64
	included        bool // Listed prices hold the tax.
	exempt          bool // The tax is the buyer's to pay, at home.
	delivery        int64
	follows         bool
	country, region string // Whose tax.
}

func (r Rules) levy(c money.Currency, b Basket, business VATNumber, pickup bool) levy {
	country, region := b.Country, b.Region
	if pickup {
		country, region = r.Home, r.HomeRegion
	}
	return levy{
		currency: c, step: r.step(c), included: r.Tax.included(country), follows: r.Tax.DeliveryFollows,
		exempt:   !pickup && business.Country() == country && r.Tax.reverses(r.Home, country),
		delivery: r.Tax.rate(r.Tax.Delivery, country, region), country: country, region: region,
	}
}

// net takes the tax out of a listed price that an exempt buyer does not owe: rounded half up to what can be charged. Other prices
// stay as they are.
func (l levy) net(minor, rate int64) (int64, error) {
	if !l.exempt || !l.included {
		return minor, nil
	}
	steps, err := money.Of(minor, l.currency).Portion(RateUnit, (RateUnit+rate)*l.step)
	if err != nil {
		return 0, err
	}
	return steps.Minor() * l.step, nil
}

// netDelivery is net for the price of a way to deliver, part by part.
func (l levy) netDelivery(price int64, lines []*Line) (int64, error) {
	if !l.exempt || !l.included {
		return price, nil
	}
	parts, err := l.deliveryShares(price, sharesOf(lines))
	if err != nil {
		return 0, err
	}
	price = 0
	for _, part := range parts {
		net, err := l.net(part.base, part.rate)
		if err != nil {
			return 0, err
		}
		price += net
	}
	return price, nil
}

// share is one thing that is taxed: a line, or a part of delivery.
type share struct {
	rate int64
	base int64
	tax  int64
	line *Line // nil for delivery.
}

func sharesOf(lines []*Line) []share {
	shares := make([]share, 0, len(lines)+1)
	for _, line := range lines {
		shares = append(shares, share{rate: line.TaxRate, base: line.Total, line: line})
	}
	return shares
}

// tax works out the tax of a basket whose lines are in the order of their SKUs. The tax of each rate is worked out once, on the sum of all
// that bears it, and rounded half up; on top, to what can be charged. It is divided over its lines and delivery by the largest
// remainder.
func (l levy) tax(q *Quote, lines []*Line) error {
	shares := sharesOf(lines)
	delivery, err := l.deliveryShares(q.Shipping, shares)
	if err != nil {
		return err
	}
	shares = append(shares, delivery...)
	slices.SortStableFunc(shares, func(a, b share) int { return cmp.Compare(b.rate, a.rate) })
	for from := 0; from < len(shares); {
		to := from
		for to < len(shares) && shares[to].rate == shares[from].rate {
			to++
		}
		if err := l.rate(q, shares[from:to]); err != nil {
			return err
		}
		from = to
	}
	for _, s := range shares {
		l.note(q, s)
	}
	for _, line := range lines {
		if l.exempt {
			line.TaxRate = 0
		}
	}
	return nil
}

// note writes a share's tax where it belongs.
func (l levy) note(q *Quote, s share) {
	switch {
	case s.line != nil && l.included:
		s.line.IncludedTax = s.tax
	case s.line != nil:
		s.line.Tax = s.tax
	case l.included:
		q.ShippingIncludedTax += s.tax
	default:
		q.ShippingTax += s.tax
	}
}

// rate works out the tax of shares of one rate.
func (l levy) rate(q *Quote, shares []share) error {
	rate := shares[0].rate
	bases := make([]money.Amount, len(shares))
	weights := make([]int64, len(shares))
	for i, s := range shares {
		bases[i], weights[i] = money.Of(s.base, l.currency), s.base
	}
	base, err := money.Sum(l.currency, bases...)
	if err != nil || base.IsZero() || rate == 0 || l.exempt {
		return err
	}
	step, portion := int64(1), RateUnit+rate
	if !l.included {
		step, portion = l.step, RateUnit*l.step
	}
	steps, err := base.Portion(rate, portion)
	if err != nil {
		return err
	}
	parts, err := steps.Split(weights...)
	if err != nil {
		return err
	}
	for i := range shares {
		shares[i].tax = parts[i].Minor() * step
	}
	tax, err := steps.Times(step)
	if err != nil {
		return err
	}
	line := TaxLine{Rate: rate, Base: base.Minor(), Tax: tax.Minor()}
	sum := &q.Tax
	if l.included {
		line.Base -= line.Tax
		sum = &q.IncludedTax
	}
	total, err := money.Of(*sum, l.currency).Add(tax)
	*sum = total.Minor()
	q.TaxLines = append(q.TaxLines, line)
	return err
}

// deliveryShares says at which rates the price of delivery is taxed. Following the goods, it is divided over their rates by the
// largest remainder, in steps of what can be charged; goods of no price give it its own rate.
func (l levy) deliveryShares(price int64, goods []share) ([]share, error) {
	if price == 0 {
		return nil, nil
	}
	bases := map[int64]int64{}
	for _, s := range goods {
		if l.follows && s.base > 0 {
			bases[s.rate] += s.base
		}
	}
	if len(bases) == 0 {
		return []share{{rate: l.delivery, base: price}}, nil
	}
	var rates, weights []int64
	for rate := range bases {
		rates = append(rates, rate)
	}
	slices.Sort(rates)
	slices.Reverse(rates)
	for _, rate := range rates {
		weights = append(weights, bases[rate])
	}
	parts, err := money.Of(price/l.step, l.currency).Split(weights...)
	if err != nil {
		return nil, err
	}
	out := make([]share, len(rates))
	for i, rate := range rates {
		out[i] = share{rate: rate, base: parts[i].Minor() * l.step}
	}
	return out, nil
}
