// Package basket reads what shoppers send to be priced and ordered, and says what it would cost.
package basket

import (
	"context"
	"errors"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/money"
	"till/shared/orderview"
	"till/shared/pricing"
	"till/shared/shop"
)

// Request is the body of POST /orders; POST /quotes takes the same and needs less of it.
type Request struct {
	Currency  string         `json:"currency" fault:"currency_invalid"`
	Lines     []Line         `json:"lines" fault:"lines_invalid"`
	Country   string         `json:"country" fault:"address_invalid"` // Quotes only: before there is an address.
	Email     string         `json:"email" fault:"email_invalid"`
	Phone     string         `json:"phone" fault:"phone_invalid"`
	Shipping  address.Input  `json:"shipping_address" text:"free" fault:"address_invalid"`
	Billing   *address.Input `json:"billing_address" text:"free" fault:"address_invalid"`
	Method    string         `json:"shipping_method" fault:"shipping_method_unknown"`
	Discounts []string       `json:"discount_codes" fault:"coupon_invalid"`
	Expected  *int64         `json:"expected_total" fault:"expected_total_invalid"`
}

// Line is one line of a Request.
type Line struct {
	SKU      string `json:"sku" fault:"sku_unknown"`
	Quantity int64  `json:"quantity" fault:"quantity_invalid"`
}

// Basket is the request as pricing takes it.
func (r Request) Basket() pricing.Basket {
	b := pricing.Basket{Currency: r.Currency, Country: r.Shipping.Country, Method: r.Method, Codes: r.Discounts}
	if b.Country == "" {
		b.Country = r.Country
	}
	for _, l := range r.Lines {
		b.Lines = append(b.Lines, pricing.Wanted{SKU: l.SKU, Quantity: l.Quantity})
	}
	return b
}

// CountryAt is where a request says where to deliver.
func (r Request) CountryAt() string {
	if r.Shipping.Country == "" {
		return "#/country"
	}
	return "#/shipping_address/country"
}

// Pricer prices a basket from the shop's data. Every field is required.
type Pricer struct {
	Shop     shop.Read // What staff have decided.
	Products func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Product, error)
}

// Price looks the products up and prices the request's basket by the settings that it also gives. Errors: those of the store, and every
// fault of the basket at once.
func (p Pricer) Price(ctx context.Context, r Request) (pricing.Quote, shop.Settings, error) {
	decided, err := p.Shop(ctx)
	if err != nil {
		return pricing.Quote{}, shop.Settings{}, err
	}
	b := r.Basket()
	var products map[catalog.SKU]catalog.Product
	if skus := b.SKUs(); len(skus) > 0 {
		if products, err = p.Products(ctx, skus); err != nil {
			return pricing.Quote{}, shop.Settings{}, err
		}
	}
	q, err := decided.Rules().Price(b, products)
	return q, decided, errors.Join(decided.Basket(b, r.CountryAt()), err)
}

// Quote is a priced basket as the API shows it. Subtotal − Discount + Shipping + Tax = Total.
type Quote struct {
	Currency money.Currency   `json:"currency"`
	Country  string           `json:"country"`
	Lines    []orderview.Line `json:"lines"`
	Subtotal money.Amount     `json:"subtotal"`
	Discount money.Amount     `json:"discount"`
	Shipping money.Amount     `json:"shipping"`
	Tax      money.Amount     `json:"tax"`
	Total    money.Amount     `json:"total"`
	Method   string           `json:"shipping_method"`
	Methods  []Method         `json:"shipping_methods"`
}

// Method is a way to deliver that may be chosen. The price is without tax.
type Method struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Days  string       `json:"days"`
	Price money.Amount `json:"price"`
}

// View shows a quote.
func View(q pricing.Quote) Quote {
	in := func(minor int64) money.Amount { return money.Of(minor, q.Currency) }
	v := Quote{
		Currency: q.Currency, Country: q.Country, Lines: orderview.Lines(q.Lines, q.Currency), Subtotal: in(q.Subtotal),
		Discount: in(q.Discount), Shipping: in(q.Shipping), Tax: in(q.Tax), Total: in(q.Total), Method: q.Method,
		Methods: make([]Method, 0, len(q.Offers)),
	}
	for _, o := range q.Offers {
		v.Methods = append(v.Methods, Method{o.ID, o.Name, o.Days, in(o.Price)})
	}
	return v
}
