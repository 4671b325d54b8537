package basket

import (
	"errors"
	"fmt"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/person"
	"till/shared/pricing"
	"till/shared/vault"
)

// ContactOf checks who the order is for and joins what is wrong with the faults found so far, so that the shopper sees all
// of it at once. Errors: fault.Invalid, joined.
func ContactOf(r Request, quote pricing.Quote, sofar error) (vault.Contact, error) {
	var c vault.Contact
	faults := []error{sofar}
	note := func(at string, err error) {
		if err != nil {
			faults = append(faults, fault.At(at, err))
		}
	}
	var err error
	c.Email, err = person.ParseEmail(r.Email)
	note("#/email", err)
	if r.Phone != "" {
		c.Phone, err = person.ParsePhone(r.Phone)
		note("#/phone", err)
	}
	var rules []address.Rule
	if quote.Courier {
		rules = append(rules, address.ForCourier)
	}
	c.Shipping, err = address.Parse(r.Shipping, rules...)
	note("#/shipping_address", err)
	if r.Billing != nil {
		c.Billing, err = address.Parse(*r.Billing)
		note("#/billing_address", err)
	}
	if n := quote.Business.Text(); n != "" {
		c.VAT, err = person.ParseText(n, len(n))
		note("#/vat_number", err)
	}
	return c, errors.Join(faults...)
}

// Short points at every line of the request that there is too little stock for.
func Short(err error, r Request) error {
	var faults []error
	for _, sku := range catalog.ShortSKUs(err) {
		for i, l := range r.Lines {
			if l.SKU == string(sku) {
				short := catalog.Shortage(sku)
				short.At = fmt.Sprintf("#/lines/%d", i)
				faults = append(faults, short)
			}
		}
	}
	return errors.Join(faults...)
}
