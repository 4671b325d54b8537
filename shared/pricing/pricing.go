// Package pricing works out what a basket costs, from the shop's data alone.
package pricing

import (
	"errors"
	"fmt"

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
	Method   string // How; "" means the first that the rules offer.
	Codes    []string
}

// Wanted is one line of a basket.
type Wanted struct {
	SKU      string
	Quantity int64
}

// Line is one priced line. Minor units, net of tax but for Tax. Total is quantity × unit price − discount.
type Line struct {
	SKU       catalog.SKU `json:"sku"`
	Name      string      `json:"name"`
	Quantity  int64       `json:"quantity"`
	UnitPrice int64       `json:"unit_price"`
	Discount  int64       `json:"discount,omitempty"`
	Tax       int64       `json:"tax"`
	Total     int64       `json:"total"`
}

// Offer is one delivery method as a shopper may choose it. Price in minor units, net of tax.
type Offer struct {
	ID    string
	Name  string
	Days  string
	Price int64
}

// Quote is a priced basket: Subtotal − Discount + Shipping + Tax = Total, in minor units of Currency.
type Quote struct {
	Currency money.Currency
	Country  string
	Method   string
	Courier  bool
	Lines    []Line
	Subtotal int64
	Discount int64
	Shipping int64
	Tax      int64
	Total    int64
	Offers   []Offer
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
	for i := range b.Codes {
		faults = append(faults, invalid(fmt.Sprintf("#/discount_codes/%d", i), "coupon_invalid", "This code cannot be used."))
	}
	q := Quote{Currency: currency, Country: b.Country}
	if q.Country == "" {
		q.Country = r.Home
	}
	if len(faults) == 0 {
		faults = append(faults, r.lines(&q, wanted, products)...)
	}
	if len(faults) == 0 {
		faults = append(faults, r.deliver(&q, b.Method)...)
	} else if _, known := r.method(b.Method); b.Method != "" && !known {
		faults = append(faults, methodUnknown())
	}
	if err := errors.Join(faults...); err != nil {
		return Quote{}, err
	}
	if err := r.total(&q); err != nil {
		return Quote{}, err
	}
	return q, nil
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

func (r Rules) lines(q *Quote, wanted []merged, products map[catalog.SKU]catalog.Product) []error {
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
		line, err := r.line(w, p, unit, q.Country)
		if err != nil {
			faults = append(faults, fault.At(place+"/quantity", err))
			continue
		}
		q.Lines = append(q.Lines, line)
	}
	return faults
}

// line prices one line. What a price is finer than can be charged is given off, for the shopper's good.
func (r Rules) line(w merged, p catalog.Product, unit money.Amount, country string) (Line, error) {
	whole, err := unit.Times(w.quantity)
	if err != nil {
		return Line{}, err
	}
	off := whole.Minor() % r.step(unit.Currency())
	net := money.Of(whole.Minor()-off, unit.Currency())
	tax, err := r.tax(net, country)
	if err != nil {
		return Line{}, err
	}
	return Line{SKU: w.SKU, Name: p.Name, Quantity: w.quantity, UnitPrice: unit.Minor(), Discount: off, Tax: tax.Minor(), Total: net.Minor()}, nil
}

func (r Rules) deliver(q *Quote, wanted string) []error {
	subtotal := money.Zero(q.Currency)
	for _, l := range q.Lines {
		var err error
		if subtotal, err = money.Sum(q.Currency, subtotal, money.Of(l.Total, q.Currency), money.Of(l.Discount, q.Currency)); err != nil {
			return []error{fault.At("#/lines", err)}
		}
		q.Discount += l.Discount
	}
	q.Subtotal = subtotal.Minor()
	for _, m := range r.Methods {
		minor, offered := m.price(q.Currency, q.Subtotal)
		if !offered {
			continue
		}
		minor -= minor % r.step(q.Currency)
		q.Offers = append(q.Offers, Offer{m.ID, m.Name, m.Days, minor})
		if m.ID == wanted || (wanted == "" && q.Method == "") {
			q.Method, q.Courier, q.Shipping = m.ID, m.Courier, minor
		}
	}
	if q.Method == "" {
		return []error{methodUnknown()}
	}
	return nil
}

// total adds up tax and the whole. Delivery is taxed at the rate of where it goes, rounded on its own.
func (r Rules) total(q *Quote) error {
	shippingTax, err := r.tax(money.Of(q.Shipping, q.Currency), q.Country)
	parts := []money.Amount{shippingTax}
	for _, l := range q.Lines {
		parts = append(parts, money.Of(l.Tax, q.Currency))
	}
	tax, taxErr := money.Sum(q.Currency, parts...)
	total, totalErr := money.Sum(q.Currency, money.Of(q.Subtotal-q.Discount, q.Currency), money.Of(q.Shipping, q.Currency), tax)
	if err = errors.Join(err, taxErr, totalErr); err != nil {
		return fault.At("#/lines", fault.All(err)[0])
	}
	q.Tax, q.Total = tax.Minor(), total.Minor()
	if least := r.MinTotal[q.Currency]; q.Total > 0 && q.Total < least {
		return invalid("#/lines", "amount_too_small", "The total is less than can be charged in this currency.")
	}
	return nil
}

func methodUnknown() error {
	return invalid("#/shipping_method", "shipping_method_unknown", "Must be one of the methods that a quote offers.")
}

func invalid(at, code, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "pricing.Price", Code: code, At: at, Msg: msg}
}
