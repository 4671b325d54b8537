// Package basket reads what shoppers send to be priced and ordered, and says what it would cost.
package basket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/pricing"
	"till/shared/shop"
)

// Request is the body of POST /orders; POST /quotes takes the same and needs less of it.
type Request struct {
	Currency  string         `json:"currency" fault:"currency_invalid"`
	Lines     []Line         `json:"lines" fault:"lines_invalid"`
	Country   string         `json:"country" fault:"address_invalid"` // Quotes only: before there is an address.
	Region    string         `json:"region" fault:"address_invalid"`  // As Country.
	Email     string         `json:"email" fault:"email_invalid"`
	Phone     string         `json:"phone" fault:"phone_invalid"`
	Shipping  address.Input  `json:"shipping_address" text:"free" fault:"address_invalid"`
	Billing   *address.Input `json:"billing_address" text:"free" fault:"address_invalid"`
	VAT       string         `json:"vat_number" fault:"vat_number_invalid"`
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
	b := pricing.Basket{Currency: r.Currency, Country: r.Shipping.Country, Method: r.Method, Codes: r.Discounts, VAT: r.VAT}
	region := r.Shipping.Region
	if b.Country == "" {
		b.Country, region = r.Country, r.Region
	}
	b.Region = address.RegionCode(b.Country, region)
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
	Uses     func(context.Context, []pricing.UseKey) (map[pricing.UseKey]int64, error)
	Now      func() time.Time
	Gateways []string // Those that the shop is deployed with.
	Charges  Charges
	Verify   Verify // nil: a VAT number's form is enough.
}

// Verify asks whether a VAT number is in use, as tax offices say. Errors: fault.Unavailable, nobody can say now.
type Verify func(context.Context, pricing.VATNumber) (bool, error)

// Charges gives a gateway's bounds in a currency, and whether it charges in it.
type Charges func(gateway string, c money.Currency) (payment.Bounds, bool)

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
	b.At = p.Now()
	q, err := p.rules(decided, b).Price(b, products)
	if err == nil {
		err = errors.Join(p.usedUp(ctx, b, q), p.verified(ctx, q), p.payable(decided, q))
	}
	if err = errors.Join(decided.Basket(b, r.CountryAt()), err); err != nil {
		return pricing.Quote{}, decided, err
	}
	return q, decided, nil
}

// usedUp looks whether coupons of which there are only so many have uses left. A moment later that may have changed: the order's own
// transaction decides. What one customer has used is not looked at here, since quotes do not say who asks.
func (p Pricer) usedUp(ctx context.Context, b pricing.Basket, q pricing.Quote) error {
	var keys []pricing.UseKey
	for _, c := range q.Coupons {
		if c.Limit > 0 {
			keys = append(keys, pricing.UseKey{Coupon: c.ID})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	used, err := p.Uses(ctx, keys)
	if err != nil {
		return err
	}
	var gone []string
	for _, c := range q.Coupons {
		if c.Limit > 0 && used[pricing.UseKey{Coupon: c.ID}] >= c.Limit {
			gone = append(gone, c.ID)
		}
	}
	return UsedUp(b.Codes, q, gone)
}

// UsedUp points at the codes of a request whose coupons are used up, by their ids. Errors: fault.Invalid, code coupon_invalid.
func UsedUp(codes []string, q pricing.Quote, gone []string) error {
	var faults []error
	for _, d := range q.Discounts {
		for i, code := range codes {
			if slices.Contains(gone, d.ID) && pricing.Canonical(code) == d.Code {
				faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "basket.UsedUp", Code: "coupon_invalid",
					At: fmt.Sprintf("#/discount_codes/%d", i), Msg: pricing.UsedUp(d.ID).Msg})
			}
		}
	}
	return errors.Join(faults...)
}

// verified asks after the VAT number that a quote without tax rests on.
func (p Pricer) verified(ctx context.Context, q pricing.Quote) error {
	if !q.ReverseCharge || p.Verify == nil {
		return nil
	}
	known, err := p.Verify(ctx, q.Business)
	if err == nil && !known {
		err = &fault.Error{Kind: fault.Invalid, Op: "basket.Price", Code: "vat_number_invalid", At: "#/vat_number", Msg: "The tax office does not know this number."}
	}
	return err
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
	orderview.Pricing
	Method  string   `json:"shipping_method"`
	Methods []Method `json:"shipping_methods"`
}

// Method is a way to deliver that may be chosen. Its price holds tax if the prices of products do.
type Method struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Days   string       `json:"days"`
	Price  money.Amount `json:"price"`
	Pickup bool         `json:"pickup,omitempty"` // The shopper comes to the shop.
}

// View shows a quote.
func View(q pricing.Quote) Quote {
	in := func(minor int64) money.Amount { return money.Of(minor, q.Currency) }
	v := Quote{
		Currency: q.Currency, Country: q.Country, Lines: orderview.Lines(q.Lines, q.Currency), Subtotal: in(q.Subtotal),
		Discount: in(q.Discount), Shipping: in(q.Shipping), Tax: in(q.Tax), Total: in(q.Total), Method: q.Method,
		Pricing: orderview.PricingOf(q.Currency, q.IncludedTax, q.TaxLines, q.ReverseCharge, q.Discounts),
		Methods: make([]Method, 0, len(q.Offers)),
	}
	for _, o := range q.Offers {
		v.Methods = append(v.Methods, Method{o.ID, o.Name, o.Days, in(o.Price), o.Pickup})
	}
	return v
}
