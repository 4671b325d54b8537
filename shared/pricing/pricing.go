// Package pricing works out what a basket costs, from the shop's data alone.
package pricing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
)

// Limits of one basket. LinesMax keeps an order's transaction, a stock update per line, within the hundred actions
// that DynamoDB allows.
const (
	LinesMax    = 50
	QuantityMax = 10_000
)

// Basket is what a shopper wants, as sent: nothing in it has a price.
type Basket struct {
	Currency string
	Lines    []Wanted
	Country  string // Where to; "" means the rules' home.
	Region   string // State or province, by its ISO 3166-2 code without the country, if the country has them.
	Method   string // How; "" means the first that the rules offer.
	Codes    []string
	VAT      string    // VAT number of a business that buys, as typed; "" for everybody else.
	At       time.Time // When: discounts begin and end.
}

// Wanted is one line of a basket.
type Wanted struct {
	SKU      string
	Quantity int64
}

// Line is one priced line, in minor units. Total is quantity × unit price − discount, and Tax comes on top of it; IncludedTax is
// the part of Total that is tax. One of the two is 0.
type Line struct {
	SKU         catalog.SKU `json:"sku"`
	Name        string      `json:"name"`
	Quantity    int64       `json:"quantity"`
	UnitPrice   int64       `json:"unit_price"`
	Discount    int64       `json:"discount,omitempty"`
	Tax         int64       `json:"tax"`
	IncludedTax int64       `json:"included_tax,omitempty"`
	TaxRate     int64       `json:"rate,omitempty"` // In RateUnit.
	Total       int64       `json:"total"`
	Digital     bool        `json:"digital,omitempty"` // It goes in no parcel.
}

// Quote is a priced basket: Subtotal − Discount + Shipping + Tax = Total, in minor units of Currency. Tax is what comes on top;
// where listed prices hold the tax it is 0, and IncludedTax is what they hold.
type Quote struct {
	Currency            money.Currency
	Country             string
	Method              string
	Courier             bool
	Pickup              bool
	Lines               []Line
	Subtotal            int64
	Discount            int64
	Shipping            int64
	Tax                 int64
	Total               int64
	IncludedTax         int64
	ShippingTax         int64 // The part of Tax that is on delivery.
	ShippingIncludedTax int64 // The part of IncludedTax that Shipping holds.
	TaxLines            []TaxLine
	TaxIncluded         bool // Prices hold the tax.
	ReverseCharge       bool // The buyer, a business, owes the tax at home.
	Business            VATNumber
	Discounts           []Applied
	Coupons             []Coupon // Uses that are to be counted.
	Offers              []Offer
}

// SKUs lists the basket's well-formed SKUs once each, to be looked up before Price.
func (b Basket) SKUs() []catalog.SKU {
	seen := make(map[catalog.SKU]bool, len(b.Lines))
	skus := make([]catalog.SKU, 0, len(b.Lines))
	for _, w := range b.Lines {
		if sku, err := catalog.ParseSKU(w.SKU); err == nil && !seen[sku] && len(skus) < LinesMax {
			seen[sku] = true
			skus = append(skus, sku)
		}
	}
	return skus
}

// Price works out the basket with the products found for its SKUs. Lines of one SKU are merged. Errors: every fault of
// the basket at once, fault.Invalid, each At its place under "#".
func (r Rules) Price(b Basket, products map[catalog.SKU]catalog.Product) (Quote, error) {
	currency, faults := r.currency(b)
	wanted, moreFaults := merge(b.Lines, products)
	faults = append(faults, moreFaults...)
	discounts, moreFaults := r.brought(b)
	faults = append(faults, moreFaults...)
	if b.Country == "" {
		b.Country, b.Region = r.Home, r.HomeRegion
	}
	chosen, known := r.method(b.Method)
	if b.Method != "" && !known {
		faults = append(faults, methodUnknown())
	}
	var business VATNumber
	if b.VAT != "" {
		var err error
		if business, err = ParseVATNumber(b.VAT); err != nil {
			faults = append(faults, fault.At("#/vat_number", err))
		}
	}
	l := r.levy(currency, b, business, chosen.Pickup)
	q := Quote{Currency: currency, Country: b.Country, TaxIncluded: l.included, ReverseCharge: l.exempt, Business: business}
	if len(faults) == 0 {
		faults = r.lines(&q, l, wanted, products)
	}
	if len(faults) == 0 {
		faults = r.reduce(&q, l, b, discounts, products)
	}
	if err := errors.Join(faults...); err != nil {
		return Quote{}, err
	}
	if q.Pickup != chosen.Pickup { // The first way that is offered is another place to tax.
		b.Method = q.Method
		return r.Price(b, products)
	}
	return q, nil
}

