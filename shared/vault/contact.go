package vault

import (
	"context"
	"encoding/json"

	"till/shared/address"
	"till/shared/person"
)

// The attributes in which an order holds its sealed contact.
const (
	AttributeEmail    = "email"
	AttributePhone    = "phone"
	AttributeShipping = "shipping_address"
	AttributeBilling  = "billing_address"
	AttributeVAT      = "vat_number"
)

// vatMax is how many characters a VAT number has at most.
const vatMax = 32

// Contact is who an order is for. Personal data: it prints and logs as [redacted], part by part. Phone, the
// addresses and the VAT number may be zero. Language is kept with the address it came with, and not without one.
type Contact struct {
	Email    person.Email
	Phone    person.Phone
	Shipping address.Address
	Billing  address.Address
	VAT      person.Text // A business's VAT number: it may be one person's.
	Language person.Language
}

// SealContact encrypts a contact for the item row, by attribute name. What is zero has no attribute. Country, postal
// code and region code stay with the caller, in clear. Errors: as Seal.
func (v *Vault) SealContact(ctx context.Context, id CustomerID, row Row, c Contact) (map[string][]byte, error) {
	plain := make(map[string][]byte)
	defer func() {
		for _, text := range plain {
			clear(text)
		}
	}()
	if !c.Email.IsZero() {
		plain[AttributeEmail] = []byte(c.Email.Text())
	}
	if !c.Phone.IsZero() {
		plain[AttributePhone] = []byte(c.Phone.Text())
	}
	if c.VAT != (person.Text{}) {
		plain[AttributeVAT] = []byte(c.VAT.Text())
	}
	for attribute, a := range map[string]address.Address{AttributeShipping: c.Shipping, AttributeBilling: c.Billing} {
		if a.IsZero() {
			continue
		}
		parts := lines(a.Fields())
		if attribute == AttributeShipping && c.Language != "" {
			parts = append(parts, string(c.Language)) // An attribute of its own would cost an order ten times as much.
		}
		text, err := json.Marshal(parts)
		if err != nil {
			return nil, broken("contact_unreadable")
		}
		plain[attribute] = text
	}
	return v.SealMany(ctx, id, row, plain)
}

// OpenContact decrypts what SealContact sealed for the same row; attributes of other names are left alone. Errors: as
// Open; fault.Internal, code contact_unreadable: it opens, but is no contact.
func (v *Vault) OpenContact(ctx context.Context, id CustomerID, row Row, sealed map[string][]byte) (Contact, error) {
	ours := make(map[string][]byte)
	for _, attribute := range [...]string{AttributeEmail, AttributePhone, AttributeShipping, AttributeBilling, AttributeVAT} {
		if record, ok := sealed[attribute]; ok {
			ours[attribute] = record
		}
	}
	plain, err := v.OpenMany(ctx, id, row, ours)
	if err != nil {
		return Contact{}, err
	}
	var c Contact
	if text, ok := plain[AttributeEmail]; ok {
		if c.Email, err = person.ParseEmail(string(text)); err != nil {
			return Contact{}, broken("contact_unreadable")
		}
	}
	if text, ok := plain[AttributePhone]; ok {
		if c.Phone, err = person.ParsePhone(string(text)); err != nil {
			return Contact{}, broken("contact_unreadable")
		}
	}
	if text, ok := plain[AttributeVAT]; ok {
		if c.VAT, err = person.ParseText(string(text), vatMax); err != nil {
			return Contact{}, broken("contact_unreadable")
		}
	}
	if c.Shipping, c.Language, err = openAddress(plain[AttributeShipping]); err != nil {
		return Contact{}, err
	}
	c.Billing, _, err = openAddress(plain[AttributeBilling])
	return c, err
}

// openAddress reads an address, and the language that may stand behind it.
func openAddress(text []byte) (address.Address, person.Language, error) {
	if text == nil {
		return address.Address{}, "", nil
	}
	var parts []string
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) < len(lines(address.Input{})) {
		return address.Address{}, "", broken("contact_unreadable")
	}
	var language person.Language
	if len(parts) > 8 {
		language = person.RestoreLanguage(parts[8])
	}
	a, err := address.Restore(address.Input{
		Name: parts[0], Company: parts[1], Line1: parts[2], Line2: parts[3], City: parts[4], Region: parts[5], PostalCode: parts[6],
		Country: parts[7],
	})
	return a, language, err
}

// lines is an address as it is sealed: a list, in an order that never changes, as members' names would cost more than what
// they name. A newer version may add to its end.
func lines(in address.Input) []string {
	return []string{in.Name, in.Company, in.Line1, in.Line2, in.City, in.Region, in.PostalCode, in.Country}
}
