// Package goods reads products as staff send them, and puts them into the catalogue.
package goods

import (
	"errors"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
)

// Request is a product as staff send it. What is left out is empty; a product is active unless it says otherwise.
type Request struct {
	SKU         string           `json:"sku" fault:"sku_invalid"` // Of an import; else the path has it.
	Name        string           `json:"name" text:"free" fault:"name_invalid"`
	Description string           `json:"description,omitempty" text:"free" fault:"description_invalid"`
	Prices      map[string]int64 `json:"prices" fault:"price_invalid"`
	WeightGrams int64            `json:"weight_grams,omitempty" fault:"weight_invalid"`
	TaxClass    string           `json:"tax_class,omitempty" fault:"tax_class_invalid"`
	Digital     bool             `json:"digital,omitempty"`
	Images      []Image          `json:"images,omitempty" fault:"image_invalid"`
	Family      string           `json:"family,omitempty" fault:"family_invalid"`
	Options     []Option         `json:"options,omitempty" fault:"option_invalid"`
	Unlisted    bool             `json:"unlisted,omitempty"`
	Quantities  Quantities       `json:"quantities,omitzero" fault:"quantities_invalid"`
	From        string           `json:"from,omitempty" fault:"dates_invalid"`
	Until       string           `json:"until,omitempty" fault:"dates_invalid"`
	Active      *bool            `json:"active,omitempty"`
}

// Image is a picture, as catalog.Image.
type Image struct {
	URL string `json:"url" fault:"image_invalid"`
	Alt string `json:"alt" text:"free" fault:"image_invalid"`
}

// Option is what sets a variant apart, as catalog.Option.
type Option struct {
	Name  string `json:"name" text:"free" fault:"option_invalid"`
	Value string `json:"value" text:"free" fault:"option_invalid"`
}

// Quantities is how many of it one order may have, as catalog.Quantities.
type Quantities struct {
	Min  int64 `json:"min,omitempty"`
	Max  int64 `json:"max,omitempty"`
	Step int64 `json:"step,omitempty"`
}

// Product is the product that is meant. Errors: every fault of it at once, fault.Invalid, each At its member ("/name").
func (r Request) Product() (catalog.Product, error) {
	p := catalog.Product{
		SKU: catalog.SKU(r.SKU), Name: r.Name, Description: r.Description, WeightGrams: r.WeightGrams, TaxClass: r.TaxClass, Digital: r.Digital,
		Family: r.Family, Unlisted: r.Unlisted, Quantities: catalog.Quantities(r.Quantities), Active: r.Active == nil || *r.Active,
		Prices: make(map[money.Currency]int64, len(r.Prices)),
	}
	for currency, minor := range r.Prices {
		p.Prices[money.Currency(currency)] = minor
	}
	for _, each := range r.Images {
		p.Images = append(p.Images, catalog.Image(each))
	}
	for _, each := range r.Options {
		p.Options = append(p.Options, catalog.Option(each))
	}
	var noFrom, noUntil error
	p.From, noFrom = moment("/from", r.From)
	p.Until, noUntil = moment("/until", r.Until)
	return p, errors.Join(p.Check(), noFrom, noUntil)
}

// moment reads a time as the API writes them. Errors: fault.Invalid, code dates_invalid.
func moment(at, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		return time.Time{}, &fault.Error{Kind: fault.Invalid, Op: "goods.moment", Code: "dates_invalid", At: at, Msg: "Must be a time as in 2026-11-22T12:00:00Z."}
	}
	return t.UTC(), nil
}

// Of is how a product is sent.
func Of(p catalog.Product) Request {
	r := Request{SKU: string(p.SKU), Name: p.Name, Description: p.Description, WeightGrams: p.WeightGrams, TaxClass: p.TaxClass, Digital: p.Digital,
		Family: p.Family, Unlisted: p.Unlisted, Quantities: Quantities(p.Quantities), Active: &p.Active, Prices: make(map[string]int64, len(p.Prices))}
	for currency, minor := range p.Prices {
		r.Prices[string(currency)] = minor
	}
	for _, each := range p.Images {
		r.Images = append(r.Images, Image(each))
	}
	for _, each := range p.Options {
		r.Options = append(r.Options, Option(each))
	}
	for _, each := range []struct {
		text *string
		at   time.Time
	}{{&r.From, p.From}, {&r.Until, p.Until}} {
		if !each.at.IsZero() {
			*each.text = each.at.UTC().Format(time.RFC3339)
		}
	}
	return r
}