// reduce takes discounts off, adds delivery and tax, and sums up. All that is divided over lines is divided in the order of their
// SKUs, whichever way they were sent.
func (r Rules) reduce(q *Quote, l levy, b Basket, discounts []brought, products map[catalog.SKU]catalog.Product) []error {
	lines := make([]*Line, len(q.Lines))
	for i := range q.Lines {
		lines[i] = &q.Lines[i]
	}
	slices.SortFunc(lines, func(a, b *Line) int { return cmp.Compare(a.SKU, b.SKU) })
	subtotal, err := sum(q.Currency, lines, func(l *Line) int64 { return l.Quantity * l.UnitPrice })
	if err != nil {
		return []error{fault.At("#/lines", err)}
	}
	free, faults := r.discount(q, b, discounts, lines)
	if len(faults) > 0 {
		return faults
	}
	for _, line := range lines {
		q.Discount += line.Discount
	}
	q.Subtotal = subtotal
	if faults := r.deliver(q, l, b, free, lines, products); len(faults) > 0 {
		return faults
	}
	err = l.tax(q, lines)
	total, totalErr := money.Sum(q.Currency, money.Of(q.Subtotal-q.Discount, q.Currency), money.Of(q.Shipping, q.Currency), money.Of(q.Tax, q.Currency))
	if err = errors.Join(err, totalErr); err != nil {
		return []error{fault.At("#/lines", fault.All(err)[0])}
	}
	q.Total = total.Minor()
	return nil
}

func sum(c money.Currency, lines []*Line, of func(*Line) int64) (int64, error) {
	parts := make([]money.Amount, len(lines))
	for i, l := range lines {
		parts[i] = money.Of(of(l), c)
	}
	total, err := money.Sum(c, parts...)
	return total.Minor(), err
}

func (r Rules) currency(b Basket) (money.Currency, []error) {
	c, err := money.Parse(b.Currency)
	if err != nil {
		return "", []error{fault.At("#/currency", err)}
	}
	if !r.sells(c) {
		return "", []error{invalid("#/currency", "currency_invalid", "This shop does not sell in this currency.")}
	}
	return c, nil
}

type merged struct {
	catalog.SKU
	quantity int64
	first    int // Index of the first line that names it, for pointers.
}

func merge(lines []Wanted, products map[catalog.SKU]catalog.Product) ([]merged, []error) {
	if len(lines) == 0 || len(lines) > LinesMax {
		return nil, []error{invalid("#/lines", "lines_invalid", fmt.Sprintf("Must hold 1 to %d lines.", LinesMax))}
	}
	var faults []error
	var out []merged
	at := make(map[catalog.SKU]int, len(lines))
	for i, w := range lines {
		place := fmt.Sprintf("#/lines/%d", i)
		sku := catalog.SKU(w.SKU)
		if p, found := products[sku]; !found || !p.Active {
			faults = append(faults, invalid(place+"/sku", "sku_unknown", "There is no such product."))
		}
		if w.Quantity < 1 || w.Quantity > QuantityMax {
			faults = append(faults, QuantityFault(place+"/quantity"))
			continue
		}
		if j, again := at[sku]; again {
			out[j].quantity += w.Quantity
			if out[j].quantity > QuantityMax {
				faults = append(faults, QuantityFault(place+"/quantity"))
			}
			continue
		}
		at[sku] = len(out)
		out = append(out, merged{sku, w.Quantity, i})
	}
	return out, faults
}

