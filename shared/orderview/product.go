package orderview

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/money"
)

// Product is a product as shoppers see it. Available is true, false or "low", never a count.
type Product struct {
	SKU         catalog.SKU         `json:"sku"`
	Name        string              `json:"name"`
	Description string              `json:"description,omitempty"`
	Price       money.Amount        `json:"price"`
	Available   json.RawMessage     `json:"available"`
	Images      []catalog.Image     `json:"images,omitempty"`
	Family      string              `json:"family,omitempty"`
	Options     []catalog.Option    `json:"options,omitempty"`
	Quantities  *catalog.Quantities `json:"quantities,omitempty"`
	Backorder   *Backorder          `json:"backorder,omitempty"` // It may be ordered, and must be waited for.
	Variants    []Variant           `json:"variants,omitempty"`  // All of the family, this one too, where one product is shown.
}

// Backorder is when what is ordered now is expected.
type Backorder struct {
	Expected string `json:"expected_on,omitempty"` // A day; "" if nobody knows.
}

// Variant is one of a family, as its product says it.
type Variant struct {
	SKU       catalog.SKU      `json:"sku"`
	Name      string           `json:"name"`
	Options   []catalog.Option `json:"options"`
	Price     money.Amount     `json:"price"`
	Available json.RawMessage  `json:"available"`
}

// ProductOf gives the shopper's view of a product in a currency, and whether it is sold in it at that time.
func ProductOf(p catalog.Product, s catalog.Stock, c money.Currency, now time.Time) (Product, bool) {
	price, sold := p.Price(c)
	available := s.Availability()
	if available == "low" {
		available = `"low"`
	}
	v := Product{SKU: p.SKU, Name: p.Name, Description: p.Description, Price: price, Available: json.RawMessage(available),
		Images: p.Images, Family: p.Family, Options: p.Options}
	if p.Quantities != (catalog.Quantities{}) {
		v.Quantities = &p.Quantities
	}
	if s.Later() {
		v.Backorder = &Backorder{s.Expected}
	}
	return v, sold && p.OnSale(now)
}

// WithVariants adds the family that is sold now.
func (v Product) WithVariants(family map[catalog.SKU]catalog.Product, stocks map[catalog.SKU]catalog.Stock, now time.Time) Product {
	for sku, p := range family {
		if each, sold := ProductOf(p, stocks[sku], v.Price.Currency(), now); sold && p.Family == v.Family {
			v.Variants = append(v.Variants, Variant{SKU: sku, Name: p.Name, Options: p.Options, Price: each.Price, Available: each.Available})
		}
	}
	slices.SortFunc(v.Variants, func(a, b Variant) int { return strings.Compare(string(a.SKU), string(b.SKU)) })
	return v
}
