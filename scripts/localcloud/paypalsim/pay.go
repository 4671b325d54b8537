package paypalsim

import (
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// authorizationLife is how long an authorization can be captured; money is certain for 3 days of it.
// https://developer.paypal.com/docs/checkout/standard/customize/authorization/
const authorizationLife = 29 * 24 * time.Hour

// capturesMax is how many captures an authorization may have.
const capturesMax = 10

// authorization is money that is promised.
type authorization struct {
	id      string
	order   *order
	status  string
	value   int64
	created time.Time
	expires time.Time
}

// capture is money that was taken, or is on its way.
type capture struct {
	id       string
	order    *order
	from     *authorization // nil: taken at once.
	status   string
	value    int64
	invoice  string
	final    bool
	fee      int64
	created  time.Time
	updated  time.Time
	disputes []*dispute
}

// admitTake checks that an order's money can be moved now.
func (s *Sim) admitTake(c *call, intent string) (*order, *apiError) {
	o, bad := s.find(c.args[0])
	switch {
	case bad != nil:
		return nil, bad
	case o.intent != intent:
		return nil, unprocessable("", "ACTION_DOES_NOT_MATCH_INTENT", "The order has another intent.")
	case o.status == completed && intent == "CAPTURE":
		return nil, wrongState("ORDER_ALREADY_CAPTURED", "The order was captured before.")
	case o.status == completed:
		return nil, wrongState("ORDER_ALREADY_AUTHORIZED", "The order was authorized before.")
	case o.status != approved:
		return nil, wrongState("ORDER_NOT_APPROVED", "The shopper has not approved the order.")
	case o.unit.Invoice != "" && s.invoices[o.unit.Invoice] != nil:
		return nil, unprocessable("", "DUPLICATE_INVOICE_ID", "Another order with this invoice_id was paid.")
	case o.card.Code != "": // The shopper must choose another means of payment.
		o.status, o.updated = o.first, s.now()
		return nil, unprocessable("", "INSTRUMENT_DECLINED", "The means of payment was declined.")
	}
	return o, c.into(&struct{}{})
}

// captureOrder is POST /v2/checkout/orders/{id}/capture.
func (s *Sim) captureOrder(c *call) (result, *apiError) {
	o, bad := s.admitTake(c, "CAPTURE")
	if bad != nil {
		return result{}, bad
	}
	o.status, o.updated = completed, s.now()
	s.capture(o, nil, o.value, o.unit.Invoice, true)
	return s.show(c, http.StatusCreated, o), nil
}

// capture takes money; that of a bank account comes later.
func (s *Sim) capture(o *order, from *authorization, value int64, invoice string, final bool) *capture {
	taken := &capture{id: s.id(), order: o, from: from, status: completed, value: value, invoice: invoice, final: final, created: s.now(), updated: s.now()}
	if invoice != "" {
		s.invoices[invoice] = o
	}
	o.captures = append(o.captures, taken)
	s.captures.Put(taken.id, taken)
	if o.debit != "" {
		taken.status = pending
		s.emitCapture("PAYMENT.CAPTURE.PENDING", taken)
		s.after(s.cfg.SettleAfter, "capture "+taken.id, func() { s.settle(taken, o.debit == gatewaysim.DebitPays) })
		return taken
	}
	s.settled(taken)
	return taken
}

// settle ends a capture that was pending.
func (s *Sim) settle(c *capture, good bool) {
	if c.status != pending {
		return
	}
	c.updated = s.now()
	if good {
		s.settled(c)
		return
	}
	c.status = declined
	s.emitCapture("PAYMENT.CAPTURE.DENIED", c)
}

func (s *Sim) settled(c *capture) {
	c.status, c.fee = completed, fee(c.value, c.order.currency)
	s.emitCapture("PAYMENT.CAPTURE.COMPLETED", c)
	if card := c.order.card; card.Dispute != "" {
		s.after(s.cfg.DisputeAfter, "dispute "+c.id, func() { s.raise(c, card.Dispute, card.Inquiry, 0) })
	}
}

// authorizeOrder is POST /v2/checkout/orders/{id}/authorize.
func (s *Sim) authorizeOrder(c *call) (result, *apiError) {
	o, bad := s.admitTake(c, "AUTHORIZE")
	if bad != nil {
		return result{}, bad
	}
	o.status, o.updated = completed, s.now()
	if o.unit.Invoice != "" {
		s.invoices[o.unit.Invoice] = o
	}
	s.authorize(o, s.now().Add(authorizationLife))
	return s.show(c, http.StatusCreated, o), nil
}

func (s *Sim) authorize(o *order, until time.Time) *authorization {
	a := &authorization{id: s.id(), order: o, status: created, value: o.value, created: s.now(), expires: until}
	o.authorizations = append(o.authorizations, a)
	s.authorizations.Put(a.id, a)
	s.emit("PAYMENT.AUTHORIZATION.CREATED", "authorization", "2.0", s.viewAuthorization(a))
	s.after(until.Sub(s.now()), "authorization "+a.id, func() { s.lapse(a) })
	return a
}

// lapse ends an authorization, and says so.
func (s *Sim) lapse(a *authorization) {
	if !a.open() {
		return
	}
	a.status = voided
	s.emit("PAYMENT.AUTHORIZATION.VOIDED", "authorization", "2.0", s.viewAuthorization(a))
}

func (a *authorization) open() bool { return a.status == created || a.status == "PARTIALLY_CAPTURED" }

// taken is what was captured of it.
func (a *authorization) taken() int64 {
	var sum int64
	for _, c := range a.order.captures {
		if c.from == a && c.status != declined && c.status != failed {
			sum += c.value
		}
	}
	return sum
}

func (s *Sim) getAuthorization(c *call) (result, *apiError) {
	a, ok := s.authorizations.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	return result{http.StatusOK, s.viewAuthorization(a)}, nil
}

// captureAuthorization is POST /v2/payments/authorizations/{id}/capture. PayPal takes up to 115 % of what was authorized.
func (s *Sim) captureAuthorization(c *call) (result, *apiError) {
	a, ok := s.authorizations.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	var in struct {
		Amount  *amount `json:"amount"`
		Invoice string  `json:"invoice_id"`
		Final   bool    `json:"final_capture"`
		Note    string  `json:"note_to_payer"`
	}
	if bad := c.into(&in); bad != nil {
		return result{}, bad
	}
	value, count := a.value-a.taken(), 0
	for _, each := range a.order.captures {
		if each.from == a {
			count++
		}
	}
	if in.Amount != nil {
		units, bad := in.Amount.some("/amount")
		if bad != nil {
			return result{}, bad
		}
		if value = units; in.Amount.Currency != a.order.currency {
			return result{}, unprocessable("/amount/currency_code", "AUTH_CAPTURE_CURRENCY_MISMATCH", "The authorization is in another currency.")
		}
	}
	switch {
	case a.status == "CAPTURED":
		return result{}, wrongState("AUTHORIZATION_ALREADY_CAPTURED", "All of it was captured.")
	case a.status == voided && !s.now().Before(a.expires):
		return result{}, wrongState("AUTHORIZATION_EXPIRED", "The authorization is over.")
	case !a.open():
		return result{}, wrongState("AUTHORIZATION_VOIDED", "The authorization was given up.")
	case count >= capturesMax:
		return result{}, wrongState("MAX_CAPTURE_COUNT_EXCEEDED", "There are as many captures as may be.")
	case a.taken()+value > a.value*115/100:
		return result{}, wrongState("MAX_CAPTURE_AMOUNT_EXCEEDED", "More than was authorized, by more than is allowed.")
	case in.Invoice != "" && s.invoices[in.Invoice] != nil:
		return result{}, unprocessable("/invoice_id", "DUPLICATE_INVOICE_ID", "This invoice_id was captured before.")
	}
	gatewaysim.Default(&in.Invoice, a.order.unit.Invoice)
	taken := s.capture(a.order, a, value, in.Invoice, in.Final)
	if a.status = "PARTIALLY_CAPTURED"; in.Final || a.taken() >= a.value {
		a.status = "CAPTURED"
	}
	a.order.updated = s.now()
	return result{http.StatusCreated, s.viewCapture(taken)}, nil
}

// reauthorize is POST /v2/payments/authorizations/{id}/reauthorize, of an order's first authorization: from day 4 on, each time that three
// days are over, for what is left of the 29 days. After RenewOnce it refuses the second time, in the words that PayPal documents.
func (s *Sim) reauthorize(c *call) (result, *apiError) {
	a, ok := s.authorizations.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	var in struct {
		Amount *amount `json:"amount"`
	}
	if bad := c.into(&in); bad != nil {
		return result{}, bad
	}
	all := a.order.authorizations
	last := all[len(all)-1]
	switch {
	case a != all[0], last.status != created:
		return result{}, wrongState("AUTHORIZATION_VOIDED", "The authorization was used, given up, or is no first one.")
	case s.now().Sub(last.created) < 3*24*time.Hour, s.once && len(all) > 1:
		return result{}, wrongState("REAUTHORIZATION_TOO_SOON", "A reauthorization is only allowed once from day 4 to day 29.")
	}
	last.status = voided
	return result{http.StatusCreated, s.viewAuthorization(s.authorize(a.order, last.expires))}, nil
}

// RenewOnce lets the simulation renew each authorization once only: PayPal's pages differ on that.
func (s *Sim) RenewOnce() {
	s.lock()
	defer s.unlock()
	s.once = true
}

// voidAuthorization is POST /v2/payments/authorizations/{id}/void.
func (s *Sim) voidAuthorization(c *call) (result, *apiError) {
	a, ok := s.authorizations.Get(c.args[0])
	switch {
	case !ok:
		return result{}, notFound()
	case a.status == "CAPTURED":
		return result{}, wrongState("PREVIOUSLY_CAPTURED", "It was captured, and can only be refunded.")
	case !a.open():
		return result{}, wrongState("PREVIOUSLY_VOIDED", "It was given up before.")
	}
	s.lapse(a)
	if c.req.Header.Get("Prefer") == "return=representation" {
		return result{http.StatusOK, s.viewAuthorization(a)}, nil
	}
	return result{}, nil
}

func (s *Sim) getCapture(c *call) (result, *apiError) {
	taken, ok := s.captures.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	return result{http.StatusOK, s.viewCapture(taken)}, nil
}
