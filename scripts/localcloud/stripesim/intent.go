package stripesim

import (
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// Payment intent states. https://docs.stripe.com/payments/paymentintents/lifecycle
const (
	needsMethod  = "requires_payment_method"
	needsConfirm = "requires_confirmation"
	needsAction  = "requires_action"
	processing   = "processing"
	needsCapture = "requires_capture"
	succeeded    = "succeeded"
	canceled     = "canceled"
)

// holdFor is how long a card's authorization lasts. https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
const holdFor = 7 * 24 * time.Hour

// intent is a payment intent: one payment, over all its attempts.
type intent struct {
	id, secret  string
	amount      int64
	currency    string
	status      string
	manual      bool // Captured by a call of its own.
	automatic   bool // automatic_payment_methods.
	noRedirects bool // automatic_payment_methods[allow_redirects]=never.
	kinds       []string
	metadata    map[string]string
	known       string            // Its reference, once it was asked for.
	text        map[string]string // description, receipt_email, statement_descriptor…
	created     int64

	method       *method
	lastError    *apiError
	charge       *charge // The latest.
	capturable   int64
	received     int64
	action       string // Token of the authentication page, while it is waited for.
	returnURL    string
	byScript     bool // use_stripe_sdk: the browser library handles the next action.
	canceledAt   int64
	cancelReason string
	session      *session
}

// newIntent keeps an intent and tells of it.
func (s *Sim) newIntent(by *call, pi *intent) {
	pi.id = s.id("pi_3", 23)
	pi.secret = pi.id + s.id("_secret_", 25)
	pi.created = s.now()
	s.intents.Put(pi.id, pi)
	s.emit(by, "payment_intent.created", s.viewIntent(pi), nil)
}

// how is what the confirming call says about an attempt.
type how struct {
	authenticated bool // The shopper has passed 3-D Secure.
	offSession    bool
	refuseAction  bool // error_on_requires_action.
}

// attempt tries to take the money by a method. A refusal leaves the intent open for another attempt.
func (s *Sim) attempt(by *call, pi *intent, m *method, h how) *apiError {
	pi.method, pi.lastError = m, nil
	s.endAction(pi)
	switch {
	case m.card.Authenticate && !h.authenticated && h.offSession:
		return s.decline(by, pi, refused("authentication_required", "authentication_required", "The card requires authentication."))
	case m.card.Authenticate && !h.authenticated && h.refuseAction:
		pi.status = needsMethod
		e := refused("authentication_required", "", "The payment requires an action of the shopper, which the request ruled out.")
		e.intent = pi
		return e
	case m.card.Authenticate && !h.authenticated:
		pi.status = needsAction
		pi.action = s.id("payatt_3", 23)
		s.attempts[pi.action] = pi
		s.emit(by, "payment_intent.requires_action", s.viewIntent(pi), nil)
		return nil
	case m.kind == "sepa_debit":
		pi.status = processing
		s.emit(by, "payment_intent.processing", s.viewIntent(pi), nil)
		s.after(s.cfg.SettleAfter, "debit "+pi.id, func() { s.settleDebit(pi) })
		return nil
	case m.card.Code != "":
		return s.decline(by, pi, refused(m.card.Code, m.card.Decline, m.card.Says))
	default:
		s.take(by, pi)
		return nil
	}
}

// decline records a failed attempt with its charge; the intent stays payable.
func (s *Sim) decline(by *call, pi *intent, e *apiError) *apiError {
	ch := s.newCharge(pi, "failed")
	ch.failure = e
	e.charge, e.method = ch.id, pi.method
	s.emit(by, "charge.failed", s.viewCharge(ch), nil)
	return s.fail(by, pi, e)
}

func (s *Sim) fail(by *call, pi *intent, e *apiError) *apiError {
	pi.status, pi.lastError = needsMethod, e
	e.method = pi.method
	s.endAction(pi)
	pi.method = nil
	s.emit(by, "payment_intent.payment_failed", s.viewIntent(pi), nil)
	answer := *e
	answer.intent = pi
	return &answer
}

// take charges the method: captured at once, or authorized.
func (s *Sim) take(by *call, pi *intent) {
	s.endAction(pi)
	ch := s.newCharge(pi, succeeded)
	if pi.manual {
		pi.status, pi.capturable = needsCapture, pi.amount
		ch.captureBefore = s.now() + int64(holdFor/time.Second)
		s.emit(by, "charge.succeeded", s.viewCharge(ch), nil)
		s.emit(by, "payment_intent.amount_capturable_updated", s.viewIntent(pi), nil)
		s.after(holdFor, "authorization "+pi.id, func() { s.endHold(pi, ch) })
	} else {
		pi.status, pi.received = succeeded, pi.amount
		s.settleCharge(ch, pi.amount)
		s.emit(by, "charge.succeeded", s.viewCharge(ch), nil)
		s.emit(by, "payment_intent.succeeded", s.viewIntent(pi), nil)
		s.plan(ch)
	}
	if pi.session != nil {
		s.completeSession(by, pi.session)
	}
}

// settleDebit ends a bank debit.
func (s *Sim) settleDebit(pi *intent) {
	switch {
	case pi.status != processing:
	case pi.method.account == gatewaysim.DebitFails:
		s.decline(nil, pi, refused("payment_intent_payment_attempt_failed", "", "The bank refused the debit."))
		if pi.session != nil {
			s.endDebitSession(pi.session, false)
		}
	default:
		ch := s.newCharge(pi, succeeded)
		pi.status, pi.received = succeeded, pi.amount
		s.settleCharge(ch, pi.amount)
		s.emit(nil, "charge.succeeded", s.viewCharge(ch), nil)
		s.emit(nil, "payment_intent.succeeded", s.viewIntent(pi), nil)
		if pi.session != nil {
			s.endDebitSession(pi.session, true)
		}
	}
}

// authenticate is the shopper's answer on the 3-D Secure page.
func (s *Sim) authenticate(pi *intent, passed bool) *apiError {
	if !passed {
		e := refused("payment_intent_authentication_failure", "", "The card could not be authenticated.")
		e.kind = typeInvalid
		return s.fail(nil, pi, e)
	}
	return s.attempt(nil, pi, pi.method, how{authenticated: true})
}

func (s *Sim) endAction(pi *intent) {
	delete(s.attempts, pi.action)
	pi.action = ""
}

// capture takes amount of what is authorized and releases the rest, which Stripe shows as a refund of it.
func (s *Sim) capture(by *call, pi *intent, amount int64) {
	ch := pi.charge
	rest := pi.capturable - amount
	pi.status, pi.received, pi.capturable = succeeded, amount, 0
	s.settleCharge(ch, amount)
	if rest > 0 {
		s.release(ch, rest)
	}
	s.emit(by, "charge.captured", s.viewCharge(ch), nil)
	s.emit(by, "payment_intent.succeeded", s.viewIntent(pi), nil)
	s.plan(ch)
}

// cancel ends an intent that took no money; an authorization is released.
func (s *Sim) cancel(by *call, pi *intent, reason string) {
	held := pi.status == needsCapture
	s.endAction(pi)
	pi.status, pi.canceledAt, pi.cancelReason, pi.capturable = canceled, s.now(), reason, 0
	if held {
		s.release(pi.charge, pi.charge.amount)
		s.emit(by, "charge.refunded", s.viewCharge(pi.charge), object{"amount_refunded": 0, "refunded": false})
	}
	s.emit(by, "payment_intent.canceled", s.viewIntent(pi), nil)
}

// endHold is what a bank does with an authorization that nobody captured.
func (s *Sim) endHold(pi *intent, ch *charge) {
	if pi.status != needsCapture || pi.charge != ch {
		return
	}
	s.cancel(nil, pi, "automatic")
	s.emit(nil, "charge.expired", s.viewCharge(ch), nil)
}
