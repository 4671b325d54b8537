// Package catalog is what the shop sells: products with prices, and stock that is counted, never guessed.
package catalog

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"till/shared/fault"
	"till/shared/money"
)

// SKU names one sellable thing: letters, digits, dash, underscore and dot. Safe to log.
type SKU string

var skuForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ParseSKU checks the form only, not whether the shop has it. Errors: fault.Invalid, code sku_unknown: a text that
// cannot be a SKU names nothing that the shop sells.
func ParseSKU(text string) (SKU, error) {
	if !skuForm.MatchString(text) {
		return "", fault.New(fault.Invalid, "catalog.ParseSKU", "sku_unknown", "There is no such product.")
	}
	return SKU(text), nil
}

// Product is one thing for sale. Prices are net of tax, in minor units per currency. All of it is public. A variant, such as one size of
// a shirt, is a product of its own that names its family.
type Product struct {
	SKU         SKU                      `json:"sku"`
	Name        string                   `json:"name"`
	Description string                   `json:"description,omitempty"`
	Prices      map[money.Currency]int64 `json:"prices"`
	WeightGrams int64                    `json:"weight_grams,omitempty"`
	TaxClass    string                   `json:"tax_class,omitempty"` // Names a rate of the shop's tax rules, such as "reduced"; "" is the standard rate.
	Digital     bool                     `json:"digital,omitempty"`   // Not put into a parcel: it has no weight and needs no delivery.
	Images      []Image                  `json:"images,omitempty"`
	Family      string                   `json:"family,omitempty"`   // Variants of one thing share it.
	Options     []Option                 `json:"options,omitempty"`  // What sets a variant apart in its family.
	Unlisted    bool                     `json:"unlisted,omitempty"` // In no list and not found by search: by its family and its SKU only.
	Quantities  Quantities               `json:"quantities,omitzero"`
	From        time.Time                `json:"from,omitzero"`  // On sale from then on; zero: at once. Whole seconds.
	Until       time.Time                `json:"until,omitzero"` // On sale before that; zero: without end. Whole seconds.
	Active      bool                     `json:"active"`
	Version     int                      `json:"version,omitempty"` // 1 and up, by each change; 0 is not stored yet.
}

var classForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// IsClass tells whether a text may name a tax class. Which classes have rates is the shop's tax rules' matter.
func IsClass(text string) bool { return classForm.MatchString(text) }

// Price is the unit price in a currency, and whether the product is sold in it.
func (p Product) Price(c money.Currency) (money.Amount, bool) {
	minor, sold := p.Prices[c]
	return money.Of(minor, c), sold && p.Active
}

// Check reports every fault of a product as staff sent it. Errors: fault.Invalid, each At its member.
func (p Product) Check() error {
	var faults []error
	bad := func(at, code, msg string) {
		faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "catalog.Check", Code: code, At: at, Msg: msg})
	}
	if _, err := ParseSKU(string(p.SKU)); err != nil {
		bad("/sku", "sku_invalid", "Must be 1 to 64 letters, digits, dots, dashes or underscores.")
	}
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > 120 {
		bad("/name", "name_invalid", "Must be 1 to 120 characters.")
	}
	if utf8.RuneCountInString(p.Description) > 2000 {
		bad("/description", "description_invalid", "Must be at most 2,000 characters.")
	}
	if len(p.Prices) == 0 || len(p.Prices) > 50 {
		bad("/prices", "price_invalid", "Must hold a price for 1 to 50 currencies.")
	}
	for _, c := range slices.Sorted(maps.Keys(p.Prices)) {
		if _, err := money.Parse(string(c)); err != nil {
			bad("/prices", "currency_invalid", "Each currency must be an ISO 4217 code in capitals.")
		} else if p.Prices[c] < 0 {
			bad("/prices/"+string(c), "price_invalid", "Must be a whole number of minor units, 0 or more.")
		}
	}
	if p.WeightGrams < 0 || p.WeightGrams > 1_000_000 {
		bad("/weight_grams", "weight_invalid", "Must be 0 to 1,000,000 grams.")
	}
	if p.TaxClass != "" && !IsClass(p.TaxClass) {
		bad("/tax_class", "tax_class_invalid", "Must be 1 to 32 small letters, digits, dashes or underscores, a letter first.")
	}
	p.checkImages(bad)
	p.checkVariant(bad)
	p.checkSale(bad)
	return errors.Join(faults...)
}

// Encode is the stored form of a product.
func (p Product) Encode() ([]byte, error) { return json.Marshal(p) }

// DecodeProduct reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeProduct(data []byte) (Product, error) {
	var p Product
	if err := json.Unmarshal(data, &p); err != nil {
		return Product{}, fault.Wrap(fault.Internal, "catalog.DecodeProduct", err)
	}
	if p.Version < 1 {
		p.Version = 1 // Stored before products had versions.
	}
	return p, nil
}
