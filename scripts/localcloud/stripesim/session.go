package stripesim

import (
	"strings"
	"time"
)

// session is a Checkout Session: the hosted pay page of one payment.
type session struct {
	id          string
	status      string // open, complete or expired.
	paid        bool
	amount      int64
	currency    string
	lines       []line
	reference   string // client_reference_id.
	email       string
	locale      string
	submitType  string
	metadata    map[string]string
	known       string // Its reference, once it was asked for.
	successURL  string
	cancelURL   string
	created     int64
	expiresAt   int64
	asyncMethod bool // Paid by a debit that takes time.

	manual   bool // payment_intent_data[capture_method].
	kinds    []string
	forMoney map[string]string // payment_intent_data[metadata].
	text     map[string]string // payment_intent_data[description]…
	intent   *intent           // nil until the shopper first pays (since 2022-08-01).
}

type line struct {
	id, name string
	unit     int64
	quantity int64
}

// https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at
const (
	shortestSession = 30 * time.Minute
	longestSession  = 24 * time.Hour
)

// pay is the shopper's attempt on the page. Callers check that the session is open.
func (s *Sim) pay(se *session, m *method) *apiError {
	if se.intent == nil {
		se.intent = &intent{amount: se.amount, currency: se.currency, status: needsMethod, manual: se.manual, kinds: se.kinds,
			metadata: se.forMoney, text: se.text, session: se}
		s.newIntent(nil, se.intent)
	}
	if bad := s.attempt(nil, se.intent, m, how{}); bad != nil {
		return bad
	}
	if se.intent.status == processing {
		se.asyncMethod = true
		s.completeSession(nil, se)
	}
	return nil
}

// completeSession is the end that the shop hopes for. Money that is only authorized or on its way is "unpaid".
func (s *Sim) completeSession(by *call, se *session) {
	se.status, se.paid = "complete", se.intent.status == succeeded
	s.emit(by, "checkout.session.completed", s.viewSession(se), nil)
}

// endDebitSession tells how the debit of a complete session ended.
func (s *Sim) endDebitSession(se *session, paid bool) {
	se.paid = paid
	kind := "checkout.session.async_payment_failed"
	if paid {
		kind = "checkout.session.async_payment_succeeded"
	}
	s.emit(nil, kind, s.viewSession(se), nil)
}

// expire closes an open session; an intent of a failed attempt is canceled with it.
func (s *Sim) expire(by *call, se *session) {
	se.status = "expired"
	if se.intent != nil {
		s.cancel(by, se.intent, "automatic")
	}
	s.emit(by, "checkout.session.expired", s.viewSession(se), nil)
}

// openSession finds a session, and expires it if its time has come and the clock has not said so yet.
func (s *Sim) openSession(id string) (*session, bool) {
	se, ok := s.sessions.Get(id)
	if ok && se.status == "open" && s.now() >= se.expiresAt {
		s.expire(nil, se)
	}
	return se, ok
}

func (se *session) successTarget() string {
	return strings.ReplaceAll(se.successURL, "{CHECKOUT_SESSION_ID}", se.id)
}

func (s *Sim) viewSession(se *session) object {
	status := "unpaid"
	if se.paid {
		status = "paid"
	}
	o := object{
		"id": se.id, "object": "checkout.session", "after_expiration": nil, "allow_promotion_codes": nil, "amount_subtotal": se.amount,
		"amount_total": se.amount, "automatic_tax": object{"enabled": false, "liability": nil, "status": nil}, "billing_address_collection": nil,
		"cancel_url": orNull(se.cancelURL), "client_reference_id": orNull(se.reference), "client_secret": nil, "consent": nil,
		"consent_collection": nil, "created": se.created, "currency": se.currency, "currency_conversion": nil, "custom_fields": []any{},
		"custom_text": object{"after_submit": nil, "shipping_address": nil, "submit": nil, "terms_of_service_acceptance": nil},
		"customer":    nil, "customer_creation": "if_required", "customer_details": nil, "customer_email": orNull(se.email),
		"expires_at": se.expiresAt, "invoice": nil, "invoice_creation": object{"enabled": false, "invoice_data": object{"metadata": object{}}},
		"livemode": false, "locale": orNull(se.locale), "metadata": asObject(se.metadata), "mode": "payment", "payment_intent": nil,
		"payment_link": nil, "payment_method_collection": "if_required", "payment_method_configuration_details": nil,
		"payment_method_options": object{}, "payment_method_types": se.kinds, "payment_status": status,
		"phone_number_collection": object{"enabled": false}, "recovered_from": nil, "setup_intent": nil, "shipping_address_collection": nil,
		"shipping_cost": nil, "shipping_details": nil, "shipping_options": []any{}, "status": se.status, "submit_type": orNull(se.submitType),
		"subscription": nil, "success_url": se.successURL, "total_details": object{"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
		"ui_mode": "hosted", "url": nil,
	}
	if se.intent != nil {
		o["payment_intent"] = se.intent.id
	}
	if se.status == "open" {
		o["url"] = s.cfg.BaseURL + "/pay/" + se.id
	}
	if se.email != "" || se.status == "complete" {
		o["customer_details"] = object{"address": nil, "email": orNull(se.email), "name": nil, "phone": nil, "tax_exempt": "none", "tax_ids": nil}
	}
	return o
}

func (se *session) viewLines(path string) object {
	data := []object{}
	for _, l := range se.lines {
		total := l.unit * l.quantity
		data = append(data, object{"id": l.id, "object": "item", "amount_discount": 0, "amount_subtotal": total, "amount_tax": 0,
			"amount_total": total, "currency": se.currency, "description": l.name, "quantity": l.quantity,
			"price": object{"id": "price_" + l.id, "object": "price", "active": false, "billing_scheme": "per_unit", "created": se.created,
				"currency": se.currency, "livemode": false, "metadata": object{}, "type": "one_time", "unit_amount": l.unit}})
	}
	return object{"object": "list", "data": data, "has_more": false, "url": path}
}
