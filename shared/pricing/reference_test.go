package pricing_test

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"till/shared/catalog"
	"till/shared/money"
	"till/shared/pricing"
)

// reference prices a basket in exact fractions, by the words of infra/decisions/0019 alone: an independent path to the same sums. It
// knows neither the package's types for amounts nor its way of dividing.
type reference struct {
	rules    pricing.Rules
	basket   pricing.Basket
	products map[catalog.SKU]catalog.Product

	currency money.Currency
	step     *big.Rat
	country  string
	region   string
	included bool
	exempt   bool

	goods []*item // By SKU.

	discount, shipping, tax, contained, total *big.Rat
	refused                                   bool // A code is.
}

type item struct {
	sku              catalog.SKU
	product          catalog.Product
	n, rate          *big.Rat
	unit, off, price *big.Rat // price: what is left to pay for all of them.
	tax              *big.Rat
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func plus(all ...*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, r := range all {
		sum.Add(sum, r)
	}
	return sum
}

func times(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func over(a, b *big.Rat) *big.Rat  { return new(big.Rat).Quo(a, b) }
func less(a, b *big.Rat) *big.Rat  { return new(big.Rat).Sub(a, b) }

func floor(r *big.Rat) *big.Rat { return new(big.Rat).SetInt(new(big.Int).Div(r.Num(), r.Denom())) }

// near rounds half up to a multiple of step.
func near(r, step *big.Rat) *big.Rat {
	return times(floor(plus(over(r, step), big.NewRat(1, 2))), step)
}

// down rounds down to a multiple of step.
func down(r, step *big.Rat) *big.Rat { return times(floor(over(r, step)), step) }

// divided gives each its part of a whole in multiples of step, by the largest remainder; between equals, to the first.
func divided(sum, step *big.Rat, weights []*big.Rat) []*big.Rat {
	all := plus(weights...)
	parts, rest := make([]*big.Rat, len(weights)), make([]*big.Rat, len(weights))
	left := new(big.Rat).Set(sum)
	for i, w := range weights {
		exact := over(times(sum, w), all)
		parts[i] = down(exact, step)
		rest[i], left = less(exact, parts[i]), less(left, parts[i])
	}
	for ; left.Sign() > 0; left = less(left, step) {
		most := 0
		for i := range rest {
			if rest[i].Cmp(rest[most]) > 0 {
				most = i
			}
		}
		parts[most], rest[most] = plus(parts[most], step), big.NewRat(-1, 1)
	}
	return parts
}

func (f *reference) rateOf(class string) *big.Rat {
	place, t := f.country, f.rules.Tax
	if _, listed := t.Rates[f.country+"-"+f.region]; listed {
		place = f.country + "-" + f.region
	}
	rate := t.Rates[place]
	if own, there := t.Classes[class][place]; there {
		rate = own
	}
	return big.NewRat(rate, 100_000)
}

// without is a listed price less the tax in it, for who does not owe it.
func (f *reference) without(price, rate *big.Rat) *big.Rat {
	if !f.exempt || !f.included {
		return price
	}
	return near(over(price, plus(whole(1), rate)), f.step)
}

func (f *reference) run() {
	f.currency, f.step = money.Currency(f.basket.Currency), whole(1)
	if s := f.rules.Steps[f.currency]; s > 0 {
		f.step = whole(s)
	}
	f.place()
	f.fill()
	f.reduce()
	if f.refused {
		return
	}
	f.deliver()
	f.levy()
	f.total = plus(f.shipping, f.tax)
	for _, g := range f.goods {
		f.total = plus(f.total, g.price)
	}
}

func (f *reference) place() {
	f.country, f.region = f.basket.Country, f.basket.Region
	t, home := f.rules.Tax, f.rules.Home
	pickup := f.basket.Method == "pickup" && slices.ContainsFunc(f.basket.Lines, func(w pricing.Wanted) bool {
		return !f.products[catalog.SKU(w.SKU)].Digital // What needs no parcel is not picked up either.
	})
	if pickup {
		f.country, f.region = home, f.rules.HomeRegion
	}
	f.included = t.Included
	if slices.Contains(t.Except, f.country) {
		f.included = !t.Included
	}
	f.exempt = !pickup && f.basket.VAT != "" && f.basket.VAT[:2] == f.country && f.country != home &&
		slices.Contains(t.ReverseCharge, f.country) && slices.Contains(t.ReverseCharge, home)
}

func (f *reference) fill() {
	units := map[catalog.SKU]int64{}
	for _, w := range f.basket.Lines {
		units[catalog.SKU(w.SKU)] += w.Quantity
	}
	for _, sku := range slices.Sorted(maps.Keys(units)) {
		p := f.products[sku]
		g := &item{sku: sku, product: p, n: whole(units[sku]), rate: f.rateOf(p.TaxClass), tax: new(big.Rat)}
		g.unit = f.without(whole(p.Prices[f.currency]), g.rate)
		all := times(g.unit, g.n)
		g.price = down(all, f.step)
		g.off = less(all, g.price)
		f.goods = append(f.goods, g)
	}
}

// reduce takes the discounts off.
func (f *reference) reduce() {
	rank := map[pricing.Kind]string{pricing.BuyXGetY: "1", pricing.Percentage: "2", pricing.Fixed: "3", pricing.FreeDelivery: "4"}
	type use struct {
		pricing.Discount
		key string
	}
	var uses []use
	for _, d := range f.rules.Discounts {
		asked := slices.ContainsFunc(f.basket.Codes, func(c string) bool { return strings.ToUpper(strings.TrimSpace(c)) == d.Code })
		switch {
		case d.Code == "":
			uses = append(uses, use{d, rank[d.Kind] + "0" + d.ID})
		case asked:
			uses = append(uses, use{d, rank[d.Kind] + "1" + d.ID})
		}
	}
	codes := slices.DeleteFunc(slices.Clone(uses), func(u use) bool { return u.Code == "" })
	slices.SortFunc(uses, func(a, b use) int { return strings.Compare(a.key, b.key) })
	for _, u := range uses {
		f.refused = f.refused || u.Code != "" && u.Alone && len(codes) > 1
	}
	for _, u := range uses {
		if u.Kind == pricing.FreeDelivery {
			f.refused = f.refused || u.Code != "" && !f.holds(u.Discount)
			continue
		}
		if !f.holds(u.Discount) || f.takeOff(u.Discount).Sign() == 0 {
			f.refused = f.refused || u.Code != ""
		}
	}
}

func (f *reference) holds(d pricing.Discount) bool {
	if !d.From.IsZero() && f.basket.At.Before(d.From) || !d.Until.IsZero() && !f.basket.At.Before(d.Until) {
		return false
	}
	if _, there := d.Amounts[f.currency]; d.Kind == pricing.Fixed && !there {
		return false
	}
	if _, there := d.Minimum[f.currency]; len(d.Minimum) > 0 && !there {
		return false
	}
	value, some := new(big.Rat), false
	for _, g := range f.goods {
		if f.isFor(d, g) {
			value, some = plus(value, times(g.unit, g.n)), true
		}
	}
	return some && value.Cmp(whole(d.Minimum[f.currency])) >= 0
}

func (f *reference) isFor(d pricing.Discount, g *item) bool {
	return len(d.Products) == 0 || slices.Contains(d.Products, g.sku)
}

// takeOff takes one discount off the goods, and gives what it came to.
func (f *reference) takeOff(d pricing.Discount) *big.Rat {
	weights := make([]*big.Rat, len(f.goods))
	for i, g := range f.goods {
		weights[i] = new(big.Rat)
		if f.isFor(d, g) {
			weights[i] = g.price
		}
	}
	if d.Kind == pricing.BuyXGetY {
		weights = f.cheapest(d)
	}
	sum := plus(weights...)
	if sum.Sign() == 0 {
		return sum
	}
	off := near(times(sum, big.NewRat(d.Rate, 100_000)), f.step)
	if d.Kind == pricing.Fixed {
		off = down(whole(d.Amounts[f.currency]), f.step)
		if off.Cmp(sum) > 0 {
			off = sum
		}
	}
	for i, part := range divided(off, f.step, weights) {
		f.goods[i].price, f.goods[i].off = less(f.goods[i].price, part), plus(f.goods[i].off, part)
	}
	return off
}

// cheapest lays all units on a table, the cheapest first, and takes the first of them.
func (f *reference) cheapest(d pricing.Discount) []*big.Rat {
	type unit struct {
		of    int
		price *big.Rat
	}
	var table []unit
	for i, g := range f.goods {
		for n := new(big.Rat); f.isFor(d, g) && n.Cmp(g.n) < 0; n = plus(n, whole(1)) {
			table = append(table, unit{i, g.unit})
		}
	}
	slices.SortStableFunc(table, func(a, b unit) int { return a.price.Cmp(b.price) })
	out := make([]*big.Rat, len(f.goods))
	for i := range out {
		out[i] = new(big.Rat)
	}
	for _, u := range table[:len(table)/int(d.Buy+d.Get)*int(d.Get)] {
		out[u.of] = plus(out[u.of], u.price)
	}
	for i, g := range f.goods {
		if out[i] = down(out[i], f.step); out[i].Cmp(g.price) > 0 {
			out[i] = g.price
		}
	}
	return out
}

func (f *reference) deliver() {
	goods, grams, parcel := new(big.Rat), int64(0), false
	for _, g := range f.goods {
		goods = plus(goods, g.price)
		if !g.product.Digital {
			n, _ := g.n.Float64()
			grams, parcel = grams+g.product.WeightGrams*int64(n), true
		}
	}
	f.shipping = new(big.Rat)
	if parcel {
		i := slices.IndexFunc(f.rules.Methods, func(m pricing.Method) bool { return m.ID == f.basket.Method })
		prices, freeFrom := f.rules.Methods[i].Prices, f.rules.Methods[i].FreeFrom
		for _, z := range slices.Backward(f.rules.Methods[i].Zones) {
			here := len(z.Places) == 0 || slices.Contains(z.Places, f.basket.Country) || slices.Contains(z.Places, f.basket.Country+"-"+f.basket.Region)
			if here && (z.MaxGrams == 0 || grams <= z.MaxGrams) && goods.Cmp(whole(z.MinValue[f.currency])) >= 0 {
				prices, freeFrom = z.Prices, z.FreeFrom
			}
		}
		if from, there := freeFrom[f.currency]; !there || goods.Cmp(whole(from)) < 0 {
			f.shipping = whole(0)
			for _, part := range f.delivery(down(whole(prices[f.currency]), f.step)) {
				f.shipping = plus(f.shipping, f.without(part.price, part.rate))
			}
		}
	}
	f.freely()
}

// freely lets discounts pay for delivery: those without a code first, and each only if there is something left to pay.
func (f *reference) freely() {
	for _, withCode := range []bool{false, true} {
		for _, d := range f.rules.Discounts { // Their ids are in order.
			if d.Kind != pricing.FreeDelivery || (d.Code != "") != withCode || withCode && !slices.Contains(f.basket.Codes, d.Code) || !f.holds(d) {
				continue
			}
			if f.shipping.Sign() > 0 && (len(d.Methods) == 0 || slices.Contains(d.Methods, f.basket.Method)) {
				f.shipping = new(big.Rat)
			} else if withCode {
				f.refused = true
			}
		}
	}
}

// delivery divides a price of delivery over the rates that it is taxed at, the highest first.
func (f *reference) delivery(price *big.Rat) []item {
	own := f.rateOf(f.rules.Tax.Delivery)
	byRate := map[string]*item{}
	for _, g := range f.goods {
		if f.rules.Tax.DeliveryFollows && g.price.Sign() > 0 {
			key := g.rate.FloatString(6)
			if byRate[key] == nil {
				byRate[key] = &item{rate: g.rate, price: new(big.Rat)}
			}
			byRate[key].price = plus(byRate[key].price, g.price)
		}
	}
	if len(byRate) == 0 {
		return []item{{rate: own, price: price}}
	}
	keys := slices.Sorted(maps.Keys(byRate))
	slices.Reverse(keys)
	weights, out := []*big.Rat{}, []item{}
	for _, key := range keys {
		weights, out = append(weights, byRate[key].price), append(out, item{rate: byRate[key].rate})
	}
	for i, part := range divided(price, f.step, weights) {
		out[i].price = part
	}
	return out
}

func (f *reference) levy() {
	f.tax, f.contained, f.discount = new(big.Rat), new(big.Rat), new(big.Rat)
	for _, g := range f.goods {
		f.discount = plus(f.discount, g.off)
	}
	if f.exempt {
		return
	}
	bearing := slices.Clone(f.goods)
	for _, part := range f.delivery(f.shipping) {
		bearing = append(bearing, &item{rate: part.rate, price: part.price})
	}
	for len(bearing) > 0 {
		rate := bearing[0].rate
		var weights []*big.Rat
		var same []*item
		for _, b := range bearing {
			if b.rate.Cmp(rate) == 0 {
				weights, same = append(weights, b.price), append(same, b)
			}
		}
		bearing = slices.DeleteFunc(bearing, func(b *item) bool { return b.rate.Cmp(rate) == 0 })
		sum, step := plus(weights...), f.step
		tax := near(times(sum, rate), step)
		if f.included {
			step = whole(1)
			tax = near(less(sum, over(sum, plus(whole(1), rate))), step)
			f.contained = plus(f.contained, tax)
		} else {
			f.tax = plus(f.tax, tax)
		}
		if sum.Sign() == 0 {
			continue
		}
		for i, part := range divided(tax, step, weights) {
			same[i].tax = part
		}
	}
}
