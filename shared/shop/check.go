package shop

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/person"
	"till/shared/pricing"
	"till/shared/risk"
	"till/shared/routing"
)

// Limits of a document, beside its 64 KiB.
const (
	currenciesMax = 50
	methodsMax    = 20
	holdLeast     = 5 // Minutes, as the setting STOCK_HOLD has them.
	holdMost      = 24 * 60
	nameMax       = 100
	senderMax     = 64
)

var methodForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// Check reports every fault of a document at once, each with the pointer of its place. gateways are those that the shop is deployed
// with. Errors: fault.Invalid, joined.
func (s Settings) Check(gateways []string) error {
	var c checker
	c.currencies(s.Currencies)
	for i, each := range s.Countries {
		c.country(fmt.Sprintf("#/delivery_countries/%d", i), each)
	}
	if s.Tax != nil {
		c.tax(*s.Tax)
	}
	if s.Delivery != nil {
		c.delivery(*s.Delivery)
	}
	c.deliverable(s)
	c = append(c, checkDiscounts(s.Discounts)...)
	c.locations(s.Locations)
	if s.Orders != nil {
		c.orders(*s.Orders)
	}
	if s.Refunds != nil {
		c = append(c, routing.Amounts("#/refunds/alone_up_to", s.Refunds.Alone)...)
	}
	if s.Returns != nil {
		c.returns(*s.Returns)
	}
	if s.Payments != nil {
		c.payments(*s.Payments, gateways)
	}
	c = append(c, risk.Check("#/risk/rules", s.RiskRules())...)
	if s.Mail != nil {
		c.mail(*s.Mail)
	}
	return errors.Join(c...)
}

// mail checks the sender as it stands in each mail's head: a line of text, and one address.
func (c *checker) mail(m Sender) {
	c.line("#/mail/name", m.Name, 0, senderMax, "mail_invalid")
	if _, err := person.ParseEmail(m.ReplyTo); err != nil && m.ReplyTo != "" {
		c.bad("#/mail/reply_to", "mail_invalid", "Must be one address.")
	}
}

// checker collects faults.
type checker []error

func (c *checker) bad(at, code, msg string) {
	*c = append(*c, &fault.Error{Kind: fault.Invalid, Op: "shop.Check", Code: code, At: at, Msg: msg})
}

func (c *checker) country(at, code string) {
	if !address.IsCountry(code) {
		c.bad(at, "country_invalid", "Must be an ISO 3166-1 country code in capitals, such as DE.")
	}
}

func (c *checker) currencies(all []money.Currency) {
	if len(all) > currenciesMax {
		c.bad("#/currencies", "currency_invalid", fmt.Sprintf("Must be at most %d.", currenciesMax))
		return
	}
	for i, each := range all {
		if _, err := money.Parse(string(each)); err != nil || slices.Contains(all[:i], each) {
			c.bad(fmt.Sprintf("#/currencies/%d", i), "currency_invalid", "Must be an ISO 4217 code in capitals, each once.")
		}
	}
}

func (c *checker) locations(all []catalog.Location) {
	if len(all) > catalog.LocationsMax {
		c.bad("#/locations", "location_invalid", fmt.Sprintf("Must be at most %d.", catalog.LocationsMax))
		return
	}
	for i, each := range all {
		if _, err := catalog.ParseLocation(string(each)); err != nil || each == "" || slices.Contains(all[:i], each) {
			c.bad(fmt.Sprintf("#/locations/%d", i), "location_invalid", "Must be 1 to 16 small letters, digits and dashes, a letter first, each once.")
		}
	}
}

func (c *checker) tax(t Tax) {
	c.country("#/tax/home_country", t.Home)
	*c = append(*c, t.rules().Check("#/tax")...)
}

