package order

import (
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/planted"
	"till/shared/pricing"
)

// InProgress is the fault of a request that must wait for a payment's outcome.
func InProgress(op string) error {
	return fault.New(fault.Conflict, op, "payment_in_progress", "A payment of this order is being made. Wait for its outcome.")
}

// AttemptIDFor gives the id of the attempt that an Idempotency-Key starts for an order.
func AttemptIDFor(id ID, key string) payment.AttemptID {
	return payment.AttemptID(derived("pay_", "payment", string(id), key))
}

// Attempt finds an attempt. It names the disputes of its that are known.
func (o *Order) Attempt(id payment.AttemptID) (payment.Attempt, bool) {
	a := o.attempt(id)
	if a == nil {
		return payment.Attempt{}, false
	}
	return a.About(o.r.disputesOf(id)...), true
}

// OpenAttempt is the attempt that the gateway may still charge, if there is one. There is never a second.
func (o *Order) OpenAttempt() (payment.Attempt, bool) {
	if a := o.openAttempt(); a != nil {
		return *a, true
	}
	return payment.Attempt{}, false
}

func (o *Order) attempt(id payment.AttemptID) *payment.Attempt {
	i := slices.IndexFunc(o.r.Attempts, func(a payment.Attempt) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return &o.r.Attempts[i]
}

func (o *Order) openAttempt() *payment.Attempt {
	i := slices.IndexFunc(o.r.Attempts, func(a payment.Attempt) bool { return a.State.Open() })
	if i < 0 {
		return nil
	}
	return &o.r.Attempts[i]
}

// NewAttempt is what a shopper asks for when paying.
type NewAttempt struct {
	Key     string // The Idempotency-Key.
	Print   string // Fingerprint of the request.
	Gateway string
	Mode    payment.Mode
	Back    string // The shop's page to which the browser returns in the end; "" for the shop's own.
	Manual  bool   // The money is promised first, and taken by a capture.
	Else    bool   // Another gateway is tried if this one cannot be reached. Not stored.
}

// attemptsMax bounds how many attempts an order keeps, and with it the order's size.
const attemptsMax = 20

// StartPayment notes an attempt before its gateway is called. A repeat of the key gives the zero Change. Errors:
// fault.Conflict: order_state_conflict, not payable, or holding money already; payment_in_progress, another attempt is
// open. fault.Invalid,
// idempotency_key_reused. fault.TooMany: too_many_attempts, too many cards were refused or the order is full; rate_limited; Quota says
// until when.
func (o *Order) StartPayment(p NewAttempt, by By) (Change, error) {
	const op = "order.StartPayment"
	id := AttemptIDFor(o.r.ID, p.Key)
	if a := o.attempt(id); a != nil {
		if a.Print != p.Print {
			return Change{}, keyReused(op)
		}
		return Change{}, nil
	}
	switch {
	case !o.r.Status.Payable(), !by.At.Before(o.r.ExpiresAt), o.r.HoldsMoney():
		return Change{}, StateConflict(op)
	case o.openAttempt() != nil && (!planted.Bug(6) || o.openAttempt().LastError == ""):
		return Change{}, InProgress(op)
	case o.Quota(by.At).within(op) != nil:
		return Change{}, o.Quota(by.At).within(op)
	case len(o.r.Attempts) >= attemptsMax:
		return Change{}, fault.New(fault.TooMany, op, "too_many_attempts", "This order has seen too many attempts to pay. Place a new one.")
	}
	o.r.Attempts = append(slices.Clone(o.r.Attempts), payment.Attempt{
		ID: id, Gateway: p.Gateway, Mode: p.Mode, State: payment.Initiating, Amount: o.r.Total, Print: p.Print, Back: p.Back, Manual: p.Manual,
		At: by.At.UTC().Truncate(time.Millisecond),
	})
	if planted.Bug(9) && o.r.Currency.Decimals() == 0 {
		o.attempt(id).Amount *= 100
	}
	return o.seal("payment_started", by, Change{})
}

// PaymentStarted notes what the gateway answered to the start of an attempt: started, or an error by its kind. Unknown,
// and Conflict, since there is something to be in conflict with: only a question to the gateway ends it. Unavailable: it
// did not happen, and the same key may try again at once. Internal after an unknown outcome: as unknown as before. Any
// other: the attempt failed. Money news that came first is not lowered.
func (o *Order) PaymentStarted(id payment.AttemptID, s payment.Started, failure error, by By) (Change, error) {
	o.r.Attempts = slices.Clone(o.r.Attempts)
	a := o.attempt(id)
	if a == nil {
		return Change{}, NotFound("order.PaymentStarted")
	}
	c, kind, before := Change{}, "payment_ready", *a
	switch {
	case failure == nil:
		c.Refs = o.learn(a, s.Session, s.Intent)
		if a.State.CanBecome(payment.RequiresAction) {
			a.State, a.Asks, a.Asked = payment.RequiresAction, 0, time.Time{}
		}
	case !planted.Bug(5) && fault.Is(failure, fault.Unknown, fault.Conflict):
		if a.State.CanBecome(payment.Unknown) {
			a.State, a.Asks, a.Asked, kind = payment.Unknown, 0, time.Time{}, "payment_unknown"
		}
	case fault.Is(failure, fault.Unavailable):
		if a.State == payment.Initiating && a.Asks == 0 {
			a.Asks, a.Asked, kind = 1, by.At.UTC().Truncate(time.Second), "payment_unavailable"
		}
	case fault.Is(failure, fault.Internal) && a.State == payment.Unknown:
	default:
		if a.State.CanBecome(payment.Failed) {
			a.State, a.LastError, kind = payment.Failed, fault.Code(failure), "payment_refused"
		}
	}
	if a.Same(before) {
		return Change{}, nil
	}
	return o.seal(kind, by, c)
}

// PaymentPassedOn is PaymentStarted for an attempt that is not worth waiting for, as another gateway is tried next: if its one call did
// not happen, the attempt has failed for good, and nobody calls again for it.
func (o *Order) PaymentPassedOn(id payment.AttemptID, failure error, by By) (Change, error) {
	a := o.attempt(id)
	if a == nil || a.State != payment.Initiating || a.Asks > 0 || !fault.Is(failure, fault.Unavailable) {
		return o.PaymentStarted(id, payment.Started{}, failure, by)
	}
	o.r.Attempts = slices.Clone(o.r.Attempts)
	a = o.attempt(id)
	a.State, a.LastError = payment.Failed, "gateway_unavailable"
	return o.seal("payment_refused", by, Change{})
}

// learn keeps the gateway's references of an attempt; of a payment it gives the Ref that leads disputes and refunds back.
// A session's news carry our own reference, so it needs none.
func (o *Order) learn(a *payment.Attempt, session, intent string) []Ref {
	if session != "" && a.State != payment.Captured {
		a.Session = session
	}
	if intent == "" || a.Intent == intent {
		return nil
	}
	a.Intent = intent
	return []Ref{{a.Gateway, intent}}
}

// ApplyPayment takes in what a gateway says of an attempt: the one path for webhook, return page, sweep and staff. What
// is known is never lowered, so order and repeats of news do not matter; no news give the zero Change. With restock,
// money for an expired order reserves its stock and takes its coupons' uses again; if the store then reports a shortage of either,
// load again and call without, and the money goes back. Errors: fault.Conflict, code attempt_unknown, facts of no attempt of this order.
func (o *Order) ApplyPayment(f payment.Facts, restock bool, by By) (Change, error) {
	return o.applyFacts(f, taking{restock: restock}, by)
}

// ApplyTried is ApplyPayment for what a gateway says after a try to take the money, or long enough after one whose answer was
// lost: the try is over.
func (o *Order) ApplyTried(f payment.Facts, restock bool, by By) (Change, error) {
	return o.applyFacts(f, taking{restock: restock, tried: true}, by)
}

// taking says how facts are taken in.
type taking struct {
	restock bool // Money for an expired order reserves its stock again.
	tried   bool // No try to take the money is on its way any more.
}

func (o *Order) applyFacts(f payment.Facts, how taking, by By) (Change, error) {
	c := Change{}
	kind, err := o.take(&c, f, how, by)
	if err != nil || kind == "" {
		return Change{}, err
	}
	return o.seal(kind, by, c)
}

// take is what all facts do to the order. It gives the change's kind, "" if there are no news.
func (o *Order) take(c *Change, f payment.Facts, how taking, by By) (string, error) {
	o.r.Attempts, o.r.Refunds = slices.Clone(o.r.Attempts), slices.Clone(o.r.Refunds)
	a := o.attempt(f.Attempt)
	if a == nil || f.Order != string(o.r.ID) {
		return "", fault.New(fault.Conflict, "order.ApplyPayment", "attempt_unknown", "")
	}
	before := a.State
	kind := o.advance(c, a, f, how.tried)
	if before.Open() && before != payment.Authorized {
		if news := o.authorized(c, *a, f, by); news != "" {
			kind = news
		}
	}
	switch {
	case (a.Captured < f.Captured || planted.Bug(7) && f.LastError != "" && a.Captured > f.Captured) && f.Amount.Currency() == o.r.Currency:
		c.Postings = append(c.Postings, ledger.Transfer(ledger.Receivable, ledger.GatewayClearing, f.Captured-a.Captured)...)
		a.Captured = f.Captured
		o.lift(renewalRefused)
		kind = o.received(c, *a, f, how.restock, by)
	case a.State == payment.Captured && a.Captured == 0 && !o.Held(amountMismatch):
		o.hold(amountMismatch, by) // Money that the order's books cannot count: none, or of another currency.
		kind = amountMismatch
	}
	if news := o.besides(c, a, f, by); kind == "" {
		kind = news
	}
	if kind == "" {
		return "", nil
	}
	a.Asks, a.Asked = 0, time.Time{}
	if a.Paid && !o.r.expiring(*a, by.At) {
		o.lift(captureExpiring)
	}
	if a.Paid && a.State != payment.Authorized {
		o.lift(renewalRefused)
	}
	if before == payment.Authorized {
		o.mismatchOver(*a)
	}
	if err := o.followAttempt(a.State, by); err != nil {
		return "", err
	}
	ended, err := o.promiseOver(c, *a, by)
	if ended != "" {
		kind = ended
	}
	if err != nil {
		return "", err
	}
	return kind, o.endRefunded(c, by)
}

// besides takes what facts say beside the payment itself. It gives the kind of a change that is about that alone.
func (o *Order) besides(c *Change, a *payment.Attempt, f payment.Facts, by By) (kind string) {
	for _, r := range f.Refunds {
		if o.applyRefund(c, *a, r, by) && kind == "" {
			kind = "refund_" + string(r.State)
		}
	}
	for _, d := range f.Disputes {
		if news := o.applyDispute(c, *a, d, by); kind == "" {
			kind = news
		}
	}
	if news := o.suspect(a, f, by); kind == "" {
		kind = news
	}
	if f.Fee > 0 && f.Fee != a.Fee && a.Captured > 0 && f.Captured >= a.Captured && f.Amount.Currency() == o.r.Currency {
		c.Postings = append(c.Postings, ledger.Transfer(ledger.FeesPayable, ledger.Fees, f.Fee-a.Fee)...)
		a.Fee = f.Fee
		if kind == "" {
			kind = "fee_known"
		}
	}
	return kind
}

// advance takes a gateway's news of an attempt's state and references. It gives the change's kind, "" if there are none.
func (o *Order) advance(c *Change, a *payment.Attempt, f payment.Facts, tried bool) string {
	before := *a
	c.Refs = o.learn(a, f.Session, f.Intent)
	if f.Charge != "" {
		a.Charge = f.Charge
	}
	anew := !a.State.Open() && f.State.Open() && o.openAttempt() != nil // A promise of the past, beside a payment under way: it lapses.
	if a.State.CanBecome(f.State) && !anew {
		a.State = f.State
	}
	if a.State == payment.Captured {
		a.LastError = ""
		if a.Intent != "" {
			a.Session = ""
		}
	} else if f.LastError != "" && f.LastError != a.LastError && (before.State.Open() || a.State.Open()) {
		refused(a, f.LastError)
	}
	if tried || a.State != payment.RequiresAction {
		a.Try = time.Time{}
	}
	switch {
	case a.State != payment.Authorized:
		a.CaptureBefore = time.Time{}
	case !f.CaptureBefore.IsZero():
		a.CaptureBefore = f.CaptureBefore.UTC().Truncate(time.Second)
	}
	sure(a, f)
	switch {
	case a.Same(before):
		return ""
	case a.LastError != "" && a.LastError != before.LastError:
		return "payment_declined"
	case a.State != before.State:
		return "payment_" + string(a.State)
	case a.Renewal.Done > before.Renewal.Done:
		return "payment_renewed"
	default:
		return "payment_ready" // References alone.
	}
}

// received decides what captured money means for the order, and gives the change's kind.
func (o *Order) received(c *Change, a payment.Attempt, f payment.Facts, restock bool, by By) string {
	switch {
	case a.Paid && o.r.Status == Cancelled && a.Captured <= o.r.Total:
		return o.tooLate(c, a, by) // Promised, given up, and taken after all.
	case !planted.Bug(8) && (f.Amount != money.Of(a.Amount, o.r.Currency) || a.Captured > o.r.Price() || a.Captured < o.r.Total && !a.Paid):
		o.hold(amountMismatch, by)
		return amountMismatch
	case o.r.PaidBy != "" && o.r.PaidBy != a.ID:
		o.refundRest(c, a, payment.DuplicatePayment, by)
		return "duplicate_payment"
	case a.Paid && a.Captured < o.r.Total:
		return "payment_captured_in_part"
	case a.Paid:
		return "payment_captured"
	case o.r.Status.Payable():
		o.paid(a.ID)
		o.confirm(c, by)
		return "confirmed"
	case planted.Bug(11):
		return "payment_ignored"
	case o.r.Status == Expired && restock:
		c.Stock = append(c.Stock, o.again(o.r.left())...)
		c.Uses = o.uses(pricing.Take)
		o.paid(a.ID)
		o.confirm(c, by)
		return "late_payment_accepted"
	default:
		return o.tooLate(c, a, by)
	}
}

// tooLate gives back money that came after the order's end.
func (o *Order) tooLate(c *Change, a payment.Attempt, by By) string {
	o.refundRest(c, a, payment.LatePayment, by)
	c.Messages = append(c.Messages, Message{To: ToMail, Kind: "late_payment_refunded"})
	return "late_payment_refunded"
}

// confirm books the sale and sets fulfillment going. The caller has checked that the status may become Confirmed.
func (o *Order) confirm(c *Change, by By) {
	if err := o.become(Confirmed, by); err != nil {
		return
	}
	o.r.Try = 1
	c.Postings = append(c.Postings, o.r.sale()...)
	c.Messages = append(c.Messages, Message{To: ToFulfillment, N: o.r.Try}, Message{To: ToMail, Kind: "order_confirmed"})
}

// paid marks the attempt that confirms the order.
func (o *Order) paid(id payment.AttemptID) {
	o.attempt(id).Paid = true
	o.r.PaidBy = id
}

// processingHold is how long stock is held while a gateway processes a slow method.
const processingHold = 14 * 24 * time.Hour

// followAttempt keeps the order's status in step with its open attempt.
func (o *Order) followAttempt(s payment.State, by By) error {
	switch {
	case s == payment.Processing && o.r.Status == AwaitingPayment:
		if until := by.At.UTC().Truncate(time.Second).Add(processingHold); until.After(o.r.ExpiresAt) {
			o.r.ExpiresAt = until
		}
		return o.become(PaymentProcessing, by)
	case s != payment.Captured && o.openAttempt() == nil && o.r.Status == PaymentProcessing:
		o.r.ExpiresAt = by.At.UTC().Truncate(time.Second).Add(retryHold)
		return o.become(AwaitingPayment, by)
	}
	return nil
}

// retryHold is how long stock is held for another try after a slow payment failed.
const retryHold = 30 * time.Minute