// QuantityFault is the fault of a quantity that cannot be ordered, at a place.
func QuantityFault(at string) error {
	return invalid(at, "quantity_invalid", fmt.Sprintf("Must be a whole number from 1 to %d.", QuantityMax))
}

func (r Rules) lines(q *Quote, l levy, wanted []merged, products map[catalog.SKU]catalog.Product) []error {
	var faults []error
	for _, w := range wanted {
		place := fmt.Sprintf("#/lines/%d", w.first)
		p := products[w.SKU]
		unit, sold := p.Price(q.Currency)
		if !sold {
			faults = append(faults, invalid(place+"/sku", "sku_unknown", "This product is not sold in this currency."))
			continue
		}
		if !p.Quantities.Allow(w.quantity) {
			faults = append(faults, invalid(place+"/quantity", "quantity_invalid", "This product is sold "+p.Quantities.String()+"."))
			continue
		}
		line, err := r.line(w, p, unit, l)
		if err != nil {
			faults = append(faults, fault.At(place+"/quantity", err))
			continue
		}
		q.Lines = append(q.Lines, line)
	}
	return faults
}

// line prices one line, before discounts and tax. What a price is finer than can be charged is given off, for the shopper's good.
func (r Rules) line(w merged, p catalog.Product, unit money.Amount, l levy) (Line, error) {
	rate := r.Tax.rate(p.TaxClass, l.country, l.region)
	net, err := l.net(unit.Minor(), rate)
	if err != nil {
		return Line{}, err
	}
	whole, err := money.Of(net, unit.Currency()).Times(w.quantity)
	if err != nil {
		return Line{}, err
	}
	off := whole.Minor() % l.step
	line := Line{SKU: w.SKU, Name: p.Name, Quantity: w.quantity, UnitPrice: net, Discount: off, TaxRate: rate, Total: whole.Minor() - off, Digital: p.Digital}
	return line, nil
}

// deliver prices the ways to deliver and takes the one that was chosen. What is not put into a parcel needs none.
func (r Rules) deliver(q *Quote, l levy, b Basket, free []brought, lines []*Line, products map[catalog.SKU]catalog.Product) []error {
	p := parcel{country: b.Country, region: b.Region, currency: q.Currency, goods: q.Subtotal - q.Discount}
	digital := true
	for _, line := range lines {
		product := products[line.SKU]
		if !product.Digital {
			p.grams, digital = p.grams+product.WeightGrams*line.Quantity, false
		}
	}
	if !digital {
		var err error
		if q.Offers, err = r.offers(p, l, lines); err != nil {
			return []error{fault.At("#/lines", err)}
		}
		i := slices.IndexFunc(q.Offers, func(o Offer) bool { return o.ID == b.Method || b.Method == "" })
		if i < 0 {
			return []error{methodUnknown()}
		}
		m, _ := r.method(q.Offers[i].ID)
		q.Method, q.Courier, q.Pickup, q.Shipping = m.ID, m.Courier, m.Pickup, q.Offers[i].Price
	}
	var faults []error
	for _, d := range free {
		switch {
		case q.Shipping > 0 && d.delivers(q.Method):
			q.apply(d, 0)
			q.Shipping = 0
		case d.code >= 0:
			faults = append(faults, codeFault(d.code, nothingOff()))
			continue
		}
		for i, o := range q.Offers {
			if d.delivers(o.ID) {
				q.Offers[i].Price = 0
			}
		}
	}
	return faults
}

func methodUnknown() error {
	return invalid("#/shipping_method", "shipping_method_unknown", "Must be one of the methods that a quote offers.")
}

func codeFault(i int, why string) error {
	return invalid(fmt.Sprintf("#/discount_codes/%d", i), "coupon_invalid", why)
}

func invalid(at, code, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "pricing.Price", Code: code, At: at, Msg: msg}
}
