package pricing

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
)

// Limits of what a shop may decide.
const (
	placesMax    = 1000
	classesMax   = 20
	methodsMax   = 20
	zonesMax     = 50
	discountsMax = 200
	productsMax  = 100
	nameMax      = 100
	amountMax    = 1_000_000_000_000
)

var (
	placeForm = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)
	idForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
)

// checker collects faults under a place.
type checker struct {
	at     string
	code   string
	faults []error
}

func (c *checker) bad(place, msg string) {
	c.faults = append(c.faults, &fault.Error{Kind: fault.Invalid, Op: "pricing.Check", Code: c.code, At: c.at + place, Msg: msg})
}

func (c *checker) rates(place string, rates map[string]int64) {
	if len(rates) > placesMax {
		c.bad(place, fmt.Sprintf("Must hold at most %d places.", placesMax))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(rates)) {
		switch {
		case !placeForm.MatchString(name):
			c.bad(place, "Each place must be a country, such as DE, or a region of one, such as US-CA.")
		case rates[name] < 0 || rates[name] > RateUnit:
			c.bad(place+"/"+name, "Must be 0 to 100,000: 19 % is 19,000.")
		}
	}
}

func (c *checker) places(place string, places []string) {
	if len(places) > placesMax {
		c.bad(place, fmt.Sprintf("Must hold at most %d places.", placesMax))
		return
	}
	for i, name := range places {
		if !placeForm.MatchString(name) {
			c.bad(fmt.Sprintf("%s/%d", place, i), "Must be a country, such as DE, or a region of one, such as US-CA.")
		}
	}
}

func (c *checker) amounts(place string, amounts map[money.Currency]int64) {
	for _, currency := range slices.Sorted(maps.Keys(amounts)) {
		if _, err := money.Parse(string(currency)); err != nil {
			c.bad(place, "Each currency must be an ISO 4217 code in capitals.")
		} else if amounts[currency] < 0 || amounts[currency] > amountMax {
			c.bad(place+"/"+string(currency), "Must be a whole number of minor units, 0 or more.")
		}
	}
}

func (c *checker) name(place, text string, least int) {
	if n := utf8.RuneCountInString(text); n < least || n > nameMax || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		c.bad(place, fmt.Sprintf("Must be %d to %d characters on one line.", least, nameMax))
	}
}

// Check reports every fault of tax rules, each At its member under at. Errors: fault.Invalid, code tax_invalid.
func (t Tax) Check(at string) []error {
	c := checker{at: at, code: "tax_invalid"}
	c.rates("/rates", t.Rates)
	if len(t.Classes) > classesMax {
		c.bad("/classes", fmt.Sprintf("Must be at most %d.", classesMax))
	}
	for _, class := range slices.Sorted(maps.Keys(t.Classes)) {
		if !catalog.IsClass(class) {
			c.bad("/classes", "Each must be named by 1 to 32 small letters, digits, dashes or underscores, a letter first.")
			continue
		}
		c.rates("/classes/"+class, t.Classes[class])
		for _, place := range slices.Sorted(maps.Keys(t.Classes[class])) {
			if _, listed := t.Rates[place]; !listed && placeForm.MatchString(place) {
				c.bad("/classes/"+class+"/"+place, "A place must have a standard rate, too.")
			}
		}
	}
	if _, listed := t.Classes[t.Delivery]; t.Delivery != "" && !listed {
		c.bad("/delivery_class", "Must be one of the classes.")
	}
	c.places("/included_except", t.Except)
	c.places("/reverse_charge", t.ReverseCharge)
	return c.faults
}

// CheckMethods reports every fault of the ways to deliver, each At its member under at. Errors: fault.Invalid, code
// delivery_invalid.
func CheckMethods(at string, methods []Method) []error {
	c := checker{at: at, code: "delivery_invalid"}
	if len(methods) == 0 || len(methods) > methodsMax {
		c.bad("", fmt.Sprintf("Must be 1 to %d ways to deliver.", methodsMax))
		return c.faults
	}
	for i, m := range methods {
		place := fmt.Sprintf("/%d", i)
		if !idForm.MatchString(m.ID) || slices.ContainsFunc(methods[:i], func(have Method) bool { return have.ID == m.ID }) {
			c.bad(place+"/id", "Must be 1 to 40 small letters, digits, dashes or underscores, and no other's id.")
		}
		c.name(place+"/name", m.Name, 1)
		c.name(place+"/days", m.Days, 0)
		c.amounts(place+"/prices", m.Prices)
		c.amounts(place+"/free_from", m.FreeFrom)
		if len(m.Prices) == 0 && len(m.Zones) == 0 {
			c.bad(place+"/prices", "Must be a price in at least one currency.")
		}
		c.faults = append(c.faults, CheckZones(at+place+"/zones", m.Zones)...)
	}
	return c.faults
}

