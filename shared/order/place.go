package order

import (
	"slices"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/payment"
	"till/shared/pricing"
)

// Placement is what a new order is made of.
type Placement struct {
	Key        string // The Idempotency-Key; the order's id comes from it.
	Print      string // Fingerprint of the request.
	Quote      pricing.Quote
	Country    string
	PostalCode string
	Customer   string
	Contact    map[string][]byte // Sealed.
	Hold       time.Duration     // How long stock is held unpaid.
	Waits      bool              // Some of it must be waited for.
	Picks      catalog.Picks     // From which bins; what is not in it is taken from the first.
	Review     []string          // The rules against fraud by which people must look at it, by name.
	Watch      payment.Risk      // What the gateway must find at least, when it is paid, for people to look at it.
	Listed     bool              // Its customer is to find it among theirs: costs an index entry.
}

// New places an order, reserves its stock and takes its uses of coupons. A total of 0 is confirmed at once. The change's Stock is
// refused by the store when there is too little, and its Uses when a coupon is used up.
func New(p Placement, by By) (*Order, Change, error) {
	q := p.Quote
	at := by.At.UTC().Truncate(time.Millisecond)
	o := &Order{r: Record{
		ID: IDFor(p.Key), Status: Created, Country: p.Country, PostalCode: p.PostalCode, Customer: p.Customer, Print: p.Print,
		PlacedAt: at, ExpiresAt: at.Add(p.Hold).Truncate(time.Second), Waits: p.Waits, Watch: p.Watch, Listed: p.Listed && p.Customer != "",
	}}
	o.priced(q)
	o.picks = p.Picks
	o.review(p.Review, by)
	c := Change{Contact: p.Contact, Stock: o.reserve(o.r.left(), ""), Uses: o.uses(pricing.Take)}
	if o.r.Total == 0 {
		o.confirm(&c, by)
	} else if err := o.become(AwaitingPayment, by); err != nil {
		return nil, Change{}, err
	}
	c, err := o.seal("placed", by, c)
	return o, c, err
}

// Repeats tells whether a request is the one that placed this order. Errors: fault.Invalid, code idempotency_key_reused.
func (o *Order) Repeats(print string) error {
	if o.r.Print == print {
		return nil
	}
	return keyReused("order.Repeats")
}

func keyReused(op string) error {
	return &fault.Error{Kind: fault.Invalid, Op: op, Code: "idempotency_key_reused", At: "Idempotency-Key",
		Msg: "This key was used for another request. Use a new key for a new request."}
}

// become moves the order on and sets when the new status should have moved on in turn. Errors: fault.Conflict, code
// order_state_conflict.
func (o *Order) become(next Status, by By) error {
	if !o.r.Status.CanBecome(next) {
		return StateConflict("order.become")
	}
	o.r.Status, o.r.Asks, o.r.ShouldBy = next, 0, time.Time{}
	if !next.Payable() {
		o.r.ExpiresAt = time.Time{}
	}
	if limit := patience[next]; limit > 0 {
		o.r.ShouldBy = by.At.UTC().Truncate(time.Second).Add(limit)
	}
	return nil
}

// StateConflict is the fault of a request that is right in itself, but not in the order's present state.
func StateConflict(op string) error {
	return fault.New(fault.Conflict, op, "order_state_conflict", "The order's present state does not allow this.")
}

// Expire ends an unpaid order whose hold is over, and gives its stock back. The caller has made sure that no attempt can
// be charged any more. A repeat changes nothing. Errors: fault.Conflict, code order_state_conflict, also while there is
// money that people must decide about.
func (o *Order) Expire(by By) (Change, error) {
	if o.r.Status == Expired {
		return Change{}, nil
	}
	if o.openAttempt() != nil || o.r.HoldsMoney() || by.At.Before(o.r.ExpiresAt) {
		return Change{}, StateConflict("order.Expire")
	}
	was := o.r.Bins
	c := Change{Stock: o.putBack(o.r.left(), o.reserved()), Uses: o.giveBack()}
	o.r.Bins = was // Where late money looks for them first.
	if err := o.become(Expired, by); err != nil {
		return Change{}, err
	}
	return o.seal("expired", by, c)
}

// Cancel ends an order before it is shipped: stock goes back, and captured money that is not refunded yet is to be
// refunded. The caller has made sure that no attempt can be charged any more. A repeat changes nothing. Errors:
// fault.Conflict: order_state_conflict, or payment_in_progress while an attempt is open.
func (o *Order) Cancel(by By) (Change, error) {
	if o.r.Status == Cancelled {
		return Change{}, nil
	}
	if o.openAttempt() != nil {
		return Change{}, InProgress("order.Cancel")
	}
	if len(o.r.Shipments) > 0 {
		return Change{}, StateConflict("order.Cancel")
	}
	c := Change{Messages: []Message{{To: ToMail, Kind: "order_cancelled"}}}
	if err := o.end(&c, by); err != nil {
		return Change{}, err
	}
	o.withdrawAwaiting(&c, by)
	for i := range o.r.Attempts {
		o.refundRest(&c, o.r.Attempts[i], payment.OrderCancelled, by)
	}
	return o.seal("cancelled", by, c)
}

// end cancels an order of which nothing is shipped: stock goes back, and a machine that waits is to be told.
func (o *Order) end(c *Change, by By) error {
	c.Stock = append(c.Stock, o.putBack(o.r.left(), o.reserved())...)
	c.Uses = o.giveBack()
	o.lift(fulfillmentFailed) // Nothing is left to begin anew.
	if o.r.TaskIn > 0 {
		o.r.AnswerBy = by.At.UTC().Truncate(time.Second).Add(answerWait)
	}
	return o.become(Cancelled, by)
}

// Revoke makes every link to the order so far useless, and leaves it otherwise as it is.
func (o *Order) Revoke(by By) (Change, error) {
	o.r.Revocations++
	return o.seal("links_revoked", by, Change{})
}

// untold is the taxes by rate of a quote, unless its lines tell them: one rate on everything, as most orders have. An order is read and
// written often, and each KiB of it costs.
func untold(q pricing.Quote) []pricing.TaxLine {
	r := Record{Total: q.Total, Tax: q.Tax, Lines: q.Lines, Taxes: Taxes{Included: q.IncludedTax}}
	if slices.Equal(r.TaxLines(), q.TaxLines) {
		return nil
	}
	return q.TaxLines
}