func (c *checker) delivery(d Delivery) {
	if len(d.Methods) == 0 || len(d.Methods) > methodsMax {
		c.bad("#/delivery/methods", "delivery_invalid", fmt.Sprintf("Must be 1 to %d ways to deliver.", methodsMax))
		return
	}
	seen := map[string]bool{}
	for i, m := range d.Methods {
		at := fmt.Sprintf("#/delivery/methods/%d", i)
		if !methodForm.MatchString(m.ID) || seen[m.ID] {
			c.bad(at+"/id", "delivery_invalid", "Must be 1 to 40 small letters, digits, dashes or underscores, and no other's id.")
		}
		seen[m.ID] = true
		c.line(at+"/name", m.Name, 1, nameMax, "delivery_invalid")
		c.line(at+"/days", m.Days, 0, nameMax, "delivery_invalid")
		*c = append(*c, pricing.CheckZones(at+"/zones", m.Zones)...)
		if len(m.Prices) == 0 && len(m.Zones) == 0 {
			c.bad(at+"/prices", "amount_invalid", "Must be a price in at least one currency.")
		}
		*c = append(*c, routing.Amounts(at+"/prices", m.Prices)...)
		*c = append(*c, routing.Amounts(at+"/free_from", m.FreeFrom)...)
	}
}

// deliverable tells of the first currency that is offered without a way to deliver: nothing could be bought in it.
func (c *checker) deliverable(s Settings) {
	at, r := "#/delivery/methods", s.Rules()
	if s.Delivery == nil {
		at = "#/currencies"
	}
	for _, currency := range r.Currencies {
		if !slices.ContainsFunc(r.Methods, func(m pricing.Method) bool { return m.OfferedIn(currency) }) {
			c.bad(at, "delivery_invalid", "Every currency that is offered must have a way to deliver with a price in it.")
			return
		}
	}
}

// line checks one line of text for people.
func (c *checker) line(at, text string, least, most int, code string) {
	n := utf8.RuneCountInString(text)
	if _, err := person.ParseText(text, most); n < least || n > most || (err != nil && text != "") || strings.ContainsAny(text, "\r\n\t") {
		c.bad(at, code, fmt.Sprintf("Must be %d to %d printable characters on one line.", least, most))
	}
}

func (c *checker) orders(o Orders) {
	if o.HoldMinutes != 0 && (o.HoldMinutes < holdLeast || o.HoldMinutes > holdMost) {
		c.bad("#/orders/stock_hold_minutes", "limit_invalid", fmt.Sprintf("Must be %d to %d minutes.", holdLeast, holdMost))
	}
	if o.LinesMax < 0 || o.LinesMax > pricing.LinesMax {
		c.bad("#/orders/lines_max", "limit_invalid", fmt.Sprintf("Must be 1 to %d.", pricing.LinesMax))
	}
	if o.QuantityMax < 0 || o.QuantityMax > pricing.QuantityMax {
		c.bad("#/orders/quantity_max", "limit_invalid", fmt.Sprintf("Must be 1 to %d.", pricing.QuantityMax))
	}
}

func (c *checker) payments(p Payments, gateways []string) {
	for i, name := range p.Gateways {
		if !slices.Contains(gateways, name) || slices.Contains(p.Gateways[:i], name) {
			c.bad(fmt.Sprintf("#/payments/gateways/%d", i), "gateway_invalid", "Must be a gateway that this shop is deployed with, each once.")
		}
	}
	if p.Capture != "" && p.Capture != Automatic && p.Capture != Manual {
		c.bad("#/payments/capture", "capture_invalid", "Must be automatic or manual.")
	}
	c.captures(p.CaptureRules)
	*c = append(*c, routing.Check("#/payments/rules", p.Rules, gateways)...)
}

// Basket reports what of a basket is over the shop's limits, or goes where it does not deliver. country is where the request says
// so. Errors: fault.Invalid, each At its place.
func (s Settings) Basket(b pricing.Basket, country string) error {
	var c checker
	if b.Country != "" && !s.Delivers(b.Country) {
		c.bad(country, "address_invalid", "This shop does not deliver there.")
	}
	if s.Orders == nil {
		return errors.Join(c...)
	}
	if most := int(s.Orders.LinesMax); most > 0 && len(b.Lines) > most && len(b.Lines) <= pricing.LinesMax {
		c.bad("#/lines", "lines_invalid", fmt.Sprintf("Must hold 1 to %d lines.", most))
	}
	for i, l := range b.Lines[:min(len(b.Lines), pricing.LinesMax)] {
		if most := s.Orders.QuantityMax; most > 0 && l.Quantity > most && l.Quantity <= pricing.QuantityMax {
			c.bad(fmt.Sprintf("#/lines/%d/quantity", i), "quantity_invalid", fmt.Sprintf("Must be a whole number from 1 to %d.", most))
		}
	}
	return errors.Join(c...)
}