// CheckZones reports every fault of a way's zones, each At its member under at. Errors: as CheckMethods.
func CheckZones(at string, zones []Zone) []error {
	c := checker{at: at, code: "delivery_invalid"}
	if len(zones) > zonesMax {
		c.bad("", fmt.Sprintf("Must be at most %d.", zonesMax))
		return c.faults
	}
	for i, z := range zones {
		c.zone(fmt.Sprintf("/%d", i), z)
	}
	return c.faults
}

func (c *checker) zone(place string, z Zone) {
	c.places(place+"/places", z.Places)
	if z.MaxGrams < 0 {
		c.bad(place+"/max_grams", "Must be 0, for any weight, or more.")
	}
	c.amounts(place+"/min_value", z.MinValue)
	c.amounts(place+"/prices", z.Prices)
	c.amounts(place+"/free_from", z.FreeFrom)
}

// CheckDiscounts reports every fault of discounts, each At its member under at. Errors: fault.Invalid, code discount_invalid.
func CheckDiscounts(at string, discounts []Discount) []error {
	c := checker{at: at, code: "discount_invalid"}
	if len(discounts) > discountsMax {
		c.bad("", fmt.Sprintf("Must be at most %d.", discountsMax))
		return c.faults
	}
	for i, d := range discounts {
		place := fmt.Sprintf("/%d", i)
		if !idForm.MatchString(d.ID) || slices.ContainsFunc(discounts[:i], func(have Discount) bool { return have.ID == d.ID }) {
			c.bad(place+"/id", "Must be 1 to 40 small letters, digits, dashes or underscores, and no other's id.")
		}
		if d.Code != "" && (Canonical(d.Code) != d.Code || slices.ContainsFunc(discounts[:i], func(have Discount) bool { return have.Code == d.Code })) {
			c.bad(place+"/code", "Must be 2 to 32 capitals, digits or dashes, and no other's code.")
		}
		c.name(place+"/name", d.Name, 1)
		c.gives(place, d)
		c.amounts(place+"/minimum", d.Minimum)
		if !d.From.IsZero() && !d.Until.IsZero() && !d.From.Before(d.Until) {
			c.bad(place+"/until", "Must be after it begins.")
		}
		if d.Limit < 0 || d.PerCustomer < 0 || d.Code == "" && (d.Limit > 0 || d.PerCustomer > 0) {
			c.bad(place+"/limit", "Limits must be 0, for none, or more, and are for discounts with a code.")
		}
	}
	return c.faults
}

// gives checks what a discount gives, by its kind.
func (c *checker) gives(place string, d Discount) {
	switch d.Kind {
	case Percentage, BuyXGetY:
		if d.Rate < 1 || d.Rate > RateUnit {
			c.bad(place+"/rate", "Must be 1 to 100,000: 10 % is 10,000.")
		}
		if d.Kind == BuyXGetY && (d.Buy < 1 || d.Get < 1 || d.Buy > QuantityMax || d.Get > QuantityMax) {
			c.bad(place+"/buy", "Both buy and get must be whole numbers above 0.")
		}
	case Fixed:
		if len(d.Amounts) == 0 {
			c.bad(place+"/amounts", "Must be an amount in at least one currency.")
		}
		c.amounts(place+"/amounts", d.Amounts)
	case FreeDelivery:
	default:
		c.bad(place+"/kind", "Must be percentage, amount, buy_x_get_y or free_delivery.")
	}
	if len(d.Products) > productsMax {
		c.bad(place+"/products", fmt.Sprintf("Must be at most %d.", productsMax))
		return
	}
	for i, sku := range d.Products {
		if _, err := catalog.ParseSKU(string(sku)); err != nil {
			c.bad(fmt.Sprintf("%s/products/%d", place, i), "Must be a SKU.")
		}
	}
	for i, method := range d.Methods {
		if !idForm.MatchString(method) || len(d.Methods) > methodsMax {
			c.bad(fmt.Sprintf("%s/methods/%d", place, i), "Must be the id of a way to deliver.")
		}
	}
}
