package stripesim

import (
	"math"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// createSession is POST /v1/checkout/sessions, for mode payment on the hosted page.
func (s *Sim) createSession(c *call) (any, *apiError) {
	f := c.form
	if bad := f.only("cancel_url", "client_reference_id", "currency", "customer_email", "expand", "expires_at", "line_items", "locale",
		"metadata", "mode", "payment_intent_data", "payment_method_types", "submit_type", "success_url", "ui_mode",
		"billing_address_collection", "customer_creation"); bad != nil {
		return nil, bad
	}
	se := &session{status: "open", created: s.now(), email: f.text("customer_email"), reference: f.text("client_reference_id"),
		locale: f.text("locale"), submitType: f.text("submit_type"), successURL: f.text("success_url"), cancelURL: f.text("cancel_url")}
	for _, read := range []func(form, *session) *apiError{checkMode, checkTargets, readReference, s.readLines, readMoneyData, s.readExpiresAt} {
		if bad := read(f, se); bad != nil {
			return nil, bad
		}
	}
	se.id = s.id("cs_test_a1", 56)
	for i := range se.lines {
		se.lines[i].id = s.id("li_1", 23)
	}
	s.sessions.Put(se.id, se)
	s.after(time.Duration(se.expiresAt-s.now())*time.Second, "session "+se.id, func() { s.openSession(se.id) })
	return s.viewSession(se), nil
}

func checkMode(f form, _ *session) *apiError {
	switch {
	case f.text("mode") == "":
		return missing("mode")
	case f.text("mode") != "payment":
		return invalid("mode", "", "The simulation has the mode payment only.")
	}
	_, bad := f.oneOf("ui_mode", "hosted")
	return bad
}

func checkTargets(f form, se *session) *apiError {
	switch {
	case se.successURL == "":
		return missing("success_url")
	case !absolute(strings.ReplaceAll(se.successURL, "{CHECKOUT_SESSION_ID}", "id")):
		return invalid("success_url", "url_invalid", "Not a valid URL.")
	case se.cancelURL != "" && !absolute(se.cancelURL):
		return invalid("cancel_url", "url_invalid", "Not a valid URL.")
	default:
		return nil
	}
}

func readReference(f form, se *session) (bad *apiError) {
	if len(se.reference) > 200 {
		return invalid("client_reference_id", "", "At most 200 characters.")
	}
	se.metadata, bad = f.metadata(nil)
	return bad
}

// readLines adds up line_items.
func (s *Sim) readLines(f form, se *session) *apiError {
	rows := f.rows("line_items")
	if len(rows) == 0 {
		return missing("line_items")
	}
	if len(rows) > 100 {
		return invalid("line_items", "", "At most 100 line items.")
	}
	for _, row := range rows {
		l, currency, bad := readLine(row)
		switch {
		case bad != nil:
			return bad
		case se.currency != "" && se.currency != currency:
			return invalid(row.full("price_data[currency]"), "", "All line items must have one currency.")
		case l.unit > 0 && l.quantity > (math.MaxInt64-se.amount)/l.unit:
			return invalid("line_items", "amount_too_large", "The total is too large.")
		}
		se.currency = currency
		se.amount += l.unit * l.quantity
		se.lines = append(se.lines, l)
	}
	return checkAmount(se.amount, se.currency, "line_items")
}

func readLine(row form) (line, string, *apiError) {
	if bad := row.only("price_data", "quantity", "adjustable_quantity"); bad != nil {
		return line{}, "", bad
	}
	price := row.sub("price_data")
	if bad := price.only("currency", "product_data", "unit_amount", "tax_behavior"); bad != nil {
		return line{}, "", bad
	}
	unit, currency, bad := readPrice(price, "unit_amount")
	if bad != nil {
		return line{}, "", bad
	}
	product := price.sub("product_data")
	if bad := product.only("name", "description", "images", "metadata", "tax_code"); bad != nil {
		return line{}, "", bad
	}
	quantity, there, bad := row.integer("quantity")
	switch {
	case bad != nil:
		return line{}, "", bad
	case !in(currencies, currency):
		return line{}, "", invalid(price.full("currency"), "", "Invalid currency: "+gatewaysim.Shorten(currency))
	case unit < 0:
		return line{}, "", invalid(price.full("unit_amount"), "parameter_invalid_integer", "This value must be greater than or equal to 0.")
	case product.text("name") == "":
		return line{}, "", missing(product.full("name"))
	case !there:
		return line{}, "", missing(row.full("quantity"))
	case quantity < 1 || quantity > 1_000_000:
		return line{}, "", invalid(row.full("quantity"), "parameter_invalid_integer", "The quantity is from 1 to 1000000.")
	}
	return line{name: gatewaysim.Shorten(product.text("name")), unit: unit, quantity: quantity}, currency, nil
}

// readMoneyData reads what the session hands on to its payment intent.
func readMoneyData(f form, se *session) *apiError {
	data := f.sub("payment_intent_data")
	if bad := data.only(append([]string{"capture_method", "metadata"}, intentTexts...)...); bad != nil {
		return bad
	}
	method, bad := data.oneOf("capture_method", "automatic", "manual")
	if bad != nil {
		return bad
	}
	se.manual = method == "manual"
	se.text = readTexts(data)
	if se.kinds = f.list("payment_method_types"); len(se.kinds) == 0 {
		se.kinds = kindsFor(&intent{currency: se.currency, manual: se.manual})
	}
	for _, kind := range se.kinds {
		if kind != "card" && kind != "sepa_debit" {
			return invalid("payment_method_types", "", "The simulation has the payment methods card and sepa_debit only.")
		}
	}
	se.forMoney, bad = data.metadata(nil)
	return bad
}

func (s *Sim) readExpiresAt(f form, se *session) *apiError {
	at, there, bad := f.integer("expires_at")
	if bad != nil {
		return bad
	}
	if !there {
		at = se.created + int64(longestSession/time.Second)
	}
	life := at - se.created
	if life < int64(shortestSession/time.Second) || life > int64(longestSession/time.Second) {
		return invalid("expires_at", "", "The expires_at timestamp must be from 30 minutes to 24 hours from now.")
	}
	se.expiresAt = at
	return nil
}

func (s *Sim) callersSession(c *call) (*session, *apiError) {
	se, ok := s.openSession(c.args[0])
	if !ok {
		return nil, notFound("checkout.session", c.args[0], "session")
	}
	return se, nil
}

func (s *Sim) getSession(c *call) (any, *apiError) {
	se, bad := s.callersSession(c)
	if bad != nil {
		return nil, bad
	}
	return s.viewSession(se), nil
}

// expireSession is POST /v1/checkout/sessions/{id}/expire.
func (s *Sim) expireSession(c *call) (any, *apiError) {
	se, bad := s.callersSession(c)
	if bad != nil {
		return nil, bad
	}
	if se.status != "open" {
		return nil, wrongState("", "Only an open Checkout Session can be expired; this one is "+se.status+".", nil)
	}
	s.expire(c, se)
	return s.viewSession(se), nil
}

func (s *Sim) listLines(c *call) (any, *apiError) {
	se, bad := s.callersSession(c)
	if bad != nil {
		return nil, bad
	}
	return se.viewLines(c.path), nil
}

func (s *Sim) listSessions(c *call) (any, *apiError) {
	if bad := c.form.only("created", "customer", "ending_before", "expand", "limit", "payment_intent", "starting_after", "status"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	byIntent, byStatus := c.form.text("payment_intent"), c.form.text("status")
	list := s.sessions.Newest(func(se *session) bool {
		return within(se.created) && (byStatus == "" || se.status == byStatus) && (byIntent == "" || se.intent != nil && se.intent.id == byIntent)
	})
	return page(c, list, func(se *session) string { return se.id }, s.viewSession)
}
